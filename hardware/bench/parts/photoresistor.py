"""A photoresistor on a small board with a comparator."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import Control, PartView, Stamp
from hardware.bench.svg.elements import circle, path, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading, status_led
from hardware.i18n import both

SERIES_OHMS = 10_000.0
NOMINAL_V = 5.0
LUX = Control(0.1, 100_000)


class Photoresistor(Module):
    """Pins `VCC GND DO AO`; attributes `lux` (500), `threshold` (2.5 V), `rl10` (50 kΩ at 10 lux),
    `gamma` (0.7); control `lux`, 0.1 to 100,000.

    The photoresistor is between AO and GND and has rl10 · (10 / lux)^gamma. A resistor of 10 kΩ is
    between AO and VCC. So AO falls when the light rises. DO is high in the dark (AO above the
    threshold). The threshold is a share of the supply; its value in volts is for 5 V.
    """

    TYPES = ("wokwi-photoresistor-sensor",)
    TITLE = both("Light (photoresistor)")
    GROUP = "sensors"
    ANALOG = ("AO",)
    PINS = {"VCC": (172, 16), "GND": (172, 26), "DO": (172, 35.8), "AO": (172, 45.5)}
    SIZE = (173.7, 61.5)
    CONTROLS = {"lux": LUX}
    ATTRS = {"lux": "500", "threshold": "2.5", "rl10": "50", "gamma": "0.7"}
    SUPPLY = ("VCC", "GND", 2.0)
    OUTPUTS = {"DO": False}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["lux"] = self.number("lux", LUX.low, LUX.high, "lx")
        self._threshold_v = self.number("threshold", 0, NOMINAL_V, "V")

    @property
    def ohms(self) -> float:
        """The resistance at the present light."""
        rl10 = self.number("rl10", 0.1, 1e4, "kΩ") * 1000
        return float(rl10 * (10 / self.values["lux"]) ** self.number("gamma", 0.1, 2))

    @property
    def dark(self) -> bool:
        """Whether AO is above the threshold of the comparator."""
        share = self.ohms / (self.ohms + SERIES_OHMS)
        return share * NOMINAL_V > self._threshold_v

    def begin(self) -> None:
        self.driven["DO"] = self.dark

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        net.resistor("VCC", "AO", SERIES_OHMS)
        net.resistor("AO", "GND", self.ohms)

    def moved(self, name: str, value: float) -> None:
        if self.powered:
            self.driven["DO"] = self.dark
        self.changed()

    def svg(self, view: PartView) -> str:
        lit = self.powered and not self.driven["DO"]
        track = "M18 25 h16 v4 h-16 v4 h16 v4 h-16"
        return (
            pcb(self.SIZE, "#2b5c4a", (62, 10), (62, 51.5))
            + rect(0, 10, 44, 41.5, "#f7f8fa")
            + circle(26, 31, 19, "#d8ccb0")
            + circle(26, 31, 16, "#e9a23b" if self.values["lux"] > 10 else "#a5752f")
            + path(track, stroke="#6b3f22", stroke_width=1.8)
            + chip(78, 20, 22, 22, "393")
            + status_led(118, 14, self.powered, "#d93a34")
            + status_led(118, 48, lit)
            + reading(124, 33, f"{self.values['lux']:g} lx")
            + header(self.PINS, self.SIZE)
        )
