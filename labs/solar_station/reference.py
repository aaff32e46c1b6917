import json
import network
from ntptime import settime
import struct
import time
import ds18x20
import onewire
from ain import volts
from machine import I2C, PWM, Pin
import pins
from ssd1306 import SSD1306_I2C
from umqtt.simple import MQTTClient

with open("device.json") as file:
    device = json.load(file)
relay = Pin(pins.RELAY_1, Pin.OUT, value=1)
servo = PWM(Pin(pins.SERVO), freq=50, duty_u16=0)
sensor = ds18x20.DS18X20(onewire.OneWire(Pin(pins.DS18B20)))
oled = None
if device["display"]:
    oled = SSD1306_I2C(128, 64, I2C(pins.I2C, sda=Pin(pins.SDA), scl=Pin(pins.SCL), freq=400_000))
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
name = "%s-%d" % (device["site"], device["n"])
base = "mcit/%s/solar/%d/" % (device["site"], device["n"])
client = MQTTClient(name, device["broker"], keepalive=120)
UNIX = 946_684_800 - time.mktime((2000, 1, 1, 0, 0, 0, 0, 0))

OPEN_V = 0.2
TURN = 10
OFF_S, ON_S, DUST_S = 5, 30, 600
MINUTE, CELSIUS_S, RETRY_S = 60, 300, 30
LOW, LIGHT = 0.7, 200
PATIENCE_S = 3
SLOTS, BURST = 240, 4
FORM = "<II5fB"  # seq, ts, v, i, g, t, wh (nan: no value), waits
SIZE = struct.calcsize(FORM)
NONE = float("nan")

online = is_set = False
angle = celsius = last = switch_at = dust_at = told = None
warm, dust = 25, 0
kept = ([], [], [])
roms = []


def measure():
    v = device["ratio"] * volts(pins.AIN_1)
    u = volts(pins.AIN_2)
    i = None if u < OPEN_V else device["a_per_v"] * (u - device["u_zero"])
    share = min(0.99, volts(pins.AIN_3) / 3.3)
    kilohms = 10 * share / (1 - share)
    g = 10 * (device["rl10"] / kilohms) ** (1 / 0.7)
    return v, i, g


def measure_celsius(n):
    global roms, celsius, warm
    try:
        if n % CELSIUS_S == 0:
            roms = roms or sensor.scan()
            sensor.convert_temp()
        elif n % CELSIUS_S == 1:
            celsius = warm = sensor.read_temp(roms[0])
    except Exception:  # no presence pulse, or a wrong checksum
        celsius, roms = None, []  # nothing is read without a conversion


def add_energy(power, now):
    global wh, last
    if last:
        wh += (power + last[0]) / 2 * time.ticks_diff(now, last[1]) / 3_600_000
    last = power, now


def switch(v, n):
    global switch_at
    if not (v < device["v_off"] if relay.value() else v > device["v_on"]):
        switch_at = None
    elif switch_at is None:
        switch_at = n + (OFF_S if relay.value() else ON_S)
    elif n >= switch_at:
        relay.value(not relay.value())
        switch_at = None


def watch(power, g, n):
    global dust, dust_at
    due = device["k"] * g * (1 - device["gamma"] * (warm - 25))
    if g <= LIGHT:
        dust_at = None
    elif power >= LOW * due:
        dust, dust_at = 0, None
    elif dust_at is None:
        dust_at = n + DUST_S
    elif n >= dust_at:
        dust = 1


def track(minute):
    global angle
    target = [degrees for begin, degrees in device["tracker"] if begin <= minute][-1]
    if angle != target:
        way = 0 if angle is None else target - angle
        angle = target if angle is None else angle + max(-TURN, min(TURN, way))
        servo.duty_ns(500_000 + angle * 2_000_000 // 180)


def show(v, i):
    oled.fill(0)
    oled.text("V %.2f" % v, 0, 0)
    oled.text("A -" if i is None else "A %.2f" % i, 0, 16)
    oled.text("Wh %.1f" % wh, 0, 32)
    oled.show()


def now():
    return time.time() + UNIX


def mean(values):
    return sum(values) / len(values) if values else NONE


def load(n):
    log.seek(n % SLOTS * SIZE)
    return struct.unpack(FORM, log.read(SIZE))


def save(n, *values):
    log.seek(n % SLOTS * SIZE)
    log.write(struct.pack(FORM, n, *values))
    log.flush()


def store():
    global seq, kept
    seq += 1
    v, i, g = [mean(values) for values in kept]
    save(seq, now(), v, i, g, NONE if celsius is None else celsius, wh, 1)
    kept = ([], [], [])


def send(n):
    _, ts, *values, _ = load(n)
    found = [None if value != value else round(value, 3) for value in values]
    m = dict(zip(("v", "i", "g", "t", "wh"), found))
    message = {"v": 1, "id": name, "seq": n, "ts": ts, "q": int(None in found), "m": m}
    client.publish(base + "telemetry", json.dumps(message), qos=1)  # returns after PUBACK
    save(n, ts, *values, 0)


def report():
    global oldest, told
    if told != dust:
        message = json.dumps({"v": 1, "dust": dust, "ts": now()})
        client.publish(base + "alarm", message, retain=True, qos=1)
        told = dust
    oldest = max(oldest, seq - SLOTS + 1)
    for _ in range(BURST):
        if oldest <= seq:
            send(oldest)
            oldest += 1


def connect():
    global online, is_set
    if not wlan.isconnected():
        wlan.disconnect()
        wlan.connect(device["ssid"], device["password"])
    begun = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), begun) > 1000 * PATIENCE_S:
            raise OSError("no Wi-Fi")
        time.sleep_ms(100)
    if not is_set:
        settime()
        is_set = True
    client.connect(timeout=PATIENCE_S)
    online = True


try:
    log = open("log.bin", "r+b")
except OSError:
    log = open("log.bin", "w+b")
seq = oldest = 0
wh = 0.0
while record := log.read(SIZE):
    number, _, *values, waits = struct.unpack(FORM, record)
    if number > seq:
        seq, wh = number, values[4]
    if waits and (not oldest or number < oldest):
        oldest = number
oldest = oldest or seq + 1

print("READY C1")
n = 0
due = time.ticks_ms()
while True:
    v, i, g = measure()
    measure_celsius(n)
    for values, value in zip(kept, (v, i, g)):
        if value is not None:
            values.append(value)
    switch(v, n)
    if i is not None:
        add_energy(v * i, time.ticks_ms())
        watch(v * i, g, n)
    if oled:
        show(v, i)
    if is_set:
        track((now() // 60 + device["tz_min"]) % 1440)
        if len(kept[0]) >= MINUTE:
            store()
    try:
        if not online and n % RETRY_S == 0:
            connect()
        if online:
            report()
    except OSError:
        online = False
    n += 1
    due = time.ticks_add(due, 1000)
    wait = time.ticks_diff(due, time.ticks_ms())
    if wait < 0:
        due = time.ticks_ms()
    time.sleep_ms(max(0, wait))
