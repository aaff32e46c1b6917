"""Power of the parts: a supply, the right voltage, a common ground, and enough current."""

from collections.abc import Iterator

from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.part import Part
from hardware.i18n import both


def _fed(circuit: RestingCircuit) -> Iterator[tuple[Part, str, str, float]]:
    for part in circuit.parts:
        if part.supply:
            yield part, *part.supply


def _fed_by_switch(circuit: RestingCircuit, net: int) -> bool:
    """Whether a pin or a contact can switch the power of a net: it may then be off at rest."""
    near = circuit.near(net, circuit.links(lambda ohms: True))
    return any(circuit.pins(n) or circuit.supply(n) is not None for n in near)


@rule(
    "no-power",
    "error",
    both("{part} has no power: its pin {pin} is not connected to a supply."),
    both("Connect {pin} to 3V3 or 5V, as its data sheet says."),
)
def no_power(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part, supply, _ground, _least in _fed(circuit):
        net = circuit.net(part, supply)
        if circuit.supply(net) is None and not _fed_by_switch(circuit, net):
            yield LintPlace(part.id, supply)


@rule(
    "no-ground",
    "error",
    both("{part} has no common ground with the board: its pin {pin} is not connected to GND."),
    both("Connect {pin} to a GND of the board."),
)
def no_ground(circuit: RestingCircuit) -> Iterator[LintPlace]:
    links = circuit.links(lambda ohms: True)
    for part, _supply, ground, _least in _fed(circuit):
        near = circuit.near(circuit.net(part, ground), links)
        if not any(circuit.is_ground(net) or circuit.pins(net) for net in near):
            yield LintPlace(part.id, ground)


@rule(
    "common-ground",
    "error",
    both("{part} and {other} share a wire ({pin}), but no ground."),
    both("Connect a GND of one to a GND of the other."),
)
def common_ground(circuit: RestingCircuit) -> Iterator[LintPlace]:
    seen = set()
    for pin, net in circuit.wired_pins:
        first = circuit.pins(net)[0]
        pair = (first.board_id, pin.board_id)
        if pair in seen or _grounds(circuit, first) & _grounds(circuit, pin):
            continue
        seen.add(pair)
        yield LintPlace(pin.board_id, pin.name, {"other": first.board_id})


def _grounds(circuit: RestingCircuit, pin: Pin) -> set[int]:
    names = [name for name, board_pin in pin.board.pins.items() if board_pin.volts == 0]
    return {circuit.netlist.net(pin.board_id, name) for name in names}


@rule(
    "low-supply",
    "error",
    both("{part} gets {volts} V at {pin}, but needs {least} V."),
    both("Connect {pin} to a higher supply."),
)
def low_supply(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part, supply, _ground, least in _fed(circuit):
        volts = circuit.supply(circuit.net(part, supply))
        if volts is not None and volts < least:
            yield LintPlace(part.id, supply, {"volts": f"{volts:g}", "least": f"{least:g}"})


@rule(
    "supply-overload",
    "warning",
    both("The parts on {at} can take {taken} mA, but it gives {given} mA at most."),
    both("Power the large ones from another supply, and connect the grounds."),
)
def supply_overload(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for net, (given, board, pin) in circuit.netlist.limits.items():
        taken = sum(
            part.draws_at_most()
            for part, supply, _ground, _least in _fed(circuit)
            if circuit.net(part, supply) == net
        )
        if taken > given:
            words = {"taken": f"{taken * 1e3:.0f}", "given": f"{given * 1e3:.0f}"}
            yield LintPlace(board, pin, words)
