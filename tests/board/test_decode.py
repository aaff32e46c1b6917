"""Bus traffic, decoded from a trace, and its edges in a third-party VCD reader."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.decode.calls import calls
from hardware.bench.decode.i2c import i2c
from hardware.bench.decode.pixels import pixels
from hardware.bench.decode.servo import servo
from hardware.bench.decode.spi import spi
from hardware.bench.decode.uart import uart
from hardware.bench.decode.wire_edges import wire_edges
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.protocol import frames
from hardware.bench.protocol.payloads import STORED, Payloads
from hardware.bench.protocol.records import RECORD
from hardware.bench.trace.trace import Trace
from hardware.bench.vcd import vcd

SECOND = 1_000_000_000
WIRES = [["b:23", "b:19", "", []], ["b:22", "b:34", "", []], ["b:21", "b:35", "", []]]
"""MOSI to MISO; an input on each line of the I2C bus, which uses the pull-ups of the chip."""


def run(program: str) -> Trace:
    """A board with an SPI loopback."""
    parts = [{"type": "board-esp32-devkit-c-v4", "id": "b"}]
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": WIRES}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": b"from machine import *\nimport time\n" + program.encode()})
        with Bench(circuit, flash=flash) as bench:
            bench.run(2 * SECOND)
            return bench.trace


def i2c_bytes(trace: Trace, scl: int, sda: int) -> Iterator[tuple[int, bool]]:
    """Bytes and acknowledgements by the edges alone, as any analyzer reads them."""
    clock, data = wire_edges(trace, scl), wire_edges(trace, sda)
    starts = [t for t in data.falling().tolist() if clock.level_at(t) and clock.level_at(t - 1)]
    bits: list[bool] = []
    for t_ns in sorted([*clock.rising().tolist(), *starts]):
        if t_ns in starts:
            bits = []
        elif t_ns > starts[0]:
            bits.append(data.level_at(t_ns))
        if len(bits) == 9:
            yield sum(bit << 7 - place for place, bit in enumerate(bits[:8])), not bits[8]
            bits = []


def test_i2c_without_a_target() -> None:
    trace = run(
        "i = I2C(0, scl=Pin(22), sda=Pin(21), freq=100_000)\n"
        "try:\n    i.writeto(0x3C, b'ab')\nexcept OSError:\n    pass\n"
    )
    (transfer,) = i2c(trace)
    assert (transfer.address, transfer.found, transfer.hz) == (0x3C, False, 100_000)
    assert transfer.end_ns - transfer.t_ns == 11 * 10_000  # start, address and its answer, stop
    assert list(i2c_bytes(trace, 22, 21)) == [(0x78, False)]


def test_spi_loop() -> None:
    trace = run(
        "s = SPI(2, 1_000_000)\nback = bytearray(3)\n"
        "s.write_readinto(b'\\x81\\x02\\xf3', back)\nprint(back)\n"
    )
    (transfer,) = spi(trace)
    assert transfer.sent == transfer.received == b"\x81\x02\xf3"
    assert (transfer.hz, transfer.mode, transfer.end_ns - transfer.t_ns) == (1_000_000, 0, 24_000)
    clock, data = wire_edges(trace, 18), wire_edges(trace, 23)
    bits = [data.level_at(t) for t in clock.rising().tolist()]
    assert bits == [bool(int(c)) for c in f"{0x8102F3:024b}"]


def test_uart_frames() -> None:
    trace = run("u = UART(2, 9600, parity=0)\nu.write(b'Hi')\n")
    sent = uart(trace, 17)
    assert [byte.byte for byte in sent] == list(b"Hi")
    assert sent[0].end_ns == sent[1].t_ns == sent[0].t_ns + 11 * SECOND // 9600
    line = wire_edges(trace, 17)
    middle = [sent[0].t_ns + (2 * n + 1) * SECOND // 19200 for n in range(11)]
    levels = [int(line.level_at(t)) for t in middle]
    assert levels == [0, *(ord("H") >> n & 1 for n in range(8)), 0, 1]


def test_pixels() -> None:
    trace = run(
        "p = Pin(4, Pin.OUT)\ntiming = (400, 850, 800, 450)\n"
        "bitstream(p, 0, timing, b'\\x0a\\xff\\x00\\x01\\x02\\x03')\n"
    )
    (sent,) = pixels(trace, 4)
    assert sent.colours() == [(255, 10, 0), (2, 1, 3)]
    assert len(wire_edges(trace, 4).rising()) == 48


def test_servo() -> None:
    trace = run(
        "s = PWM(Pin(13), freq=50, duty_ns=500_000)\ntime.sleep_ms(100)\ns.duty_ns(1_500_000)\n"
    )
    angles = [round(angle.degrees) for angle in servo(trace, 13)]
    assert angles == [0, 90]


def test_another_reader_opens_a_vcd_of_buses(tmp_path_factory: pytest.TempPathFactory) -> None:
    trace = run("s = SPI(2, 1_000_000)\ns.write(b'\\x55')\n")
    path = tmp_path_factory.mktemp("vcd") / "t.vcd"
    path.write_text(vcd(trace, ["18", "23"]))
    # In a separate process: after an import of vcdvcd a broken pipe ends the process.
    code = "import sys, vcdvcd; v = vcdvcd.VCDVCD(sys.argv[1]); print(v[sys.argv[2]].tv)"
    command = [sys.executable, "-P", "-c", code, str(path), f"{trace.board}.18"]
    read = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert read.stdout.count("'1'") == 8
    assert "$version Warsha $end\n" in path.read_text()


POWER = (frames.REC_POWER, 0, 0, 1)
PAYLOADS = Payloads()


def row(kind: int, op: int, status: int, data: bytes) -> tuple[int, int, int, int]:
    if not data:
        return kind, op, status, 0
    return kind | STORED, op, status, PAYLOADS.number_of(0, data)


def call(op: int, data: bytes = b"") -> tuple[int, int, int, int]:
    return row(frames.REC_CALL, op, 0, data)


def result(op: int, status: int = 0, data: bytes = b"") -> tuple[int, int, int, int]:
    return row(frames.REC_RESULT, op, status & 0xFFFF, data)


@pytest.mark.parametrize(
    ("rows", "made"),
    [
        ([POWER, call(1, b"a"), result(1, -5, b"b")], [(1, b"a", -5, b"b")]),
        (
            [POWER, call(1, b"a"), call(2), result(1), result(2, 7)],
            [(1, b"a", 0, b""), (2, b"", 7, b"")],
        ),
        ([POWER, call(1), POWER, call(2, b"a"), result(2, 0, b"b")], [(2, b"a", 0, b"b")]),
        ([result(9, 0, b"b"), call(2, b"a"), result(2)], [(2, b"a", 0, b"")]),
        (
            [result(9), call(2), result(2), POWER, call(3), result(3)],
            [(2, b"", 0, b""), (3, b"", 0, b"")],
        ),
        ([POWER, call(1)], []),
        ([], []),
    ],
)
def test_an_answer_belongs_to_the_first_call_that_waits(
    rows: list[tuple[int, int, int, int]], made: list[tuple[int, bytes, int, bytes]]
) -> None:
    """Also when the board ended before the answer, or the trace dropped its beginning."""
    records = np.array([(*row, n) for n, row in enumerate(rows)], RECORD)
    trace = Trace("pi_pico", records, payloads=PAYLOADS)
    assert [(c.op, c.data, c.status, c.answer) for c in calls(trace)] == made
    assert [c.op for c in calls(trace, 2)] == [op for op, *_ in made if op == 2]
    assert len(calls(trace, limit=1)) == min(1, len(made))
