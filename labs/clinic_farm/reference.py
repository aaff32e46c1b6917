import json
import math
import time
import dht
import esp32
import machine
import network
import pins
from machine import ADC, Pin
from ntptime import settime
from umqtt.simple import MQTTClient

with open("device.json") as file:
    device = json.load(file)
profile = device["profile"]
name = "%s-%d" % (device["site"], device["n"])
topic = "mcit/%s/%s/%d/telemetry" % (device["site"], profile, device["n"])
button = Pin(pins.BTN_1, Pin.IN, Pin.PULL_UP)
esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)
wlan = network.WLAN(network.WLAN.IF_STA)
client = MQTTClient(name, device["broker"], keepalive=60)
UNIX = 946_684_800  # an ESP32 counts from 2000

SAMPLE_S, LOG_S, SEND_S = 30, 600, 1800
PATIENCE_S = 3


def now():
    return time.time() + UNIX


def local():
    return now() + 60 * device["tz_min"]


# The log: a line for each message; sent.txt has the number of the last one that was sent.


def read(file, default):
    try:
        with open(file) as f:
            return json.load(f)
    except (OSError, ValueError):
        return default


def write(file, value):
    with open(file, "w") as f:
        json.dump(value, f)


def store(kind, m):
    global seq
    seq += 1
    q = int(None in m.values())
    message = {"v": 1, "id": name, "seq": seq, "ts": now(), "kind": kind, "q": q, "m": m}
    with open("log.txt", "a") as log:
        log.write(json.dumps(message) + "\n")


def join():
    wlan.active(True)
    wlan.connect(device["ssid"], device["password"])
    for _ in range(10 * PATIENCE_S):
        if wlan.isconnected():
            return
        time.sleep_ms(100)
    raise OSError("no Wi-Fi")


def send():
    global sent
    if sent == seq:
        return
    try:
        join()
        client.connect(timeout=PATIENCE_S)
        with open("log.txt") as log:
            for line in log:
                n = json.loads(line)["seq"]
                if n > sent:
                    client.publish(topic, line.strip(), qos=1)  # returns after PUBACK
                    sent = n
        client.disconnect()
        with open("log.txt", "w") as log:
            log.write(line)  # the next start takes its number from it
    except OSError:
        pass
    write("sent.txt", sent)
    wlan.active(False)


def set_clock():
    while True:
        try:
            join()
            settime()
            break
        except OSError:
            time.sleep(1)
    wlan.active(False)


# Vaccine


class Probe:
    def __init__(self, n, pin):
        self.n = n
        self.adc = ADC(Pin(pin), atten=ADC.ATTN_11DB)
        self.since = None

    def read(self):
        volts = self.adc.read_uv() / 1e6
        if not 0.1 < volts < 3.0:  # a broken cable
            return None
        ratio = volts / (3.3 - volts)  # of the thermistor to 10 kilohms
        return round(1 / (math.log(ratio) / 3950 + 1 / 298.15) - 273.15, 2)

    def watch(self, is_open):
        self.celsius = t = self.read()
        if t is not None and not device["low"] <= t <= device["high"]:
            if self.since is None:
                self.since, self.extreme, self.door, self.told = now(), t, is_open, False
            far = max(device["low"] - t, t - device["high"])
            if far > max(device["low"] - self.extreme, self.extreme - device["high"]):
                self.extreme = t
            if now() - self.since >= 600 and not self.told:
                self.told = True
                buzzer.on()
        elif self.since is not None:
            if now() - self.since > 600:
                m = {"probe": self.n, "start": self.since, "end": now()}
                m["extreme"], m["door"] = self.extreme, self.door
                store("excursion", m)
            self.since = None


class Vaccine:
    def __init__(self):
        global buzzer
        buzzer = Pin(pins.BUZZER, Pin.OUT, value=0)
        self.door = Pin(pins.BTN_2, Pin.IN, Pin.PULL_UP)
        self.probes = [Probe(1, pins.AIN_1), Probe(2, pins.AIN_2)]

    def sample(self):
        for probe in self.probes:
            probe.watch(self.door.value())

    def pressed(self):
        buzzer.off()

    def values(self):
        return {"t1": self.probes[0].celsius, "t2": self.probes[1].celsius, "door": self.door.value()}


# Irrigation


class Irrigation:
    NO_FLOW_MS, RETRY_S = 4000, 1800

    def __init__(self):
        self.pump = Pin(pins.RELAY_1, Pin.OUT, value=0)
        self.adc = ADC(Pin(pins.AIN_3), atten=ADC.ATTN_11DB)
        self.trigger = Pin(pins.TRIG, Pin.OUT, value=0)
        self.echo = Pin(pins.ECHO, Pin.IN)
        self.air = dht.DHT22(Pin(pins.DHT))
        self.wait_until = 0
        self.pulses = 0
        self.day, self.litres = read("day.txt", (0, 0.0))
        Pin(pins.FLOW, Pin.IN, Pin.PULL_UP).irq(self.count, Pin.IRQ_FALLING)

    def count(self, pin):
        self.pulses += 1

    def soil(self):
        volts = self.adc.read_uv() / 1e6
        return round((volts - 0.5) * 50, 1) if 0.3 < volts < 2.8 else None

    def level(self):
        self.trigger.on()
        time.sleep_us(10)
        self.trigger.off()
        us = machine.time_pulse_us(self.echo, 1, 20_000)
        return device["tank_mm"] - round(us / 5.8) if us > 0 else None

    def used(self):
        today = local() // 86_400
        if today != self.day:
            self.day, self.litres = today, 0.0
        return self.litres

    def may_run(self):
        soil, level = self.soil(), self.level()
        hour = local() % 86_400 // 3600
        return (
            soil is not None
            and level is not None
            and level >= device["min_mm"]
            and not 10 <= hour < 16
            and self.used() < device["quota_l"] - 0.02
        )

    def run(self, why, limit_s):
        start, before = now(), self.used()
        kept = before
        self.pulses = seen = 0
        begun = flowed = time.ticks_ms()
        self.pump.on()
        while self.may_run():
            time.sleep_ms(200)
            ms = time.ticks_ms()
            if self.pulses != seen:
                seen, flowed = self.pulses, ms
            self.litres = before + seen / device["pulses_per_l"]
            if self.litres - kept > 0.05:  # so much a reset may lose
                kept = self.litres
                write("day.txt", (self.day, kept))
            if time.ticks_diff(ms, flowed) > self.NO_FLOW_MS:
                self.wait_until = now() + self.RETRY_S
                break
            if time.ticks_diff(ms, begun) >= 1000 * limit_s:
                break
            if why == "dry" and (self.soil() or 0) > device["wet"]:
                break
        self.pump.off()
        write("day.txt", (self.day, self.litres))
        litres = round(self.pulses / device["pulses_per_l"], 3)
        store("water", {"why": why, "start": start, "end": now(), "l": litres})

    def sample(self):
        soil = self.soil()
        if soil is not None and soil < device["dry"] and now() >= self.wait_until and self.may_run():
            self.run("dry", 240)

    def pressed(self):
        if self.may_run():
            self.run("manual", device["manual_s"])

    def values(self):
        try:
            self.air.measure()
            t, h = self.air.temperature(), self.air.humidity()
        except OSError:
            t = h = None
        return {"soil": self.soil(), "mm": self.level(), "t": t, "h": h, "l": round(self.used(), 3)}


sent = read("sent.txt", 0)
seq = sent
try:
    with open("log.txt") as log:
        for line in log:
            seq = json.loads(line)["seq"]
except OSError:
    pass
node = Vaccine() if profile == "vaccine" else Irrigation()
print("READY C4")
set_clock()
next_at = logged = tried = 0
while True:
    if now() >= next_at:
        node.sample()
        if now() // LOG_S != logged:
            logged = now() // LOG_S
            store("sample", node.values())
        if now() // SEND_S != tried:
            tried = now() // SEND_S
            send()
        next_at = (now() // SAMPLE_S + 1) * SAMPLE_S
    if button.value() == 0:
        node.pressed()
        while button.value() == 0:
            time.sleep_ms(20)
    machine.lightsleep(max(1, 1000 * (next_at - now())))
