"""LEDs: a resistor in series, and the right polarity."""

from collections.abc import Iterator

from hardware.bench.circuit.solver import Diode
from hardware.bench.lint.resting_circuit import RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.part import OPEN, Part
from hardware.i18n import both

MIN_OHMS = 47.0
"""A smaller resistor in series does not protect an LED or a pin."""
LEAST_LED_VOLTS = 1.0
"""An LED has a higher forward voltage, another diode a lower one."""


def _leds(circuit: RestingCircuit, part: Part) -> list[Diode]:
    """Its diodes that give light; others protect."""
    return [diode for diode in circuit.diodes(part) if diode.volts >= LEAST_LED_VOLTS]


@rule(
    "led-resistor",
    "error",
    both("{part} has no resistor in series: too much current for the LED and the pin."),
    both("Add 220 Ω to 1 kΩ."),
)
def led_resistor(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """Both ends reach a supply or a pad, and nothing on the way limits the current."""
    links = circuit.links(lambda ohms: ohms < MIN_OHMS or ohms == OPEN)
    hard = {*circuit.netlist.rails, *(net for _pin, net in circuit.wired_pins)}
    for part in circuit.parts:
        for diode in _leds(circuit, part):
            if diode.ohms >= MIN_OHMS:  # the lamp of a display has its resistor inside
                continue
            ends = circuit.near(diode.anode, links), circuit.near(diode.cathode, links)
            if ends[0] & hard and ends[1] & hard and diode.anode != diode.cathode:
                yield LintPlace(part.id)


@rule(
    "led-reversed",
    "error",
    both("{part} is the wrong way round: its anode ({anode}) leads to ground only."),
    both(
        "Swap its two pins: the longer leg is the anode. If it has a common pin, set its "
        "attribute `common`."
    ),
)
def led_reversed(circuit: RestingCircuit) -> Iterator[LintPlace]:
    links = circuit.links(lambda ohms: True)
    for part in circuit.parts:
        for diode in _leds(circuit, part):
            anode, cathode = circuit.near(diode.anode, links), circuit.near(diode.cathode, links)
            drives = any(circuit.pins(n) or circuit.supply(n) is not None for n in anode)
            sinks = any(circuit.is_ground(n) for n in cathode)
            driven = any(circuit.pins(n) or circuit.supply(n) is not None for n in cathode)
            if any(circuit.is_ground(n) for n in anode) and driven and not drives and not sinks:
                yield LintPlace(part.id, words={"anode": circuit.pin_on(part, diode.anode)})
