"""Measurements of buses: registers on I2C, frames on SPI, bytes of a UART, colours."""

import pytest

from grader.lab.run import Run
from grader.measure import i2c, spi
from grader.measure.framing import crc8, escaped, flagged, unescaped
from grader.measure.neopixel import colours
from grader.measure.times import periods
from grader.measure.uart import uart_sent
from hardware.bench.decode.buses import buses
from tests.support.measured_run import MS, measured
from tests.support.parts_bench import Parts

FAMILIES = pytest.mark.parametrize("family", ["esp32", "rp2"])
BUS = """
from machine import I2C, Pin
import time
i2c = I2C(0, scl=Pin(SCL), sda=Pin(SDA), freq=100_000)
print('READY')
"""
PINS = {"esp32": {"SCL": 22, "SDA": 21}, "rp2": {"SCL": 5, "SDA": 4}}
BMP: Parts = {"p": ("board-bmp180", {})}
CALIBRATED = (
    BUS
    + """
if READ_ID:
    print(i2c.readfrom_mem(0x77, 0xD0, 1))
if BURST:
    i2c.readfrom_mem(0x77, 0xAA, 22)
else:
    for register in range(0xAA, 0xC0, 2):
        i2c.readfrom_mem(0x77, register, 2)
for _ in range(3):
    i2c.writeto_mem(0x77, 0xF4, b'\\x2e')
    time.sleep_ms(WAIT)
    i2c.writeto(0x77, b'\\xf6', False)
    i2c.readfrom(0x77, 2)
"""
)


def on_i2c(program: str, family: str = "esp32", parts: Parts = BMP) -> Run:
    name = "GP{}" if family == "rp2" else "{}"
    pins = PINS[family]
    wires = [f"b:{name.format(pins[role])} p:{role}" for role in ("SCL", "SDA")]
    wires += ["b:3V3 p:VCC", "b:GND.1 p:GND"]
    return measured(parts, wires, program, pins, until_ms=1000, family=family)


def calibrated(
    family: str = "esp32", *, id: bool = True, burst: bool = True, wait_ms: int = 5
) -> Run:
    head = f"READ_ID, BURST, WAIT = {id}, {burst}, {wait_ms}\n"
    return on_i2c(head + CALIBRATED, family)


@FAMILIES
@pytest.mark.parametrize("burst", [True, False])
def test_registers_of_a_sensor(family: str, burst: bool) -> None:
    run = calibrated(family, burst=burst)
    seen = i2c.register_accesses(run, 0x77)
    assert seen[0].register == 0xD0 and seen[0].data == b"\x55" and seen[0].is_read
    calibration = [one for one in seen if one.is_read and 0xAA <= (one.register or 0) < 0xC0]
    assert len(calibration) == (1 if burst else 11)
    for register in range(0xAA, 0xC0):  # each byte once
        assert len(i2c.reads_of(seen, register)) == 1
    begins = i2c.writes_of(seen, 0xF4)
    assert [value for _, value in begins] == [0x2E] * 3
    results = i2c.reads_of(seen, 0xF6)
    waits_ns = [b.at_ns - a for (a, _), b in zip(begins, results, strict=True)]
    assert all(4.9 * MS < wait < 6 * MS for wait in waits_ns)


def test_a_program_without_wait_or_bus_scan_measures_differently() -> None:
    seen = i2c.register_accesses(calibrated(id=False, wait_ms=0), 0x77)
    assert seen[0].register == 0xAA
    (begin, _), *_ = i2c.writes_of(seen, 0xF4)
    assert i2c.reads_of(seen, 0xF6)[0].at_ns - begin < 0.5 * MS
    assert i2c.reads_of(seen, 0xD0) == []


def test_a_scan_is_one_text_and_probes_are_not() -> None:
    program = (
        BUS
        + """
i2c.scan()
i2c.scan()
for address in (0x76, 0x77):
    try:
        i2c.writeto(address, b'')
    except OSError:
        pass
i2c.readfrom_mem(0x77, 0xD0, 1)
"""
    )
    (bus,) = buses(on_i2c(program).trace)
    probes = ["76: no answer", "W 77: "]
    assert [one.text for one in bus.transfers] == ["scan: 77"] * 2 + [*probes, "W 77: d0 R 77: 55"]
    empty: Parts = {"p": ("wokwi-led", {})}
    wires = ["b:22 p:A", "b:21 p:C"]
    (bus,) = buses(measured(empty, wires, BUS + "i2c.scan()", PINS["esp32"], until_ms=500).trace)
    assert [one.text for one in bus.transfers] == ["scan: -"]


def test_transfers_addresses_and_traffic() -> None:
    program = (
        BUS
        + """
print(i2c.scan())
i2c.writeto(0x77, b'\\xd0')
try:
    i2c.writeto(0x3c, b'\\x00')
except OSError:
    pass
"""
    )
    run = on_i2c(program)
    scanned = i2c.transfers(run)
    assert i2c.addressed(run)[0] == 8 and 0x77 in i2c.addressed(run)
    assert [t.found for t in i2c.transfers(run, 0x3C)] == [False, False]
    assert i2c.transfers(run, 0x77, scl="SDA") == []
    assert 0 < scanned[0].t_ns < scanned[-1].t_ns < 100 * MS
    loads = i2c.traffic(scanned)
    assert loads.between(0, 1000 * MS) == 1  # only what somebody took
    burst = i2c.traffic(i2c.transfers(calibrated(), 0x77))
    assert burst.most_in(1000 * MS) == burst.between(0, 1000 * MS) > 30
    assert burst.most_in(1 * MS) == 25  # the id, and 22 bytes, each behind a register's number


def test_what_a_program_did_before_ready_counts_since_power_on() -> None:
    ready = "print('READY')\n"
    early = BUS.replace(ready, "i2c.writeto_mem(0x77, 0xF4, b'.')\n" + ready)
    run = on_i2c(early + "i2c.readfrom_mem(0x77, 0xD0, 1)\n")
    assert [one.register for one in i2c.register_accesses(run, 0x77)] == [0xD0]
    first, second = i2c.register_accesses(run, 0x77, boot=True)
    assert (first.register, first.data, first.is_read) == (0xF4, b".", False)
    assert first.at_ns < 0 < second.at_ns
    assert i2c.addressed(run, boot=True) == i2c.addressed(run) == [0x77]


SPI = """
from machine import SPI, Pin
import time
cs = Pin(CS, Pin.OUT, value=1)
spi = SPI(1, baudrate=1_000_000, polarity=POLARITY, sck=Pin(SCK), mosi=Pin(MOSI), miso=Pin(MISO))
print('READY')
spi.write(b'nobody')
for word in (b'\\x01\\x02', b'\\x03'):
    cs(0)
    for byte in word:
        spi.write(bytes([byte]))
    cs(1)
    time.sleep_ms(10)
cs(0)
spi.read(2, 0xAA)
cs(1)
"""
SPI_PINS = {"SCK": 18, "MOSI": 23, "MISO": 19, "CS": 5}


@pytest.mark.parametrize("polarity", [0, 1])
def test_frames_of_a_chip_that_is_selected(polarity: int) -> None:
    run = measured({}, [], f"POLARITY = {polarity}\n" + SPI, SPI_PINS, until_ms=500)
    seen = spi.frames(run, "SCK", "CS")
    assert [frame.sent for frame in seen] == [b"\x01\x02", b"\x03", b"\xaa\xaa"]
    assert [len(frame.received) for frame in seen] == [0, 0, 2]
    assert 10 * MS < seen[1].at_ns - seen[0].at_ns < 11 * MS
    assert all(frame.end_ns - frame.at_ns < MS for frame in seen)
    (first, *_) = spi.transfers(run, "SCK")
    assert (first.sent, first.hz, first.mode) == (b"nobody", 1_000_000, 2 * polarity)


UART = """
from machine import UART, Pin
import time
link = UART(1, baudrate=BAUD, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
link.write(b'before')
time.sleep_ms(100)
print('READY')
for n in range(3):
    link.write(bytes((0x7E, 1, n, 0x7E)))
    time.sleep_ms(100)
"""


@FAMILIES
@pytest.mark.parametrize("baud", [115_200, 9600])
def test_bytes_that_a_board_sends(family: str, baud: int) -> None:
    tx, rx = {"esp32": (17, 16), "rp2": (8, 9)}[family]
    pins = {"LINK_TX": tx, "LINK_RX": rx}
    run = measured({}, [], f"BAUD = {baud}\n" + UART, pins, until_ms=800, family=family)
    line = uart_sent(run, "LINK_TX")
    assert line.baud == (baud,)
    frames = line.frames(gap_ns=20 * MS)
    assert [data for _, data in frames] == [bytes((0x7E, 1, n, 0x7E)) for n in range(3)]
    assert 99 * MS < frames[1][0] - frames[0][0] < 102 * MS
    assert [data for _, data in line.between_flags(0x7E)] == [bytes((1, n)) for n in range(3)]
    byte_ns = (line.at_ns[3] - line.at_ns[2]).item()
    assert byte_ns == pytest.approx(10e9 / baud, rel=0.01)


def test_frames_are_stuffed_and_have_a_crc() -> None:
    digits = b"123456789"
    # The check values of CRC-8/SMBUS, CRC-8/NRSC-5 and CRC-8/I-CODE.
    assert [crc8(digits, 0x07, 0), crc8(digits, 0x31, 0xFF), crc8(digits, 0x1D, 0xFD)] == [
        0xF4,
        0xF7,
        0x7E,
    ]
    frame = b"\x01~\n}\x02"
    assert escaped(frame) == b"\x01}^\n}]\x02"
    assert unescaped(escaped(frame)) == frame
    assert flagged(escaped(b"~")) == b"~}^~"


PIXELS = """
from machine import Pin
import neopixel, time
lamps = neopixel.NeoPixel(Pin(NEOPIXEL), 3)
print('READY')
on = False
for n in range(8):
    on = not on
    lamps[0] = (0, 20, 0) if on else (0, 0, 0)
    lamps[2] = RED
    lamps.write()
    time.sleep_ms(250)
"""


@pytest.mark.parametrize("red", [(9, 0, 0), (0, 9, 0)])
def test_colours_of_pixels(red: tuple[int, int, int]) -> None:
    program = f"RED = {red}\n" + PIXELS
    run = measured({}, [], program, {"NEOPIXEL": 23}, until_ms=3000)
    seen = colours(run, "NEOPIXEL", lamps=3)
    assert len(seen) == 8
    assert seen.at(-1) == [(0, 0, 0)] * 3
    assert seen.at(100 * MS) == [(0, 20, 0), (0, 0, 0), red]
    assert all(abs(period - 250) < 2 for period in periods(seen.changes(0)))
    assert len(seen.changes(1)) == 0 and len(seen.changes(2)) == 1


def test_a_short_frame_does_not_change_the_other_pixels() -> None:
    program = "from machine import Pin, bitstream\nprint('READY')\nwire = Pin(NEOPIXEL, Pin.OUT)\n"
    program += "for data in (bytes(range(9)), b'\\x63\\x64\\x65\\x66'):\n"
    program += "    bitstream(wire, 0, (400, 850, 800, 450), data)\n"
    run = measured({}, [], program, {"NEOPIXEL": 23}, until_ms=300)
    seen = colours(run, "NEOPIXEL", lamps=3)
    assert seen.at(300 * MS) == [(0x64, 0x63, 0x65), (4, 3, 5), (7, 6, 8)]
    assert colours(run, "NEOPIXEL", lamps=1).at(300 * MS) == [(0x64, 0x63, 0x65)]


def test_a_bus_without_a_pause_is_decoded_once_and_up_to_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = on_i2c(BUS + "while True:\n    i2c.writeto(0x77, b'\\xd0')\n")
    everything = len(i2c.transfers(run))
    assert everything > 1000
    assert i2c.transfers(run)[0] is i2c.transfers(run)[0]
    monkeypatch.setattr("grader.measure.i2c.MOST_CALLS", 100)
    again = on_i2c(BUS + "while True:\n    i2c.writeto(0x77, b'\\xd0')\n")
    assert len(i2c.transfers(again)) == 100
