"""Parts of the bench: the base class of every file in `parts/`, and what a part gets from the
bench.

A part type is one file in `parts/`; it need not be registered. It gives the pins, the elements
between them (`stamp`), the controls for a person (`CONTROLS`), the pins whose changes it gets
(`LISTENS`), and the drawing (`svg`). All lengths are CSS pixels (96 to the inch) in the part's own
frame, unrotated, with the geometry of Wokwi's drawing of the same part: one diagram fits both.
"""

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, pi, radians, sin
from typing import ClassVar, Protocol

from hardware.bench.diagram import PartSpec, suggest
from hardware.bench.events import NEVER, Clock
from hardware.bench.protocol.pad_log import PadLog
from hardware.errors import BadAttributeError, HardwareError
from hardware.i18n import _

CUSTOM = "chip-"
"""How the types of custom parts begin (custom_files.py)."""
OPEN = float("inf")
"""The resistance of an open contact, in ohms."""


PadRow = tuple[int, int, int, int, int]
"""A record of the board about a pad: kind, GPIO, b, c, time (ns)."""


class World(Clock, Protocol):
    """What a part gets from the bench: time, random numbers, and a place to report faults."""

    @property
    def recorder(self) -> PadLog:
        """Where the records of the board are kept."""

    def announce(self, steps: Sequence[tuple[int, Callable[[], None]]]) -> None:
        """Like `at`, for `OutputStep`s (module.py), each with its time: they may be announced to
        the board in advance."""

    def rng(self, name: str) -> random.Random:
        """A random generator for one purpose; the same seed and name give the same numbers."""

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Record a fault (`FAULT_…` of frames.py)."""

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[PadRow]:
        """What the program did to pads (MODE, OUT and PWM records) after a time, in its order.
        The last record of each kind and pad up to that time comes first."""


class Stamp(Protocol):
    """Takes the elements that a part puts between its pins. Pins have their full names."""

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """A resistor. An open contact has `OPEN` ohms, a closed one 0.1."""

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """A diode: open below its forward voltage, a resistor above it."""

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """A voltage against ground behind a resistor. With `OPEN` ohms it does not drive."""

    def rail(self, pin: str, volts: float) -> None:
        """An ideal supply: the net of this pin always has this voltage."""


class Probe(Protocol):
    """What a part can measure at its own pins while the bench runs."""

    def volts(self, part: str, pin: str) -> float:
        """The voltage at a pin now, against ground."""

    def high(self, part: str, pin: str) -> bool:
        """The level at a pin now, by the thresholds of the board."""


class PartView(Protocol):
    """What a part can measure when it is drawn, over the last 20 ms."""

    def volts(self, a: str, b: str = "") -> float:
        """The mean voltage from pin `a` to pin `b` (to ground without `b`), PWM averaged."""

    def amperes(self, anode: str, cathode: str) -> float:
        """The mean current through the part's own diode between these pins, PWM averaged."""

    def hertz(self, a: str, b: str, swing: float) -> float:
        """How often the voltage from pin `a` to pin `b` rose by more than `swing` volts, in
        rises a second; 0: it did not alternate."""


@dataclass(frozen=True)
class Control:
    """Something a person can set: a number between two bounds."""

    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    held: bool = False
    """It is at its high bound only as long as a person holds it."""
    fault: bool = False
    """It injects a fault or an error of measurement."""
    waves: bool = False
    """It can follow a waveform: the part takes its value (`value`) only when it is read."""


MOST_HZ = 1000.0
"""The highest frequency of a waveform: a machine that shakes, not a sound."""


@dataclass(frozen=True)
class Sine:
    """A sine that is added to the value of a control. Its angle at `since_ns` is `degrees`."""

    hertz: float
    amplitude: float
    degrees: float
    since_ns: int

    def at(self, t_ns: int) -> float:
        """What is added at a time."""
        # Whole turns go first: after hours the angle is as exact as in the first second.
        turns = self.hertz * (t_ns - self.since_ns) / 1e9 % 1.0
        return self.amplitude * sin(2 * pi * turns + radians(self.degrees))


SWITCH = Control(0, 1, whole=True)
"""A control that is 0 or 1."""
FAULT = Control(0, 1, whole=True, fault=True)
"""A fault that is there (1) or not."""
BUTTON = Control(0, 1, whole=True, held=True)
"""A control that is 1 while a person presses it."""


@dataclass(frozen=True)
class Accepted:
    """What an attribute may be: a number between bounds, or words."""

    low: float | None = None
    high: float | None = None
    unit: str = ""
    words: tuple[str, ...] = ()
    other: bool = False
    """Whether other words are possible, too."""


Words = tuple[str, Mapping[str, object]]
"""What a person sees, in words: a message (`both`) and the values of its fields; a value may be
words, too."""


class Part:
    """A part on the bench. Subclasses set the class attributes and override what they need."""

    TYPES: ClassVar[tuple[str, ...]] = ()
    """The part types of diagrams that this class is for."""
    TITLE: ClassVar[str] = ""
    """What it is, in a few words: a message (`both`)."""
    GROUP: ClassVar[str] = "modules"
    """Its group in the palette of the editor (`GROUPS` of part_catalogue.py)."""
    PINS: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """By pin name: its position. Names that agree before the first dot are one node (`GND.1`,
    `GND.2`)."""
    SIZE: ClassVar[tuple[float, float]] = (10.0, 10.0)
    """Width and height of the drawing."""
    CONTROLS: ClassVar[Mapping[str, Control]] = {}
    LISTENS: ClassVar[tuple[str, ...]] = ()
    """The pins whose changes call `level_changed`. A part with such pins is *active*."""
    SUPPLY: ClassVar[tuple[str, str, float] | None] = None
    """Its supply pin, its ground pin, and the least volts between them that it works with. A part
    without power drives nothing and reacts to nothing. None: it needs no supply."""
    DRAWS: ClassVar[float] = 0.001
    """Amperes that it takes from its supply at rest (data sheet)."""
    FOLLOWS_VOLTAGE: ClassVar[bool] = False
    """Whether `level_changed` is also called when only the voltage at a pin of `LISTENS` moves."""
    TAKES_PWM: ClassVar[bool] = False
    """Whether a PWM at a pin of `LISTENS` comes as a whole (`pwm_changed`), not edge by edge."""
    IS_LOAD: ClassVar[bool] = False
    """Whether a pin has to drive this part (a lamp, a buzzer). For the wiring lint."""
    NEEDS_DRIVER: ClassVar[bool] = False
    """Whether the real part (a motor, a coil) needs more current than any pin of a board gives."""
    ANALOG: ClassVar[tuple[str, ...]] = ()
    """Pins with an analog voltage: they need a converter."""
    ATTRS: ClassVar[Mapping[str, str]] = {}
    """Attributes with their defaults. The class docstring names those that Wokwi does not have."""

    def __init__(self, spec: PartSpec) -> None:
        self.spec = spec
        self.id = spec.id
        self.values: dict[str, float] = dict.fromkeys(self.CONTROLS, 0.0)
        self.waves: dict[str, Sine] = {}
        """The controls that follow a waveform now."""
        self.initial: dict[str, float] = {}
        """The controls that attributes of the same names move when the bench starts, besides those
        that the part reads itself."""
        self.accepted: dict[str, Accepted] = {}
        """By attribute: what the checks below have accepted. The editor's form shows it."""
        self.world: World
        self.others: Mapping[str, Part] = {}
        """All parts of the bench by id, with this one: light reaches them without a wire."""
        self.probe: Probe
        self.view: PartView
        self.powered = self.supply is None
        """Whether it has the power that it needs, now. The circuit sets it."""
        self.changed: Callable[[], None] = lambda: None
        """To be called after a change of anything that `stamp` reads."""

    # -- attributes ---------------------------------------------------------------------------

    def attr(self, name: str) -> str:
        """An attribute as text, or its default. Wokwi writes strings; numbers are accepted,
        too."""
        value = self.spec.attrs[name] if name in self.spec.attrs else self.ATTRS[name]
        if isinstance(value, bool):
            return "1" if value else ""
        return str(value)

    def number(self, name: str, low: float = 0.0, high: float = 1e9, unit: str = "") -> float:
        """An attribute as a number between two bounds. Raises: BadAttributeError."""
        self.accepted[name] = Accepted(low, high, unit)
        try:
            value = float(self.attr(name))
        except ValueError:
            value = OPEN
        if not low <= value <= high:
            wanted = _("a number from {low:g} to {high:g}").format(low=low, high=high)
            raise self.bad_attr(name, wanted)
        return value

    def choice(self, name: str, *known: str) -> str:
        """An attribute that is one of these words. Raises: BadAttributeError."""
        self.accepted[name] = Accepted(words=known)
        if (value := self.attr(name)) not in known:
            raise self.bad_attr(name, _("one of {words}").format(words=", ".join(known)))
        return value

    def usual(self, name: str, *words: str) -> str:
        """An attribute that is often one of these words, and may be another one."""
        self.accepted[name] = Accepted(words=words, other=True)
        return self.attr(name)

    def bad_attr(self, name: str, wanted: str) -> BadAttributeError:
        """The error for an attribute that makes no sense. The netlist adds the name of the
        file."""
        what = _("part {part}: attribute {name!r} is {value!r}, not {wanted}")
        cure = _('Write for example "{name}": "{default}".')
        return BadAttributeError(
            what.format(part=repr(self.id), name=name, value=self.attr(name), wanted=wanted),
            cure.format(name=name, default=self.ATTRS.get(name, "0")),
            self.id,
            name,
        )

    # -- electricity --------------------------------------------------------------------------

    def stamp(self, net: Stamp) -> None:
        """Put this part's elements between its pins. They are the same in every state; only their
        values change."""

    @property
    def state(self) -> Hashable:
        """Everything that `stamp` reads and that can change, as a key for known elements. None:
        the part gives no such key."""
        return None

    def start(self, world: World) -> None:
        """The bench begins: keep the world, and take the state that the attributes give."""
        self.world = world

    def level_changed(self, pin: str, high: bool) -> None:
        """The level at a pin of `LISTENS` has changed. Not called for a part without power."""

    def pwm_changed(self, pin: str, freq_hz: int, high_ns: int) -> None:
        """For `TAKES_PWM`: the PWM at a pin has this frequency and pulse width now; 0 Hz: none."""

    def power(self, on: bool) -> None:
        """The supply (`powered`) has come or gone: the part starts again, as the chip does. Levels
        that are high then are passed to `level_changed` afterwards."""

    def draws(self) -> float:
        """Amperes that it takes from its supply now. When that changes, call `changed`."""
        return self.DRAWS

    def draws_at_most(self) -> float:
        """The most amperes that it takes from its supply. The wiring lint adds them up."""
        return self.DRAWS

    def volts(self, pin: str) -> float:
        """The voltage at one of its pins now, against ground; 0 at an open net."""
        return self.probe.volts(self.id, pin)

    def high(self, pin: str) -> bool:
        """The level at one of its pins now. Between the thresholds, and at an open net, it is the
        last one."""
        return self.probe.high(self.id, pin)

    @property
    def holds_ns(self) -> int:
        """For how long (ns) its elements and conversions stay the same if no person moves a
        control and it does not call `changed`. Until then the board need not ask. 0: not known,
        as of a part with its own `converted`, unless it says more."""
        return NEVER if type(self).converted is Part.converted else 0

    def converted(self, pin: str, volts: float) -> float:
        """The voltage that a board's converter reads at a pin of `ANALOG`, for the real voltage.
        Called once for each conversion."""
        return volts

    # -- controls -----------------------------------------------------------------------------

    def read_initial(self) -> None:
        """Read `initial`. Raises: DiagramError."""
        given = [name for name in self.CONTROLS if self.spec.attrs.get(name, "") not in ("", None)]
        self.initial = {
            name: self.number(name, self.CONTROLS[name].low, self.CONTROLS[name].high)
            for name in given
            if name not in self.ATTRS
        }

    def set_control(self, name: str, value: float) -> None:
        """Moves a control, now. Raises: HardwareError for a wrong name or value."""
        control = self._control_named(name)
        if not control.low <= value <= control.high or (control.whole and value != int(value)):
            what = _("part {part}: {name} cannot be {value:g}")
            bounds = _("It goes from {low:g} to {high:g}.")
            raise HardwareError(
                what.format(part=repr(self.id), name=name, value=value),
                bounds.format(low=control.low, high=control.high),
            )
        if value != self.values[name]:
            self.values[name] = value
            self.moved(name, value)

    def set_wave(self, name: str, hertz: float, amplitude: float, degrees: float) -> None:
        """Lets a control follow a sine around its value from now on; with an amplitude of 0 it
        stands still again. Raises: HardwareError for a wrong name or number."""
        if not self._control_named(name).waves:
            what = _("part {part}: {name} cannot follow a sine")
            able = [other for other, control in self.CONTROLS.items() if control.waves]
            cure = _("These controls can: {names}.").format(names=", ".join(able))
            none = _("No control of this part can.")
            raise HardwareError(what.format(part=repr(self.id), name=name), cure if able else none)
        most = self.CONTROLS[name].high
        if not (0 < hertz <= MOST_HZ and 0 <= amplitude <= most and isfinite(degrees)):
            what = _("part {part}: {name} cannot swing by {amplitude:g} at {hertz:g} Hz")
            bounds = _(
                "The amplitude goes from 0 to {most:g}, the frequency up to {most_hz:g} Hz."
            )
            raise HardwareError(
                what.format(part=repr(self.id), name=name, amplitude=amplitude, hertz=hertz),
                bounds.format(most=most, most_hz=MOST_HZ),
            )
        self.waves[name] = Sine(hertz, amplitude, degrees, self.world.now_ns)

    def value(self, name: str) -> float:
        """The value of a control at this moment, with its waveform."""
        value = self.values[name]
        if (wave := self.waves.get(name)) is None:
            return value
        control = self.CONTROLS[name]
        return min(max(value + wave.at(self.world.now_ns), control.low), control.high)

    def _control_named(self, name: str) -> Control:
        control = self.CONTROLS.get(name)
        if control is None:
            cure = suggest(name, self.CONTROLS) if self.CONTROLS else _("It has no controls.")
            what = _("part {part} has no control {name}")
            raise HardwareError(what.format(part=repr(self.id), name=repr(name)), cure)
        return control

    def moved(self, name: str, value: float) -> None:
        """A control has a new value. Parts whose contacts bounce override this."""
        self.changed()

    # -- drawing ------------------------------------------------------------------------------

    @property
    def button_rows(self) -> Sequence[Sequence[str]]:
        """Its buttons as they lie on it, row by row, "" for a gap; none if it has no such grid."""
        return ()

    def svg(self, view: PartView) -> str:
        """The drawing, SVG elements in the part's own frame."""
        return ""

    def words(self, view: PartView) -> Words | None:
        """What the drawing shows now, for people who do not see it; None: it never changes, or is
        a `Display` whose text or dots say it."""
        return None

    @property
    def pins(self) -> Mapping[str, tuple[float, float]]:
        """The pins of this part: attributes give some parts more or fewer."""
        return self.PINS

    @property
    def listens(self) -> tuple[str, ...]:
        """`LISTENS` of this part."""
        return self.LISTENS

    @property
    def supply(self) -> tuple[str, str, float] | None:
        """`SUPPLY` of this part."""
        return self.SUPPLY

    @property
    def moves(self) -> tuple[str, ...]:
        """The ids of parts that it changes without a wire, when a level at a pin of `LISTENS`
        changes."""
        return ()

    @property
    def probes(self) -> Mapping[str, str]:
        """For instruments: by pin, the name of the signal that it probes."""
        return {}

    @property
    def caption(self) -> str:
        """The text below the drawing."""
        return self.id

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of this part."""
        return self.SIZE
