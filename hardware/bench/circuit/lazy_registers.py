"""Chains of shift registers that no program can notice: worked out from the records of the board,
in columns, when somebody looks. Looking in the middle gives the same as working at each edge.

A chain is lazy only while that is certain: its three lines are plain outputs of one board with
nothing else on them, its registers always have power, and no pattern at its outputs causes a
fault or reaches anything that listens. Otherwise its registers get each edge, as all parts do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.afterimage import SEEN_NS, Afterimage
from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.listeners import Listeners
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster, Netlist
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.parts.common.part import Part
from hardware.bench.parts.hc595 import STAGES, Hc595
from hardware.bench.protocol.records import LogPlace

SPI_KEPT = 4096
"""Exchanges of an SPI bus that are kept until somebody looks."""
START = LogPlace(0, 0)
Levels = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Changes = tuple[Numbers, Levels, Numbers]
"""The pads that were written, their levels, and the times."""


@dataclass
class Chain:
    """Registers in the order of the bits, and the pads that feed them."""

    registers: tuple[Hc595, ...]
    data: int
    clock: int
    latch: int
    place: LogPlace = START
    """Up to where the records of the board are worked in."""
    exchanges: list[tuple[LogPlace, Changes]] = field(default_factory=list)
    """What an SPI bus has sent since then, and before which record."""

    @property
    def pads(self) -> tuple[int, int, int]:
        """Its pads."""
        return self.data, self.clock, self.latch


class LazyRegisters:
    """The chains of a circuit, and which of them are lazy now."""

    def __init__(
        self,
        netlist: Netlist,
        electric: Electric,
        pads: Sequence[Pad],
        threshold: Threshold,
        afterimage: Afterimage,
        listeners: Listeners,
    ) -> None:
        self._netlist = netlist
        self._electric = electric
        self._pads = pads
        self._threshold = threshold
        self._afterimage = afterimage
        self._listeners = listeners
        self._worlds: Worlds
        self.chains = list(_chains(netlist))
        self._lazy: list[Chain] = []
        self.pads = 0
        """Mask of the pads of lazy chains."""
        self.clusters = frozenset[int]()
        """The numbers of the clusters whose state waits for somebody to look."""

    def start(self, worlds: Worlds) -> None:
        """The bench begins."""
        self._worlds = worlds

    # -- which chains are lazy ----------------------------------------------------------------

    def choose(self, silent: Callable[[int], bool]) -> None:
        """Finds the chains that can be lazy from now on. All that was written until now has been
        worked in. `silent` tells whether no program notices what is written to a pad."""
        ready = [chain for chain in self.chains if self._is_ready(chain, silent)]
        while bad := [chain for chain in ready if self._is_shared(chain, ready)]:
            ready = [chain for chain in ready if chain not in bad]
        for chain in ready:
            if chain not in self._lazy:
                chain.place = self._now(chain)
        self._lazy = ready
        self.pads = sum(1 << pad for pad in {pad for chain in ready for pad in chain.pads})
        parts = {register.id for chain in ready for register in chain.registers}
        self.clusters = frozenset(
            cluster.number
            for cluster in self._netlist.clusters
            if parts & {*cluster.parts}
            or any(part.id in parts for part, _, _ in cluster.listeners)
        )

    def _is_ready(self, chain: Chain, silent: Callable[[int], bool]) -> bool:
        pads = [self._pads[pad] for pad in chain.pads]
        if not all(pad.holds and not pad.freq_hz and pad.step is None for pad in pads):
            return False
        if not all(register.powered and register.level["MR"] for register in chain.registers):
            return False
        if not all(silent(pad) and self._swings(pad) for pad in chain.pads):
            return False
        return not any(self._could_fault(cluster) for cluster in self._shown(chain))

    def _is_shared(self, chain: Chain, ready: Sequence[Chain]) -> bool:
        """Whether another register that is not lazy is on one of the lines."""
        lazy = {register.id for other in ready for register in other.registers}
        return any(
            part.id not in lazy for pad in chain.pads for part, _, _ in self._at(pad).listeners
        )

    def _at(self, pad: int) -> Cluster:
        return self._netlist.cluster_of[self._netlist.gpio_net[pad]]

    def _swings(self, pad: int) -> bool:
        """Whether everything on the line of a pad has the level that was written."""
        cluster, own = self._at(pad), self._netlist.gpio_net[pad]
        for level in (False, True):
            codes = (self._pads[pad].code_at(level),)
            if self._electric.faults(cluster, codes):
                return False
            volts = self._electric.solve(cluster, codes).volts
            heard = {self._threshold.at_pad(pad, volts[own], old) for old in (False, True)}
            for _part, _pin, net in cluster.listeners:
                heard |= {self._threshold.at(net, volts[net], old) for old in (False, True)}
            if heard != {level}:
                return False
        return True

    def _shown(self, chain: Chain) -> Iterator[Cluster]:
        """The clusters at the outputs of a chain."""
        numbers = set()
        for register in chain.registers:
            for n in range(STAGES):
                cluster = self._netlist.cluster_of.get(self._netlist.net(register.id, f"Q{n}"))
                if cluster and cluster.number not in numbers:
                    numbers.add(cluster.number)
                    yield cluster

    def _could_fault(self, cluster: Cluster) -> bool:
        """Whether any pattern gives a fault. As in `coupling.py`, it is enough to try each output
        against all others, and all at the same level."""
        if not all(self._pads[gpio].holds for gpio in cluster.gpios):
            return True
        registers = [p for i in cluster.parts if isinstance(p := self._netlist.parts[i], Hc595)]
        outputs: list[tuple[str, str]] = [("", str(gpio)) for gpio in cluster.gpios]
        outputs += [
            (register.id, f"Q{n}")
            for register in registers
            for n in range(STAGES)
            if self._netlist.net(register.id, f"Q{n}") in cluster.nets
        ]
        alone = [{one} for one in outputs]
        for high in [set(), {*outputs}, *alone, *({*outputs} - one for one in alone)]:
            codes = tuple(self._pads[g].code_at(("", str(g)) in high) for g in cluster.gpios)
            driven = {
                register.id: {
                    pin: None if level is None else (register.id, pin) in high
                    for pin, level in register.driven.items()
                }
                for register in registers
            }
            if self._electric.faults(cluster, codes, self._electric.stamps_if(cluster, driven)):
                return True
        return False

    # -- working ------------------------------------------------------------------------------

    def send(self, changes: Changes) -> bool:
        """Takes changes of lazy pads that are no records of the board: an SPI bus makes them, now.
        Returns whether so many are kept that they should be worked in."""
        pads = {*np.unique(changes[0]).tolist()}
        for chain in self._lazy:
            if pads & {*chain.pads}:
                chain.exchanges.append((self._now(chain), changes))
        return any(len(chain.exchanges) > SPI_KEPT for chain in self._lazy)

    def _now(self, chain: Chain) -> LogPlace:
        """The place behind all that the board of a chain has done until now."""
        world = self._worlds.of_pad(chain.clock)
        return world.recorder.place(world.now_ns)

    def catch_up(self) -> list[Cluster]:
        """Works in all that was written until now. Returns the clusters that have changed."""
        changed: dict[int, Cluster] = {}
        for chain in self._lazy:
            for cluster in self._catch_up(chain):
                changed[cluster.number] = cluster
        if changed:
            self._afterimage.sort()
        return list(changed.values())

    def _catch_up(self, chain: Chain) -> Iterator[Cluster]:
        pieces = list(self._written(chain))
        if not pieces:
            return
        pad, level, t_ns = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
        first = chain.registers[0]
        rises, clock = _rises(pad == chain.clock, level, first.level["SHCP"])
        latches, latch = _rises(pad == chain.latch, level, first.level["STCP"])
        at_data = np.flatnonzero(pad == chain.data)
        data = np.concatenate(([first.level["DS"]], level[at_data]))
        # The bits that were shifted in, the oldest first; the last register has the oldest.
        before = [bool(r.shifted >> n & 1) for r in chain.registers for n in range(STAGES)][::-1]
        bits = np.concatenate((np.array(before, np.bool_), data[np.searchsorted(at_data, rises)]))
        count = STAGES * len(chain.registers)
        shifted = _bytes(bits[-count:])
        now_ns = self._worlds.now_ns
        after = np.searchsorted(rises, latches)
        # Of the latches that nobody sees any more, only the last one counts.
        begin = max(0, int(np.searchsorted(t_ns[latches], now_ns - SEEN_NS, side="right")) - 1)
        for at, row in zip(after[begin:].tolist(), latches[begin:].tolist(), strict=True):
            shown = _bytes(bits[at : at + count])
            for register, value in zip(chain.registers, shown, strict=True):
                if value != register.shown:
                    self._afterimage.note(register.id, int(t_ns[row]))
                    register.take(register.shifted, value)
                    yield from self._electric.restamp(register.id)
        for register, value in zip(chain.registers, shifted, strict=True):
            register.take(value, register.shown)
            yield from self._electric.restamp(register.id)
        carry = bool(data[-1])
        for register in chain.registers:
            for pin, high in (("DS", carry), ("SHCP", clock), ("STCP", latch)):
                register.level[pin] = high
                self._listeners.heard(register, pin, high)
            carry = register.shifted > 0x7F

    def _written(self, chain: Chain) -> Iterator[Changes]:
        """All changes at the pads of a chain since the last time, in order."""
        world, first = self._worlds.of_pad(chain.clock), chain.clock // GPIOS * GPIOS
        gpios = [pad - first for pad in chain.pads]
        since, until_ns = chain.place, world.now_ns
        rows, chain.place = world.recorder.outputs_since(since, gpios, until_ns)
        columns = rows.gpio + first, rows.level, rows.t_ns
        at = 0
        for place, changes in chain.exchanges:
            end = int(np.searchsorted(rows.number, place.number))
            yield columns[0][at:end], columns[1][at:end], columns[2][at:end]
            yield changes
            at = end
        chain.exchanges.clear()
        if len(rows.number) > at:
            yield columns[0][at:], columns[1][at:], columns[2][at:]


def _rises(mine: Levels, level: Levels, before: bool) -> tuple[npt.NDArray[np.intp], bool]:
    """The changes at one pad that are rising edges, and its level at the end."""
    at = np.flatnonzero(mine)
    levels = level[at]
    rose = levels & ~np.concatenate(([before], levels[:-1])) if len(at) else levels
    return at[rose], bool(levels[-1]) if len(at) else before


def _bytes(bits: Levels) -> list[int]:
    """The bytes of registers, from their bits, the oldest first."""
    weights = 1 << np.arange(STAGES)
    found: list[int] = (bits[::-1].reshape(-1, STAGES) @ weights).tolist()
    return found


# -- which registers are a chain ------------------------------------------------------------------


def _chains(netlist: Netlist) -> Iterator[Chain]:
    """The chains of registers that three pads of one board feed."""
    registers = [part for part in netlist.parts.values() if isinstance(part, Hc595)]
    for register in registers:
        data = _pad(netlist, register, "DS")
        clock, latch = _pad(netlist, register, "SHCP"), _pad(netlist, register, "STCP")
        if data is None or clock is None or latch is None or len({data, clock, latch}) < 3:
            continue
        chain = [register]
        while (following := _following(netlist, chain[-1])) and following not in chain:
            chain.append(following)
        lines = {(_pad(netlist, r, "SHCP"), _pad(netlist, r, "STCP")) for r in chain}
        one_board = len({pad // GPIOS for pad in (data, clock, latch)}) == 1
        if one_board and lines == {(clock, latch)} and all(_is_plain(netlist, r) for r in chain):
            yield Chain(tuple(chain), data, clock, latch)


def _pad(netlist: Netlist, register: Hc595, pin: str) -> int | None:
    """The pad that alone decides the level at an input, and whose line nothing else is on but
    inputs of this kind."""
    cluster = netlist.cluster_of.get(netlist.net(register.id, pin))
    if cluster is None or len(cluster.gpios) != 1 or not _is_passive(netlist, cluster):
        return None
    same = all(isinstance(p, Hc595) and at == pin for p, at, _ in cluster.listeners)
    return (
        cluster.gpios[0] if same and not any(map(_is_register, _parts(netlist, cluster))) else None
    )


def _following(netlist: Netlist, register: Hc595) -> Hc595 | None:
    """The register that gets the carry of another one, and nothing else does."""
    cluster = netlist.cluster_of.get(netlist.net(register.id, "Q7S"))
    if cluster is None or len(cluster.listeners) != 1:
        return None
    part, pin, _net = cluster.listeners[0]
    return part if isinstance(part, Hc595) and pin == "DS" else None


def _is_plain(netlist: Netlist, register: Hc595) -> bool:
    """Whether nothing of a register but its outputs can have an effect, and its supply is that of
    a board."""
    net = netlist.net
    if not all(net(register.id, pin) in netlist.rails for pin in ("VCC", "GND")):
        return False
    if (clear := netlist.cluster_of.get(net(register.id, "MR"))) and (
        clear.gpios or not _is_passive(netlist, clear)
    ):
        return False
    carry = netlist.cluster_of.get(net(register.id, "Q7S"))
    if carry and (carry.gpios or carry.parts != (register.id,) or len(carry.listeners) > 1):
        return False
    for n in range(STAGES):
        cluster = netlist.cluster_of.get(net(register.id, f"Q{n}"))
        if cluster and (cluster.listeners or not _is_passive(netlist, cluster)):
            return False
    return True


def _parts(netlist: Netlist, cluster: Cluster) -> list[Part]:
    return [netlist.parts[part] for part in cluster.parts]


def _is_register(part: Part) -> bool:
    return isinstance(part, Hc595)


def _is_passive(netlist: Netlist, cluster: Cluster) -> bool:
    """Whether all parts of a cluster but registers are always the same, and none has its supply
    there."""
    others = [part for part in _parts(netlist, cluster) if not _is_register(part)]
    return not cluster.fed and not any(
        part.CONTROLS or part.listens or part.supply for part in others
    )
