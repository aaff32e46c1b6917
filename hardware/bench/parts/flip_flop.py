"""Flip-flops: D with and without set and reset, and SR."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.logic import INK, LOGIC_VOLTS, PAPER, STROKE, Logic, gate_svg
from hardware.bench.parts.common.part import PartView
from hardware.bench.svg.elements import path, rect
from hardware.i18n import both

ASYNCHRONOUS: dict[str, tuple[str, ...]] = {
    "wokwi-flip-flop-d": (),
    "wokwi-flip-flop-dr": ("R",),
    "wokwi-flip-flop-dsr": ("S", "R"),
}
"""The inputs of a D flip-flop that act without the clock."""
CLOCKED = "wokwi-flip-flop-sr"


class FlipFlop(Logic):
    """Pins `D CLK Q NOTQ S R`: a rising edge of CLK takes D over to Q. Types with R: R high clears
    Q at once; with S: S high sets it; R is stronger. The type `sr` has no D: at a rising edge of
    CLK, S sets Q and R clears it (both: R).

    It needs no supply, drives 3.3 V, has no delay, and is cleared at the start. Wokwi does not
    document them: the names of the pins are those of its linter.
    """

    TYPES = (
        "wokwi-flip-flop-d",
        "wokwi-flip-flop-dr",
        "wokwi-flip-flop-dsr",
        "wokwi-flip-flop-sr",
    )
    TITLE = both("Flip-flop")
    GROUP = "logic"
    SIZE = (72, 62)
    LISTENS = ("CLK",)
    OUTPUTS = {"Q": False, "NOTQ": True}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.supply_v = LOGIC_VOLTS

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        right = {"Q": (72.0, 12.0), "NOTQ": (72.0, 50.0)}
        if self.spec.type == CLOCKED:
            return {"S": (0.0, 12.0), "CLK": (0.0, 31.0), "R": (0.0, 50.0), **right}
        left = {"D": (0.0, 12.0), "CLK": (0.0, 24.0), "S": (0.0, 38.0), "R": (0.0, 50.0)}
        return {**left, **right}

    @property
    def listens(self) -> tuple[str, ...]:
        if self.spec.type == CLOCKED:
            return "CLK", "S", "R"
        return "CLK", "D", *ASYNCHRONOUS[self.spec.type]

    def input_changed(self, pin: str, high: bool) -> None:
        kept, clock = self.driven["Q"], pin == "CLK" and high
        if self.spec.type == CLOCKED:
            taken = (self.level["S"] or kept) and not self.level["R"]
            new = taken if clock else kept
        else:
            new = self.level["D"] if clock else kept
            at_once = ASYNCHRONOUS[self.spec.type]
            if "S" in at_once and self.level["S"]:
                new = True
            if "R" in at_once and self.level["R"]:
                new = False
        self.set_outputs({"Q": bool(new), "NOTQ": not new})

    def svg(self, view: PartView) -> str:
        box = rect(17, 2, 29, 58, PAPER, 2, stroke=INK, stroke_width=STROKE)
        y = self.pins["CLK"][1]
        wedge = path(f"M17 {y - 4} L23 {y} L17 {y + 4}", stroke=INK, stroke_width=1.2)
        return gate_svg(self.size, self.pins, box + wedge)
