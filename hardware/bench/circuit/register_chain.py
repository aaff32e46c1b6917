"""Chains of shift registers: which ones three pads of a board feed, with nothing else on their
lines that could have an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hardware.bench.circuit.netlist import GPIOS, Cluster, Netlist
from hardware.bench.parts.common.part import Part
from hardware.bench.parts.common.shift_register import ShiftRegister
from hardware.bench.protocol.pad_log import LogPlace

if TYPE_CHECKING:
    from hardware.bench.circuit.register_columns import Changes

START = LogPlace(0, 0)


@dataclass
class Chain:
    """Registers of one kind in the order of the bits, and the pads that feed them."""

    registers: tuple[ShiftRegister, ...]
    data: int
    clock: int
    latch: int
    place: LogPlace = START
    """Up to where the records of the board are worked in."""
    exchanges: list[tuple[LogPlace, Changes]] = field(default_factory=list)
    """What an SPI bus has sent since then, and before which record."""

    @property
    def stages(self) -> int:
        """All stages of its registers."""
        return sum(register.stages for register in self.registers)

    @property
    def pads(self) -> tuple[int, int, int]:
        """Its pads."""
        return self.data, self.clock, self.latch


def chains_of(netlist: Netlist) -> Iterator[Chain]:
    """The chains of registers that three pads of one board feed."""
    registers = [part for part in netlist.parts.values() if isinstance(part, ShiftRegister)]
    for register in registers:
        data = _pad(netlist, register, register.DATA)
        clock, latch = _clocks(netlist, register)
        if data is None or clock is None or latch is None or len({data, clock, latch}) < 3:
            continue
        chain = [register]
        while (following := _following(netlist, chain[-1])) and following not in chain:
            chain.append(following)
        lines = {_clocks(netlist, each) for each in chain}
        one_board = len({pad // GPIOS for pad in (data, clock, latch)}) == 1
        if one_board and lines == {(clock, latch)} and all(_is_plain(netlist, r) for r in chain):
            yield Chain(tuple(chain), data, clock, latch)


def _clocks(netlist: Netlist, register: ShiftRegister) -> tuple[int | None, int | None]:
    """The pads that alone decide the levels of its clock and its latch."""
    return _pad(netlist, register, register.CLOCK), _pad(netlist, register, register.LATCH)


def _pad(netlist: Netlist, register: ShiftRegister, pin: str) -> int | None:
    """The pad that alone decides the level at an input, and whose line nothing else is on but
    inputs of this kind."""
    cluster = netlist.cluster_of.get(netlist.net(register.id, pin))
    if cluster is None or len(cluster.gpios) != 1 or not _is_passive(netlist, cluster):
        return None
    same = all(isinstance(p, type(register)) and at == pin for p, at, _ in cluster.listeners)
    return (
        cluster.gpios[0] if same and not any(map(_is_register, _parts(netlist, cluster))) else None
    )


def _following(netlist: Netlist, register: ShiftRegister) -> ShiftRegister | None:
    """The register that gets the carry of another one, and nothing else does."""
    cluster = netlist.cluster_of.get(netlist.net(register.id, register.CARRY))
    if cluster is None or len(cluster.listeners) != 1:
        return None
    part, pin, _net = cluster.listeners[0]
    return part if isinstance(part, type(register)) and pin == register.DATA else None


def _is_plain(netlist: Netlist, register: ShiftRegister) -> bool:
    """Whether nothing of a register but its outputs can have an effect, and its supply is that of
    a board."""
    net, supply = netlist.net, register.supply
    assert supply
    if not all(net(register.id, pin) in netlist.rails for pin in supply[:2]):
        return False
    if (
        register.CLEAR
        and (clear := netlist.cluster_of.get(net(register.id, register.CLEAR)))
        and (clear.gpios or not _is_passive(netlist, clear))
    ):
        return False
    carry = netlist.cluster_of.get(net(register.id, register.CARRY))
    if carry and (carry.gpios or carry.parts != (register.id,) or len(carry.listeners) > 1):
        return False
    for pin in register.SHOWN:
        cluster = netlist.cluster_of.get(net(register.id, pin))
        if cluster and (cluster.listeners or not _is_passive(netlist, cluster)):
            return False
    return True


def _parts(netlist: Netlist, cluster: Cluster) -> list[Part]:
    return [netlist.parts[part] for part in cluster.parts]


def _is_register(part: Part) -> bool:
    return isinstance(part, ShiftRegister)


def _is_passive(netlist: Netlist, cluster: Cluster) -> bool:
    """Whether all parts of a cluster but registers are always the same, and none has its supply
    there."""
    others = [part for part in _parts(netlist, cluster) if not _is_register(part)]
    return not cluster.fed and not any(
        part.CONTROLS or part.listens or part.supply for part in others
    )
