import binascii
import hashlib
import json
import network
import os
import requests
import time
from machine import WDT, reset
from sign import same, sign
from umqtt.simple import MQTTClient

SLOTS = ("app_a", "app_b")
TRIAL_MS = 15000
STARTS = 2
BLOCK = 1024
WIFI_MS = 5000
PING_MS = 10000

with open("device.json") as file:
    device = json.load(file)
with open("update.json") as file:
    key = binascii.unhexlify(json.load(file)["key"])
base = "mcit/%s/%s/" % (device["site"], device["dev"])
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)


def load():
    try:
        with open("state.json") as file:
            return json.load(file)
    except OSError:  # the first start of all
        return {"slot": 0, "trial": 0, "starts": 0, "failed": 0}


def keep(**changes):
    state.update(changes)
    with open("state.new", "w") as file:
        json.dump(state, file)
    os.rename("state.new", "state.json")  # the old state or the new one, never a half


def roll_back():
    keep(slot=1 - state["slot"], failed=state["trial"], trial=0)
    reset()


def start():
    if state["trial"]:
        if state["starts"] == STARTS:
            roll_back()
        keep(starts=state["starts"] + 1)
    try:
        return __import__(SLOTS[state["slot"]])
    except Exception:
        if not state["trial"]:
            raise
        roll_back()


def turn():
    try:
        app.loop()
    except Exception:
        if not state["trial"]:
            raise
        roll_back()
    if state["trial"] and time.ticks_diff(time.ticks_ms(), begun) > TRIAL_MS:
        roll_back()
    watchdog.feed()
    time.sleep_ms(20)


def tell(event, version=None):
    client.publish(base + "status", json.dumps({"event": event, "version": version}))


def check(text):
    order = json.loads(text)
    parts = order["version"], order["url"], order["size"], order["sha256"]
    if not same(order["mac"], sign(key, "update %d %s %d %s" % parts)):
        raise ValueError("mac")
    if parts[0] < app.VERSION:
        raise ValueError("old")
    return parts


def download(url, size, digest, name):
    answer = requests.get(url)
    sha, count = hashlib.sha256(), 0
    with open(name, "wb") as file:
        while block := answer.raw.read(BLOCK):
            file.write(block)
            sha.update(block)
            count += len(block)
            turn()
    answer.close()
    if count != size or binascii.hexlify(sha.digest()).decode() != digest:
        raise ValueError("content")


def update(topic, text):
    other = 1 - state["slot"]
    try:
        version, url, size, digest = check(text)
        if version == app.VERSION:
            return
        if version <= state["failed"]:
            tell("failed", version)
            return
        download(url, size, digest, SLOTS[other] + ".py")
    except (ValueError, KeyError, TypeError):
        tell("refused")
        return
    keep(slot=other, trial=version, starts=0)
    reset()


def connect():
    if not wlan.isconnected():
        wlan.disconnect()
        wlan.connect(device["ssid"], device["password"])
    asked = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), asked) > WIFI_MS:
            raise OSError("no Wi-Fi")
        turn()
    client.connect(timeout=5)
    tell("start", app.VERSION)
    while state["trial"]:
        turn()
        if app.healthy():
            keep(trial=0)
            tell("confirmed", app.VERSION)
    client.subscribe(base + "update", qos=1)


watchdog = WDT(timeout=8000)
print("READY L18")
begun = time.ticks_ms()
state = load()
app = start()
client = MQTTClient(device["dev"], device["broker"], keepalive=30)
client.set_callback(update)
while True:
    try:
        connect()
        pinged = time.ticks_ms()
        while True:
            client.check_msg()
            turn()
            if time.ticks_diff(time.ticks_ms(), pinged) > PING_MS:
                client.ping()
                pinged = time.ticks_ms()
    except OSError:  # the network is away
        turn()
