"""The programs for the calibration of virtual time, and the sections and whole ones for its test.

Each prints one number, the microseconds of its work. It runs after a soft reset, so that name
look-ups and the garbage collector do not depend on the previous program.
"""

import textwrap
import tomllib
from pathlib import Path
from typing import NamedTuple

from hardware import paths

FOLDER = Path(__file__).resolve().parent / "calibration"
REPEATS = 5
TURNS = 100

MICRO = """import gc
from time import ticks_us as _now, ticks_diff as _since
{module}
def _work(_turns):
{local}
    for _ in range(_turns):
{body}
gc.collect()
_t = _now()
_work({turns})
print(_since(_now(), _t))
"""
WHOLE = """
import gc
from time import ticks_us as _now, ticks_diff as _since
{setup}
gc.collect()
_t = _now()
run()
print(_since(_now(), _t))
"""
PARAMETERS = {"bm_fft": (2, 32), "misc_mandel": (10, 10), "bm_fannkuch": (6,)}
"""Where the least of the benchmark's own parameters is too much for an emulator, or too little."""


class Program(NamedTuple):
    """A program and its name, `group: statement` of a small one.

    `empty` names the program whose time is subtracted, or is "".
    """

    name: str
    source: str
    empty: str = ""


def micro() -> list[Program]:
    """The small programs that the table is fitted to."""
    return _small("micro")


def sections() -> list[Program]:
    """Small programs that are not part of the fit: one kind of work each."""
    return _small("sections", "section ")


def _small(name: str, prefix: str = "") -> list[Program]:
    """The statements of a file of `calibration/`, and the empty loop of each group."""
    groups = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    programs = []
    for group, table in groups.items():
        empty = f"{prefix}{group}: "
        programs.append(Program(empty, _micro(table, "")))
        programs += [
            Program(f"{empty}{statement.strip()}", _micro(table, statement), empty)
            for statement in table["statements"]
            if statement
        ]
    return programs


def _micro(table: dict[str, object], statement: str) -> str:
    body = "\n".join([statement or "pass"] * (REPEATS if statement else 1))
    return MICRO.format(
        module=textwrap.dedent(str(table.get("module", ""))),
        local=textwrap.indent(str(table.get("local", "pass")), "    "),
        body=textwrap.indent(body, "        "),
        turns=table.get("turns", TURNS),
    )


def whole() -> list[Program]:
    """Whole programs, which are not part of the fit: ours, and MicroPython's tests/perf_bench."""
    ours = [
        Program(path.stem, path.read_text() + WHOLE.format(setup=""))
        for path in sorted((FOLDER / "programs").glob("*.py"))
    ]
    folder = paths.micropython_dir() / "tests" / "perf_bench"
    theirs = [
        path
        for path in sorted(folder.glob("*_*.py"))
        if not path.name.startswith(("viper", "core_import"))  # these load machine code, .mpy
    ]
    return ours + [_perf_bench(path) for path in theirs]


def _perf_bench(path: Path) -> Program:
    chosen = repr(PARAMETERS.get(path.stem, "min"))
    least = "bm_params[min(bm_params)]" if chosen == "'min'" else chosen
    setup = f"run, _result = bm_setup({least})"
    return Program(f"perf_bench {path.stem}", path.read_text() + WHOLE.format(setup=setup))
