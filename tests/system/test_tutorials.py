"""The steps of the tutorials in docs/tutorial."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import warsha
from grader.notebook import practice
from hardware.bench import parts
from hardware.notebook.session import blank_lines, current, programs
from hardware.paths import ROOT

TUTORIALS = ROOT / "docs" / "tutorial"
FIRST_DAYS = ("first-day.md", "first-day.ar.md")
CELL = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A new kernel of a notebook."""
    monkeypatch.setattr(practice, "session", practice.PracticeSession())
    shell = InteractiveShell()
    monkeypatch.setattr(practice, "get_ipython", lambda: shell)
    warsha.load_ipython_extension(shell)
    yield shell
    current.close()
    programs.clear()
    blank_lines.clear()


def test_the_first_day(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    cells = CELL.findall((TUTORIALS / FIRST_DAYS[0]).read_text(encoding="utf-8"))
    marks: list[float] = []
    for cell in cells:
        done = shell.run_cell(cell.replace("--seconds 5", "--seconds 1"))
        assert done.success, cell
        if cell.startswith("grade"):
            marks.append(done.result)
    shown = capsys.readouterr().out
    assert "connected to bench:esp32_devkit_c_v4" in shown
    assert "hello from esp32" in shown
    assert marks == [0, 9]


def test_the_first_day_has_the_same_cells_in_both_languages() -> None:
    pages = [(TUTORIALS / name).read_text(encoding="utf-8") for name in FIRST_DAYS]
    assert CELL.findall(pages[0]) == CELL.findall(pages[1]) != []


def test_the_first_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    files = dict(FILE.findall((TUTORIALS / "first-change.md").read_text(encoding="utf-8")))
    part, test = files
    assert part.startswith("hardware/bench/parts/") and test.startswith("tests/")
    (tmp_path / Path(part).name).write_text(files[part])
    monkeypatch.setattr(parts, "__path__", [*parts.__path__, str(tmp_path)])
    request.addfinalizer(parts._sources.cache_clear)
    parts._sources.cache_clear()
    space: dict[str, object] = {}
    exec(compile(files[test], test, "exec"), space)
    (test_function,) = (found for name, found in space.items() if name.startswith("test_"))
    assert callable(test_function)
    test_function()
