# Given: one step of the conveyor's job. It keeps the processor busy for 120 ms; LED_Y shows it.
import time

from machine import Pin
from pins import LED_Y

led_y = Pin(LED_Y, Pin.OUT, value=0)


def job_step():
    led_y.on()
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < 120:
        time.sleep_us(250)
    led_y.off()
