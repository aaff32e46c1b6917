"""SVG helpers that parts, boards and waveforms are drawn with: shapes, colours, boards, digits."""
