"""Colour displays on SPI: a module with a controller of the kind in `tft.py`."""

from typing import ClassVar

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.tft import Panel, Tft
from hardware.bench.svg.elements import rect
from hardware.bench.svg.frame import frame_svg

PULL_OHMS = 10_000.0
DARKEST = 0.12
"""How bright the glass looks without its backlight."""


class TftDisplay(Module, SpiPart, Display):
    """A display whose pin `DC` tells commands from data. The module pulls RST and the backlight
    pin up, so that both may stay open."""

    PANEL: ClassVar[Panel]
    DC: ClassVar[str]
    RST: ClassVar[str] = "RST"
    LIGHT: ClassVar[str]
    """The pin of the backlight."""
    SCREEN: ClassVar[tuple[float, float, float, float]]
    """Left, top, width, height of the dots."""
    GROUP = "displays"
    DRAWS = 0.05  # the backlight
    SPI_MODES: ClassVar[tuple[int, ...]] = (0, 3)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.controller = Tft(self.PANEL)

    def begin(self) -> None:
        super().begin()
        self.controller.reset()

    def level_changed(self, pin: str, high: bool) -> None:
        if pin == self.RST and not high:
            self.controller.reset()

    def spi_exchange_all(self, data: bytes) -> bytes:
        if not self.high(self.RST):
            return bytes(len(data))
        if self.high(self.DC):
            return self.controller.data(data)
        for code in data:
            self.controller.command(code)
        return bytes(len(data))

    def pixels(self) -> Pixels:
        seen = self.controller.pixels()
        return seen if self.powered else seen * np.uint8(0)

    def screen(self, view: PartView) -> str:
        """The drawing of the glass, as bright as its backlight."""
        x, y, wide, high = self.SCREEN
        light = 0.0
        if self.powered and self.supply_v:
            light = min(1.0, max(0.0, view.volts(self.LIGHT) / self.supply_v))
        shade = (1 - DARKEST) * (1 - light)
        glass = rect(x - 1.5, y - 1.5, wide + 3, high + 3, "#05070a", 1.5)
        dark = rect(x, y, wide, high, "#05070a", opacity=round(shade, 2)) if shade else ""
        return glass + frame_svg(self.pixels(), x, y, wide, high) + dark
