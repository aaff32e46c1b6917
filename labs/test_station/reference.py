import json
import struct
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from ain import volts
from codes import BLINK, DUP_SN, EMPTY, HIGH, HUNG, ID, LOW, NAMES, NO_SN, PASS, SLOW, STANDBY
from line import link
from machine import I2C, PWM, UART, Pin
from neopixel import NeoPixel
from pins import *
from ssd1306 import SSD1306_I2C

with open("device.json") as file:
    device = json.load(file)

relay = Pin(RELAY_1, Pin.OUT, value=0)
start = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
led = Pin(BTN_2, Pin.IN)
servo = PWM(Pin(SERVO), freq=50, duty_u16=0)
buzzer = PWM(Pin(BUZZER), freq=2000, duty_u16=0)
lamp = NeoPixel(Pin(NEOPIXEL), 1)
i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)
oled = SSD1306_I2C(128, 64, i2c)
dut = UART(UART_DUT, 115200, tx=Pin(DUT_TX), rx=Pin(DUT_RX))

TRY, UNIT = 0x10, 0x11
PUSH_US, REST_US = 1500, 500
RED, GREEN, BLUE, DARK = (60, 0, 0), (0, 60, 0), (0, 0, 60), (0, 0, 0)

seen = set()
seq = unit = tested = passed = first = 0


def crc8(data):
    crc = device["init"]
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 & 0xFF ^ (device["poly"] if crc & 0x80 else 0)
    return crc


def send(cmd, data):
    global seq
    body = bytes((len(data), seq, cmd)) + data
    seq = (seq + 1) % 256
    out = bytearray()
    for byte in body + bytes((crc8(body),)):
        out += bytes((0x7D, byte ^ 0x20)) if byte in (0x7D, 0x7E) else bytes((byte,))
    link.write(b"\x7e" + out + b"\x7e")


def turn(us):
    servo.duty_ns(us * 1000)


def rail_step(result):
    sleep_ms(device["rail_ms"])
    rail = result["rail"] = 2 * volts(AIN_1)
    if rail < 0.5:
        return EMPTY
    if rail > device["rail_max"]:
        return HIGH
    if rail < device["rail_min"]:
        sleep_ms(500)
        return SLOW if 2 * volts(AIN_1) >= device["rail_min"] else LOW
    return PASS


def console_step(result, deadline):
    text = b""
    while b"READY\r\n" not in text:
        if ticks_diff(deadline, ticks_ms()) <= 0:
            return HUNG
        text += dut.read() or b""
        sleep_ms(20)
    for line in text.split(b"\r\n"):
        if line.startswith(b"SN "):
            result["serial"] = line[3:]
    if not result["serial"]:
        return NO_SN
    return DUP_SN if result["serial"] in seen else PASS


def button_step():
    blinks, was_on = 0, led.value()
    deadline = ticks_add(ticks_ms(), device["blink_ms"])
    turn(PUSH_US)
    while ticks_diff(deadline, ticks_ms()) > 0:
        is_on = led.value()
        blinks += is_on and not was_on
        was_on = is_on
        sleep_ms(10)
    return PASS if blinks == device["blinks"] else BLINK


def memory_step(serial):
    try:
        return PASS if i2c.readfrom_mem(0x50, 0, len(serial), addrsize=16) == serial else ID
    except OSError:
        return ID


def standby_step(result):
    dut.write(b"sleep\n")
    sleep_ms(500)
    result["standby"] = 100 * volts(AIN_2)
    return PASS if result["standby"] <= device["i_max"] else STANDBY


def steps(result):
    dut.read()
    deadline = ticks_add(ticks_ms(), device["boot_ms"])
    relay.on()
    return (
        rail_step(result)
        or console_step(result, deadline)
        or button_step()
        or memory_step(result["serial"])
        or standby_step(result)
    )


def one_try(number):
    result = {"rail": 0, "standby": 0, "serial": b""}
    try:
        code = steps(result)
    finally:
        relay.off()
        turn(REST_US)
    rail, standby = round(result["rail"] * 1000), round(result["standby"] * 10)
    send(TRY, struct.pack(">HBBHH", unit, number, code, rail, standby) + result["serial"])
    return code, result["serial"]


def show(code, serial):
    oled.fill(0)
    oled.text("UNIT %d" % unit, 0, 0)
    oled.text(NAMES[code], 0, 16)
    oled.text(serial.decode(), 0, 32)
    oled.text("%d/%d" % (passed, tested), 0, 48)
    oled.show()
    lamp[0] = GREEN if code == PASS else DARK if code == EMPTY else RED
    lamp.write()


def test_unit():
    global unit, tested, passed, first
    unit += 1
    lamp[0] = BLUE
    lamp.write()
    for number in (1, 2):
        code, serial = one_try(number)
        if code in (PASS, EMPTY):
            break
        sleep_ms(1000)
    if code != EMPTY:
        tested += 1
    if code == PASS:
        seen.add(serial)
        passed += 1
        first += number == 1
    show(code, serial)
    send(UNIT, struct.pack(">HBHHH", unit, code, tested, passed, first))
    if code not in (PASS, EMPTY):
        buzzer.duty_u16(32768)
        sleep_ms(300)
        buzzer.duty_u16(0)
    sleep_ms(1000)


turn(REST_US)
print("READY C2")
while True:
    if start.value() == 0:
        test_unit()
    sleep_ms(10)
