"""Special pins of a board: input only, flash, strapping, analog, serial line."""

from collections.abc import Callable, Iterator

from hardware.bench.diagram import SERIAL_MONITOR
from hardware.bench.lint.resting_circuit import Pin, RestingCircuit
from hardware.bench.lint.rule import LintPlace, rule
from hardware.bench.parts.breadboard import Breadboard
from hardware.bench.parts.common.part import Part
from hardware.bench.parts.junction import Junction
from hardware.i18n import both

JOINTS = (Breadboard, Junction)


def _on(circuit: RestingCircuit, net: int, parts: list[Part]) -> Iterator[tuple[Part, str]]:
    """The parts with a pin on this net, and the pin. What only joins wires is none of them."""
    for part in parts:
        if not isinstance(part, JOINTS) and (pin := circuit.pin_on(part, net)):
            yield part, pin


@rule(
    "input-only",
    "error",
    both("{part} is wired to pin {pin}, which can only be an input."),
    both("Use another pin."),
)
def input_only(circuit: RestingCircuit) -> Iterator[LintPlace]:
    """The part is a load, or an input that nothing else can drive."""
    links = circuit.links(lambda ohms: True)
    for pin, net in circuit.wired_pins:
        if pin.gpio not in pin.board.input_only:
            continue
        near = circuit.near(net, links) - set(circuit.netlist.rails)
        others = [p for n in near for p in circuit.pins(n) if p.gpio not in p.board.input_only]
        for part in circuit.parts:
            drives = {source.net for _pin, source in circuit.outputs(part)}
            is_input = any(circuit.net(part, name) in near for name in part.listens)
            is_load = part.IS_LOAD and any(circuit.net(part, name) in near for name in part.pins)
            if is_load or (is_input and not others and not drives & near):
                yield LintPlace(part.id, pin.name)


@rule(
    "flash-pin",
    "error",
    both("{part} is wired to {pin}: the chip's flash is on this pin."),
    both("Use another pin: the board would crash."),
)
def flash_pin(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for pin, net in circuit.wired_pins:
        if pin.gpio in pin.board.flash_pins:
            yield from (
                LintPlace(part.id, pin.name) for part, _pin in _on(circuit, net, circuit.parts)
            )


@rule(
    "usb-pin",
    "warning",
    both("{part} is on pin {pin}, where the chip's own USB is."),
    both("Use another pin."),
)
def usb_pin(circuit: RestingCircuit) -> Iterator[LintPlace]:
    return _users(circuit, lambda pin: pin.gpio in pin.board.usb_pins)


@rule(
    "strapping-level",
    "warning",
    both("{part} holds pin {pin} {level} at reset: the board may not start its program."),
    both("Use another pin."),
)
def strapping_level(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for pin, part, held in _strapped(circuit):
        if held is not None and pin.gpio in _needs_not(pin, held):
            yield LintPlace(part.id, pin.name, {"level": "1" if held else "0"})


@rule(
    "strapping-pin",
    "info",
    both("{part} is on pin {pin}, which the chip reads at reset to choose how it starts."),
    both("It works as long as nothing sets its level at reset; another pin is safer."),
)
def strapping_pin(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for pin, part, held in _strapped(circuit):
        if held is None or pin.gpio not in _needs_not(pin, held):
            yield LintPlace(part.id, pin.name)


def _needs_not(pin: Pin, level: bool) -> frozenset[int]:
    """The pins of the board that must not be at this level at reset."""
    return pin.board.starts_low if level else pin.board.starts_high


def _strapped(circuit: RestingCircuit) -> Iterator[tuple[Pin, Part, bool | None]]:
    """Strapping pins that are wired: the first part there, and the level that the circuit gives at
    rest (None: the pin floats)."""
    for pin, net in circuit.wired_pins:
        if pin.gpio not in pin.board.strapping:
            continue
        users = [part for part, _name in _on(circuit, net, circuit.parts) if not part.probes]
        if users:
            yield pin, users[0], _held(circuit, pin, net)


def _held(circuit: RestingCircuit, pin: Pin, net: int) -> bool | None:
    solution = circuit.solve(net)
    if solution is None:
        return circuit.supply(net) is not None
    if net in solution.floating:
        return None
    volts = solution.volts[net]
    return True if volts >= pin.board.v_ih else False if volts <= pin.board.v_il else None


def _analog(circuit: RestingCircuit) -> Iterator[tuple[Pin, Part]]:
    for part in circuit.parts:
        for name in part.ANALOG:
            yield from ((pin, part) for pin in circuit.pins(circuit.net(part, name)))


@rule(
    "not-analog",
    "error",
    both("{part} gives an analog voltage to pin {pin}, which has no converter."),
    both("Use one of these pins: {pins}."),
)
def not_analog(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for pin, part in _analog(circuit):
        if pin.gpio not in pin.board.adc:
            yield LintPlace(part.id, pin.name, {"pins": _converters(pin)})


@rule(
    "adc2-wifi",
    "warning",
    both("{part} is on pin {pin}, whose converter (ADC2) does not work while WiFi is on."),
    both("Use one of these pins: {pins}."),
)
def adc2_wifi(circuit: RestingCircuit) -> Iterator[LintPlace]:
    if any(spec.type == "wokwi-wifi-ap" for spec in circuit.diagram.parts):
        for pin, part in _analog(circuit):
            if pin.board.adc.get(pin.gpio, "").startswith("ADC2_"):
                yield LintPlace(part.id, pin.name, {"pins": _converters(pin, "ADC1_")})


def _converters(pin: Pin, unit: str = "") -> str:
    """The pins of the board that have a converter, or this one."""
    found = [gpio for gpio, channel in pin.board.adc.items() if channel.startswith(unit)]
    return ", ".join(pin.board.pin_of(gpio) for gpio in sorted(found) if gpio in pin.board.gpios)


@rule(
    "serial-line",
    "warning",
    both("{part} is on pin {pin}, where the board's own serial line is."),
    both("Use another pin."),
)
def serial_line(circuit: RestingCircuit) -> Iterator[LintPlace]:
    return _users(circuit, lambda pin: pin.name in pin.board.console)


def _users(circuit: RestingCircuit, wanted: Callable[[Pin], bool]) -> Iterator[LintPlace]:
    """The parts on such pins of a board, without probes."""
    for pin, net in circuit.wired_pins:
        if wanted(pin):
            users = _on(circuit, net, [part for part in circuit.parts if not part.probes])
            yield from (LintPlace(part.id, pin.name) for part, _name in users)


@rule(
    "uart-crossed",
    "error",
    both("{at} is wired to the monitor's {pin}: neither receives what the other sends."),
    both("Cross them: TX to RX, RX to TX."),
)
def uart_crossed(circuit: RestingCircuit) -> Iterator[LintPlace]:
    for wire in circuit.diagram.connections:
        for here, there in ((wire.a, wire.b), (wire.b, wire.a)):
            board = circuit.netlist.boards.get(here.part)
            if not board or there.part != SERIAL_MONITOR or here.pin not in board.console:
                continue
            if there.pin == ("TX", "RX")[board.console.index(here.pin)]:
                yield LintPlace(here.part, here.pin)
