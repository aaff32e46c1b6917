# Tries: host code whose error has no end: a million frames, groups in groups, causes in a circle, countless notes, and a text that grows while it is read.
# Ends: the memory and CPU limits of the child; an answer is cut at 300 characters.
### BASE


### ATTACK
import sys


class Growing(Exception):
    def __str__(self):
        self.add_note("x" * 1000)
        raise Growing from self


def down(number):
    try:
        if number:
            down(number - 1)
        raise Growing
    except Growing as error:
        error.__cause__ = error
        raise ExceptionGroup("x" * 10_000, [error] * 100) from error


def gaps(db):
    sys.setrecursionlimit(10**6)
    try:
        down(5000)
    except ExceptionGroup as error:
        for _ in range(300):
            error = ExceptionGroup("<b>" * 100, [error, error])
        raise error from None
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
