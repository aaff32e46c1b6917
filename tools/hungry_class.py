"""Measures what programs without a pause cost a class: memory, and the delay of all others.

    python tools/hungry_class.py --honest 180 --hungry 20

Honest and hungry submissions of one lab are graded together in a mixed order, and the honest ones
alone. For each hungry program the tool prints its points, its ends, the most memory of its worker
and its CPU time; then the delay of the honest ones, and whether their marks are the same. Run it
on an idle machine.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

import nbformat
import pytest

from grader.authoring.lab_check import program_text, programs
from grader.classrun.grading import Grading
from grader.classrun.task import Task, score_task
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course
from grader.lab.lab import find
from grader.score.card import Card
from tests.support.classroom import build

LAB, BOARD = "traffic_light", "esp32_devkit_c_v4"
HUNGRY = {
    "pin": "from machine import Pin\np = Pin({pin}, Pin.OUT)\nwhile True:\n    p.on(); p.off()",
    "PWM duty": "from machine import Pin, PWM\np = PWM(Pin({pin}), freq=1000, duty_u16=9)\nn = 0\n"
    "while True:\n    n = (n + 257) % 65535\n    p.duty_u16(n)",
    "PWM frequency": "from machine import Pin, PWM\np = PWM(Pin({pin}), freq=99, duty_u16=999)\n"
    "n = 0\nwhile True:\n    n = (n + 1) % 900\n    p.freq(100 + n)",
    "pin mode": "from machine import Pin\np = Pin({pin}, Pin.OUT)\n"
    "while True:\n    p.init(Pin.OUT); p.init(Pin.IN)",
    "interrupt setup": "from machine import Pin\np = Pin({pin}, Pin.IN)\n"
    "while True:\n    p.irq(None, Pin.IRQ_RISING); p.irq(None, Pin.IRQ_FALLING)",
    "converter": "from machine import ADC\na = ADC(34)\nwhile True:\n    a.read_u16()",
    "empty lines": "while True:\n    print()",
    "I2C": "from machine import I2C\ni = I2C(0)\nwhile True:\n    i.scan()",
    "UART": "from machine import UART\nu = UART(1, 1_000_000)\n"
    "while True:\n    u.write('x' * 100)",
    "bit stream": "from machine import Pin, bitstream\np = Pin({pin})\n"
    "while True:\n    bitstream(p, 0, (400, 850, 800, 450), bytes(240))",
}
"""What fills the trace: a name, and a program after the READY line."""


@dataclass(frozen=True)
class Cost:
    """What one submission took, and what it got."""

    program: str
    peak_mb: float
    """The most memory of its worker (resident set)."""
    cpu_s: float
    """Of the worker, without the boards."""
    wall_s: float
    points: float


def hungry_program(name: str) -> str:
    """A whole program of that kind."""
    lab = find(LAB)
    pin = next(iter(lab.board(BOARD).pins.values()))
    return f"print({lab.ready_line!r})\n# hungry: {name}\n" + HUNGRY[name].format(pin=pin) + "\n"


def scored(task: Task, score: Callable[[Task], list[Card]]) -> tuple[list[Card], Cost]:
    """Score a submission. Returns its cards, and what it took."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on (proc(5))
    begin, cpu_s = perf_counter(), process_time()
    cards = score(task)
    took_s, cpu_s = perf_counter() - begin, process_time() - cpu_s
    points = sum(card.points for card in cards)
    return cards, Cost(task.program or "", _peak_mb(), cpu_s, took_s, points)


def measured(costs: Path, task: Task) -> list[Card]:
    """Score a submission, and write down what it took."""
    cards, cost = scored(task, score_task)
    with open(costs / str(os.getpid()), "a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(cost)) + "\n")
    return cards


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def hand_in(course: Course, honest: int, hungry: int) -> None:
    """References and mutants, and programs without a pause."""
    released = nbformat.read(course.root / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    lab = find(LAB)
    texts = [program_text(lab, name) for name in programs(lab)]
    wasteful = [hungry_program(name) for name in HUNGRY]
    for kind, count, sources in (("honest", honest, texts), ("hungry", hungry, wasteful)):
        for number, text in enumerate(islice(cycle(sources), count)):
            folder = course.root / "submitted" / f"{kind}-{number:03}" / LAB
            folder.mkdir(parents=True)
            nbformat.write(filled_in(released, text), folder / f"{LAB}.ipynb")
            (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC\n")


def grade(
    course: Course, costs: Path, *, only_honest: bool
) -> tuple[list[Cost], dict[str, float]]:
    """Grade without saving. Returns what each submission took, and the points of the honest."""
    for file in costs.iterdir():
        file.unlink()
    grading = Grading(replace(course, board=BOARD), LAB)
    folders = list(grading.submissions().items())
    random.Random(4).shuffle(folders)
    wanted = {name: path for name, path in folders if name.startswith("honest") or not only_honest}
    points = {}
    for outcome in grading.run(wanted, dry_run=True, work=partial(measured, costs)):
        assert outcome.state == "graded", (outcome.student, outcome.reason)
        if outcome.student.startswith("honest"):
            points[outcome.student] = outcome.total
    lines = (line for file in costs.iterdir() for line in file.read_text().splitlines())
    return [Cost(**json.loads(line)) for line in lines], points


def table(costs: list[Cost]) -> Iterator[str]:
    """A line for each kind of program."""
    yield "| program | submissions | points | most memory of the worker | CPU time of the worker |"
    yield "|---|---|---|---|---|"
    for name in ("honest", *HUNGRY):
        mine = [cost for cost in costs if _name(cost) == name]
        if mine:
            points = sorted({cost.points for cost in mine})
            shown = f"{points[0]:g} to {points[-1]:g}" if len(points) > 1 else f"{points[0]:g}"
            peak, cpu = max(c.peak_mb for c in mine), max(c.cpu_s for c in mine)
            yield f"| {name} | {len(mine)} | {shown} | {peak:.0f} MB | {cpu:.1f} s |"


def _name(cost: Cost) -> str:
    _before, mark, after = cost.program.partition("# hungry: ")
    return after.partition("\n")[0] if mark else "honest"


def measure(place: Path, honest: int, hungry: int) -> Iterator[str]:
    """The lines that the tool prints."""
    costs = place / "costs"
    costs.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        course = build(place / "build", (LAB,))
        patch.setattr(course_module, "build_dir", lambda: place / "build")
        patch.setenv("WARSHA_SECRET_FILE", str(place / "secret"))
        hand_in(course, honest, hungry)
        alone, points_alone = grade(course, costs, only_honest=True)
        together, points = grade(course, costs, only_honest=False)
    yield from table(together)
    yield ""
    for what in ("wall_s", "cpu_s"):
        before, after = (_p95_ms(of, what) for of in (alone, together))
        yield (
            f"p95 of the {what[:-2]} time of {honest} honest submissions: {before:.0f} ms alone, "
            f"{after:.0f} ms with {hungry} hungry ones ({after / before - 1:+.1%})"
        )
    same = sum(points[name] == points_alone[name] for name in points_alone)
    yield f"{same} of {honest} have the same marks"


def _p95_ms(costs: list[Cost], what: str) -> float:
    honest: list[float] = [getattr(cost, what) for cost in costs if _name(cost) == "honest"]
    return quantiles(honest, n=20)[-1] * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--honest", type=int, default=180)
    parser.add_argument("--hungry", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warsha-hungry-") as place:
        for line in measure(Path(place), options.honest, options.hungry):
            print(line, flush=True)


if __name__ == "__main__":
    main()
