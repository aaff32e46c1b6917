"""SVG helpers for the drawings of parts, boards and waveforms: shapes, colours, boards, digits."""
