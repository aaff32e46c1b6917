"""What went over the buses of a board, read out of its trace: one file is one kind of bus.

Each gives typed records with virtual nanoseconds; `wire.py` turns them back into edges.
"""
