"""The virtual bench: circuit, parts, clock and trace around real MicroPython."""
