# Tries: host code that watches the program that calls it: traces and profiles each line, changes names in its frames, replaces its functions and constants.
# Ends: that program holds no expected value; it patches only its own child.
### BASE


### ATTACK
import ctypes
import sys
import threading


def watch(frame, event, argument):
    for name in ("missing", "expected", "found", "value", "text"):
        if name in frame.f_locals and frame.f_code.co_name in ("to_json", "answer", "main"):
            frame.f_locals[name] = [1, 2, 3]
            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return watch


sys.settrace(watch)
sys.setprofile(watch)
threading.settrace(watch)
frame = sys._getframe()
while frame:
    frame.f_trace = watch
    frame.f_globals["DEEPEST"] = 10**9
    frame = frame.f_back
to_json = sys.modules["__main__"].to_json
to_json.__code__ = to_json.__code__.replace(co_consts=to_json.__code__.co_consts)


def gaps(db):
    return [1, 2, 3]
### INSTEAD
def ingest(db, messages):
    raise RuntimeError


def gaps(db):
    return [1, 2, 3]
### END
