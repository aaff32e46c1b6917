"""The chip behind a board's serial line, as flashing programs see it: its ROM loader, its
registers, its flash, and what it prints when it boots. Nothing here waits or knows a clock:
`serving` brings the bytes.
"""
