"""The wire to a board: ports carry bytes, the REPL protocol runs on a port, `Board` uses the REPL.

Nothing here knows the virtual bench. `hardware.connect` opens a board from a URL.
"""
