"""An honest board on the same bench as another: the other must not change its trace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash

OTHER, HONEST = "other", "honest"
TYPES = {"esp32": "board-esp32-devkit-c-v4", "rp2": "board-pi-pico-w"}
WIRED = {"esp32": (f"{OTHER}:32", f"{OTHER}:33"), "rp2": (f"{OTHER}:GP16", f"{OTHER}:GP17")}
"""Two connected pins of the other board: it writes the first and reads the second."""
WORK = """
from machine import ADC, I2C, Pin, PWM, Timer
import time
bus, knob = I2C(0, scl=Pin(5), sda=Pin(4)), ADC(26)
lamp, wave = Pin(15, Pin.OUT), PWM(Pin(3), freq=1000, duty_u16=9999)
Timer(period=17, callback=lambda timer: lamp.toggle())
while True:
    print(bus.readfrom_mem(104, 59, 6), knob.read_u16() >> 8, time.ticks_us())
    time.sleep_ms(50)
"""


Parts = Mapping[str, tuple[str, str, dict[str, str]]]
"""By id: the type, `pin:pin of the other board` …, the attributes."""


def circuit(family: str, more: Parts | None = None) -> Circuit:
    """The other board of a family, with more parts; the normal board with a sensor and a knob."""
    parts: list[dict[str, Any]] = [
        {"type": TYPES[family], "id": OTHER},
        {"type": TYPES["rp2"], "id": HONEST},
        {"type": "wokwi-mpu6050", "id": "own"},
        {"type": "wokwi-potentiometer", "id": "pot"},
    ]
    wires = [
        f"own:VCC {HONEST}:3V3",
        f"own:GND {HONEST}:GND.1",
        f"own:SCL {HONEST}:GP5",
        f"own:SDA {HONEST}:GP4",
        f"pot:VCC {HONEST}:3V3",
        f"pot:GND {HONEST}:GND.1",
        f"pot:SIG {HONEST}:GP26",
        " ".join(WIRED[family]),
    ]
    for name, (kind, pins, attributes) in (more or {}).items():
        parts.append({"type": kind, "id": name, "attrs": attributes})
        pairs = (pair.split(":") for pair in pins.split())
        wires += [f"{name}:{pin} {OTHER}:{at}" for pin, at in pairs]
    connections = [[*wire.split(), "", []] for wire in wires]
    return Circuit(load({"version": 1, "parts": parts, "connections": connections}))


@contextmanager
def with_honest_board(family: str, program: str, **options: Any) -> Iterator[Bench]:
    """A bench with this main.py on the other board, and the honest board."""
    made = circuit(family)
    with Flash(made.sides[OTHER].board) as other, Flash(made.sides[HONEST].board) as honest:
        other.put({"main.py": program.encode()})
        honest.put({"main.py": WORK.encode()})
        with Bench(made, seed=3, flash={OTHER: other, HONEST: honest}, **options) as bench:
            yield bench


@cache
def undisturbed(until_ns: int) -> str:
    """The hash of the honest board's trace next to a board that does nothing."""
    with with_honest_board("esp32", "") as bench:
        bench.run(until_ns)
        return bench.traces[HONEST].sha256()
