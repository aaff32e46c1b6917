# The "predict" question: two devices send the same signed command, one without TLS and one with it.
import binascii
import json
import network
import ssl
import time
from sign import sign
from umqtt.simple import MQTTClient

with open("secrets.json") as file:
    secrets = json.load(file)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(secrets["ssid"], secrets["password"])
while not wlan.isconnected():
    time.sleep_ms(100)

code = sign(binascii.unhexlify(secrets["key"]), "cmd 17 on")
for tls in (None, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):
    client = MQTTClient("device", "broker.warsha", ssl=tls)
    client.connect()
    client.publish("lab/pump/cmd", json.dumps({"n": 17, "cmd": "on", "mac": code}))
    client.disconnect()
