"""Floating inputs: buttons without a pull resistor, and parts with an open input."""

from collections.abc import Iterator

from hardware.bench.circuit.solver import Resistor
from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.part import OPEN, Part
from hardware.bench.parts.common.pixels import PixelPart
from hardware.i18n import both


def _loose_contacts(circuit: RestingCircuit) -> Iterator[tuple[Part, Pin, bool]]:
    """Open contacts between a floating pin and a supply or ground: the part, the pin, and whether
    it is ground."""
    seen: set[int] = set()
    for part in circuit.parts:
        for element in circuit.elements(part):
            if not isinstance(element, Resistor) or element.ohms != OPEN:
                continue
            for here, there in ((element.a, element.b), (element.b, element.a)):
                solution = circuit.solve(here)
                if there not in circuit.netlist.rails or not solution or here in seen:
                    continue
                if here in solution.floating:
                    seen.add(here)
                    yield from (
                        (part, pin, circuit.is_ground(there)) for pin in circuit.pins(here)
                    )


@rule(
    "no-pull",
    "error",
    both("{part} leaves pin {pin} open, and this pin has no internal pull resistors."),
    both("Add 10 kΩ from the pin to {to}, or use another pin."),
)
def no_pull(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part, pin, to_ground in _loose_contacts(circuit):
        if pin.gpio in pin.board.no_pull:
            yield LintPlace(part.id, pin.name, {"to": "3V3" if to_ground else "GND"})


@rule(
    "button-pull",
    "info",
    both("{part} leaves pin {pin} open while it is not pressed."),
    both("Give the pin {pull} in the program, or add 10 kΩ."),
)
def button_pull(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part, pin, to_ground in _loose_contacts(circuit):
        if pin.gpio not in pin.board.no_pull:
            pull = "Pin.PULL_UP" if to_ground else "Pin.PULL_DOWN"
            yield LintPlace(part.id, pin.name, {"pull": pull})


@rule(
    "floating-input",
    "warning",
    both("{part}: its input {pin} is not connected to anything that sets its level."),
    both("Connect it to a pin of the board, to a supply or to GND."),
)
def floating_input(circuit: RestingCircuit) -> Iterator[LintPlace]:
    links = circuit.links(lambda ohms: True)
    fed = {
        lamps.id
        for chain in circuit.parts
        if isinstance(chain, PixelPart)
        for lamps in chain.behind
        if lamps is not chain
    }
    for part in circuit.parts:
        drives = {source.net for _pin, source in circuit.outputs(part)}
        for name in () if part.id in fed else part.listens:
            net = circuit.net(part, name)
            solution = circuit.solve(net)
            if net in drives or solution is None or net not in solution.floating:
                continue
            if not any(circuit.pins(near) for near in circuit.near(net, links)):
                yield LintPlace(part.id, name)
