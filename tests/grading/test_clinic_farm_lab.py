"""C4: a right program that is written in another way, and one that earns nothing by silence."""

from grader.authoring.lab_check import host_of, programs
from grader.host.host_functions import HostCode
from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("clinic_farm")
ANOTHER = """
import json, math, network, ntptime, os, time
import dht, esp32, machine, pins
from machine import ADC, Pin, time_pulse_us
from umqtt.simple import MQTTClient

d = json.load(open("device.json"))
is_cold = d["profile"] == "vaccine"
wlan = network.WLAN(network.WLAN.IF_STA)
topic = "mcit/{site}/{profile}/{n}/telemetry".format(**d)
client = MQTTClient("node", d["broker"], keepalive=60)
presses = []
button = Pin(pins.BTN_1, Pin.IN, Pin.PULL_UP)
esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)
buzzer = Pin(pins.BUZZER, Pin.OUT, value=0)
pump = Pin(pins.RELAY_1, Pin.OUT, value=0)
door = Pin(pins.BTN_2, Pin.IN, Pin.PULL_UP)
trig, echo = Pin(pins.TRIG, Pin.OUT, value=0), Pin(pins.ECHO, Pin.IN)
adc = {n: ADC(Pin(n), atten=ADC.ATTN_11DB) for n in (pins.AIN_1, pins.AIN_2, pins.AIN_3)}
air = dht.DHT22(Pin(pins.DHT))
pulses = 0

def flowed(pin):
    global pulses
    pulses += 1

Pin(pins.FLOW, Pin.IN, Pin.PULL_UP).irq(flowed, Pin.IRQ_FALLING)

def now():
    return time.time() + 946684800

def volts(pin):
    return adc[pin].read_uv() / 1e6

def celsius(pin):
    u = volts(pin)
    if u > 3:
        return None
    return round(298.15 / (1 + 298.15 / 3950 * math.log(u / (3.3 - u))) - 273.15, 1)

def soil():
    u = volts(pins.AIN_3)
    return (u - 0.5) * 50 if 0.3 <= u <= 2.8 else None

def level():
    trig(1)
    time.sleep_us(12)
    trig(0)
    us = time_pulse_us(echo, 1, 20000)
    return None if us < 0 else d["tank_mm"] - us / 5.8

# A file for each message that waits, and one with the last number, the day and its litres.
try:
    seq, day, used = json.load(open("state"))
except OSError:
    seq, day, used = 0, 0, 0
    os.mkdir("out")

def keep():
    with open("state", "w") as f:
        json.dump([seq, day, used], f)

def put(kind, m):
    global seq
    seq += 1
    keep()
    q = 1 if None in m.values() else 0
    one = {"v": 1, "id": d["site"] + "-" + str(d["n"]), "seq": seq, "ts": now(), "kind": kind}
    one.update({"q": q, "m": m})
    with open("out/%06d" % seq, "w") as f:
        json.dump(one, f)

def link():
    wlan.active(True)
    wlan.connect(d["ssid"], d["password"])
    until = time.ticks_add(time.ticks_ms(), 4000)
    while not wlan.isconnected() and time.ticks_diff(until, time.ticks_ms()) > 0:
        time.sleep_ms(50)

def send():
    link()
    try:
        client.connect(timeout=4)
        for name in sorted(os.listdir("out")):
            client.publish(topic, open("out/" + name).read(), qos=1)
            os.remove("out/" + name)
        client.disconnect()
    except OSError:
        pass
    wlan.active(False)

def litres():
    global day, used
    today = (now() + d["tz_min"] * 60) // 86400
    if day != today:
        day, used = today, 0
    return used

def forbidden():
    minute = (now() + d["tz_min"] * 60) // 60 % 1440
    s, mm = soil(), level()
    return s is None or mm is None or mm < d["min_mm"] or 600 <= minute < 960

def water(why, seconds):
    global pulses, used, rest_until
    before, begin, start = litres(), now(), time.ticks_ms()
    pulses, last, last_at = 0, 0, start
    while not forbidden() and litres() < d["quota_l"]:
        pump(1)
        time.sleep_ms(150)
        if pulses != last:
            if pulses // 40 != last // 40:
                keep()
            last, last_at = pulses, time.ticks_ms()
        used = before + pulses / d["pulses_per_l"]
        if time.ticks_diff(time.ticks_ms(), last_at) > 4500:
            rest_until = now() + 1800
            break
        if time.ticks_diff(time.ticks_ms(), start) > seconds * 1000:
            break
        s = soil()
        if why == "dry" and (s is None or s > d["wet"]):
            break
    pump(0)
    keep()
    if last:
        put("water", {"why": why, "start": begin, "end": now(), "l": pulses / d["pulses_per_l"]})

out = [None, None]
told = [False, False]
rest_until = 0

def watch():
    found = [celsius(pins.AIN_1), celsius(pins.AIN_2)]
    for n, t in enumerate(found):
        if t is None or d["low"] <= t <= d["high"]:
            if out[n] and now() - out[n][0] > 600:
                start, far, is_open = out[n]
                put("excursion", {"probe": n + 1, "start": start, "end": now(), "extreme": far,
                                  "door": is_open})
            out[n] = None
            continue
        if out[n] is None:
            out[n], told[n] = [now(), t, door()], False
        out[n][1] = max(out[n][1], t) if t > d["high"] else min(out[n][1], t)
    return found

def alarm():
    due = []
    for n in (0, 1):
        if out[n] and not told[n]:
            due.append(out[n][0] + 600)
            if now() >= due[-1]:
                told[n] = True
                buzzer(1)
    return due

print("READY C4")
while True:
    link()
    try:
        ntptime.settime()
        break
    except OSError:
        time.sleep(2)
wlan.active(False)
turn = 0
due = now()
while True:
    if button() == 0:
        if is_cold:
            buzzer(0)
        else:
            water("manual", d["manual_s"] - 1)
        while button() == 0:
            time.sleep_ms(10)
    if now() >= due:
        due = now() + 28
        if is_cold:
            m = dict(zip(("t1", "t2"), watch()))
            m["door"] = door()
        elif soil() is not None and soil() < d["dry"] and now() >= rest_until:
            water("dry", 200)
        if turn % 20 == 0:
            if not is_cold:
                air.measure()
                m = {"soil": soil(), "mm": level(), "t": air.temperature(), "h": air.humidity()}
                m["l"] = litres()
            put("sample", m)
        if turn % 60 == 20:
            send()
        turn += 1
    machine.lightsleep(max(1, (min([due] + alarm()) - now()) * 1000))
"""
SILENT = 'print("READY C4")\nfrom time import sleep\nwhile True:\n    sleep(60)\n'


def marks(program: str, *seeds: int) -> LabScore:
    host = HostCode(host_of(programs(LAB)["reference"]))
    return score(LAB, "esp32_devkit_c_v4", {"main.py": program.encode()}, seeds, host=host)


def test_a_right_program_of_another_kind_gets_all_points() -> None:
    """It samples each 28 s on no grid, keeps a file for each message, and drives both jobs from
    one loop."""
    found = marks(ANOTHER, 31)
    assert {item: one.key for item, one in found.items.items() if one.key} == {}
    assert found.points == 70


def test_a_pump_that_never_runs_earns_nothing_for_being_off() -> None:
    found = marks(SILENT, 32).items
    assert {item for item, one in found.items() if one.points} == {"h"}
