# Given: send(message) joins the Wi-Fi, publishes a dictionary with QoS 1 and switches the radio off again.
# OSError: it was not confirmed. Network, broker and site are in net.json.
import json
from time import sleep_ms, ticks_diff, ticks_ms

import network
from umqtt.simple import MQTTClient

WIFI_MS = 3000


def send(message):
    with open("net.json") as file:
        net = json.load(file)
    topic = "mcit/%s/%s/telemetry" % (net["site"], message["id"])
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    try:
        wlan.connect(net["ssid"], net["password"])
        begun = ticks_ms()
        while not wlan.isconnected():
            if ticks_diff(ticks_ms(), begun) > WIFI_MS:
                raise OSError("no Wi-Fi")
            sleep_ms(20)
        client = MQTTClient(message["id"], net["broker"])
        client.connect(timeout=2)
        client.publish(topic, json.dumps(message), qos=1)
        client.disconnect()
    finally:
        wlan.active(False)
