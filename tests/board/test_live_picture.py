"""A picture that lives: what it sends after the first time, and what it says in words."""

from hardware.bench.bench import Bench
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
