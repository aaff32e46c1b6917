"""What would hurt a real board: shorts and over-voltage, each reported once for as long as it
lasts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.bench.frames import FAULT_OVER_VOLTAGE, FAULT_SHORT
from hardware.bench.wiring.netlist import Cluster, Netlist
from hardware.bench.wiring.pads import HIGH, LOW
from hardware.bench.wiring.part import World
from hardware.bench.wiring.solver import Solution

NO_GPIO = 0xFFFF
"""The pin of a fault that is on a supply, not on a pad."""


@dataclass(frozen=True)
class Fault:
    """`kind` is `FAULT_…` of frames.py, `detail` the millivolts at the pad (0 on a supply)."""

    t_ns: int
    kind: int
    gpio: int
    detail: int


Found = dict[tuple[int, int], int]
"""Kind and GPIO of each fault to its millivolts."""


def faults_in(
    netlist: Netlist, cluster: Cluster, codes: tuple[int, ...], solution: Solution
) -> Found:
    """The faults of one state. A driver that cannot hold its level fights another one: a short."""
    board = netlist.board
    found: Found = {}
    for gpio, code in zip(cluster.gpios, codes, strict=True):
        net = netlist.gpio_net[gpio]
        if net in solution.floating:
            continue
        volts, drive = solution.volts[net], code % 4
        # 0.6 and 0.4 of the supply: an LED without resistor does not pull a pad that far, a short
        # does.
        overpowered = (drive == HIGH and volts < 0.6 * board.v_supply) or (
            drive == LOW and volts > 0.4 * board.v_supply
        )
        if volts > board.v_max:
            found[FAULT_OVER_VOLTAGE, gpio] = round(volts * 1000)
        elif overpowered:
            found[FAULT_SHORT, gpio] = round(volts * 1000)
    return found


class FaultWatch:
    """The faults of a running circuit: those that last, and the record of all."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lasting: set[tuple[int, int]] = set()
        self.record: list[Fault] = []

    def forget(self) -> None:
        """The power was off: what lasts is reported anew."""
        self._lasting.clear()

    def update(self, gpios: Iterable[int], found: Found) -> None:
        """The faults of these pads are now `found`, and no others."""
        self._lasting -= {old for old in self._lasting if old[1] in gpios and old not in found}
        for (kind, gpio), millivolts in found.items():
            if (kind, gpio) not in self._lasting:
                self._lasting.add((kind, gpio))
                self.record.append(Fault(self._world.now_ns, kind, gpio, millivolts))
                self._world.fault(kind, gpio, millivolts)
