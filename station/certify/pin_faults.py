"""From the levels of many pins to faults with names.

The board reads all pins with pulls up, with pulls down, and while each one alone drives high, then
low. Two pins are joined when one follows the other. A loop-back jig joins pins on purpose: then a
missing join is an open contact, and any other join is a short circuit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from station.certify.measurement import BoardFault, Measurement, ValueRange
from station.certify.plan import TestPlan

ONE, ZERO = ValueRange("", 1, 1), ValueRange("", 0, 0)
PIN_FAULTS = ("held_low", "held_high", "short", "short_of_groups", "open", "one_way")
"""The kinds of faults that are found here."""
REACHES = ".reaches_gpio"
"""In the name of a measurement: whether the jig joins two pins."""
Group = frozenset[int]
"""The pins that the jig joins, or one pin alone."""


@dataclass(frozen=True)
class PinLevels:
    """What the board read. Bit i of a number is the level of the i-th pin; in `high` and `low`
    the i-th number was read while the i-th pin drove. -1: this pin cannot drive."""

    gpios: tuple[int, ...]
    up: int
    down: int
    high: Sequence[int]
    low: Sequence[int]


class PinTest:
    """Judges the levels of one board."""

    def __init__(self, plan: TestPlan, levels: PinLevels, *, with_jig: bool) -> None:
        self._plan, self._levels = plan, levels
        self._gpios = levels.gpios
        self._bus: set[int] = {plan.jig.i2c.sda, plan.jig.i2c.scl} if with_jig else set()
        """Pins that the jig pulls up."""
        self._partner: dict[int, int] = {}
        for a, b in plan.jig.pairs if with_jig else ():
            self._partner |= {a: b, b: a}
        self._joined = {gpio: self._followers(gpio) for gpio in self._gpios}
        self._open = self._open_pairs()

    def measurements(self) -> Iterator[Measurement]:
        """The levels of each pin, and how many pins follow it that should not."""
        levels = self._levels
        for i, gpio in enumerate(self._gpios):
            name = f"gpio{gpio}"
            if gpio not in self._plan.board.no_pull:
                yield Measurement(f"{name}.pull_up", levels.up >> i & 1, ONE)
                rests = ONE if gpio in self._bus else ZERO
                yield Measurement(f"{name}.pull_down", levels.down >> i & 1, rests)
            if levels.high[i] >= 0:
                yield Measurement(f"{name}.high", levels.high[i] >> i & 1, ONE)
                yield Measurement(f"{name}.low", levels.low[i] >> i & 1, ZERO)
                shorted = len(self._unexpected(gpio))
                yield Measurement(f"{name}.shorted", shorted, ZERO)
            partner = self._partner.get(gpio)
            if partner is not None and levels.high[i] >= 0:
                yield Measurement(f"{name}{REACHES}{partner}", self._reaches(gpio), ONE)

    def faults(self) -> list[BoardFault]:
        """What is wrong, the cause and not each of its effects."""
        stuck = {gpio: kind for gpio in self._gpios if (kind := self._stuck(gpio))}
        held = [BoardFault(kind, (gpio,)) for gpio, kind in stuck.items()]
        held += self._held(stuck)
        named = {gpio for fault in held for gpio in fault.gpios}
        opened = [self._open_fault(a, b) for a, b in self._open if not {a, b} & named]
        return [*held, *self._shorts(), *opened]

    # -- levels

    def _stuck(self, gpio: int) -> str:
        """`held_low` or `held_high` when a pin that drives does not reach its level. (A virtual
        board reads what it drives, even against a short circuit.)"""
        i = self._gpios.index(gpio)
        if self._levels.high[i] < 0:
            return ""
        if not self._levels.high[i] >> i & 1:
            return "held_low"
        return "held_high" if self._levels.low[i] >> i & 1 else ""

    def _held(self, stuck: Mapping[int, str]) -> Iterator[BoardFault]:
        """Pins that do not rest at their pull. The jig joins two pins, so both are named. The
        effect of another pin that is joined to them is left out."""
        for kind, wrong in (("held_low", ~self._levels.up), ("held_high", self._levels.down)):
            away = {
                gpio
                for i, gpio in enumerate(self._gpios)
                if wrong >> i & 1 and gpio not in self._plan.board.no_pull
            }
            for group in sorted({self._group(gpio) for gpio in away}, key=min):
                reached = group.union(*(self._joined[gpio] for gpio in group))
                explained = kind in map(stuck.get, reached)
                if not explained and not (kind == "held_high" and reached & self._bus):
                    yield BoardFault(kind, tuple(sorted(group & away)))

    # -- joins

    def _followers(self, gpio: int) -> set[int]:
        """The pins whose level changes while this one drives."""
        i = self._gpios.index(gpio)
        if self._levels.high[i] < 0:
            return set()
        changed = (self._levels.high[i] & ~self._levels.down) | (
            self._levels.up & ~self._levels.low[i]
        )
        found = {other for j, other in enumerate(self._gpios) if changed >> j & 1}
        return found - {gpio} - self._floating()

    def _floating(self) -> set[int]:
        """Pins without a pull that do not follow their partner: their level means nothing."""
        found = set()
        for a, b in self._partner.items():
            if b in self._plan.board.no_pull and not self._reaches(a):
                found.add(b)
        return found

    def _reaches(self, gpio: int) -> bool:
        """Whether the partner follows a pin at both levels."""
        i, j = self._gpios.index(gpio), self._gpios.index(self._partner[gpio])
        high, low = self._levels.high[i], self._levels.low[i]
        return high >= 0 and bool(high >> j & 1) and not low >> j & 1

    def _group(self, gpio: int) -> Group:
        return frozenset({gpio, self._partner.get(gpio, gpio)})

    def _unexpected(self, gpio: int) -> set[int]:
        return self._joined[gpio] - self._group(gpio)

    def _shorts(self) -> Iterator[BoardFault]:
        """Each two groups that are joined, once; by the neighbours among their pins."""
        seen: set[frozenset[Group]] = set()
        for gpio in self._gpios:
            for other in sorted(self._unexpected(gpio)):
                groups = frozenset({self._group(gpio), self._group(other)})
                if groups not in seen:
                    seen.add(groups)
                    yield self._short(*sorted(groups, key=min))

    def _short(self, one: Group, other: Group) -> BoardFault:
        places = [
            (min(pair), max(pair))
            for pair in product(one, other)
            if self._plan.are_neighbours(*pair)
        ]
        if len(one) == len(other) == 1:
            places = [(min(one), min(other))]
        if len(places) == 1:
            return BoardFault("short", places[0])
        return BoardFault("short_of_groups", (*sorted(one), *sorted(other)))

    def _open_pairs(self) -> list[tuple[int, int]]:
        """Pairs of the jig in which one pin does not follow the other."""
        return [(a, b) for a, b in self._plan.jig.pairs if self._partner and self._fails(a, b)]

    def _fails(self, a: int, b: int) -> bool:
        drivers: Iterable[int] = [
            gpio for gpio in (a, b) if gpio not in self._plan.board.input_only
        ]
        return not all(self._reaches(gpio) for gpio in drivers)

    def _open_fault(self, a: int, b: int) -> BoardFault:
        works = [gpio for gpio in (a, b) if self._reaches(gpio)]
        if works:  # a signal passes from here to there, and not back
            return BoardFault("one_way", (self._partner[works[0]], works[0]))
        return BoardFault("open", (a, b))
