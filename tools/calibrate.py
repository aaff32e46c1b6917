"""Fits virtual time to the Pico's real firmware, and reports the errors of the fit.

    python tools/calibrate.py                 measure, fit, write docs/measured/timing.md
    python tools/calibrate.py measure|fit|report    one of these alone
    python tools/calibrate.py board --board URL     compare with a real board, and scale to it

`measure` runs the programs on the firmware (firmware/pico/build.py) under rp2040py and keeps the
figures in tools/calibration/pico.json; `fit` writes firmware/port/cost/costs.h; `report` runs the
port as it is built. `board` prints the three factors in firmware/port/chips/ or families/ that fit
a board.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware import paths
from hardware.connect import open_board
from tools import (
    timing_board,
    timing_chips,
    timing_fit,
    timing_programs,
    timing_report,
    timing_table,
)
from tools.timing_targets import PortBoard, Stored, on_firmware

FIGURES = timing_programs.FOLDER / "pico.json"
PAGE = paths.ROOT / "docs" / "measured" / "timing.md"


def measure() -> None:
    """Run the remaining programs on the firmware."""
    stored, run = Stored(FIGURES), None
    programs = timing_programs
    for program in [*programs.micro(), *programs.sections(), *programs.whole()]:
        if stored.has(program):
            continue
        run = run or on_firmware()
        stored.put(program, run(program))
        stored.save()
        print(f"{stored.get(program)} µs  {program.name}", flush=True)


def fit() -> None:
    """Fit the table and write it."""
    programs, stored = timing_programs.micro(), Stored(FIGURES)
    measured = {program.name: stored.get(program) for program in programs}
    before = timing_table.read()
    with tempfile.TemporaryDirectory() as name:
        timing_table.build(Path(name))
        with _built_in(Path(name)):
            counted = timing_fit.count(programs, list(before))
    system = timing_fit.equations(programs, measured, counted)
    timing_table.write(timing_fit.fit(system, before))
    names, count = system.names, len(system.programs)
    print(f"fitted {len(names)} costs to {count} programs: {timing_table.COSTS}")
    print("now build the ports (make setup), then: python tools/calibrate.py report")


@contextmanager
def _built_in(folder: Path) -> Iterator[None]:
    """Use the boards of this build folder; the MicroPython source stays the same."""
    before = {name: os.environ.get(name) for name in ("WARSHA_BUILD", "MICROPY_DIR")}
    os.environ["MICROPY_DIR"] = str(paths.micropython_dir())
    os.environ["WARSHA_BUILD"] = str(folder)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def report() -> None:
    """Measure the built port, and write the page."""
    stored = Stored(FIGURES)
    with PortBoard("rp2") as port:
        micro = timing_report.compare(timing_programs.micro(), stored, port.measure)
        sections = timing_report.sections(stored, port.measure)
        whole = timing_report.compare(timing_programs.whole(), stored, port.measure)
    chips = timing_chips.rows(timing_chips.compare())
    PAGE.write_text(timing_report.page(micro, sections, whole, timing_table.read(), chips))
    print(timing_report.verdict(whole, "whole programs"))
    print(timing_report.verdict(sections, "sections"))


def board(url: str) -> None:
    """Compare a connected board with our port of its family, and print the scale factors."""
    with open_board(url) as real:
        print(timing_board.scales(real))


def main() -> int:
    """Run the steps of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", nargs="?", choices=["measure", "fit", "report", "board"])
    parser.add_argument("--board", metavar="URL", help="a device, socket://, rfc2217://")
    arguments = parser.parse_args()
    if (arguments.step == "board") != bool(arguments.board):
        parser.error("the step `board` and the option --board go together")
    if arguments.board:
        board(arguments.board)
        return 0
    for step in (measure, fit, report):
        if arguments.step in (None, step.__name__):
            step()
    return 0


if __name__ == "__main__":
    sys.exit(main())
