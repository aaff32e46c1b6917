"""What MicroPython has on an ESP32, S2, S3, C3 and C6 differs: which pins there are, how many of
each peripheral, and what raises. Taken from ports/esp32 of MicroPython 1.25."""

import pytest

from hardware import boards
from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from tests.support.rig import MS, Hand, play, printed_lines

CHIPS = [port for port in boards.ports() if port.startswith("esp32")]
every_chip = pytest.mark.parametrize("chip", CHIPS)
HEAD = """
import esp32, machine, network, os, sys, time
from machine import ADC, I2C, PWM, SPI, UART, Pin, Timer

def said(act, *args, **named):
    try:
        return act(*args, **named)
    except (AttributeError, OSError, NotImplementedError, ValueError) as error:
        return error

def works(act, numbers):
    made = []
    for n in numbers:
        if not isinstance(said(act, n), Exception):
            made.append(n)
    return made
"""


def lines(chip: str, program: str, *hands: Hand) -> list[str]:
    """What the program printed."""
    return printed_lines(play(chip, HEAD + program, 2000, hands))


TO_21, FROM_33 = [*range(22)], [*range(33, 47)]
PINS = {
    "esp32": [*range(24), *range(25, 28), *range(32, 40)],
    "esp32c3": [*range(14), 20, 21],
    "esp32c6": [*range(24)],
    "esp32s2": TO_21 + FROM_33,
    "esp32s3": TO_21 + FROM_33 + [47, 48],
}


@every_chip
def test_the_chip_has_these_pins_and_no_others(chip: str) -> None:
    program = "print(works(Pin, range(-1, 64)))\nprint(said(Pin, 60))"
    assert lines(chip, program) == [str(PINS[chip]), "invalid pin"]


@every_chip
def test_the_pins_of_the_board_with_a_number_are_known_to_the_chip(chip: str) -> None:
    """What is printed on the board, except USB's own pins and those of a memory."""
    for board in map(boards.load, boards.names()):
        if board.port == chip:
            missing = {*board.gpios} - {*PINS[chip]} - board.flash_pins
            usb = {18, 19} if chip == "esp32c3" else set()
            assert missing == usb & {*board.gpios}, board.name


@every_chip
def test_converters_are_on_the_pins_of_the_data(chip: str) -> None:
    board = next(kind for kind in map(boards.load, boards.names()) if kind.port == chip)
    program = f"print(works(ADC, {PINS[chip]}))"
    assert lines(chip, program) == [str(sorted(board.adc))]


def test_the_only_pin_of_the_s2_that_is_no_output() -> None:
    program = "print(said(Pin, 46, Pin.OUT))\nprint(said(PWM, Pin(46)))\nprint(Pin(46, Pin.IN))"
    assert lines("esp32s2", program) == [
        *("pin can only be input", "PWM not supported on Pin(46)", "Pin(46)")
    ]
    assert lines("esp32s3", "print(said(Pin, 46, Pin.OUT))") == ["Pin(46)"]


COUNTS = {
    # SPI, I2C, UART, Timer
    "esp32": ([1, 2], [0, 1], [0, 1, 2], [0, 1, 2, 3]),
    "esp32c3": ([1], [0], [0, 1], [0, 1]),
    "esp32c6": ([1], [0], [0, 1, 2], [0, 1]),
    "esp32s2": ([1, 2], [0, 1], [0, 1], [0, 1, 2, 3]),
    "esp32s3": ([1, 2], [0, 1], [0, 1, 2], [0, 1, 2, 3]),
}


@every_chip
def test_how_many_peripherals_there_are(chip: str) -> None:
    program = """
bus = {'sck': Pin(4), 'mosi': Pin(5), 'miso': Pin(2)}
print((works(lambda n: SPI(n, **bus), range(4)),
    works(lambda n: I2C(n, scl=Pin(4), sda=Pin(5)), range(4)),
    works(UART, range(4)), works(Timer, range(6))))
print(said(SPI, 3, **bus), said(I2C, 5), said(UART, 3), said(Timer, 4), sep='; ')
"""
    assert lines(chip, program) == [
        str(COUNTS[chip]),
        "SPI(3) doesn't exist; I2C(5) doesn't exist; UART(3) does not exist; invalid Timer number",
    ]


PWMS = {"esp32": (16, 20), "esp32c3": (6, 14), "esp32c6": (6, 20)}
PWMS |= {"esp32s2": (8, 14), "esp32s3": (8, 14)}
"""How many channels there are, and the resolution (bits) at 50 Hz."""


@every_chip
def test_pwm_channels_and_their_resolution(chip: str) -> None:
    channels, bits = PWMS[chip]
    pins = [pin for pin in PINS[chip] if pin not in (34, 35, 36, 37, 38, 39, 46)]
    program = f"""
pins = {pins}
kept = [PWM(Pin(pin), freq=1000 + i // 8) for i, pin in enumerate(pins[:{channels}])]
print(said(PWM, Pin(pins[{channels}]), freq=1000))
for pwm in kept: pwm.deinit()
pwm = PWM(Pin(pins[0]), freq=50, duty_u16=32768)
print(str(pwm).split('resolution=')[1].split(',')[0], pwm.freq(), pwm.duty_u16())
"""
    assert lines(chip, program) == [f"out of PWM channels:{channels}", f"{bits} 50 32768"]


@every_chip
def test_the_lowest_frequency_of_a_pwm(chip: str) -> None:
    """S3 and C3 have no clock of 1 MHz for it, and 80 MHz is too fast for their divider; the
    timers of a C6 have more bits."""
    program = "print(said(lambda: PWM(Pin(4), freq=1).freq()), PWM(Pin(5), freq=5).freq())"
    reaches_it = chip in ("esp32", "esp32s2", "esp32c6")
    slow = "1" if reaches_it else "(-258, 'ESP_ERR_INVALID_ARG')"
    assert lines(chip, program) == [f"{slow} 5"]


HAS = {
    "esp32": "DAC TouchPad",
    "esp32c3": "bootloader mcu_temperature",
    "esp32c6": "mcu_temperature",
    "esp32s2": "DAC TouchPad bootloader USBDevice mcu_temperature",
    "esp32s3": "TouchPad bootloader USBDevice mcu_temperature",
}


@every_chip
def test_what_the_modules_have(chip: str) -> None:
    program = """
print(*(n for n in ('DAC', 'TouchPad', 'bootloader', 'USBDevice') if hasattr(machine, n)),
    *(n for n in ('mcu_temperature',) if hasattr(esp32, n)))
print(hasattr(esp32, 'raw_temperature'), hasattr(esp32, 'ULP'), hasattr(machine, 'SDCard'))
print(network.hostname(), sys.platform, os.uname().machine.split()[-1])
"""
    own = (chip == "esp32", chip not in ("esp32c3", "esp32c6"), True)
    assert lines(chip, program) == [
        HAS[chip],
        " ".join(map(str, own)),
        f"mpy-{chip} esp32 {chip.upper()}",
    ]


@every_chip
def test_a_chip_tells_its_temperature(chip: str) -> None:
    """In degrees Celsius; the ESP32 in Fahrenheit, and only there the program waits for it."""
    program = """
before = time.ticks_us()
read = esp32.raw_temperature if hasattr(esp32, 'raw_temperature') else esp32.mcu_temperature
print(read(), time.ticks_diff(time.ticks_us(), before) > 100)
"""
    assert lines(chip, program) == ["81 True" if chip == "esp32" else "27 False"]


@every_chip
def test_how_fast_the_processor_can_be(chip: str) -> None:
    program = "print(machine.freq(), said(machine.freq, 240_000_000), machine.freq())"
    text = "160000000 None 240000000"
    if chip in ("esp32c3", "esp32c6"):
        text = "160000000 frequency must be 20MHz, 40MHz, 80Mhz or 160MHz 160000000"
    assert lines(chip, program) == [text]


def test_the_converters_of_the_newer_chips_have_one_width() -> None:
    program = """
time.sleep_ms(10)
adc = ADC(Pin(AIN), atten=ADC.ATTN_11DB)
print([n for n in dir(ADC) if n.startswith('WIDTH')], adc.block())
print(adc.read(), adc.read_u16(), adc.read_uv() // 100_000)
"""
    half = Hand(1, "pot", "position", 0.5)
    for chip, bits, read in (
        ("esp32s3", 12, "2180 34888 16"),
        ("esp32s2", 13, "5406 43253 16"),
        ("esp32c3", 12, "2409 38553 16"),
        ("esp32c6", 12, "1679 26870 16"),
    ):
        found = lines(chip, program, half)
        assert found == [f"['WIDTH_{bits}BIT'] ADCBlock(0, bits={bits})", read], chip


@pytest.mark.parametrize("chip", ["esp32s2", "esp32s3"])
def test_a_finger_raises_the_count_of_the_newer_touch_sensor(chip: str) -> None:
    kind = next(board for board in map(boards.load, boards.names()) if board.port == chip)
    parts = [
        {"type": kind.diagram_types[0], "id": "esp"},
        {"type": "warsha-touch-plate", "id": "plate"},
    ]
    wires = [["esp:4", "plate:T", "", []]]
    circuit = Circuit(diagram.load({"version": 1, "parts": parts, "connections": wires}))
    program = """
from machine import Pin, TouchPad
import time
pad = TouchPad(Pin(4))
rest = pad.read()
time.sleep_ms(200)
print(20_000 < rest < 40_000 < 100_000 < pad.read(), TouchPad(Pin(14)).read() < rest)
"""
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, seed=1, flash=flash) as bench:
            bench.control("plate", "touched", 1, 100 * MS)
            bench.run(400 * MS)
            assert printed_lines(bench.trace) == ["True True"]


def test_the_dac_of_the_s2() -> None:
    program = "print(machine.DAC(Pin(17)), said(machine.DAC, Pin(19)))"
    assert lines("esp32s2", program) == ["DAC(Pin(17)) invalid Pin for DAC"]


def test_no_pin_ends_the_sleep_of_a_c3() -> None:
    """Its firmware takes the pins of an ESP32, and does not use them."""
    program = """
esp32.wake_on_ext0(Pin(2), True)
print(said(esp32.wake_on_ext0, Pin(3), True))
at = time.ticks_ms()
Pin(2, Pin.IN, Pin.PULL_UP)
machine.lightsleep(100)
print(time.ticks_diff(time.ticks_ms(), at) >= 100, machine.wake_reason() == machine.TIMER_WAKE)
"""
    assert lines("esp32c3", program) == ["invalid pin", "True True"]


def test_pins_end_the_sleep_of_a_c6_by_ext1_only() -> None:
    """It has no EXT0, and of the ESP32's pins that its firmware takes it has 0, 2 and 4."""
    program = """
Pin(4, Pin.OUT, value=1)
esp32.wake_on_ext0(Pin(4), True)
at = time.ticks_ms()
machine.lightsleep(100)
print(time.ticks_diff(time.ticks_ms(), at) >= 100, machine.wake_reason() == machine.TIMER_WAKE)
esp32.wake_on_ext1((Pin(4),), True)
at = time.ticks_ms()
machine.lightsleep(100)
print(time.ticks_diff(time.ticks_ms(), at) < 50, machine.wake_reason() == machine.EXT1_WAKE)
"""
    assert lines("esp32c6", program) == ["True True", "True True"]
