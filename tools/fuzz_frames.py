"""Fuzzes the bench with forged boards: each ends with a cause or runs on; no other board changes.

    python tools/fuzz_frames.py --count 2000        two processes, prints how the boards ended
    python tools/fuzz_frames.py --only 4711         one of them again, with its traceback

Each seed gives the records of a forged board (forged_frames.py) with every kind of bus and radio.
A real Pico runs on the same bench. A traceback or a stall is a failure, and so is any difference
in the trace of the Pico (every fourth Pico uses the same network: it only must not end).
"""

import io
import json
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path

from hardware import paths
from hardware.bench.bench import Bench
from hardware.bench.decode import i2c, onewire, pixels, servo, spi, uart, wire_edges
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.protocol.records import names_of
from hardware.bench.trace.summary import summary
from hardware.bench.trace.trace import Trace
from hardware.bench.vcd import write_vcd
from tests.support.forged_frames import Act, Forger, hello, install, put
from tests.support.neighbour import HONEST, OTHER, WORK, Parts, circuit
from tools.fuzz_bench import Outcome, arguments, grouped, limited

UNTIL_NS = 2_500_000_000
LIMITS = Limits(cpu_s=5, wall_s=8.0, records=100_000, output_bytes=50_000, memory_bytes=None)
ENDS = names_of("END_")
PARTS: Parts = {
    "ap": ("wokwi-wifi-ap", "", {"ssid": "Wokwi-GUEST"}),
    "oled": ("board-ssd1306", "VCC:3V3 GND:GND.1 SCL:22 SDA:21", {}),
    "imu": ("wokwi-mpu6050", "VCC:3V3 GND:GND.1 SCL:22 SDA:21", {}),
    "air": ("board-bmp180", "VCC:3V3 GND:GND.1 SCL:22 SDA:21", {}),
    "clock": ("wokwi-ds1307", "5V:5V GND:GND.1 SCL:22 SDA:21", {}),
    "lcd": ("wokwi-lcd1602", "VCC:5V GND:GND.1 SCL:22 SDA:21", {"pins": "i2c"}),
    "card": ("wokwi-microsd-card", "VCC:3V3 GND:GND.1 SCK:18 DI:23 DO:19 CS:15", {}),
    "rfid": ("board-mfrc522", "3.3V:3V3 GND:GND.1 SCK:18 MOSI:23 MISO:19 SDA:5 RST:3V3", {}),
    "shift": ("wokwi-74hc595", "VCC:3V3 GND:GND.1 DS:23 SHCP:18 STCP:2", {}),
    "lamps": ("wokwi-led-ring", "VCC:5V GND:GND.1 DIN:13", {}),
    "heat": ("board-ds18b20", "VCC:3V3 GND:GND.1 DQ:4", {}),
    "damp": ("wokwi-dht22", "VCC:3V3 GND:GND.1 SDA:16", {}),
    "echo": ("wokwi-hc-sr04", "VCC:5V GND:GND.1 TRIG:17 ECHO:34", {}),
    "arm": ("wokwi-servo", "V+:5V GND:GND.1 PWM:25", {}),
    "scale": ("wokwi-hx711", "VCC:3V3 GND:GND.1 DT:35 SCK:26", {}),
    "digits": ("wokwi-tm1637-7segment", "VCC:3V3 GND:GND.1 CLK:14 DIO:12", {}),
    "plate": ("warsha-touch-plate", "T:27", {}),
    "knob": ("wokwi-potentiometer", "VCC:3V3 GND:GND.1 SIG:VP", {}),
}


ONLINE = """
import network, socket, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect('Wokwi-GUEST')
while True:
    time.sleep_ms(10)
    try:
        wlan.scan()
        s = socket.socket()
        s.settimeout(0.5)
        s.connect(socket.getaddrinfo('http.warsha', 80)[0][-1])
        s.write(b'GET /time HTTP/1.0\\r\\n\\r\\n')
        print(s.read())
        s.close()
    except OSError as e:
        print(e)
"""


def play(acts: list[Act], work: str = WORK) -> Bench:
    """Runs a forged and an honest board. The bench is closed; its traces can be read."""
    made = circuit("esp32", PARTS)
    with (
        tempfile.TemporaryDirectory() as folder,
        Flash(made.sides[OTHER].board) as forged,
        Flash(made.sides[HONEST].board) as honest,
    ):
        build = Path(folder)
        install(build, "esp32", ("rp2", paths.port_program("rp2").resolve()))
        put(forged, acts)
        honest.put({"main.py": work.encode()})
        before, os.environ["WARSHA_BUILD"] = os.environ.get("WARSHA_BUILD"), folder
        try:
            flash = {OTHER: forged, HONEST: honest}
            with Bench(made, seed=3, flash=flash, limits=LIMITS) as bench:
                bench.run(UNTIL_NS)
        finally:
            os.environ.pop("WARSHA_BUILD")
            if before:
                os.environ["WARSHA_BUILD"] = before
    return bench


@cache
def undisturbed_hash() -> str:
    """The hash of the honest board's trace next to a board that sends only its hello."""
    return play([hello()]).traces[HONEST].sha256()


def one(number: int) -> Outcome:
    """The result of a seed: how its board ended, or a traceback."""
    try:
        with limited():
            apart = number % 4 > 0
            bench = play(Forger(number).acts(), WORK if apart else ONLINE)
            return Outcome(number, _judge(bench, apart))
    except Exception:
        return Outcome(number, "failed", traceback.format_exc())


def _judge(bench: Bench, apart: bool) -> str:
    honest, forged = bench.traces[HONEST], bench.traces[OTHER]
    assert honest.ended() is None and honest.end_ns == UNTIL_NS, (
        "the honest board did not reach the end"
    )
    assert not apart or honest.sha256() == undisturbed_hash(), (
        "the trace of the honest board differs"
    )
    assert len(forged.records) <= (LIMITS.records or 0) + 20_000, f"{len(forged.records)} records"
    _read_all(forged)
    draw(bench.circuit)
    end = forged.ended()
    assert end is None or (end.detail and end.detail.isprintable()), f"no reason: {end}"
    return ENDS[end.cause] if end else "lives"


def _read_all(trace: Trace) -> None:
    """All that people and checks do with a trace."""
    json.dumps(summary(trace))
    write_vcd(trace, io.StringIO(), ["13", "18", "21", "22", "32"])
    for read in (i2c.i2c, spi.spi, uart.uart, pixels.pixels):
        read(trace)
    onewire.onewire(trace, 4)
    servo.servo(trace, 25)
    for pin in (13, 18, 21, 32):
        with suppress(ValueError):  # too many of them
            wire_edges.wire_edges(trace, pin)
    for read_notes in (trace.packets, trace.mqtt, trace.espnow, trace.links, trace.lines):
        read_notes()
    trace.save(io.BytesIO())


def main() -> int:
    """Print how the boards ended; 1 when one failed."""
    given = arguments(__doc__, count=500)
    if given.only is not None:
        print(*one(given.only), sep="\n")
        return 0
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=500) as pool:
        outcomes = list(pool.imap_unordered(one, range(given.first, given.first + given.count), 5))
    failed = [outcome for outcome in outcomes if outcome.kind == "failed"]
    for group, (number, *_rest) in grouped(failed).items():
        print(f"--- {number}, {len(_rest)} more\n{group}")
    took = time.monotonic() - began
    print(f"{given.count} tried in {took:.0f} s: {dict(Counter(o.kind for o in outcomes))}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
