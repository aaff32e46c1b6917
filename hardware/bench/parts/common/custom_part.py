"""The base class of a custom part: the Python class in a `NAME.chip.py` beside a circuit.

Its file `NAME.chip.json` gives its name, pins, controls and display (`chip_json.py`); the class
says what it does. docs/howto/own-part.md is the manual. What it may use: this class with what it
inherits from `Module` and `Part`, and the bases of buses in `buses.py`.
"""

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.chip_json import ChipJson
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.module import DRIVE_OHMS, Module
from hardware.bench.parts.common.part import OPEN, PartView, Stamp, World
from hardware.bench.svg.elements import text
from hardware.bench.svg.frame import frame_svg
from hardware.bench.svg.pcb import chip, header, pcb
from hardware.errors import DiagramError, HardwareError
from hardware.i18n import _, at_place

BARE_V = 3.3
"""The output voltage of a part without pins VCC and GND."""
KEPT = 64 * 1024
"""The most characters of its log that no scenario has asked for."""


class CustomPart(Module):
    """A part with the pins VCC and GND needs power there, 2 V or more; a part without them always
    works, with 3.3 V."""

    CHIP: ClassVar[ChipJson]
    """What its JSON file says. The loader sets it, with `PINS`, `CONTROLS` and the others."""
    PROGRAM: ClassVar[Path]
    """Its Python file."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, control in self.CONTROLS.items():
            self.values[name] = self.number(name, control.low, control.high)
        self._volts: dict[str, float] = {}
        self.unread = ""
        """What it has logged, and no scenario has asked for."""

    def start(self, world: World) -> None:
        super().start(world)
        if self.supply is None:
            self.supply_v = BARE_V
            self.begin()

    @property
    def now_ns(self) -> int:
        """Virtual time (ns)."""
        return self.world.now_ns

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        super().after(delay_ns, guarded(fn, self.PROGRAM))

    def drive(self, pin: str, level: bool | None) -> None:
        self._volts.pop(pin, None)
        super().drive(pin, level)

    def drive_volts(self, pin: str, volts: float) -> None:
        """Drive an output to a voltage, now."""
        if self._volts.get(pin) != volts:
            self._volts[pin] = volts
            self.driven[pin] = True
            self.changed()

    def log(self, message: str) -> None:
        """Write a line that the step `expect-chip-output` of a scenario waits for."""
        self.unread = (self.unread + message + "\n")[-KEPT:]

    def power(self, on: bool) -> None:
        self._volts.clear()
        super().power(on)

    def stamp(self, net: Stamp) -> None:
        for pin, level in self.driven.items():
            volts = self._volts.get(pin, self.supply_v if level else 0.0)
            net.source(pin, volts, OPEN if level is None else DRIVE_OHMS)
        for pin, ohms in self.PULL_UPS.items():
            net.source(pin, self.supply_v or BARE_V, ohms)

    def svg(self, view: PartView) -> str:
        (wide, high), top = self.SIZE, self.CHIP.top
        name = text(wide / 2, top + 9, self.CHIP.name, 6.5, "#f2f3f5", text_anchor="middle")
        body = chip(wide / 2 - 10, (top + high) / 2 - 6, 20, 16)
        return pcb(self.SIZE, "#2b5c4a") + name + body + header(self.PINS, self.SIZE)


class CustomDisplay(CustomPart, Display):
    """A custom part with a display: it draws into `frame`."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.frame: Pixels = np.zeros((*self.CHIP.dots, 3), np.uint8)
        """Rows of dots of three bytes, red, green, blue."""

    def pixels(self) -> Pixels:
        return self.frame if self.powered else self.frame * np.uint8(0)

    def svg(self, view: PartView) -> str:
        return super().svg(view) + frame_svg(self.pixels(), *self.CHIP.screen)


def guarded(fn: Callable[..., Any], program: Path) -> Callable[..., Any]:
    """A function of a custom part whose exceptions name the line in its file."""

    @functools.wraps(fn)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return fn(*args, **named)
        except HardwareError:
            raise
        except Exception as error:
            raise program_error(error, program) from error

    return call


def program_error(error: BaseException, program: Path) -> DiagramError:
    """The error for an exception in the Python file, with the line."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(program)]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else 1
    what = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    return DiagramError(at_place(f"{program}:{line}", what), _("Correct the custom part."))
