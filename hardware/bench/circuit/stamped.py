"""What a part puts on the bench, as elements between nets."""

from typing import TYPE_CHECKING

from hardware.bench.circuit.solver import Diode, Element, Resistor, Source
from hardware.bench.parts.common.part import Part
from hardware.errors import DiagramError

if TYPE_CHECKING:
    from hardware.bench.circuit.netlist import Netlist


class Stamped:
    """The elements that a part puts between its pins, as nets: a `Stamp` that writes them down."""

    def __init__(self, netlist: "Netlist", part: Part) -> None:
        self._netlist = netlist
        self._part = part
        self.rails: dict[str, float] = {}
        self._elements: list[Element] = []
        try:
            part.stamp(self)
        except DiagramError as error:
            raise netlist.fail(str(error), error.cure) from error
        self.elements = tuple(self._elements)

    def _net(self, pin: str) -> int:
        return self._netlist.net(self._part.id, pin)

    def resistor(self, a: str, b: str, ohms: float) -> None:
        """See `part.Stamp`."""
        self._elements.append(Resistor(self._net(a), self._net(b), ohms))

    def diode(self, anode: str, cathode: str, volts: float, ohms: float) -> None:
        """See `part.Stamp`."""
        self._elements.append(Diode(self._net(anode), self._net(cathode), volts, ohms))

    def source(self, pin: str, volts: float, ohms: float) -> None:
        """See `part.Stamp`."""
        self._elements.append(Source(self._net(pin), volts, ohms))

    def rail(self, pin: str, volts: float) -> None:
        """See `part.Stamp`."""
        self.rails[pin] = volts
