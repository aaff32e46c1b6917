"""A multiplexer: the output is one of two inputs."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.logic import LOGIC_VOLTS, Logic, gate_svg, gate_symbol
from hardware.bench.parts.common.part import PartView
from hardware.i18n import both


class LogicMux(Logic):
    """Pins `A B SEL OUT`: OUT is A while SEL is low, else B. It needs no supply, drives 3.3 V,
    and has no delay."""

    TYPES = ("wokwi-mux-2",)
    TITLE = both("Multiplexer")
    GROUP = "logic"
    PINS = {"A": (0, 12), "B": (0, 25), "SEL": (0, 38), "OUT": (72, 25)}
    SIZE = (72, 50)
    LISTENS = ("A", "B", "SEL")
    OUTPUTS = {"OUT": False}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS

    def input_changed(self, pin: str, high: bool) -> None:
        self.drive("OUT", self.level["B" if self.level["SEL"] else "A"])

    def svg(self, view: PartView) -> str:
        return gate_svg(self.size, self.pins, gate_symbol("mux"))
