"""Chains of pixels on one wire: data from `machine.bitstream`, PIO and RMT arrives as bytes."""

from typing import ClassVar

import pytest

from hardware import boards
from hardware.bench import diagram, parts
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.decode.calls import calls
from hardware.bench.flash import Flash
from hardware.bench.parts.common.pixels import PixelPart
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from tests.support.rig import MS, PINS, play, printed_lines

Seen = list[tuple[bytes, int]]
"""Frames and their times."""


class Lamps(PixelPart):
    """Keeps the first bytes of each frame and passes the rest on."""

    TYPES: ClassVar[tuple[str, ...]] = ("test-lamps",)
    PINS: ClassVar[dict[str, tuple[float, float]]] = {"DIN": (0, 0), "DOUT": (9, 0)}
    ATTRS: ClassVar[dict[str, str]] = {"keeps": "3"}

    def din(self, data: bytes, t_ns: int) -> bytes:
        """A frame."""
        keeps = int(self.number("keeps"))
        self.seen: Seen = [*getattr(self, "seen", []), (data[:keeps], t_ns)]
        return data[keeps:]


@pytest.fixture
def lamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registers a part type for these tests."""
    find = parts.find
    monkeypatch.setattr(
        parts, "find", lambda name, folder=None: Lamps if name in Lamps.TYPES else find(name)
    )


def shown(family: str, program: str, until_ms: float = 200) -> tuple[Seen, Seen, Trace]:
    """The frames of two chains in a row (the first keeps 3 bytes, the second 6)."""
    kind = {"esp32": "esp32_devkit_c_v4", "rp2": "pi_pico"}[family]
    board = boards.load(kind)
    out = next(p.name for p in board.pins.values() if p.gpio == PINS[family]["OUT"])
    drawn = {
        "version": 1,
        "parts": [
            {"type": board.diagram_types[0], "id": "b"},
            {"type": "test-lamps", "id": "one"},
            {"type": "test-lamps", "id": "two", "attrs": {"keeps": "6"}},
        ],
        "connections": [[f"b:{out}", "one:DIN", "", []], ["one:DOUT", "two:DIN", "", []]],
    }
    circuit = Circuit(diagram.load(drawn))
    head = f"OUT = {PINS[family]['OUT']}\nfrom machine import Pin\nimport machine, time\n"
    with Flash(board) as flash:
        flash.put({"main.py": (head + program).encode()})
        with Bench(circuit, seed=1, flash=flash) as bench:
            bench.run(round(until_ms * MS))
            trace = bench.trace
    assert not trace.exceptions(), trace.exceptions()[0].text
    one, two = (circuit.parts[name] for name in ("one", "two"))
    return getattr(one, "seen", []), getattr(two, "seen", []), trace


@pytest.mark.usefixtures("lamps")
def test_neopixel_reaches_every_pixel(family: str) -> None:
    program = """
from neopixel import NeoPixel
lamps = NeoPixel(Pin(OUT), 3)
lamps[0] = (1, 2, 3)
lamps[-1] = (7, 8, 9)
start = time.ticks_us()
lamps.write()
took = time.ticks_diff(time.ticks_us(), start)
print(lamps[2], len(lamps), 72 * 1.25 <= took + 1 < 72 * 1.25 + 200)
lamps.fill((255, 0, 0))
lamps.write()
"""
    one, two, trace = shown(family, program)
    assert [data for data, _t in one] == [b"\2\1\3", b"\0\xff\0"]
    assert [data for data, _t in two] == [b"\0\0\0\x08\x07\x09", b"\0\xff\0\0\xff\0"]
    assert "(7, 8, 9) 3 True" in [line.text for line in trace.lines()]
    assert {call.op for call in calls(trace)} == {frames.CALL_BITSTREAM}


@pytest.mark.usefixtures("lamps")
def test_a_pixel_decodes_the_width_of_a_pulse(family: str) -> None:
    program = """
for timing in ((800, 450, 400, 850), (400, 850, 400, 850), (300, 60_000, 800, 60_000)):
    machine.bitstream(Pin(OUT, Pin.OUT), 0, timing, b'\\x0f\\x0f\\x0f')
    time.sleep_ms(1)
"""
    one, _two, _trace = shown(family, program)
    assert [data for data, _t in one] == [b"\xf0" * 3, b"\0" * 3, b""]


@pytest.mark.usefixtures("lamps")
def test_a_frame_that_needs_many_calls_is_one(family: str) -> None:
    program = """
machine.bitstream(Pin(OUT, Pin.OUT), 0, (400, 850, 800, 450), bytes(9000) + b'\\x01')
"""
    one, two, _trace = shown(family, program)
    assert [data for data, _t in one] == [b"\0\0\0"] * 2
    assert [data for data, _t in two] == [b"\0" * 6] * 2
    bits = (9001 - 8192) * 8
    assert 0 <= bits * 1250 - (one[1][1] - one[0][1]) <= bits * 2  # to the tick of the chip


@pytest.mark.usefixtures("lamps")
def test_pixels_decode_edges_from_pio() -> None:
    program = """
from rp2 import PIO, StateMachine, asm_pio
@asm_pio(sideset_init=PIO.OUT_LOW, out_shiftdir=PIO.SHIFT_LEFT, autopull=True, pull_thresh=24)
def ws2812():
    label("bitloop")
    out(x, 1)               .side(0)    [2]
    jmp(not_x, "do_zero")   .side(1)    [1]
    jmp("bitloop")          .side(1)    [4]
    label("do_zero")
    nop()                   .side(0)    [4]
sm = StateMachine(0, ws2812, freq=8_000_000, sideset_base=Pin(OUT))
sm.active(1)
for word in (0x010203, 0x040506, 0x070809):
    sm.put(word, 8)
time.sleep_ms(1)
sm.put(0x0A0B0C, 8)
time.sleep_ms(1)
"""
    one, two, _trace = shown("rp2", program)
    assert [data for data, _t in one] == [b"\1\2\3", b"\x0a\x0b\x0c"]
    assert [data for data, _t in two] == [b"\4\5\6\7\x08\x09", b""]


@pytest.mark.usefixtures("lamps")
def test_pixels_decode_edges_from_rmt() -> None:
    program = """
import esp32
rmt = esp32.RMT(0, pin=Pin(OUT), clock_div=8)
pulses = []
for bit in range(23, -1, -1):
    pulses += (8, 4) if 0x10203 >> bit & 1 else (4, 8)
rmt.write_pulses(pulses, 1)
print(rmt.wait_done(timeout=20))
"""
    one, _two, trace = shown("esp32", program)
    assert [data for data, _t in one] == [b"\1\2\3"]
    assert "True" in [line.text for line in trace.lines()]


def test_a_released_rmt_channel_sends_nothing() -> None:
    program = """
import esp32
from machine import Pin
rmt = esp32.RMT(0, pin=Pin(OUT))
rmt.write_pulses((100, 200), 1)
rmt.deinit()
try:
    rmt.write_pulses((100, 200), 1)
except OSError as error:
    print(error)
"""
    assert printed_lines(play("esp32", program)) == ["(-258, 'ESP_ERR_INVALID_ARG')"]


def test_a_bit_stream_of_any_length_takes_its_time(family: str) -> None:
    program = (
        "import machine, time\nbegin = time.ticks_ms()\n"
        "machine.bitstream(machine.Pin(OUT, machine.Pin.OUT), 0, (800_000,) * 4, bytes(500))\n"
        "print(time.ticks_diff(time.ticks_ms(), begin))"
    )
    assert 6400 <= int(printed_lines(play(family, program, 7000))[0]) < 6410
