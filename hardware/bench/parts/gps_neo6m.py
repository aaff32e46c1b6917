"""A GPS receiver with a UART, the module GY-NEO6MV2."""

from datetime import datetime, timedelta
from functools import reduce
from operator import xor

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import UartPart
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, Control, PartView
from hardware.bench.svg.elements import circle, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading, status_led
from hardware.i18n import both

S = 1_000_000_000
NOW = datetime(2026, 1, 1)
"""UTC when a bench starts, so that a run can be repeated."""
KNOTS = 0.539957
"""Knots of a km/h."""
PLACES = {
    "latitude": Control(-90, 90),
    "longitude": Control(-180, 180),
    "altitude": Control(-500, 20_000),
    "speed": Control(0, 1000),
    "course": Control(0, 359.9),
    "satellites": Control(0, 12, whole=True),
}
LEAST_SATELLITES = 4
"""With fewer there is no position."""


class GpsNeo6m(Module, UartPart):
    """Pins `VCC RX TX GND`; 9600 baud. Each second it sends the NMEA sentences RMC, VTG, GGA, GSA
    and GLL of the talker GP. The part is ours: Wokwi has none.

    Attributes and controls: `latitude`, `longitude` (30.0444, 31.2357 degrees; south and west are
    negative), `altitude` (23 m), `speed` (0 km/h), `course` (0°), `satellites` (8; with less than
    4 there is no position: the fields are empty and RMC has V). The clock starts at 2026-01-01
    00:00:00 UTC. What is sent to RX (UBX, PUBX) is ignored. The fault `bad_checksum` makes each
    checksum wrong, `silent` stops it. Source: u-blox 6 receiver description
    (GPS.G6-SW-10018-F), NMEA protocol.
    """

    TYPES = ("warsha-gps-neo6m",)
    TITLE = both("GPS (NEO-6M)")
    GROUP = "modules"
    PINS = {"VCC": (38.4, 94), "RX": (48, 94), "TX": (57.6, 94), "GND": (67.2, 94)}
    SIZE = (105.6, 99)
    SUPPLY = ("VCC", "GND", 2.7)
    DRAWS = 0.045
    CONTROLS = {**PLACES, "bad_checksum": FAULT, "silent": FAULT}
    ATTRS = {
        "latitude": "30.0444",
        "longitude": "31.2357",
        "altitude": "23",
        "speed": "0",
        "course": "0",
        "satellites": "8",
    }
    OUTPUTS = {"TX": True}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, bounds in PLACES.items():
            self.values[name] = self.number(name, bounds.low, bounds.high)

    def begin(self) -> None:
        self.after(S, self._report)

    def _report(self) -> None:
        if not self.values["silent"]:
            self.uart_send("".join(map(self._sentence, self._fields())).encode())
        self.after(S, self._report)

    def _sentence(self, body: str) -> str:
        checksum = reduce(xor, body.encode()) ^ bool(self.values["bad_checksum"])
        return f"${body}*{checksum:02X}\r\n"

    @property
    def has_fix(self) -> bool:
        """Whether it knows where it is."""
        return self.values["satellites"] >= LEAST_SATELLITES

    def _fields(self) -> tuple[str, ...]:
        at = NOW + timedelta(seconds=self.world.now_ns // S)
        time, date, fix, count = f"{at:%H%M%S}.00", f"{at:%d%m%y}", self.has_fix, self.values
        satellites = int(count["satellites"])
        knots, course = count["speed"] * KNOTS, f"{count['course']:.2f}"
        place, mode, valid = ",,,", "N", "V"
        motion, speeds, dilution = ",", 7 * ",", "99.99"
        height = 5 * ","
        if fix:
            lat, lon = _angle(count["latitude"], 2, "NS"), _angle(count["longitude"], 3, "EW")
            place, mode, valid = f"{lat},{lon}", "A", "A"
            motion = f"{knots:.3f},{course}"
            speeds = f"{course},T,,M,{knots:.3f},N,{count['speed']:.3f},K"
            height, dilution = f"{count['altitude']:.1f},M,15.4,M,,", "1.01"
        used = ",".join(f"{n + 1:02d}" if fix and n < satellites else "" for n in range(12))
        return (
            f"GPRMC,{time},{valid},{place},{motion},{date},,,{mode}",
            f"GPVTG,{speeds},{mode}",
            f"GPGGA,{time},{place},{int(fix)},{satellites:02d},{dilution},{height}",
            f"GPGSA,A,{3 if fix else 1},{used},{dilution},{dilution},{dilution}",
            f"GPGLL,{place},{time},{valid},{mode}",
        )

    def svg(self, view: PartView) -> str:
        blinks = self.powered and self.has_fix
        return (
            pcb(self.SIZE, "#1f4e8c", (9, 9), (96.6, 9), (9, 78), (96.6, 78))
            + rect(18, 16, 44, 44, "#d8ccb0", 2)
            + rect(25, 23, 30, 30, "#e9e0c8", 1)
            + circle(40, 38, 2.4, "#868e99")
            + chip(68, 22, 24, 22, "u-blox")
            + status_led(74, 58, blinks)
            + reading(
                53, 73, f"{self.values['latitude']:.3f}, {self.values['longitude']:.3f}", size=7
            )
            + header(self.PINS, self.SIZE)
        )


def _angle(degrees: float, digits: int, signs: str) -> str:
    """Degrees and minutes as NMEA writes them, with the letter of the direction."""
    whole, minutes = divmod(round(abs(degrees) * 60 * 100_000), 60 * 100_000)
    return f"{whole:0{digits}d}{minutes / 100_000:08.5f},{signs[degrees < 0]}"
