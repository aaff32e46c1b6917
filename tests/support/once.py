"""What is slow to make is made once in a test run, by the first process that asks for it."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> tuple[T, Path]:
    """What `make` returned for a new folder of this name, and that folder. Do not change either:
    to change something, copy it first."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # a folder for each process, in the folder of the run
        base = base.parent
    place, result = base / name, base / f"{name}.pickle"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            shutil.rmtree(place, ignore_errors=True)  # of a try that failed
            place.mkdir()
            result.write_bytes(pickle.dumps(make(place)))
    made: T = pickle.loads(result.read_bytes())
    return made, place
