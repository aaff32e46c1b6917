# Misconception: people give right orders only; nothing has to be refused but what is no number.
import json
import select
import sys
import time
from ain import read_u16
from gamma import GAMMA
from machine import PWM, Pin
from pins import BTN_1, LED_G, SERVO

LED_HZ = 1000
SERVO_HZ = 50
FRAME_US = 20_000
TICK_MS = 20
DEGREES_PER_TICK = 60 * TICK_MS / 1000

with open("servo.json") as file:
    config = json.load(file)
us_0, us_90 = config["us_0"], config["us_90"]


def duty_of(angle):
    width_us = us_0 + (us_90 - us_0) * angle / 90
    return max(0, int(width_us * 65535 / FRAME_US))


led = PWM(Pin(LED_G), freq=LED_HZ, duty_u16=0)
servo = PWM(Pin(SERVO), freq=SERVO_HZ, duty_u16=duty_of(0))
button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
ear = select.poll()
ear.register(sys.stdin, select.POLLIN)
angle = target = 0


def dim():
    led.duty_u16(GAMMA[read_u16() >> 8])


def obey(line):
    global target
    words = line.split()
    if not words or words[0] != "GATE":
        return
    try:
        target = int(words[1])
    except (IndexError, ValueError):
        print("ERR RANGE")


def move():
    global angle
    way = target - angle
    angle += max(-DEGREES_PER_TICK, min(DEGREES_PER_TICK, way))
    servo.duty_u16(duty_of(angle))


print("READY L06")
due = time.ticks_ms()
while True:
    dim()
    if ear.poll(0):
        obey(sys.stdin.readline())
    if button.value() == 0:
        target = 0
    move()
    due = time.ticks_add(due, TICK_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
