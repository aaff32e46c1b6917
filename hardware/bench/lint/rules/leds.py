"""LEDs: a resistor in series, and the right polarity."""

from collections.abc import Iterator

from hardware.bench.lint.resting_circuit import RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.part import OPEN
from hardware.i18n import both

MIN_OHMS = 47.0
"""A smaller resistor in series does not protect an LED or a pin."""


@rule(
    "led-resistor",
    "error",
    both("{part} has no resistor in series: too much current for the LED and the pin."),
    both("Add 220 Ω to 1 kΩ."),
)
def led_resistor(bench: RestingCircuit) -> Iterator[LintPlace]:
    """Both ends reach a supply or a pad, and nothing on the way limits the current."""
    links = bench.links(lambda ohms: ohms < MIN_OHMS or ohms == OPEN)
    hard = {*bench.netlist.rails, *(net for _pin, net in bench.wired_pins)}
    for part in bench.parts:
        for diode in bench.diodes(part):
            ends = bench.near(diode.anode, links), bench.near(diode.cathode, links)
            if ends[0] & hard and ends[1] & hard and diode.anode != diode.cathode:
                yield LintPlace(part.id)


@rule(
    "led-reversed",
    "error",
    both("{part} is the wrong way round: its anode ({anode}) leads to ground only."),
    both("Swap its two pins: the longer leg is the anode."),
)
def led_reversed(bench: RestingCircuit) -> Iterator[LintPlace]:
    links = bench.links(lambda ohms: True)
    for part in bench.parts:
        for diode in bench.diodes(part):
            anode, cathode = bench.near(diode.anode, links), bench.near(diode.cathode, links)
            drives = any(bench.pins(n) or bench.supply(n) is not None for n in anode)
            sinks = any(bench.is_ground(n) for n in cathode)
            driven = any(bench.pins(n) or bench.supply(n) is not None for n in cathode)
            if any(bench.is_ground(n) for n in anode) and driven and not drives and not sinks:
                yield LintPlace(part.id, words={"anode": bench.pin_on(part, diode.anode)})
