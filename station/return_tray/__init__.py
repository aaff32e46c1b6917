"""Boards that come back at the end of a course: their flash is wiped, they are tested again, and
their loans end, with one scan each."""
