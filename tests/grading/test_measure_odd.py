"""A measurement works for any program: an exception would be an internal error. Only a wire that
the program drives itself is refused (`DrivenWire`)."""

from collections.abc import Callable

import numpy as np
import pytest

from grader.lab.run import Run
from grader.lab.units import ms, us
from grader.measure import i2c, memory, mqtt, network, pins, power, source, spi
from grader.measure.adc import conversions
from grader.measure.answers import DrivenWire
from grader.measure.dht import dht22
from grader.measure.display import Screen
from grader.measure.glyphs import read
from grader.measure.memory import heap
from grader.measure.neopixel import colours
from grader.measure.onewire import onewire
from grader.measure.pulses import echoes, pulses
from grader.measure.pwm import pwm, tones, with_pulses
from grader.measure.serial import other_lines, records
from grader.measure.states import phases, states, together
from grader.measure.times import delay, longest_gap, moments, periods, rate, rates
from grader.measure.uart import uart_sent
from tests.support.measured_run import run_of
from tests.support.rig import PINS, Hand, play

HEAD = """
import machine, time, sys
from machine import *
print('READY')
esp = sys.platform == 'esp32'
"""
ODD = {
    "nothing": "",
    "an end": "raise SystemExit\n",
    "a crash": "1 / 0\n",
    "a loop": "while True:\n    pass\n",
    "many edges": "p = Pin(OUT, Pin.OUT)\nfor n in range(20000):\n    p(n & 1)\n",
    "resets": "Pin(OUT, Pin.OUT, value=1)\ntime.sleep_ms(300)\nmachine.reset()\n",
    "soft resets": "Pin(OUT, Pin.OUT, value=1)\ntime.sleep_ms(100)\nmachine.soft_reset()\n",
    "endless sleep": "machine.deepsleep()\n",
    "every mode": """
for p in (OUT, IN, BTN, FREE):
    for mode in (Pin.IN, Pin.OUT, Pin.OPEN_DRAIN):
        Pin(p, mode).value(1)
        Pin(p, mode, Pin.PULL_UP).value(0)
""",
    "the highest pwm": "PWM(Pin(OUT), freq=10_000_000, duty_u16=32768)\ntime.sleep(1)\n",
    "the lowest pwm": "PWM(Pin(OUT), freq=10, duty_u16=65535)\ntime.sleep(1)\n",
    "a pwm that ends": "PWM(Pin(OUT), freq=100, duty_u16=1).deinit()\nPin(OUT, Pin.IN)\n",
    "an i2c bus without devices": """
bus = SoftI2C(scl=Pin(OUT), sda=Pin(FREE))
for address in (0, 127):
    try:
        bus.writeto(address, bytes(9))
    except OSError:
        pass
""",
    "bare i2c": """
bus = SoftI2C(scl=Pin(OUT), sda=Pin(FREE))
bus.start()
bus.write(b'ab')
bus.stop()
""",
    "spi without devices": """
bus = SoftSPI(sck=Pin(OUT), mosi=Pin(FREE), miso=Pin(IN))
bus.write(bytes(99))
bus.write(b'')
""",
    "a uart with all formats": """
line = UART(1, tx=Pin(FREE) if esp else Pin(8), rx=Pin(BTN) if esp else Pin(9))
for baud in (300, 115200, 2000000):
    line.init(baud, bits=7, parity=1, stop=2)
    line.write(bytes(3))
    line.write(b'')
    line.sendbreak()
line.deinit()
""",
    "short frames of pixels": """
for n in (0, 1, 2, 99):
    bitstream(Pin(OUT, Pin.OUT), 0, (400, 850, 800, 450), bytes(n))
""",
    "a wire held low": "p = Pin(OUT, Pin.OUT, value=1)\np(0)\ntime.sleep_ms(700)\np(1)\n",
    "bytes that are not text": """
sys.stdout.buffer.write(bytes(range(256)))
for text in ('99999999999', '\u0661', '9' * 5000, ''):
    print('HEAP', text)
""",
    "half a line": "sys.stdout.write('HEAP 12')\ntime.sleep_ms(100)\nmachine.reset()\n",
}


def of_the_chip(run: Run) -> dict[str, Callable[[], object]]:
    """The measurements of buses, radio, pins, power and files."""
    return {
        "i2c": lambda: (i2c.addressed(run), i2c.register_accesses(run, 0)),
        "traffic": lambda: i2c.traffic(i2c.transfers(run)).most_in(10**9),
        "spi": lambda: (spi.frames(run, "OUT", "IN"), spi.transfers(run)),
        "mqtt": lambda: (mqtt.messages(run), mqtt.repeated(mqtt.published(run), "id")),
        "radio": lambda: (network.links(run), network.joins(run), network.connects(run, 80)),
        "pins": lambda: (pins.setups(run, "OUT"), pins.setup_at(run, "FREE"), pins.faults(run)),
        "irqs": lambda: pins.interrupts(run, "BTN"),
        "power": lambda: (power.charge(run, {"active": 1}), power.boots(run), power.wakes(run)),
        "source": lambda: source.called_in_handlers({"main.py": HEAD.encode()}, "x"),
        "files": lambda: memory.file_size(run, "x"),
    }


def everything(run: Run) -> dict[str, Callable[[], object]]:
    """Every measurement, of pins that the program used and of others."""
    out, free = run.signal("OUT"), run.signal("FREE")
    display = {"SCL": "OUT", "SDA": "FREE"}
    made: dict[str, Callable[[], object]] = {
        "conversions": lambda: conversions(run, "AIN").values(),
        "dht": lambda: [r.temperature for r in dht22(out)],
        "oled": lambda: Screen(run, "board-ssd1306", display).pixels(10**9).any(),
        "lcd": lambda: Screen(run, "wokwi-lcd1602", display, {"pins": "i2c"}).text(10**9),
        "digits": lambda: Screen(run, "wokwi-tm1637-7segment", {"CLK": "OUT", "DIO": "FREE"}).text(
            10**9
        ),
        "glyphs": lambda: read(np.zeros((64, 128), np.uint8), 120, 60, 3),
        "heap": lambda: heap(run).fall(0, 0),
        "lamps": lambda: (colours(run, "OUT", 8).at(0), colours(run, "OUT", 8).changes(0)),
        "onewire": lambda: [talk.temperature for talk in onewire(run, "OUT")],
        "pulses": lambda: pulses(out, False, us(1), us(10**6)).widths()[:9],
        "echoes": lambda: (len(echoes(out, free)), len(echoes(free, out))),
        "pwm": lambda: (pwm(run, "OUT").widths(), pwm(run, "FREE").between(5, 9).duties()),
        "at": lambda: (pwm(run, "OUT").width_at(0), pwm(run, "OUT").frequency_at(10**9)),
        "all pulses": lambda: with_pulses(run, "OUT"),
        "records": lambda: (records(run, r"HEAP (?P<n>\d+)").numbers("n"), other_lines(run, "x+")),
        "uart": lambda: [
            (line.frames(10**6), line.between_flags(0))
            for line in (uart_sent(run, role) for role in ("FREE", "OUT"))
        ],
        "states": lambda: (
            len(states({"a": out, "b": free})),
            len(phases({"a": out, "b": free}, ms(20))),
            len(together({"a": out, "b": free}, ["a", "b"])),
        ),
        "tones": lambda: len(tones(run, "OUT")),
        "signal": lambda: (out.duties()[:3], out.widths(True)[:3], out.latency(5, True)),
    }
    for name, at_ns in (("edges", out.edges_ns()), ("none", free.edges_ns()[:0])):
        made[f"times of {name}"] = (
            lambda at_ns=at_ns: (  # type: ignore[misc]
                rate(at_ns),
                rates(at_ns, ms(100), 0, 10**9),
                longest_gap(at_ns, 0, 10**9),
                periods(at_ns[:9]),
                moments(at_ns[:9]),
                delay(at_ns, 10**8),
            )
        )
    return made | of_the_chip(run)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
@pytest.mark.parametrize("program", ODD)
def test_an_odd_program_is_measured(family: str, program: str) -> None:
    hands = [Hand(200, "btn", "pressed", 1), Hand(300, "btn", "pressed", 0)]
    run = run_of(play(family, HEAD + ODD[program], 2000, hands), PINS[family])
    assert run.ready_ns  # the program began
    for name, measure in everything(run).items():
        try:
            measure()
        except DrivenWire:
            assert "every mode" in program or "pwm" in program, name
        except Exception as error:
            raise AssertionError(f"{program}: {name}") from error
