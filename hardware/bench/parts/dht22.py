"""The DHT22 (AM2302) temperature and humidity sensor with its one-wire protocol."""

import math
from functools import cache
from itertools import chain

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import FAULT_COUNT, Module
from hardware.bench.parts.common.part import FAULT, Control, PartView
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.bench.svg.pcb import reading
from hardware.i18n import both

US = 1000
START_NS = 800 * US
"""The shortest low pulse that starts it (AM2302 data sheet, timing: 0.8 to 20 ms)."""
GO_US, ANSWER_US, LOW_US, ZERO_US, ONE_US = 30, 80, 50, 26, 70
"""Tgo, Trel and Treh, Tlow, TH0, TH1 of the same table, typical."""
FRESH_NS = 1_900_000_000
"""The shortest time between two measurements; 2 s in the data sheet."""
CELSIUS, PERCENT = Control(-40, 80), Control(0, 100)


class Dht22(Module):
    """Pins `VCC SDA NC GND`; attributes and controls `temperature` (24 °C, -40 to 80) and
    `humidity` (40 %).

    The host holds SDA low for at least 0.8 ms. 30 µs after SDA is released, the sensor answers
    with 80 µs low, 80 µs high and 40 bits (50 µs low, then 26 µs high for 0 or 70 µs for 1):
    humidity and temperature in tenths, sign and magnitude, and the low byte of the sum of the four
    bytes. If it is read again within about 2 s, it repeats the last values. SDA has 10 kΩ to VCC,
    as on common modules.

    Extensions of ours are the faults `bad_checksum`, `silent` (no answer), `stuck` (SDA is held
    low), 0 or 1, and `drift` (error in °C). `fault_count` ends `bad_checksum` and `silent` after
    this number of readings (0: never). Source: Aosong AM2302 data sheet, section 7 (single bus).
    """

    TYPES = ("wokwi-dht22",)
    TITLE = both("Temperature and humidity (DHT22)")
    GROUP = "sensors"
    PINS = {"VCC": (15, 114.9), "SDA": (24.5, 114.9), "NC": (34.1, 114.9), "GND": (43.8, 114.9)}
    SIZE = (57.1, 116.7)
    CONTROLS = {
        "temperature": CELSIUS,
        "humidity": PERCENT,
        "bad_checksum": FAULT,
        "silent": FAULT,
        "stuck": FAULT,
        "drift": Control(-40, 40, fault=True),
        "fault_count": FAULT_COUNT,
    }
    ATTRS = {"temperature": "24", "humidity": "40"}
    SUPPLY = ("VCC", "GND", 3.0)
    LISTENS = ("SDA",)
    OUTPUTS = {"SDA": None}
    PULL_UPS = {"SDA": 10_000.0}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, range_, unit in (("temperature", CELSIUS, "°C"), ("humidity", PERCENT, "%")):
            self.values[name] = self.number(name, range_.low, range_.high, unit)

    def begin(self) -> None:
        self._fell_ns = self.world.now_ns
        self._measured_ns: int | None = None
        self._data = b""
        self._sends_until_ns = -1
        if self.values["stuck"]:
            self.driven["SDA"] = False

    def moved(self, name: str, value: float) -> None:
        if name == "stuck" and self.powered:
            self.forget()
            self._sends_until_ns = -1
            self.drive("SDA", False if value else None)

    def level_changed(self, pin: str, high: bool) -> None:
        now = self.world.now_ns
        if self.ignores(pin) or self.values["stuck"]:
            return
        if not high:
            self._fell_ns = now
        elif now - self._fell_ns >= START_NS:
            silent, error = self.values["silent"], self.values["bad_checksum"]
            self.measured("silent", "bad_checksum")
            if not silent:
                self._answer(int(error))

    def _answer(self, error: int) -> None:
        """Send the 40 bits; `error` is added to the checksum."""
        now = self.world.now_ns
        if self._measured_ns is None or now - self._measured_ns >= FRESH_NS:
            self._measured_ns, self._data = now, self._measure()
        frame = self._data + bytes([sum(self._data) + error & 0xFF])
        t_us = GO_US
        steps: list[tuple[int, bool | None]] = []
        for low_us, high_us in pulses(frame):
            steps += [(t_us * US, False), ((t_us + low_us) * US, None)]
            t_us += low_us + high_us
        self._sends_until_ns = now + t_us * US
        self.announce("SDA", steps)

    def ignores(self, pin: str) -> bool:
        return self.world.now_ns <= self._sends_until_ns

    def _measure(self) -> bytes:
        """The four bytes of data."""
        humidity = math.floor(self.values["humidity"] * 10 + 0.5)
        tenths = round((self.values["temperature"] + self.values["drift"]) * 10)
        sign = 0x8000 if tenths < 0 else 0
        return humidity.to_bytes(2, "big") + (sign | abs(tenths)).to_bytes(2, "big")

    def svg(self, view: PartView) -> str:
        slots = "".join(
            line(x, y, x + 9, y, "#c3cad2", 2.2) for x in (12, 24, 36) for y in range(26, 60, 6)
        )
        return (
            "".join(line(x, 88, x, 114, "#9aa1ab", 2) for x, _y in self.PINS.values())
            + rect(1, 1, 55.1, 92, "#f2f3f5", 4, stroke="#c3cad2", stroke_width=1)
            + circle(28.5, 10, 4.5, "#d6dbe2")
            + slots
            + reading(28.5, 72, f"{self.values['temperature']:.1f} °C", "#3a4049")
            + reading(28.5, 84, f"{self.values['humidity']:.1f} %", "#3a4049")
            + text(28.5, 21.5, "DHT22", 6, "#7b838e", text_anchor="middle")
        )


def pulses(frame: bytes) -> list[tuple[int, int]]:
    """The answer as pulses: microseconds low and then high of its start, its bits and its end."""
    data = chain.from_iterable(map(_pulses_of, frame))
    return [(ANSWER_US, ANSWER_US), *data, (LOW_US, 0)]


@cache
def _pulses_of(byte: int) -> list[tuple[int, int]]:
    return [(LOW_US, ONE_US if byte >> n & 1 else ZERO_US) for n in range(7, -1, -1)]
