"""Power of the parts: a supply, the right voltage, a common ground, and enough current."""

from collections.abc import Iterator

from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.part import Part
from hardware.i18n import both


def _fed(bench: RestingCircuit) -> Iterator[tuple[Part, str, str, float]]:
    for part in bench.parts:
        if part.supply:
            yield part, *part.supply


def _fed_by_switch(bench: RestingCircuit, net: int) -> bool:
    """Whether a pin or a contact can switch the power of a net: it may then be off at rest."""
    near = bench.near(net, bench.links(lambda ohms: True))
    return any(bench.pins(n) or bench.supply(n) is not None for n in near)


@rule(
    "no-power",
    "error",
    both("{part} has no power: its pin {pin} is not connected to a supply."),
    both("Connect {pin} to 3V3 or 5V, as its data sheet says."),
)
def no_power(bench: RestingCircuit) -> Iterator[LintPlace]:
    for part, supply, _ground, _least in _fed(bench):
        net = bench.net(part, supply)
        if bench.supply(net) is None and not _fed_by_switch(bench, net):
            yield LintPlace(part.id, supply)


@rule(
    "no-ground",
    "error",
    both("{part} has no common ground with the board: its pin {pin} is not connected to GND."),
    both("Connect {pin} to a GND of the board."),
)
def no_ground(bench: RestingCircuit) -> Iterator[LintPlace]:
    links = bench.links(lambda ohms: True)
    for part, _supply, ground, _least in _fed(bench):
        near = bench.near(bench.net(part, ground), links)
        if not any(bench.is_ground(net) or bench.pins(net) for net in near):
            yield LintPlace(part.id, ground)


@rule(
    "common-ground",
    "error",
    both("{part} and {other} share a wire ({pin}), but no ground."),
    both("Connect a GND of one to a GND of the other."),
)
def common_ground(bench: RestingCircuit) -> Iterator[LintPlace]:
    seen = set()
    for pin, net in bench.wired_pins:
        first = bench.pins(net)[0]
        pair = (first.board_id, pin.board_id)
        if pair in seen or _grounds(bench, first) & _grounds(bench, pin):
            continue
        seen.add(pair)
        yield LintPlace(pin.board_id, pin.name, {"other": first.board_id})


def _grounds(bench: RestingCircuit, pin: Pin) -> set[int]:
    names = [name for name, board_pin in pin.board.pins.items() if board_pin.volts == 0]
    return {bench.netlist.net(pin.board_id, name) for name in names}


@rule(
    "low-supply",
    "error",
    both("{part} gets {volts} V at {pin}, but needs {least} V."),
    both("Connect {pin} to a higher supply."),
)
def low_supply(bench: RestingCircuit) -> Iterator[LintPlace]:
    for part, supply, _ground, least in _fed(bench):
        volts = bench.supply(bench.net(part, supply))
        if volts is not None and volts < least:
            yield LintPlace(part.id, supply, {"volts": f"{volts:g}", "least": f"{least:g}"})


@rule(
    "supply-overload",
    "warning",
    both("The parts on {at} can take {taken} mA, but it gives {given} mA at most."),
    both("Power the large ones from another supply, and connect the grounds."),
)
def supply_overload(bench: RestingCircuit) -> Iterator[LintPlace]:
    for net, (given, board, pin) in bench.netlist.limits.items():
        taken = sum(
            part.draws_at_most()
            for part, supply, _ground, _least in _fed(bench)
            if bench.net(part, supply) == net
        )
        if taken > given:
            words = {"taken": f"{taken * 1e3:.0f}", "given": f"{given * 1e3:.0f}"}
            yield LintPlace(board, pin, words)
