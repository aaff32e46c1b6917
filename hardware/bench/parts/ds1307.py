"""The DS1307 real-time clock with its battery."""

from datetime import datetime, timedelta

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import FAULT, Control, PartView, World
from hardware.bench.parts.common.registers import FAULTS, RegisterTarget
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import chip, header, pcb, reading
from hardware.i18n import _, both

S = 1_000_000_000
NOW = datetime(2026, 1, 1)
"""The date and time at which every bench starts, so that a run can be repeated."""
EMPTY = datetime(2000, 1, 1)
CENTURY = 2000
"""The chip has only two digits of the year."""
CONTROL, MEMORY = 7, 8
HALT, TWELVE, AFTERNOON = 0x80, 0x40, 0x20
RATES_HZ = (1, 4096, 8192, 32768)


class Ds1307(RegisterTarget):
    """Pins `GND 5V SDA SCL SQW`; attribute `initTime`: `now` (here always 2026-01-01 00:00, so
    that a run can be repeated), `0` (2000-01-01) or ISO 8601. I2C address 0x68.

    Registers: time and date as BCD (00 to 06; bit 7 of 00 halts the clock, bit 6 of 02 is the
    12-hour form; the bytes of one transfer are from one moment), control (07: SQW off, or 1 Hz,
    4.096, 8.192, 32.768 kHz; open drain) and 56 bytes of memory (08 to 3F). The battery keeps
    everything while the board has no power. The module's pull-ups go to 3.3 V at most here; on a
    real one they go to its supply, which may be 5 V: too much for a pin of the board. It works
    from 3 V on; the real chip needs 4.5 to 5.5 V.

    Extensions of ours are the controls `drift` (seconds that it gains each day) and the faults
    `battery_empty` (time and memory are lost without power), `silent` (no answer at its address),
    `stuck` (SDA is held low), 0 or 1. Source: Maxim DS1307 data sheet, clock and calendar,
    control register.
    """

    TYPES = ("wokwi-ds1307",)
    TITLE = both("Clock (DS1307)")
    GROUP = "modules"
    PINS = {
        "GND": (9.5, 15),
        "5V": (9.5, 25),
        "SDA": (9.5, 34.5),
        "SCL": (9.5, 44),
        "SQW": (9.5, 54),
    }
    SIZE = (97.5, 83.9)
    CONTROLS = {"drift": Control(-86_400, 86_400, fault=True), "battery_empty": FAULT, **FAULTS}
    ATTRS = {"initTime": "now"}
    SUPPLY = ("5V", "GND", 3.0)
    OUTPUTS = {"SDA": None, "SQW": None}
    ADDRESS = 0x68
    COUNT = 64

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._clock = self._first()
        self._clock_ns = 0
        self._weekday = self._clock.isoweekday() % 7 + 1
        self._halted = self._twelve = self._changed = False
        self._memory = bytearray(self.COUNT)
        self._memory[CONTROL] = 0x03
        self._buffer = bytearray(CONTROL)

    def _first(self) -> datetime:
        words = {"now": NOW, "0": EMPTY}
        try:
            found = words.get(self.attr("initTime")) or datetime.fromisoformat(
                self.attr("initTime")
            )
            return found.replace(year=CENTURY + found.year % 100, tzinfo=None, microsecond=0)
        except ValueError:
            raise self.bad_attr(
                "initTime", _('"now", "0" or a date as 2026-01-31T12:00')
            ) from None

    def start(self, world: World) -> None:
        super().start(world)
        self._clock_ns = world.now_ns

    def power(self, on: bool) -> None:
        if on and self.values["battery_empty"]:
            self._set(EMPTY)
            self._halted, self._weekday = True, 1
            self._memory = bytearray(self.COUNT)
            self._memory[CONTROL] = 0x03
        super().power(on)
        if on:
            self._square(False)

    def moved(self, name: str, value: float) -> None:
        if name == "drift":
            self._set(self.now(), self._rest_ns())
        super().moved(name, value)

    # -- time -----------------------------------------------------------------------------------

    def _elapsed_ns(self) -> int:
        if self._halted:
            return 0
        elapsed = self.world.now_ns - self._clock_ns
        return elapsed + round(elapsed * self._drift / 86_400)

    _drift = 0.0

    def _rest_ns(self) -> int:
        return self._elapsed_ns() % S

    def now(self) -> datetime:
        """The date and time of the clock."""
        return self._clock + timedelta(seconds=self._elapsed_ns() // S)

    def _set(self, clock: datetime, rest_ns: int = 0) -> None:
        days = (clock.date() - self._clock.date()).days
        self._weekday = (self._weekday - 1 + days) % 7 + 1
        self._clock, self._clock_ns = clock, self.world.now_ns - rest_ns
        self._drift = self.values["drift"]

    def latch(self) -> None:
        """Fill the chip's read buffer, at each start condition."""
        now = self.now()
        hour = _bcd(now.hour)
        if self._twelve:
            hour = TWELVE | (AFTERNOON if now.hour >= 12 else 0) | _bcd((now.hour + 11) % 12 + 1)
        weekday = (self._weekday - 1 + (now.date() - self._clock.date()).days) % 7 + 1
        fields = (now.second, now.minute, 0, weekday, now.day, now.month, now.year % 100)
        self._buffer = bytearray(map(_bcd, fields))
        self._buffer[0] |= HALT if self._halted else 0
        self._buffer[2] = hour

    def read_register(self, register: int) -> int:
        return self._buffer[register] if register < CONTROL else self._memory[register]

    def write_register(self, register: int, value: int) -> None:
        if register < CONTROL:
            self._buffer[register] = value
            self._changed = True
        else:
            self._memory[register] = value & (0x93 if register == CONTROL else 0xFF)
            if register == CONTROL:
                self.forget()
                self._square(False)

    def i2c_stop(self) -> None:
        if self._changed:
            self._changed = False
            self._take()

    def _take(self) -> None:
        """Take over the written time; values out of range become the nearest valid ones."""
        second, minute, hour, weekday, day, month, year = self._buffer
        self._halted, self._twelve = bool(second & HALT), bool(hour & TWELVE)
        hours = _number(hour & 0x3F) if not self._twelve else _number(hour & 0x1F) % 12
        hours += 12 if self._twelve and hour & AFTERNOON else 0
        first = datetime(CENTURY + _number(year), min(12, max(1, _number(month))), 1)
        days = timedelta(days=max(1, _number(day & 0x3F)) - 1)
        clock = first + days
        if clock.month != first.month:
            clock -= timedelta(days=clock.day)
        minutes, seconds = _number(minute & 0x7F), _number(second & 0x7F)
        self._set(
            clock.replace(hour=min(23, hours), minute=min(59, minutes), second=min(59, seconds))
        )
        self._weekday = min(7, max(1, weekday & 7))

    # -- square wave ----------------------------------------------------------------------------

    def _square(self, high: bool) -> None:
        """Start the next half period of the square wave, or set the level of the OUT bit."""
        control = self._memory[CONTROL]
        if not control & 0x10:
            self.drive("SQW", None if control & 0x80 else False)
            return
        self.drive("SQW", None if high else False)
        half_ns = S // (2 * RATES_HZ[control & 3])
        self.after(half_ns, lambda: self._square(not high))

    def svg(self, view: PartView) -> str:
        shown = self.now() if hasattr(self, "world") else self._clock
        return (
            pcb(self.SIZE, "#23527c", (88, 9), (88, 75))
            + circle(66, 35, 19, "#c6ccd4")
            + circle(66, 35, 16, "#d6dbe2")
            + chip(34, 58, 24, 13)
            + reading(66, 38, f"{shown:%H:%M:%S}", "#3a4049")
            + reading(56, 81, f"{shown:%Y-%m-%d}")
            + header(self.PINS, self.SIZE)
        )


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _number(bcd: int) -> int:
    return (bcd >> 4) * 10 + (bcd & 15)
