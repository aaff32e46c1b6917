"""The magics `%wave` and `%trace` in a real IPython, on a real virtual board."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from vcd.reader import TokenKind, tokenize

from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import blank_lines, current, programs
from hardware.notebook.wave_magic import WaveMagics
from tests.support.project import LABS

BUTTONS = LABS / "buttons" / "diagram.json"
PROGRAM = """%%board
from machine import I2C, PWM, UART, Pin
from time import sleep_ms
lamp, bus = Pin(25, Pin.OUT), I2C(0, scl=Pin(22), sda=Pin(21))
uart = UART(1, 9600, tx=17, rx=16)
tone = PWM(Pin(26), freq=1000, duty_u16=32768)
for n in range(3):
    lamp.value(not lamp.value())
    try:
        bus.writeto(0x3c, b"\\x00\\xae")
    except OSError:
        pass
    uart.write("hi\\n")
    sleep_ms(300)
tone.deinit()
sleep_ms(60_000)
"""


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    shell.register_magics(BoardMagics, WaveMagics)
    current.connect(f"bench:{BUTTONS}?mode=virtual")
    shell.run_cell(PROGRAM)
    yield shell
    current.close()
    programs.clear()
    blank_lines.clear()
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, cell: str) -> str:
    with capture_output() as shown:
        shell.run_cell(cell)
    return str(shown.stdout + shown.stderr)


def test_buses_have_rows_in_place_of_their_pins(shell: InteractiveShell) -> None:
    shown = run(shell, "%wave")
    assert "transfers: I2C 22 21 3, UART 17 3\n" in shown
    assert "edges: 16 1, 25 3, 26 0\n" in shown
    assert "transfers: I2C 22 21 2\n" in run(shell, "%wave 22 --from 100ms --to 2s")
    assert "transfers" not in run(shell, "%wave 25")


def test_cursors_go_to_the_nearest_edges(shell: InteractiveShell) -> None:
    cursors, between = run(shell, "%wave 25 --cursors 600ms 310ms").splitlines()[1:]
    assert cursors.count("(25 falls)") == cursors.count("(25 rises)") == 1
    assert "Δt = 300." in between and "1/Δt = 3.33" in between
    lonely = run(shell, "%wave 25 --cursors 10s 20s")
    assert "cursors: 10 s (no edge is near), 20 s (no edge is near)" in lonely
    assert "Δt = 10 s, 1/Δt = 0.1 Hz" in lonely


def test_cursors_find_the_pulses_of_pwm(shell: InteractiveShell) -> None:
    shown = run(shell, "%wave 26 --from 100ms --to 110ms --cursors 104ms 105ms")
    assert "26 rises" in shown or "26 falls" in shown
    assert "Δt = 1." in shown


def test_the_trace_is_a_file_of_samples_that_decoders_read(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "t.vcd"
    shown = run(shell, f"%trace {file} --from 0 --to 1s")
    assert f"{file} is here: " in shown and "1 s, a sample every 100 ns" in shown
    assert "PulseView: Open" in shown
    tokens = list(tokenize(io.BytesIO(file.read_bytes())))
    names = {t.var.id_code: t.var.reference for t in tokens if t.kind is TokenKind.VAR}
    assert {"22", "21", "17", "25", "26"} <= {*names.values()}
    changes = [names[t.scalar_change.id_code] for t in tokens if t.kind is TokenKind.CHANGE_SCALAR]
    assert changes.count("26") > 1500, "PWM has its pulses"
    assert changes.count("22") > 50, "buses have their edges"
    assert not [t for t in tokens if t.kind is TokenKind.CHANGE_REAL], "PulseView has no numbers"
    last = max(t.time_change for t in tokens if t.kind is TokenKind.CHANGE_TIME)
    assert last == 10_000_000, "units of 100 ns"
    run(shell, f"%trace {file} 25 --from 100ms --to 1s")
    assert "#100000\n$dumpvars\n1!\n$end\n" in file.read_text(), (
        "1 us, from the level at the start"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%wave --cursors 1s", "Write: %wave"),
        ("%wave 25 --cursors 1s 900s", "The cursor at 900 s is after the end."),
        ("%wave 25 --cursors 1s soon", "'soon' is not a duration."),
        ("%trace LED", "Write: %trace FILE.vcd"),
        ("%trace t.vcd --cursors 1s 2s", "Write: %trace FILE.vcd"),
        ("%trace /nowhere/t.vcd", "/nowhere/t.vcd: there is no such file"),
        ("%trace t.vcd LED_X", "There is no signal LED_X."),
    ],
)
def test_a_wrong_line_shows_cause_and_cure(
    shell: InteractiveShell, line: str, message: str
) -> None:
    shown = run(shell, line)
    assert message in shown
    assert len(shown.strip().splitlines()) <= 2
