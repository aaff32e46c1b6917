"""The entry points: the command `warsha`, and `%load_ext warsha` in a notebook. They put together
what `hardware`, `grader` and `station` define."""

import gc
import os
import sys
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer

    from hardware.doctor import Check

    app: typer.Typer
    """The whole command line."""

MAGICS = {
    "line": ("%board", "bench", "files", "lab", "trace", "wave"),
    "cell": ("predict", "explain", "host", "parsons", "scenario"),
    "line_cell": ("board", "run_scenario"),
}
"""The magics of a notebook. `%%%board` as a line is one, too: it explains itself."""
FUNCTIONS = ("grade",)
VERBS = ("hardware.cli", "grader.cli", "station.cli")
"""Where the verbs of the command line are defined."""
AHEAD = (
    "hardware.notebook.completion",
    "hardware.notebook.files_magic",
    "hardware.notebook.magics",
    "hardware.notebook.meant_for_board",
    "hardware.notebook.scenario_magic",
    "hardware.notebook.wave_magic",
    "grader.notebook.practice",
    "hardware.bench.board.process",
    "littlefs",
    "numpy.ma",  # the first `np.unique` imports it
)
"""What the magics, the first board and the first try import."""


def _app(verb: str = "") -> "typer.Typer":
    """The command line; with the name of a verb, only what is needed for that."""
    import typer

    made = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # to draw boxes around the help takes longer than all the rest
        help="An open training lab for IoT and embedded systems. --debug shows an error's "
        "traceback.",
    )
    for name in VERBS:
        part: typer.Typer = import_module(name).app
        made.add_typer(part)
        if name == "hardware.cli":
            import_module(name).add_doctor(_checks)
        groups = [group.name for group in part.registered_groups]
        commands = [
            command.name or command.callback.__name__
            for command in part.registered_commands
            if command.callback
        ]
        if verb in (*groups, *commands):
            break
    _list_whole_sentences(made)
    return made


def _list_whole_sentences(app: "typer.Typer") -> None:
    """List each command with the first sentence of its help: Typer cuts a long one."""
    for command in app.registered_commands:
        command.short_help = _first_sentence(command.help or command.callback.__doc__)
    for group in app.registered_groups:
        if group.typer_instance:
            group.short_help = _first_sentence(group.typer_instance.info.help)
            _list_whole_sentences(group.typer_instance)


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].removesuffix(".") + "."


@cache
def __getattr__(name: str) -> object:
    """The command line is made when it is first used (PEP 562): a notebook does not need it."""
    if name == "app":
        return _app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _checks() -> "list[Check]":
    from grader.host.probe import check_sandbox
    from hardware.doctor import boards, machine

    return [*machine.checks(), check_sandbox, *boards.checks()]


def main() -> None:
    """Run the command line; a known error prints its cause and its cure, and exits with 1."""
    # Trust boundary: Python starts the worker processes with `-c`, which puts the current folder
    # on their path. A `grader.py` in that folder must not be imported there.
    os.environ["PYTHONSAFEPATH"] = "1"
    gc.set_threshold(50_000)  # imports make objects that stay: collecting meanwhile costs 7 %
    from grader.disk import report_wrong_paths
    from grader.errors import GraderError
    from grader.schemas import skip_iri_grammars
    from hardware.errors import HardwareError
    from hardware.i18n import language

    skip_iri_grammars()
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that cannot write ✓ gets \u2713
        sys.stdout.reconfigure(errors="backslashreplace")
    debug = "--debug" in sys.argv
    try:
        with report_wrong_paths():
            words = [word for word in sys.argv[1:] if word != "--debug"]
            app = _app(*words[:1])
            if language() == "ar":
                from hardware import arabic_usage

                arabic_usage.run(app, words)
            else:
                app(words)
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
    from grader.schemas import skip_iri_grammars
    from hardware.notebook.late_magics import LateMagics

    skip_iri_grammars()
    # Its cell is run again, too; then IPython would say in English that it is loaded already.
    forget = ipython.extension_manager.loaded.discard
    ipython.events.register("post_run_cell", lambda _result: forget(__name__))
    LateMagics(ipython, MAGICS, FUNCTIONS, _import_ahead, lambda: _load(ipython))


def _import_ahead() -> None:
    for name in AHEAD:
        import_module(name)
    from hardware.bench import parts
    from hardware.i18n import arabic

    parts.types()
    arabic("")  # reads the catalogues


def _load(ipython: Any) -> None:
    from grader.errors import GraderError
    from grader.notebook import practice
    from hardware.errors import HardwareError
    from hardware.notebook import completion, meant_for_board
    from hardware.notebook.cell_failure import show_known_errors
    from hardware.notebook.files_magic import FilesMagics
    from hardware.notebook.magics import BoardMagics
    from hardware.notebook.scenario_magic import ScenarioMagics
    from hardware.notebook.wave_magic import WaveMagics

    show_known_errors(ipython, HardwareError, GraderError)
    ipython.register_magics(BoardMagics, FilesMagics, ScenarioMagics, WaveMagics)
    completion.load(ipython)
    meant_for_board.load(ipython)
    practice.load_ipython_extension(ipython)


if __name__ == "__main__":
    main()
