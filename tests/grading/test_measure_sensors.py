"""Measurements of sensor programs: conversions, start pulses, echoes, lines."""

import numpy as np
import pytest

from grader.lab.run import Run
from grader.lab.units import ms, us
from grader.measure.adc import conversions
from grader.measure.dht import dht22
from grader.measure.pulses import echoes, pulses
from grader.measure.serial import other_lines, records
from grader.measure.times import delay, longest_gap, periods, rate, rates
from tests.support.measured_run import MS, Hand, measured
from tests.support.parts_bench import SONAR, SONAR_PINS, SONAR_WIRES, Parts

FAMILIES = pytest.mark.parametrize("family", ["esp32", "rp2"])

# -- a voltmeter

POT: Parts = {"pot": ("wokwi-potentiometer", {}), "led": ("wokwi-led", {})}
VOLTMETER = """
from machine import ADC, Pin
import time
led = Pin(LED_R, Pin.OUT, value=0)
adc = ADC(Pin(AIN_1))
print('READY')
begin = time.ticks_ms()
for n in range(1, 61):
    if n % SLOTS == 0:
        for _ in range(SLOTS):
            raw = adc.read_u16()
        led(raw > 60000)
    if n % 10 == 0:
        print(FORM % (raw * 3.3 / 65535, raw))
    time.sleep_ms(max(0, time.ticks_diff(time.ticks_add(begin, 50 * n), time.ticks_ms())))
while True:
    time.sleep(1)
"""
FORM = r"V (?P<volts>-?\d+\.\d\d) RAW (?P<raw>\d+)"


def voltmeter(family: str, form: str = "V %.2f RAW %d", slots: int = 1) -> Run:
    ain, led = {"esp32": (34, 25), "rp2": (26, 15)}[family]
    name = "GP{}" if family == "rp2" else "{}"
    wires = [f"b:{name.format(ain)} pot:SIG", "pot:VCC b:3V3", "pot:GND b:GND.1"]
    wires += [f"b:{name.format(led)} led:A", "led:C b:GND.1"]
    head = f"FORM = {form!r}\nSLOTS = {slots}\n"
    hands = [Hand(0, "pot", "position", 0.25), Hand(1600, "pot", "position", 0.75)]
    pins = {"AIN_1": ain, "LED_R": led}
    return measured(POT, wires, head + VOLTMETER, pins, hands, family=family, until_ms=3600)


@FAMILIES
def test_conversions_of_a_pin(family: str) -> None:
    run = voltmeter(family)
    seen = conversions(run, "AIN_1")
    assert len(seen) == 60
    assert rate(seen.at_ns) == pytest.approx(20, rel=0.01)
    assert min(periods(seen.at_ns)) > 48 and max(periods(seen.at_ns)) < 52
    assert seen.values()[0] == pytest.approx(0.825, abs=0.001)
    assert seen.values()[-1] == pytest.approx(2.475, abs=0.001)
    late = seen.between(2025 * MS, 2525 * MS)
    assert len(late) == 10 and late.values()[0].at_ns == pytest.approx(2050 * MS, abs=2 * MS)
    assert rates(seen.at_ns, ms(1000), -25 * MS, 2975 * MS) == [20.0] * 3


@FAMILIES
def test_five_conversions_at_once_have_the_rate_but_not_the_rhythm(family: str) -> None:
    seen = conversions(voltmeter(family, slots=5), "AIN_1")
    assert rates(seen.at_ns, ms(1000), 25 * MS, 3000 * MS) == [20.0] * 2
    assert min(periods(seen.at_ns)) < 1 and longest_gap(seen.at_ns, 0, 3000 * MS) > 245


def test_a_conversion_is_only_of_its_pin_and_after_ready() -> None:
    program = "from machine import ADC, Pin\nADC(Pin(A)).read_u16()\nprint('READY')\n"
    program += "ADC(Pin(B)).read_u16()\n"
    run = measured(POT, ["b:34 pot:SIG"], program, {"A": 34, "B": 35}, until_ms=500)
    assert [len(conversions(run, role)) for role in "AB"] == [0, 1]


def test_records_with_their_fields_and_times() -> None:
    run = voltmeter("esp32")
    seen = records(run, FORM)
    assert len(seen) == 6
    assert all(abs(period - 500) < 5 for period in periods(seen.at_ns))
    assert rate(seen.at_ns) == pytest.approx(2, rel=0.01)
    assert seen.texts("raw")[0].isdigit()
    assert seen.numbers("volts").tolist() == [2.57] * 3 + [3.3] * 3
    late = seen.between(1700 * MS, 10_000 * MS)
    assert len(late) == 3
    # the lamp at the time of each line, and in the middle of its period
    assert run.signal("LED_R").at_all(seen.at_ns).tolist() == [False] * 3 + [True] * 3
    assert other_lines(run, FORM) == []


@pytest.mark.parametrize("form", ["V %.1f RAW %d", "%.2f V, RAW %d", "V %.2f RAW %d "])
def test_lines_of_another_form_are_not_records(form: str) -> None:
    run = voltmeter("esp32", form)
    seen = records(run, FORM)
    assert len(seen) == 0 and len(other_lines(run, FORM)) == 6
    assert rate(seen.at_ns) is None and periods(seen.at_ns) == []
    assert longest_gap(seen.at_ns, 0, 3000 * MS) == 3000.0


def test_digits_of_another_script_are_no_number() -> None:
    program = "print('READY')\nfor t in ('12,5', '12,', ',7', '\u0661\u0662,5'):\n    print(t)\n"
    program += "while True:\n    pass\n"
    run = measured(POT, ["b:34 pot:SIG"], program, {"AIN": 34}, until_ms=500)
    seen = records(run, r"(?P<seq>\d*),(?P<value>\d*)")
    assert seen.texts("seq") == ["12", "12", ""]
    assert np.isnan(seen.numbers("seq")).tolist() == [False, False, True]
    assert [line.text for line in other_lines(run, r"\d*,\d*")] == ["\u0661\u0662,5"]


# -- an ultrasonic sensor

PING = """
from machine import Pin, time_pulse_us
import time
trig, echo = Pin(TRIG, Pin.OUT, value=0), Pin(ECHO, Pin.IN)
print('READY')
for _ in range(5):
    start = time.ticks_ms()
    if not (CAREFUL and echo()):
        trig(1); time.sleep_us(WIDTH); trig(0)
        t = time_pulse_us(echo, 1, 30000)
        print('D', t * 343 // 2000 if t > 0 else 'NA')
    time.sleep_ms(100 - time.ticks_diff(time.ticks_ms(), start))
"""


def sonar(width_us: int = 12, careful: bool = True) -> Run:
    """Five pings: an echo of 1 m, none, one that sticks (from the third on), …"""
    hands = [Hand(60, "u", "silent", 1), Hand(150, "u", "silent", 0), Hand(150, "u", "stuck", 1)]
    head = f"WIDTH, CAREFUL = {width_us}, {careful}\n"
    return measured(SONAR, SONAR_WIRES, head + PING, SONAR_PINS, hands, until_ms=700)


def test_triggers_and_their_echoes() -> None:
    run = sonar()
    seen = echoes(run.signal("TRIG"), run.signal("ECHO"))
    assert len(seen) in (3, 4)
    assert all(10_000 <= width < 30_000 for width in seen.trigger_ns)
    assert seen.echo_ns[0] == pytest.approx(5_800_000, abs=2000)
    assert seen.rise_ns[0] - seen.at_ns[0] == pytest.approx(460_000 + 15_000, abs=10_000)
    assert (seen.rise_ns[1], seen.echo_ns[1]) == (-1, -1)
    assert 150 * MS <= seen.echo_ns[2] <= 250 * MS
    assert not seen.blind.any()
    lines = records(run, r"D (?P<mm>\d+|NA)")
    assert lines.texts("mm")[:2] == ["994", "NA"]
    assert 30 < delay(lines.at_ns, int(seen.at_ns[1])) < 40


def test_a_trigger_while_the_echo_is_high_is_blind() -> None:
    run = sonar(careful=False)
    seen = echoes(run.signal("TRIG"), run.signal("ECHO"))
    assert len(seen) == 5
    assert seen.blind.tolist()[:4] == [False, False, False, True]


def test_the_width_of_a_trigger() -> None:
    run = sonar(width_us=1000)
    widths = pulses(run.signal("TRIG"), True).widths()
    assert all(1000 <= width < 1050 and width.unit == "µs" for width in widths)
    assert len(pulses(run.signal("TRIG"), True, longest=us(50))) == 0


# -- a DHT22

CLIMATE: Parts = {"d": ("wokwi-dht22", {"temperature": "-7.3", "humidity": "61.5"})}
DHT = """
from machine import Pin
import dht, time
d = dht.DHT22(Pin(DHT))
time.sleep_ms(EACH)
print('READY')
for n in range(4):
    begin = time.ticks_ms()
    try:
        d.measure()
        print('%d,%.1f,%.1f,OK' % (n, d.temperature(), d.humidity()))
    except Exception:
        print('%d,,,RETRY' % n)
    time.sleep_ms(EACH - time.ticks_diff(time.ticks_ms(), begin))
"""


def climate(family: str, each_ms: int) -> Run:
    pin = {"esp32": 4, "rp2": 22}[family]
    name = f"GP{pin}" if family == "rp2" else str(pin)
    wires = [f"b:{name} d:SDA", "d:VCC b:3V3", "d:GND b:GND.1"]
    hands = [
        Hand(1.5 * each_ms, "d", "temperature", 21.4),
        Hand(2.5 * each_ms, "d", "bad_checksum", 1),
        Hand(3.5 * each_ms, "d", "bad_checksum", 0),
        Hand(3.5 * each_ms, "d", "silent", 1),
    ]
    head = f"EACH = {each_ms}\n"
    until_ms = 5.5 * each_ms
    return measured(
        CLIMATE, wires, head + DHT, {"DHT": pin}, hands, until_ms=until_ms, family=family
    )


@FAMILIES
def test_start_pulses_and_answers_of_a_dht22(family: str) -> None:
    run = climate(family, 2000)
    readings = dht22(run.signal("DHT"))
    assert [reading.is_sound for reading in readings] == [True, True, False, False]
    assert [reading.temperature for reading in readings] == [-7.3, 21.4, None, None]
    assert [reading.humidity for reading in readings] == [61.5, 61.5, None, None]
    assert [len(reading.data) for reading in readings] == [5, 5, 5, 0]
    starts = np.array([reading.at_ns for reading in readings])
    assert all(abs(period - 2000) < 5 for period in periods(starts))
    rows = records(run, r"(?P<seq>\d+),(?P<t>-?[\d.]*),(?P<h>[\d.]*),(?P<status>[A-Z]+)")
    assert rows.texts("status") == ["OK", "OK", "RETRY", "RETRY"]
    assert [delay(rows.at_ns, start) < 50 for start in starts] == [True] * 4


def test_a_dht22_asked_too_often_repeats_itself() -> None:
    readings = dht22(climate("esp32", 1000).signal("DHT"))
    assert [reading.temperature for reading in readings][:2] == [-7.3, -7.3]
    starts = np.array([reading.at_ns for reading in readings])
    assert max(periods(starts)) < 1010
