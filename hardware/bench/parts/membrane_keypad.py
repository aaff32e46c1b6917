"""A keypad of four rows and three or four columns."""

import json
from collections.abc import Hashable, Sequence

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.contact import ATTRS, CLOSED_OHMS, Contact
from hardware.bench.parts.common.part import BUTTON, OPEN, Part, PartView, Stamp, World
from hardware.bench.svg.elements import line, rect, text
from hardware.i18n import _, both

ROWS = 4
LABELS = "123A456B789C*0#D"
PADS = {pin: 100 + 9.6 * n for n, pin in enumerate(("R1", "R2", "R3", "R4", "C1", "C2", "C3"))}


class MembraneKeypad(Part):
    """Pins `R1` to `R4`, `C1` to `C4`; a pressed key connects its row and its column. So three
    pressed keys of a rectangle also connect the fourth (ghosting). Attributes `columns` (`4` or
    `3`) and `keys` (16 labels, row by row; Wokwi writes a list).

    Extensions of ours: one control for each key, 0 or 1, with the name of its label; `bounce` as
    in `contact.py` (default: no bounce), with `bounceMs` and `bounceEdges`.
    """

    TYPES = ("wokwi-membrane-keypad",)
    TITLE = both("Keypad")
    GROUP = "inputs"
    PINS = {pin: (x, 338) for pin, x in (PADS | {"C4": 167.2}).items()}
    SIZE = (265.8, 343.9)
    ATTRS = {"columns": "4", "keys": "", **ATTRS, "bounce": "0"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.columns = int(self.choice("columns", "3", "4"))
        self.keys = self._keys()
        self.CONTROLS = dict.fromkeys(self.keys, BUTTON)  # type: ignore[misc]
        self.values = dict.fromkeys(self.keys, 0.0)
        self.contacts = {key: Contact(self, closed=False) for key in self.keys}

    def _keys(self) -> list[str]:
        """The labels of the existing keys, row by row."""
        given = self.spec.attrs.get("keys", "") or list(LABELS)
        if isinstance(given, str):
            try:
                given = json.loads(given)
            except (ValueError, RecursionError):
                given = []
        labels = [str(label) for label in given] if isinstance(given, list) else []
        if len(labels) != len(LABELS) or len(set(labels)) != len(LABELS):
            raise self.bad_attr("keys", _("a list of 16 different labels"))
        return [label for n, label in enumerate(labels) if n % 4 < self.columns]

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        return {pin: place for pin, place in self.PINS.items() if self.columns == 4 or pin != "C4"}

    def start(self, world: World) -> None:
        super().start(world)
        for key, contact in self.contacts.items():
            contact.start(world, f"{self.id}:{key}", self.changed)

    @property
    def state(self) -> Hashable:
        return tuple(contact.closed for contact in self.contacts.values())

    def stamp(self, net: Stamp) -> None:
        for n, contact in enumerate(self.contacts.values()):
            row, column = divmod(n, self.columns)
            ohms = CLOSED_OHMS if contact.closed else OPEN
            net.resistor(f"R{row + 1}", f"C{column + 1}", ohms)

    def moved(self, name: str, value: float) -> None:
        self.contacts[name].move(bool(value))

    @property
    def button_rows(self) -> Sequence[Sequence[str]]:
        firsts = range(0, len(self.keys), self.columns)
        return [self.keys[first : first + self.columns] for first in firsts]

    def svg(self, view: PartView) -> str:
        width = 265.8 if self.columns == 4 else 212.0
        drawn = rect(0.5, 0.5, width - 1, 298, "#2b2f36", 8) + rect(
            5, 5, width - 10, 289, "#3a4049", 6
        )
        for n, key in enumerate(self.keys):
            row, column = divmod(n, self.columns)
            x, y = 22 + 56 * column, 18 + 68 * row
            letter = key in "*#" or key.isalpha()
            colour = "#b8322c" if letter else "#2f6fd6"
            if self.values[key]:
                colour = "#ee8a1d"
            drawn += rect(x, y, 46, 56, colour, 6, stroke="#f2f3f5", stroke_width=1.2)
            drawn += text(x + 23, y + 36, key, 22, "#ffffff", text_anchor="middle")
        cable = "".join(line(x, 300, x, 330, "#c6ccd4", 4) for x, _y in self.pins.values())
        plug = rect(94, 326, 80, 14, "#23272d", 2)
        pads = "".join(rect(x - 2, 331, 4, 8, "#d8b54a", 1) for x, _y in self.pins.values())
        return rect(94, 296, 80, 34, "#aab1bb") + cable + drawn + plug + pads
