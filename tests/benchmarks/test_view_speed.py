"""The live bench in a browser: 50 parts, 10,000 edges a second, instruments open.

All processes of Chromium are counted: the page, drawing and the network.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from hardware.bench.serving.live_bench import LiveBench
from tests.support.bench_page import ShownBench, bench_with_page
from tests.support.browser import START_S, Chromium

Measured = Callable[..., None]
SHOWN = 300
PINS = (4, 5, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25)
LEDS = 24
EDGES_HZ = 10_000
PROGRAM = f"""
from machine import Pin, PWM
from neopixel import NeoPixel
import time
pins = [Pin(n, Pin.OUT) for n in {PINS}]
strip = NeoPixel(Pin(26), 8)
servo = PWM(Pin(27), freq=50)
step = 0
due = time.ticks_us()
print('READY')
while True:
    step += 1
    for pin in pins:
        pin(not pin())
    if step % 40 == 0:
        strip[step // 40 % 8] = (step % 256, 0, 255 - step % 256)
        strip.write()
        servo.duty_ns(1_000_000 + step % 1000 * 1000)
    due = time.ticks_add(due, {len(PINS) * 1_000_000 // EDGES_HZ})
    while time.ticks_diff(due, time.ticks_us()) > 0:
        pass
"""
PICTURES = """
window.pictures = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (text.includes('"seen"') && ++window.pictures === window.last) window.done();
  return send.call(this, text);
};
"""
"""The page answers each picture that it has shown."""
NEXT = "window.last = window.pictures + arguments[0]; window.done = arguments[1]"
"""Ends when the page has shown so many more pictures. Nothing asks the page meanwhile: that would
cost time of a processor, too."""


def full_bench() -> dict[str, Any]:
    """A board with 24 LEDs and their resistors, a strip and a servo: 50 parts beside it."""
    parts: list[dict[str, Any]] = [{"type": "board-esp32-devkit-c-v4", "id": "esp"}]
    wires = []
    for n in range(LEDS):
        left, top = -400 + 60 * (n % 12), 300 + 120 * (n // 12)
        parts.append({"type": "wokwi-led", "id": f"led{n}", "left": left, "top": top})
        parts.append({"type": "wokwi-resistor", "id": f"r{n}", "left": left, "top": top + 60})
        wires += [
            (f"esp:{PINS[n % len(PINS)]}", f"r{n}:1"),
            (f"r{n}:2", f"led{n}:A"),
            (f"led{n}:C", "esp:GND.1"),
        ]
    parts.append({"type": "wokwi-led-strip", "id": "strip", "left": 200, "top": 0})
    parts.append({"type": "wokwi-servo", "id": "servo", "left": 200, "top": 100})
    wires += [("esp:26", "strip:DIN"), ("esp:5V", "strip:VDD"), ("esp:GND.2", "strip:VSS")]
    wires += [("esp:27", "servo:PWM"), ("esp:5V", "servo:V+"), ("esp:GND.2", "servo:GND")]
    return {"version": 1, "parts": parts, "connections": [[a, b, "green", []] for a, b in wires]}


def descendants(pid: int) -> Iterator[int]:
    """All processes below one."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def cpu_s(pids: list[int]) -> float:
    """The processor time of processes, in seconds."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def edges_of(live: LiveBench) -> int:
    """The edges of the program's pins until now."""
    trace = live.ask(lambda bench: bench.trace)
    return sum(len(trace.edges(pin).t_ns) for pin in PINS)


def test_fifty_parts_and_ten_thousand_edges_a_second(measured: Measured, tmp_path: Path) -> None:
    with bench_with_page(full_bench(), PROGRAM) as (live, page), Chromium(tmp_path) as browser:
        driver = browser.driver
        driver.switch_to.new_window("window")
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": PICTURES})
        driver.get(page.url)
        view = ShownBench(driver)
        view.prints("READY")
        view.find(".instruments summary").click()
        pids = list(descendants(driver.service.process.pid))
        driver.set_script_timeout(START_S)
        edges = edges_of(live)
        began_s, began_cpu_s = monotonic(), cpu_s(pids)
        driver.execute_async_script(NEXT, SHOWN)
        took_s, took_cpu_s = monotonic() - began_s, cpu_s(pids) - began_cpu_s
        edges = edges_of(live) - edges
        measured("Chromium, of one core", 100 * took_cpu_s / took_s, "%", aim=60)
        measured("pictures that it shows", SHOWN / took_s, "/s", aim=20, most=False)
        measured("edges on the pins", edges / took_s, "/s", aim=EDGES_HZ, most=False)
