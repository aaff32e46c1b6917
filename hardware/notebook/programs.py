"""The board programs of this notebook: each file name with its last `%%board` cell's text."""

programs: dict[str, str] = {}

above: dict[str, int] = {}
"""How many blank lines that cell has above its magic line; a trainee counts them, the board does
not."""
