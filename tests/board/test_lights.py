"""The visible state of LED bars and digits, multiplexed by a real board program or not."""

import pytest

from tests.support.parts_bench import Parts, stage

SEGMENTS = ("A", "B", "C", "D", "E", "F", "G", "DP")
SEGMENT_PINS = (25, 26, 27, 14, 13, 23, 22, 21)
DIGIT_PINS = (19, 18, 17, 16)
MULTIPLEX = f"""
from machine import Pin
import time
segments = [Pin(pin, Pin.OUT) for pin in {SEGMENT_PINS}]
digits = [Pin(pin, Pin.OUT, value=1) for pin in {DIGIT_PINS}]
Pin(2, Pin.OUT, value=COLON)
SHAPES = [0x3f, 6, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 7, 0x7f, 0x6f]
while True:
    for place, digit in enumerate('2047'):
        shape = SHAPES[int(digit)] | 0x80 * (place == 2)
        for number, pin in enumerate(segments):
            pin(shape >> number & 1)
        digits[place](0)
        time.sleep_us(PAUSE)
        digits[place](1)
"""


def clock(colon: str = "1") -> tuple[Parts, list[str]]:
    """Four digits with common cathodes, each segment behind a resistor."""
    attrs = {"digits": "4", "common": "cathode", "colon": colon}
    parts: Parts = {"d": ("wokwi-7segment", attrs)}
    wires = [f"b:{pin} d:DIG{n + 1}" for n, pin in enumerate(DIGIT_PINS)] + ["d:COM b:GND.1"]
    for name, pin in zip((*SEGMENTS, "CLN"), (*SEGMENT_PINS, 2), strict=True):
        parts[f"r{name}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"b:{pin} r{name}:1", f"r{name}:2 d:{name}"]
    return parts, wires


@pytest.mark.parametrize(("pause_us", "colon"), [(4000, 1), (500, 0)])
def test_a_multiplexed_clock_shows_all_digits_at_once(pause_us: int, colon: int) -> None:
    program = MULTIPLEX.replace("PAUSE", str(pause_us)).replace("COLON", str(colon))
    with stage(*clock(), program, until_ms=100) as seen:
        assert seen.text("d") == ("20:4.7" if colon else "204.7")
        assert seen.circuit.faults() == [] and not seen.circuit.coupled()


def test_a_digit_without_multiplexing_is_the_only_one_lit() -> None:
    program = MULTIPLEX.replace("PAUSE", "200_000").replace("COLON", "0")
    with stage(*clock(colon=""), program) as seen:
        for until_ms, text in ((150, "2   "), (350, " 0  "), (550, "  4. ")):
            seen.run(until_ms)
            assert seen.text("d") == text


def test_a_single_digit_with_common_anode_is_lit_by_low_pins() -> None:
    parts: Parts = {"d": ("wokwi-7segment", {})}
    wires = ["b:3V3 d:COM"]
    for name, pin in zip(SEGMENTS, SEGMENT_PINS, strict=True):
        parts[f"r{name}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"b:{pin} r{name}:1", f"r{name}:2 d:{name}"]
    program = f"""
from machine import Pin
for number, pin in enumerate({SEGMENT_PINS}):
    Pin(pin, Pin.OUT, value=not 0x4f >> number & 1)
"""
    with stage(parts, wires, program, until_ms=50) as seen:
        assert seen.text("d") == "3"


def test_all_hexadecimal_digits_are_read_as_a_person_reads_them() -> None:
    parts, wires = clock()
    program = (
        MULTIPLEX.replace("PAUSE", "500").replace("COLON", "0").replace("* (place == 2)", "* 0")
    )
    program = program.replace("0x6f]", "0x6f, 0x77, 0x7c, 0x39, 0x5e, 0x79, 0x71]")
    program = program.replace("int(digit)", "int(digit, 16)")
    for digits in ("0123", "4567", "89Ab", "CdEF"):
        with stage(parts, wires, program.replace("2047", digits), until_ms=100) as seen:
            assert seen.text("d") == digits


def test_a_bar_graph_of_three_colours() -> None:
    parts: Parts = {"bar": ("wokwi-led-bar-graph", {"color": "GYR"})}
    wires = []
    for bar, pin in ((1, 25), (6, 26), (10, 27)):
        parts[f"r{bar}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"b:{pin} r{bar}:1", f"r{bar}:2 bar:A{bar}", f"bar:C{bar} b:GND.1"]
    program = """
from machine import Pin, PWM
Pin(25, Pin.OUT, value=1)
PWM(Pin(26), freq=1000, duty_u16=20000)
Pin(27, Pin.OUT)
"""
    with stage(parts, wires, program, until_ms=50) as seen:
        assert seen.text("bar") == "#----#----"


SHIFTED = """
from machine import Pin
import time
data, clock, latch = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.OUT)
digits = [Pin(pin, Pin.OUT, value=1) for pin in (19, 18, 17, 16)]
while True:
    for place, shape in enumerate((0x3f, 6, 0x5b, 0x4f)):
        for bit in range(7, -1, -1):
            data(shape >> bit & 1)
            clock(1); clock(0)
        latch(1); latch(0)
        digits[place](0)
        time.sleep_ms(4)
        digits[place](1)
"""


def test_a_display_behind_a_shift_register_is_read_completely() -> None:
    attrs = {"digits": "4", "common": "cathode"}
    parts: Parts = {"d": ("wokwi-7segment", attrs), "u": ("wokwi-74hc595", {})}
    wires = [f"b:{pin} d:DIG{n + 1}" for n, pin in enumerate(DIGIT_PINS)]
    wires += ["b:25 u:DS", "b:26 u:SHCP", "b:27 u:STCP", "b:GND.1 u:OE", "b:3V3 u:MR"]
    wires += ["b:3V3 u:VCC", "b:GND.1 u:GND"]
    for n, name in enumerate(SEGMENTS):
        parts[f"r{name}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"u:Q{n} r{name}:1", f"r{name}:2 d:{name}"]
    with stage(parts, wires, SHIFTED, until_ms=150) as seen:
        assert seen.text("d") == "0123"


def test_a_led_with_software_pwm_looks_dim() -> None:
    parts: Parts = {"l": ("wokwi-led", {}), "r": ("wokwi-resistor", {"value": "220"})}
    program = """
from machine import Pin
import time
lamp = Pin(25, Pin.OUT)
while True:
    lamp(1); time.sleep_us(500)
    lamp(0); time.sleep_us(1500)
"""
    with stage(parts, ["b:25 r:1", "r:2 l:A", "l:C b:GND.1"], program, until_ms=100) as seen:
        lamp = seen.parts["l"]
        assert 0.0011 < lamp.view.amperes("A", "C") < 0.0017  # a quarter of 5.6 mA
        assert not seen.circuit.coupled()
