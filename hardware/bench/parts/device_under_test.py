"""A small product in the fixture of a test station: the device under test (DUT)."""

from collections.abc import Collection, Hashable

from hardware.bench.diagram import PartSpec
from hardware.bench.events import NEVER
from hardware.bench.parts.common.buses import UartPart
from hardware.bench.parts.common.i2c_memory import ERASED, I2cMemory, Memory
from hardware.bench.parts.common.module import DRIVE_OHMS, Module
from hardware.bench.parts.common.part import (
    BUTTON,
    FAULT,
    SWITCH,
    Control,
    PartView,
    Stamp,
    Words,
)
from hardware.bench.svg.elements import circle, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading, status_led
from hardware.i18n import both

MS = 1_000_000
INRUSH_MA, RUN_MA = 280.0, 120.0
VOLTS_PER_MA = 0.01
REST_OHMS = 100_000.0
FIRST_LINE_MS, SERIAL_MS, READY_MS = 700, 1000, 1100
"""When the lines of the console come, after the power."""
BLINK_FROM_MS, BLINK_MS = 100, 200
"""After the press, and for how long the LED is on, and then off."""
SLEEP_MS = 200
LONGEST_LINE = 64
UNIT = {
    "serial": Control(0, 999_999, whole=True),
    "memory": Control(0, 999_999, whole=True),
    "rail": Control(0, 3.9),
    "rise": Control(1, 5000),
    "blinks": Control(0, 10, whole=True),
    "standby": Control(0, 200),
}


def name_of(number: int) -> str:
    """A serial number as the unit tells it."""
    return f"MP-{number:06d}"


class DeviceUnderTest(Module, I2cMemory, UartPart):
    """Pins `VCC GND RAIL ISENSE LED TX RX SDA SCL`: a product in the fixture of a test station. It
    takes 5 V at VCC. The part is ours: Wokwi has none.

    RAIL is half the voltage of its 3.3 V rail, ISENSE 10 mV for each mA of its supply current.
    After the power comes, the rail rises for `rise` ms, with a current of 280 mA; then it is 120
    mA. The console (115200 baud) sends the lines `BOOT 1.4` (after 700 ms), `SN MP-001001` (1000
    ms) and `READY` (1100 ms). From then on, each press of the button (control `pressed`; a servo
    presses it) lets the LED be on for 200 ms and off for 200 ms, `blinks` times, from 100 ms after
    the press on; and the line `sleep` at RX is answered with `SLEEP`: 200 ms later the current is
    `standby` mA. The memory at I2C address 0x50 is a 24LC32 with the serial number as text at
    address 0. It has no pull-ups.

    Attributes and controls describe the unit: `serial` and `memory`, the number on the console and
    in the memory (1001; 0: no line `SN`, an empty memory), `rail` (3.3 V), `rise` (100 ms),
    `blinks` (3), `standby` (20 mA). The control `present` is 0 while the fixture is empty; a unit
    that is put in under power does nothing until the power comes again. Faults: `hung` (the unit
    stops after `BOOT`), and `loose` (the LED stays dark until the power goes for the first time).
    """

    TYPES = ("warsha-dut",)
    TITLE = both("Device under test (DUT)")
    GROUP = "modules"
    PINS = {
        name: (0, 12 + 9.6 * n)
        for n, name in enumerate(("VCC", "GND", "RAIL", "ISENSE", "LED", "TX", "RX", "SDA", "SCL"))
    }
    SIZE = (134.4, 100.8)
    SUPPLY = ("VCC", "GND", 4.0)
    DRAWS = RUN_MA / 1000
    ANALOG = ("RAIL", "ISENSE")
    CONTROLS = {**UNIT, "present": SWITCH, "pressed": BUTTON, "hung": FAULT, "loose": FAULT}
    ATTRS = {
        "serial": "1001",
        "memory": "1001",
        "rail": "3.3",
        "rise": "100",
        "blinks": "3",
        "standby": "20",
    }
    OUTPUTS = {"TX": True, "LED": False}
    BAUD = 115_200

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, bounds in UNIT.items():
            self.values[name] = self.number(name, bounds.low, bounds.high)
        self.values["present"] = 1.0
        self._since_ns = 0
        self._is_ready = self._sleeps = False
        self._line = b""
        self._write_memory()

    def chip(self, spec: PartSpec) -> Memory:
        return Memory(4096, 32)

    @property
    def runs(self) -> bool:
        """Whether there is a unit with power."""
        return bool(self.powered and self.values["present"])

    # -- electricity --------------------------------------------------------------------------

    @property
    def state(self) -> Hashable:
        return (self.supply_v, *self.driven.values(), *self.values.values(), self._sleeps)

    def stamp(self, net: Stamp) -> None:
        present = self.values["present"]
        for pin, level in self.driven.items():
            net.source(pin, self.values["rail"] if level and present else 0.0, DRIVE_OHMS)
        for pin in self.ANALOG:
            net.source(pin, self._volts(pin, ramping=False), DRIVE_OHMS)
        for pin in (*self.ANALOG, "LED"):
            net.resistor(pin, "GND", REST_OHMS)

    def _volts(self, pin: str, ramping: bool) -> float:
        """The voltage at an analog pin, while the rail rises or after that."""
        if not self.runs:
            return 0.0
        if pin == "RAIL":
            passed_ms = (self.world.now_ns - self._since_ns) / MS
            share = passed_ms / self.values["rise"] if ramping else 1.0
            return self.values["rail"] / 2 * share
        idle_ma = self.values["standby"] if self._sleeps else RUN_MA
        return VOLTS_PER_MA * (INRUSH_MA if ramping else idle_ma)

    def converted(self, pin: str, volts: float) -> float:
        # Only a converter sees the ramp: the bench need not work out the circuit all the time.
        return self._volts(pin, ramping=True) if self._is_ramping and self.runs else volts

    @property
    def _is_ramping(self) -> bool:
        return self.world.now_ns - self._since_ns < self.values["rise"] * MS

    @property
    def holds_ns(self) -> int:
        return 0 if self._is_ramping else NEVER

    # -- the unit -----------------------------------------------------------------------------

    def begin(self) -> None:
        self.reset_memory()
        self._since_ns = self.world.now_ns
        self._is_ready = self._sleeps = False
        self._line = b""
        if not self.values["present"]:
            return
        self.after(FIRST_LINE_MS * MS, lambda: self._tell("BOOT 1.4"))
        if self.values["hung"]:
            return
        if serial := int(self.values["serial"]):
            self.after(SERIAL_MS * MS, lambda: self._tell(f"SN {name_of(serial)}"))
        self.after(READY_MS * MS, self._ready)

    def power(self, on: bool) -> None:
        super().power(on)
        if not on:
            self.values["loose"] = 0.0

    def _tell(self, line: str) -> None:
        self.uart_send(line.encode() + b"\r\n")

    def _ready(self) -> None:
        self._is_ready = True
        self._tell("READY")

    def moved(self, name: str, value: float) -> None:
        if name == "pressed":
            if value and self._is_ready and not self._sleeps:
                self._blink()
            return
        if name == "memory":
            self._write_memory()
        if name == "present":
            self._exchange()
        self.changed()

    def _exchange(self) -> None:
        """The unit is taken out, or another one put in. Under power it latches up: it does nothing
        until the power comes again."""
        self.forget()
        self.driven = dict(self.OUTPUTS)
        self._is_ready = self._sleeps = False

    def _blink(self) -> None:
        for n in range(0 if self.values["loose"] else int(self.values["blinks"])):
            on_ms = BLINK_FROM_MS + 2 * BLINK_MS * n
            self.after(on_ms * MS, lambda: self.drive("LED", True))
            self.after((on_ms + BLINK_MS) * MS, lambda: self.drive("LED", False))

    def uart_received(self, data: bytes) -> None:
        *lines, rest = (self._line + data.replace(b"\r", b"\n")).split(b"\n")
        self._line = rest[-LONGEST_LINE:]
        if b"sleep" in lines and self._is_ready and not self._sleeps:
            self._tell("SLEEP")
            self.after(SLEEP_MS * MS, self._sleep)

    def _sleep(self) -> None:
        self._sleeps = True
        self.changed()

    def _write_memory(self) -> None:
        number = int(self.values["memory"])
        text = name_of(number).encode() if number else b""
        self.memory[:] = text.ljust(len(self.memory), bytes([ERASED]))

    def i2c_addresses(self) -> Collection[int]:
        return super().i2c_addresses() if self.values["present"] else ()

    # -- drawing ------------------------------------------------------------------------------

    def svg(self, view: PartView) -> str:
        frame = pcb(self.SIZE, "#4a4f57") + header(self.PINS, self.SIZE)
        if not self.values["present"]:
            return frame + rect(48, 14, 78, 74, "#34383f", 3) + reading(87, 54, "—")
        lit = self.powered and bool(self.driven["LED"])
        cap = "#b8322c" if self.values["pressed"] else "#d8dde3"
        return (
            frame
            + rect(48, 14, 78, 74, "#1f6b4a", 3, stroke="#174f37", stroke_width=1)
            + chip(74, 28, 26, 22, "DUT")
            + status_led(58, 24, self.powered)
            + status_led(116, 24, lit, "#f2c14e")
            + circle(62, 62, 7, "#2b2f36")
            + circle(62, 62, 4.6, cap)
            + reading(94, 65, name_of(int(self.values["serial"])), size=6.4)
            + reading(94, 79, f"{self.values['rail'] if self.powered else 0:.2f} V", size=6.4)
        )

    def words(self, view: PartView) -> Words:
        if not self.values["present"]:
            return both("the fixture is empty"), {}
        lit = self.powered and self.driven["LED"]
        return (both("its LED is on") if lit else both("its LED is off")), {}
