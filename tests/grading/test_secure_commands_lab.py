"""L17: a right program that is written in another way, and a key in a comment."""

import pytest

from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("secure_commands")
OTHER = """
import json, network, ntptime, ssl, time
from machine import Pin
from pins import RELAY_1
from sign import sign
from umqtt.simple import MQTTClient

with open("device.json") as text:
    device = json.load(text)
with open("secrets.json") as text:
    own = json.load(text)
KEY = bytes.fromhex(own["key"])
BASE = "mcit/" + device["site"] + "/" + device["dev"]
relay = Pin(RELAY_1, Pin.OUT)
relay.off()
with open("ca.der", "rb") as file:
    authority = file.read()
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
tls.load_verify_locations(cadata=authority)
tls.verify_mode = ssl.CERT_REQUIRED
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
print("READY L17")

class Refused(Exception):
    pass

def kept():
    try:
        return json.load(open("state.json"))["newest"]
    except OSError:
        return -1

def judged(payload):
    try:
        order = json.loads(payload)
    except ValueError:
        raise Refused("no JSON")
    if not isinstance(order, dict) or {"n", "cmd", "mac"} - set(order):
        raise Refused("keys")
    n, word = order["n"], order["cmd"]
    if not isinstance(n, int) or word not in ("on", "off"):
        raise Refused("values")
    if order["mac"] != sign(KEY, "cmd " + str(n) + " " + word):
        raise Refused("mac")
    if n <= newest:
        raise Refused("old")
    return n, word

def on_message(topic, payload):
    global newest
    try:
        newest, word = judged(payload)
    except Refused as error:
        mqtt.publish(BASE + "/ack", json.dumps({"err": str(error)}))
        return
    with open("state.json", "w") as file:
        json.dump({"newest": newest}, file)
    relay.value(word == "on")
    mqtt.publish(BASE + "/ack", json.dumps({"n": newest, "is": word}))

newest = kept()
mqtt = MQTTClient(device["dev"], device["broker"], keepalive=30, ssl=tls)
mqtt.set_callback(on_message)
next_report = None
while True:
    try:
        if next_report is None:
            wlan.connect(own["ssid"], own["password"])
            while not wlan.isconnected():
                time.sleep_ms(100)
            ntptime.settime()
            mqtt.connect()
            mqtt.subscribe(BASE + "/cmd", 1)
            next_report = time.ticks_ms()
        mqtt.check_msg()
        if time.ticks_diff(next_report, time.ticks_ms()) <= 0:
            next_report = time.ticks_add(next_report, 5000)
            n = time.time() * 10
            code = sign(KEY, "telemetry {} {}".format(n, relay.value()))
            state = {"relay": relay.value(), "n": n, "mac": code}
            mqtt.publish(BASE + "/telemetry", json.dumps(state))
        time.sleep_ms(40)
    except (OSError, ValueError):
        next_report = None
        wlan.disconnect()
        time.sleep(4)
"""


def marks(program: str, family: str, *seeds: int) -> LabScore:
    return score(LAB, family, {"main.py": program.encode()}, seeds, predicted=True)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It gives the CA as bytes, checks the form before the code, and compares with `!=`."""
    assert marks(OTHER, family, 21).points == 20


def test_the_key_of_the_example_is_a_secret_also_in_a_comment() -> None:
    text = OTHER + "# 6f1d0c52a9b84e7733c0de5af2914b08d7e65a3c8f0219b4e6ad70c5183f92b1"
    found = marks(text, "esp32", 22).items["b"]
    assert (found.points, found.key) == (2, "key_in_program")
