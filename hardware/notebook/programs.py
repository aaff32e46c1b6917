"""The board programs of this notebook: each file name with its last `%%board` cell's text."""

programs: dict[str, str] = {}
