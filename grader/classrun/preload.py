"""Imported once, in the process that workers are forked from: all that each of them would load at
its first submission, 130 ms of it.
"""

from importlib import import_module

from grader.schemas import import_jsonschema
from hardware.bench import parts

import_jsonschema()
for name in ("grader.classrun.worker", "grader.classrun.task", "littlefs"):
    import_module(name)
parts.types()
