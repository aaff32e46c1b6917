"""The rows of docs/measured/survival.md: a notebook of ours goes on after each of them."""

from collections.abc import Iterator

import pytest

from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import BoardTimeout
from hardware.wire import repl
from hardware.wire.board import Board
from tests.support.line_clients import LineClient
from tools import survival_table
from tools.survival_table import ROWS, play

SAMPLE = ("print_loop", "stop", "main_py")
UNSTEADY = ("print_loop", "main_py", "noise", "unplugged")
"""What mpremote does there depends on the moment."""


def rows(without: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Each row, those outside of the sample with the mark `long`."""
    names = [name for name in ROWS if name not in without]
    marks = {name: () if name in SAMPLE else pytest.mark.long for name in names}
    return pytest.mark.parametrize("name", [pytest.param(n, marks=marks[n]) for n in names])


@pytest.fixture(scope="module")
def both() -> Iterator[list[LineClient]]:
    """Ours and mpremote."""
    with survival_table.clients() as found:
        yield found


def in_page(name: str, column: int) -> str:
    """What the page says of a row and a client."""
    rows = survival_table.rows_of(survival_table.PAGE.read_text(encoding="utf-8"))
    return rows[name].split(" | ")[1 + 2 * column]


@rows()
def test_a_notebook_goes_on(name: str, both: list[LineClient]) -> None:
    outcome = play(ROWS[name], both[0])
    assert outcome.good, outcome.text
    assert outcome.cell == in_page(name, 0)


@rows(without=UNSTEADY)
def test_mpremote_does_what_the_page_says(name: str, both: list[LineClient]) -> None:
    assert play(ROWS[name], both[1]).cell == in_page(name, 1)


@pytest.mark.parametrize("body", ["pass", "print('main')"])
def test_a_reset_button_while_connected_does_not_hang_the_next_cell(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repl, "PASTE_S", 1.0)
    program = f"import time\nwhile True:\n time.sleep_ms(5)\n {body}\n"
    with LiveBench("esp32") as bench, Board(bench.connect()) as board:
        board.files.put("main.py", program.encode())
        bench.reset()
        with pytest.raises(BoardTimeout, match="raw paste"):
            board.run("print(6 * 7)", timeout_s=None)
        assert board.run("print(6 * 7)") == "42\n"


def test_every_row_of_the_page_is_good_for_ours() -> None:
    assert [name for name in ROWS if not in_page(name, 0).startswith("✔")] == []
