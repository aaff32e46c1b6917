"""A phone with an app for Bluetooth Low Energy."""

import hashlib

from hardware.bench.diagram import PartSpec
from hardware.bench.network.bluetooth.phone import PhoneApp
from hardware.bench.network.lan import lan_of
from hardware.bench.parts.common.part import SWITCH, Part, PartView, Words, World
from hardware.bench.svg.elements import circle, rect, text
from hardware.i18n import both

RETRY_NS = 1_000_000_000
LINES, WIDTH = 5, 15
"""What fits on the screen."""


class Phone(Part):
    """Ours. `connect` is the name of a board: the phone connects to it whenever it hears it, reads
    what it may read, and asks for all notifications. Without it, the phone does what the steps
    `phone` of a scenario say. Control `near` 0: it is out of reach."""

    TYPES = ("warsha-phone",)
    TITLE = both("Phone (Bluetooth)")
    GROUP = "modules"
    SIZE = (110, 180)
    ATTRS = {"connect": ""}
    CONTROLS = {"near": SWITCH}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["near"] = 1
        self.app: PhoneApp
        self._is_search_planned = False

    def start(self, world: World) -> None:
        super().start(world)
        lan = lan_of(world)
        address = b"\x5c\x13\x55" + hashlib.sha256(self.spec.id.encode()).digest()[:3]
        self.app = PhoneApp(lan.air, address)
        self._after = lan.after
        if self.attr("connect"):
            self._search()

    def moved(self, name: str, value: float) -> None:
        self.app.move(bool(value))

    def _search(self) -> None:
        self._is_search_planned = False
        self.app.connect(self.attr("connect"), 0, self._found, self._lost)

    def _found(self, why: str) -> None:
        if why:
            self._lost()
        else:
            self.app.watch_all()

    def _lost(self) -> None:
        """A board that disconnects at once ends both the attempt and the connection."""
        if not self._is_search_planned:
            self._is_search_planned = True
            self._after(RETRY_NS, self._search)

    def words(self, view: PartView) -> Words:
        if not self.app.peer:
            if self.app.is_searching:
                return both("looks for a board"), {}
            return both("not connected"), {}
        shown = "; ".join(f"{uuid} {value}" for uuid, value in self.app.shown())
        return both("connected to {name}: {values}"), {"name": self.app.peer, "values": shown}

    def svg(self, view: PartView) -> str:
        lines = [self.app.peer or ("…" if self.app.is_searching else "")]
        for uuid, value in self.app.shown():
            lines += [f"{uuid[:8]}:", value[:WIDTH]]
        screen = "".join(
            text(14, 34 + 18 * row, line[:WIDTH], 11, "#d6f5e0" if row else "#ffffff")
            for row, line in enumerate(lines[: 1 + LINES])
        )
        return (
            rect(0, 0, 110, 180, "#31363e", 12)
            + rect(7, 16, 96, 142, "#10324a", 3)
            + circle(55, 169, 6, "#59606b")
            + screen
        )
