import json
import network
import struct
import time
import ds18x20
import onewire
from machine import I2C, Pin
import pins
from umqtt.simple import MQTTClient

with open("device.json") as file:
    device = json.load(file)
i2c = I2C(pins.I2C, sda=Pin(pins.SDA), scl=Pin(pins.SCL))
sensor = ds18x20.DS18X20(onewire.OneWire(Pin(pins.DS18B20)))
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
client = MQTTClient(device["dev"], device["broker"], keepalive=30)

SEND_MS = 200
WIFI_MS = 3000
CONVERT_MS = 750
SLOTS = 500
FORM = "<IIhBBI"  # seq, ts, hundredths of a degree, q, waits, drop
SIZE = struct.calcsize(FORM)
UNIX = 946_684_800 - time.mktime((2000, 1, 1, 0, 0, 0, 0, 0))

topic = "mcit/%s/%s/telemetry" % (device["site"], device["dev"])
online = False
roms = []


def now():
    data = i2c.readfrom_mem(0x68, 0, 7)
    second, minute, hour, _, day, month, year = (b // 16 * 10 + b % 16 for b in data)
    local = time.mktime((2000 + year, month, day, hour, minute, second, 0, 0))
    return local + UNIX - 60 * device["tz_min"]


def measure():
    global roms
    try:
        roms = roms or sensor.scan()
        sensor.convert_temp()
        time.sleep_ms(CONVERT_MS)
        return round(100 * sensor.read_temp(roms[0])), 0
    except Exception:  # no presence pulse, or a wrong checksum
        return 0, 1


def load(n):
    log.seek(n % SLOTS * SIZE)
    return struct.unpack(FORM, log.read(SIZE))


def save(n, *values):
    log.seek(n % SLOTS * SIZE)
    log.write(struct.pack(FORM, n, *values))
    log.flush()


def skip_sent():
    global oldest
    while oldest <= seq and not load(oldest)[4]:
        oldest += 1


def store(ts, hundredths, q):
    global seq, oldest, drop
    seq += 1
    if seq - oldest == SLOTS:  # the ring is full, and the oldest record waits
        oldest += 1
        drop += 1
    save(seq, ts, hundredths, q, 1, drop)
    skip_sent()


def send(n):
    _, ts, hundredths, q, _, _ = load(n)
    values = {"t": None if q else hundredths / 100}
    message = {"v": 1, "id": device["dev"], "seq": n, "ts": ts, "q": q, "drop": drop, "m": values}
    client.publish(topic, json.dumps(message), qos=1)  # returns after PUBACK
    save(n, ts, hundredths, q, 0, drop)
    skip_sent()


def connect():
    global online
    if not wlan.isconnected():
        wlan.disconnect()
        wlan.connect(device["ssid"], device["password"])
    begun = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), begun) > WIFI_MS:
            raise OSError("no Wi-Fi")
        time.sleep_ms(100)
    client.connect(timeout=WIFI_MS // 1000)
    online = True


try:
    log = open("log.bin", "r+b")
except OSError:
    log = open("log.bin", "w+b")
seq = drop = oldest = 0
while record := log.read(SIZE):
    n, _, _, _, waits, lost = struct.unpack(FORM, record)
    seq, drop = max(seq, n), max(drop, lost)
    if waits and (not oldest or n < oldest):
        oldest = n
oldest = oldest or seq + 1

print("READY L15")
due = time.ticks_ms()
while True:
    fresh = time.ticks_diff(due, time.ticks_ms()) <= 0
    try:
        if fresh:
            due = time.ticks_add(due, 1000 * device["period_s"])
            store(now(), *measure())
        if not online:
            connect()
        if oldest <= seq:
            send(seq if fresh else oldest)
    except OSError:
        online = False
    wait = time.ticks_diff(due, time.ticks_ms())
    if online and oldest <= seq:
        wait = min(wait, SEND_MS)
    time.sleep_ms(max(0, wait))
