"""A radar: a servo turns an ultrasonic sensor; what is near lights a lamp."""

import time

from machine import PWM, Pin, time_pulse_us

NEAR_CM = 20
trigger, echo = Pin(5, Pin.OUT, value=0), Pin(18, Pin.IN)
mast = PWM(Pin(13), freq=50)
lamp = Pin(12, Pin.OUT, value=0)


def distance():
    trigger(1)
    time.sleep_us(10)
    trigger(0)
    return time_pulse_us(echo, 1, 40_000) * 0.0343 / 2


print("radar")
while True:
    for angle in range(0, 181, 15):
        mast.duty_ns(500_000 + angle * 2_000_000 // 180)
        cm = distance()
        print(f"angle {angle}: {cm:.1f} cm")
        lamp(cm < NEAR_CM)
        if cm < NEAR_CM:
            print("danger")
            time.sleep_ms(500)
        time.sleep_ms(100)
