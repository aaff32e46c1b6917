"""What a view shows, and when each piece of it changed last: viewers get only what is new to them.

changes.begin()
changes.note("words", "led", {"en": "on", "ar": "..."})    # for everything that there is
news, seen = changes.since(seen)
"""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["parts", "captions", "words", "values", "pins", "board"]
"""What there is for a part: its drawing and its caption (SVG), what it shows in words (`en`,
`ar`), the positions of its controls by name; for a pin of a board (`BOARD:PIN`) its words; and for
a real board what is known of it, in words."""
Known = str | Mapping[str, str] | Mapping[str, float]
News = dict[Kind, dict[str, Known]]
"""By kind and id."""


class Changes:
    """Calls must not overlap."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, str], Known] = {}
        self._changed: dict[tuple[Kind, str], int] = {}
        self._updates = 0

    def begin(self) -> None:
        """A new look at everything."""
        self._updates += 1

    def note(self, kind: Kind, key: str, now: Known) -> None:
        """What this look has found."""
        if self._known.get((kind, key)) != now:
            self._known[kind, key] = now
            self._changed[kind, key] = self._updates

    def since(self, update: int) -> tuple[News, int]:
        """What has changed after an update (0: everything), and the number of the last one."""
        news: News = {}
        for (kind, key), changed in self._changed.items():
            if changed > update:
                news.setdefault(kind, {})[key] = self._known[kind, key]
        return news, self._updates
