"""Start: verbs compared with a bare Python, and the magics of a notebook in a kernel.

Verbs are compared by processor time, with compiled files; the times of a kernel are those of the
wall clock. The first try runs as soon as the magics are loaded.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from tests.support.project import ROOT

Measured = Callable[..., None]
REPEATS = 7
TRY = """
from pathlib import Path
from hardware.notebook.session import programs
programs["main.py"] = Path("labs/first_contact/reference.py").read_text()
"""


def core_ms(command: list[str], cache: Path) -> float:
    """The processor time of a command that is run again; the least of several."""
    files = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(cache)}
    times = []
    for _repeat in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, **files}, capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times) * 1000


def test_verbs(tmp_path: Path, measured: Measured) -> None:
    bare = core_ms([sys.executable, "-c", "pass"], tmp_path)
    warsha = str(Path(sys.executable).with_name("warsha"))
    for words in (["--help"], ["lint", "labs/buttons/diagram.json"]):
        ratio = core_ms([warsha, *words], tmp_path) / bare
        name = f"`warsha {words[0]}`, divided by a bare Python"
        measured(name, ratio, "times as long", aim=10)


def cell_s(client: BlockingKernelClient, cell: str) -> float:
    """How long a cell takes."""
    begin = perf_counter()
    reply = client.execute_interactive(cell, output_hook=lambda _message: None)
    assert reply["content"]["status"] == "ok", reply
    return perf_counter() - begin


def test_a_notebook(measured: Measured) -> None:
    loads, ratios = [], []
    for _repeat in range(REPEATS):
        manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
        try:
            cell_s(client, "pass")
            loads.append(cell_s(client, "%load_ext warsha") * 1000)
            cell_s(client, f"%lab first_contact\n{TRY}")
            first, *more = (cell_s(client, "_ = grade()") for _try in range(4))
            ratios.append(first / median(more))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    measured("`%load_ext warsha` in a kernel", median(loads), "ms", aim=150)
    name = "the first `grade()` in it, divided by the next ones"
    measured(name, median(ratios), "times as long", aim=1.5)
