"""Prints the hashes of traces as JSON, from where the bench ran, and its processor time without
that of the boards: a test and a benchmark run it as a process, with the compiled modules of the
bench and without.

    python -m tests.support.trace_hashes
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from time import process_time
from typing import Any

from grader.lab.lab import find, slugs
from grader.schemas import skip_iri_grammars
from hardware.bench.circuit import circuit
from tests.support.engine_programs import PROGRAMS, SECOND
from tests.support.project import ROOT
from tools.fingerprint import fingerprint, second_engine


def in_process(**environment: str) -> dict[str, Any]:
    """What a process with these environment variables prints."""
    command = [sys.executable, "-m", "tests.support.trace_hashes"]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def hashes() -> dict[str, Any]:
    """The programs of the benchmark, those of the second engine, and the references of all labs
    with their marks."""
    found: dict[str, Any] = dict(second_engine())
    for program in PROGRAMS:
        with ExitStack() as stack:
            bench = program.start(stack, program.circuit())
            bench.run(SECOND // 3)
            found[program.name] = [trace.sha256() for trace in bench.traces.values()]
    for slug in slugs():
        name, result = fingerprint((slug, next(iter(find(slug).boards)), "reference", 0))
        found[name] = result
    return found


if __name__ == "__main__":
    skip_iri_grammars()
    began = process_time()
    found = hashes()
    own_s = process_time() - began
    print(json.dumps({"bench": circuit.__file__, "hashes": found, "own_s": own_s}))
