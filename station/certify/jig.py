"""The loop-back jig of a board type as a circuit (`diagram.json`), and its parts list.

The plan names the pins; everything else follows from it. So the drawing, the parts list, the
virtual jig and the self test cannot contradict each other. `python tools/jig_pages.py` writes the
drawings for the technician.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hardware.bench import diagram as diagrams
from hardware.bench.diagram import Diagram
from hardware.bench.drawing.board_picture import board_pin, board_size
from station.certify.plan import TestPlan

PAIR_OHMS = 1000
"""Two outputs against each other then take 3.3 mA: no pin is damaged by a mistake."""
LADDER_OHMS = 10_000
BOARD, SENSOR = "board", "sensor"
LEFT, RIGHT = -1, 1

# The layout, in pixels from the top left corner of the board.
FIRST_LANE, LANE = 16.0, 8.0
ROW, BELOW = 30.0, 20.0
"""From one resistor to the next, and from a resistor to the wire that passes below it."""
LEVEL = 10.0
LENGTH, HALF_HEIGHT = 58.8, 5.65
"""Of a resistor: from pin to pin, and half its height."""
LADDER_PITCH = 72.0
COLOURS = ("blue", "green", "orange", "purple", "cyan", "magenta", "brown", "limegreen")


@dataclass(frozen=True)
class PartOfList:
    """A line of the parts list."""

    count: int
    what: str


def jig_diagram(plan: TestPlan) -> Diagram:
    """The board in its jig."""
    return diagrams.load(_JigDrawing(plan).content(), name=f"{plan.board.name}_jig")


def jig_wires(plan: TestPlan) -> list[tuple[str, str, str]]:
    """What joins which pins of the board: the first pin, the part between them, the second pin.
    The I2C part is left out."""
    board, jig = plan.board, plan.jig
    uart = {jig.uart.tx, jig.uart.rx}
    wires = [
        (board.pin_of(a), "-" if {a, b} == uart else "1 kΩ", board.pin_of(b)) for a, b in jig.pairs
    ]
    ladder = ["3V3", *map(board.pin_of, jig.ladder), "GND"]
    return wires + [(upper, "10 kΩ", lower) for upper, lower in pairwise(ladder)]


def parts_list(plan: TestPlan) -> list[PartOfList]:
    """What a technician needs for one jig."""
    return [
        PartOfList(len(plan.jig.pairs) - 1, "1 kΩ, 5 %"),
        PartOfList(len(plan.jig.ladder) + 1, "10 kΩ, 1 %"),
        PartOfList(1, "GY-521 (MPU-6050)"),
    ]


class _JigDrawing:
    """Builds the circuit of one jig.

    The resistors of the pairs are in a column below the board. A wire leaves the board sideways
    and goes down in a lane of its own: the lowest pin in the nearest lane, so wires of one side do
    not cross. Wires of the supply and the I2C part go over the top of the board.
    """

    def __init__(self, plan: TestPlan) -> None:
        self._plan, self._board = plan, plan.board
        self._parts: list[dict[str, Any]] = []
        self._wires: list[list[Any]] = []
        width, height = board_size(plan.board)
        self._turned = width > height
        """A board with its pins in rows stands upright, so that they are in columns."""
        self._width, self._height = sorted((width, height)) if self._turned else (width, height)
        self._lanes = {LEFT: 0, RIGHT: 0}
        self._top = -20.0

    def content(self) -> dict[str, Any]:
        """The JSON value of the diagram."""
        moved = (self._width - self._height) / 2 if self._turned else 0
        turn = 90 if self._turned else 0
        self._part(self._board.diagram_types[0], BOARD, moved, -moved, turn)
        self._pairs()
        self._ladder()
        self._sensor()
        return {
            "version": 1,
            "author": "Warsha",
            "editor": "wokwi",
            "parts": self._parts,
            "connections": self._wires,
        }

    def _pairs(self) -> None:
        lanes = self._pair_lanes()
        uart = {self._plan.jig.uart.tx, self._plan.jig.uart.rx}
        pairs = [sorted(pair, key=lambda gpio: self._place(gpio)) for pair in self._plan.jig.pairs]
        pairs.sort(key=lambda pair: -self._place(pair[0])[1])
        left = (self._width - LENGTH) / 2
        for number, (a, b) in enumerate(pairs):
            colour = COLOURS[number % len(COLOURS)]
            y = self._height + 24 + number * ROW
            down = [self._down(gpio, lanes[gpio], y) for gpio in (a, b)]
            if self._side(a) == self._side(b):  # the second wire comes from below the resistor
                down[1] = [*self._down(b, lanes[b], y + BELOW)]
                turn = left + LENGTH + 8 - self._place(b)[0] - self._side(b) * lanes[b]
                down[1] += [f"h{turn:g}", f"v{-BELOW:g}"]
            if {a, b} == uart:
                self._wire(self._pin(a), self._pin(b), colour, *down[0], "*", *reversed(down[1]))
                continue
            key = f"r{number + 1}"
            self._part("wokwi-resistor", key, left, y - HALF_HEIGHT, value=str(PAIR_OHMS))
            self._wire(self._pin(a), f"{key}:1", colour, *down[0])
            self._wire(self._pin(b), f"{key}:2", colour, *down[1])

    def _pair_lanes(self) -> dict[int, float]:
        """The distance from the board, in which the wire of each pin goes down."""
        gpios = [gpio for pair in self._plan.jig.pairs for gpio in pair]
        gpios.sort(key=lambda gpio: -self._place(gpio)[1])
        return {gpio: self._lane(self._side(gpio)) for gpio in gpios}

    def _ladder(self) -> None:
        """A chain of upright resistors beside the board, from 3V3 at its top to GND."""
        gpios = self._plan.jig.ladder
        side = self._side(gpios[0])
        taps = [self._lane(side) for _gpio in gpios]
        edge = 0 if side == LEFT else self._width
        x = edge + side * (self._lane(side) + 85)
        for number in range(len(gpios) + 1):
            key, y = f"ladder{number + 1}", number * LADDER_PITCH
            place = (x - LENGTH / 2, y + LENGTH / 2 - HALF_HEIGHT)
            self._part("wokwi-resistor", key, *place, 90, value=str(LADDER_OHMS))
            if number:
                self._wire(f"ladder{number}:2", f"{key}:1", "gray", "v5")
        for number, (gpio, lane) in enumerate(zip(gpios, taps, strict=True)):
            y = number * LADDER_PITCH + LENGTH + 6
            self._wire(
                self._pin(gpio), f"ladder{number + 1}:2", "gray", *self._down(gpio, lane, y)
            )
        bottom = f"ladder{len(gpios) + 1}:2"
        self._over_the_top(self._supply(3.3, side), "ladder1:1", "red")
        gnd = self._supply(0.0, side)
        y = (len(gpios) + 1) * LADDER_PITCH + 6
        lane = self._lane(side)
        self._wire(f"{BOARD}:{gnd}", bottom, "black", *self._from_pin(gnd, lane, y))

    def _sensor(self) -> None:
        """The I2C part, at the right of everything."""
        self._part("wokwi-mpu6050", SENSOR, self._right() + 40, 20)
        i2c = self._plan.jig.i2c
        self._over_the_top(self._board.pin_of(i2c.sda), f"{SENSOR}:SDA", "gold")
        self._over_the_top(self._board.pin_of(i2c.scl), f"{SENSOR}:SCL", "limegreen")
        self._over_the_top(self._supply(0.0, RIGHT), f"{SENSOR}:GND", "black")
        self._over_the_top(self._supply(3.3, RIGHT), f"{SENSOR}:VCC", "red")

    def _right(self) -> float:
        """The right end of the resistors and lanes so far."""
        ends: list[float] = [part["left"] + LENGTH for part in self._parts[1:]]
        return max(*ends, self._width + FIRST_LANE + LANE * self._lanes[RIGHT] + 40)

    # -- wires

    def _over_the_top(self, pin: str, end: str, colour: str) -> None:
        lane = self._lane(LEFT if self._on_left(pin) else RIGHT)
        self._top -= LEVEL
        self._wire(f"{BOARD}:{pin}", end, colour, *self._from_pin(pin, lane, self._top))

    def _down(self, gpio: int, lane: float, y: float) -> list[str]:
        return self._from_pin(self._board.pin_of(gpio), lane, y)

    def _from_pin(self, pin: str, lane: float, y: float) -> list[str]:
        """Steps that leave the board sideways, and then go up or down to `y`."""
        side = LEFT if self._on_left(pin) else RIGHT
        return [f"h{side * lane:g}", f"v{y - self._at(pin)[1]:g}"]

    def _lane(self, side: int) -> float:
        """The distance of the next free lane from the board."""
        self._lanes[side] += 1
        return FIRST_LANE + LANE * (self._lanes[side] - 1)

    def _wire(self, a: str, b: str, colour: str, *path: str) -> None:
        self._wires.append([a, b, colour, list(path)])

    # -- the board

    def _part(
        self, kind: str, key: str, left: float, top: float, rotate: float = 0, **attrs: str
    ) -> None:
        place = {"left": round(left, 2), "top": round(top, 2)}
        if rotate:
            place["rotate"] = rotate
        self._parts.append({"type": kind, "id": key, **place, "attrs": attrs})

    def _pin(self, gpio: int) -> str:
        return f"{BOARD}:{self._board.pin_of(gpio)}"

    def _place(self, gpio: int) -> tuple[float, float]:
        return self._at(self._board.pin_of(gpio))

    def _at(self, pin: str) -> tuple[float, float]:
        x, y = board_pin(self._board, pin)
        return (self._width - y, x) if self._turned else (x, y)

    def _side(self, gpio: int) -> int:
        return LEFT if self._on_left(self._board.pin_of(gpio)) else RIGHT

    def _on_left(self, pin: str) -> bool:
        return self._at(pin)[0] < self._width / 2

    def _supply(self, volts: float, side: int) -> str:
        """A supply pin, on this side if there is one."""
        names: Iterable[str] = [
            pin.name for pin in self._board.pins.values() if pin.volts == volts and not pin.hidden
        ]
        return min(names, key=lambda name: self._on_left(name) != (side == LEFT))
