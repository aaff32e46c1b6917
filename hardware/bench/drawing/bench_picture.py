"""The whole bench as one SVG picture: boards, parts in their present state, wires, and the marks
of the wiring lint.

The picture is left to right on every page. Captions show the names that `%bench` takes. The
drawing of each part is in a group of its own, `<g data-part="ID">`, and its caption in
`<g data-caption="ID">`: `live_picture.py` sends only the groups that changed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.diagram import Connection, PartSpec
from hardware.bench.drawing.board_picture import board_pin, board_size, board_svg
from hardware.bench.drawing.wires import Direction, route, wire_svg
from hardware.bench.lint.rule import Finding
from hardware.bench.svg.colours import wire_colour
from hardware.bench.svg.elements import Point, circle, el, rect, text

CANVAS = "#f7f8fa"
MARGIN = 26.0
STUB, LANE, LANES = 12.0, 5.0, 6
"""A wire without a path leaves its part by 12 px and a lane of 5 px, so that wires do not
overlap."""

MARK_COLOURS = {"error": "#c92a2a", "warning": "#e67700", "info": "#1971c2"}
"""Colours of the marks. White digits on them have a contrast above 4.5; on the orange it is 3.0,
enough for bold large digits."""
MARK_RADIUS = 7.5


@dataclass(frozen=True)
class Placed:
    """A part or board on the canvas: its drawing in its own frame, its size, its pins."""

    spec: PartSpec
    size: tuple[float, float]
    pins: dict[str, Point]
    body: str
    caption: str

    def on_canvas(self, point: Point) -> Point:
        """A point of the part's own frame in coordinates of the canvas."""
        cx, cy = self.size[0] / 2, self.size[1] / 2
        turn = math.radians(self.spec.rotate)
        dx, dy = point[0] - cx, point[1] - cy
        x = dx * math.cos(turn) - dy * math.sin(turn)
        y = dx * math.sin(turn) + dy * math.cos(turn)
        return round(self.spec.left + cx + x, 2), round(self.spec.top + cy + y, 2)

    def corners(self) -> list[Point]:
        """The corners of the drawing on the canvas."""
        w, h = self.size
        return [self.on_canvas(point) for point in ((0, 0), (w, 0), (0, h), (w, h))]

    def outward(self, pin: str) -> Direction:
        """The direction on the canvas that leads away from the part at a pin."""
        (w, h), (x, y) = self.size, self.pins[pin]
        ways = {(-1, 0): x, (1, 0): w - x, (0, -1): y, (0, 1): h - y}
        direction = min(ways, key=lambda way: ways[way])
        turn = math.radians(self.spec.rotate)
        dx = direction[0] * math.cos(turn) - direction[1] * math.sin(turn)
        dy = direction[0] * math.sin(turn) + direction[1] * math.cos(turn)
        return (round(dx), 0) if abs(dx) > abs(dy) else (0, round(dy))


def draw(circuit: Circuit, findings: Sequence[Finding] = ()) -> str:
    """The bench as it is now, with a numbered mark at each finding of the wiring lint.

    The circuit must have been started.
    """
    things = {spec.id: place(circuit, spec) for spec in circuit.diagram.parts}
    seen = [thing for thing in things.values() if not thing.spec.hide]
    wires = _wires(circuit.diagram.connections, things)
    points = [p for thing in seen for p in thing.corners()] + [
        p for line, _ in wires for p in line
    ]
    left, top = min(x for x, _ in points) - MARGIN, min(y for _, y in points) - MARGIN
    width = max(x for x, _ in points) + MARGIN - left
    height = max(y for _, y in points) + MARGIN - top
    inner = (
        rect(left, top, width, height, CANVAS, 10)
        + "".join(_body(thing) for thing in seen)
        + "".join(wire_svg(line, colour) for line, colour in wires)
        + "".join(el("g", caption(thing), data_caption=thing.spec.id) for thing in seen)
        + _marks(findings, things)
    )
    return el(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        width=round(width),
        height=round(height),
        viewBox=f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}",
        direction="ltr",
    )


def place(circuit: Circuit, spec: PartSpec) -> Placed:
    """A part or board in its present state."""
    if board := circuit.netlist.boards.get(spec.id):
        pins = {pin: board_pin(board, pin) for pin in board.pins}
        powered = spec.id in circuit.electric.powered
        body = board_svg(board, powered, board_light(circuit, spec.id))
        caption = spec.id if len(circuit.sides) > 1 else ""
        return Placed(spec, board_size(board), pins, body, caption)
    part = circuit.parts[spec.id]
    return Placed(spec, part.size, dict(part.pins), part.svg(part.view), part.caption)


def board_light(circuit: Circuit, board_id: str) -> float:
    """The brightness of the board's own LED: 0 to 1."""
    led = circuit.netlist.boards[board_id].led
    if led is None:
        return 0.0
    pad = circuit.pads[circuit.netlist.first_pad(board_id) + led]
    return pad.duty_u16 / DUTY_MAX if pad.freq_hz else float(pad.holds and pad.latch)


def _marks(findings: Sequence[Finding], things: dict[str, Placed]) -> str:
    if not findings:
        return ""
    marks = badges([(finding, place_of(finding, things)) for finding in findings])
    return el("g", marks, data_remarks="")


def place_of(finding: Finding, things: Mapping[str, Placed]) -> Point:
    """The pin that a finding names, or else the middle of the part."""
    thing = things[finding.part]
    corner = (thing.size[0] / 2, thing.size[1] / 2)
    return thing.on_canvas(thing.pins.get(finding.pin, corner))


def _body(thing: Placed) -> str:
    spec, (w, h) = thing.spec, thing.size
    where = f"translate({spec.left:g} {spec.top:g})"
    if spec.rotate:
        where += f" rotate({spec.rotate:g} {w / 2:g} {h / 2:g})"
    return el("g", thing.body, transform=where, data_part=spec.id)


def caption(thing: Placed) -> str:
    """The caption of a part, at a side without pins. A rim in the colour of the canvas keeps it
    readable."""
    if not thing.caption:
        return ""
    xs, ys = zip(*thing.corners(), strict=True)
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    spots: dict[Direction, tuple[float, float, str]] = {
        (0, 1): (middle[0], max(ys) + 11, "middle"),
        (0, -1): (middle[0], min(ys) - 5, "middle"),
        (1, 0): (max(xs) + 5, middle[1] + 3, "start"),
        (-1, 0): (min(xs) - 5, middle[1] + 3, "end"),
    }
    taken = {thing.outward(pin) for pin in thing.pins}
    x, y, anchor = next((spots[way] for way in spots if way not in taken), spots[0, 1])
    style = {"text_anchor": anchor, "font_weight": 600}
    rim = text(x, y, thing.caption, 9.5, CANVAS, stroke=CANVAS, stroke_width=3.5, **style)
    return rim + text(x, y, thing.caption, 9.5, "#3a4049", **style)


def _wires(
    connections: Sequence[Connection], things: Mapping[str, Placed]
) -> list[tuple[list[Point], str]]:
    """Every drawn wire: its corners and its colour."""
    return [
        (points, wire_colour(wire.colour))
        for number, wire in enumerate(connections)
        if (points := wire_corners(number, wire, things))
    ]


def wire_corners(number: int, wire: Connection, things: Mapping[str, Placed]) -> list[Point]:
    """The corners of a wire, which has this number among all; none for one that is not drawn."""
    a, b = things.get(wire.a.part), things.get(wire.b.part)
    if not (wire.colour and a and b) or a.spec.hide or b.spec.hide:
        return []
    if wire.a.pin not in a.pins or wire.b.pin not in b.pins:
        return []
    lane = STUB + LANE * (number % LANES)
    start, end = a.on_canvas(a.pins[wire.a.pin]), b.on_canvas(b.pins[wire.b.pin])
    return route(start, end, wire.path, (a.outward(wire.a.pin), b.outward(wire.b.pin)), lane)


def badges(places: Sequence[tuple[Finding, Point]]) -> str:
    """A numbered disc for each finding; discs at the same place are side by side."""
    taken: dict[Point, int] = {}
    drawn = []
    for number, (finding, (x, y)) in enumerate(places, 1):
        step = taken.get((x, y), 0)
        taken[x, y] = step + 1
        at = x + 2.1 * MARK_RADIUS * step
        drawn.append(
            circle(
                at,
                y,
                MARK_RADIUS,
                MARK_COLOURS[finding.level],
                stroke="#ffffff",
                stroke_width=1.5,
            )
            + text(at, y + 3.5, str(number), 10, "#ffffff", text_anchor="middle", font_weight=700)
        )
    return "".join(drawn)
