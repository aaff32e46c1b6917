import json
import network
import time
import dht
from machine import Pin
from pins import DHT, RELAY_1
from umqtt.simple import MQTTClient

PERIOD_MS = 5000
KEEPALIVE_S = 15
WIFI_MS = 5000
RETRY_MS = 1000
REMEMBERED = 8

with open("device.json") as file:
    device = json.load(file)
base = "mcit/%s/%s/" % (device["site"], device["dev"])
sensor = dht.DHT22(Pin(DHT))
relay = Pin(RELAY_1, Pin.OUT, value=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
recent = []
seq = 0


def obey(topic, text):
    global recent
    try:
        command = json.loads(text)
        number, level = command["id"], command["relay"]
    except (ValueError, KeyError, TypeError):
        client.publish(base + "ack", '{"err": "bad command"}')
        return
    if number not in recent:
        relay.value(level)
        recent = (recent + [number])[-REMEMBERED:]
    client.publish(base + "ack", json.dumps({"id": number}))


def join():
    wlan.disconnect()
    wlan.connect(device["ssid"], device["password"])
    begun = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), begun) > WIFI_MS:
            raise OSError("no Wi-Fi")
        time.sleep_ms(50)


def connect():
    if not wlan.isconnected():
        join()
    client.connect(timeout=5)
    client.subscribe(base + "cmd", qos=1)
    client.publish(base + "status", "online", retain=True)


def report():
    global seq
    sensor.measure()
    values = {"t": sensor.temperature(), "h": sensor.humidity()}
    message = {"v": 1, "id": device["dev"], "seq": seq, "m": values}
    client.publish(base + "telemetry", json.dumps(message))
    seq += 1


def serve():
    due = time.ticks_ms()
    while True:
        client.check_msg()
        if time.ticks_diff(time.ticks_ms(), due) >= 0:
            report()
            due = time.ticks_add(due, PERIOD_MS)
        time.sleep_ms(20)


client = MQTTClient(device["dev"], device["broker"], keepalive=KEEPALIVE_S)
client.set_last_will(base + "status", "offline", retain=True)
client.set_callback(obey)
print("READY L14")
while True:
    try:
        connect()
        serve()
    except OSError:
        time.sleep_ms(RETRY_MS)
