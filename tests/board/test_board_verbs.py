"""The words behind `%board` in a real IPython, on real virtual boards."""

import builtins
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from hardware.notebook import board_verbs
from hardware.notebook.arguments import BOARD
from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import blank_lines, current, programs


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    shell.register_magics(BoardMagics)
    yield shell
    current.close()
    programs.clear()
    blank_lines.clear()
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, cell: str) -> list[str]:
    """The lines that a cell prints, with those of its error."""
    with capture_output() as shown:
        shell.run_cell(cell)
    return str(shown.stdout + shown.stderr).splitlines()


@pytest.mark.parametrize(
    ("family", "chip", "flash"),
    [("esp32", "ESP32", "2,097,152"), ("pico", "RP2040", "1,441,792")],
)
def test_a_board_tells_what_it_is(
    shell: InteractiveShell, family: str, chip: str, flash: str
) -> None:
    run(shell, f"%board connect {family}")
    machine, version, clock, number, memory, files = run(shell, "%board info")
    assert machine.startswith("· ") and machine.endswith(chip)
    assert version.startswith("· MicroPython v1.")
    assert clock.endswith(" MHz") and number.startswith("· chip: ")
    assert memory.startswith("· memory: ") and files.endswith(f"bytes free of {flash}")
    assert run(shell, "%%board\nprint('_info' in globals())") == ["False"]


@pytest.mark.parametrize(
    ("ports", "told"),
    [
        ([], "No board is plugged in."),
        (["/dev/ttyNone"], "/dev/ttyNone"),
        (["/dev/ttyNone", "/dev/ttyOther"], "Several boards are plugged in."),
    ],
)
def test_the_only_board_needs_no_name(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, ports: list[str], told: str
) -> None:
    found = [(port, "a board") for port in ports] + [("bench:esp32", "virtual")]
    monkeypatch.setattr(board_verbs, "available", lambda: found)
    cause, cure, *_ = run(shell, "%board connect")
    assert told in cause
    if len(ports) > 1:
        assert cure == "Name one of them: /dev/ttyNone, /dev/ttyOther"


def test_a_prompt_shows_values_and_takes_blocks(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["x = 2", "x + 1", "for n in range(2):", "    print('سطر', n)", "", "1 / 0", ""])
    monkeypatch.setattr(builtins, "input", lambda _prompt: next(typed))
    run(shell, "%board connect esp32")
    first, *lines = run(shell, "%board repl")
    assert first == "· this is the board; an empty line ends it"
    assert lines == [
        *("3", "سطر 0", "سطر 1", "Traceback (most recent call last):"),
        *('  File "<stdin>", line 1, in <module>', "ZeroDivisionError: divide by zero"),
    ]
    assert run(shell, "%%board\nprint(x)") == ["2"]


def test_each_word_is_in_the_help_and_in_the_error(shell: InteractiveShell) -> None:
    told = run(shell, "%board blink")[-1]
    for word in BOARD:
        assert f" {word} " in told
        assert f"%board {word}" in str(BoardMagics.board.__doc__)
