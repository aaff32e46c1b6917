import binascii
import json
import network
import ntptime
import ssl
import time
from machine import Pin
from pins import RELAY_1
from sign import same, sign
from umqtt.simple import MQTTClient

PERIOD_MS = 5000
WIFI_MS = 5000
RETRY_MS = 3000
LEVELS = {"off": 0, "on": 1}

with open("device.json") as file:
    device = json.load(file)
with open("secrets.json") as file:
    secrets = json.load(file)
key = binascii.unhexlify(secrets["key"])
base = "mcit/%s/%s/" % (device["site"], device["dev"])
relay = Pin(RELAY_1, Pin.OUT, value=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations("ca.der")


def load():
    try:
        with open("last.txt") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def save(n):
    with open("last.txt", "w") as file:
        file.write(str(n))


def check(text):
    order = json.loads(text)
    n, cmd, mac = order["n"], order["cmd"], order["mac"]
    if not same(mac, sign(key, "cmd %d %s" % (n, cmd))):
        raise ValueError("mac")
    if n <= last:
        raise ValueError("replay")
    return n, LEVELS[cmd]


def obey(topic, text):
    global last
    try:
        n, level = check(text)
    except (ValueError, KeyError, TypeError):
        client.publish(base + "ack", '{"err": "refused"}')
        return
    save(n)  # before it acts: a reset in between must not make the command good again
    last = n
    relay.value(level)
    client.publish(base + "ack", json.dumps({"n": n}))


def report():
    n, level = time.time(), relay.value()
    mac = sign(key, "telemetry %d %d" % (n, level))
    client.publish(base + "telemetry", json.dumps({"n": n, "relay": level, "mac": mac}))


def connect():
    if not wlan.isconnected():
        wlan.disconnect()
        wlan.connect(secrets["ssid"], secrets["password"])
    begun = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), begun) > WIFI_MS:
            raise OSError("no Wi-Fi")
        time.sleep_ms(50)
    ntptime.settime()  # a certificate has dates
    client.connect(timeout=10)
    client.subscribe(base + "cmd", qos=1)


def serve():
    due = time.ticks_ms()
    while True:
        client.check_msg()
        if time.ticks_diff(time.ticks_ms(), due) >= 0:
            report()
            due = time.ticks_add(due, PERIOD_MS)
        time.sleep_ms(20)


last = load()
client = MQTTClient(device["dev"], device["broker"], keepalive=15, ssl=context)
client.set_callback(obey)
print("READY L17")
while True:
    try:
        connect()
        serve()
    except (OSError, ValueError):  # the network is away, or the certificate is not good
        time.sleep_ms(RETRY_MS)
