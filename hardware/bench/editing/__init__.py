"""Edits circuit files: what is not changed keeps its bytes, also what is not known here."""
