"""Gates with one input: the inverter and the buffer."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.logic import LOGIC_VOLTS, Logic
from hardware.bench.parts.common.part import PartView
from hardware.bench.svg.gates import gate_svg, symbol


class LogicBuffer(Logic):
    """Pins `IN OUT`: not and buffer. It needs no supply, drives 3.3 V, and answers at once."""

    TYPES = ("wokwi-gate-not", "wokwi-gate-buffer")
    PINS = {"IN": (0, 20), "OUT": (72, 20)}
    SIZE = (72, 40)
    LISTENS = ("IN",)
    OUTPUTS = {"OUT": False}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS
        self._inverts = spec.type.endswith("not")
        self.driven["OUT"] = self._inverts

    def turned(self, pin: str, high: bool) -> None:
        self.drive("OUT", high != self._inverts)

    def svg(self, view: PartView) -> str:
        return gate_svg(self.size, self.pins, symbol(self.spec.type.split("-")[2]))
