"""The board programs of this notebook: each file name with the text that its `%%board` cell gave it last."""

programs: dict[str, str] = {}
