import asyncio
import json
import network
import time
from hashlib import sha256

from hx711 import Scale
from machine import I2C, PWM, Pin, time_pulse_us
from neopixel import NeoPixel
import pins
from queue import Queue
from ssd1306 import SSD1306_I2C
from umqtt.simple import MQTTClient

KEYS = ("123A", "456B", "789C", "*0#D")
ID_DIGITS = 14
CLOSED_NS, OPEN_NS = 500_000, 1_500_000
OPEN_MS, PAY_MS, BEEP_MS = 3000, 5000, 200
MM_PER_US = 0.1717
GREEN, DARK = (0, 60, 0), (0, 0, 0)
REMEMBERED = 16

with open("device.json") as file:
    device = json.load(file)
with open("tariff.json") as file:
    tariff = json.load(file)
try:
    with open("state.json") as file:
        state = json.load(file)
except (OSError, ValueError):
    state = {"n": 0, "streak": 0, "waiting": []}

rows = [Pin(number, Pin.OPEN_DRAIN, value=0) for number in (pins.ROW_1, pins.ROW_2, pins.ROW_3, pins.ROW_4)]
columns = [Pin(number, Pin.IN, Pin.PULL_UP) for number in (pins.COL_1, pins.COL_2, pins.COL_3, pins.COL_4)]
oled = SSD1306_I2C(128, 64, I2C(pins.I2C, scl=Pin(pins.SCL), sda=Pin(pins.SDA), freq=400_000))
ring = NeoPixel(Pin(pins.NEOPIXEL), 8)
gate = PWM(Pin(pins.SERVO), freq=50, duty_ns=CLOSED_NS)
buzzer = PWM(Pin(pins.BUZZER), freq=2000, duty_u16=0)
trig, echo = Pin(pins.TRIG, Pin.OUT, value=0), Pin(pins.ECHO, Pin.IN)
scale = Scale(pins.SCALE_DT, pins.SCALE_SCK)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
base = "mcit/post/%s/" % device["office"]
client = MQTTClient("post-" + device["office"], device["broker"], keepalive=30)
client.set_last_will(base + "status", "offline", True)

keys = Queue()
outbox = []
lines = ["", "", "", ""]
recent = []
parcels = 0
unpaid = told_at = 0


def tell(name, **event):
    outbox.append((base + name, json.dumps(event)))


def show(row, text):
    lines[row] = text
    oled.fill(0)
    for number, line in enumerate(lines):
        oled.text(line, 0, 16 * number)
    oled.show()


def hmac(key, message):
    key += bytes(64 - len(key))
    inner = sha256(bytes(b ^ 0x36 for b in key) + message).digest()
    return sha256(bytes(b ^ 0x5C for b in key) + inner).digest().hex()


def save():
    with open("state.json", "w") as file:
        json.dump(state, file)


# The queue: tickets are [number, service, priority].


def issue(service, national_id=None):
    priority = int(national_id is not None)
    ahead = sum(1 for _, _, urgent in state["waiting"] if urgent >= priority)
    state["n"] += 1
    state["waiting"].append([state["n"], service, priority])
    save()
    event = {"n": state["n"], "s": service, "p": priority}
    event["wait_s"] = ahead * device["service_s"] // device["counters"]
    if priority:
        event["last4"] = national_id[-4:]
        event["hash"] = hmac(bytes.fromhex(device["key"]), national_id.encode())
    tell("ticket", **event)
    show(2, "NEW %s%03d" % (service, state["n"]))


def take():
    waiting = state["waiting"]
    urgent = [ticket for ticket in waiting if ticket[2]]
    normal = [ticket for ticket in waiting if not ticket[2]]
    if urgent and not (normal and state["streak"] == 2):
        ticket = urgent[0]
        state["streak"] = min(2, state["streak"] + 1)
    elif normal:
        ticket = normal[0]
        state["streak"] = 0
    else:
        return 0, ""
    waiting.remove(ticket)
    save()
    return ticket[:2]


async def beep():
    buzzer.duty_u16(32768)
    await asyncio.sleep_ms(BEEP_MS)
    buzzer.duty_u16(0)


def call(number, counter):
    ticket, service = take()
    tell("call", id=number, counter=counter, n=ticket)
    ring[counter - 1] = GREEN if ticket else DARK
    ring.write()
    if ticket:
        asyncio.create_task(beep())
        show(0, "%s%03d > %d" % (service, ticket, counter))


# The parcels.


def height_mm():
    trig.on()
    time.sleep_us(10)
    trig.off()
    return device["mount_mm"] - time_pulse_us(echo, 1, 30_000) * MM_PER_US


async def weight():
    while not scale.is_ready():
        await asyncio.sleep_ms(10)
    return scale.counts()


async def measure():
    global parcels, unpaid, told_at
    grams = 10 * round(100 * (await weight() - empty) / device["counts_per_kg"])
    height = round(height_mm())
    price = next(price for most, price in tariff["weight"] if grams <= most)
    size, more = next((size, more) for most, size, more in tariff["size"] if height <= most)
    parcels += 1
    unpaid, told_at = parcels, time.ticks_ms()
    tell("parcel", parcel=parcels, g=grams, mm=height, size=size, price=price + more)
    show(3, "P%d %s %d EGP" % (parcels, size, price + more))


async def let_through(parcel):
    gate.duty_ns(OPEN_NS)
    tell("gate", parcel=parcel, open=1)
    await asyncio.sleep_ms(OPEN_MS)
    gate.duty_ns(CLOSED_NS)
    tell("gate", parcel=parcel, open=0)


def paid(parcel):
    global unpaid
    if parcel == unpaid and time.ticks_diff(time.ticks_ms(), told_at) <= PAY_MS:
        unpaid = 0
        asyncio.create_task(let_through(parcel))


# The tasks.


def obey(topic, text):
    global recent
    try:
        command = json.loads(text)
        if command["id"] in recent:
            return
        recent = (recent + [command["id"]])[-REMEMBERED:]
        if command["do"] == "next" and 1 <= command["counter"] <= device["counters"]:
            call(command["id"], command["counter"])
        elif command["do"] == "paid":
            paid(command["parcel"])
    except (ValueError, KeyError, TypeError):
        pass  # no command


def pressed():
    if all(column() for column in columns):  # all rows are low, and no key is down
        return set()
    for row in rows:
        row(1)
    found = set()
    for row, symbols in zip(rows, KEYS):
        row(0)
        found.update(symbol for column, symbol in zip(columns, symbols) if column() == 0)
        row(1)
    for row in rows:
        row(0)
    return found


async def scan():
    before = set()
    while True:
        now = pressed()
        for symbol in now - before:
            keys.put(symbol)
        before = now
        await asyncio.sleep_ms(20)


async def serve():
    typed = None  # the digits of an id, after *
    while True:
        key = await keys.get()
        if key == "*":
            typed = ""
        elif key == "#":
            typed = None
        elif key in "ABC" and (typed is None or len(typed) == ID_DIGITS):
            issue(key, typed)
            typed = None
        elif key == "D" and typed is None:
            asyncio.create_task(measure())
        elif key.isdigit() and typed is not None and len(typed) < ID_DIGITS:
            typed += key
        show(1, "" if typed is None else "ID" + "*" * len(typed))


async def connect():
    if not wlan.isconnected():
        wlan.disconnect()
        wlan.connect(device["ssid"], device["password"])
    for _ in range(50):
        if wlan.isconnected():
            break
        await asyncio.sleep_ms(100)
    client.connect(timeout=3)
    client.subscribe(base + "cmd", qos=1)
    client.publish(base + "status", "online", retain=True)


async def link():
    while True:
        try:
            await connect()
            heard = time.ticks_ms()
            while True:
                client.check_msg()
                while outbox:
                    client.publish(*outbox[0])
                    outbox.pop(0)
                if time.ticks_diff(time.ticks_ms(), heard) > 10_000:
                    client.ping()
                    heard = time.ticks_ms()
                await asyncio.sleep_ms(40)
        except OSError:
            await asyncio.sleep_ms(1000)


async def main():
    global empty
    empty = await weight()
    client.set_callback(obey)
    ring.write()  # dark: after a reset it still shows what it did
    print("READY C3")
    await asyncio.gather(scan(), serve(), link())


asyncio.run(main())
