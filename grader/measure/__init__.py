"""What can be measured in a run: one file is one subject (see docs/reference/measuring.md).

A measurement is a function of the run that gives values with their unit, and their place in it. It
says what was; what should have been is declared apart (`grader/lab/limits.py`).
"""
