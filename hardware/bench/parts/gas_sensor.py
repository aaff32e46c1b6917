"""An MQ-2 gas sensor on a small board with a comparator."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import Control, PartView, Stamp
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import header, pcb, reading, status_led
from hardware.i18n import both

LOAD_OHMS = 20_000.0
AIR = 9.8
"""Rs / R0 in clean air (data sheet, figure 2)."""
R0_OHMS = 5_000.0
"""R0, at 1,000 ppm of hydrogen. The data sheet allows 3 to 30 kΩ, and a load of 5 to 47 kΩ."""
NOMINAL_V = 5.0
PPM = Control(1, 100_000)


class GasSensor(Module):
    """Pins `AOUT DOUT GND VCC`; attributes `ppm` (400) and `threshold` (4.4 V); DOUT is low above
    the threshold.

    Control `ppm` is an extension of ours. Rs = R0 · 1.62 · (ppm / 200)^-0.47, the line for LPG of
    the MQ-2 data sheet (figure 2), and 9.8 · R0 in clean air, in series with a load of 20 kΩ. With
    a supply of 5 V clean air (below 5 ppm) gives 1.45 V, 400 ppm give 3.87 V, and 4.4 V is reached
    near 2,050 ppm. Wokwi does not document its curve. The threshold is a share of the supply; its
    value in volts is for 5 V. The heater is warm from the start.
    """

    TYPES = ("wokwi-gas-sensor",)
    TITLE = both("Gas (MQ-2)")
    GROUP = "sensors"
    ANALOG = ("AOUT",)
    DRAWS = 0.15  # the heater: 800 mW at 5 V at most
    PINS = {"AOUT": (137, 16.5), "DOUT": (137, 26.4), "GND": (137, 36.5), "VCC": (137, 46.2)}
    SIZE = (136.9, 62.8)
    CONTROLS = {"ppm": PPM}
    ATTRS = {"ppm": "400", "threshold": "4.4"}
    SUPPLY = ("VCC", "GND", 2.5)
    OUTPUTS = {"DOUT": True}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["ppm"] = self.number("ppm", PPM.low, PPM.high, "ppm")
        self._threshold_v = self.number("threshold", 0, NOMINAL_V, "V")

    @property
    def ohms(self) -> float:
        """The resistance of the sensor at the present gas concentration."""
        return float(R0_OHMS * min(AIR, 1.62 * (self.values["ppm"] / 200) ** -0.47))

    @property
    def clean(self) -> bool:
        """Whether AOUT is below the threshold of the comparator."""
        share = LOAD_OHMS / (self.ohms + LOAD_OHMS)
        return share * NOMINAL_V <= self._threshold_v

    def begin(self) -> None:
        self.driven["DOUT"] = self.clean

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        net.resistor("VCC", "AOUT", self.ohms)
        net.resistor("AOUT", "GND", LOAD_OHMS)

    def moved(self, name: str, value: float) -> None:
        if self.powered:
            self.driven["DOUT"] = self.clean
        self.changed()

    def svg(self, view: PartView) -> str:
        alarm = self.powered and not self.driven["DOUT"]
        mesh = "".join(
            circle(36 + dx, 31.4 + dy, 1.4, "#7b838e")
            for dx in range(-16, 17, 4)
            for dy in range(-16, 17, 4)
            if dx * dx + dy * dy < 290
        )
        return (
            pcb(self.SIZE, "#23527c", (84, 9))
            + circle(36, 31.4, 27, "#9aa1ab")
            + circle(36, 31.4, 23, "#c6ccd4")
            + circle(36, 31.4, 19, "#aab1bb")
            + mesh
            + status_led(72, 20, self.powered, "#d93a34")
            + status_led(72, 42, alarm)
            + reading(97, 58.5, f"{self.values['ppm']:g} ppm")
            + header(self.PINS, self.SIZE)
        )
