"""The base class of a custom part: the Python class in a `NAME.chip.py` beside a circuit.

Its file `NAME.chip.json` gives its name, pins, controls and display (`chip_json.py`); the class
says what it does. docs/howto/own-part.md is the manual. What it may use: this class with what it
inherits from `Module` and `Part`, and the bases of buses in `buses.py`.
"""

import functools
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.chip_json import ChipJson
from hardware.bench.parts.common.custom_checks import (
    LEVELS,
    CheckedStamp,
    Misuse,
    dots,
    is_number,
    no_output,
    not_wanted,
    returned,
)
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.loop_limit import LoopLimit
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
TIMERS, LEAST_NS = 10_000, 100
"""So many timers, with less time between them on average, are an endless loop to a person."""


class CustomPart(Module):
    """A part with the pins VCC and GND needs power there, 2 V or more; a part without them always
    works, with 3.3 V."""

    CHIP: ClassVar[ChipJson]
    """What its JSON file says. The loader sets it, with `PINS`, `CONTROLS` and the others."""
    PROGRAM: ClassVar[Path]
    """Its Python file."""
    LIMIT: ClassVar[LoopLimit]
    """That of the loops in this file."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, control in self.CONTROLS.items():
            self.values[name] = self.number(name, control.low, control.high)
        self._volts: dict[str, float] = {}
        self.unread = ""
        """What it has logged, and no scenario has asked for."""
        self._timers = 0
        """Timers that have come since `_since_ns`."""
        self._since_ns = 0

    def start(self, world: World) -> None:
        super().start(world)
        if self.supply is None:
            self.supply_v = BARE_V
            self.begin()

    @property
    def now_ns(self) -> int:
        """Virtual time (ns)."""
        return self.world.now_ns

    def attr(self, name: str) -> str:
        if name not in self.spec.attrs and name not in self.ATTRS:
            what = _("there is no attribute {name}").format(name=repr(name))
            raise Misuse(what, _("Write its default into ATTRS."))
        return super().attr(name)

    def volts(self, pin: str) -> float:
        return super().volts(self._known(pin))

    def high(self, pin: str) -> bool:
        return super().high(self._known(pin))

    def _known(self, pin: str) -> str:
        if pin not in self.CHIP.pins:
            what = _("{pin} is not a pin of the part").format(pin=repr(pin))
            names = ", ".join(name for name in self.CHIP.pins if name)
            raise Misuse(what, _("Its pins are: {pins}.").format(pins=names))
        return pin

    def after(self, delay_ns: float, fn: Callable[[], None]) -> None:
        example = "self.after(1_000_000, self.begin)"
        if not is_number(delay_ns) or delay_ns < 0:
            raise not_wanted(
                "delay_ns", delay_ns, _("a number of nanoseconds, 0 or more"), example
            )
        if not callable(fn):
            raise not_wanted("fn", fn, _("a function"), example)
        guard = guarded(fn, self.PROGRAM, self.LIMIT)

        def come() -> None:
            self._count_timer()
            guard()

        super().after(round(delay_ns), guarded(come, self.PROGRAM, self.LIMIT, fn))

    def _count_timer(self) -> None:
        """Ends a run that would never end, or seem so to a person."""
        self._timers += 1
        if self._timers % TIMERS:
            return
        passed_ns, self._since_ns = self.now_ns - self._since_ns, self.now_ns
        if passed_ns < TIMERS * LEAST_NS:
            what = _("after: {count} timers came within {ns} ns of virtual time")
            cure = _("Wait longer. The delay is in nanoseconds: 1_000_000 is a millisecond.")
            raise Misuse(what.format(count=TIMERS, ns=passed_ns), cure)

    def drive(self, pin: str, level: bool | None) -> None:
        self._check_output(pin)
        if level not in LEVELS:
            raise not_wanted("level", level, "True, False, None", f"self.drive({pin!r}, True)")
        self._volts.pop(pin, None)
        super().drive(pin, level)

    def _check_output(self, pin: str) -> None:
        if pin not in self.driven:
            raise no_output(pin, level=False)

    def drive_volts(self, pin: str, volts: float) -> None:
        """Drive an output to a voltage, now."""
        self._check_output(pin)
        if not is_number(volts):
            example = f"self.drive_volts({pin!r}, 1.5)"
            raise not_wanted("volts", volts, _("a number of volts"), example)
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
        self._frame: Pixels = np.zeros((*self.CHIP.dots, 3), np.uint8)
        super().__init__(spec)

    @property
    def frame(self) -> Pixels:
        """Rows of dots of three bytes, red, green, blue."""
        return self._frame

    @frame.setter
    def frame(self, value: npt.ArrayLike) -> None:
        self._frame = dots(value, *self.CHIP.dots)

    def pixels(self) -> Pixels:
        return self.frame if self.powered else self.frame * np.uint8(0)

    def svg(self, view: PartView) -> str:
        return super().svg(view) + frame_svg(self.pixels(), *self.CHIP.screen)


def guarded(
    fn: Callable[..., Any],
    program: Path,
    limit: LoopLimit,
    named: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """A function of a custom part whose exceptions name the line in its file, or else the line of
    `named`, whose loops end, and whose results are what the bench can take."""
    code = getattr(inspect.unwrap(named or fn), "__code__", None)
    line = code.co_firstlineno if code and code.co_filename == str(program) else 1
    name = getattr(fn, "__name__", "")

    @functools.wraps(fn)
    def guard(*args: Any, **options: Any) -> Any:
        try:
            if name == "stamp":
                args = (args[0], CheckedStamp(args[1], args[0].CHIP.pins))
            with limit.call():
                result = returned(name, fn(*args, **options))
            if name == "__init__" and not hasattr(args[0], "spec"):
                what = _("{method} does not call {example}")
                call = "super().__init__(spec)"
                what = what.format(method=name, example=call)
                raise Misuse(what, _("Write {example}.").format(example=call))
            return result
        except HardwareError:
            raise
        except (Exception, SystemExit) as error:
            raise program_error(error, program, line) from error

    return guard


def program_error(error: BaseException, program: Path, line: int = 1) -> DiagramError:
    """The error for an exception in the Python file, with its line there, or else this one."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(program)]
    cure = _("Correct the custom part.")
    if isinstance(error, SyntaxError):
        line, what = error.lineno or line, f"{type(error).__name__}: {error.msg}"
    else:
        line = lines[-1] or line if lines else line
        what = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, Misuse):
        what, cure = error.what, error.cure
    return DiagramError(at_place(f"{program}:{line}", " ".join(what.split())), cure)
