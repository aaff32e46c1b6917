"""L18: a right program that is written in another way, and one that a beginner would write."""

import pytest

from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("firmware_update")
HEAD = """
import hashlib, json, machine, network, os, requests, time
from sign import same, sign
from umqtt.simple import MQTTClient

print("READY L18")
own = json.load(open("device.json"))
KEY = bytes.fromhex(json.load(open("update.json"))["key"])
BASE = "mcit/" + own["site"] + "/" + own["dev"]
"""
OTHER = (
    HEAD
    + """
dog = machine.WDT(timeout=8300)

def kept(name, other):
    try:
        return int(open(name).read())
    except (OSError, ValueError):
        return other

def keep(name, value):
    with open(name + "~", "w") as file:
        file.write(str(value))
    os.rename(name + "~", name)

class Loader:
    def __init__(self):
        # One number says all: the file that runs, and whether it is on trial.
        self.boot = kept("boot.txt", 0)
        self.slot, self.tries = self.boot % 2, self.boot // 2
        if self.tries:
            if self.tries > 2:
                self.back()
            self.save(self.slot, self.tries + 1)
        self.begun = time.ticks_ms()
        try:
            self.app = __import__("app_" + "ab"[self.slot])
        except Exception as error:
            print("import:", error)
            time.sleep(20)  # the watchdog resets it

    def save(self, slot, tries):
        keep("boot.txt", 2 * tries + slot)

    def back(self):
        keep("bad.txt", kept("trial.txt", 0))
        self.save(1 - self.slot, 0)
        machine.reset()

    def run(self):
        self.app.loop()
        dog.feed()
        if self.tries and time.ticks_diff(time.ticks_ms(), self.begun) > 15000:
            self.back()

loader = Loader()
wanted = []
mqtt = MQTTClient(own["dev"], own["broker"], keepalive=60)
mqtt.set_callback(lambda topic, text: wanted.append(text))

def say(event, version):
    mqtt.publish(BASE + "/status", json.dumps({"version": version, "event": event}))

def fetch(order, name):
    page = requests.get(order["url"])
    digest, left = hashlib.sha256(), order["size"]
    with open(name, "wb") as file:
        while left > 0:
            part = page.raw.read(min(left, 2048))
            if not part:
                return False
            left -= len(part)
            digest.update(part)
            file.write(part)
    return digest.digest() == bytes.fromhex(order["sha256"]) and page.raw.read(1) == b""

def judge(text):
    running = loader.app.VERSION
    order = json.loads(text)
    words = ["update"] + [str(order[name]) for name in ("version", "url", "size", "sha256")]
    if "mac" not in order or not same(order["mac"], sign(KEY, " ".join(words))):
        return say("refused", running)
    if order["version"] < running:
        return say("refused", running)
    if order["version"] == running:
        return
    if order["version"] == kept("bad.txt", 0):
        return say("failed", order["version"])
    slot = 1 - loader.slot
    if not fetch(order, "app_" + "ab"[slot] + ".py"):
        return say("refused", running)
    keep("trial.txt", order["version"])
    loader.save(slot, 1)
    machine.reset()

wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
online = False
asked = time.ticks_add(time.ticks_ms(), -10000)
while True:
    loader.run()
    if not wlan.isconnected() and time.ticks_diff(time.ticks_ms(), asked) >= 10000:
        asked = time.ticks_ms()
        wlan.disconnect()
        wlan.connect(own["ssid"], own["password"])
    try:
        if not online and wlan.isconnected():
            mqtt.connect()
            say("start", loader.app.VERSION)
            online = True
            listens = False
        if online and loader.tries and loader.app.healthy():
            loader.tries = 0
            loader.save(loader.slot, 0)
            say("confirmed", loader.app.VERSION)
        if online and not loader.tries and not listens:
            mqtt.subscribe(BASE + "/update")
            listens = True
        if online:
            mqtt.check_msg()
            if wanted:
                judge(wanted.pop())
    except OSError:
        online = False
    time.sleep_ms(15)
"""
)
BEGINNER = (
    HEAD
    + """
import app_a
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(own["ssid"], own["password"])
while not wlan.isconnected():
    time.sleep_ms(20)

def update(topic, text):
    order = json.loads(text)
    if order["version"] > app_a.VERSION:
        with open("app_a.py", "wb") as file:
            file.write(requests.get(order["url"]).content)
        machine.reset()

mqtt = MQTTClient(own["dev"], own["broker"])
mqtt.set_callback(update)
mqtt.connect()
mqtt.publish(BASE + "/status", json.dumps({"event": "start", "version": app_a.VERSION}))
mqtt.subscribe(BASE + "/update")
while True:
    mqtt.check_msg()
    app_a.loop()
    time.sleep_ms(20)
"""
)


def marks(program: str, family: str, *seeds: int) -> LabScore:
    return score(LAB, family, {"main.py": program.encode()}, seeds, predicted=True)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It leaves an exception to the watchdog, and its state is numbers in three files."""
    assert marks(OTHER, family, 31).points == 20


def test_a_program_that_only_downloads_gets_the_points_of_an_update() -> None:
    """The half of a file lies in the place of its only program when the power is cut."""
    found = marks(BEGINNER, "esp32", 32)
    earned = {name: one.points for name, one in found.items.items() if one.points}
    assert earned == {"a": 3, "b": 1, "p": 2}
    assert found.items["c"].key == "exception"
