"""A small water pump with a flow meter in its hose."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, Control, PartView, Words
from hardware.bench.svg.elements import circle, rect, text
from hardware.i18n import both

NS_PER_S = 1_000_000_000


class WaterPump(Module):
    """Pins `V+ V-` (the motor) and `FLOW`; attribute and control `rate` (20 pulses in a second,
    1 to 100), control `blocked`: the motor runs, and no water flows.

    The part is ours. While the motor has power, FLOW is pulled to V- for half of each pulse, and
    open for the other half: it needs a pull-up, as the flow meters with a Hall sensor do
    (YF-S201).
    """

    TYPES = ("warsha-water-pump",)
    TITLE = both("Water pump with flow meter")
    GROUP = "actuators"
    PINS = {"V+": (0, 19.2), "V-": (0, 28.8), "FLOW": (0, 38.4)}
    SIZE = (96, 57.6)
    CONTROLS = {"rate": Control(1, 100), "blocked": FAULT}
    ATTRS = {"rate": "20"}
    SUPPLY = ("V+", "V-", 3.0)
    OUTPUTS = {"FLOW": None}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["rate"] = self.number("rate", 1, 100, "Hz")

    def begin(self) -> None:
        self._turn()

    def _turn(self) -> None:
        """A pulse. Its end is announced, as it comes whatever happens until then."""
        half_ns = round(NS_PER_S / 2 / self.values["rate"])
        if self.values["blocked"]:
            self.after(half_ns, self._turn)
            return
        self.drive("FLOW", False)
        self.announce("FLOW", [(half_ns, None)])
        self.after(2 * half_ns, self._turn)

    def words(self, view: PartView) -> Words:
        return (both("switched on") if self.powered else both("switched off")), {}

    def svg(self, view: PartView) -> str:
        return (
            rect(10, 8, 64, 42, "#2f6f9f", 6, stroke="#1d4766")
            + circle(52, 29, 15, "#d6dbe2")
            + circle(52, 29, 5, "#2f9e55" if self.powered else "#59606b")
            + rect(74, 22, 22, 12, "#7fb3d5", 2)
            + "".join(
                circle(3, y, 2.6, "#d8b54a") + text(13, y + 2, name, 6, "#f2f3f5")
                for name, (_x, y) in self.PINS.items()
            )
        )
