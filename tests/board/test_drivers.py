"""Published drivers run unchanged: displays, LEDs and sound."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.parts_bench import Parts
from tests.support.rig import MS
from tests.support.third_party_drivers import LISTED, run_with_driver

FOLDER = Path(__file__).parent
POWER = ["b:3V3 d:VCC", "b:GND.1 d:GND"]
POWER_5V = ["b:5V d:VCC", "b:GND.1 d:GND"]
I2C = ["b:22 d:SCL", "b:21 d:SDA"]
SEGMENTS = ("A", "B", "C", "D", "E", "F", "G", "DP")
DUMP = """
for y in range({1}):
    print(''.join('.#'[display.pixel(x, y)] for x in range({0})))
"""


def dots(text: list[str]) -> list[list[bool]]:
    """The pixels that a program printed with DUMP."""
    return [[dot == "#" for dot in line] for line in text]


def test_enough_drivers_are_tested() -> None:
    parts = {part for driver in LISTED.values() for part in driver["parts"]}
    assert len(LISTED) >= 15
    assert len(parts) >= 10
    tests = "".join(p.read_text(encoding="utf-8") for p in FOLDER.glob("test_*drivers.py"))
    assert [name for name in LISTED if f'"{name}"' not in tests] == []


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
    with run_with_driver("micropython-tm1637", parts, wires, program, 500) as shown:
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
    with run_with_driver("micropython-ssd1306", parts, [*POWER, *I2C], program, 9000) as shown:
        file, *drawn = shown.printed_lines()
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
    with run_with_driver("micropython-i2c-lcd", parts, wires, program) as shown:
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
    with run_with_driver("micropython-max7219", parts, wires, program) as shown:
        assert np.array_equal(shown.pixels("d") > 0, dots(shown.printed_lines()))


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
    with run_with_driver("micropython-sevenseg", parts, wires, program, 0) as shown:
        seen = []
        for digit in range(10):
            shown.run(600 + 1000 * digit)
            seen.append(shown.text("d"))
        assert seen == ["0", "1", "2", "3.", "4", "5", "6", "7", "8", "9"]


def test_diyables_4digit7segment_74hc595() -> None:
    """Two shift registers in a row: the first one selects the digit, the second the segments."""
    program = """
from DIYables_MicroPython_4Digit7Segment_74HC595 import Display4Digit7Segment74HC595
import time
display = Display4Digit7Segment74HC595(sclk_pin=18, rclk_pin=17, dio_pin=16)
display.print_time(12, 30)
time.sleep(1)
display.print(-8.5, decimal_places=1)
"""
    parts: Parts = {"d": ("wokwi-7segment", {"digits": "4"})}
    wires = ["b:GP16 sel:DS", "sel:Q7S seg:DS"]
    for register in ("sel", "seg"):
        parts[register] = ("wokwi-74hc595", {})
        wires += [f"b:GP18 {register}:SHCP", f"b:GP17 {register}:STCP", f"b:3V3 {register}:MR"]
        wires += [f"b:3V3 {register}:VCC", f"b:GND.1 {register}:GND", f"b:GND.1 {register}:OE"]
    for n, segment in enumerate(SEGMENTS):
        parts[f"r{n}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"seg:Q{n} r{n}:1", f"r{n}:2 d:{segment}"]
    wires += [f"sel:Q{3 - n} d:DIG{n + 1}" for n in range(4)]
    name = "diyables-micropython-4digit7segment-74hc595"
    with run_with_driver(name, parts, wires, program, 800) as shown:
        assert shown.text("d") == "12.30"
        shown.run(1800)
        assert shown.text("d") == " -8.5"


def test_kmpico() -> None:
    """A library of many parts, after picozero."""
    program = """
from kmpico import Neopixel, Speaker, DHTSensor, RGBLED
import time
ring = Neopixel(2, 12)
ring.set_pixel(3, (10, 20, 30)); ring.set_pixel(11, (255, 0, 1))
air = DHTSensor(9, 'DHT22')
print(round(air.temperature, 1)); time.sleep(2); print(round(air.humidity, 1))
Speaker(15).play('a4', 0.5)
light = RGBLED(red=20, green=19, blue=18)
light.color = (255, 51, 0)
"""
    parts: Parts = {
        "d": ("wokwi-led-ring", {"pixels": "12"}),
        "air": ("wokwi-dht22", {"temperature": "-3.2", "humidity": "61"}),
        "horn": ("wokwi-buzzer", {}),
        "rgb": ("wokwi-rgb-led", {"common": "cathode"}),
    }
    wires = [*POWER, "b:GP2 d:DIN", "b:3V3 air:VCC", "b:GND.1 air:GND", "b:GP9 air:SDA"]
    wires += ["b:GP15 horn:2", "b:GND.1 horn:1", "b:GND.1 rgb:COM"]
    for n, colour in enumerate("BGR"):
        parts[f"r{n}"] = ("wokwi-resistor", {"value": "220"})
        wires += [f"b:GP{18 + n} r{n}:1", f"r{n}:2 rgb:{colour}"]
    with run_with_driver("kmpico", parts, wires, program, 6000) as shown:
        assert shown.printed_lines() == ["-3.2", "61.0"]
        ring = shown.pixels("d").reshape(-1, 3)
        assert sorted(map(tuple, ring.tolist()))[-2:] == [(10, 20, 30), (255, 0, 1)]
        trace = shown.bench.trace
        assert max(pwm.freq_hz for pwm in trace.pwm(15)) == 440
        red, green, blue = (trace.pwm(pin)[-1].duty_u16 / 65535 for pin in (20, 19, 18))
        assert (red, green, blue) == pytest.approx((1, 0.2, 0), abs=0.01)


def test_diyables_led() -> None:
    program = """
from DIYables_MicroPython_LED import LED, CTRL_ANODE
import time
led = LED(15, CTRL_ANODE)
led.blink_n_times(100, 150, 3)
for _ in range(1000):
    led.loop()
    time.sleep_ms(1)
led.fade(0, 255, 500)
for _ in range(600):
    led.loop()
    time.sleep_ms(1)
"""
    parts: Parts = {"d": ("wokwi-led", {}), "r": ("wokwi-resistor", {"value": "220"})}
    wires = ["b:GP15 r:1", "r:2 d:A", "d:C b:GND.1"]
    with run_with_driver("diyables-micropython-led", parts, wires, program) as shown:
        trace = shown.bench.trace
        lit = trace.edges(15).falling()[:3] - trace.edges(15).rising()[:3]
        assert lit / MS == pytest.approx([100, 100, 100], abs=3)
        faded = [setting.duty_u16 for setting in trace.pwm(15)]
        assert faded[-2] >= 254 * 257 and faded[-1] == 0  # at full, or a step before it
        assert faded[:-1] == sorted(faded[:-1]) and len(faded) > 100


def test_micropython_pcd8544() -> None:
    program = """
from machine import Pin, SPI
import framebuf, pcd8544
spi = SPI(2, baudrate=2_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
display = pcd8544.PCD8544(spi, Pin(5), Pin(2), Pin(4))
buffer = bytearray(504)
frame = framebuf.FrameBuffer(buffer, 84, 48, framebuf.MONO_VLSB)
frame.text('Nokia', 10, 4, 1)
display.data(buffer)
for y in range(48):
    print(''.join('.#'[frame.pixel(x, y)] for x in range(84)))
"""
    wires = [*POWER, "b:18 d:CLK", "b:23 d:DIN", "b:5 d:CE", "b:4 d:RST", "b:2 d:DC"]
    parts: Parts = {"d": ("board-nokia-5110", {})}
    with run_with_driver("micropython-pcd8544", parts, wires, program) as shown:
        assert (shown.pixels("d") > 0).tolist() == dots(shown.printed_lines())
