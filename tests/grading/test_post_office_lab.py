"""C3: a right program that is written in another way, and programs that do half of the work."""

import pytest

from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("post_office")
POLLING = """
import hashlib, json, network, time
import neopixel, pins, ssd1306
from hx711 import Scale
from machine import I2C, PWM, Pin, time_pulse_us
from umqtt.simple import MQTTClient

def load(name, default=None):
    try:
        with open(name) as text:
            return json.load(text)
    except OSError:
        return default

device, tariff = load("device.json"), load("tariff.json")
count, streak, urgent, normal = load("queue.json", [0, 0, [], []])
number = lambda name: [getattr(pins, name + "_%d" % n) for n in (1, 2, 3, 4)]
rows = [Pin(n, Pin.OPEN_DRAIN, value=1) for n in number("ROW")]
columns = [Pin(n, Pin.IN, Pin.PULL_UP) for n in number("COL")]
i2c = I2C(pins.I2C, scl=Pin(pins.SCL), sda=Pin(pins.SDA), freq=400000)
oled = ssd1306.SSD1306_I2C(128, 64, i2c)
lamps = neopixel.NeoPixel(Pin(pins.NEOPIXEL), 8)
lamps.write()
servo = PWM(Pin(pins.SERVO), freq=50, duty_u16=1638)
horn = PWM(Pin(pins.BUZZER), freq=1500, duty_u16=0)
trig, echo = Pin(pins.TRIG, Pin.OUT, value=0), Pin(pins.ECHO, Pin.IN)
scale = Scale(pins.SCALE_DT, pins.SCALE_SCK)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
base = "mcit/post/" + device["office"]
mqtt = MQTTClient("office-" + device["office"], device["broker"], keepalive=60)
mqtt.set_last_will(base + "/status", "offline", retain=True)
done, later, held = [], [], set()
typed, parcel, told, due = None, 0, None, {}

def send(kind, event):
    later.append((base + "/" + kind, json.dumps(event)))

def show():
    oled.fill(0)
    oled.text("" if typed is None else "ID" + len(typed) * "*", 0, 16)
    oled.show()

def keep():
    with open("queue.json", "w") as text:
        json.dump([count, streak, urgent, normal], text)

def sign(text):
    key = bytes.fromhex(device["key"])
    pads = [bytes([x ^ (key[n] if n < len(key) else 0) for n in range(64)]) for x in (54, 92)]
    inner = hashlib.sha256(pads[0])
    inner.update(text.encode())
    outer = hashlib.sha256(pads[1])
    outer.update(inner.digest())
    return outer.digest().hex()

def ticket(service, identity):
    global count
    count += 1
    before = len(urgent) if identity else len(urgent) + len(normal)
    seconds = before * device["service_s"] // device["counters"]
    event = {"n": count, "s": service, "p": 1 if identity else 0, "wait_s": seconds}
    if identity:
        event.update({"last4": identity[10:], "hash": sign(identity)})
    (urgent if identity else normal).append(count)
    keep()
    send("ticket", event)

def weigh():
    global parcel, told
    while not scale.is_ready():
        time.sleep_ms(1)
    grams = int((scale.counts() - empty) / device["counts_per_kg"] * 100 + 0.5) * 10
    trig(1)
    time.sleep_us(15)
    trig(0)
    mm = int(device["mount_mm"] - time_pulse_us(echo, 1, 30000) * 0.1717 + 0.5)
    price = [p for most, p in tariff["weight"] if most >= grams][0]
    _, size, more = [row for row in tariff["size"] if row[0] >= mm][0]
    parcel += 1
    send("parcel", {"parcel": parcel, "g": grams, "mm": mm, "size": size, "price": price + more})
    told = (parcel, time.ticks_ms())

def command(topic, text):
    global streak, told
    try:
        order = json.loads(text)
        known, kind = order["id"], order["do"]
        if kind == "next":
            if order["counter"] not in range(1, device["counters"] + 1):
                return
        elif kind != "paid" or order["parcel"] < 1:
            return
    except (ValueError, KeyError, TypeError):
        return
    if known in done[-16:]:
        return
    done.append(known)
    if kind == "next":
        chosen = 0
        if urgent and (streak < 2 or not normal):
            chosen, streak = urgent.pop(0), streak + 1
        elif normal:
            chosen, streak = normal.pop(0), 0
        keep()
        send("call", {"id": known, "counter": order["counter"], "n": chosen})
        lamps[order["counter"] - 1] = (0, 0, 9 if chosen else 0)
        lamps.write()
        if chosen:
            horn.duty_u16(20000)
            due["horn"] = time.ticks_add(time.ticks_ms(), 200)
    elif told and order["parcel"] == told[0]:
        if time.ticks_diff(time.ticks_ms(), told[1]) < 5000:
            servo.duty_u16(4915)
            send("gate", {"parcel": told[0], "open": 1})
            due["gate"] = time.ticks_add(time.ticks_ms(), 3000)
            told = None

def key(symbol):
    global typed
    if symbol == "*":
        typed = ""
    elif symbol == "#":
        typed = None
    elif symbol in "0123456789":
        typed = typed if typed is None or len(typed) == 14 else typed + symbol
    elif symbol == "D":
        if typed is None:
            weigh()
    elif typed is None or len(typed) == 14:
        ticket(symbol, typed)
        typed = None
    show()

mqtt.set_callback(command)
while not scale.is_ready():
    time.sleep_ms(5)
empty = scale.counts()
print("READY C3")
is_linked = False
tried = wlan_asked = time.ticks_add(time.ticks_ms(), -20000)
while True:
    for row, names in zip(rows, ("123A", "456B", "789C", "*0#D")):
        row(0)
        for column, name in zip(columns, names):
            if column():
                held.discard(name)
            elif name not in held:
                held.add(name)
                key(name)
        row(1)
    now = time.ticks_ms()
    if "horn" in due and time.ticks_diff(now, due["horn"]) >= 0:
        horn.duty_u16(0)
        del due["horn"]
    if "gate" in due and time.ticks_diff(now, due["gate"]) >= 0:
        servo.duty_u16(1638)
        send("gate", {"parcel": parcel, "open": 0})
        del due["gate"]
    try:
        if is_linked:
            mqtt.check_msg()
            while later:
                mqtt.publish(*later[0])
                later.pop(0)
            if time.ticks_diff(now, tried) > 20000:
                tried = now
                mqtt.ping()
        elif not wlan.isconnected():
            if time.ticks_diff(now, wlan_asked) > 8000:
                wlan_asked = now
                wlan.disconnect()
                wlan.connect(device["ssid"], device["password"])
        elif time.ticks_diff(now, tried) > 1000:
            tried = now
            mqtt.connect(timeout=1)
            mqtt.subscribe(base + "/cmd", qos=1)
            mqtt.publish(base + "/status", "online", retain=True)
            is_linked = True
    except OSError:
        is_linked = False
    time.sleep_ms(15)
"""


def marks(program: str, family: str, *seeds: int) -> LabScore:
    return score(LAB, family, {"main.py": program.encode()}, seeds)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It polls, has two lists in place of one, and looks at the clock for what it has to end."""
    assert marks(POLLING, family, 21).points == 70


def test_a_gate_that_never_opens_earns_nothing_for_staying_shut() -> None:
    shut = POLLING.replace("            servo.duty_u16(4915)\n", "")
    found = marks(shut, "rp2", 22).items
    assert (found["d"].points, found["d"].key) == (0, "gate_shut")


def test_five_digits_of_an_id_on_the_display_cost_the_item() -> None:
    """They are in another row than what is typed, and only for a moment."""
    line = '    oled.text((typed or "")[-5:], 40, 48)\n    oled.show()\n'
    found = marks(POLLING.replace("    oled.show()\n", line, 1), "esp32", 23).items
    assert (found["e"].points, found["e"].key) == (0, "id_leak")
    assert found["g"].points == 5
