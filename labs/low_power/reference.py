import binascii
import json
import time
import esp32
import machine
from machine import Pin
from pins import BTN_1
from sensor import measure
from uplink import send

FACTORY = {"period_s": 60, "mode": "deep", "id": "factory"}
BATCH = 5
KEPT = (machine.DEEPSLEEP_RESET, machine.WDT_RESET)

wdt = machine.WDT(timeout=8000)
rtc = machine.RTC()
button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)


def load():
    try:
        with open("cfg.json") as file:
            text = file.read()
        crc, cfg = json.loads(text)
        body = text[text.index("{") : text.rindex("}") + 1]
    except (OSError, ValueError):
        return FACTORY
    return cfg if binascii.crc32(body.encode()) == crc else FACTORY


def now():
    return time.time_ns() // 1_000_000


def report(why, readings):
    send({"v": 1, "id": cfg["id"], "seq": state["seq"], "why": why, "r": readings})
    state["seq"] += 1


def work(why):
    reading = measure()
    try:
        if why == "btn":
            report(why, [reading])
            return
        state["r"].append(reading)
        if len(state["r"]) >= BATCH:
            report(why, state["r"][:BATCH])
            state["r"] = state["r"][BATCH:]
    except OSError as error:
        print("not sent:", error)


def cause():
    return "btn" if machine.wake_reason() == machine.PIN_WAKE else "timer"


cfg = load()
period = 1000 * cfg["period_s"]
if machine.reset_cause() in KEPT:
    state = json.loads(rtc.memory())
else:
    print("READY L16")
    state = {"t0": now(), "seq": 1, "r": []}
    rtc.memory(json.dumps(state))
while True:
    work(cause())
    rtc.memory(json.dumps(state))
    wdt.feed()
    wait = period - (now() - state["t0"]) % period
    if cfg["mode"] == "light":
        machine.lightsleep(wait)
    else:
        machine.deepsleep(wait)
