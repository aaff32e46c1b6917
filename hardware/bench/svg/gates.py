"""The symbols of logic gates (the distinctive shapes of IEEE Std 91)."""

from collections.abc import Mapping

from hardware.bench.svg.elements import circle, line, path, text

INK, PAPER = "#3a4049", "#e6eaf0"
WIDE = 1.8
BODIES = {
    "and": "M14 3 H34 A17 17 0 0 1 34 37 H14 Z",
    "or": "M12 3 H28 Q44 5 51 20 Q44 35 28 37 H12 Q20 20 12 3 Z",
    "buffer": "M14 4 L51 20 L14 36 Z",
    "mux": "M14 2 L46 12 V38 L14 48 Z",
}


def symbol(name: str) -> str:
    """The body of a gate: `and`, `nand`, `or`, `nor`, `xor`, `xnor`, `not`, `buffer`, `mux`."""
    inverts = name in ("nand", "nor", "xnor", "not")
    if name in ("not", "buffer", "mux"):
        body = BODIES["mux" if name == "mux" else "buffer"]
    else:
        body = BODIES["and" if name.endswith("and") else "or"]
    drawn = path(body, PAPER, stroke=INK, stroke_width=WIDE)
    if name.startswith("x"):
        drawn += path("M7 3 Q15 20 7 37", stroke=INK, stroke_width=WIDE)
    if inverts:
        drawn += circle(54.6, 20, 3.6, PAPER, stroke=INK, stroke_width=WIDE)
    return drawn


def gate_svg(size: tuple[float, float], pins: Mapping[str, tuple[float, float]], body: str) -> str:
    """A symbol with wires from the pins at its sides, and the names of the pins."""
    width, drawn, names = size[0], "", ""
    for name, (x, y) in pins.items():
        left = x == 0
        drawn += line(x, y, 17 if left else width - 26, y, INK, WIDE)
        names += text(x + (1 if left else -1), y - 2.5, name, 5, INK,
                      text_anchor="start" if left else "end")  # fmt: skip
    return drawn + body + names
