"""A water pump behind a relay: its flow meter gives pulses while water flows."""

from tests.support.parts_bench import Parts, lines
from tests.support.rig import Hand

PUMP: Parts = {"r": ("wokwi-relay-module", {}), "w": ("warsha-water-pump", {"rate": "40"})}
WIRES = """
r:VCC b:5V|r:GND b:GND.1|r:IN b:26|r:COM b:5V|r:NO w:V+|w:V- b:GND.1|w:FLOW b:16
""".strip().split("|")
COUNT = """
from machine import Pin
from time import sleep_ms
relay = Pin(26, Pin.OUT, value=0)
pulses = 0
def count(pin):
    global pulses
    pulses += 1
Pin(16, Pin.IN, Pin.PULL_UP).irq(count, Pin.IRQ_FALLING)
def pulses_in(ms):
    global pulses
    pulses = 0
    sleep_ms(ms)
    print(pulses)
"""


def test_pulses_come_while_the_motor_has_power() -> None:
    program = COUNT + "pulses_in(500)\nrelay.on()\npulses_in(1000)\nrelay.off()\npulses_in(500)\n"
    still, runs, off = (int(line) for line in lines(PUMP, WIRES, program))
    assert (still, off) == (0, 0)
    assert runs == 40


def test_a_blocked_hose_has_no_pulses() -> None:
    program = COUNT + "relay.on()\npulses_in(1000)\npulses_in(1000)\n"
    hand = Hand(1300, "w", "blocked", 1)
    flows, blocked = (int(x) for x in lines(PUMP, WIRES, program, hands=[hand]))
    assert flows > 20
    assert blocked < 15


def test_the_rate_is_that_of_the_control() -> None:
    program = COUNT + "sleep_ms(100)\nrelay.on()\nsleep_ms(100)\npulses_in(2000)\n"
    hand = Hand(50, "w", "rate", 10)
    assert abs(int(lines(PUMP, WIRES, program, hands=[hand])[0]) - 20) <= 1
