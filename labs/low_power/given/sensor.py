# Given: one reading of the light sensor at AIN_1, in millivolts. The sensor is asked; when it has its
# value it raises DRDY (BTN_2). A sensor that hangs never does, and measure() waits for ever.
import gc
from time import sleep_ms, sleep_us

from machine import ADC, Pin
from pins import AIN_1, BTN_2

try:
    from warsha import given  # a virtual board: it also notes the request
except ImportError:

    def given(name, us):
        sleep_us(us)


adc = ADC(Pin(AIN_1), atten=ADC.ATTN_11DB)
drdy = Pin(BTN_2, Pin.IN, Pin.PULL_UP)


def measure():
    gc.collect()
    given("measure", 5_000)
    while not drdy.value():
        sleep_ms(10)
    return sum(adc.read_uv() for _ in range(4)) // 4000
