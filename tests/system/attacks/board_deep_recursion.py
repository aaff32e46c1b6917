# Tries: a board program that overruns the stack of its interpreter: by calls, in C code, in the parsers of code, JSON and patterns.
# Ends: the interpreter's check of its stack; a panic is the end of a program.
### ATTACK
import json
import re


def call(depth=0):
    return call(depth + 1)


class Nested:
    def __repr__(self):
        return repr([self])

    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __eq__(self, other):
        return self == other

    def __iter__(self):
        return iter(self)


deep = []
for _ in range(2000):
    deep = [deep]
odd = Nested()
for act in (
    call,
    lambda: repr(deep),
    lambda: repr(odd),
    lambda: odd == 1,
    lambda: odd.a,
    lambda: list(odd),
    lambda: json.loads("[" * 20_000),
    lambda: json.dumps(deep),
    lambda: exec("(" * 4000),
    lambda: exec("x = " + "-" * 4000 + "1"),
    lambda: exec("[" * 1000 + "]" * 1000),
    lambda: re.match("(" * 500 + "a" + ")*" * 500, "a" * 500),
    lambda: re.match("(a*)*" * 50 + "b", "a" * 300),
    lambda: sorted([1, 2, 3], key=lambda one: call()),
):
    try:
        act()
    except Exception as error:
        kept = type(error)
### END
### BASE
