# Misconception: a tenth of a volt is exact enough for people.
import json
import time
from ain import read_u16
from machine import Pin
from pins import LED_R

FULL_SCALE_V = 3.3
READ_MS = 50
KEPT = 5
READS_PER_LINE = 10


def load(name):
    with open(name) as file:
        return json.load(file)


config = load("cfg.json")
(seen_1, true_1), (seen_2, true_2) = load("cal.json")["points"]
led_r = Pin(LED_R, Pin.OUT, value=0)


def panel_volts(raw):
    seen = raw / 65535 * FULL_SCALE_V
    pin = true_1 + (seen - seen_1) * (true_2 - true_1) / (seen_2 - seen_1)
    return pin * config["ratio"]


def median(values):
    return sorted(values)[len(values) // 2]


def switch_lamp(volts):
    if volts < config["v_on"]:
        led_r.on()
    elif volts > config["v_off"]:
        led_r.off()


print("READY L05")
recent = []
count = 0
due = time.ticks_ms()
while True:
    recent = recent[-KEPT + 1 :] + [read_u16()]
    raw = median(recent)
    volts = panel_volts(raw)
    switch_lamp(volts)
    count += 1
    if count % READS_PER_LINE == 0:
        print("V %.1f RAW %d" % (volts, raw))
    due = time.ticks_add(due, READ_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
