"""C1: a right program that is written in another way, and one that switches its load blindly."""

import pytest

from grader.authoring.lab_check import host_of, programs
from grader.host.host_functions import HostCode
from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("solar_station")
HEAD = """
import json, network, ntptime, os, time
import ds18x20, onewire, pins
from ain import volts
from machine import I2C, PWM, Pin
from ssd1306 import SSD1306_I2C
from umqtt.simple import MQTTClient

with open("device.json") as file:
    d = json.load(file)
load = Pin(pins.RELAY_1, Pin.OUT, value=1)
"""
ANOTHER = (
    HEAD
    + """
servo = PWM(Pin(pins.SERVO), freq=50, duty_u16=0)
probe = ds18x20.DS18X20(onewire.OneWire(Pin(pins.DS18B20)))
oled = None
if d["display"]:
    oled = SSD1306_I2C(128, 64, I2C(pins.I2C, sda=Pin(pins.SDA), scl=Pin(pins.SCL)))
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
client = MQTTClient("solar", d["broker"], keepalive=200)
topic = "mcit/" + d["site"] + "/solar/" + str(d["n"])
since_1970 = 946684800 if time.gmtime(0)[0] == 2000 else 0

# A file for each message that waits, and one with the last number and energy.
try:
    with open("state.json") as file:
        seq, wh = json.load(file)
except OSError:
    seq, wh = 0, 0.0
    os.mkdir("out")
waiting = sorted(int(name) for name in os.listdir("out"))

def keep(name, text):
    with open(name, "w") as file:
        file.write(text)

print("READY C1")
is_linked = has_time = False
dust = 0
crossed = weak = angle = t = before = published = None
t_known = 25
lists = {"v": [], "i": [], "g": []}
start = time.ticks_ms()
next_second, next_try, next_t, asked = start, start, start, None
while True:
    now = time.ticks_ms()
    if asked is not None and time.ticks_diff(now, asked) >= 900:
        asked = None
        try:
            t = t_known = probe.read_temp(roms[0])
        except Exception:
            t = None
    if asked is None and time.ticks_diff(now, next_t) >= 0:
        next_t = time.ticks_add(next_t, 300_000)
        try:
            roms = probe.scan()
            probe.convert_temp()
            asked = now
        except Exception:
            t = None
    if time.ticks_diff(now, next_second) >= 0:
        next_second = time.ticks_add(now, 980)
        v = volts(pins.AIN_1) * d["ratio"]
        u = volts(pins.AIN_2)
        i = (u - d["u_zero"]) * d["a_per_v"] if u > 0.2 else None
        s = min(volts(pins.AIN_3), 3.29) / 3.3
        g = 10 * (d["rl10"] * (1 - s) / (10 * s)) ** (1 / 0.7)
        lists["v"].append(v)
        lists["g"].append(g)
        if i is not None:
            lists["i"].append(i)
            if before:
                wh += (before[1] + v * i) / 2 * time.ticks_diff(now, before[0]) / 3.6e6
            before = now, v * i
            is_weak = v * i < 0.7 * d["k"] * g * (1 - d["gamma"] * (t_known - 25))
            if g <= 200:
                weak = None
            elif not is_weak:
                weak, dust = None, 0
            elif weak is None:
                weak = now
            elif time.ticks_diff(now, weak) >= 600_000:
                dust = 1
        beyond = v < d["v_off"] if load.value() else v > d["v_on"]
        if not beyond:
            crossed = None
        elif crossed is None:
            crossed = now
        if crossed is not None:
            if time.ticks_diff(now, crossed) >= (5000 if load.value() else 30_000):
                load.value(not load.value())
                crossed = None
        if oled:
            oled.fill(0)
            oled.text("V %.2f" % v, 0, 0)
            oled.text("A %.2f" % (i or 0), 0, 16)
            oled.text("Wh %.2f" % wh, 0, 32)
            oled.show()
        if has_time:
            minute = (time.time() + since_1970 + d["tz_min"] * 60) % 86400 // 60
            for begin, wanted in d["tracker"]:
                if begin <= minute:
                    target = wanted
    if has_time and angle != target:
        step = 2 if angle is None or target > angle else -2
        angle = target if angle is None or abs(target - angle) < 2 else angle + step
        servo.duty_ns(500_000 + 11_111 * angle)
    if has_time and len(lists["v"]) >= 61:
        seq += 1
        m = {n: sum(x) / len(x) if x else None for n, x in lists.items()}
        m["t"], m["wh"] = t, wh
        q = int(None in m.values())
        ts = int(time.time()) + since_1970
        name = d["site"] + "-" + str(d["n"])
        text = json.dumps({"v": 1, "id": name, "seq": seq, "ts": ts, "q": q, "m": m})
        keep("out/" + str(seq), text)
        keep("state.json", json.dumps([seq, wh]))
        waiting.append(seq)
        lists = {"v": [], "i": [], "g": []}
    try:
        if not is_linked and time.ticks_diff(now, next_try) >= 0:
            next_try = time.ticks_add(now, 10_000)
            if not wlan.isconnected():
                wlan.disconnect()
                wlan.connect(d["ssid"], d["password"])
                time.sleep_ms(2500)
            if not has_time:
                ntptime.settime()
                has_time = True
                target = d["tracker"][0][1]
            client.connect(timeout=3)
            is_linked = True
        if is_linked and waiting:
            with open("out/" + str(waiting[0])) as file:
                client.publish(topic + "/telemetry", file.read(), qos=1)
            os.remove("out/" + str(waiting.pop(0)))
        if is_linked and dust != published:
            text = json.dumps({"v": 1, "dust": dust, "ts": int(time.time()) + since_1970})
            client.publish(topic + "/alarm", text, retain=True, qos=1)
            published = dust
    except OSError:
        is_linked = False
    time.sleep_ms(200)
"""
)
BLIND = (
    HEAD
    + """
print("READY C1")
while True:
    time.sleep_ms(40_000)
    load.value(not load.value())
"""
)


def marks(program: str, family: str, *seeds: int) -> LabScore:
    host = HostCode(host_of(programs(LAB)["reference"]))
    return score(LAB, family, {"main.py": program.encode()}, seeds, host=host)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It counts with ticks, turns in small steps, keeps a file for each message, and its seconds
    and minutes are not exact."""
    found = marks(ANOTHER, family, 21)
    assert {item: one.key for item, one in found.items.items() if one.key} == {}
    assert found.points == 70


def test_a_load_that_is_switched_blindly_gets_no_points() -> None:
    found = marks(BLIND, "rp2", 22).items
    assert found["c"].key == "instant_threshold"
    assert sum(one.points for one in found.values()) == 0
