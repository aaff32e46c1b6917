"""Many boards: from the request to the prompt, and 2,000 of them alive."""

import os
import resource
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from tests.support.stopwatch import Stopwatch

Measured = Callable[..., None]
PICO = load(
    {
        "version": 1,
        "parts": [
            {"type": "wokwi-pi-pico", "id": "b"},
            {"type": "wokwi-led", "id": "led1"},
            {"type": "wokwi-resistor", "id": "r1"},
        ],
        "connections": [
            ["b:GP15", "r1:1", "", []],
            ["r1:2", "led1:A", "", []],
            ["led1:C", "b:GND.1", "", []],
        ],
    }
)
BOARDS = 2000
REQUESTS = 200
PROMPT_NS = 10**9
"""A board reaches its prompt before this time."""
MOST_FDS = 4
"""More descriptors than a board needs: for its line, its flash and its start."""


def to_prompt(bench: Bench) -> None:
    leave = bench.on_tx(lambda data, _t: bench.stop() if data.endswith(b">>> ") else None)
    bench.run(PROMPT_NS)
    leave()
    assert bench.trace.serial().data.endswith(b">>> ")


def requests(measured: Measured, when: str) -> None:
    """Request one board after another."""
    times = []
    with Stopwatch() as watch:
        for seed in range(REQUESTS):
            begin = perf_counter()
            with Bench(Circuit(PICO), seed=seed) as bench:
                to_prompt(bench)
                times.append((perf_counter() - begin) * 1000)
    each_ms = watch.wall_s * 1000 / REQUESTS
    measured(f"request to prompt and off again, mean{when}", each_ms, "ms", share=watch.share)
    p95 = float(np.percentile(times, 95))
    measured(f"request to prompt, p95{when}", p95, "ms", aim=5)


def test_two_thousand_boards(measured: Measured) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < BOARDS * MOST_FDS:
        pytest.skip(f"only {hard} descriptors are allowed here: no 2,000 boards")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Bench(Circuit(PICO)) as warm:
        to_prompt(warm)
    requests(measured, "")
    before_kb, before_fds = pss_kb("self"), len(os.listdir("/proc/self/fd"))
    with ExitStack() as stack:
        begin = perf_counter()
        benches = [stack.enter_context(Bench(Circuit(PICO), seed=n)) for n in range(BOARDS)]
        for bench in benches:
            to_prompt(bench)
        measured("2,000 boards to their prompts", perf_counter() - begin, "s")
        boards = sum(pss_kb(str(bench.board.pid)) for bench in benches) / BOARDS
        share = (pss_kb("self") - before_kb) / BOARDS
        fds = (len(os.listdir("/proc/self/fd")) - before_fds) / BOARDS
        measured(
            "memory (PSS) of a board and its share of the bench", boards + share, "KB", aim=1000
        )
        measured("descriptors of the bench for a board", fds, "")
        requests(measured, " while 2,000 live")
        assert all(bench.ended is None for bench in benches)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def pss_kb(process: str) -> int:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
