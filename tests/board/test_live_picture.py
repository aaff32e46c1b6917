"""A picture that lives: what it sends after the first time, and what it says in words."""

from typing import cast

from hardware.bench.bench import Bench
from hardware.bench.decode.buses import buses
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.flash import Flash
from hardware.bench.serving.page.live_signals import LiveSignals
from tests.support.parts_bench import circuit

SECOND = 1_000_000_000
PROGRAM = b"""
from machine import Pin, PWM
import time
Pin(4, Pin.OUT, value=1)
time.sleep(1)
PWM(Pin(5), freq=50, duty_ns=1_500_000)
time.sleep(9)
"""
PARTS = {
    "lamp": ("wokwi-led", {"label": "LED_R"}),
    "r": ("wokwi-resistor", {"value": "220"}),
    "servo": ("wokwi-servo", {}),
    "btn": ("wokwi-pushbutton", {"bounce": "0"}),
}
WIRES = ("b:4 r:1", "r:2 lamp:A", "lamp:C b:GND.1", "b:5 servo:PWM", "b:5V servo:V+")


def test_only_what_has_changed_is_new() -> None:
    made = circuit(PARTS, [*WIRES, "servo:GND b:GND.1"])
    with Flash(made.board) as flash:
        flash.put({"main.py": PROGRAM})
        with Bench(made, flash=flash) as bench:
            picture = LivePicture(made)
            picture.update()
            news, seen = picture.since(0)
            assert news["parts"].keys() == {"b", *PARTS}
            assert news["words"]["servo"] == {"en": "at 0°", "ar": "الزاوية: \u20660°\u2069"}
            assert news["values"]["btn"] == {"pressed": 0}

            bench.run(SECOND)
            picture.update()
            news, seen = picture.since(seen)
            assert news["parts"].keys() == {"lamp"}
            assert news["words"] == {
                "lamp": {"en": "on, 80 %", "ar": "مضاء، الشدة \u206680 %\u2069"}
            }

            bench.run(3 * SECOND)
            bench.control("btn", "pressed", 1)
            picture.update()
            news, seen = picture.since(seen)
            assert news["parts"].keys() == {"servo", "btn"}
            assert "servo 90°" in str(news["captions"]["servo"])
            assert news["words"] == {"servo": {"en": "at 90°", "ar": "الزاوية: \u206690°\u2069"}}
            assert news["values"] == {"btn": {"pressed": 1.0}}

            picture.update()
            assert picture.since(seen)[0] == {}
            everything, _seen = picture.since(0)
            whole = draw(made)  # the picture of every other page is the same drawing
            assert all(str(drawn) in whole for drawn in everything["parts"].values())


def test_the_lines_of_pins_have_edges_shares_and_a_restart() -> None:
    program = b"""
from machine import Pin, PWM
import time
pin = Pin(4, Pin.OUT)
pin(1)
time.sleep(1)
PWM(Pin(5), freq=1000, duty_u16=16384)
for _ in range(200):
    pin(not pin())
time.sleep(9)
"""
    made = circuit(PARTS, [*WIRES, "servo:GND b:GND.1"])
    with Flash(made.board) as flash:
        flash.put({"main.py": program})
        with Bench(made, flash=flash) as bench:
            signals = LiveSignals(bench.boards, made.netlist.boards)
            bench.run(SECOND)
            signals.update(bench.now_ns)
            points, transfers, seen = signals.since((0, 0))
            (point,) = points
            assert (point.pin, point.value) == ("b:4", 1) and 0 < point.t_ms < 1000
            assert transfers == []

            bench.run(3 * SECOND)
            signals.update(bench.now_ns)
            points, _transfers, seen = signals.since(seen)
            assert [p.value for p in points if p.pin == "b:5"] == [0.25]
            shares = [p.value for p in points if p.pin == "b:4"]
            assert len(shares) == 2 and 0.4 < shares[0] < 0.6 and shares[1] == 1

            bench.reset()
            bench.run(3 * SECOND + SECOND // 100)
            signals.update(bench.now_ns)
            points, _transfers, _seen = signals.since(seen)
            assert {(p.pin, p.value) for p in points} >= {("b:4", 0), ("b:5", 0)}
            assert len(signals.since((0, 0))[0]) == 4 + len(points)


def test_a_pin_tells_its_voltage_or_that_it_floats() -> None:
    program = b"""
from machine import ADC, PWM, Pin
import time
pins = Pin(4, Pin.OUT, value=1), Pin(5, Pin.IN), Pin(18, Pin.IN, Pin.PULL_UP), Pin(19, Pin.IN)
wave, knob = PWM(Pin(26), freq=1000, duty_u16=32768), ADC(Pin(34))
drain = Pin(27, Pin.OPEN_DRAIN, value=1)
time.sleep(9)
"""
    parts: dict[str, tuple[str, dict[str, str]]] = {"pot": ("wokwi-potentiometer", {})}
    wires = ["pot:VCC b:3V3", "pot:GND b:GND.1", "pot:SIG b:34", "b:19 b:GND.2"]
    made = circuit(parts, wires)
    with Flash(made.board) as flash:
        flash.put({"main.py": program})
        with Bench(made, flash=flash) as bench:
            bench.control("pot", "position", 0.5)
            bench.run(SECOND)
            picture = LivePicture(made)
            picture.update()
            pins = cast(dict[str, dict[str, str]], picture.since(0)[0]["pins"])
            assert {pin.removeprefix("b:"): words["en"] for pin, words in pins.items()} == {
                "4": "output, high, 3.30 V",
                "5": "input, floating: nothing holds it high or low",
                "18": "input, pull-up, high, 3.30 V",
                "19": "input, low, 0.00 V",
                "26": "PWM 998 Hz, 50 %",
                "27": "open drain, floating: nothing holds it high or low",
                "34": "analog input, 1.65 V",
            }
            assert pins["b:5"]["ar"] == "دخل، عائم: لا شيء يثبّت مستواه"


def test_transfers_on_a_uart_are_text_and_pixels_are_colours() -> None:
    program = """
from machine import Pin, UART
import neopixel, time
line = UART(1, 9600, tx=17, rx=16)
time.sleep(1)
line.write('سلام 21.5\\n')
time.sleep_ms(300)
print(line.read())
line.write(bytes((0x80, 0x01, 0xff, 0x02)))
strip = neopixel.NeoPixel(Pin(5), 2)
strip[0] = 255, 0, 16
strip.write()
time.sleep_ms(10)
time.sleep(9)
"""
    made = circuit({}, ["b:17 b:16"])
    with Flash(made.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(made, flash=flash) as bench:
            signals = LiveSignals(bench.boards, made.netlist.boards)
            for step in range(1, 61):
                bench.run(step * SECOND // 25)
                signals.update(bench.now_ns)
            texts = [text.partition(" s  ")[2] for text in signals.since((0, 0))[1]]
    assert texts == [
        "UART 1 → سلام 21.5↵",
        "UART 1 ← سلام 21.5↵",
        "UART 1 → 80 01 ff 02",
        "NeoPixel 5 → #ff0010 #000000",
        "UART 1 ← 80 01 ff 02",
    ]


def test_transactions_on_one_wire_are_told_once() -> None:
    program = """
import ds18x20, onewire, time
from machine import Pin
ds = ds18x20.DS18X20(onewire.OneWire(Pin(4)))
for rom in ds.scan():
    ds.convert_temp()
    time.sleep_ms(760)
    print(ds.read_temp(rom))
onewire.OneWire(Pin(5)).reset()
time.sleep(9)
"""
    parts: dict[str, tuple[str, dict[str, str]]] = {
        "probe": ("board-ds18b20", {"temperature": "21.5"}),
        "r": ("wokwi-resistor", {"value": "4700"}),
        "r5": ("wokwi-resistor", {"value": "4700"}),
    }
    wires = [
        "r5:1 b:3V3",
        "r5:2 b:5",
        "r:1 b:3V3",
        "r:2 b:4",
        "probe:DQ b:4",
        "probe:VCC b:3V3",
        "probe:GND b:GND.1",
    ]
    made = circuit(parts, wires)
    with Flash(made.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(made, flash=flash) as bench:
            signals = LiveSignals(bench.boards, made.netlist.boards)
            for step in range(1, 61):
                bench.run(step * SECOND // 40)
                signals.update(bench.now_ns)
            texts = [text.partition(" s  ")[2] for text in signals.since((0, 0))[1]]
            rows = {bus.name: [one.text for one in bus.transfers] for bus in buses(bench.trace)}
    rom = "28 01 02 03 04 05 06 "
    assert texts[0].startswith(f"1-Wire 4: presence, search ROM f0: {rom}")
    assert texts[1] == "1-Wire 4: presence, skip ROM cc, convert 44"
    assert texts[2] == "1-Wire 4: presence"  # the driver resets twice
    assert texts[3].startswith(f"1-Wire 4: presence, match ROM 55: {rom}")
    assert ", read be: 58 01 4b 46 7f ff 0c 10 " in texts[3] and texts[3].endswith(", CRC right")
    assert texts[4:] == ["1-Wire 5: reset, no presence"]
    assert rows == {
        f"1-Wire {pin}": [
            text.removeprefix(f"1-Wire {pin}: ")
            for text in texts
            if text.startswith(f"1-Wire {pin}: ")
        ]
        for pin in (4, 5)
    }
