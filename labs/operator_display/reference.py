import json
import time
import framebuf
from ain import read_u16
from machine import I2C, Pin
from pins import BTN_1, I2C_BUS, SCL, SDA
from ssd1306 import SSD1306_I2C

i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)

LOOK_MS = 20
REFRESH_MS = 100
BAR_PX = 100

with open("cfg.json") as file:
    config = json.load(file)
with open("label.pbm", "rb") as file:
    file.readline()  # P4
    wide, high = [int(number) for number in file.readline().split()]
    label = framebuf.FrameBuffer(bytearray(file.read()), wide, high, framebuf.MONO_HLSB)

oled = SSD1306_I2C(128, 64, i2c, addr=config["addr"])
button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)


def page_1(volts):
    oled.text(config["title"], 0, 0)
    oled.text("V=%.2f" % volts, 0, 16)
    oled.rect(13, 32, BAR_PX + 2, 10, 1)
    oled.fill_rect(14, 33, round(volts / config["full_v"] * BAR_PX), 8, 1)
    oled.blit(label, config["x"], config["y"])


def page_2(least, most):
    oled.text("MIN %.2f" % least, 0, 16)
    oled.text("MAX %.2f" % most, 0, 32)


def show(view):
    oled.fill(0)
    if view[0] == 1:
        page_1(view[1])
    else:
        page_2(view[1], view[2])
    oled.show()


print("READY L10")
least = most = read_u16()
page, shown = 1, None
was_up = is_up = True
drawn_at = time.ticks_ms()

while True:
    raw = read_u16()
    least, most = min(least, raw), max(most, raw)
    was_up, is_up = is_up, button.value() == 1
    if was_up and not is_up:
        page = 3 - page
    codes = (raw,) if page == 1 else (least, most)
    view = (page,) + tuple(round(code / 65535 * config["full_v"], 2) for code in codes)
    now = time.ticks_ms()
    if view != shown and (shown is None or time.ticks_diff(now, drawn_at) >= REFRESH_MS):
        show(view)
        shown, drawn_at = view, now
    time.sleep_ms(LOOK_MS)
