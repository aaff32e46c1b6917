"""Chains of shift registers and of display drivers that no program can notice: worked out from the
records of the board, in columns, when somebody looks. Looking in the middle gives the same as
working at each edge.

A chain is lazy only while that is certain: its three lines are plain outputs of one board with
nothing else on them, its registers always have power, and no pattern at its outputs causes a
fault or reaches anything that listens. Otherwise its registers get each edge, as all parts do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hardware.bench.circuit.afterimage import SEEN_NS, Afterimage
from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.listeners import Listeners
from hardware.bench.circuit.meter import Threshold
from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.register_chain import Chain, chains_of
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.parts.common.shift_register import ShiftRegister
from hardware.bench.parts.hc595 import Hc595
from hardware.bench.protocol.pad_log import LogPlace

if TYPE_CHECKING:
    from hardware.bench.circuit.register_columns import Changes, Taken

SPI_KEPT = 4096
"""Exchanges of an SPI bus that are kept until somebody looks."""


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
        self.chains = list(chains_of(netlist))
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
        if not all(register.shifts for register in chain.registers):
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
            for pin in register.SHOWN:
                cluster = self._netlist.cluster_of.get(self._netlist.net(register.id, pin))
                if cluster and cluster.number not in numbers:
                    numbers.add(cluster.number)
                    yield cluster

    def _could_fault(self, cluster: Cluster) -> bool:
        """Whether any pattern gives a fault. As in `coupling.py`, it is enough to try each output
        against all others, and all at the same level."""
        if not all(self._pads[gpio].holds for gpio in cluster.gpios):
            return True
        parts = [self._netlist.parts[part] for part in cluster.parts]
        registers = [part for part in parts if isinstance(part, ShiftRegister)]
        outputs: list[tuple[str, str]] = [("", str(gpio)) for gpio in cluster.gpios]
        outputs += [
            (register.id, pin)
            for register in registers
            for pin in register.SHOWN
            if self._netlist.net(register.id, pin) in cluster.nets
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

    def send(self, changes: Changes, pads: Iterable[int]) -> bool:
        """Takes changes of these lazy pads that are no records of the board: an SPI bus makes
        them, now. Returns whether so many are kept that they should be worked in."""
        for chain in self._lazy:
            if not {*chain.pads}.isdisjoint(pads):
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
        from hardware.bench.circuit.register_columns import take_in  # numpy: the lint needs none

        log, now_ns = self._worlds.of_pad(chain.clock).recorder, self._worlds.now_ns
        taken = take_in(chain, log, now_ns)
        if taken is None:
            return
        if bits := chain.registers[0].WORD_BITS:
            for register, words in zip(chain.registers, taken.words(bits), strict=True):
                register.take_words(words)
        else:
            yield from self._show(chain, taken)
        data = taken.data
        states = zip(chain.registers, taken.shifted(), taken.carries(), strict=True)
        for register, shifted, carry in states:
            register.take_shifted(shifted, carry)
            yield from self._electric.restamp(register.id)
            levels = {
                register.DATA: data,
                register.CLOCK: taken.clock,
                register.LATCH: taken.latch,
            }
            for pin, high in levels.items():
                register.level[pin] = high
                self._listeners.heard(register, pin, high)
            data = bool(register.driven[register.CARRY])

    def _show(self, chain: Chain, taken: Taken) -> Iterator[Cluster]:
        """The outputs of a chain, each change at its time, as far as a person still sees it."""
        for t_ns, shown in taken.shown(self._worlds.now_ns - SEEN_NS):
            for register, value in zip(chain.registers, shown, strict=True):
                assert isinstance(register, Hc595)
                if value != register.shown:
                    self._afterimage.note(register.id, t_ns)
                    register.take_shown(value)
                    yield from self._electric.restamp(register.id)
