"""Ordinary programs that ask much of the bench: many edges, many bytes, two boards. The benchmark
measures how much faster than life they run, and a test holds that no speed-up changes them.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from tests.support.network_bench import AP, BOARDS, JOIN

SECOND = 1_000_000_000
REGISTERS = 10
LAMPS = 32

Wires = list[tuple[str, str]]
Parts = dict[str, tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class EngineProgram:
    """What runs on a bench, and what is on it."""

    name: str
    programs: Mapping[str, str]
    """The program of each board, by its id."""
    parts: Parts = field(default_factory=dict)
    wires: Wires = field(default_factory=list)
    kind: str = "esp32"
    seconds: float = 1.0
    """For how long the benchmark lets it run."""

    def circuit(self, **options: Any) -> Circuit:
        """A new circuit of it."""
        parts: list[dict[str, Any]] = [{"type": BOARDS[self.kind], "id": b} for b in self.programs]
        parts += [{"type": t, "id": i, "attrs": a} for i, (t, a) in self.parts.items()]
        wires = [[a, b, "", []] for a, b in self.wires]
        return Circuit(load({"version": 1, "parts": parts, "connections": wires}), **options)

    def start(self, stack: ExitStack, circuit: Circuit) -> Bench:
        """A bench that is on until the stack ends."""
        flashes = {}
        for board, program in self.programs.items():
            flashes[board] = stack.enter_context(Flash(circuit.sides[board].board))
            flashes[board].put({"main.py": program.encode()})
        limits = Limits(records=50_000_000, wall_s=600, cpu_s=600)
        return stack.enter_context(Bench(circuit, flash=flashes, limits=limits))


def _chain(lamps: int) -> tuple[Parts, Wires]:
    """A chain of shift registers; the first ones have lamps."""
    parts: Parts = {f"u{n}": ("wokwi-74hc595", {}) for n in range(REGISTERS)}
    wires: Wires = [("b:25", "u0:DS")]
    wires += [(f"u{n}:Q7S", f"u{n + 1}:DS") for n in range(REGISTERS - 1)]
    for n in range(REGISTERS):
        pins = {"SHCP": "26", "STCP": "27", "MR": "3V3", "VCC": "3V3", "OE": "GND.1"}
        wires += [(f"b:{pin}", f"u{n}:{of}") for of, pin in pins.items()]
        wires.append((f"u{n}:GND", "b:GND.2"))
    for n in range(lamps):
        parts[f"r{n}"] = ("wokwi-resistor", {"value": "470"})
        parts[f"led{n}"] = ("wokwi-led", {})
        wires += [(f"u{n // 8}:Q{n % 8}", f"r{n}:1"), (f"r{n}:2", f"led{n}:A")]
        wires.append((f"led{n}:C", "b:GND.1"))
    return parts, wires


_SHIFTS = """
from machine import Pin
data, clock, latch = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.OUT)
n = 0
while True:
    n += 1
    for bit in range(80):
        data((n + bit) % 3 == 0)
        clock(1); clock(0)
    latch(1); latch(0)
"""
_SPI_SHIFTS = """
from machine import SPI, Pin
import time
spi = SPI(2, baudrate=1_000_000, sck=Pin(26), mosi=Pin(25))
latch, n = Pin(27, Pin.OUT), 0
while True:
    n += 1
    spi.write(bytes((n + i) & 255 for i in range(10)))
    latch(1); latch(0)
    time.sleep_ms(1)
"""
_MATRICES = """
from machine import SPI, Pin
import time
spi = SPI(2, baudrate=1_000_000, sck=Pin(26), mosi=Pin(25))
select, n = Pin(27, Pin.OUT, value=1), 0
def put(place, value):
    select(0); spi.write(bytes((place, value)) * 8); select(1)
for place, value in ((12, 1), (15, 0), (11, 7), (9, 0), (10, 3)):
    put(place, value)
while True:
    n += 1
    for row in range(8):
        put(row + 1, n + row & 255)
    time.sleep_ms(15)
"""
_TALKS = """
from machine import UART
import time
uart, sent, got = UART(1, 115200, tx=17, rx=16, rxbuf=1024), 0, 0
while True:
    uart.write(bytes(range(100)))
    sent += 100
    time.sleep_ms(9)
    got += len(uart.read() or b'')
    if sent % 10000 == 0:
        print(sent, got)
"""
_ESPNOW = """
import espnow, network, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
now = espnow.ESPNow()
now.active(True)
all = b'\\xff' * 6
now.add_peer(all)
"""
_SENDS = _ESPNOW + "while True:\n    now.send(all, b'hello', False)\n    time.sleep_ms(10)\n"
_HEARS = _ESPNOW + "count = 0\nwhile True:\n    host, word = now.recv()\n    count += 1\n"
OLED_DRIVER = """
import framebuf
class Oled(framebuf.FrameBuffer):
    def __init__(self, bus):
        self.bus, self.data = bus, bytearray(1025)
        self.data[0] = 0x40
        super().__init__(memoryview(self.data)[1:], 128, 64, framebuf.MONO_VLSB)
        for c in b'\\x20\\x00\\x8d\\x14\\xaf':
            bus.writeto(0x3c, bytes((0x80, c)))
    def show(self):
        for c in b'\\x21\\x00\\x7f\\x22\\x00\\x07':
            self.bus.writeto(0x3c, bytes((0x80, c)))
        self.bus.writeto(0x3c, self.data)
"""
_OLED_MQTT = (
    JOIN
    + OLED_DRIVER
    + """
import machine
from umqtt.simple import MQTTClient
bus = machine.I2C(0, scl=machine.Pin(22), sda=machine.Pin(21), freq=400_000)
oled, n = Oled(bus), 0
client = MQTTClient('node', 'broker.warsha', keepalive=60)
client.connect()
while True:
    n += 1
    oled.fill(0)
    oled.text('count %d' % n, 0, n % 56)
    oled.show()
    if n % EACH == 0:
        raw = bus.readfrom_mem(0x68, 0x41, 2)
        client.publish(b'node', b'%d %d' % (n, raw[0] << 8 | raw[1]), qos=1)
    time.sleep_ms(SLEEP)
"""
)
_OLED_PARTS: Parts = {
    "ap": ("wokwi-wifi-ap", dict(AP)),
    "oled": ("board-ssd1306", {}),
    "imu": ("wokwi-mpu6050", {}),
}
_OLED_WIRES: Wires = [("oled:SCL", "b:22"), ("oled:SDA", "b:21"), ("oled:VCC", "b:3V3")]
_OLED_WIRES += [("oled:GND", "b:GND.1"), ("imu:SCL", "b:22"), ("imu:SDA", "b:21")]
_OLED_WIRES += [("imu:VCC", "b:3V3"), ("imu:GND", "b:GND.1")]
_PIXELS = """
from machine import Pin
from neopixel import NeoPixel
import time
strip, n = NeoPixel(Pin(26), 256), 0
while True:
    n += 1
    strip.fill((n & 255, 0, 0))
    strip.write()
    time.sleep_ms(10)
"""
_DHT = """
import dht, machine, time
sensor = dht.DHT22(machine.Pin(4))
while True:
    sensor.measure()
    print(sensor.temperature())
    time.sleep(2)
"""
_DIGITS = """
from machine import Pin
import time
segments = [Pin(n, Pin.OUT) for n in (13, 14, 16, 17, 18, 19, 21)]
digits = [Pin(n, Pin.OUT, value=1) for n in (22, 23, 25, 26)]
shapes = (0x3f, 0x06, 0x5b, 0x4f)
while True:
    for digit, shape in zip(digits, shapes):
        for n, pin in enumerate(segments):
            pin(shape >> n & 1)
        digit(0)
        time.sleep_ms(2)
        digit(1)
"""
_PWM_PINS = (4, 5, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32)
_PWMS = f"""PINS = {_PWM_PINS}

from machine import Pin, PWM
import time
pwms = [PWM(Pin(n), freq=1000, duty_u16=0) for n in PINS]
n = 0
while True:
    n += 1
    for at, pwm in enumerate(pwms):
        pwm.duty_u16((n * 500 + at * 4000) % 65536)
    time.sleep_ms(20)
"""
_SEGMENTS = dict(zip("ABCDEFG", (13, 14, 16, 17, 18, 19, 21), strict=True))
_DIGIT_PINS = dict(zip(("DIG1", "DIG2", "DIG3", "DIG4"), (22, 23, 25, 26), strict=True))


def _digits() -> tuple[Parts, Wires]:
    parts: Parts = {"show": ("wokwi-7segment", {"digits": "4", "common": "cathode"})}
    wires: Wires = []
    for segment, pin in _SEGMENTS.items():
        parts[f"r{segment}"] = ("wokwi-resistor", {"value": "470"})
        wires += [(f"b:{pin}", f"r{segment}:1"), (f"r{segment}:2", f"show:{segment}")]
    return parts, wires + [(f"b:{pin}", f"show:{name}") for name, pin in _DIGIT_PINS.items()]


def _lamps(pins: tuple[int, ...]) -> tuple[Parts, Wires]:
    parts: Parts = {}
    wires: Wires = []
    for pin in pins:
        parts[f"r{pin}"] = ("wokwi-resistor", {"value": "470"})
        parts[f"led{pin}"] = ("wokwi-led", {})
        wires += [(f"b:{pin}", f"r{pin}:1"), (f"r{pin}:2", f"led{pin}:A")]
        wires.append((f"led{pin}:C", "b:GND.1"))
    return parts, wires


_MATRIX_PARTS: Parts = {f"m{n}": ("wokwi-max7219-matrix", {"chain": "4"}) for n in range(2)}
_MATRIX_WIRES: Wires = [("b:25", "m0:DIN"), ("m0:DOUT", "m1:DIN")]
for _matrix in _MATRIX_PARTS:
    _MATRIX_WIRES += [("b:26", f"{_matrix}:CLK"), ("b:27", f"{_matrix}:CS")]
    _MATRIX_WIRES += [("b:5V", f"{_matrix}:V+"), ("b:GND.1", f"{_matrix}:GND")]
_CROSSED: Wires = [("b:17", "c:16"), ("b:16", "c:17"), ("b:GND.1", "c:GND.1")]
_DHT_WIRES: Wires = [("dht:VCC", "b:3V3"), ("dht:SDA", "b:4"), ("dht:GND", "b:GND.1")]
_STRIP_WIRES: Wires = [("strip:DIN", "b:26"), ("strip:VDD", "b:5V"), ("strip:VSS", "b:GND.1")]
_STRIP: Parts = {"strip": ("wokwi-led-strip", {"pixels": "256"})}


def _oled(each: int, sleep_ms: int) -> str:
    return _OLED_MQTT.replace("EACH", str(each)).replace("SLEEP", str(sleep_ms))


PROGRAMS = (
    EngineProgram("10 shift registers, written pin by pin", {"b": _SHIFTS}, *_chain(LAMPS)),
    EngineProgram(
        "10 shift registers on SPI, 1,000 times a second", {"b": _SPI_SHIFTS}, *_chain(LAMPS)
    ),
    EngineProgram("UART at 115,200 baud, both ways", {"b": _TALKS, "c": _TALKS}, {}, _CROSSED),
    EngineProgram("ESP-NOW, 100 messages a second", {"b": _SENDS, "c": _HEARS}, seconds=20),
    EngineProgram(
        "an OLED 10 times a second and MQTT",
        {"b": _oled(10, 70)},
        _OLED_PARTS,
        _OLED_WIRES,
        seconds=60,
    ),
    EngineProgram(
        "256 NeoPixels, 50 pictures a second", {"b": _PIXELS}, _STRIP, _STRIP_WIRES, seconds=30
    ),
    EngineProgram(
        "a DHT22 each 2 s", {"b": _DHT}, {"dht": ("wokwi-dht22", {})}, _DHT_WIRES, seconds=600
    ),
    EngineProgram("four digits, one lit at a time", {"b": _DIGITS}, *_digits(), seconds=60),
    EngineProgram("15 lamps with PWM", {"b": _PWMS}, *_lamps(_PWM_PINS), seconds=600),
    EngineProgram(
        "8 dot matrices (MAX7219), 50 pictures a second",
        {"b": _MATRICES},
        _MATRIX_PARTS,
        _MATRIX_WIRES,
        seconds=30,
    ),
)
HOUR = EngineProgram(
    "an hour of an OLED each second, sensor and MQTT",
    {"b": _oled(10, 960)},
    _OLED_PARTS,
    _OLED_WIRES,
)
BUSY_HOUR = EngineProgram(
    "an hour of an OLED 10 times a second, sensor and MQTT",
    {"b": _oled(100, 70)},
    _OLED_PARTS,
    _OLED_WIRES,
)
