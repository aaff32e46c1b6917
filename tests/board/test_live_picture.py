"""A picture that lives: what it sends after the first time, and what it says in words."""

from hardware.bench.bench import Bench
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.flash import Flash
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
