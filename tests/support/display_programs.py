"""Programs and wires of displays, for tests of what is shown and of what is measured."""

from tests.support.parts_bench import Parts

I2C: Parts = {"d": ("wokwi-lcd1602", {"pins": "i2c"})}


I2C_WIRES = ["b:5V d:VCC", "b:GND.1 d:GND", "b:22 d:SCL", "b:21 d:SDA"]


# This driver sets each nibble while E is high; the display takes it when E falls.
BACKPACK = """
from machine import Pin, I2C
import time
i2c = I2C(0, scl=Pin(22, Pin.PULL_UP), sda=Pin(21, Pin.PULL_UP), freq=100_000)
light = 8
def half(value, rs=0):
    i2c.writeto(0x27, bytes((value & 0xF0 | light | rs | 4, value & 0xF0 | light | rs)))
def send(value, rs=0):
    half(value, rs)
    half(value << 4, rs)
    if value < 4 and not rs:
        time.sleep_ms(2)
def text(words):
    for char in words:
        send(ord(char), 1)
time.sleep_ms(20)
for value in (0x30, 0x30, 0x30, 0x20):
    half(value)
    time.sleep_ms(5)
for value in (0x28, 0x0C, 0x01, 0x06):
    send(value)
"""


PINS = {"RS": 25, "E": 26, "D4": 27, "D5": 14, "D6": 12, "D7": 13}


FULL: Parts = {"d": ("wokwi-lcd1602", {})}


POWER = ["b:5V d:VDD", "b:GND.1 d:VSS"]


PARALLEL = """
from machine import Pin
import time
rs, e = Pin(25, Pin.OUT), Pin(26, Pin.OUT)
data = [Pin(pin, Pin.OUT) for pin in {data}]
def lines(value):
    for n, pin in enumerate(data):
        pin(value >> n & 1)
    e(1); e(0)
    time.sleep_us(50)
def send(value, data_=0):
    rs(data_)
    if len(data) == 4:
        lines(value >> 4)
        lines(value & 15)
    else:
        lines(value)
    if value < 4 and not data_:
        time.sleep_ms(2)
time.sleep_ms(20)
for value in {start}:
    lines(value)
    time.sleep_ms(5)
for value in ({function}, 0x0C, 0x01, 0x06):
    send(value)
for char in 'On wires':
    send(ord(char), 1)
"""


MATRIX_WIRES = ["b:5V m:V+", "b:GND.1 m:GND", "b:23 m:DIN", "b:18 m:CLK", "b:5 m:CS"]


SEND = """
from machine import Pin, SPI
spi = SPI(2, baudrate=1_000_000, sck=Pin(18), mosi=Pin(23))
cs = Pin(5, Pin.OUT, value=1)
def send(*words):
    cs(0)
    for word in words:
        spi.write(bytes((word >> 8, word & 255)))
    cs(1)
"""


def started(chain: int) -> str:
    """Normal operation, all rows, no decoding, for this number of drivers."""
    return "\n".join(f"send(*[{word}] * {chain})" for word in (0x0C01, 0x0B07, 0x0900, 0x0F00))


CLOCK: Parts = {"c": ("wokwi-tm1637-7segment", {})}


CLOCK_WIRES = ["b:5V c:VCC", "b:GND.1 c:GND", "b:25 c:CLK", "b:26 c:DIO"]


TALK = """
from machine import Pin
import time
clk, dio = Pin(25, Pin.OUT, value=1), Pin(26, Pin.OPEN_DRAIN, value=1)
acks = []
def talk(*values):
    dio(0); clk(0)
    for value in values:
        for bit in range(8):
            dio(value >> bit & 1)
            clk(1); time.sleep_us(2); clk(0)
        dio(1)
        acks.append(dio())
        clk(1); time.sleep_us(2); clk(0)
    dio(0); clk(1); time.sleep_us(2); dio(1)
"""
