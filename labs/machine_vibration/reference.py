import json
import select
import struct
import sys
import time
from machine import I2C, Pin
from math import atan2, degrees, sqrt
from pins import I2C_BUS, LED_Y, SCL, SDA

PWR_MGMT_1, ACCEL_CONFIG, ACCEL_XOUT_H = 0x6B, 0x1C, 0x3B
RANGE_BITS = {2: 0, 4: 1, 8: 2, 16: 3}
PERIOD_MS, SAMPLES = 10, 100
SHOCK_G, SHOCK_SAMPLES, OVER_WINDOWS = 1.5, 2, 3

with open("cfg.json") as file:
    cfg = json.load(file)
addr, range_g = cfg["addr"], cfg["range_g"]

i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)
lamp = Pin(LED_Y, Pin.OUT, value=0)
commands = select.poll()
commands.register(sys.stdin, select.POLLIN)

reference = mean = [0, 0, 1]  # +Z until CAL
total, squares, count = [0, 0, 0], 0, 0  # of this window
over = 0  # windows in a row over the limit
hard = 0  # samples in a row of a shock


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a, b):
    return [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]


def angle(a, b):
    c = cross(a, b)
    return degrees(atan2(sqrt(dot(c, c)), dot(a, b)))


def read_g():
    raw = i2c.readfrom_mem(addr, ACCEL_XOUT_H, 6)
    return [n * range_g / 32768 for n in struct.unpack(">hhh", raw)]


def watch_shock(size):
    global hard
    hard = hard + 1 if abs(size - 1) > SHOCK_G else 0
    if hard == SHOCK_SAMPLES:
        print("SHOCK")


def add(g):
    global squares, count
    for axis in range(3):
        total[axis] += g[axis]
    squares += dot(g, g)
    count += 1


def end_window():
    global mean, total, squares, count, over
    mean = [t / SAMPLES for t in total]
    mg = 1000 * sqrt(max(0, squares / SAMPLES - dot(mean, mean)))
    total, squares, count = [0, 0, 0], 0, 0
    over = over + 1 if mg > cfg["limit_mg"] else 0
    lamp.value(over >= OVER_WINDOWS)
    print("RMS %.0f TILT %.1f" % (mg, angle(mean, reference)))


def read_commands():
    global reference
    while commands.poll(0):
        if sys.stdin.readline().strip() == "CAL":
            reference = mean


print("READY L11")
i2c.writeto_mem(addr, PWR_MGMT_1, bytes([0]))
i2c.writeto_mem(addr, ACCEL_CONFIG, bytes([RANGE_BITS[range_g] << 3]))
due = time.ticks_ms()

while True:
    g = read_g()
    watch_shock(sqrt(dot(g, g)))
    add(g)
    if count == SAMPLES:
        end_window()
    read_commands()
    due = time.ticks_add(due, PERIOD_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
