"""Published drivers run unchanged: sensors, clocks and memories."""

import pytest

from tests.support.parts_bench import Parts
from tests.support.rig import Hand
from tests.support.third_party_drivers import run_with_driver

I2C = ["b:3V3 p:VCC", "b:GND.1 p:GND", "b:22 p:SCL", "b:21 p:SDA"]
CLOCK = ["b:5V p:5V", "b:GND.1 p:GND"]
SMBUS = b"""
from machine import I2C, Pin
class SMBus:
    def __init__(self, bus=1):
        self.i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000)
    def read_byte_data(self, address, register):
        return self.i2c.readfrom_mem(address, register, 1)[0]
    def write_byte_data(self, address, register, value):
        self.i2c.writeto_mem(address, register, bytes([value]))
"""
RASPBERRY_PI = {
    "signal.py": b"",
    "RPi/GPIO.py": b"""
from machine import Pin
BOARD, OUT = 10, 0
def getmode(): return BOARD
def setup(pin, way): Pin(4, Pin.OUT)
def output(pin, level): Pin(4, Pin.OUT).value(level)
""",
    "spidev.py": b"""
from machine import SPI, Pin
class SpiDev:
    def open(self, bus, device):
        self.spi = SPI(2, baudrate=1000000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
        self.cs = Pin(5, Pin.OUT, value=1)
    def xfer2(self, data):
        data = bytearray(data)
        self.cs(0); self.spi.write_readinto(data, data); self.cs(1)
        return list(data)
""",
    "logging.py": b"""
class Logger:
    def addHandler(self, handler): pass
    def setLevel(self, level): pass
    def debug(self, text): pass
    def error(self, text): print(text)
def getLogger(name): return Logger()
def getLevelName(level): return level
StreamHandler = object
""",
}
"""Replacements on the ESP32 for system modules that Raspberry Pi drivers import."""


def test_micropython_hx711() -> None:
    program = """
from hx711 import HX711
scale = HX711(34, 5)
print(scale.read(), scale.read())
scale.channel = HX711.CHANNEL_A_64
print(scale.read(), scale.channel)
scale.power_off(); print(scale.is_ready()); scale.power_on()
print(scale.read())
"""
    parts: Parts = {"p": ("wokwi-hx711", {"weight": "3"})}
    wires = ["b:34 p:DT", "b:5 p:SCK", "b:3V3 p:VCC", "b:GND.1 p:GND"]
    with run_with_driver("micropython-hx711", parts, wires, program, 6000) as shown:
        assert shown.printed_lines() == ["1260 1260", "630 ('A', 64)", "False", "630"]


def test_micropython_ds1307() -> None:
    program = """
from ds1307 import DS1307
from machine import I2C, Pin
import time
clock = DS1307(addr=0x68, i2c=I2C(0, scl=Pin(22), sda=Pin(21), freq=100000))
clock.datetime = (2028, 6, 30, 23, 59, 58, 4, 182)
time.sleep(3); print(clock.datetime)
clock.halt = True
time.sleep(3); print(clock.second, clock.halt)
"""
    parts: Parts = {"p": ("wokwi-ds1307", {})}
    wires = [*CLOCK, "b:22 p:SCL", "b:21 p:SDA"]
    with run_with_driver("micropython-ds1307", parts, wires, program, 7000) as shown:
        assert shown.printed_lines() == ["(2028, 7, 1, 0, 0, 1, 5, 183)", "1 True"]


def test_urtc() -> None:
    program = """
from machine import I2C, Pin
import time, urtc
clock = urtc.DS1307(I2C(0, scl=Pin(5), sda=Pin(4), freq=100000))
clock.datetime(urtc.datetime_tuple(2027, 12, 31, 5, 23, 59, 58))
clock.memory(3, b'warsha')
time.sleep(3); print(tuple(clock.datetime()), clock.stop(), clock.memory(4) == ord('a'))
clock.stop(True); print(clock.stop())
"""
    parts: Parts = {"p": ("wokwi-ds1307", {})}
    wires = ["b:VBUS p:5V", "b:GND.1 p:GND", "b:GP5 p:SCL", "b:GP4 p:SDA"]
    with run_with_driver("urtc", parts, wires, program, 4000) as shown:
        assert shown.printed_lines() == ["(2028, 1, 1, 6, 0, 0, 1, 0) False True", "True"]


def test_diyables_ds18x20() -> None:
    program = """
from DIYables_MicroPython_DS18X20 import DS18X20
from machine import Pin
import onewire, time
probes = DS18X20(onewire.OneWire(Pin(4)))
roms = probes.scan()
probes.convert_temp(); time.sleep(1)
print(sorted(probes.read_temp(rom) for rom in roms))
"""
    parts: Parts = {
        "a": ("board-ds18b20", {"temperature": "10.125"}),
        "c": ("wokwi-ds18b20", {"temperature": "21.0625", "deviceID": "f0e0d0c0b0a0"}),
        "r": ("wokwi-resistor", {"value": "4700"}),
    }
    wires = ["r:1 b:3V3", "r:2 b:4"]
    wires += [f"{p}:DQ b:4" for p in "ac"] + [f"{p}:VCC b:3V3" for p in "ac"]
    wires += [f"{p}:GND b:GND.1" for p in "ac"]
    with run_with_driver("diyables-micropython-ds18x20", parts, wires, program) as shown:
        assert shown.printed_lines() == ["[10.125, 21.0625]"]


def test_diyables_ultrasonic_sensor() -> None:
    program = """
from DIYables_MicroPython_Ultrasonic_Sensor import UltrasonicSensor
import time
ears = UltrasonicSensor(5, 35)
for _ in range(2):
    ears.loop(); print(ears.get_distance()); time.sleep_ms(500)
"""
    parts: Parts = {"p": ("wokwi-hc-sr04", {"distance": "123"})}
    wires = ["b:5 p:TRIG", "b:35 p:ECHO", "b:3V3 p:VCC", "b:GND.1 p:GND"]
    hands = [Hand(400, "p", "distance", 8)]
    name = "diyables-micropython-ultrasonic-sensor"
    with run_with_driver(name, parts, wires, program, hands=hands) as shown:
        assert [float(line) for line in shown.printed_lines()] == pytest.approx(
            [123, 8], rel=0.02, abs=0.6
        )


def test_sdcard_lib() -> None:
    program = """
from machine import SPI, Pin
import os, sdcard
card = sdcard.SDCard(SPI(2, sck=Pin(18), mosi=Pin(23), miso=Pin(19)), Pin(5))
os.mount(card, '/sd')
print(os.listdir('/sd'), open('/sd/hello.txt').read())
with open('/sd/log.csv', 'w') as log:
    for n in range(500):
        log.write('%d,%d\\n' % (n, n * n))
os.umount('/sd')
os.mount(card, '/sd')
print(open('/sd/log.csv').read().split()[-1], os.stat('/sd/log.csv')[6])
"""
    parts: Parts = {"s": ("wokwi-microsd-card", {"files": {"hello.txt": "marhaba"}})}
    wires = ["s:VCC b:3V3", "s:GND b:GND.1", "s:SCK b:18", "s:DI b:23", "s:DO b:19", "s:CS b:5"]
    size = sum(len(f"{n},{n * n}\n") for n in range(500))
    with run_with_driver("sdcard-lib", parts, wires, program, 9000) as shown:
        assert shown.printed_lines() == ["['hello.txt'] marhaba", f"499,249001 {size}"]


def test_grokesplib() -> None:
    program = """
from grok import LDR, Potentiometer, GasSensor
import time
senses = LDR(34), Potentiometer(35), GasSensor(32)
for _ in range(2):
    print([sense.percent() for sense in senses]); time.sleep(1)
"""
    parts: Parts = {
        "l": ("wokwi-photoresistor-sensor", {"lux": "10"}),
        "p": ("wokwi-potentiometer", {"value": "256"}),
        "g": ("wokwi-gas-sensor", {}),
    }
    wires = ["b:34 l:AO", "b:35 p:SIG", "b:32 g:AOUT"]
    wires += [f"b:3V3 {p}:VCC" for p in "lpg"] + [f"b:GND.1 {p}:GND" for p in "lpg"]
    hands = [Hand(700, "l", "lux", 1000), Hand(700, "p", "position", 0.75)]
    with run_with_driver("grokesplib", parts, wires, program, hands=hands) as shown:
        before, after = (eval(line) for line in shown.printed_lines())
    assert before == pytest.approx([83.3, 25, 77.4], abs=5)
    assert after == pytest.approx([16.6, 75, 77.4], abs=5)


def test_bmp180() -> None:
    program = """
from bmp180.bmp180 import BMP180
air = BMP180()
print(air.read_temperature(), air.read_pressure())
"""
    parts: Parts = {"p": ("board-bmp180", {"temperature": "31.4", "pressure": "99123"})}
    with run_with_driver("bmp180", parts, I2C, program, ours={"smbus2.py": SMBUS}) as shown:
        warmth, pressure = (float(word) for word in shown.printed_lines()[0].split())
        assert warmth == 31.4
        assert pressure == pytest.approx(99123, abs=10)


def test_mpu6050_raspberrypi() -> None:
    program = """
from mpu6050 import mpu6050
moves = mpu6050(0x68)
for accel, gyro in ((moves.ACCEL_RANGE_2G, moves.GYRO_RANGE_250DEG),
                    (moves.ACCEL_RANGE_16G, moves.GYRO_RANGE_1000DEG)):
    moves.set_accel_range(accel); moves.set_gyro_range(gyro)
    print(moves.read_accel_range(), moves.read_gyro_range(), moves.get_accel_data(g=True)['x'],
          moves.get_gyro_data()['y'], moves.get_temp())
"""
    attrs = {"accelX": "0.5", "rotationY": "-33", "temperature": "18"}
    parts: Parts = {"p": ("wokwi-mpu6050", attrs)}
    with run_with_driver(
        "mpu6050-raspberrypi", parts, I2C, program, ours={"smbus.py": SMBUS}
    ) as shown:
        fine, coarse = ([float(word) for word in line.split()] for line in shown.printed_lines())
        assert fine == pytest.approx([2, 250, 0.5, -33, 18], abs=0.02)
        assert coarse == pytest.approx([16, 1000, 0.5, -33, 18], abs=0.05)


def test_mfrc522() -> None:
    program = """
from mfrc522 import MFRC522
import time
reader = MFRC522()
while reader.MFRC522_Request(reader.PICC_REQIDL)[0]:
    time.sleep_ms(100)
status, uid = reader.MFRC522_Anticoll()
print(bytes(uid[:4]).hex(), reader.MFRC522_SelectTag(uid))
print(reader.MFRC522_Auth(reader.PICC_AUTHENT1A, 8, [255] * 6, uid))
reader.MFRC522_Write(8, list(b'Warsha, 16 bytes'))
print(bytes(reader.MFRC522_Read(8)))
"""
    parts: Parts = {"r": ("board-mfrc522", {"uid": "deadbeef"})}
    wires = ["r:3.3V b:3V3", "r:GND b:GND.1", "r:SCK b:18", "r:MOSI b:23", "r:MISO b:19"]
    wires += ["r:SDA b:5", "r:RST b:4"]
    hands = [Hand(700, "r", "tagPresent", 1)]
    with run_with_driver("mfrc522", parts, wires, program, 9000, hands, RASPBERRY_PI) as shown:
        assert [line for line in shown.printed_lines() if "AUTH" not in line] == [
            "deadbeef 8",
            "0",
            "b'Warsha, 16 bytes'",
        ]
