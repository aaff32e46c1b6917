"""Electrical faults: what would damage a real board or its parts, or not work there. A fault is
reported once, for as long as it lasts.

There are shorts and over-voltage at a pad, too much current for a pad, a lamp or a supply, and
pads that are used for what the chip does not have."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hardware.bench.circuit.netlist import Cluster, Netlist
from hardware.bench.circuit.pads import HIGH, LOW
from hardware.bench.circuit.solver import Diode, Solution
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.protocol import frames
from hardware.boards import BoardType
from hardware.i18n import _

NO_GPIO = 0xFFFF
"""The pin of a fault that is on a supply or at a part, not on a pad."""
LAMP_AMPERES = 0.03
"""The most continuous current of a 5 mm LED: 30 mA in most data sheets, 20 mA in others."""


class FaultPlace(NamedTuple):
    """A kind of fault (`FAULT_…` of frames.py) and where it is, as the diagram calls it."""

    kind: int
    gpio: int
    part: str
    pin: str = ""


@dataclass(frozen=True)
class Fault:
    """A fault since `t_ns`; `detail` is millivolts at the pad, or microamperes."""

    t_ns: int
    kind: int
    gpio: int
    detail: int
    part: str = ""
    pin: str = ""

    def __str__(self) -> str:
        return MESSAGES[self.kind]().format(
            pin=f"{self.part}:{self.pin}" if self.pin else self.part,
            volts=self.detail / 1e3,
            milliamperes=self.detail / 1e3,
        )


MESSAGES = {
    frames.FAULT_SHORT: lambda: _("{pin}: a short circuit"),
    frames.FAULT_OVER_VOLTAGE: lambda: _("{pin}: {volts:.1f} V, more than the pin allows"),
    frames.FAULT_OVER_CURRENT: lambda: _("{pin}: {milliamperes:.0f} mA, more than the pin allows"),
    frames.FAULT_BURNS: lambda: _("{pin}: {milliamperes:.0f} mA, more than the LED allows"),
    frames.FAULT_OVERLOAD: lambda: _("{pin}: {milliamperes:.0f} mA, more than the supply gives"),
    frames.FAULT_NO_PULL: lambda: _("{pin}: this pin has no pull resistor"),
    frames.FAULT_FLASH_PIN: lambda: _("{pin}: the chip's flash is on this pin"),
}
"""The message of each kind."""

Found = Mapping[FaultPlace, int]
"""The present faults, and the detail of each."""
Lamp = tuple[str, Diode]
"""The id of a lamp, and one of its diodes."""


def faults_in(
    netlist: Netlist,
    cluster: Cluster,
    codes: Sequence[int],
    solution: Solution,
    lamps: Iterable[Lamp],
) -> Found:
    """The faults of one state. A driver that cannot hold its level is shorted."""
    found: dict[FaultPlace, int] = {}
    for pad, code in zip(cluster.gpios, codes, strict=True):
        net = netlist.gpio_net[pad]
        if net in solution.floating:
            continue
        board_id, board, gpio = netlist.home(pad)
        if fault := _at_pad(board, solution.volts[net], code % 4):
            kind, detail = fault
            found[FaultPlace(kind, gpio, board_id, board.pin_of(gpio))] = detail
    for part, diode in lamps:
        amperes = diode.amperes(solution.volts[diode.anode] - solution.volts[diode.cathode])
        if amperes > LAMP_AMPERES:
            found[FaultPlace(frames.FAULT_BURNS, NO_GPIO, part)] = round(amperes * 1e6)
    return found


def _at_pad(board: BoardType, volts: float, drive: int) -> tuple[int, int] | None:
    if volts > board.v_max:
        return frames.FAULT_OVER_VOLTAGE, round(volts * 1e3)
    if drive not in (HIGH, LOW):
        return None
    lost = board.v_supply - volts if drive == HIGH else volts
    # 0.4 of the supply: an LED without resistor does not pull a pad that far, a short does.
    if lost > 0.4 * board.v_supply:
        return frames.FAULT_SHORT, round(volts * 1e3)
    amperes = lost / board.output_ohms
    return (frames.FAULT_OVER_CURRENT, round(amperes * 1e6)) if amperes > board.i_max else None


def misused(netlist: Netlist, pad: int, pulled: bool) -> Found:
    """The faults of a pad that a program has set up: no pull resistor there, or the flash chip."""
    board_id, board, gpio = netlist.home(pad)
    kinds = []
    if gpio in board.flash_pins:
        kinds.append(frames.FAULT_FLASH_PIN)
    if pulled and gpio in board.no_pull:
        kinds.append(frames.FAULT_NO_PULL)
    return {FaultPlace(kind, gpio, board_id, board.pin_of(gpio)): 0 for kind in kinds}


class FaultWatch:
    """The faults of a running circuit: those that last, and a record of all."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._lasting: dict[Hashable, Found] = {}
        self.record: list[Fault] = []

    def forget(self, board_id: str) -> None:
        """The power of a board was off: faults there, and at parts, are reported again."""
        others = self._worlds.boards - {board_id}
        for scope, found in self._lasting.items():
            self._lasting[scope] = {spot: d for spot, d in found.items() if spot.part in others}

    def update(self, scope: Hashable, found: Found) -> None:
        """The faults of a scope (a cluster, a pad, the supplies) are now exactly `found`."""
        old = self._lasting.get(scope, {})
        if not found and not old:
            return
        self._lasting[scope] = found
        for spot, detail in found.items():
            if spot not in old:
                world = self._worlds.of(spot.part)
                self.record.append(Fault(world.now_ns, *spot[:2], detail, *spot[2:]))
                world.fault(spot.kind, spot.gpio, detail)
