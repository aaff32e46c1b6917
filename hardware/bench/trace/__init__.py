"""The trace of a board: how it is recorded, what can be read from it, and its summary."""
