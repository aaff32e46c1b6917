import json
import network
import time
from machine import Pin, unique_id
from pins import LED_G
from umqtt.simple import MQTTClient

with open("mqtt.json") as file:
    config = json.load(file)
base = config["base"]
lamp = Pin(LED_G, Pin.OUT, value=0)

wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(20)


def on_message(topic, message):
    lamp.value(message == b"on")
    client.publish(base + "/state", message, retain=True)


client = MQTTClient(unique_id().hex(), "broker.warsha", keepalive=10)
client.set_last_will(base + "/status", b"offline", retain=True)
client.set_callback(on_message)
client.connect()
client.subscribe(base + "/set")
print("READY L00M")

seq = 0
due = time.ticks_ms()
while True:
    client.check_msg()
    if time.ticks_diff(time.ticks_ms(), due) >= 0:
        client.publish(base + "/telemetry", json.dumps({"seq": seq, "lamp": lamp.value()}))
        seq += 1
        due = time.ticks_add(due, config["every_ms"])
    time.sleep_ms(10)
