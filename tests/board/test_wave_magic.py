"""The magics `%wave` and `%trace` in a real IPython, on a real virtual board."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from vcd.reader import TokenKind, tokenize

from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import current
from hardware.notebook.views import PICTURE
from hardware.notebook.wave_magic import WaveMagics
from tests.support.notebook_shell import printed, shell_with
from tests.support.project import LABS

BUTTONS = LABS / "buttons" / "diagram.json"
LAMP = 25
PROGRAM = f"""%%board
from machine import I2C, PWM, UART, Pin
from time import sleep_ms
lamp, bus = Pin({LAMP}, Pin.OUT), I2C(0, scl=Pin(22), sda=Pin(21))
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
    with shell_with(BoardMagics, WaveMagics) as shell:
        current.connect(f"bench:{BUTTONS}?mode=virtual")
        shell.run_cell(PROGRAM)
        yield shell


def start_ms() -> int:
    """When the lamp went on first. Before that the board waited at its prompt for the program, as
    long as this machine took."""
    return int(current.need_bench().ask(lambda bench: bench.trace.edges(LAMP).t_ns[1]) // 1e6)


def after(ms: int) -> str:
    """A time of the program, as one writes it."""
    return f"{start_ms() + ms}ms"


def test_buses_have_rows_in_place_of_their_pins(shell: InteractiveShell) -> None:
    shown = printed(shell, "%wave")
    assert "transfers: I2C 22 21 3, UART 17 3\n" in shown
    assert "edges: 16 1, 25 3\n" in shown
    assert "transfers: I2C 22 21 2\n" in printed(
        shell, f"%wave 22 --from {after(100)} --to {after(2000)}"
    )
    assert "transfers" not in printed(shell, "%wave 25")


def near_the_last_edges() -> str:
    """Times near the last two edges of GPIO 25. When its program began depends on the host."""
    trace = current.need_bench().ask(lambda bench: bench.trace)
    earlier, last = trace.edges(25).t_ns[-2:] / 1e9
    return f"{last - 0.005:.3f}s {earlier + 0.005:.3f}s"


def test_cursors_go_to_the_nearest_edges(shell: InteractiveShell) -> None:
    times = near_the_last_edges()
    cursors, between = printed(shell, f"%wave 25 --cursors {times}").splitlines()[1:]
    assert cursors.count("(25 falls)") == cursors.count("(25 rises)") == 1
    assert "Δt = 300." in between and "1/Δt = 3.33" in between
    lonely = printed(shell, "%wave 25 --cursors 10s 20s")
    assert "cursors: 10 s (no edge is near), 20 s (no edge is near)" in lonely
    assert "Δt = 10 s, 1/Δt = 0.1 Hz" in lonely


def test_cursors_without_a_part_of_time_are_zoomed_to(shell: InteractiveShell) -> None:
    times = near_the_last_edges()
    edges, *_told = printed(shell, f"%wave 25 --cursors {times}").splitlines()
    assert edges.endswith("edges: 25 2")
    edges, *_told = printed(shell, f"%wave 25 --cursors {times} --last 70s").splitlines()
    assert edges.endswith("edges: 25 3")


def test_cursors_find_the_pulses_of_pwm(shell: InteractiveShell) -> None:
    line = f"%wave 26 --from {after(100)} --to {after(110)} --cursors {after(104)} {after(105)}"
    shown = printed(shell, line)
    assert "26 rises" in shown or "26 falls" in shown
    assert "Δt = 1." in shown


def test_pwm_is_told_by_its_frequency_duty_and_pulses(shell: InteractiveShell) -> None:
    shown = printed(shell, f"%wave 26 --from {after(100)} --to {after(300)}")
    # 998 Hz is what the timer can do: 199.6 pulses begin in 200 ms.
    assert re.fullmatch(r"· PWM of 26: 998 Hz, 50\.0 %, (199|200) pulses\n", shown)
    whole = printed(shell, f"%wave 25 26 --from {after(0)} --to {after(2000)}")
    edges, wave = whole.splitlines()
    assert edges == "· edges: 25 3"
    found = re.fullmatch(r"· PWM of 26: 998 Hz, 50\.0 %, (\d+) pulses", wave)
    assert found and 898 <= int(found[1]) <= 915, "it ends after three turns of 300 ms"
    off = printed(shell, f"%wave 26 --from {after(1000)} --to {after(2000)}")
    assert off == "· edges: 26 0\n"


def test_the_picture_has_the_lines_to_zoom_in_them(shell: InteractiveShell) -> None:
    with capture_output() as shown:
        shell.run_line_magic("wave", f"25 17 --from {after(100)} --to {after(1000)}")
    (output,) = shown.outputs
    assert {"image/png", "text/plain"} <= output.data.keys()
    found = output.data[PICTURE]["lines"]
    assert [found[f"{end}_ns"] // 10**6 - start_ms() for end in ("begin", "end")] == [100, 1000]
    lamp, uart = found["lines"]
    assert (lamp["name"], lamp["level"]) == ("25", 1)
    assert len(lamp["steps_ns"]) == 2 and lamp["steps_ns"][1] == pytest.approx(301e6, rel=0.01)
    assert uart["level"] == 1 and len(uart["steps_ns"]) > 20
    (bus,) = found["buses"]
    assert bus["name"] == "UART 17" and all(begin < end for begin, end, _text in bus["transfers"])
    assert found["arabic"]["Zoom"] == "التكبير"

    with capture_output() as shown:
        shell.run_line_magic("wave", f"26 --from {after(0)} --to {after(900)}")
    (output,) = shown.outputs
    assert len(output.data[PICTURE]["lines"]["lines"][0]["steps_ns"]) > 1500, "the pulses of PWM"
    with capture_output() as shown:
        shell.run_line_magic("wave", "--from 0s --to 50s")
    assert len(json.dumps(shown.outputs[0].data[PICTURE])) < 60_000


def test_the_trace_is_a_file_of_samples_that_decoders_read(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "t.vcd"
    shown = printed(shell, f"%trace {file} --from {after(0)} --to {after(1000)}")
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
    assert last == (start_ms() + 1000) * 10_000, "units of 100 ns"
    printed(shell, f"%trace {file} 25 --from {after(100)} --to {after(1000)}")
    begin_us = (start_ms() + 100) * 1000
    assert f"#{begin_us}\n$dumpvars\n1!\n$end\n" in file.read_text(), (
        "1 us, from the level at the start"
    )


def test_the_trace_is_a_session_that_sigrok_opens_and_decodes(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "t.sr"
    shown = printed(shell, f"%trace {file} --from {after(100)} --to {after(1000)}")
    assert f"{file} is here: " in shown and "900 ms, a sample every 100 ns" in shown
    assert "PulseView opens it as it is" in shown
    with ZipFile(file) as archive:
        assert archive.read("version") == b"2"
        text = archive.read("metadata").decode()
        pieces = [name for name in archive.namelist() if name.startswith("logic-1-")]
        sizes = [archive.getinfo(name).file_size for name in pieces]
        samples = b"".join(archive.read(name) for name in pieces)
    settings = ConfigParser()
    settings.read_string(text)
    device = settings["device 1"]
    assert device["samplerate"] == "10 MHz" and device["unitsize"] == "1"
    assert max(sizes) < sum(sizes) == len(samples) == 9_000_000, "in pieces"
    probes = [device[f"probe{n}"] for n in range(1, int(device["total probes"]) + 1)]
    lamp = np.frombuffer(samples, np.uint8) >> probes.index("25") & 1
    begin = (start_ms() + 100) * 10_000
    first, last = (int(at) + begin + 1 for at in np.flatnonzero(np.diff(lamp)))
    edges = printed(shell, f"%wave 25 --cursors {first / 1e7}s {last / 1e7}s")
    at_ns = [round(float(t) * 1e9) for t in re.findall(r"([\d.]+) s \(25", edges)]
    assert [t // 100 for t in at_ns] == [first, last]
    again = tmp_path / "again.sr"
    printed(shell, f"%trace {again} --from {after(100)} --to {after(1000)}")
    assert again.read_bytes() == file.read_bytes()

    if not (sigrok := shutil.which("sigrok-cli")):
        pytest.skip("sigrok-cli is not installed: its reader was not tried")
    decoder = ["-P", "uart:rx=17:baudrate=9600", "-A", "uart=rx-data"]
    command = [sigrok, "-i", str(file), *decoder]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split()[1::2] == ["68", "69", "0A"] * 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%wave --cursors 1s", "Write: %wave"),
        ("%wave 25 --cursors 1s 900s", "The cursor at 900 s is after the end."),
        ("%wave 25 --from 900s", "Nothing is after 900 s in this part."),
        ("%wave 25 --from 0.2s --to 0.1s", "0.2 s is not before 0.1 s."),
        ("%wave 25 --cursors 1s soon", "'soon' is not a duration."),
        ("%trace LED", "Write: %trace FILE.vcd"),
        ("%trace t.vcd --cursors 1s 2s", "Write: %trace FILE.vcd"),
        ("%trace /nowhere/t.vcd", "/nowhere: there is no such folder"),
        ("%trace /nowhere/t.sr", "/nowhere: there is no such folder"),
        ("%trace t.vcd LED_X", "There is no signal LED_X."),
    ],
)
def test_a_wrong_line_shows_cause_and_cure(
    shell: InteractiveShell, line: str, message: str
) -> None:
    shown = printed(shell, line)
    assert message in shown
    assert len(shown.strip().splitlines()) <= 2


def test_an_input_that_nothing_drives_does_not_move_the_end(shell: InteractiveShell) -> None:
    printed(
        shell,
        "%%board\nfrom machine import Pin\nfrom time import sleep_ms\n"
        "lamp, free = Pin(25, Pin.OUT), Pin(27, Pin.IN)\n"
        "for n in range(4):\n    lamp.value(n % 2)\n    sleep_ms(100)\n"
        "for n in range(50):\n    free.value()\n    sleep_ms(100)\n",
    )
    edges = re.search(r"edges: 25 (\d+), 27 (\d+)", printed(shell, "%wave 25 27"))
    assert edges and int(edges[1]) >= 3


def test_a_bench_that_has_dropped_the_beginning_says_so(shell: InteractiveShell) -> None:
    assert "keeps the latest" not in printed(shell, "%wave 25 --from 0s")
    live = current.need_bench()
    live.ask(lambda bench: bench.board.recorder.forget())
    begin_s = live.ask(lambda bench: bench.trace.begin_ns) / 1e9
    text = f"The bench keeps the latest part of its trace, from {begin_s:.6g} s on."
    assert begin_s > 0 and text in printed(shell, "%wave 25 --from 0s")
