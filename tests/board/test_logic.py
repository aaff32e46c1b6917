"""Shift registers, gates, clock and stepper driver on a bench, each with a real board program."""

import pytest

from hardware.bench.parts.stepper_motor import StepperMotor
from tests.support.parts_bench import Parts, Stage, stage

SHIFT_OUT = """
from machine import Pin
data, clock, latch = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.OUT)
def put(value, bits):
    for bit in reversed(range(bits)):
        data(value >> bit & 1)
        clock(1); clock(0)
    latch(1); latch(0)
"""


def chain(*more: str) -> tuple[Parts, list[str]]:
    """Two 74HC595 in a row; the first one's outputs light bars."""
    parts: Parts = {
        "u1": ("wokwi-74hc595", {}),
        "u2": ("wokwi-74hc595", {}),
        "bar": ("wokwi-led-bar-graph", {}),
    }
    wires = ["b:25 u1:DS", "u1:Q7S u2:DS", *more]
    for chip in ("u1", "u2"):
        wires += [f"b:26 {chip}:SHCP", f"b:27 {chip}:STCP", f"b:3V3 {chip}:MR"]
        wires += [f"b:3V3 {chip}:VCC", f"b:GND.1 {chip}:GND"]
    for n in range(8):
        parts[f"r{n}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"u1:Q{n} r{n}:1", f"r{n}:2 bar:A{n + 1}", f"bar:C{n + 1} b:GND.1"]
    return parts, wires


def test_shift_registers_in_a_chain() -> None:
    program = SHIFT_OUT + "put(0xA553, 16)"
    wires = ["b:GND.1 u1:OE", "b:GND.1 u2:OE"]
    with stage(*chain(*wires), program, until_ms=100) as seen:
        assert seen.text("bar") == "##--#-#---"
        assert [seen.circuit.level_of("u2", f"Q{n}") for n in range(8)] == [
            bool(0xA5 >> n & 1) for n in range(8)
        ]


@pytest.mark.parametrize(
    "bus",
    ["SPI(2, sck=Pin(26), mosi=Pin(25))", "SoftSPI(sck=Pin(26), mosi=Pin(25), miso=Pin(33))"],
)
def test_spi_drives_a_shift_register(bus: str) -> None:
    program = f"""
from machine import Pin, SPI, SoftSPI
spi, latch = {bus}, Pin(27, Pin.OUT)
spi.write(b"\\xa5\\x53")
latch(1)
"""
    wires = ["b:GND.1 u1:OE", "b:GND.1 u2:OE"]
    with stage(*chain(*wires), program, until_ms=100) as seen:
        assert seen.text("bar") == "##--#-#---"


def test_output_enable_releases_the_outputs_and_is_fast_enough_to_dim() -> None:
    program = SHIFT_OUT + "from machine import PWM\nput(0xFF, 8)\nPWM(Pin(14), freq=500, duty_u16="
    with stage(*chain("b:14 u1:OE"), f"{program}65535)", until_ms=100) as seen:
        assert seen.text("bar") == "-" * 10
    with stage(*chain("b:14 u1:OE"), f"{program}32768)", until_ms=100) as seen:
        assert seen.text("bar") == "########--"


def test_a_cleared_register_is_empty_after_the_next_latch() -> None:
    parts, wires = chain("b:GND.1 u1:OE")
    wires = [wire if wire != "b:3V3 u1:MR" else "b:14 u1:MR" for wire in wires]
    program = (
        SHIFT_OUT
        + """
clear = Pin(14, Pin.OUT, value=1)
put(0x0F, 8)
clear(0)
clear(1)
import time
time.sleep_ms(100)
latch(1)
"""
    )
    with stage(parts, wires, program) as seen:
        seen.run(80)
        assert seen.text("bar") == "####------"
        seen.run(200)
        assert seen.text("bar") == "-" * 10


def test_a_74hc165_reads_eight_switches() -> None:
    parts: Parts = {"u": ("wokwi-74hc165", {})}
    wires = ["b:25 u:PL", "b:26 u:CP", "b:GND.1 u:CE", "u:Q7 b:27", "u:Q7_N b:14"]
    wires += ["b:3V3 u:VCC", "b:GND.1 u:GND", "b:GND.1 u:DS"]
    wires += [f"b:{'3V3' if 0xB1 >> n & 1 else 'GND.1'} u:D{n}" for n in range(8)]
    program = """
from machine import Pin
load, clock = Pin(25, Pin.OUT, value=1), Pin(26, Pin.OUT)
data, inverse = Pin(27, Pin.IN), Pin(14, Pin.IN)
load(0); load(1)
value = 0
for _ in range(10):
    assert data() != inverse()
    value = value << 1 | data()
    clock(1); clock(0)
print(hex(value))
"""
    with stage(parts, wires, program, until_ms=100) as seen:
        assert seen.printed_lines() == [hex(0xB1 << 2)]


GATES = {
    "gate-and-2": "0001",
    "gate-or-2": "0111",
    "gate-xor-2": "0110",
    "gate-nand-2": "1110",
    "gate-nor-2": "1000",
    "gate-xnor-2": "1001",
}


@pytest.mark.parametrize(("kind", "table"), GATES.items())
def test_truth_tables_of_gates(kind: str, table: str) -> None:
    program = """
from machine import Pin
a, b, out = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.IN)
for n in range(4):
    a(n >> 1); b(n & 1)
    print(out(), end='')
print()
"""
    wires = ["b:25 g:A", "b:26 g:B", "g:OUT b:27"]
    with stage({"g": (f"wokwi-{kind}", {})}, wires, program, until_ms=100) as seen:
        assert seen.printed_lines() == [table]


def test_inverter_buffer_and_multiplexer() -> None:
    parts: Parts = {
        name: (f"wokwi-{kind}", {})
        for name, kind in {"n": "gate-not", "f": "gate-buffer", "m": "mux-2"}.items()
    }
    wires = ["b:25 n:IN", "n:OUT m:A", "n:OUT f:IN", "f:OUT b:14", "b:GND.1 m:B", "b:26 m:SEL"]
    program = """
from machine import Pin
a, select = Pin(25, Pin.OUT), Pin(26, Pin.OUT)
for n in range(4):
    a(n >> 1); select(n & 1)
    print(Pin(14).value(), Pin(27).value())
"""
    with stage(parts, [*wires, "m:OUT b:27"], program, until_ms=100) as seen:
        assert seen.printed_lines() == ["1 1", "1 0", "0 0", "0 0"]


def test_a_latch_of_two_nor_gates_keeps_its_state() -> None:
    parts: Parts = {"q": ("wokwi-gate-nor-2", {}), "n": ("wokwi-gate-nor-2", {})}
    wires = ["b:25 q:A", "n:OUT q:B", "b:26 n:A", "q:OUT n:B", "q:OUT b:27"]
    program = """
from machine import Pin
reset, set, out = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.IN)
for pin in (set, reset, set):
    pin(1); pin(0)
    print(out())
"""
    with stage(parts, wires, program, until_ms=100) as seen:
        assert seen.printed_lines() == ["1", "0", "1"]


def test_the_clock_has_its_frequency() -> None:
    program = """
from machine import Pin
count = 0
def edge(pin):
    global count
    count += 1
Pin(27, Pin.IN).irq(edge, Pin.IRQ_RISING)
"""
    clock: Parts = {"c": ("wokwi-clock-generator", {"frequency": "0.5k"})}
    with stage(clock, ["c:CLK b:27"], program, until_ms=300) as seen:
        edges = seen.bench.trace.edges(27)
        assert set((edges.rising()[5:] - edges.rising()[4:-1]).tolist()) == {2_000_000}


DRIVER: Parts = {
    "a": ("wokwi-a4988", {}),
    "m": ("wokwi-stepper-motor", {}),
    "v": ("wokwi-vcc", {"voltage": "12"}),
}
DRIVER_WIRES = [
    "b:25 a:STEP",
    "b:26 a:DIR",
    "b:3V3 a:VDD",
    "b:GND.1 a:GND",
    "v:VCC a:VMOT",
    "a:1B m:B-",
    "a:1A m:B+",
    "a:2A m:A+",
    "a:2B m:A-",
]
AWAKE = ["a:RESET a:SLEEP"]


def steps(seen: Stage) -> float:
    motor = seen.parts["m"]
    assert isinstance(motor, StepperMotor)
    return motor.steps


@pytest.mark.parametrize(
    ("high", "direction", "expected"),
    [
        ((), 1, 20),
        ((), 0, -20),
        (("MS1",), 1, 10),
        (("MS2",), 1, 5),
        (("MS1", "MS2"), 1, 2.5),
        (("MS1", "MS2", "MS3"), 0, -1.25),
    ],
)
def test_a_driver_turns_the_motor_by_the_chosen_steps(
    high: tuple[str, ...], direction: int, expected: float
) -> None:
    program = f"""
from machine import Pin
import time
step = Pin(25, Pin.OUT)
Pin(26, Pin.OUT, value={direction})
for _ in range(20):
    step(1); step(0)
    time.sleep_us(500)
"""
    wires = [*DRIVER_WIRES, *AWAKE, *(f"b:3V3 a:{pin}" for pin in high)]
    with stage(DRIVER, wires, program, until_ms=100) as seen:
        assert steps(seen) == expected


@pytest.mark.parametrize("wires", [[], [*AWAKE, "b:3V3 a:ENABLE"]])
def test_a_sleeping_or_disabled_driver_turns_no_motor(wires: list[str]) -> None:
    program = (
        "from machine import Pin\nstep = Pin(25, Pin.OUT)\nfor _ in range(9): step(1); step(0)"
    )
    with stage(DRIVER, [*DRIVER_WIRES, *wires], program, until_ms=100) as seen:
        assert steps(seen) == 0
