"""The entry points: the command `warsha`, and `%load_ext warsha` in a notebook. They put together
what `hardware`, `grader` and `station` define."""

import os
import sys
from io import TextIOWrapper
from typing import Any

import typer

import grader.cli
import hardware.cli
import station.cli
from grader.disk import report_wrong_paths
from grader.errors import GraderError
from grader.schemas import skip_iri_grammars
from hardware.doctor import Check
from hardware.errors import HardwareError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="An open training lab for IoT and embedded systems. --debug shows an error's traceback.",
)


def _checks() -> list[Check]:
    from grader.host.probe import check_sandbox
    from hardware.doctor import boards, machine

    return [*machine.checks(), check_sandbox, *boards.checks()]


hardware.cli.add_doctor(_checks)
app.add_typer(hardware.cli.app)
app.add_typer(grader.cli.app)
app.add_typer(station.cli.app)


def main() -> None:
    """Run the command line; a known error prints its cause and its cure, and exits with 1."""
    # Trust boundary: Python starts the worker processes with `-c`, which puts the current folder
    # on their path. A `grader.py` in that folder must not be imported there.
    os.environ["PYTHONSAFEPATH"] = "1"
    skip_iri_grammars()
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that cannot write ✓ gets \u2713
        sys.stdout.reconfigure(errors="backslashreplace")
    debug = "--debug" in sys.argv
    try:
        with report_wrong_paths():
            app([word for word in sys.argv[1:] if word != "--debug"])
    except (HardwareError, GraderError) as error:
        if debug:
            raise
        print(*filter(None, [str(error), error.cure]), sep="\n", file=sys.stderr)
        sys.exit(1)


def load_ipython_extension(ipython: Any) -> None:
    """Put the magics of board and bench, and the grading of the lab, into a notebook. Notebooks of
    a course have them from the start (`grader/notebook/kernel`); then this does nothing."""
    if "bench" in ipython.magics_manager.magics["line"]:
        return
    skip_iri_grammars()
    from grader.notebook import practice
    from hardware.notebook import completion, meant_for_board
    from hardware.notebook.cell_failure import show_known_errors
    from hardware.notebook.files_magic import FilesMagics
    from hardware.notebook.magics import BoardMagics
    from hardware.notebook.scenario_magic import ScenarioMagics
    from hardware.notebook.wave_magic import WaveMagics

    # Its cell is run again, too; then IPython would say in English that it is loaded already.
    forget = ipython.extension_manager.loaded.discard
    ipython.events.register("post_run_cell", lambda _result: forget(__name__))
    show_known_errors(ipython, HardwareError, GraderError)
    ipython.register_magics(BoardMagics, FilesMagics, ScenarioMagics, WaveMagics)
    completion.load(ipython)
    meant_for_board.load(ipython)
    practice.load_ipython_extension(ipython)


if __name__ == "__main__":
    main()
