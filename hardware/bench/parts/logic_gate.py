"""Logic gates with two inputs, and with one (inverter and buffer)."""

from collections.abc import Callable
from operator import and_, or_, xor

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.logic import LOGIC_VOLTS, Logic, gate_svg, gate_symbol
from hardware.bench.parts.common.part import PartView
from hardware.i18n import both

FUNCTIONS: dict[str, tuple[Callable[[bool, bool], bool], bool]] = {
    "wokwi-gate-and-2": (and_, False),
    "wokwi-gate-nand-2": (and_, True),
    "wokwi-gate-or-2": (or_, False),
    "wokwi-gate-nor-2": (or_, True),
    "wokwi-gate-xor-2": (xor, False),
    "wokwi-gate-xnor-2": (xor, True),
}
"""The function of a type on its two inputs, and whether the output is inverted."""


class LogicGate(Logic):
    """Pins `A B OUT`: and, or, xor, nand, nor, xnor. It needs no supply and drives 3.3 V.

    The output changes at once: the delay of a few nanoseconds is not simulated.
    """

    TYPES = tuple(FUNCTIONS)
    TITLE = both("Logic gate with two inputs")
    GROUP = "logic"
    PINS = {"A": (0, 10), "B": (0, 30), "OUT": (72, 20)}
    SIZE = (72, 40)
    LISTENS = ("A", "B")
    OUTPUTS = {"OUT": False}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS
        self.driven["OUT"] = self.answer()

    def answer(self) -> bool:
        """The level at OUT for the levels that the inputs have."""
        gate, inverts = FUNCTIONS[self.spec.type]
        return gate(self.level["A"], self.level["B"]) != inverts

    def input_changed(self, pin: str, high: bool) -> None:
        self.drive("OUT", self.answer())

    def svg(self, view: PartView) -> str:
        name = self.spec.type.split("-")[2]
        return gate_svg(self.size, self.pins, gate_symbol(name))


class LogicBuffer(Logic):
    """Pins `IN OUT`: not and buffer. It needs no supply, drives 3.3 V, and has no delay."""

    TYPES = ("wokwi-gate-not", "wokwi-gate-buffer")
    TITLE = both("Inverter or buffer")
    GROUP = "logic"
    PINS = {"IN": (0, 20), "OUT": (72, 20)}
    SIZE = (72, 40)
    LISTENS = ("IN",)
    OUTPUTS = {"OUT": False}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS
        self._inverts = spec.type.endswith("not")
        self.driven["OUT"] = self._inverts

    def input_changed(self, pin: str, high: bool) -> None:
        self.drive("OUT", high != self._inverts)

    def svg(self, view: PartView) -> str:
        return gate_svg(self.size, self.pins, gate_symbol(self.spec.type.split("-")[2]))
