"""Outputs on a net: two at once, too high a voltage, too much current."""

from collections.abc import Iterator

from hardware.bench.circuit.pads import FLOATS, HIGH, LOW
from hardware.bench.circuit.solver import Solution
from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.lint.rules.leds import led_resistor
from hardware.bench.parts.common.contact import CLOSED_OHMS
from hardware.bench.protocol import frames
from hardware.i18n import both


@rule(
    "two-outputs",
    "error",
    both("{at} and {other} both drive this wire."),
    both("Leave one output on a wire."),
)
def two_outputs(circuit: RestingCircuit) -> Iterator[LintPlace]:
    driven: dict[int, str] = {}
    for part in circuit.parts:
        for pin, source in circuit.outputs(part):
            other = driven.setdefault(source.net, f"{part.id}:{pin}")
            if source.net in circuit.netlist.wired and other != f"{part.id}:{pin}":
                yield LintPlace(part.id, pin, {"other": other})


@rule(
    "output-on-supply",
    "error",
    both("{at} is an output, and is wired to a supply or to ground."),
    both("Remove this wire."),
)
def output_on_supply(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part in circuit.parts:
        for pin, source in circuit.outputs(part):
            if source.net in circuit.netlist.rails:
                yield LintPlace(part.id, pin)


@rule(
    "over-voltage",
    "error",
    both("{at} puts {volts} V on {board}, which allows {most} V at most."),
    both("Put a divider (for example 1 kΩ and 2 kΩ) between them, or power the part with 3.3 V."),
)
def over_voltage(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """The highest voltage of each output alone; and the voltage of pull-ups and wires at rest."""
    for part in circuit.parts:
        for name, source in circuit.outputs(part):
            for at, volts in _too_high(circuit, circuit.solve(source.net, source)):
                yield LintPlace(part.id, name, _volts(at, volts))
    for pin, net in circuit.wired_pins:
        solution = circuit.solve(net)
        volts = circuit.netlist.rails.get(net, 0.0) if solution is None else solution.volts[net]
        if volts > pin.board.v_max:
            yield LintPlace(*_source_of(circuit, pin, net), _volts(pin, volts))


def _too_high(circuit: RestingCircuit, solution: Solution | None) -> Iterator[tuple[Pin, float]]:
    for near, volts in solution.volts.items() if solution else ():
        if near not in circuit.netlist.rails:
            yield from ((pin, volts) for pin in circuit.pins(near) if volts > pin.board.v_max)


def _volts(pin: Pin, volts: float) -> dict[str, str]:
    most = f"{pin.board.v_max:g}"
    return {"board": f"{pin.board_id}:{pin.name}", "volts": f"{volts:.1f}", "most": most}


def _source_of(circuit: RestingCircuit, pin: Pin, net: int) -> tuple[str, str]:
    """Part and pin that a voltage at rest comes from: a supply on the net; else the first part on
    it that has a supply, and pull-ups; else the highest supply behind resistors."""
    rails, names = circuit.netlist.rails, circuit.netlist.rail_pins
    if net not in rails:
        for part in circuit.parts:
            if part.supply and (name := circuit.pin_on(part, net)):
                return part.id, name
    supplies = circuit.netlist.cluster_of[net].supplies
    at = names[max(supplies, key=rails.__getitem__)] if supplies else f"{pin.board_id}:{pin.name}"
    part_id, _colon, name = at.partition(":")
    return part_id, name


@rule(
    "pin-overload",
    "error",
    both("The load on {at} takes {taken} mA; the pin gives {given} mA at most."),
    both("Drive it with a transistor or a driver, from its own supply."),
)
def pin_overload(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """A pin that reads an output, a sensor or a contact has no load."""
    contacts = circuit.links(lambda ohms: ohms == CLOSED_OHMS)
    unlimited_leds = {place.part for place in led_resistor.find(circuit)}
    inputs = {circuit.net(part, name) for part in circuit.parts for name in part.ANALOG}
    inputs |= {source.net for part in circuit.parts for _pin, source in circuit.outputs(part)}
    for pin, net in circuit.wired_pins:
        cluster = circuit.netlist.cluster_of[net]
        if unlimited_leds & {*cluster.parts} or not cluster.nets or net in inputs:
            continue
        closed = circuit.near(net, contacts) & circuit.netlist.rails.keys()
        if pin.gpio in pin.board.input_only or closed:
            continue
        lost = [_amperes(circuit, pin, net, drive) for drive in (HIGH, LOW)]
        if (taken := max(lost)) > pin.board.i_max:
            given = f"{pin.board.i_max * 1e3:g}"
            yield LintPlace(
                pin.board_id, pin.name, {"taken": f"{taken * 1e3:.0f}", "given": given}
            )


@rule(
    "needs-driver",
    "warning",
    both("{part} is wired directly to pin {pin}: a real one takes much more than a pin gives."),
    both("Put a driver between them; without one it works only on the simulator."),
)
def needs_driver(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part in circuit.parts:
        loads = part.listens or part.pins
        pins = [pin for name in loads for pin in circuit.pins(circuit.net(part, name))]
        if part.NEEDS_DRIVER and pins:
            yield LintPlace(part.id, pins[0].name)


def _amperes(circuit: RestingCircuit, pin: Pin, net: int, drive: int) -> float:
    """The current (A) of a pin while the pins at the other ends of its load have the opposite
    level."""
    cluster, against = circuit.netlist.cluster_of[net], HIGH + LOW - drive
    other = {pad: circuit.netlist.gpio_net[pad] != net for pad in cluster.gpios}
    codes = tuple(
        drive if pad == pin.pad else against if other[pad] else FLOATS for pad in cluster.gpios
    )
    volts = circuit.electric.solve(cluster, codes).volts[net]
    lost = pin.board.v_supply - volts if drive == HIGH else volts
    found = circuit.electric.faults(cluster, codes)
    over = any(fault.kind == frames.FAULT_OVER_VOLTAGE for fault in found)
    return 0.0 if over else lost / pin.board.output_ohms
