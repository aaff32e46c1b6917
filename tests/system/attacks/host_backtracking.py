# Tries: host code in which one call of C code runs for years: a pattern with endless backtracking, hashes that are all equal, a power of huge numbers.
# Ends: the CPU limit of the child.
### BASE


### ATTACK
import re


def gaps(db):
    step = 2**61 - 1
    alike = {number * step: number for number in range(3000)}
    alike.update(dict.fromkeys(alike))
    re.match(r"(a|a|aa)*(a*)*(a+)+$", "a" * 4000 + "b")
    return pow(3, 10**9, 10**10**7)
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
