"""A day of a node that wakes each 10 s, reads a sensor over I2C and publishes by MQTT.

Light sleep keeps the connection. From deep sleep the board boots, compiles its program, joins the
network and connects to the broker each time.
"""

from collections.abc import Callable

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from tests.support.network_bench import AP, BOARDS, JOIN, SECOND
from tests.support.stopwatch import Stopwatch

Measured = Callable[..., None]
DAY = 86_400 * SECOND
WAKES = 8600
"""The least number of the 8,640 messages: each takes the board a little longer than 10 s."""
PUBLISH = """
    raw = bus.readfrom_mem(0x68, 0x41, 2)
    client.publish(b'node', '{"t":%d}' % (raw[0] << 8 | raw[1]), qos=1)
"""
HEAD = (
    JOIN
    + """
import machine
from umqtt.simple import MQTTClient
bus = machine.I2C(0, scl=machine.Pin(22), sda=machine.Pin(21), freq=400_000)
bus.writeto_mem(0x68, 0x6b, b'\\0')
client = MQTTClient('node', 'broker.warsha', keepalive=60)
client.connect()
"""
)
LIGHT = HEAD + "while True:" + PUBLISH + "    machine.lightsleep(10_000)\n"
DEEP = (
    HEAD
    + "if True:"
    + PUBLISH
    + "client.disconnect()\nmachine.deepsleep(10_000 - time.ticks_ms())\n"
)


def circuit() -> Circuit:
    """An ESP32 with an MPU-6050, near an access point."""
    parts = [
        {"type": BOARDS["esp32"], "id": "b"},
        {"type": "wokwi-mpu6050", "id": "imu"},
        {"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP},
    ]
    wires = [("SCL", "22"), ("SDA", "21"), ("VCC", "3V3"), ("GND", "GND.1")]
    connections = [[f"imu:{pin}", f"b:{to}", "", []] for pin, to in wires]
    return Circuit(load({"version": 1, "parts": parts, "connections": connections}))


def day(program: str) -> Stopwatch:
    """The wall time of a day of the node."""
    made = circuit()
    with Flash(made.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(made, flash=flash) as bench:
            with Stopwatch(bench.board.pid) as watch:
                bench.run(DAY)
            wakes = [note for note in bench.trace.mqtt() if note.kind == "publish"]
    assert len(wakes) > WAKES
    return watch


def test_a_day_from_light_sleep(measured: Measured) -> None:
    watch = day(LIGHT)
    measured("from light sleep", watch.wall_s, "s", aim=5, share=watch.share)


def test_a_day_from_deep_sleep(measured: Measured) -> None:
    watch = day(DEEP)
    measured("from deep sleep", watch.wall_s, "s", aim=30, share=watch.share)
