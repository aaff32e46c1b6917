"""The shell of a notebook for tests of magics, and what a cell prints in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics
from IPython.utils.capture import capture_output

from hardware.notebook.session import blank_lines, current, programs


@contextmanager
def shell_with(*magics: type[Magics]) -> Iterator[InteractiveShell]:
    """A shell with these magics. At the end its board is closed, and nothing of it is kept."""
    shell = InteractiveShell.instance()
    shell.register_magics(*magics)
    try:
        yield shell
    finally:
        current.close()
        current.proposed = False
        programs.clear()
        blank_lines.clear()
        InteractiveShell.clear_instance()


def printed(shell: InteractiveShell, cell: str) -> str:
    """What a cell prints, with its error."""
    with capture_output() as shown:
        shell.run_cell(cell)
    return str(shown.stdout + shown.stderr)
