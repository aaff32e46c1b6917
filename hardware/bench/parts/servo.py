"""A hobby servo: the width of a pulse sets the angle."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import FAULT, Part, PartView, Words, World
from hardware.bench.svg.colours import hexadecimal
from hardware.bench.svg.elements import circle, el, line, mix, path, rect
from hardware.i18n import _, both

S = 1_000_000_000
TURNING_A = 0.25
"""Current while it turns with a load (measured on SG90; not in its data sheet)."""
SHORTEST_NS, LONGEST_NS = 500_000, 2_500_000
"""Pulse widths for 0 and 180 degrees."""
SLACK_NS = 200_000
"""Pulses that are out of range by this much turn it to its end; others are ignored."""
MAX_HZ = 400
"""The highest pulse rate, above that of digital servos; faster pulses are ignored."""
PRESS_DEGREES = 60.0
"""From this angle on the horn presses the button at its side."""
HORNS = {
    "single": "M-6 0 L-4 -44 a4 4 0 0 1 8 0 L6 0 Z",
    "double": "M-6 0 L-4 -36 a4 4 0 0 1 8 0 L6 0 L4 36 a4 4 0 0 1 -8 0 Z",
    "cross": "M-6 -6 L-4 -36 a4 4 0 0 1 8 0 L6 -6 L22 -4 a4 4 0 0 1 0 8 L6 6 L4 36 "
    "a4 4 0 0 1 -8 0 L-6 6 L-22 4 a4 4 0 0 1 0 -8 Z",
}


class Servo(Part):
    """Pins `GND V+ PWM`; attributes `horn` (`single`, `double`, `cross`), `hornColor`.

    A pulse of 0.5 ms is 0 degrees, one of 2.5 ms 180 degrees, at any rate up to 400 Hz. Without
    pulses it keeps its angle. It turns by `speed` degrees a second, an attribute of ours (600:
    SG90 data sheet, 0.1 s for 60 degrees). The control `stuck` (ours) is 1 while something blocks
    it. The attribute `presses` (ours) is the id of a part with a control `pressed`, such as a push
    button: the horn presses it from 60 degrees on.
    """

    TYPES = ("wokwi-servo",)
    TITLE = both("Servo")
    GROUP = "actuators"
    PINS = {"GND": (0, 50), "V+": (0, 59.5), "PWM": (0, 69)}
    SIZE = (170.1, 119.5)
    LISTENS = ("PWM",)
    TAKES_PWM = True
    SUPPLY = ("V+", "GND", 3.0)
    DRAWS = 0.006
    CONTROLS = {"stuck": FAULT}
    ATTRS = {"horn": "single", "hornColor": "#ccc", "speed": "600", "presses": ""}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._speed = self.number("speed", 1, 1e6, "°/s")
        self._horn = HORNS[self.choice("horn", *HORNS)]
        self._from = self._to = 0.0
        self._since_ns = self._rose_ns = 0
        self._pwm_hz = self._plan = 0

    def draws_at_most(self) -> float:
        return TURNING_A

    def start(self, world: World) -> None:
        super().start(world)
        self._since_ns = world.now_ns

    @property
    def moves(self) -> tuple[str, ...]:
        named = self.attr("presses")
        return (named,) if named else ()

    @property
    def angle(self) -> float:
        """The present angle of the horn, in degrees."""
        if self.values["stuck"] or not self.powered:
            return self._from
        turned = self._speed * (self.world.now_ns - self._since_ns) / S
        way = self._to - self._from
        return self._from + max(-turned, min(turned, way))

    def pwm_changed(self, pin: str, freq_hz: int, high_ns: int) -> None:
        self._pwm_hz = freq_hz
        if 0 < freq_hz <= MAX_HZ:
            self._aim(high_ns)

    def level_changed(self, pin: str, high: bool) -> None:
        now = self.world.now_ns
        if high:
            self._rose_ns = now
        elif not self._pwm_hz:
            self._aim(now - self._rose_ns)

    def _aim(self, pulse_ns: int) -> None:
        if SHORTEST_NS - SLACK_NS <= pulse_ns <= LONGEST_NS + SLACK_NS:
            share = (pulse_ns - SHORTEST_NS) / (LONGEST_NS - SHORTEST_NS)
            self._hold()
            self._to = 180 * min(1.0, max(0.0, share))
            self._push()

    def _push(self) -> None:
        """Plan the moment at which the horn comes to the button, or leaves it."""
        self._plan += 1
        presses = self._to >= PRESS_DEGREES
        if (self._from >= PRESS_DEGREES) == presses or self.values["stuck"] or not self.powered:
            return
        at_ns = self._since_ns + round(abs(PRESS_DEGREES - self._from) / self._speed * S)
        for named in self.moves:
            if named not in self.others or "pressed" not in self.others[named].CONTROLS:
                raise self.bad_attr("presses", _("the id of a part with a button"))
            self._press_at(self.others[named], at_ns, presses)

    def _press_at(self, part: Part, at_ns: int, presses: bool) -> None:
        """Press or release a part, unless the horn has another way by then."""
        plan = self._plan

        def touch() -> None:
            if plan == self._plan:
                part.set_control("pressed", presses)

        part.world.at(at_ns, touch)

    def _hold(self) -> None:
        """Take the present angle as the start of the next movement."""
        self._from, self._since_ns = self.angle, self.world.now_ns

    def power(self, on: bool) -> None:
        self.powered = not on  # `_hold` needs the power state before this change
        self._hold()
        self.powered = on
        self._to, self._pwm_hz = self._from, 0
        self._plan += 1

    def set_control(self, name: str, value: float) -> None:
        self._hold()
        super().set_control(name, value)
        self._push()

    def svg(self, view: PartView) -> str:
        horn = hexadecimal(self.attr("hornColor")) or "#cccccc"
        turned = el(
            "g",
            path(self._horn, horn, stroke=mix(horn, "#000000", 0.35))
            + "".join(circle(0, -y, 1.4, "#59606b") for y in (16, 24, 32)),
            transform=f"translate(103 59.5) rotate({self.angle - 90:.1f})",
        )
        return (
            "".join(
                line(0, y, 42, 53 + 6.5 * n, colour, 3)
                for n, (y, colour) in enumerate(
                    zip((50, 59.5, 69), ("#8a5a34", "#d93a34", "#ee8a1d"), strict=True)
                )
            )
            + rect(42, 42, 12, 35, "#2b2f36", 2)
            + rect(36, 47, 8, 25, "#15181c", 1.5)
            + rect(52, 30, 88, 59, "#2f5f9e", 4, stroke="#1f4474", stroke_width=1)
            + rect(46, 36, 6, 47, "#2f5f9e", 1)
            + rect(140, 36, 18, 47, "#2f5f9e", 3)
            + circle(150, 59.5, 4, "#f7f8fa")
            + circle(103, 59.5, 27, "#37719f")
            + circle(103, 59.5, 12, "#e2e5e9", stroke="#9aa1ab")
            + turned
            + circle(103, 59.5, 5.5, "#f2f3f5", stroke="#9aa1ab")
            + line(100, 59.5, 106, 59.5, "#59606b", 1.4)
        )

    def words(self, view: PartView) -> Words:
        return both("at {degrees}°"), {"degrees": round(self.angle)}

    @property
    def caption(self) -> str:
        return f"{self.id} {self.angle:.0f}°"
