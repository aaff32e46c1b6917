"""multiprocessing's fork server imports this module once; every worker process is a copy of it.

It imports everything that a worker needs for its first submission, which saves each of them 130
ms. It is a separate module because the fork server takes names of modules only.
"""

from importlib import import_module

from grader.schemas import skip_iri_grammars
from hardware.bench import parts

skip_iri_grammars()
for name in ("grader.classrun.submission_grader", "grader.classrun.task", "littlefs"):
    import_module(name)
parts.types()
