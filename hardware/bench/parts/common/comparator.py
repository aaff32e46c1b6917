"""Sensors on a small board with a comparator: an analog output, and one that is switched."""

from abc import abstractmethod
from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import Control, Stamp

SHARE = Control(0, 1)
"""What is sensed, as a share of the most that the sensor can sense."""
SERIES_OHMS = 10_000.0


class ComparatorSensor(Module):
    """AOUT is a share of the supply; DOUT tells on which side of the threshold the sensed value
    is. The threshold is the trimmer on the board."""

    SENSED: ClassVar[str]
    """The attribute and control for what is sensed, 0 to 1."""
    OVER: ClassVar[bool]
    """The level at DOUT above the threshold."""
    ANALOG = ("AOUT",)
    SUPPLY = ("VCC", "GND", 3.0)
    DRAWS = 0.004  # the comparator LM393 and the two LEDs of the board

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values[self.SENSED] = self.number(self.SENSED, SHARE.low, SHARE.high)
        self._threshold = self.number("threshold", SHARE.low, SHARE.high)

    @property
    def over(self) -> bool:
        """Whether the sensed value is above the threshold."""
        return self.values[self.SENSED] > self._threshold

    @abstractmethod
    def share(self) -> float:
        """The share of the supply at AOUT."""

    def begin(self) -> None:
        self.driven["DOUT"] = self.over is self.OVER

    def moved(self, name: str, value: float) -> None:
        if self.powered:
            self.driven["DOUT"] = self.over is self.OVER
        self.changed()

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        share = min(0.999, max(0.001, self.share()))
        net.resistor("VCC", "AOUT", SERIES_OHMS)
        net.resistor("AOUT", "GND", SERIES_OHMS * share / (1 - share))
