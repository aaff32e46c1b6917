"""Commands on displays: take a screenshot, and expect a text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import yaml

from hardware.bench.drawing.png import dots_of
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.svg.frame import frame_png
from hardware.errors import HardwareError
from hardware.i18n import _, reason


@dataclass(frozen=True)
class TakeScreenshot(Command):
    """Saves the frame of a display as PNG, or compares it dot by dot with a PNG file.

    Paths are relative to the scenario file.
    """

    KEY = "take-screenshot"
    part: str
    save_to: str | None
    compare_with: str | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", "save-to", "compare-with"), ("part-id",))
        if "save-to" not in keys and "compare-with" not in keys:
            what = _("neither save-to nor compare-with")
            raise nodes.fail(node, what, _("Write save-to: file.png."))
        save_to = nodes.optional(keys, "save-to", nodes.text)
        compare = nodes.optional(keys, "compare-with", nodes.text)
        return cls(nodes.text(keys["part-id"]), save_to, compare)

    def run(self, context: CommandContext) -> None:
        dots = _display(context, self.part).pixels()
        if not dots.size:
            raise HardwareError(
                _("part {part} has no dots").format(part=repr(self.part)), _("Name a display.")
            )
        try:
            if self.save_to:
                path = context.folder / self.save_to
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(frame_png(dots))
            if self.compare_with:
                self._compare(context.folder / self.compare_with, dots)
        except OSError as error:
            raise CommandError(f"{error.filename}: {reason(error)}") from error

    def _compare(self, path: Path, dots: Pixels) -> None:
        """Size and every dot must be the same. If not, the frame is saved next to the file."""
        try:
            wanted = dots_of(path.read_bytes(), dots)
        except ValueError as error:
            raise CommandError(_("{file}: not a picture").format(file=path)) from error
        if not np.array_equal(wanted, dots):
            seen = path.with_suffix(".seen.png")
            seen.write_bytes(frame_png(dots))
            what = _("{part} shows another picture than {file}; it is saved as {seen}")
            raise CommandError(what.format(part=self.part, file=path.name, seen=seen.name))


@dataclass(frozen=True)
class ExpectDisplay(Command):
    """Expects this text as a part of what a person reads on a display now."""

    KEY = "expect-display"
    OURS = True
    part: str
    text: str

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", "text"), ("part-id", "text"))
        return cls(nodes.text(keys["part-id"]), nodes.text(keys["text"]))

    def run(self, context: CommandContext) -> None:
        display = _display(context, self.part)
        if type(display).text is Display.text:
            what = _("{part} shows dots, which cannot be read as text")
            cure = _("Use take-screenshot with compare-with.")
            raise HardwareError(what.format(part=self.part), cure)
        shown = display.text()
        if self.text not in shown:
            what = _("{part} shows {shown!r}, expected {wanted!r}")
            raise CommandError(what.format(part=self.part, shown=shown, wanted=self.text))


def _display(context: CommandContext, part_id: str) -> Display:
    part = context.part(part_id)
    if not isinstance(part, Display):
        raise HardwareError(
            _("part {part} is not a display").format(part=repr(part_id)), _("Name a display.")
        )
    return part
