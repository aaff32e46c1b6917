# Tries: a board program that patches builtins, modules and the clock, to deceive the measurement.
# Ends: the grader's names are in another process.
### ATTACK
import builtins
import sys
import time


class Always:
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


for name, value in (("grade", lambda *a: 4.0), ("check", Always()), ("Exactly", Always)):
    setattr(builtins, name, value)
for name in ("grader", "grader.score.judge", "hardware", "warsha"):
    sys.modules[name] = Always()
try:
    time.ticks_ms = lambda: 0
except AttributeError:
    pass
### END
### BASE
