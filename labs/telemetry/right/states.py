"""Another right program: one step at a time, and a list of what is done."""

import json
import network
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from dht import DHT22
from machine import Pin
import pins
from umqtt.simple import MQTTClient

info = json.load(open("device.json"))
root = "mcit/" + info["site"] + "/" + info["dev"]
pump = Pin(pins.RELAY_1, Pin.OUT, value=0)
probe = DHT22(Pin(pins.DHT))
net = network.WLAN(network.WLAN.IF_STA)
net.active(True)
done, number = [], 0


def answer(**what):
    mqtt.publish(root + "/ack", json.dumps(what))


def on_command(topic, payload):
    try:
        order = json.loads(payload)
        if not isinstance(order, dict) or not {"id", "relay"} <= set(order):
            raise ValueError
    except ValueError:
        answer(err="no command")
        return
    if order["id"] not in done[-8:]:
        pump.value(order["relay"])
        done.append(order["id"])
        del done[:-8]
    answer(id=order["id"])


def is_joined():
    if not net.isconnected():
        net.disconnect()
        net.connect(info["ssid"], info["password"])
        until = ticks_add(ticks_ms(), 4000)
        while not net.isconnected() and ticks_diff(until, ticks_ms()) > 0:
            sleep_ms(100)
    return net.isconnected()


def measure_and_tell():
    global number
    probe.measure()
    m = {"t": probe.temperature(), "h": probe.humidity()}
    mqtt.publish(root + "/telemetry", json.dumps({"m": m, "seq": number, "id": info["dev"], "v": 1}))
    number += 1


mqtt = MQTTClient(info["dev"], info["broker"], keepalive=20)
mqtt.set_last_will(root + "/status", "offline", True)
mqtt.set_callback(on_command)
print("READY L14")
is_online, next_ms = False, 0
while True:
    try:
        if not is_online and is_joined():
            mqtt.connect(timeout=4)
            mqtt.publish(root + "/status", "online", True)
            mqtt.subscribe(root + "/cmd", 1)
            is_online, next_ms = True, ticks_ms()
        while is_online:
            mqtt.check_msg()
            if ticks_diff(ticks_ms(), next_ms) >= 0:
                next_ms = ticks_add(next_ms, 5000)
                measure_and_tell()
            sleep_ms(10)
    except OSError:
        is_online = False
    sleep_ms(1000)
