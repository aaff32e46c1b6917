"""I2C: clock and data not swapped, on pins that can do I2C, and an address for each part."""

from collections.abc import Iterator

from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.common.buses import I2cPart
from hardware.i18n import both


def _parts(circuit: RestingCircuit) -> Iterator[tuple[I2cPart, int, int]]:
    """The I2C parts with both lines wired: the nets of SCL and SDA."""
    for part in circuit.parts:
        if isinstance(part, I2cPart) and {part.SCL, part.SDA} <= set(part.pins):
            scl, sda = circuit.net(part, part.SCL), circuit.net(part, part.SDA)
            if {scl, sda} <= circuit.netlist.wired:
                yield part, scl, sda


def _at_board(circuit: RestingCircuit) -> Iterator[tuple[I2cPart, Pin, Pin]]:
    for part, scl, sda in _parts(circuit):
        if circuit.pins(scl) and circuit.pins(sda):
            yield part, circuit.pins(scl)[0], circuit.pins(sda)[0]


@rule(
    "i2c-swapped",
    "error",
    both("{part}: SDA and SCL are swapped ({sda} and {scl})."),
    both("Swap the two wires."),
)
def i2c_swapped(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """Swapped against the pin functions of the RP2040, or against other parts on the bus."""
    lines = [(scl, sda) for _part, scl, sda in _parts(circuit)]
    for number, (part, scl, sda) in enumerate(_parts(circuit)):
        if (sda, scl) in lines[:number]:
            yield LintPlace(
                part.id, part.SDA, {"scl": _at(circuit, scl), "sda": _at(circuit, sda)}
            )
    for part, scl_pin, sda_pin in _at_board(circuit):
        if _is_rp2(sda_pin) and sda_pin.gpio == scl_pin.gpio + 1 and scl_pin.gpio % 2 == 0:
            yield LintPlace(part.id, part.SDA, {"scl": scl_pin.name, "sda": sda_pin.name})


def _at(circuit: RestingCircuit, net: int) -> str:
    return next((pin.name for pin in circuit.pins(net)), "?")


def _is_rp2(pin: Pin) -> bool:
    return pin.board.family == "rp2"


@rule(
    "i2c-pins",
    "warning",
    both("{part}: no I2C of the chip has SDA on {sda} and SCL on {scl}."),
    both("Use a pair such as GP4 (SDA) and GP5 (SCL), or SoftI2C."),
)
def i2c_pins(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """RP2040 data sheet, GPIO functions: SDA on even pins, SCL on odd ones; I2C0 and I2C1 take
    turns pair by pair."""
    swapped = {place.part for place in i2c_swapped.find(circuit)}
    for part, scl, sda in _at_board(circuit):
        fits = sda.gpio % 2 == 0 and scl.gpio % 2 == 1 and sda.gpio // 2 % 2 == scl.gpio // 2 % 2
        if _is_rp2(sda) and not fits and part.id not in swapped:
            yield LintPlace(part.id, part.SDA, {"scl": scl.name, "sda": sda.name})


@rule(
    "i2c-input-only",
    "error",
    both("{part}: its {line} is on pin {pin}, which can only be an input."),
    both("Use another pin: I2C must pull both lines low."),
)
def i2c_input_only(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for part, scl, sda in _at_board(circuit):
        for line, pin in ((part.SCL, scl), (part.SDA, sda)):
            if pin.gpio in pin.board.input_only:
                yield LintPlace(part.id, pin.name, {"line": line})


@rule(
    "i2c-address",
    "error",
    both("{part} and {other} have the same address {address} on one I2C bus."),
    both("Change the address of one (a strap or an attribute), or use two buses."),
)
def i2c_address(circuit: RestingCircuit) -> Iterator[LintPlace]:
    taken: dict[tuple[int, int, int], str] = {}
    for part, scl, sda in _parts(circuit):
        for address in part.i2c_addresses():
            other = taken.setdefault((scl, sda, address), part.id)
            if other != part.id:
                yield LintPlace(part.id, part.SDA, {"other": other, "address": f"0x{address:02x}"})
