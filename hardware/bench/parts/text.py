"""A text label on the bench."""

from hardware.bench.parts.common.part import Part, PartView
from hardware.bench.svg.elements import text
from hardware.i18n import both


class TextLabel(Part):
    """The label shows the lines of the attribute `text`. It has no pins."""

    TYPES = ("wokwi-text",)
    TITLE = both("Text")
    GROUP = "wiring"
    ATTRS = {"text": ""}

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        lines = enumerate(self.attr("text").split("\n"))
        return "".join(
            text(0, 12 + 16 * row, words, 13, "#3a4049") for row, words in lines if words
        )
