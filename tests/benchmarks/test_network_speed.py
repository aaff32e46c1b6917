"""How fast the virtual network is: a day of a node that reads a sensor and publishes."""

from collections.abc import Callable
from time import perf_counter

from netbench import AP, BOARDS, JOIN, SECOND

from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.wiring.circuit import Circuit
from hardware.bench.wiring.diagram import load

Measured = Callable[..., None]
NODE = (
    JOIN
    + """
import machine
from umqtt.simple import MQTTClient
bus = machine.I2C(0, scl=machine.Pin(22), sda=machine.Pin(21), freq=400_000)
bus.writeto_mem(0x68, 0x6b, b'\\0')
client = MQTTClient('node', 'broker.warsha', keepalive=60)
client.connect()
n = 0
while True:
    n += 1
    raw = bus.readfrom_mem(0x68, 0x41, 2)
    client.publish(b'node', '{"seq":%d,"t":%d}' % (n, raw[0] << 8 | raw[1]), qos=1)
    machine.lightsleep(10_000)
"""
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


def test_a_day_of_publishing_from_light_sleep(measured: Measured) -> None:
    made = circuit()
    with Flash(made.board) as flash:
        flash.put({"main.py": NODE.encode()})
        with Bench(made, flash=flash) as bench:
            start = perf_counter()
            bench.run(86_400 * SECOND)
            took_s = perf_counter() - start
            wakes = [note for note in bench.trace.mqtt() if note.kind == "publish"]
    assert len(wakes) > 8600
    measured("a day of 8,640 wakes: sleep, I2C, MQTT QoS 1", took_s, "s", aim=5)
