# Misconception: a unit in the line helps the reader, and changes nothing.
import json
import select
import sys
import time
from machine import Pin, time_pulse_us
from pins import ECHO, LED_G, LED_R, LED_Y, TRIG

commands = select.poll()
commands.register(sys.stdin, select.POLLIN)

PERIOD_MS = 100
LONGEST_US = 30_000
UPPER, LOWER, MARGIN = 70, 30, 1

with open("cfg.json") as file:
    height_mm = json.load(file)["height_mm"]

trig = Pin(TRIG, Pin.OUT, value=0)
echo = Pin(ECHO, Pin.IN)
leds = {"G": Pin(LED_G, Pin.OUT), "Y": Pin(LED_Y, Pin.OUT), "R": Pin(LED_R, Pin.OUT)}
celsius = 20
recent = []
zone = None


def read_commands():
    global celsius
    while commands.poll(0):
        words = sys.stdin.readline().split()
        if len(words) == 2 and words[0] == "TEMP":
            celsius = float(words[1])


def ping():
    trig.on()
    time.sleep_us(12)
    trig.off()
    return time_pulse_us(echo, 1, LONGEST_US)


def millimetres(echo_us):
    mm_per_us = (331.3 + 0.606 * celsius) / 1000
    return echo_us * mm_per_us / 2


def zone_of(percent):
    upper = UPPER - MARGIN if zone == "G" else UPPER + MARGIN if zone else UPPER
    lower = LOWER + MARGIN if zone == "R" else LOWER - MARGIN if zone else LOWER
    return "G" if percent >= upper else "R" if percent < lower else "Y"


def show(new_zone):
    global zone
    zone = new_zone
    for name, led in leds.items():
        led.value(name == zone)


def measure():
    echo_us = ping()
    if echo_us < 0:
        show(None)
        print("D NA")
        return
    distance = millimetres(echo_us)
    print("D%d mm" % round(distance))
    recent.append(distance)
    del recent[:-3]
    middle = sorted(recent)[len(recent) // 2]
    show(zone_of(100 * (height_mm - middle) / height_mm))


show(None)
print("READY L07")
due = time.ticks_ms()

while True:
    read_commands()
    if not echo.value():  # still high: the sensor would not hear a trigger
        measure()
    due = time.ticks_add(due, PERIOD_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
