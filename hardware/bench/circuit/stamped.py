"""What a part puts on the bench, as elements between nets."""

from collections.abc import Callable

from hardware.bench.circuit.solver import Diode, Element, Resistor, Source
from hardware.bench.parts.common.part import Part


class Stamped:
    """A `Stamp` (part.py) that writes down the elements and rails of one part.

    Args:
        net: the number of the net at a pin of the part.
    """

    def __init__(self, part: Part, net: Callable[[str], int]) -> None:
        self._net = net
        self.rails: dict[str, float] = {}
        """Pin to volts."""
        self._elements: list[Element] = []
        part.stamp(self)
        self.elements = tuple(self._elements)

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Resistor(self._net(a), self._net(b), ohms))

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Diode(self._net(anode), self._net(cathode), volts, ohms))

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """See `Stamp`."""
        self._elements.append(Source(self._net(pin), volts, ohms))

    def rail(self, pin: str, volts: float) -> None:
        """See `Stamp`."""
        self.rails[pin] = volts
