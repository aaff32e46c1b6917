# Tries: a board program that keeps the match which re.sub() gives to its function: it lay on the stack of the process, whose words would be read as a text.
# Ends: the match lies in the heap.
### ATTACK
import re

kept = []
re.sub("(a)", lambda match: kept.append(match) or "b", "banana")


def deep(n):
    return deep(n - 1) + 1 if n else 0


deep(9)
for match in kept:
    if match.group(0) not in (None, "a"):
        print("reads the process", match.group(0))
kept = None
### END
### BASE
