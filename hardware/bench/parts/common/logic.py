"""Logic chips: inputs and outputs, and their drawing as a DIP package or as a gate symbol."""

from collections.abc import Mapping

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.svg.elements import circle, line, path, rect, text

LOGIC_VOLTS = 3.3
"""The output voltage of a part without supply pins, such as Wokwi's gates."""
PITCH = 9.6
ROWS = 36.0
"""Distance of the two rows of legs, as on a breadboard."""

INK, PAPER = "#3a4049", "#e6eaf0"
STROKE = 1.8
BODIES = {
    "and": "M14 3 H34 A17 17 0 0 1 34 37 H14 Z",
    "or": "M12 3 H28 Q44 5 51 20 Q44 35 28 37 H12 Q20 20 12 3 Z",
    "buffer": "M14 4 L51 20 L14 36 Z",
    "mux": "M14 2 L46 12 V38 L14 48 Z",
}


class Logic(Module):
    """A chip that keeps the levels at its inputs and sets several outputs at once.

    An input is low until something drives it high; a floating input keeps its last level.
    """

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.level = dict.fromkeys(self.listens, False)

    def power(self, on: bool) -> None:
        self.level = dict.fromkeys(self.listens, False)
        super().power(on)

    def heard(self, pin: str, high: bool) -> None:
        self.level[pin] = high
        self.input_changed(pin, high)

    def input_changed(self, pin: str, high: bool) -> None:
        """An input has a new level; `level` has the levels of all inputs."""

    def set_outputs(self, levels: Mapping[str, bool | None]) -> None:
        """Set the levels of outputs at the same time; None: not driven."""
        if any(self.driven[pin] != level for pin, level in levels.items()):
            self.driven.update(levels)
            self.changed()


def dip(names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """The positions of the legs: the first is at the lower left, the others follow
    counterclockwise."""
    half = len(names) // 2
    places = {}
    for number, name in enumerate(names):
        column = number if number < half else len(names) - 1 - number
        places[name] = (round(7.2 + PITCH * column, 2), ROWS if number < half else 0.0)
    return places


def dip_size(legs: int) -> tuple[float, float]:
    """Width and height of a package with this number of legs."""
    return PITCH * legs / 2 + 4.8, ROWS


def dip_svg(pins: Mapping[str, tuple[float, float]], label: str) -> str:
    """The package from above, with the notch on the left and a name at each leg."""
    width, _height = dip_size(len(pins))
    legs = "".join(
        rect(x - 1.6, 0 if y == 0 else ROWS - 6, 3.2, 6, "#c3c9d1", 0.6)
        + text(x, 12 if y == 0 else ROWS - 7.6, name, 4, "#c3c9d1", text_anchor="middle")
        for name, (x, y) in pins.items()
    )
    body = rect(1, 5, width - 2, ROWS - 10, "#2b2f36", 1.5)
    notch = path(f"M1 {ROWS / 2 - 4} a4 4 0 0 1 0 8 Z", "#15181c")
    name = text(width / 2, ROWS / 2 + 2.4, label, 6.6, "#f2f3f5", text_anchor="middle")
    return body + notch + circle(5, ROWS - 8, 1, "#868e99") + legs + name


def gate_symbol(name: str) -> str:
    """The symbol of a gate, in the distinctive shapes of IEEE Std 91: `and`, `nand`, `or`, `nor`,
    `xor`, `xnor`, `not`, `buffer`, `mux`."""
    inverts = name in ("nand", "nor", "xnor", "not")
    if name in ("not", "buffer", "mux"):
        body = BODIES["mux" if name == "mux" else "buffer"]
    else:
        body = BODIES["and" if name.endswith("and") else "or"]
    drawn = path(body, PAPER, stroke=INK, stroke_width=STROKE)
    if name.startswith("x"):
        drawn += path("M7 3 Q15 20 7 37", stroke=INK, stroke_width=STROKE)
    if inverts:
        drawn += circle(54.6, 20, 3.6, PAPER, stroke=INK, stroke_width=STROKE)
    return drawn


def gate_svg(size: tuple[float, float], pins: Mapping[str, tuple[float, float]], body: str) -> str:
    """A gate symbol with lines to its pins, and the names of the pins."""
    width, drawn, names = size[0], "", ""
    for name, (x, y) in pins.items():
        left = x == 0
        drawn += line(x, y, 17 if left else width - 26, y, INK, STROKE)
        names += text(
            x + (1 if left else -1), y - 2.5, name, 5, INK, text_anchor="start" if left else "end"
        )
    return drawn + body + names
