"""The virtual bench: circuit, parts, clock and trace around real MicroPython."""

from hardware import compiled

compiled.use()
