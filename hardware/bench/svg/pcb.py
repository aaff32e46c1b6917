"""Small printed circuit boards of sensors and displays: the board, its pins, its chips."""

from collections.abc import Mapping

from hardware.bench.svg.elements import Point, circle, line, mix, rect, text

INK = "#f2f3f5"


def pcb(size: Point, colour: str, *holes: Point, radius: float = 3) -> str:
    """The board, with mounting holes."""
    w, h = size
    rim = mix(colour, "#000000", 0.3)
    return rect(
        0.4, 0.4, w - 0.8, h - 0.8, colour, radius, stroke=rim, stroke_width=0.8
    ) + "".join(
        circle(x, y, 5.2, mix(colour, "#ffffff", 0.35)) + circle(x, y, 3.6, "#f7f8fa")
        for x, y in holes
    )


def header(pins: Mapping[str, Point], size: Point, ink: str = INK, legs: bool = False) -> str:
    """The pins, each with its name next to it; the text starts at the edge nearest to the pin."""
    w, h = size
    drawn = ""
    for name, (x, y) in pins.items():
        px, py = min(max(x, 5.0), w - 5.0), min(max(y, 5.0), h - 5.0)
        if legs:
            drawn += line(px, py, x, y, "#c9a227", 2.2)
        drawn += circle(px, py, 3.1, "#d8b54a") + circle(px, py, 1.5, "#6b5a2a")
        drawn += _name(name, px, py, size, ink)
    return drawn


def _name(name: str, x: float, y: float, size: Point, ink: str) -> str:
    w, h = size
    edges = {"left": x, "right": w - x, "top": y, "bottom": h - y}
    edge = min(edges, key=lambda side: edges[side])
    if edge == "left":
        return text(x + 5, y + 2.4, name, 6.6, ink)
    if edge == "right":
        return text(x - 5, y + 2.4, name, 6.6, ink, text_anchor="end")
    tip, anchor = (y + 5, "end") if edge == "top" else (y - 5, "start")
    return text(
        x + 2.4, tip, name, 6.6, ink, text_anchor=anchor, transform=f"rotate(-90 {x + 2.4} {tip})"
    )


def pin_row(pins: Mapping[str, Point], below: float, ink: str = INK) -> str:
    """A row of pins with small names `below` pixels under them (negative: above)."""
    return "".join(
        circle(x, y, 3.1, "#d8b54a") + circle(x, y, 1.5, "#6b5a2a") for x, y in pins.values()
    ) + "".join(
        text(x, y + below, name, 3.9, ink, text_anchor="middle") for name, (x, y) in pins.items()
    )


def chip(x: float, y: float, w: float, h: float, label: str = "") -> str:
    """An integrated circuit, seen from above."""
    drawn = rect(x, y, w, h, "#23272d", 1.5) + circle(x + 3.4, y + 3.4, 1.3, "#59606b")
    if label:
        drawn += text(x + w / 2, y + h / 2 + 2.4, label, 6.4, "#aab1bb", text_anchor="middle")
    return drawn


def status_led(x: float, y: float, lit: bool, colour: str = "#2f9e55") -> str:
    """A small status LED on a board."""
    return rect(x - 2.5, y - 2, 5, 4, "#e6e8eb", 0.8) + rect(
        x - 1.6, y - 1.4, 3.2, 2.8, colour if lit else mix(colour, "#3a4049", 0.75), 0.6
    )


def reading(x: float, y: float, words: str, ink: str = INK, size: float = 9) -> str:
    """The value that a part measures now, as text in the drawing."""
    return text(x, y, words, size, ink, text_anchor="middle", font_weight=600)
