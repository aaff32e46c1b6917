"""The magics of a notebook from the first moment, while they are still being loaded."""

from collections.abc import Iterator
from threading import Event

import pytest
from IPython.core.interactiveshell import InteractiveShell

import warsha
from grader.notebook import practice
from hardware.notebook import session
from tests.support.notebook_kernel import NotebookKernel, started_kernel
from tests.support.notebook_shell import printed, shell_with

NAMES = {name for names in warsha.MAGICS.values() for name in names}


@pytest.fixture
def kernel() -> Iterator[NotebookKernel]:
    with started_kernel() as started:
        yield started


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[InteractiveShell, Event]]:
    """A shell whose imports wait for an event."""
    go = Event()
    monkeypatch.setattr(warsha, "_import_ahead", go.wait)
    with shell_with() as shell:
        warsha.load_ipython_extension(shell)
        yield shell, go
        go.set()
        practice.session.lab = None


def test_each_name_is_there_before_it_is_loaded(waiting: tuple[InteractiveShell, Event]) -> None:
    shell, go = waiting
    magics = shell.magics_manager.magics
    assert {*magics["line"], *magics["cell"]} >= NAMES
    early = {kind: {name: magics[kind].get(name) for name in NAMES} for kind in magics}
    go.set()
    shell.run_cell("pass")
    for kind, found in early.items():
        for name, magic in found.items():
            assert (magics[kind].get(name) is None) == (magic is None)
            assert magic is None or magics[kind][name] is not magic, name
    assert shell.user_ns["grade"] is practice.grade


def test_the_cell_that_loads_them_uses_them() -> None:
    with shell_with() as shell:
        out = printed(shell, "%load_ext warsha\n%lab first_contact\ngrade('a')")
        assert "no program yet" in out
        assert practice.session.lab and practice.session.lab.slug == "first_contact"
        practice.session.lab = None


def test_a_byte_order_mark_hides_no_magic() -> None:
    with shell_with() as shell:
        printed(shell, "%load_ext warsha")
        cell = "%%board --what\npass"
        plain, marked = printed(shell, cell), printed(shell, "\ufeff" + cell)
        assert "Unknown form of this command." in plain and marked == plain


@pytest.mark.parametrize("line", ["%board list", "%lab?", "%board?"])
def test_a_magic_waits_until_it_is_loaded(
    waiting: tuple[InteractiveShell, Event], line: str
) -> None:
    shell, go = waiting
    magic = shell.find_line_magic(line[1:].partition(" ")[0].removesuffix("?"))
    go.set()
    assert (magic.getdoc() if line.endswith("?") else printed(shell, line)) != ""


def test_the_first_cell_counts_its_blank_lines(
    waiting: tuple[InteractiveShell, Event],
) -> None:
    shell, go = waiting
    go.set()
    out = printed(shell, "\n\n%%board\n1/0")
    assert "cell line 4" in out
    assert session.blank_lines[session.CELL] == 2


def test_tab_at_once(kernel: NotebookKernel) -> None:
    assert "sleep_ms" in kernel.complete("%%board\nfrom time import sleep_m")
    assert "BOARD" not in kernel.inspect("%bench")
