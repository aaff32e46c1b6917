"""The pins of a board in words: how the program has set up a GPIO, its level and voltage; what
else a pin is."""

from collections.abc import Iterator, Sequence

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.pads import DUTY_MAX, Pad
from hardware.bench.parts.common.part import Words
from hardware.bench.protocol import frames
from hardware.boards import BoardPin
from hardware.i18n import both

MODES = {
    frames.MODE_IN: both("input"),
    frames.MODE_OUT: both("output"),
    frames.MODE_OPEN_DRAIN: both("open drain"),
    frames.MODE_ANALOG: both("analog input"),
}
PULLS = {frames.PULL_UP: both("pull-up"), frames.PULL_DOWN: both("pull-down")}


def gpio_words(circuit: Circuit, board_id: str) -> Iterator[tuple[str, Sequence[Words]]]:
    """The GPIO pins of a board that its program has set up at least once, by their names."""
    first, levels = circuit.netlist.first_pad(board_id), circuit.levels()
    for pin in circuit.netlist.boards[board_id].pins.values():
        if pin.gpio is not None and not pin.hidden:
            place = first + pin.gpio
            pad = circuit.pads[place]
            if pad.mode != frames.MODE_OFF or pad.freq_hz:
                level = bool(levels >> place & 1)
                yield pin.name, [*_pad_words(pad, level, *_voltage(circuit, place))]


def fixed_words(pin: BoardPin) -> Words | None:
    """What a pin is before a program sets it up."""
    if pin.volts is not None:
        return (both("supply, {volts} V"), {"volts": pin.volts}) if pin.volts else GROUND
    return None if pin.gpio is None else NOT_SET_UP


GROUND: Words = (both("ground"), {})
NOT_SET_UP: Words = (both("not set up"), {})


FLOATING: Words = (both("floating: nothing holds it high or low"), {})
"""The level of such an input is noise."""


def _voltage(circuit: Circuit, pad: int) -> Iterator[Words]:
    """The voltage at a pad, or that it floats. Nothing where a PWM changes it all the time."""
    if not circuit.pulsed(pad):
        volts = circuit.volts_at(pad)
        yield FLOATING if volts is None else (both("{volts} V"), {"volts": f"{volts:.2f}"})


def _pad_words(pad: Pad, level: bool, *voltage: Words) -> Iterator[Words]:
    if pad.freq_hz:
        share = round(100 * pad.duty_u16 / DUTY_MAX)
        yield both("PWM {hz} Hz, {percent} %"), {"hz": pad.freq_hz, "percent": share}
        return
    if pad.step is not None:
        yield both("DAC, step {step}"), {"step": pad.step}
        yield from voltage
        return
    yield MODES[pad.mode], {}
    if pad.pull in PULLS:
        yield PULLS[pad.pull], {}
    if pad.mode != frames.MODE_ANALOG and FLOATING not in voltage:
        yield (both("high") if level else both("low")), {}
    yield from voltage
