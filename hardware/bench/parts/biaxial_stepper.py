"""Two stepper motors in one case, with concentric shafts: a clockwork of two hands."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Part, PartView, Stamp, Words
from hardware.bench.parts.stepper_motor import STEPS, WINDING_OHMS, Rotor
from hardware.bench.svg.elements import circle, el, path, rect, text
from hardware.i18n import both

SHAFTS = {"1": "outer", "2": "inner"}
"""The number in the names of its pins, and the shaft."""
SHAPES = {
    "plain": "M-3 0 V-{0} H3 V0 Z",
    "arrow": "M-2.5 0 V-{1} H-7 L0 -{0} L7 -{1} H2.5 V0 Z",
    "ornate": "M-2 0 V-{1} Q-9 -{1} 0 -{0} Q9 -{1} 2 -{1} V0 Z",
}


class BiaxialStepper(Part):
    """Pins `A1- A1+ B1+ B1-` of the outer shaft, `A2- A2+ B2+ B2-` of the inner one; attributes
    `outerHandLength innerHandLength` (30; 20 to 70), `outerHandColor` (gold), `innerHandColor`
    (silver), `outerHandShape innerHandShape` (`plain`, `arrow`, `ornate`).

    Each half is a motor like `wokwi-stepper-motor`: a full step is 1.8 degrees, and a winding has
    1 kΩ, so that pins can drive it as in Wokwi.
    """

    TYPES = ("wokwi-biaxial-stepper",)
    TITLE = both("Stepper motor with two shafts")
    GROUP = "actuators"
    PINS = {
        name: (45, round(109.24 + 9.6 * n, 2))
        for n, name in enumerate(("A1-", "A1+", "B1+", "B1-", "A2-", "A2+", "B2+", "B2-"))
    }
    SIZE = (211.6, 255.1)
    LISTENS = tuple(PINS)
    FOLLOWS_VOLTAGE = True
    IS_LOAD = True
    NEEDS_DRIVER = True
    ATTRS = {
        "outerHandLength": "30",
        "outerHandColor": "gold",
        "outerHandShape": "plain",
        "innerHandLength": "30",
        "innerHandColor": "silver",
        "innerHandShape": "plain",
    }

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._rotors = {shaft: Rotor() for shaft in SHAFTS.values()}
        self._hands = {
            shaft: (
                self.number(f"{shaft}HandLength", 20, 70),
                self.choice(f"{shaft}HandShape", *SHAPES),
                self.attr(f"{shaft}HandColor"),
            )
            for shaft in SHAFTS.values()
        }

    def angle(self, shaft: str) -> float:
        """The angle of a shaft (`outer`, `inner`) in degrees; clockwise is positive."""
        return self._rotors[shaft].position * 360 / STEPS

    def stamp(self, net: Stamp) -> None:
        for number in SHAFTS:
            for winding in "AB":
                net.resistor(f"{winding}{number}+", f"{winding}{number}-", WINDING_OHMS)

    def level_changed(self, pin: str, high: bool) -> None:
        number = pin[1]
        a, b = (self.volts(f"{w}{number}+") - self.volts(f"{w}{number}-") for w in "AB")
        self._rotors[SHAFTS[number]].follow(a, b)

    def words(self, view: PartView) -> Words:
        return both("outer shaft at {outer}°, inner shaft at {inner}°"), {
            shaft: f"{self.angle(shaft) % 360:.1f}" for shaft in SHAFTS.values()
        }

    def svg(self, view: PartView) -> str:
        hands = ""
        for shaft, (length, shape, colour) in self._hands.items():
            tip, neck = 30 + length, 18 + length * 0.7
            drawn = path(SHAPES[shape].format(tip, neck), colour, stroke="#59606b")
            place = f"translate(122 143) rotate({self.angle(shaft) % 360:.2f})"
            hands += el("g", drawn, transform=place)
        names = "".join(
            circle(x, y, 3, "#d8b54a") + text(x + 5, y + 2.2, name, 6, "#f2f3f5")
            for name, (x, y) in self.PINS.items()
        )
        return (
            rect(40, 60, 165, 166, "#3a4049", 12)
            + circle(122, 143, 72, "#4a515b")
            + names
            + hands
            + circle(122, 143, 9, "#aab1bb")
            + circle(122, 143, 5, "#59606b")
        )
