"""A bipolar stepper motor of 200 steps a turn."""

import math

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display
from hardware.bench.parts.common.part import FAULT, Part, PartView, Stamp
from hardware.bench.svg.elements import circle, el, line, path, rect, text
from hardware.i18n import _, both

STEPS = 200
WINDING_OHMS = 1000.0
"""A real winding has a few ohms and needs a driver. With this value a pin can drive it, as in
Wokwi."""
MIN_VOLTS = 0.5
"""A lower voltage at a winding does not turn the motor."""
OPPOSITE = 179.0
"""From this change of the field on, both directions pull the rotor the same: it stays."""


class Rotor:
    """A rotor of 200 steps that follows the field of two windings."""

    def __init__(self) -> None:
        self._field: float | None = None
        """Direction of the field in electrical degrees; None before there is a field."""
        self._turned = 0.0

    @property
    def position(self) -> float:
        """Its position, in full steps from its start."""
        return round(self._turned, 3)

    def follow(self, a: float, b: float, *, held: bool = False) -> None:
        """The windings have these voltages now; `held`: something blocks the shaft."""
        if math.hypot(a, b) < MIN_VOLTS:
            return
        field = math.degrees(math.atan2(a, b))
        if self._field is not None and not held:
            way = (field - self._field + 180) % 360 - 180
            if abs(way) < OPPOSITE:
                self._turned += way / 90
        self._field = field


class StepperMotor(Part, Display):
    """Pins `A- A+ B+ B-`; attributes `arrow` (a colour: draws one), `display` (`steps`, `angle`,
    `none`), `gearRatio` (`2:1`: the shaft turns half as far), `size`.

    The rotor follows the fields of the two windings in full, half and micro steps; a full step is
    1.8 degrees, and it does not lose steps. The windings have 1 kilo-ohm, so that pins can drive
    them as in Wokwi; a real motor needs a driver. The control `stuck` (ours) is 1 while something
    blocks the shaft. `size` changes nothing here.
    """

    TYPES = ("wokwi-stepper-motor",)
    TITLE = both("Stepper motor")
    GROUP = "actuators"
    PINS = {
        "A-": (95.12, 235.49),
        "A+": (104.72, 235.49),
        "B+": (114.32, 235.49),
        "B-": (123.93, 235.49),
    }
    SIZE = (220.3, 235.5)
    LISTENS = ("A-", "A+", "B+", "B-")
    FOLLOWS_VOLTAGE = True
    IS_LOAD = True
    NEEDS_DRIVER = True
    CONTROLS = {"stuck": FAULT}
    ATTRS = {"arrow": "", "display": "steps", "gearRatio": "1:1", "size": "23"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._ratio = self._read_ratio()
        self._rotor = Rotor()

    def _read_ratio(self) -> float:
        into, _colon, out = self.attr("gearRatio").partition(":")
        try:
            ratio = float(into) / float(out)
        except (ValueError, ZeroDivisionError):
            ratio = 0.0
        if not 0 < ratio < math.inf:
            raise self.bad_attr("gearRatio", _('two numbers such as "2:1"'))
        return ratio

    @property
    def position(self) -> float:
        """Position of the rotor, in full steps from its start."""
        return self._rotor.position

    @property
    def steps(self) -> float:
        """Position of the shaft after the gear, in full steps."""
        return self.position / self._ratio

    @property
    def angle(self) -> float:
        """Angle of the shaft in degrees, with whole turns; clockwise is positive."""
        return self.steps * 360 / STEPS

    def stamp(self, net: Stamp) -> None:
        net.resistor("A+", "A-", WINDING_OHMS)
        net.resistor("B+", "B-", WINDING_OHMS)

    def level_changed(self, pin: str, high: bool) -> None:
        a = self.volts("A+") - self.volts("A-")
        b = self.volts("B+") - self.volts("B-")
        self._rotor.follow(a, b, held=bool(self.values["stuck"]))

    def text(self) -> str:
        """The text on the motor: its steps or its angle."""
        if self.usual("display", "steps", "angle", "none") == "none":
            return ""
        if self.attr("display") == "angle":
            return f"{self.angle % 360:.1f}°"
        return f"{round(self.steps * 2) / 2:g}"

    def svg(self, view: PartView) -> str:
        words, _dot, arrow = self.text(), "", self.attr("arrow")
        shaft = circle(0, 0, 38, "#c3c9d1", stroke="#868e99", stroke_width=1.5) + path(
            "M-14 -15 A20.5 20.5 0 1 0 14 -15 Z", "#59606b", stroke="#9aa1ab", stroke_width=1.4
        )
        if arrow:
            shaft += path("M0 -62 L11 -42 H-11 Z", arrow)
        corners = ((22, 22), (198, 22), (22, 192), (198, 192))
        return (
            rect(0.6, 0.6, 219, 212, "#868e99", 17, stroke="#3a4049", stroke_width=1.2)
            + rect(8, 8, 204, 197, "#aab1bb", 14)
            + "".join(circle(*at, 8, "#59606b") + circle(*at, 4, "#d6dbe2") for at in corners)
            + el("g", shaft, transform=f"translate(110 100) rotate({self.angle % 360:.2f})")
            + text(110, 180, words, 22, "#15181c", text_anchor="middle", font_weight=600)
            + "".join(line(x, 213, x, 235.5, "#9aa1ab", 3) for x, _y in self.PINS.values())
            + "".join(
                text(x, 209, pin, 7, "#15181c", text_anchor="middle")
                for pin, (x, _y) in self.PINS.items()
            )
        )
