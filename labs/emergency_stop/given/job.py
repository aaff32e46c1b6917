# Given: one step of the conveyor's job. It keeps the processor busy for 120 ms; LED_Y shows it.
from time import sleep_us, ticks_diff, ticks_us

from machine import Pin
from pins import LED_Y

try:
    from warsha import given  # a virtual board: it also notes the step
except ImportError:

    def given(name, us):
        start = ticks_us()
        while ticks_diff(ticks_us(), start) < us:
            sleep_us(250)


led_y = Pin(LED_Y, Pin.OUT, value=0)


def job_step():
    led_y.on()
    given("job_step", 120_000)
    led_y.off()
