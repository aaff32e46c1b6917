import asyncio
import json
from hashlib import sha256

from machine import PWM, Pin
from neopixel import NeoPixel
from pins import COL_1, COL_2, COL_3, COL_4, NEOPIXEL, ROW_1, ROW_2, ROW_3, ROW_4, SERVO
from queue import Queue

KEYS = ("123A", "456B", "789C", "*0#D")
DARK, RED, GREEN, BLUE = (0, 0, 0), (60, 0, 0), (0, 60, 0), (0, 0, 60)
CLOSED_NS, OPEN_NS = 500_000, 1_500_000
IDLE_MS, OPEN_MS, DENY_MS, LOCKED_MS, STEP_MS = 5000, 3000, 1000, 10_000, 125

with open("codes.json") as file:
    salt, wanted = json.load(file)
with open("cfg.json") as file:
    echo = json.load(file)["echo"]

rows = [Pin(number, Pin.OPEN_DRAIN, value=0) for number in (ROW_1, ROW_2, ROW_3, ROW_4)]
columns = [Pin(number, Pin.IN, Pin.PULL_UP) for number in (COL_1, COL_2, COL_3, COL_4)]
pixels = NeoPixel(Pin(NEOPIXEL), 8)
servo = PWM(Pin(SERVO), freq=50, duty_ns=CLOSED_NS)
keys = Queue()


def pressed():
    if all(column() for column in columns):  # all rows are low, and no key is down
        return set()
    for row in rows:
        row(1)
    found = set()
    for row, symbols in zip(rows, KEYS):
        row(0)
        for column, symbol in zip(columns, symbols):
            if column() == 0:
                found.add(symbol)
        row(1)
    for row in rows:
        row(0)
    return found


async def scan():
    before = set()
    while True:
        now = pressed()
        for symbol in now - before:
            if echo:
                print("KEY", symbol)
            keys.put(symbol)
        before = now
        await asyncio.sleep_ms(20)


async def heartbeat():
    while True:
        pixels[0] = BLUE if pixels[0] == DARK else DARK
        pixels.write()
        await asyncio.sleep_ms(250)


def light(colour):
    for n in range(1, 8):
        pixels[n] = colour
    pixels.write()


async def open_door():
    servo.duty_ns(OPEN_NS)
    light(GREEN)
    await asyncio.sleep_ms(OPEN_MS)
    servo.duty_ns(CLOSED_NS)
    light(DARK)


async def deny():
    light(RED)
    await asyncio.sleep_ms(DENY_MS)
    light(DARK)


async def lock_out():
    for step in range(LOCKED_MS // STEP_MS):
        light(DARK)
        pixels[1 + step % 7] = RED
        pixels.write()
        await asyncio.sleep_ms(STEP_MS)
    light(DARK)
    keys.clear()  # what was pressed meanwhile


def is_right(code):
    return sha256(bytes.fromhex(salt) + code.encode()).digest().hex() == wanted


async def lock():
    typed, wrong = "", 0
    while True:
        try:
            key = await asyncio.wait_for_ms(keys.get(), IDLE_MS)
        except asyncio.TimeoutError:
            key = "*"
        if key == "*":
            typed = ""
        elif key != "#":
            typed += key
        elif is_right(typed):
            typed, wrong = "", 0
            await open_door()
        else:
            typed, wrong = "", (wrong + 1) % 3
            await (deny() if wrong else lock_out())


async def main():
    await asyncio.gather(scan(), heartbeat(), lock())


print("READY L13")
asyncio.run(main())
