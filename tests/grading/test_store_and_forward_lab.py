"""L15: a right program that is written in another way, and one that does not read its sensor. The
reference at a real broker that is away for a while."""

import json
from pathlib import Path

import pytest

from grader.authoring.lab_check import host_of, programs
from grader.host.host_functions import HostCode, HostFunctions
from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from tests.support.network_bench import BOARDS
from tests.support.real_broker import free_port, real_broker

LAB = find("store_and_forward")
POLLING = """
import json, network, struct, time
import ds18x20, onewire, pins
from machine import I2C, Pin
from umqtt.simple import MQTTClient

FORM, ROWS = "<IIhBBI", 500
with open("device.json") as text:
    device = json.load(text)
clock = I2C(pins.I2C, sda=Pin(pins.SDA), scl=Pin(pins.SCL))
sensor = ds18x20.DS18X20(onewire.OneWire(Pin(pins.DS18B20)))
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
client = MQTTClient(device["dev"], device["broker"], keepalive=30)
topic = "mcit/" + device["site"] + "/" + device["dev"] + "/telemetry"
try:
    log = open("log.bin", "r+b")
except OSError:
    log = open("log.bin", "w+b")

def write(row):
    log.seek(row[0] % ROWS * 16)
    log.write(struct.pack(FORM, *row))
    log.flush()

def read(number):
    log.seek(number % ROWS * 16)
    data = log.read(16)
    return struct.unpack(FORM, data) if len(data) == 16 else None

rows = [row for row in map(read, range(ROWS)) if row]
seq, drop = max((row[0] for row in rows), default=0), max((row[5] for row in rows), default=0)
waiting = sorted(row[0] for row in rows if row[4])

def stamp():
    s, m, h, _, d, month, y = [(b >> 4) * 10 + (b & 15) for b in clock.readfrom_mem(0x68, 0, 7)]
    t = time.mktime((2000 + y, month, d, h, m, s, 0, 0)) - device["tz_min"] * 60
    return t + 946684800 if time.mktime((2000, 1, 1, 0, 0, 0, 0, 0)) == 0 else t

def sample():
    global seq, drop
    at, q, celsius = stamp(), 0, 0
    try:
        found = sensor.scan()
        sensor.convert_temp()
        time.sleep_ms(1000)
        celsius = sensor.read_temp(found[0])
    except Exception:
        q = 1
    seq += 1
    if waiting and waiting[0] == seq - ROWS:
        waiting.pop(0)
        drop += 1
    write((seq, at, int(round(celsius * 100)), q, 1, drop))
    waiting.append(seq)

def send(number):
    _, ts, celsius, q, _, lost = read(number)
    m = {"t": None if q else celsius / 100}
    text = {"v": 1, "id": device["dev"], "seq": number, "ts": ts, "q": q, "drop": drop, "m": m}
    client.publish(topic, json.dumps(text), qos=1)
    write((number, ts, celsius, q, 0, lost))
    waiting.remove(number)

print("READY L15")
is_linked = False
next_sample = next_try = next_send = time.ticks_ms()
while True:
    now = time.ticks_ms()
    try:
        if time.ticks_diff(now, next_sample) >= 0:
            next_sample = time.ticks_add(next_sample, device["period_s"] * 1000)
            sample()
            if is_linked:
                send(seq)
        elif not is_linked and time.ticks_diff(now, next_try) >= 0:
            next_try = time.ticks_add(now, 5000)
            if not wlan.isconnected():
                wlan.disconnect()
                wlan.connect(device["ssid"], device["password"])
                time.sleep_ms(2500)
            client.connect(timeout=3)
            is_linked = True
        elif is_linked and waiting and time.ticks_diff(now, next_send) >= 0:
            send(waiting[0])
            next_send = time.ticks_add(time.ticks_ms(), 200)
    except OSError:
        is_linked = False
    time.sleep_ms(50)
"""


def marks(program: str, family: str, *seeds: int) -> LabScore:
    host = HostCode(host_of(programs(LAB)["reference"]))
    return score(LAB, family, {"main.py": program.encode()}, seeds, predicted=True, host=host)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It polls, keeps the numbers that wait in RAM, and looks for the sensor at each sample."""
    assert marks(POLLING, family, 21).points == 20


def test_a_sensor_that_is_asked_but_not_read_gets_no_points_for_its_readings() -> None:
    never = POLLING.replace("        celsius = sensor.read_temp(found[0])\n", "        q = 1\n")
    found = marks(never, "rp2", 22).items
    assert (found["a"].key, found["c"].key) == ("not_read", "not_read")
    assert found["a"].points == found["b"].points == found["c"].points == 0


DATABASE = """
import json, network, time
from umqtt.simple import MQTTClient
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("SSID", "PASSWORD")
while not wlan.isconnected():
    time.sleep_ms(20)
client = MQTTClient("database", "host.wokwi.internal", port=PORT, keepalive=60)
found, seen = [], set()

def keep(topic, text):
    seen.add(json.loads(text)["seq"])
    found.append([topic.decode(), text.decode()])

client.set_callback(keep)

# The messages until the numbers to the last one, or to a later one, are here without a gap: a
# node that connects again sends its fresh reading first. The broker keeps what comes before the
# next call.
def receive(last):
    found.clear()
    client.connect(clean_session=False)
    client.subscribe("mcit/#", qos=1)
    while len(seen) < max(seen | {last}):
        client.wait_msg()
    client.disconnect()
    print(json.dumps(found))
"""


def test_the_reference_loses_nothing_at_mosquitto(family: str, tmp_path: Path) -> None:
    """A second board stands for the database's computer, in a session that the broker keeps. While
    the broker is away the node measures on. A conversion takes 0.75 s: the rest of the period is
    for sending, and must be enough on a busy machine too."""
    lab_board = next(one for one in LAB.boards.values() if one.type.family == family)
    circuit = json.loads(lab_board.diagram.read_text())
    circuit["parts"].append({"type": BOARDS["rp2"], "id": "room", "left": -300, "top": 0})
    device = json.loads((LAB.folder / "given" / "device.json").read_text())
    device |= {"broker": "host.wokwi.internal", "period_s": 3}
    port, messages = free_port(), []
    reference = (LAB.folder / "reference.py").read_text()
    database = DATABASE.replace("PORT", str(port)).replace("SSID", device["ssid"])
    with (
        LiveBench(circuit, reach=[f"localhost:{port}"]) as bench,
        Board(bench.connect()) as node,
        Board(bench.connect("room")) as room,
    ):
        node.files.put("device.json", json.dumps(device).encode())
        node.files.put("pins.py", lab_board.pins_file.read_bytes())
        to_port = reference.replace("keepalive=30", f"keepalive=30, port={port}")
        node.files.put("main.py", to_port.encode())
        room.run(database.replace("PASSWORD", device["password"]))
        with real_broker(tmp_path, port):
            room.run("receive(0)")
            node.boot_detached()
            messages += json.loads(room.run("receive(2)", timeout_s=120))
        room.run("time.sleep(8)")
        with real_broker(tmp_path, port):
            messages += json.loads(room.run("receive(6)", timeout_s=120))
    numbers = [json.loads(text)["seq"] for _topic, text in messages]
    host = HostFunctions((LAB.folder / "reference_host.py").read_text(), ("ingest", "gaps"))
    try:
        count = host.call("ingest", "readings.db", messages)
        gaps = host.call("gaps", "readings.db")
    finally:
        host.close()
    assert set(range(1, 7)) <= set(numbers)
    assert (count, gaps) == (len(set(numbers)), {})
