"""Live benches: a bench in a thread of its own, and the endpoints of its serial lines.

Only this room of the bench uses threads.
"""
