"""Programs that fake the results that the checks expect, and the points that they get."""

import pytest

from grader.lab.lab import find
from grader.score.score import score

COUNTS = """
from time import sleep_ms
from machine import Pin
from pins import BTN_1, BTN_2
for role in (BTN_1, BTN_2):
    Pin(role, Pin.IN, Pin.PULL_UP)
print("READY L03")
while True:
    for n in range(1, 9):
        print("COUNT", n)
        print("LONG")
        sleep_ms(40)
"""

LATE_COUNTS = """
from time import sleep_ms
from machine import Pin
from pins import BTN_1, BTN_2
for role in (BTN_1, BTN_2):
    Pin(role, Pin.IN, Pin.PULL_UP)
print("READY L03")
sleep_ms(1621)  # both presses of a "double" have begun, whenever they came
print("COUNT 1")
print("COUNT 2")
while True:
    sleep_ms(1000)
"""

FLASHES = """
from machine import Pin, Timer
from job import job_step
from pins import BUZZER, LED_G, LED_R, TIMER
green, red, buzzer = (Pin(role, Pin.OUT) for role in (LED_G, LED_R, BUZZER))
count = 0
def tick(_timer):
    global count
    count += 1
    red.value(count & 1)
    if count % 100 == 0:
        green.value(not green.value())
timer = Timer(TIMER)
timer.init(freq=400, mode=Timer.PERIODIC, callback=tick)
print("READY L04")
while True:
    job_step()
"""

POLLS = """
import time
from machine import Pin
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R, LED_Y
green, red, yellow, buzzer = (Pin(role, Pin.OUT) for role in (LED_G, LED_R, LED_Y, BUZZER))
stop, start = (Pin(role, Pin.IN, Pin.PULL_UP) for role in (BTN_1, BTN_2))
print("READY L04")
begin = toggled = time.ticks_ms()
running, free, off = True, False, None
while True:
    now = time.ticks_ms()
    if running and not stop.value():
        running, free, off = False, False, time.ticks_add(now, 1000)
        green.off()
        red.on()
        buzzer.on()
        print("STOP t=%d" % time.ticks_diff(now, begin))
    free = free or stop.value()
    if off is not None and time.ticks_diff(now, off) >= 0:
        off = buzzer.off()
    if not running and free and not start.value():
        running, toggled = True, now
        red.off()
    if running and time.ticks_diff(now, toggled) >= 250:
        toggled = time.ticks_add(toggled, 250)
        green.value(not green.value())
    yellow.value(running and time.ticks_diff(now, begin) % 140 < 120)  # as if there was a job
"""

LAMPS = """
import json
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms
from machine import Pin
from pins import LED_G, LED_R, LED_Y
lamps = {name: Pin(role, Pin.OUT) for name, role in (("R", LED_R), ("Y", LED_Y), ("G", LED_G))}
print("READY L02")
try:
    plan = json.load(open("plan.json"))
except (OSError, ValueError):
    plan = []
due = ticks_ms()
while True:
    for phase, length in plan or [["Y", 500], ["OFF", 500]]:
        for level in (0, 1):
            for name, lamp in lamps.items():
                if (name in phase) == level:
                    lamp.value(level)
        print("PHASE", phase)  # as if the journal was written
        due = ticks_add(due, length)
        sleep_ms(max(0, ticks_diff(due, ticks_ms())))
"""

READS = """
from time import sleep_ms, ticks_ms
from ain import read_u16
from machine import Pin
from pins import LED_R
lamp = Pin(LED_R, Pin.OUT, value=0)
print("READY L05")
n = 0
while True:
    read_u16()
    n += 1
    if n % 10 == 0:
        print("V 12.00 RAW 32768")
    lamp.value(n // 300 % 2)
    sleep_ms(50)
"""

SWEEPS = """
import sys
from time import sleep_ms
from machine import PWM, Pin
from pins import LED_G, SERVO
lamp, motor = PWM(Pin(LED_G), freq=1000, duty_u16=0), PWM(Pin(SERVO), freq=50, duty_u16=3277)
print("READY L06")
n = 0
while True:
    lamp.duty_u16(n * 257 % 65536)
    motor.duty_u16(2200 + abs(n % 200 - 100) * 33)
    if n % 4 == 0:
        print("ERR RANGE")
    n += 1
    sleep_ms(20)
"""

PINGS = """
from time import sleep_ms, sleep_us
from machine import Pin
from pins import ECHO, LED_G, LED_R, LED_Y, TRIG
trigger, echo = Pin(TRIG, Pin.OUT, value=0), Pin(ECHO, Pin.IN)
lamps = [Pin(role, Pin.OUT) for role in (LED_R, LED_Y, LED_G)]
print("READY L07")
n = 0
while True:
    if not echo.value():
        trigger.on()
        sleep_us(20)
        trigger.off()
        print("D %d" % (n * 97 % 3400 + 50))
    if n % 3 == 0:
        print("D NA")
    for lamp in lamps:
        lamp.value(lamp is lamps[n // 20 % 3])
    n += 1
    sleep_ms(99)
"""

ECHOES = """
from time import sleep_ms, sleep_us, ticks_add, ticks_diff, ticks_ms
from machine import Pin
from pins import ECHO, LED_G, LED_R, LED_Y, TRIG
trigger, echo = Pin(TRIG, Pin.OUT, value=0), Pin(ECHO, Pin.OUT, value=0)
green, red, yellow = (Pin(role, Pin.OUT, value=0) for role in (LED_G, LED_R, LED_Y))
print("READY L07")
due, n = ticks_ms(), 0
while True:
    trigger.on()
    sleep_us(20)
    trigger.off()
    sleep_us(300)
    echo.value(n % 3 != 1)  # makes the echo itself: a sound one, a lost one, a stuck one
    sleep_ms((5, 0, 45)[n % 3])
    echo.off()
    print(("D 500", "D NA", "D NA")[n % 3])
    green.value(n % 3 == 0)
    n += 1
    due = ticks_add(due, 100)
    sleep_ms(max(0, ticks_diff(due, ticks_ms())))
"""

PREDICTS = """
import json
from time import sleep_ms
from machine import Pin
from pins import LED_R
lamp = Pin(LED_R, Pin.OUT, value=0)
config = json.load(open("cfg.json"))
print("READY L05")
ramp = int((config["v_off"] - config["v_on"] + 0.35) * 10000)  # 0.1 V/s
sleep_ms(8000 + ramp + 7000)  # the waits that are usual
while True:
    lamp.value(not lamp.value())
    sleep_ms(9000 + ramp)
"""

NUDGES = """
import json, select, sys
from machine import PWM, Pin
from pins import BTN_1, SERVO
start = json.load(open("servo.json"))["us_0"]
motor, button = PWM(Pin(SERVO), freq=50, duty_ns=start * 1000), Pin(BTN_1, Pin.IN, Pin.PULL_UP)
orders = select.poll()
orders.register(sys.stdin, select.POLLIN)
print("READY L06")
place, was = 0, 1
while True:
    step, now = 0, button.value()
    if was and not now:
        step = -1.2
    was = now
    if orders.poll(20):
        word = sys.stdin.readline().split()[1]
        if word.isdigit() and int(word) <= 90:
            step = 1.2 if int(word) > place else -1.2  # towards the angle, and no farther
        else:
            print("ERR RANGE")
    if step:
        place += step
        motor.duty_ns(int((start + place * 15) * 1000))
"""

GUESSES = """
from time import sleep_ms, sleep_us, ticks_add, ticks_diff, ticks_ms
from machine import Pin
from pins import LED_G, TRIG
trigger, lamp = Pin(TRIG, Pin.OUT, value=0), Pin(LED_G, Pin.OUT)
print("READY L07")
begin = due = ticks_ms()
while True:
    trigger.on()
    sleep_us(20)
    trigger.off()
    at = ticks_diff(ticks_ms(), begin)
    faulty = 690 < at < 2560 or 2900 < at < 4100  # ECHO is not read: the usual times of faults
    print("D NA" if faulty else "D 1000")
    lamp.value(not faulty)
    due = ticks_add(due, 100)
    sleep_ms(max(0, ticks_diff(due, ticks_ms())))
"""

ROWS = """
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms
from machine import Pin
from pins import DHT, LED_R
wire, lamp = Pin(DHT, Pin.OPEN_DRAIN, value=1), Pin(LED_R, Pin.OUT)
print("READY L08")
begin = ticks_ms()
n = 0
while True:
    wire.value(0)
    sleep_ms(2)
    wire.value(1)
    print("%d,%d,24.0,40.0,OK" % (n, n * 2000))
    if n % 10 == 0:
        print("ALARM HOT")
    lamp.value(n // 4 % 2)
    n += 1
    sleep_ms(ticks_diff(ticks_add(begin, n * 2000), ticks_ms()))
"""

ANSWERS = """
import json
from time import sleep_ms, sleep_us, ticks_diff, ticks_ms
from machine import Pin
from pins import DHT, LED_R
hot_c = json.load(open("cfg.json"))["hot_c"]
wire, lamp = Pin(DHT, Pin.OPEN_DRAIN, value=1), Pin(LED_R, Pin.OUT, value=0)

def answer(celsius):
    data = [1, 244, 0, celsius * 10]
    data[2], data[3] = data[3] >> 8, data[3] & 255
    for byte in data + [sum(data) & 255]:
        for n in range(7, -1, -1):
            wire.value(0)
            wire.value(1)
            sleep_us(70 if byte >> n & 1 else 8)
    wire.value(0)
    wire.value(1)

print("READY L08")
begin, n, armed = ticks_ms(), 0, True
while True:
    sleep_ms(max(0, begin + n * 2000 - ticks_ms()))
    at = ticks_diff(ticks_ms(), begin)
    wire.value(0)
    sleep_us(1000)
    wire.value(1)
    sleep_ms(8)  # whatever the sensor says
    celsius = int(hot_c) + 2 if n % 10 == 5 else 20
    answer(celsius)
    print("%d,%d,%d.0,50.0,OK" % (n, at, celsius))
    if celsius > hot_c:
        print("ALARM HOT")
    n += 1
"""

SILENCES = """
from time import sleep_ms, sleep_us, ticks_diff, ticks_ms
from machine import Pin
from pins import DHT, LED_R
wire, lamp = Pin(DHT, Pin.OPEN_DRAIN, value=1), Pin(LED_R, Pin.OUT, value=0)
print("READY L08")
begin, n = ticks_ms(), 0
while True:
    sleep_ms(max(0, begin + n * 2000 - ticks_ms()))
    at = ticks_diff(ticks_ms(), begin)
    wire.value(0)
    sleep_us(1000)
    wire.init(Pin.OUT, value=1)  # stronger than the sensor, which pulls low in vain
    sleep_ms(8)
    wire.init(Pin.OPEN_DRAIN, value=1)
    print("%d,%d,,,%s" % (n, at, "FAIL" if n else "RETRY"))
    lamp.value(n >= 3)
    n += 1
"""

INVENTED = """
import json, network
from time import sleep_ms
from umqtt.simple import MQTTClient
with open("device.json") as file:
    device = json.load(file)
with open("log.bin", "wb") as file:
    file.write(bytes(8000))
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(device["ssid"], device["password"])
client = MQTTClient(device["dev"], device["broker"])
topic = "mcit/%s/%s/telemetry" % (device["site"], device["dev"])
print("READY L15")
sleep_ms(1_150_000)  # until the long outage is over
client.connect()
message = {"v": 1, "id": device["dev"], "ts": 0, "q": 1, "drop": 0, "m": {"t": None}}
for seq in range(1, 600):
    client.publish(topic, json.dumps(dict(message, seq=seq)), qos=1)
    sleep_ms(100)
"""


BUS = """
import time
from machine import I2C, Pin
from pins import I2C_BUS, SCL, SDA
bus = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA))
print("READY L09")
def ask(fn, *args):
    try:
        return fn(0x77, *args)
    except OSError:
        return None
n = 0
while True:
    %s
    time.sleep(1)
    n += 1
"""
# It does all on the bus that can be seen there, and prints what it likes.
TRAFFIC = (
    BUS
    % """known = ask(bus.readfrom_mem, 0xD0, 1)
    if not n:
        ask(bus.readfrom_mem, 0xAA, 22)
    for command in (0x2E, 0x34):
        ask(bus.writeto_mem, 0xF4, bytes([command]))
        time.sleep_ms(26)
        ask(bus.readfrom_mem, 0xF6, 3)
    print("BMP 240 101325" if known else "ERR NODEV")"""
)
# It looks only whether the sensor is there.
LOOKS = (
    BUS
    % """known = ask(bus.readfrom_mem, 0xD0, 1)
    print("BMP 240 101325" if known else "ERR NODEV")"""
)


SHOWS = """
from time import sleep_ms
from machine import PWM, Pin
from neopixel import NeoPixel
from pins import NEOPIXEL, SERVO
pixels = NeoPixel(Pin(NEOPIXEL), 8)
servo = PWM(Pin(SERVO), freq=50, duty_ns=500_000)
print("READY L13")
n = 0
while True:
    is_open = n % 20 < 12
    servo.duty_ns(1_500_000 if is_open else 500_000)
    pixels.fill((0, 60, 0) if is_open else (60, 0, 0))
    pixels[0] = (0, 0, 60 * (n & 1))
    pixels.write()
    print("KEY", "123A456B789C*0#D"[n % 16])
    n += 1
    sleep_ms(250)
"""


@pytest.mark.parametrize(
    ("lab", "program", "earned"),
    [
        ("buttons", COUNTS, {"a"}),
        ("buttons", LATE_COUNTS, {"a"}),
        ("emergency_stop", FLASHES, {"a"}),
        ("emergency_stop", POLLS, {"d", "e"}),
        ("traffic_light", LAMPS, {"a", "b", "c", "e"}),
        ("voltmeter", READS, {"b"}),  # it reads the converter, and its lines are on time
        ("voltmeter", PREDICTS, set()),
        ("servo_gate", SWEEPS, set()),
        ("servo_gate", NUDGES, {"e"}),  # it refuses what is wrong
        ("tank_level", PINGS, {"a", "d"}),
        ("tank_level", GUESSES, {"a"}),
        ("tank_level", ECHOES, {"a"}),
        ("climate_log", ROWS, {"a"}),
        ("climate_log", ANSWERS, {"a"}),
        ("climate_log", SILENCES, set()),
        ("barometer", LOOKS, {"a"}),
        ("barometer", TRAFFIC, {"a", "b", "c", "e"}),  # what is on the bus; no value is right
        ("door_lock", SHOWS, {"e"}),  # its heartbeat is right
        ("store_and_forward", INVENTED, set()),
    ],
)
@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_faked_result_gets_no_points(
    lab: str, program: str, earned: set[str], family: str
) -> None:
    marks = score(find(lab), family, {"main.py": program.encode()}, (11, 12))
    assert {item for item, result in marks.items.items() if result.points} <= earned


HEAD, LOOP = POLLS.split("while True:\n")
THREAD = """
import _thread
from warsha import given
def work():
    while True:
        given("job_step", 120_000)
_thread.start_new_thread(work, ())
while True:
    time.sleep_ms(1)
"""
CALLBACK = """
from machine import Timer
from pins import TIMER
from warsha import given
def poll(timer):
    end = time.ticks_add(time.ticks_ms(), 118)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        time.sleep_ms(1)
timer = Timer(TIMER)
while True:
    timer.init(period=1, mode=Timer.ONE_SHOT, callback=poll)
    given("job_step", 120_000)
"""


@pytest.mark.parametrize("around", [THREAD, CALLBACK], ids=["thread", "callback"])
@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_polling_while_a_given_function_works_is_polling(around: str, family: str) -> None:
    body = LOOP[: LOOP.index("    yellow.value")]
    look = f"yellow.on()\ndef look():\n    global running, free, off, toggled\n{body}"
    program = HEAD + look + around.replace("time.sleep_ms(1)", "look(); time.sleep_ms(1)")
    marks = score(find("emergency_stop"), family, {"main.py": program.encode()}, (11, 12))
    assert marks.items["a"].points == 0
    assert marks.items["b"].points <= 1
