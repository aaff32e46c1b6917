"""For who writes a lab: begin one, check it, review its texts."""
