# Tries: host code that searches its process for the expected values: frames, objects, arguments, modules.
# Ends: the expected values never enter the child.
### BASE


### ATTACK
import gc
import inspect
import sys


def gaps(db):
    for frame in inspect.stack():
        for name, value in {**frame.frame.f_globals, **frame.frame.f_locals}.items():
            if "missing" in name or "expect" in name:
                return value
    for found in gc.get_objects():
        if isinstance(found, dict) and "missing" in found:
            return found["missing"]
    return sys.modules["__main__"].__dict__.get("expected", [])
### INSTEAD
def gaps(db):
    return []
### END
