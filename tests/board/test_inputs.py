"""Parts that a person operates: switches, potentiometers, keys, encoder, remote control."""

import math

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.parts.ir_remote import CODES
from hardware.bench.parts.potentiometer import HELD_NS
from hardware.errors import DiagramError
from tests.support import several_boards
from tests.support.parts_bench import Parts, circuit, lines
from tests.support.rig import MS, Hand


def test_a_dip_switch_joins_its_own_two_pins() -> None:
    program = """
from machine import Pin
import time
pins = [Pin(n, Pin.IN, Pin.PULL_UP) for n in (25, 26, 27)]
for _ in range(3):
    print([p() for p in pins]); time.sleep_ms(100)
"""
    wires = ["b:25 sw:1a", "b:26 sw:2a", "b:27 sw:8b", "sw:1b b:GND.1", "sw:2b b:GND.1"]
    wires.append("sw:8a b:GND.1")
    hands = [Hand(90, "sw", "2", 1), Hand(190, "sw", "2", 0), Hand(190, "sw", "8", 1)]
    got = lines({"sw": ("wokwi-dip-switch-8", {})}, wires, program, hands=hands)
    assert got == ["[1, 1, 1]", "[1, 0, 1]", "[1, 1, 0]"]


def test_a_joystick_gives_two_voltages_and_a_button() -> None:
    program = """
from machine import ADC, Pin
import time
def look():
    return [ADC(n, atten=ADC.ATTN_11DB).read_uv() // 10000 for n in (34, 35)] + [sel()]
sel = Pin(32, Pin.IN, Pin.PULL_UP)
print(look()); time.sleep_ms(200); print(look())
"""
    wires = ["b:34 j:HORZ", "b:35 j:VERT", "b:32 j:SEL", "j:VCC b:3V3", "j:GND b:GND.1"]
    hands = [Hand(100, "j", "x", -0.5), Hand(100, "j", "y", -0.5), Hand(100, "j", "pressed", 1)]
    rest, moved = (
        eval(x) for x in lines({"j": ("wokwi-analog-joystick", {})}, wires, program, hands=hands)
    )
    assert rest == pytest.approx([165, 165, 1], abs=4)
    assert moved == pytest.approx([247, 82, 0], abs=6)


def test_a_slider_follows_its_control_and_has_its_travel_length() -> None:
    made = circuit(
        {"p": ("wokwi-slide-potentiometer", {"travelLength": "60", "value": "1023"})},
        ["p:GND b:GND.1", "p:VCC b:3V3", "p:SIG b:34"],
    )
    made.start(StillWorld())
    made.power(True)
    assert made.microvolts(34) == pytest.approx(3_300_000, rel=1e-3)
    made.set_control("p", "position", 0.1)
    assert made.microvolts(34) == pytest.approx(330_000, rel=1e-3)
    assert made.parts["p"].size[0] == pytest.approx(321.3, abs=0.1)


def test_a_potentiometer_can_have_gain_noise_and_spikes() -> None:
    made = circuit(
        {"p": ("wokwi-potentiometer", {})}, ["p:GND b:GND.1", "p:VCC b:3V3", "p:SIG b:34"]
    )
    world = StillWorld()
    made.start(world)
    made.power(True)

    def convert() -> float:
        world.now_ns += HELD_NS
        return made.microvolts(34) / 1e6

    def volts(count: int, **controls: float) -> list[float]:
        for name, value in controls.items():
            made.set_control("p", name, value)
        return [convert() for _ in range(count)]

    assert volts(2, position=0.5) == pytest.approx([1.65, 1.65])
    assert volts(1, gain=1.06) == pytest.approx([1.749])
    noisy = volts(200, gain=1.0, noise=0.1)
    assert 1.55 <= min(noisy) < 1.57 and 1.73 < max(noisy) <= 1.75
    held = made.microvolts(34)
    world.now_ns += HELD_NS - 1
    assert made.microvolts(34) == held
    spiked = volts(12, noise=0.0, spike=0.5, spike_every=4)
    assert sorted(spiked) == pytest.approx([1.65] * 9 + [2.15] * 3)
    places = [n for n, v in enumerate(spiked) if v > 2]
    assert places[1] - places[0] == places[2] - places[1] == 4
    assert volts(4, spike_every=0) == pytest.approx([1.65] * 4)


KEYPAD = """
from machine import Pin
import time
rows = [Pin(n, Pin.OPEN_DRAIN, value=1) for n in (25, 26, 27, 32)]
cols = [Pin(n, Pin.IN, Pin.PULL_UP) for n in (33, 4, 16, 17)]
def scan():
    found = ''
    for r, row in enumerate(rows):
        row(0)
        found += ''.join('123A456B789C*0#D'[4 * r + c] for c, col in enumerate(cols) if not col())
        row(1)
    return found
for _ in range(4):
    print(scan()); time.sleep_ms(100)
"""
PADS = ["b:25 k:R1", "b:26 k:R2", "b:27 k:R3", "b:32 k:R4"]
PADS += ["b:33 k:C1", "b:4 k:C2", "b:16 k:C3", "b:17 k:C4"]


def test_a_keypad_is_scanned_and_three_keys_ghost_a_fourth() -> None:
    hands = [Hand(90, "k", "5", 1), Hand(190, "k", "5", 0), Hand(190, "k", "D", 1)]
    hands += [Hand(290, "k", "D", 0)] + [Hand(290, "k", key, 1) for key in "124"]
    got = lines({"k": ("wokwi-membrane-keypad", {})}, PADS, KEYPAD, hands=hands)
    assert got == ["", "5", "D", "1245"]


def test_a_keypad_has_the_keys_of_its_labels() -> None:
    labels = [*"abcdefghijklmno", "enter"]
    made = circuit({"k": ("wokwi-membrane-keypad", {"columns": "3", "keys": labels})}, [])
    assert list(made.controls()["k"]) == [*"abcefgijkmno"]
    with pytest.raises(DiagramError, match="16 different labels"):
        circuit({"k": ("wokwi-membrane-keypad", {"keys": ["1", "2"]})}, [])


ENCODER = """
from machine import Pin
import time
clk, dt, sw = (Pin(n, Pin.IN, Pin.PULL_UP) for n in (25, 26, 27))
count, edges = 0, 0
def turned(pin):
    global count, edges
    edges += 1
    count += 1 if dt() else -1
clk.irq(turned, Pin.IRQ_FALLING)
for _ in range(4):
    time.sleep_ms(500); print(count, sw())
print(edges)
"""
KNOB = ["b:25 e:CLK", "b:26 e:DT", "b:27 e:SW", "e:VCC b:3V3", "e:GND b:GND.1"]


def test_the_order_of_edges_gives_the_direction_of_an_encoder() -> None:
    hands = [
        Hand(100, "e", "rotate", 3),
        Hand(600, "e", "rotate", -5),
        Hand(900, "e", "rotate", -5),
    ]
    hands += [Hand(1100, "e", "pressed", 1), Hand(1600, "e", "pressed", 0)]
    hands += [Hand(1700, "e", "skip", 1), Hand(1710, "e", "rotate", -2)]
    got = lines({"e": ("wokwi-ky-040", {})}, KNOB, ENCODER, hands=hands)
    assert got == ["3 1", "-7 1", "-7 0", "-5 1", "15"]  # a worn contact turns the other way


def test_an_encoder_that_bounces_gives_more_edges_than_steps() -> None:
    knob = {"e": ("wokwi-ky-040", {"bounce": "", "bounceMs": "0.5", "bounceEdges": "9"})}
    got = lines(knob, KNOB, ENCODER, hands=[Hand(100, "e", "rotate", 4)])
    assert int(got[-1]) > 8


IR = """
from machine import Pin
import time
dat = Pin(16, Pin.IN)
times = []
def edge(pin):
    times.append(time.ticks_us())
dat.irq(edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)
time.sleep_ms(1000)
gaps = [time.ticks_diff(b, a) for a, b in zip(times, times[1:])]
at = 0
while at < len(gaps):
    if not 8000 < gaps[at] < 10000:
        at += 1
    elif gaps[at + 1] < 3000:
        print('repeat'); at += 2
    else:
        value = 0
        for n in range(32):
            value |= (gaps[at + 3 + 2 * n] > 1000) << n
        print('%08x' % value); at += 66
"""
EYE = ["b:GP16 r:DAT", "r:VCC b:3V3", "r:GND b:GND.1"]


@pytest.mark.parametrize("key", ["play", "9"])
def test_a_remote_sends_nec_and_repeats_while_the_key_is_held(key: str) -> None:
    parts: Parts = {"r": ("wokwi-ir-receiver", {}), "ir": ("wokwi-ir-remote", {})}
    hands = [Hand(300, "ir", key, 1), Hand(600, "ir", key, 0)]
    got = lines(parts, EYE, IR, hands=hands, family="rp2")
    code = CODES[key]
    assert got == [f"{(code ^ 255) << 24 | code << 16 | 0xFF00:08x}", "repeat", "repeat"]


def test_a_remote_reaches_the_receiver_of_a_second_board() -> None:
    kinds = {"esp": "board-esp32-devkit-c-v4", "b": "wokwi-pi-pico"}
    kinds |= {"r": "wokwi-ir-receiver", "ir": "wokwi-ir-remote"}
    wires = [[*wire.split(" "), "", []] for wire in EYE]
    parts = [{"type": kind, "id": name} for name, kind in kinds.items()]
    made = Circuit(load({"version": 1, "parts": parts, "connections": wires}))
    with several_boards.boards(made, {"b": IR}, seed=1) as bench:
        bench.control("ir", "play", 1, 300 * MS)
        bench.control("ir", "play", 0, 600 * MS)
        bench.run(5000 * MS)
        assert several_boards.text(bench, "b").splitlines()[1:] == ["repeat", "repeat"]


def test_faults_of_a_remote_and_its_receiver() -> None:
    parts: Parts = {"r": ("wokwi-ir-receiver", {}), "ir": ("wokwi-ir-remote", {"address": "7"})}
    hands = [Hand(50, "ir", "bad_checksum", 1), Hand(100, "ir", "0", 1), Hand(150, "ir", "0", 0)]
    hands += [Hand(400, "r", "blind", 1), Hand(420, "ir", "1", 1), Hand(450, "ir", "1", 0)]
    got = lines(parts, EYE, IR, hands=hands, family="rp2")
    assert got == [f"{(104 ^ 254) << 24 | 104 << 16 | 0xF807:08x}"]


def test_thermistor_light_and_gas_as_their_formulas_say() -> None:
    parts = {
        "n": ("wokwi-ntc-temperature-sensor", {}),
        "p": ("wokwi-photoresistor-sensor", {"lux": "100"}),
        "g": ("wokwi-gas-sensor", {}),
    }
    wires = ["b:34 n:OUT", "b:35 p:AO", "b:36 p:DO", "b:32 g:AOUT", "b:33 g:DOUT"]
    wires = [w.replace("b:36", "b:VP") for w in wires]
    wires += [f"{part}:VCC b:3V3" for part in parts] + [f"{part}:GND b:GND.1" for part in parts]
    made = circuit(parts, wires)
    made.start(StillWorld())
    made.power(True)
    made.set_control("n", "temperature", 61.5)
    share = made.microvolts(34) / 3.3e6
    kelvin = 1 / (math.log(1 / (1 / share - 1)) / 3950 + 1 / 298.15)
    assert kelvin - 273.15 == pytest.approx(61.5, abs=0.01)
    made.set_control("n", "broken", 1)
    assert made.microvolts(34) == 3_300_000
    assert made.microvolts(35) == pytest.approx(1_650_000, rel=0.005)
    for lux, do in ((50, 1), (5000, 0), (90, 1)):
        made.set_control("p", "lux", lux)
        assert made.microvolts(36) == pytest.approx(3_300_000 * do, abs=1000)
    for ppm, alarm in ((400, 0), (2500, 1)):
        made.set_control("g", "ppm", ppm)
        assert (made.microvolts(33) < 1_000_000) is bool(alarm)
    assert made.microvolts(32) / 3.3e6 > 4.4 / 5
    made.set_control("g", "ppm", 1)  # clean air
    assert made.microvolts(32) / 3.3e6 == pytest.approx(20 / (20 + 9.8 * 5), rel=0.01)


def test_attributes_with_the_names_of_controls_set_them_at_the_start() -> None:
    program = """
from machine import ADC, Pin
print(Pin(25, Pin.IN, Pin.PULL_UP)(), round(ADC(34, atten=ADC.ATTN_11DB).read_uv() / 1e6, 1))
"""
    parts: Parts = {
        "k": ("wokwi-pushbutton", {"pressed": "1"}),
        "p": ("wokwi-potentiometer", {"position": "0.5", "noise": ""}),
    }
    wires = ["k:1.l b:25", "k:2.l b:GND.1", "p:SIG b:34", "p:VCC b:3V3", "p:GND b:GND.1"]
    assert lines(parts, wires, program) in (["0 1.6"], ["0 1.7"])
    with pytest.raises(DiagramError, match="'position' is '2', not a number from 0 to 1"):
        circuit({"p": ("wokwi-potentiometer", {"position": "2"})}, [])
