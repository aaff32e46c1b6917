"""A board's traceback points at the lines of the cell."""

from hardware.errors import BoardTimeout, DeviceError
from hardware.notebook.cell_failure import explain, with_cell_lines

CELL = "%%board main.py\ndef f():\n    return 1 / 0\nf()\n"
TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "main.py", line 3, in <module>\n'
    '  File "main.py", line 2, in f\n'
    '  File "pins.py", line 7, in g\n'
    "ZeroDivisionError: divide by zero\n"
)


def test_places_in_the_cell_are_shown_with_their_text() -> None:
    assert with_cell_lines(TRACEBACK, CELL, "main.py", 1) == [
        "Traceback (most recent call last):",
        "  cell line 4",
        "    f()",
        "  cell line 3, in f",
        "    return 1 / 0",
        '  File "pins.py", line 7, in g',
        "ZeroDivisionError: divide by zero",
    ]


def test_a_place_that_follows_itself_is_shown_three_times() -> None:
    frames = '  File "main.py", line 2, in f\n' * 66
    shown = with_cell_lines(f"Traceback:\n{frames}RuntimeError: depth\n", CELL, "main.py", 1)
    assert shown.count("  cell line 3, in f") == 3
    assert shown[-2:] == ["  the same line again: 63 times", "RuntimeError: depth"]


def test_the_cell_ends_with_the_board_s_message() -> None:
    error = DeviceError("ZeroDivisionError: divide by zero", traceback=TRACEBACK)
    shown = explain(error, CELL, "main.py", 1)._render_traceback_()
    assert "ZeroDivisionError" in shown[-2], "the hint stands below it"
    assert "  cell line 4" in shown


def test_another_error_shows_its_cause_and_cure() -> None:
    shown = explain(BoardTimeout("no answer", "press EN"))._render_traceback_()
    assert "no answer" in shown[0]
    assert shown[1] == "press EN"


def test_a_radio_that_is_off_and_one_that_connects_have_different_hints() -> None:
    off, connecting = (
        explain(DeviceError(f"OSError: Wifi {what}"))._render_traceback_()[-1]
        for what in ("Not Started", "Internal State Error")
    )
    assert "active(True)" in off
    assert "disconnect()" in connecting
