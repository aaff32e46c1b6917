# Tries: host code that patches builtins, sys.modules and the program that calls it.
# Ends: it patches only its own child; the parent trusts no answer.
### ATTACK
import builtins
import sys

main = sys.modules["__main__"]
kept = main.to_json


class Grader:
    def __getattr__(self, name):
        return Grader()

    def __call__(self, *arguments, **named):
        return 10.0


for name in ("grader", "grader.score.judge", "grader.lab.limits", "hardware", "warsha", "json"):
    sys.modules[name] = Grader()
builtins.eval, evaluate = (lambda text, *rest: evaluate(text, *rest)), builtins.eval
builtins.isinstance, instance = (lambda value, kind: instance(value, kind)), builtins.isinstance
main.told = lambda error: kept([0, 10])
main.FINISHED = main.RAISED = main.MISSING = 0
### END
### BASE
