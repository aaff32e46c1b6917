"""A picture of the bench that lives: the whole of it once, then only what has changed.

    picture = LivePicture(circuit)
    send(picture.svg)
    picture.update()                       # in the bench's thread, again and again
    news, seen = picture.since(seen)       # for each page, as often as it can take them

The drawing code is that of every other picture (`bench_picture.py`): the groups of all parts are
drawn again, and those whose text is the same are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import PartSpec
from hardware.bench.drawing.bench_picture import board_light, caption, draw, place
from hardware.bench.drawing.changes import Changes, News
from hardware.bench.drawing.display_words import display_words
from hardware.bench.drawing.pin_words import fixed_words, gpio_words
from hardware.bench.lint.lint import lint_shown
from hardware.bench.parts.common.display import Display
from hardware.bench.parts.common.part import Words
from hardware.i18n import _, arabic, both, language


class LivePicture:
    """The parts that are not hidden, and when each of them changed last.

    `update` belongs to the bench's thread. Calls of `update` and `since` must not overlap.
    """

    def __init__(self, circuit: Circuit) -> None:
        """Draw the circuit, which must have been started."""
        self.remarks = lint_shown(circuit.diagram)
        """Of the wiring lint; the picture has a mark for each, in a group `data-remarks`."""
        self.svg = draw(circuit, self.remarks)
        self.board_pins = [
            pin
            for spec in circuit.diagram.parts
            if spec.id in circuit.netlist.boards and not spec.hide
            for pin in _pins(circuit, spec)
        ]
        """The pins of the boards: id, name, place on the canvas, whether they are GPIOs, words."""
        self._circuit = circuit
        self._shown = [spec for spec in circuit.diagram.parts if not spec.hide]
        self._changes = Changes()
        self._captions: dict[str, str] = {}
        """The text of each caption that was drawn last."""

    def update(self) -> None:
        """Look at every part now."""
        self._changes.begin()
        for spec in self._shown:
            thing = place(self._circuit, spec)
            self._changes.note("parts", spec.id, thing.body)
            if thing.caption != self._captions.get(spec.id, ""):
                self._captions[spec.id] = thing.caption
                self._changes.note("captions", spec.id, caption(thing))
            if found := _words(self._circuit, spec.id):
                self._changes.note("words", spec.id, in_both_languages(*found))
            part = self._circuit.parts.get(spec.id)
            if part and part.CONTROLS:
                self._changes.note("values", spec.id, dict(part.values))
        for board_id in self._circuit.netlist.boards:
            for pin, words in gpio_words(self._circuit, board_id):
                self._changes.note("pins", f"{board_id}:{pin}", in_both_languages(*words))

    def since(self, update: int) -> tuple[News, int]:
        """See `Changes.since`."""
        return self._changes.since(update)


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
                "gpio": pin.gpio is not None,
                "words": in_both_languages(words),
            }


def what_is_seen(circuit: Circuit) -> str:
    """What each part shows now, in the reader's language; empty when nothing on the bench can
    show something."""
    found = [
        f"{name_of(spec)}: {in_both_languages(*words)[language()]}"
        for spec in circuit.diagram.parts
        if not spec.hide and (words := _words(circuit, spec.id))
    ]
    return _("; ").join(found)


def name_of(spec: PartSpec) -> str:
    """The name of a part for people: its label, or else its id."""
    return str(spec.attrs.get("label") or spec.id)


def _words(circuit: Circuit, part_id: str) -> Sequence[Words]:
    """What a part or a board shows; empty when that never changes."""
    if part := circuit.parts.get(part_id):
        if words := part.words(part.view):
            return [words]
        return display_words(part) if isinstance(part, Display) else []
    if circuit.netlist.boards[part_id].led is None:
        return []
    lit = board_light(circuit, part_id)
    return [(both("its LED: {percent} %"), {"percent": round(100 * lit)})]


def in_both_languages(*words: Words) -> dict[str, str]:
    """The words in English and Arabic, by language."""
    return {
        "en": ", ".join(_filled(one, str) for one in words),
        "ar": "، ".join(_filled(one, plain_arabic) for one in words),
    }


def _filled(words: Words, translate: Callable[[str], str]) -> str:
    message, fields = words
    texts = {
        name: _filled(value, translate) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    return translate(message).format(**texts)


def plain_arabic(message: str) -> str:
    """The Arabic without the marks of code: a page shows them as they are. The isolates stay."""
    return plain_marks(arabic(message))


def plain_marks(text: str) -> str:
    """A text without the marks of code."""
    return text.replace("`", "")
