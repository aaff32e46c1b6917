"""Answers that a program makes itself, on the wire of a part, are refused."""

import numpy as np
import pytest

from grader.lab.run import Run
from grader.measure.adc import conversions
from grader.measure.answers import DrivenWire
from grader.measure.dht import dht22
from grader.measure.onewire import onewire
from grader.measure.pulses import echoes
from tests.support.measured_run import measured
from tests.support.parts_bench import SONAR, SONAR_PINS, SONAR_WIRES, Parts

PING = """
from machine import PWM, Pin, time_pulse_us
import time
trig, echo = Pin(TRIG, Pin.OUT, value=0), Pin(ECHO, Pin.IN)
print('READY')
for _ in range(3):
    trig(1); time.sleep_us(12); trig(0)
    {drive}
    time_pulse_us(echo, 1, 30000)
    time.sleep_ms(60)
"""


def sonar(drive: str, wires: list[str] = SONAR_WIRES, before: str = "") -> Run:
    program = before + PING.format(drive=drive)
    return measured(SONAR, wires, program, SONAR_PINS, until_ms=400)


def echo_count(run: Run) -> int:
    return int((echoes(run.signal("TRIG"), run.signal("ECHO")).echo_ns >= 0).sum())


def test_an_echo_of_the_sensor_is_measured() -> None:
    run = sonar("pass")
    assert echo_count(run) == 3
    driven = run.signal("TRIG").driven
    assert driven is not None and driven.level.tolist() == [False, True]  # always since its setup


@pytest.mark.parametrize(
    "drive",
    [
        "Pin(ECHO, Pin.OUT, value=1); time.sleep_ms(5); Pin(ECHO, Pin.IN)",
        "Pin(ECHO, Pin.OUT, value=0)",
        "wave = PWM(Pin(ECHO), freq=100, duty_u16=9999); time.sleep_ms(5); wave.deinit()",
        "Pin(ECHO, Pin.OPEN_DRAIN, value=0); time.sleep_us(700); Pin(ECHO, Pin.IN)",
        "import esp32; esp32.RMT(0, pin=Pin(ECHO), clock_div=80).write_pulses((5000, 100), 1)",
    ],
)
def test_an_echo_that_the_program_makes_is_refused(drive: str) -> None:
    with pytest.raises(DrivenWire, match="ECHO"):
        echo_count(sonar(drive))


def test_an_echo_of_a_state_machine_is_refused() -> None:
    machine = """
import rp2
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def wave():
    set(pins, 1) [31]
    set(pins, 0) [31]
"""
    drive = "rp2.StateMachine(0, wave, freq=20000, set_base=Pin(ECHO)).active(1)"
    wires = ["b:GP18 u:TRIG", "b:GP19 u:ECHO", "u:VCC b:3V3", "u:GND b:GND.1"]
    program = machine + PING.format(drive=drive)
    run = measured(SONAR, wires, program, SONAR_PINS, family="rp2", until_ms=200)
    with pytest.raises(DrivenWire, match="ECHO"):
        echo_count(run)


@pytest.mark.parametrize(
    "drive", ["Pin(ECHO, Pin.OPEN_DRAIN, value=1)", "Pin(ECHO, Pin.IN, Pin.PULL_DOWN)"]
)
def test_a_pin_that_is_let_go_is_not_driven(drive: str) -> None:
    assert echo_count(sonar(drive)) == 3


def test_an_echo_driven_before_the_first_trigger_does_not_matter() -> None:
    before = "from machine import Pin\nPin(ECHO, Pin.OUT, value=1)\n"
    assert echo_count(sonar("pass", before=before)) == 3


def test_another_pin_on_the_same_wire_counts_as_the_program() -> None:
    drive = "Pin(21, Pin.OUT, value=1); time.sleep_ms(5); Pin(21, Pin.IN)"
    assert echo_count(sonar(drive)) == 3
    with pytest.raises(DrivenWire):
        echo_count(sonar(drive, [*SONAR_WIRES, "b:21 b:19"]))


CLIMATE: Parts = {"d": ("wokwi-dht22", {"temperature": "20", "humidity": "50"})}
ANSWER = """
from machine import Pin
import dht, time
wire = Pin(DHT, Pin.OPEN_DRAIN, value=1)
time.sleep_ms(300)
print('READY')
dht.DHT22(wire).measure()
time.sleep_ms(2000)
bits = [bit == '1' for bit in '10' + '0000000111110100' + '0000000011001000' + '10111101']
if FORGES:
    wire(0); time.sleep_ms(1); wire(1); time.sleep_ms(8)  # whatever the sensor says
    wire(0); time.sleep_ms(1); wire(1)
    wire.init(Pin.OUT)
    for bit in bits:
        wire(0)
        wire(1)
        time.sleep_us(70 if bit else 10)
    wire(0)
    wire(1)
    wire.init(Pin.OPEN_DRAIN)
while True:
    time.sleep(1)
"""


@pytest.mark.parametrize("forges", [False, True])
def test_a_reading_of_a_dht22_that_the_program_makes_is_refused(forges: bool) -> None:
    wires = ["b:4 d:SDA", "d:VCC b:3V3", "d:GND b:GND.1"]
    program = f"FORGES = {forges}\n" + ANSWER
    run = measured(CLIMATE, wires, program, {"DHT": 4}, until_ms=3000)
    if forges:
        with pytest.raises(DrivenWire, match="DHT"):
            dht22(run.signal("DHT"))
    else:
        assert [one.temperature for one in dht22(run.signal("DHT"))] == [20.0]


PROBE: Parts = {
    "a": ("board-ds18b20", {"temperature": "20"}),
    "r": ("wokwi-resistor", {"value": "4700"}),
}
MEMORY = """
import onewire, time
from machine import Pin
bus = onewire.OneWire(Pin(PROBE))  # holds the wire low until the first reset
bus.reset()
print('READY')
time.sleep_ms(1)
bus.reset()
for byte in b'\\xcc\\xbe' + (ANSWER or b''):
    bus.writebyte(byte)
if not ANSWER:
    bus.readinto(bytearray(9))
"""


@pytest.mark.parametrize(("answer", "is_refused"), [(None, False), (bytes(8) + b"\1", True)])
@pytest.mark.parametrize("is_there", [True, False])
def test_the_memory_of_a_ds18b20_that_the_program_writes_is_refused(
    answer: bytes | None, is_refused: bool, is_there: bool
) -> None:
    wires = ["r:1 b:3V3", "r:2 b:4", "a:VCC b:3V3", "a:GND b:GND.1"]
    wires += ["a:DQ b:4"] * is_there
    program = f"ANSWER = {answer!r}\n" + MEMORY
    run = measured(PROBE, wires, program, {"PROBE": 4}, until_ms=200)
    if is_refused:
        with pytest.raises(DrivenWire, match="PROBE"):
            onewire(run, "PROBE")
    else:
        degrees = onewire(run, "PROBE")[0].temperature
        assert degrees == (85.0 if is_there else None)


POT: Parts = {"pot": ("wokwi-potentiometer", {})}
CONVERT = """
from machine import ADC, DAC, Pin
print('READY')
adc = ADC(Pin(AIN))
{drive}
adc.read_u16()
"""


@pytest.mark.parametrize(
    ("drive", "is_refused"),
    [("pass", False), ("Pin(AIN, Pin.OUT, value=1)", True), ("DAC(Pin(AIN)).write(99)", True)],
)
def test_a_voltage_that_the_program_makes_is_refused(drive: str, is_refused: bool) -> None:
    wires = ["b:25 pot:SIG", "pot:VCC b:3V3", "pot:GND b:GND.1"]
    run = measured(POT, wires, CONVERT.format(drive=drive), {"AIN": 25}, until_ms=200)
    if is_refused:
        with pytest.raises(DrivenWire, match="AIN"):
            conversions(run, "AIN")
    else:
        assert len(conversions(run, "AIN")) == 1


def test_how_long_a_signal_is_high_in_spans() -> None:
    run = sonar("pass")
    trigger = run.signal("TRIG")
    begin = trigger.rises_ns()
    spans = trigger.high_ns(begin - 5000, begin + 1_000_000)
    assert np.array_equal(spans, trigger.falls_ns() - begin)
    assert trigger.high_ns(begin, begin + 4000).tolist() == [4000] * 3
