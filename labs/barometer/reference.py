import json
import struct
import time
from machine import I2C, Pin
from pins import I2C_BUS, SCL, SDA

bus = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA), freq=400_000)

ADDRESS, CHIP_ID = 0x77, 0x55
REG_CALIBRATION, REG_ID, REG_CONTROL, REG_RESULT = 0xAA, 0xD0, 0xF4, 0xF6
READ_TEMPERATURE, READ_PRESSURE = 0x2E, 0x34
TEMPERATURE_US = 4500
PRESSURE_US = (4500, 7500, 13500, 25500)
PERIOD_MS = 1000

with open("cfg.json") as file:
    oss = json.load(file)["oss"]

print("READY L09")


def start():
    if ADDRESS not in bus.scan() or bus.readfrom_mem(ADDRESS, REG_ID, 1)[0] != CHIP_ID:
        return None
    return struct.unpack(">hhhHHHhhhhh", bus.readfrom_mem(ADDRESS, REG_CALIBRATION, 22))


def convert(command, wait_us, count):
    bus.writeto_mem(ADDRESS, REG_CONTROL, bytes([command]))
    time.sleep_us(wait_us)
    return int.from_bytes(bus.readfrom_mem(ADDRESS, REG_RESULT, count), "big")


def measure(calibration):
    ut = convert(READ_TEMPERATURE, TEMPERATURE_US, 2)
    up = convert(READ_PRESSURE + (oss << 6), PRESSURE_US[oss], 3) >> 8 - oss
    return compensated(ut, up, *calibration)


def compensated(ut, up, ac1, ac2, ac3, ac4, ac5, ac6, b1, b2, mb, mc, md):
    x1 = (ut - ac6) * ac5 // 2**15
    x2 = mc * 2**11 // (x1 + md)
    b5 = x1 + x2
    b6 = b5 - 4000
    x3 = b2 * (b6 * b6 // 2**12) // 2**11 + ac2 * b6 // 2**11
    b3 = ((ac1 * 4 + x3 << oss) + 2) // 4
    x3 = (ac3 * b6 // 2**13 + b1 * (b6 * b6 // 2**12) // 2**16 + 2) // 4
    b4 = ac4 * (x3 + 32768) // 2**15
    p = 2 * (up - b3) * (50000 >> oss) // b4
    x1 = (p // 2**8) ** 2 * 3038 // 2**16
    x2 = -7357 * p // 2**16
    return (b5 + 8) // 16, p + (x1 + x2 + 3791) // 16


calibration = None
due = time.ticks_ms()

while True:
    try:
        calibration = calibration or start()
        if calibration:
            print("BMP %d %d" % measure(calibration))
    except OSError:  # no acknowledge: the sensor is gone
        calibration = None
    if not calibration:
        print("ERR NODEV")
    due = time.ticks_add(due, PERIOD_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
