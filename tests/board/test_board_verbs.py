"""The words behind `%board` in a real IPython, on real virtual boards."""

import builtins
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from hardware.notebook import board_verbs
from hardware.notebook.arguments import BOARD
from hardware.notebook.files_magic import FilesMagics
from hardware.notebook.magics import BOARD_HELP, BoardMagics
from hardware.notebook.session import current
from hardware.notebook.wave_magic import WaveMagics
from tests.support.notebook_shell import printed, shell_with


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with shell_with(BoardMagics) as shell:
        yield shell


def run(shell: InteractiveShell, cell: str) -> list[str]:
    """The lines that a cell prints, with those of its error."""
    return printed(shell, cell).splitlines()


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


def test_a_closed_bench_says_how_to_open_one(shell: InteractiveShell) -> None:
    run(shell, "%board connect esp32")
    current.need_bench().close()
    told = " ".join(run(shell, "%bench reset"))
    assert "The bench is closed." in told and "`%board connect diagram.json`" in told


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
        assert f"%board {word}" in "\n".join(BOARD_HELP)


@pytest.mark.parametrize(
    ("language", "magic", "words"),
    [
        ("ar", "%board", "لوحة هذا الدفتر"),
        ("ar", "%bench", "طاولة التجارب"),
        ("ar", "%wave", "قبل آخر حافة"),
        ("ar", "%files", "ملفات اللوحة"),
        ("en", "%bench", "%bench press BTN_1 80ms     press a button"),
    ],
)
def test_help_is_in_the_user_s_language(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    magic: str,
    words: str,
) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    shell.register_magics(FilesMagics, WaveMagics)
    assert words in shell.object_inspect_text(magic)


def test_a_form_in_the_help_stays_left_of_its_arabic(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    shown = shell.object_inspect_text("%board")
    assert "\nx = %board adc.read_u16()   \u2067قيمة تعبير تحسبه اللوحة\u2069\n" in shown
    assert "أو \u2066socket://…\u2069، أو \u2066rfc2217://…\u2069\u2069\n" in shown


def test_in_a_lab_the_status_leads_to_its_bench(shell: InteractiveShell) -> None:
    assert "%board connect esp32" in run(shell, "%board")[0]
    current.proposed = True
    opens = ["· no board yet; the first %%board cell opens the lab's bench"]
    assert run(shell, "%board") == opens
    run(shell, "%board connect /dev/ttyNone")
    assert run(shell, "%board") == opens
