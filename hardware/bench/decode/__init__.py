"""Decoders: the bus transfers of a board, read from its trace. One file is one kind of bus.

Each decoder gives typed records with times in virtual nanoseconds; `wire_edges.py` turns them into
edges. A trace holds most transfers as calls of the board (`calls.py`); the layout of a call's
bytes is defined next to the peripheral that answers the call, in `hardware/bench/peripherals/`.
"""
