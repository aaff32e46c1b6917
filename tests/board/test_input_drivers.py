"""Published drivers run unchanged: buttons, encoders and joysticks."""

import pytest

from tests.support.parts_bench import Parts
from tests.support.rig import Hand
from tests.support.third_party_drivers import run_with_driver


def test_diyables_keypad() -> None:
    program = """
from DIYables_MicroPython_Keypad import Keypad
import time
keys = Keypad('123A456B789C*0#D', [25, 26, 27, 32], [33, 4, 16, 17], 4, 4)
for _ in range(200):
    key = keys.get_key()
    if key:
        print(key)
    time.sleep_ms(10)
"""
    rows, columns = (25, 26, 27, 32), (33, 4, 16, 17)
    wires = [f"b:{pin} k:R{n + 1}" for n, pin in enumerate(rows)]
    wires += [f"b:{pin} k:C{n + 1}" for n, pin in enumerate(columns)]
    typed = "7#A"
    hands = [
        Hand(500 + 500 * n + 200 * up, "k", key, not up)
        for n, key in enumerate(typed)
        for up in (0, 1)
    ]
    parts: Parts = {"k": ("wokwi-membrane-keypad", {})}
    with run_with_driver(
        "diyables-micropython-keypad", parts, wires, program, hands=hands
    ) as shown:
        assert "".join(shown.printed_lines()) == typed


def test_diyables_joystick() -> None:
    program = """
from DIYables_MicroPython_Joystick import Joystick
import time
stick = Joystick(26, 27, 15)
stick.set_debounce_time(20)
print(stick.read_x(), stick.read_y())
for _ in range(100):
    stick.loop()
    if stick.is_pressed():
        print('pressed', stick.read_x() // 10, stick.read_y() // 10)
    if stick.is_released():
        print('released')
    time.sleep_ms(10)
"""
    parts: Parts = {"j": ("wokwi-analog-joystick", {})}
    wires = ["b:GP26 j:HORZ", "b:GP27 j:VERT", "b:GP15 j:SEL", "j:VCC b:3V3", "j:GND b:GND.1"]
    hands = [Hand(700, "j", "x", 1), Hand(800, "j", "pressed", 1), Hand(900, "j", "pressed", 0)]
    with run_with_driver(
        "diyables-micropython-joystick", parts, wires, program, hands=hands
    ) as shown:
        rest, pressed, released = shown.printed_lines()
        assert [int(word) for word in rest.split()] == pytest.approx([2048, 2048], abs=130)
        assert pressed.startswith("pressed 0 20")
        assert released == "released"


def test_diyables_button() -> None:
    program = """
from DIYables_MicroPython_Button import Button
import time
button = Button(27)
button.set_debounce_time(30)
end = time.ticks_add(time.ticks_ms(), 2000)
while time.ticks_diff(end, time.ticks_ms()) > 0:
    button.loop()
    if button.is_pressed():
        print('down')
    if button.is_released():
        print('up', button.get_count())
"""
    parts: Parts = {"k": ("wokwi-pushbutton", {"bounce": "1"})}
    wires = ["b:27 k:1.l", "k:2.l b:GND.1"]
    times = ((600, 1), (800, 0), (1000, 1), (1500, 0))
    hands = [Hand(t_ms, "k", "pressed", down) for t_ms, down in times]
    with run_with_driver(
        "diyables-micropython-button", parts, wires, program, hands=hands
    ) as shown:
        assert shown.printed_lines() == ["down", "up 1", "down", "up 2"]


def test_micropython_rotary_encoder() -> None:
    """The first step is lost: the driver assumes closed contacts at the start."""
    program = """
from micropython_rotary_encoder import RotaryEncoderRP2, RotaryEncoderEvent as Event
from machine import Pin
import time
knob = RotaryEncoderRP2(Pin(2, Pin.IN), Pin(3, Pin.IN), Pin(4, Pin.IN, Pin.PULL_UP))
for name in ('CLICK', 'TURN_LEFT', 'TURN_RIGHT', 'TURN_RIGHT_FAST', 'HELD'):
    knob.on(getattr(Event, name), lambda name=name: print(name))
for _ in range(4000):
    knob.raw_tick()
    time.sleep_ms(1)
"""
    parts: Parts = {"k": ("wokwi-ky-040", {})}
    wires = ["b:GP2 k:CLK", "b:GP3 k:DT", "b:GP4 k:SW", "b:3V3 k:VCC", "b:GND.1 k:GND"]
    hands = [
        Hand(500, "k", "rotate", 1),
        Hand(650, "k", "rotate", 1),
        Hand(800, "k", "rotate", -1),
    ]
    hands += [Hand(1200, "k", "rotate", 8), Hand(1600, "k", "pressed", 1)]
    hands += [Hand(1700, "k", "pressed", 0), Hand(2500, "k", "pressed", 1)]
    name = "micropython-rotary-encoder"
    with run_with_driver(name, parts, wires, program, 5000, hands=hands) as shown:
        assert shown.printed_lines() == [
            "TURN_RIGHT",
            "TURN_LEFT",
            "TURN_RIGHT_FAST",
            "CLICK",
            "HELD",
        ]


def test_micropython_aiobutton() -> None:
    program = """
from aiobutton import AIOButton
from machine import Pin
import asyncio
pin = Pin(27, Pin.IN, Pin.PULL_UP)
button = AIOButton(lambda _b: not pin(), lambda _b: print('press'), lambda _b: print('release'),
                   lambda _b: print('hold'))
asyncio.run(asyncio.wait_for(button.coro_check(), 3))
"""
    parts: Parts = {"k": ("wokwi-pushbutton-6mm", {"bounce": "1"})}
    wires = ["b:27 k:1.l", "k:2.l b:GND.1"]
    times = ((600, 1), (800, 0), (1000, 1), (2300, 0))
    hands = [Hand(t_ms, "k", "pressed", down) for t_ms, down in times]
    with run_with_driver("micropython-aiobutton", parts, wires, program, hands=hands) as shown:
        assert shown.printed_lines() == ["press", "release", "press", "hold", "release"]
