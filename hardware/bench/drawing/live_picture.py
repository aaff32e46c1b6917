"""A picture of the bench that lives: the whole of it once, then only what has changed.

    picture = LivePicture(circuit)
    send(picture.svg)
    picture.update()                       # in the bench's thread, again and again
    news, seen = picture.since(seen)       # for each page, as often as it can take them

The drawing code is that of every other picture (`bench_picture.py`): the groups of all parts are
drawn again, and those whose text is the same are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import PartSpec
from hardware.bench.drawing.bench_picture import board_light, caption, draw, place
from hardware.bench.drawing.pin_words import fixed_words, gpio_words
from hardware.bench.lint.lint import lint
from hardware.bench.parts.common.display import Display
from hardware.bench.parts.common.part import Part, Words
from hardware.i18n import arabic, both

Kind = Literal["parts", "captions", "words", "values", "pins"]
"""What there is for a part: its drawing and its caption (SVG), what it shows in words (`en`,
`ar`), the positions of its controls by name; and for a pin of a board (`BOARD:PIN`) its words."""
Known = str | Mapping[str, str] | Mapping[str, float]
News = dict[Kind, dict[str, Known]]
"""By kind and part id."""


class LivePicture:
    """The parts that are not hidden, and when each of them changed last.

    `update` belongs to the bench's thread. Calls of `update` and `since` must not overlap.
    """

    def __init__(self, circuit: Circuit) -> None:
        """Draw the circuit, which must have been started."""
        shown = {spec.id for spec in circuit.diagram.parts if not spec.hide}
        self.remarks = [found for found in lint(circuit.diagram) if found.part in shown]
        """Of the wiring lint; the picture has a mark for each, in a group `data-remarks`."""
        self.svg = draw(circuit, self.remarks)
        self.board_pins = [
            pin
            for spec in circuit.diagram.parts
            if spec.id in circuit.netlist.boards and spec.id in shown
            for pin in _pins(circuit, spec)
        ]
        """The pins of the boards: id, name, place on the canvas, and words."""
        self._circuit = circuit
        self._shown = [spec for spec in circuit.diagram.parts if not spec.hide]
        self._known: dict[tuple[Kind, str], Known] = {}
        self._changed: dict[tuple[Kind, str], int] = {}
        self._captions: dict[str, str] = {}
        """The text of each caption that was drawn last."""
        self._updates = 0

    def update(self) -> None:
        """Look at every part now."""
        self._updates += 1
        for spec in self._shown:
            thing = place(self._circuit, spec)
            self._note("parts", spec.id, thing.body)
            if thing.caption != self._captions.get(spec.id, ""):
                self._captions[spec.id] = thing.caption
                self._note("captions", spec.id, caption(thing))
            if found := self._words(spec.id):
                self._note("words", spec.id, in_both_languages(found))
            part = self._circuit.parts.get(spec.id)
            if part and part.CONTROLS:
                self._note("values", spec.id, dict(part.values))
        for board_id in self._circuit.netlist.boards:
            for pin, words in gpio_words(self._circuit, board_id):
                self._note("pins", f"{board_id}:{pin}", in_both_languages(*words))

    def _note(self, kind: Kind, part_id: str, now: Known) -> None:
        if self._known.get((kind, part_id)) != now:
            self._known[kind, part_id] = now
            self._changed[kind, part_id] = self._updates

    def _words(self, part_id: str) -> Words | None:
        part = self._circuit.parts.get(part_id)
        if part is not None:
            return part.words(part.view) or _display_words(part)
        if self._circuit.netlist.boards[part_id].led is None:
            return None
        lit = board_light(self._circuit, part_id)
        return both("its LED: {percent} %"), {"percent": round(100 * lit)}

    def since(self, update: int) -> tuple[News, int]:
        """What has changed after an update (0: everything), and the number of the last one."""
        news: News = {}
        for (kind, part_id), changed in self._changed.items():
            if changed > update:
                news.setdefault(kind, {})[part_id] = self._known[kind, part_id]
        return news, self._updates


def _pins(circuit: Circuit, spec: PartSpec) -> Iterator[Mapping[str, object]]:
    thing = place(circuit, spec)
    prefix = f"{spec.id}:" if len(circuit.netlist.boards) > 1 else ""
    for pin in circuit.netlist.boards[spec.id].pins.values():
        if (words := fixed_words(pin)) and not pin.hidden:
            x, y = thing.on_canvas(thing.pins[pin.name])
            yield {
                "id": f"{spec.id}:{pin.name}",
                "name": f"{prefix}{pin.name}",
                "x": x,
                "y": y,
                "words": in_both_languages(words),
            }


def _display_words(part: Part) -> Words | None:
    """What a display shows: its text, or else how many of its dots are lit."""
    if not isinstance(part, Display):
        return None
    if text := part.text().strip():
        return both("shows: {text}"), {"text": text}
    pixels = part.pixels()
    lit = int((pixels.max(axis=2) if pixels.ndim > 2 else pixels).astype(bool).sum())
    return (both("dots lit: {lit}"), {"lit": lit}) if lit else (both("dark"), {})


def in_both_languages(*words: Words) -> dict[str, str]:
    """The words in English and Arabic, by language."""
    return {
        "en": ", ".join(message.format(**fields) for message, fields in words),
        "ar": "، ".join(plain_arabic(message).format(**fields) for message, fields in words),
    }


def plain_arabic(message: str) -> str:
    """The Arabic without the marks of code: a page shows them as they are. The isolates stay."""
    return plain_marks(arabic(message))


def plain_marks(text: str) -> str:
    """A text without the marks of code."""
    return text.replace("`", "")
