"""L14's reference at a real broker, with a second board as the control room."""

import json
from pathlib import Path

from grader.lab.lab import find
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from tests.support.network_bench import BOARDS
from tests.support.real_broker import real_broker

LAB = find("telemetry")
DEVICE = json.loads((LAB.folder / "given" / "device.json").read_text())
KEEPALIVE = "keepalive=KEEPALIVE_S"
ROOM = """
import json, network, time
from umqtt.simple import MQTTClient
device = json.loads('DEVICE')
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(device["ssid"], device["password"])
while not wlan.isconnected():
    time.sleep_ms(20)
base, seen = "mcit/aswan/pump-01/", {}

def note(topic, text):
    seen[topic.decode().replace(base, "")] = text.decode()

room = MQTTClient("room", device["broker"], port=PORT, keepalive=60)
room.set_callback(note)
room.connect()
room.subscribe(base + "#")
while not (seen.get("status") == "online" and "telemetry" in seen):
    room.wait_msg()
# On a busy machine the broker may lose the pump for a while, and a command with it.
while "ack" not in seen:
    room.publish(base + "cmd", '{"relay": 1, "id": 41}', qos=1)
    for _ in range(50):
        room.check_msg()
        time.sleep_ms(20)
print(json.dumps(seen))
"""


def test_the_reference_works_at_mosquitto(family: str, tmp_path: Path) -> None:
    lab_board = next(one for one in LAB.boards.values() if one.type.family == family)
    circuit = json.loads(lab_board.diagram.read_text())
    circuit["parts"].append({"type": BOARDS["rp2"], "id": "room", "left": -300, "top": 0})
    device = json.dumps(DEVICE | {"broker": "host.wokwi.internal"})
    reference = (LAB.folder / "reference.py").read_text()
    with (
        real_broker(tmp_path) as port,
        LiveBench(circuit, reach=[f"localhost:{port}"]) as bench,
        Board(bench.connect()) as pump,
        Board(bench.connect("room")) as room,
    ):
        pump.files.put("device.json", device.encode())
        pump.files.put("pins.py", lab_board.pins_file.read_bytes())
        pump.files.put(
            "main.py", reference.replace(KEEPALIVE, f"{KEEPALIVE}, port={port}").encode()
        )
        pump.boot_detached()
        program = ROOM.replace("DEVICE", device).replace("PORT", str(port))
        seen = json.loads(room.run(program, timeout_s=120))
    telemetry = json.loads(seen["telemetry"])
    assert (telemetry["v"], telemetry["id"], set(telemetry["m"])) == (1, "pump-01", {"t", "h"})
    assert json.loads(seen["ack"]) == {"id": 41}
