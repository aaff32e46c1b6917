"""The one electrical solver of the bench: node voltages of a small resistive circuit with diodes.

Nodal analysis for direct current. Supplies are ideal nodes; a diode is piecewise linear (open
below its forward voltage, a resistor above). Plain Python arithmetic in a fixed order, so that
every machine gets the same bits. Circuits here have few nodes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hardware.bench.circuit.disjoint_sets import DisjointSets

LEAK_SIEMENS = 1e-12
"""From each node to ground, so that every node has a voltage (a real pad leaks 100 times more)."""
OPEN_DIODE_SIEMENS = 1e-11
"""A diode below its forward voltage: enough to keep the matrix regular, not enough to count as
wired."""
HELD = -1
"""In place of a net: everything that holds a voltage."""


@dataclass(frozen=True)
class Resistor:
    """Ohms between two nets; infinity for an open contact."""

    a: int
    b: int
    ohms: float


@dataclass(frozen=True)
class Diode:
    """A diode: forward voltage, and ohms above it."""

    anode: int
    cathode: int
    volts: float
    ohms: float

    def amperes(self, difference: float) -> float:
        """The current at a voltage from anode to cathode."""
        return max(0.0, (difference - self.volts) / self.ohms)


@dataclass(frozen=True)
class Source:
    """A voltage against ground behind ohms; infinite ohms do not drive."""

    net: int
    volts: float
    ohms: float


Element = Resistor | Diode | Source


@dataclass(frozen=True)
class Solution:
    """The volts of every net. Those of a floating net, which nothing holds, have no meaning."""

    volts: Mapping[int, float]
    floating: frozenset[int]


def sum_in_order(values: Iterable[float]) -> float:
    """The sum with one rounding for each value. `sum` rounds in another way from Python 3.12 on,
    and a trace has the same bits with every Python."""
    total = 0.0
    for value in values:
        total += value
    return total


def nets_of(element: Element) -> tuple[int, ...]:
    """The nets that an element touches."""
    match element:
        case Resistor(a, b):
            return (a, b)
        case Diode(anode, cathode):
            return (anode, cathode)
        case Source(net):
            return (net,)


def solve(
    nets: Sequence[int], fixed: Mapping[int, float], elements: Iterable[Element]
) -> Solution:
    """Voltages of `nets` with the supplies `fixed` (net to volts) and the elements between
    them."""
    every = tuple(elements)
    nets = _by_degree(nets, every)
    diodes = tuple(e for e in every if isinstance(e, Diode))
    linear = tuple(e for e in every if not isinstance(e, Diode))
    on = [False] * len(diodes)
    volts = _volts(nets, fixed, linear, diodes, on)
    # Only one diode changes at a time: to change all that disagree can go on for ever. A circuit
    # may have no stable state of such diodes; then the bound ends the loop, and the last guess
    # counts.
    for _ in range(4 * len(diodes) + 4):
        wrong = _first_wrong(diodes, on, volts)
        if wrong is None:
            break
        on[wrong] = not on[wrong]
        volts = _volts(nets, fixed, linear, diodes, on)
    return Solution(volts, _floating(nets, fixed, linear, diodes, on))


def _by_degree(nets: Sequence[int], elements: Iterable[Element]) -> list[int]:
    """Nets with few neighbours first: early elimination of a hub would fill the whole matrix."""
    touched = Counter(net for element in elements for net in nets_of(element))
    return sorted(nets, key=lambda net: touched[net])


def _first_wrong(
    diodes: Sequence[Diode], on: Sequence[bool], volts: Mapping[int, float]
) -> int | None:
    for i, diode in enumerate(diodes):
        excess = volts[diode.anode] - volts[diode.cathode] - diode.volts
        if (excess > 1e-9) if not on[i] else (excess < -1e-9):
            return i
    return None


def _volts(
    nets: Sequence[int],
    fixed: Mapping[int, float],
    linear: Sequence[Element],
    diodes: Sequence[Diode],
    on: Sequence[bool],
) -> dict[int, float]:
    """The linear circuit for one guess of which diodes conduct."""
    row = {net: i for i, net in enumerate(nets)}
    size = len(nets)
    matrix = [[LEAK_SIEMENS if i == j else 0.0 for j in range(size)] + [0.0] for i in range(size)]

    def join(a: int, b: int, siemens: float, offset: float = 0.0) -> None:
        """Current siemens * (v_a - v_b - offset) from a to b."""
        for net, other, sign in ((a, b, 1.0), (b, a, -1.0)):
            if net not in row:
                continue
            line = matrix[row[net]]
            line[row[net]] += siemens
            line[size] += siemens * offset * sign
            if other in row:
                line[row[other]] -= siemens
            else:
                line[size] += siemens * fixed[other]

    for element in linear:
        if isinstance(element, Resistor):
            join(element.a, element.b, 1 / element.ohms)
        elif isinstance(element, Source) and element.net in row:
            line = matrix[row[element.net]]
            line[row[element.net]] += 1 / element.ohms
            line[size] += element.volts / element.ohms
    for diode, conducts in zip(diodes, on, strict=True):
        siemens, offset = (1 / diode.ohms, diode.volts) if conducts else (OPEN_DIODE_SIEMENS, 0.0)
        join(diode.anode, diode.cathode, siemens, offset)
    return dict(zip(nets, _eliminate(matrix), strict=True)) | dict(fixed)


def _eliminate(matrix: list[list[float]]) -> list[float]:
    """Gaussian elimination with partial pivoting. The last column is the right-hand side."""
    size = len(matrix)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(matrix[r][i]))
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        filled = [c for c in range(i, size + 1) if matrix[i][c]]
        for r in range(i + 1, size):
            if matrix[r][i]:
                factor = matrix[r][i] / matrix[i][i]
                for c in filled:
                    matrix[r][c] -= factor * matrix[i][c]
    answer = [0.0] * size
    for i in reversed(range(size)):
        line, rest = matrix[i], 0.0
        for c in range(i + 1, size):
            rest += line[c] * answer[c]
        answer[i] = (line[size] - rest) / line[i]
    return answer


def _floating(
    nets: Sequence[int],
    fixed: Mapping[int, float],
    linear: Sequence[Element],
    diodes: Sequence[Diode],
    on: Sequence[bool],
) -> frozenset[int]:
    """The nets from which nothing conducts to a supply or a driver."""
    joined = DisjointSets(nets)
    joined.join(HELD, *fixed)
    for element in linear:
        if isinstance(element, Source):
            if element.ohms != float("inf"):
                joined.join(HELD, element.net)
        elif isinstance(element, Resistor) and element.ohms != float("inf"):
            joined.join(element.a, element.b)
    for diode, conducts in zip(diodes, on, strict=True):
        if conducts:
            joined.join(diode.anode, diode.cathode)
    held = joined.root(HELD)
    return frozenset(net for net in nets if joined.root(net) != held)
