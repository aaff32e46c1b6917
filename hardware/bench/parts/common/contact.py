"""A mechanical contact that bounces when it closes and when it opens.

Wokwi's attribute `bounce`: `""` bounces (about 1 ms, 10 to 100 edges), `"0"` does not. Two
attributes are extensions of ours: `bounceMs` (the length in milliseconds) and `bounceEdges` (the
number of level changes). Each is a number (`"12"`) or a range (`"1-12"`) from which every bounce
takes a random value. `bounce: "0"` overrides both. The first edge of a bounce comes at once, and
the last one, `bounceMs` later, leaves the new state; so the number of edges is odd.
"""

import random
from collections.abc import Callable, Hashable
from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Part, World
from hardware.i18n import _

CLOSED_OHMS = 0.1
WOKWI_MS = (1.0, 1.0)
WOKWI_EDGES = (10.0, 100.0)
MAX_BOUNCE = 10_000.0
"""The upper limit for both the milliseconds and the edges of a bounce."""
ATTRS = {"bounce": "", "bounceMs": "", "bounceEdges": ""}
"""The attributes of contacts, which a part adds to its own."""


class Contact:
    """The electrical state of a contact; `changed` is called at each edge."""

    def __init__(self, part: Part, closed: bool) -> None:
        self.closed = closed
        self._bounces = part.usual("bounce", "", "0") != "0"
        self._ms = _range(part, "bounceMs", WOKWI_MS)
        self._edges = _range(part, "bounceEdges", WOKWI_EDGES)
        self._run = 0
        self._world: World
        self._rng: random.Random
        self._changed: Callable[[], None]

    def start(self, world: World, name: str, changed: Callable[[], None]) -> None:
        """The bench starts; `name` is the seed of this contact's bounces."""
        self._world, self._rng, self._changed = world, world.rng(f"bounce:{name}"), changed

    def move(self, closed: bool) -> None:
        """The contact is closed or opened, now."""
        self._run += 1
        run = self._run
        if closed != self.closed:
            self._flip()
        if self._bounces:
            for t_ns in self._times():
                self._world.at(t_ns, lambda: self._flip() if run == self._run else None)

    def _flip(self) -> None:
        self.closed = not self.closed
        self._changed()

    def _times(self) -> list[int]:
        """The times of the edges after the first one. Their number is even, and the last one is at
        the end of the bounce."""
        edges = self._rng.randint(*map(int, self._edges))
        more = (edges - 1) // 2 * 2
        if more < 2:
            return []
        length_us = round(self._rng.uniform(*self._ms) * 1000)
        inner = self._rng.sample(range(1, max(more, length_us)), more - 1)
        now = self._world.now_ns
        return [now + us * 1000 for us in (*sorted(inner), max(more, length_us))]


class ContactPart(Part):
    """A part whose function is one contact."""

    CLOSED: ClassVar[bool]
    """Whether the contact is closed before anybody moves it."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.contact = Contact(self, self.CLOSED)

    def start(self, world: World) -> None:
        super().start(world)
        self.contact.start(world, self.id, self.changed)

    @property
    def state(self) -> Hashable:
        return self.contact.closed


def _range(part: Part, name: str, default: tuple[float, float]) -> tuple[float, float]:
    """An attribute that is a number or `low-high`. Raises: DiagramError."""
    text = part.attr(name)
    if not text:
        return default
    low, _dash, high = text.partition("-")
    try:
        bounds = float(low), float(high or low)
    except ValueError:
        bounds = (0.0, -1.0)
    if not 0 < bounds[0] <= bounds[1] <= MAX_BOUNCE:
        raise part.bad_attr(name, _('a number or a range such as "1-12"'))
    return bounds
