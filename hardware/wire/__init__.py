"""The wire to a board: a port of bytes, the REPL's control bytes on it, and the board above both.

Nothing here knows the virtual bench; `hardware.connect` opens a board from a URL.
"""
