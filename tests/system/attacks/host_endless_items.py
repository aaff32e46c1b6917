# Tries: host code that answers with a list and a dictionary that never end, and with numbers that define their own text.
# Ends: the memory and CPU limits of the child; answers are plain data, created again by the parent.
### BASE


### ATTACK
import itertools


class Endless(dict):
    def items(self):
        return ((str(n), Number()) for n in itertools.count())


class Number(int):
    def __repr__(self):
        return "],[0,"

    __str__ = __repr__


def gaps(db):
    return Endless()
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
