"""The front door: the command `warsha`, and `%load_ext warsha` in a notebook. What they open is
defined elsewhere."""

import os
import sys
from typing import Any

import typer

import grader.cli
import hardware.cli
from grader.disk import report_no_access
from grader.errors import GraderError
from grader.schemas import import_jsonschema
from hardware.errors import HardwareError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="An open training lab for IoT and embedded systems. --debug shows an error's traceback.",
)
app.add_typer(hardware.cli.app)
app.add_typer(grader.cli.app)


def main() -> None:
    """Run the command line; a known error is one line of cause and one of cure, exit 1."""
    # Trust boundary: a `grader.py` in the folder where the instructor stands must not be ours in
    # the worker processes, which Python starts with `-c` and so with that folder on their path.
    os.environ["PYTHONSAFEPATH"] = "1"
    import_jsonschema()
    debug = "--debug" in sys.argv
    try:
        with report_no_access():
            app([word for word in sys.argv[1:] if word != "--debug"])
    except (HardwareError, GraderError) as error:
        if debug:
            raise
        print(*filter(None, [str(error), error.cure]), sep="\n", file=sys.stderr)
        sys.exit(1)


def load_ipython_extension(ipython: Any) -> None:
    """Put the magics of board and bench, and the grading of the lab, into a notebook."""
    import_jsonschema()
    from grader.notebook import practice
    from hardware.notebook.magics import BoardMagics

    ipython.register_magics(BoardMagics)
    practice.load_ipython_extension(ipython)


if __name__ == "__main__":
    main()
