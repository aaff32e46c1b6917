"""Small pieces of SVG: shapes, colours, and the bodies that parts are drawn with."""
