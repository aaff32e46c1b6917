"""Drivers that others wrote run unchanged: displays, motors and other things that show or move."""

import numpy as np
from drivers import trying
from sensorbench import Parts

POWER = ["b:3V3 d:VCC", "b:GND.1 d:GND"]
POWER_5V = ["b:5V d:VCC", "b:GND.1 d:GND"]
I2C = ["b:22 d:SCL", "b:21 d:SDA"]
SEGMENTS = ("A", "B", "C", "D", "E", "F", "G", "DP")
DUMP = """
for y in range({1}):
    print(''.join('.#'[display.pixel(x, y)] for x in range({0})))
"""


def dots(text: list[str]) -> list[list[bool]]:
    """The dots that a program printed with DUMP."""
    return [[dot == "#" for dot in line] for line in text]


def test_micropython_tm1637() -> None:
    program = """
from machine import Pin
import time, tm1637
display = tm1637.TM1637(clk=Pin(25), dio=Pin(26))
display.numbers(12, 59)
time.sleep(1)
display.temperature(-7)
time.sleep(1)
display.show('HELP')
"""
    wires = [*POWER_5V, "b:25 d:CLK", "b:26 d:DIO"]
    parts: Parts = {"d": ("wokwi-tm1637-7segment", {})}
    with trying("micropython-tm1637", parts, wires, program, 500) as shown:
        assert shown.text("d") == "12:59"
        shown.run(1500)
        assert shown.text("d") == "-7°C"
        shown.run(2500)
        assert shown.text("d") == "HELP"


def test_micropython_ssd1306() -> None:
    program = """
from machine import Pin, I2C
import ssd1306
display = ssd1306.SSD1306_I2C(128, 64, I2C(0, scl=Pin(22), sda=Pin(21), freq=400000))
print(ssd1306.__file__)
display.fill_rect(0, 0, 10, 10, 1); display.text('Warsha', 40, 30); display.line(0, 63, 127, 0, 1)
display.show()
""" + DUMP.format(128, 64)
    parts: Parts = {"d": ("board-ssd1306", {})}
    with trying("micropython-ssd1306", parts, [*POWER, *I2C], program, 9000) as shown:
        file, *drawn = shown.said()
        assert file == "ssd1306.py"
        assert np.array_equal(shown.pixels("d") > 0, dots(drawn))


def test_micropython_i2c_lcd() -> None:
    program = """
from machine import Pin, I2C
from lcd_i2c import LCD
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000)
small = LCD(addr=0x27, cols=16, rows=2, i2c=i2c)
small.begin(); small.print('Hello'); small.set_cursor(col=3, row=1); small.print('world')
large = LCD(addr=0x26, cols=20, rows=4, i2c=i2c)
large.begin()
for row in range(4):
    large.set_cursor(col=row, row=row); large.print('line %d' % row)
"""
    parts: Parts = {
        "d": ("wokwi-lcd1602", {"pins": "i2c"}),
        "e": ("wokwi-lcd2004", {"pins": "i2c", "i2cAddress": "0x26"}),
    }
    wires = [*POWER_5V, *I2C, "b:5V e:VCC", "b:GND.1 e:GND", "b:22 e:SCL", "b:21 e:SDA"]
    with trying("micropython-i2c-lcd", parts, wires, program) as shown:
        assert shown.text("d").split() == ["Hello", "world"]
        assert [line.rstrip() for line in shown.text("e").split("\n")] == [
            " " * row + f"line {row}" for row in range(4)
        ]


def test_micropython_max7219() -> None:
    program = """
from machine import Pin, SPI
from max7219 import Matrix8x8
display = Matrix8x8(SPI(2, sck=Pin(18), mosi=Pin(23)), Pin(5), 4)
display.zero(); display.text('IoT!'); display.show()
""" + DUMP.format(32, 8)
    parts: Parts = {"d": ("wokwi-max7219-matrix", {"chain": "4", "layout": "fc16"})}
    wires = ["b:5V d:V+", "b:GND.1 d:GND", "b:23 d:DIN", "b:18 d:CLK", "b:5 d:CS"]
    with trying("micropython-max7219", parts, wires, program) as shown:
        assert np.array_equal(shown.pixels("d") > 0, dots(shown.said()))


def test_micropython_sevenseg() -> None:
    program = """
from sevenseg import SevenSeg
import time
display = SevenSeg([2, 3, 4, 5, 6, 7, 8], common_anode=True, dp_pin=9)
for digit in range(10):
    display.show(digit)
    display.dot(digit == 3)
    time.sleep(1)
"""
    parts: Parts = {"d": ("wokwi-7segment", {})}
    wires = ["b:3V3 d:COM"]
    for n, segment in enumerate(SEGMENTS):
        parts[f"r{n}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"b:GP{2 + n} r{n}:1", f"r{n}:2 d:{segment}"]
    with trying("micropython-sevenseg", parts, wires, program, 0) as shown:
        seen = []
        for digit in range(10):
            shown.run(600 + 1000 * digit)
            seen.append(shown.text("d"))
        assert seen == ["0", "1", "2", "3.", "4", "5", "6", "7", "8", "9"]
