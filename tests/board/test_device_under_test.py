"""The device under test of a test station: its supply, its console, its button, its memory."""

import pytest

from hardware.errors import DiagramError
from tests.support.parts_bench import Parts, lines
from tests.support.rig import Hand

PARTS: Parts = {
    "r": ("wokwi-relay-module", {}),
    "d": ("warsha-dut", {}),
    "s": ("wokwi-servo", {"presses": "d"}),
    "o": ("board-ssd1306", {}),  # its pull-ups
}
WIRES = (
    """
r:VCC b:5V|r:GND b:GND.1|r:IN b:26|r:COM b:5V|r:NO d:VCC|d:GND b:GND.1|d:RAIL b:34|d:ISENSE b:35
d:LED b:33|d:TX b:19|d:RX b:18|d:SDA b:21|d:SCL b:22|s:V+ b:5V|s:GND b:GND.1|s:PWM b:13
o:SDA b:21|o:SCL b:22|o:VCC b:3V3|o:GND b:GND.1
""".strip()
    .replace("\n", "|")
    .split("|")
)
HEAD = """
from machine import ADC, I2C, PWM, UART, Pin
from time import sleep_ms, ticks_diff, ticks_ms
relay = Pin(26, Pin.OUT, value=0)
rail, current = (ADC(Pin(n), atten=ADC.ATTN_11DB) for n in (34, 35))
led, console = Pin(33, Pin.IN), UART(1, 115200, tx=18, rx=19)
servo, i2c = PWM(Pin(13), freq=50, duty_u16=1638), I2C(0, sda=Pin(21), scl=Pin(22))
def volts():
    return round(2 * rail.read_uv() / 1e6, 1)
def milliamps():
    return round(current.read_uv() / 1e4)
def press():
    servo.duty_u16(4915)
    before, found, was = ticks_ms(), [], led.value()
    while ticks_diff(ticks_ms(), before) < 2000:
        if led.value() != was:
            was = led.value()
            found.append(round(ticks_diff(ticks_ms(), before), -1))
        sleep_ms(2)
    servo.duty_u16(1638)
    sleep_ms(200)
    return found
sleep_ms(200)
relay.on()
"""


def printed(program: str, *hands: Hand, attrs: dict[str, str] | None = None) -> list[str]:
    parts = {**PARTS, "d": ("warsha-dut", attrs or {})}
    return lines(parts, WIRES, HEAD + program, until_ms=12_000, hands=hands)


def test_the_rail_rises_with_an_inrush_current() -> None:
    program = """
for ms in (30, 30, 30, 100):
    sleep_ms(ms)
    print(volts(), milliamps())
relay.off()
sleep_ms(20)
print(i2c.scan())
"""
    *rising, steady, end = printed(program, attrs={"rail": "3.32", "rise": "80"})
    risen = [line.split() for line in rising]
    assert [amps for _, amps in risen[:2]] == ["280", "280"]
    assert 0 < float(risen[0][0]) < float(risen[1][0]) < 3.3
    assert (steady, end) == ("3.3 120", "[60]")  # the display is left


def test_the_console_tells_the_serial_number_and_takes_the_command_sleep() -> None:
    program = """
sleep_ms(1300)
print(console.read())
console.write(b'sleep\\n')
sleep_ms(100)
print(console.read(), milliamps())
sleep_ms(200)
print(milliamps())
"""
    first, answer, asleep = printed(program, attrs={"serial": "4217", "standby": "35"})
    assert first == r"b'BOOT 1.4\r\nSN MP-004217\r\nREADY\r\n'"
    assert (answer, asleep) == (r"b'SLEEP\r\n' 120", "35")


def test_the_servo_presses_the_button_and_the_led_blinks() -> None:
    program = "print(press())\nsleep_ms(1500)\nprint(press())\n"
    early, late = printed(program, attrs={"blinks": "2"})
    assert early == "[]"  # it is not READY yet
    times = [int(word) for word in late.strip("[]").split(",")]
    assert times == pytest.approx([200, 400, 600, 800], abs=25)  # the horn turns for 100 ms


def test_the_memory_has_the_number_as_text() -> None:
    program = "sleep_ms(300)\nprint(i2c.readfrom_mem(0x50, 0, 11, addrsize=16))\n"
    assert printed(program, attrs={"memory": "77"}) == [r"b'MP-000077\xff\xff'"]
    assert printed(program, attrs={"memory": "0"}) == ["b'" + r"\xff" * 11 + "'"]


READS = """
sleep_ms(2000)
print(console.read(), len(press()))
relay.off()
sleep_ms(500)
console.read()
relay.on()
sleep_ms(2000)
print(console.read() is not None, len(press()))
"""


def test_a_unit_that_hangs_says_no_more_than_boot() -> None:
    assert printed(READS, Hand(100, "d", "hung", 1)) == [r"b'BOOT 1.4\r\n' 0", "True 0"]


def test_a_loose_contact_is_cured_by_the_power_off() -> None:
    first, second = printed(READS, Hand(100, "d", "loose", 1))
    assert (first[-1], second) == ("0", "True 6")


def test_without_a_serial_number_the_line_is_missing() -> None:
    first, _second = printed(READS, Hand(100, "d", "serial", 0))
    assert first == r"b'BOOT 1.4\r\nREADY\r\n' 6"


def test_an_empty_fixture_has_no_rail_and_a_unit_put_in_under_power_does_nothing() -> None:
    program = """
sleep_ms(500)
print(volts(), milliamps(), i2c.scan())
sleep_ms(3000)
print(volts(), console.read())
relay.off()
sleep_ms(300)
relay.on()
sleep_ms(1500)
print(len(console.read()))
"""
    empty, hot, again = printed(
        program, Hand(100, "d", "present", 0), Hand(1500, "d", "present", 1)
    )
    assert empty.endswith("[60]")
    assert float(empty.split()[0]) < 0.5
    assert hot.endswith("None")
    assert int(again) > 20


def test_a_servo_presses_any_button() -> None:
    parts: Parts = {
        "s": ("wokwi-servo", {"presses": "k"}),
        "k": ("wokwi-pushbutton", {"bounce": "0"}),
    }
    wires = ["s:V+ b:5V", "s:GND b:GND.1", "s:PWM b:13", "k:1.l b:32", "k:2.l b:GND.1"]
    program = """
from machine import PWM, Pin
from time import sleep_ms
key, servo = Pin(32, Pin.IN, Pin.PULL_UP), PWM(Pin(13), freq=50, duty_u16=1638)
sleep_ms(200)
for duty in (4915, 1638, 3500, 4915):
    servo.duty_u16(duty)
    sleep_ms(30)
    before = key.value()
    sleep_ms(170)
    print(before, key.value())
"""
    assert lines(parts, wires, program) == ["1 0", "0 1", "1 1", "0 0"]


def test_a_servo_that_presses_nothing_is_named() -> None:
    wires = ["s:V+ b:5V", "s:GND b:GND.1", "s:PWM b:13"]
    program = "from machine import PWM, Pin\nPWM(Pin(13), freq=50, duty_ns=1_500_000)\n"
    with pytest.raises(DiagramError, match="attribute 'presses' is 'lamp'"):
        lines({"s": ("wokwi-servo", {"presses": "lamp"})}, wires, program)
