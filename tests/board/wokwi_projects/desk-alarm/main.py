"""A desk clock: the time on four digits, and a menu that a joystick walks through."""

import time

from lcd import Lcd
from machine import ADC, I2C, Pin

ARROW = 0
MENU = ("Skip", "Settings", "Alarm")
DIGITS = b"\x3f\x06\x5b\x4f\x66\x6d\x7d\x07\x7f\x6f"
lcd = Lcd(I2C(0, sda=Pin(0), scl=Pin(1), freq=400_000))
lcd.glyph(ARROW, b"\x00\x08\x0c\x0e\x0e\x0c\x08\x00")
rtc = I2C(1, sda=Pin(14), scl=Pin(15), freq=100_000)
across, up = ADC(27), ADC(26)
stick = Pin(16, Pin.IN, Pin.PULL_UP)
clk, dio = Pin(5, Pin.OUT, value=1), Pin(4, Pin.OUT, value=1)


def frame(*data):
    """Send bytes to the digits: start, bits from the lowest with an acknowledge, stop."""
    dio(0)
    for byte in data:
        for bit in range(8):
            clk(0)
            dio(byte >> bit & 1)
            clk(1)
        clk(0)
        dio.init(Pin.IN)
        clk(1)
        clk(0)
        dio.init(Pin.OUT, value=0)
    clk(1)
    dio(1)


def show_time(colon):
    minute, hour = rtc.readfrom_mem(0x68, 1, 2)
    shown = [DIGITS[half] for byte in (hour & 0x3F, minute) for half in (byte >> 4, byte & 15)]
    shown[1] |= 0x80 * colon
    frame(0x40)
    frame(0xC0, *shown)
    frame(0x8F)


def menu(chosen):
    marks = [chr(ARROW) if at == chosen else " " for at in range(3)]
    lcd.line(0, marks[0] + MENU[0] + "  " + marks[1] + MENU[1])
    lcd.line(1, marks[2] + MENU[2])
    print("chosen:", MENU[chosen])


def walk(chosen):
    """The next entry: from Skip to the right and down, and back."""
    level = across.read_u16() / 65535, up.read_u16() / 65535
    if chosen != 2 and not 1 / 3 < level[1] < 2 / 3:
        return 1 if level[1] < 1 / 3 else 0
    if chosen != 1 and not 1 / 3 < level[0] < 2 / 3:
        return 2 if level[0] < 1 / 3 else 0
    return chosen


chosen, beat, opened = 0, 0, False
menu(chosen)
while True:
    show_time(beat > 1)
    new = walk(chosen)
    if new != chosen and not opened:
        chosen = new
        menu(chosen)
    if not stick() and not opened:
        opened = True
        lcd.line(0, MENU[chosen] + " Menu")
        lcd.line(1, "")
        print("opened")
    beat = (beat + 1) % 4
    time.sleep_ms(500)
