"""Original public MicroPython projects for Wokwi, and the page about them.

`python tools/public_projects.py` makes docs/measured/public-projects.md from
tools/public_projects.toml; a test checks that the page is up to date.

`python tools/public_projects.py FOLDER` fetches the projects of both lists into FOLDER, which is
no part of this repository, and runs each of them for 20 virtual seconds as `warsha run main.py`
does. Buttons are pressed and knobs are moved meanwhile. It prints what was left out of the
circuit, what each board said, what the parts showed, and how it ended: a person compares that with
what the project says, and writes the verdict.
"""

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from hardware import program_files
from hardware.bench.bench import Bench
from hardware.bench.board.end_reason import why
from hardware.bench.circuit import tolerant
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.drawing.live_picture import what_is_seen
from hardware.bench.flash import Flash
from hardware.errors import HardwareError
from tests.support.project import DOCS

TABLE = Path(__file__).with_suffix(".toml")
PAGE = DOCS / "measured" / "public-projects.md"
HEAD = """\
# Original public projects

Made by `python tools/public_projects.py` from `tools/public_projects.toml`. These public projects
for Wokwi have a `diagram.json` and a MicroPython program beside it. Each of the two lists was made
before any of its projects was run. The projects' text is not in this repository.

`python tools/public_projects.py FOLDER` fetches them into a folder and runs each for 20 virtual
seconds as `warsha run main.py` does, while buttons are pressed and knobs are moved. A person has
compared what it prints with what the project says.
"""
LISTS = {
    "first": """\
## First list

The repositories that a search gave, as it gave them, at most four projects of each. Left out were
circuits without a board or with an Arduino, programs that are not MicroPython, and copies. Whether
a project can work at all was not asked.
""",
    "second": """\
## Second list

A search gave repositories by the paths of diagrams and by their own names. The list has the first
66 projects, in the order in which the repositories were fetched, that meet these rules. Reading
alone decides them:

1. The diagram has one board, an ESP32 or a Pico that the bench has.
2. `main.py` is a MicroPython program that can be compiled.
3. Each module that it imports is in MicroPython 1.25 for that board, in a package that the bench
   or Wokwi's firmware brings, or a file of the project.
4. No custom chip, and no type of part that Wokwi does not have.
5. Nothing asks for MicroPython older than 1.20.
6. It needs no server of its own on the web. Public brokers and known services are fine.
7. It says what it should do, or its program makes that plain. It is no exercise that is left open.
8. At most three of a repository: those with the most kinds of parts. No copies of each other, and
   no repository of the search for the first list.

Nearly half of them are students' work for one course, "IoT-perusteet".
""",
}
SECONDS = 20
FIRST_S, PRESS_S = 4.0, 0.4
"""When the first button is pressed, and how long each is."""
HEAD_LINES, TAIL_LINES = 8, 4


WORKS, SAME, NOT_HERE, WRONG = "works", "as a real board", "not here", "wrong"
VERDICTS = {
    WORKS: "does what its author wants",
    SAME: "does what its program and its diagram say, as a real board with MicroPython 1.25 does. "
    "That is not what its author wants: one of them is at fault",
    NOT_HERE: "needs something that the bench does not have",
    WRONG: "does something else here: the bench is at fault",
}


class Project(NamedTuple):
    """A row of a list; `folder` is the project's place in its repository."""

    repository: str
    commit: str
    folder: str
    what: str
    verdict: str
    why: str = ""

    @property
    def address(self) -> str:
        """Where its text is, at the commit."""
        place = f"{self.commit}/{quote(self.folder)}".rstrip("/")
        return f"https://github.com/{self.repository}/tree/{place}"

    @property
    def title(self) -> str:
        """Repository and folder."""
        return f"{self.repository} {self.folder}".rstrip()

    def fetched(self, root: Path) -> Path:
        """Its folder on this machine. Raises: CalledProcessError."""
        clone = root / self.repository.replace("/", "+")
        if not clone.exists():
            url = f"https://github.com/{self.repository}"
            subprocess.run(["git", "clone", "--quiet", url, str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", self.commit], check=True)
        return clone / self.folder


def projects() -> dict[str, list[Project]]:
    """All of them, list by list."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: [Project(**row) for row in table[name]] for name in LISTS}


def page() -> str:
    """The whole page."""
    found = projects()
    return "\n".join([HEAD, *(f"{text}\n{_table(found[name])}" for name, text in LISTS.items())])


def _table(found: list[Project]) -> str:
    counts = Counter(project.verdict for project in found)
    good = counts[WORKS] + counts[SAME]
    lines = ["| verdict | projects | meaning |", "|---|---|---|"]
    lines += [f"| {name} | {counts[name]} | {meaning} |" for name, meaning in VERDICTS.items()]
    share = f"{good} of {len(found)} ({good / len(found):.0%})"
    lines += ["", f"So {share} do what they do with a real board.", ""]
    lines += ["| project | commit | what it is | verdict |", "|---|---|---|---|"]
    lines += map(_row, found)
    return "\n".join([*lines, ""])


def _row(project: Project) -> str:
    name = f"[{project.title}](<{project.address}>)"
    verdict = f"{project.verdict}: {project.why}" if project.why else project.verdict
    return f"| {name} | `{project.commit[:10]}` | {project.what} | {verdict} |"


def report(folder: Path) -> Iterator[str]:
    """What a project does, line by line."""
    try:
        diagram = tolerant.load(folder / "diagram.json", own_parts=False)
        circuit = Circuit(diagram)
    except HardwareError as error:
        yield f"  not loaded: {error}"
        return
    yield from (f"  {remark.removeprefix(f'{diagram.name}: ')}" for remark in diagram.remarks)
    program = folder / "main.py"
    files = program_files.beside(program, ()) | {"main.py": program_files.content(program)}
    output, seen, before = bytearray(), list[str](), frozenset[str]()
    with closing(Flash(circuit.board)) as flash:
        flash.put(files)
        with Bench(circuit, flash=flash) as bench:
            bench.on_output(output.extend)
            _move_controls(bench, circuit)
            for tenths in range(13, 10 * SECONDS + 1, 10):
                bench.run(tenths * 100_000_000)
                now = what_is_seen(circuit).split("; ")
                if changed := [each for each in now if each not in before]:
                    seen.append(f"{tenths / 10} s: {'; '.join(changed)}")
                before = frozenset(now)
            end = bench.trace.ended()
            raised = [exception.text for exception in bench.trace.exceptions()]
    lines = output.decode(errors="replace").splitlines()
    cut = lines[:HEAD_LINES] + ["…"] * (len(lines) > HEAD_LINES + TAIL_LINES)
    yield from (f"  > {line[:150]}" for line in cut + lines[HEAD_LINES:][-TAIL_LINES:])
    yield from (f"  {line[:400]}" for line in seen)
    faults = Counter(str(fault) for fault in circuit.faults())
    yield from (f"  fault, {count} times: {fault}" for fault, count in faults.items())
    yield from (f"  raised: {text}" for text in raised)
    if end:
        yield f"  ended: {why(end)}"


def _move_controls(bench: Bench, circuit: Circuit) -> None:
    """Press each button twice, one after the other; move each knob to its middle and its ends."""
    every = [
        (part.id, name, control)
        for part in circuit.parts.values()
        for name, control in part.CONTROLS.items()
        if not control.fault
    ]
    held = [(part, name, control) for part, name, control in every if control.held]
    for number, (part, name, control) in enumerate(held * 2):
        at_s = FIRST_S + number * min(2.0, (SECONDS - FIRST_S) / (2 * len(held)))
        bench.control(part, name, control.high, round(at_s * 1e9))
        bench.control(part, name, control.low, round((at_s + PRESS_S) * 1e9))
    for part, name, control in every:
        if not control.held:
            middle = (control.low + control.high) / 2
            for at_s, value in ((7, middle), (10, control.high), (15, control.low)):
                value = round(value) if control.whole else value
                bench.control(part, name, value, round(at_s * 1e9))


if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[1:2] == ["--help"]:
        sys.exit(__doc__)
    if len(sys.argv) > 1:
        for each in chain.from_iterable(projects().values()):
            print(each.title, flush=True)
            for text in report(each.fetched(Path(sys.argv[1]))):
                print(text, flush=True)
    else:
        PAGE.write_text(page(), encoding="utf-8")
