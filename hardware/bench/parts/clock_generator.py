"""A clock generator: a square wave with a fixed frequency."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.logic import LOGIC_VOLTS
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import PartView, World
from hardware.bench.svg.elements import circle, path, rect, text
from hardware.i18n import _, both

MAX_HZ = 1e6
"""The upper limit: each edge is an event on the bench, and more would only slow it down."""
FACTORS = {"": 1.0, "k": 1e3, "m": 1e6}
S = 1e9


class ClockGenerator(Module):
    """Pins `CLK GND`; attribute `frequency` in Hz with a suffix `k` or `m` (`10k`), up to 1 MHz.

    The square wave has 3.3 V and starts low when the bench starts. It needs no supply.
    """

    TYPES = ("wokwi-clock-generator",)
    TITLE = both("Clock generator")
    GROUP = "logic"
    PINS = {"CLK": (57.6, 19.2), "GND": (57.6, 28.8)}
    SIZE = (57.6, 48)
    OUTPUTS = {"CLK": False}
    ATTRS = {"frequency": "10k"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS
        self._hz = self._frequency()
        self._edges = 0

    def _frequency(self) -> float:
        words = self.attr("frequency").strip().lower().removesuffix("hz").strip()
        number = words.rstrip("km")
        try:
            hertz = float(number) * FACTORS[words[len(number) :]]
        except (KeyError, ValueError):
            hertz = 0.0
        if not 0 < hertz <= MAX_HZ:
            raise self.bad_attr("frequency", _("a frequency up to 1m (1 MHz)"))
        return hertz

    def start(self, world: World) -> None:
        super().start(world)
        self._plan_edge(world.now_ns)

    def _plan_edge(self, began_ns: int) -> None:
        self._edges += 1
        at_ns = began_ns + round(self._edges * S / (2 * self._hz))

        def edge() -> None:
            self.drive("CLK", not self.driven["CLK"])
            self._plan_edge(began_ns)

        self.world.at(at_ns, edge)

    def svg(self, view: PartView) -> str:
        return (
            rect(0.5, 0.5, 52, 47, "#2f4858", 4, stroke="#1d2f3a")
            + rect(6, 6, 41, 20, "#15242d", 2)
            + path(
                "M10 21 V11 H18 V21 H26 V11 H34 V21 H42 V11", stroke="#30d158", stroke_width=1.6
            )
            + text(26, 40, self.attr("frequency"), 8.5, "#f2f3f5", text_anchor="middle")
            + "".join(circle(54, y, 2.6, "#d8b54a") for _x, y in self.PINS.values())
        )
