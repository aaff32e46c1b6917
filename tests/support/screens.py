"""Displays on SPI, their wires, and small drivers of ours for programs on the board `b`."""

from tests.support.parts_bench import Parts

ILI: Parts = {"d": ("wokwi-ili9341", {})}
ILI_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:SCK", "b:23 d:MOSI", "b:19 d:MISO"]
ILI_WIRES += ["b:5 d:CS", "b:4 d:RST", "b:2 d:D/C"]
ILI_DRIVER = """
from machine import Pin, SPI
import framebuf, time
spi = SPI(2, baudrate=40_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs, dc, rst = Pin(5, Pin.OUT, value=1), Pin(2, Pin.OUT), Pin(4, Pin.OUT, value=1)
def cmd(code, *values):
    dc(0); cs(0); spi.write(bytes([code])); cs(1)
    if values:
        data(bytes(values))
def data(buffer):
    dc(1); cs(0); spi.write(buffer); cs(1)
def window(x, y, w, h):
    cmd(0x2A, x >> 8, x & 255, (x + w - 1) >> 8, (x + w - 1) & 255)
    cmd(0x2B, y >> 8, y & 255, (y + h - 1) >> 8, (y + h - 1) & 255)
    cmd(0x2C)
def fill(x, y, w, h, colour):
    window(x, y, w, h)
    row = colour.to_bytes(2, 'big') * w
    for _ in range(h):
        data(row)
def begin(order, *more):
    rst(0); time.sleep_ms(5); rst(1); time.sleep_ms(120)
    cmd(0x11); time.sleep_ms(120)
    cmd(0x3A, 0x55); cmd(0x36, order)
    for code in more:
        cmd(code)
    cmd(0x29)
RED, GREEN, BLUE, WHITE = 0xF800, 0x07E0, 0x001F, 0xFFFF
"""

NOKIA: Parts = {"d": ("board-nokia-5110", {})}
NOKIA_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:CLK", "b:23 d:DIN", "b:5 d:CE.2"]
NOKIA_WIRES += ["b:4 d:RST", "b:2 d:DC", "b:3V3 d:BL"]
NOKIA_DRIVER = """
from machine import Pin, SPI
import framebuf, time
spi = SPI(2, baudrate=2_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
ce, dc, rst = Pin(5, Pin.OUT, value=1), Pin(2, Pin.OUT), Pin(4, Pin.OUT, value=1)
def send(is_data, data):
    dc(is_data); ce(0); spi.write(data); ce(1)
def cmd(*codes):
    send(0, bytes(codes))
def reset():
    rst(0); time.sleep_us(100); rst(1)
def begin():
    cmd(0x21, 0x14, 0xBF, 0x20, 0x0C)
def show():
    buffer = bytearray(84 * 6)
    framebuf.FrameBuffer(buffer, 84, 48, framebuf.MONO_VLSB).fill_rect(3, 10, 20, 5, 1)
    cmd(0x80, 0x40)
    send(1, buffer)
"""

EPAPER: Parts = {"d": ("board-epaper-2in9", {})}
EPAPER_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:CLK", "b:23 d:DIN", "b:5 d:CS"]
EPAPER_WIRES += ["b:4 d:RST", "b:2 d:DC", "b:15 d:BUSY"]
EPAPER_DRIVER = """
from machine import Pin, SPI
import framebuf, time
spi = SPI(2, baudrate=4_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs, dc, rst, busy = Pin(5, Pin.OUT, value=1), Pin(2, Pin.OUT), Pin(4, Pin.OUT, value=1), Pin(15)
def send(is_data, data):
    dc(is_data); cs(0); spi.write(data); cs(1)
def cmd(code, *values):
    send(0, bytes([code]))
    if values:
        send(1, bytes(values))
def wait():
    begin = time.ticks_ms()
    while busy():
        time.sleep_ms(5)
    return time.ticks_diff(time.ticks_ms(), begin)
def begin(entry=3):
    rst(0); time.sleep_ms(2); rst(1); wait()
    cmd(0x12); wait()
    cmd(0x01, 0x27, 0x01, 0x00)
    cmd(0x11, entry)
    cmd(0x44, 0, 15); cmd(0x45, 0, 0, 0x27, 0x01)
    cmd(0x4E, 0); cmd(0x4F, 0, 0)
buffer = bytearray(b'\\xff' * 4736)
frame = framebuf.FrameBuffer(buffer, 128, 296, framebuf.MONO_HLSB)
frame.fill_rect(8, 20, 30, 40, 0)
def show(control=0xF7):
    cmd(0x24); send(1, buffer)
    cmd(0x22, control); cmd(0x20)
"""
