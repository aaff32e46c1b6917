"""C2: a right program that is written in another way, and programs that do part of the work."""

import pytest

from grader.host.host_functions import HostCode
from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("test_station")
STATES = """
import asyncio, json, struct
from machine import I2C, PWM, UART, Pin
from neopixel import NeoPixel
import pins
from ain import volts
from line import link
from ssd1306 import SSD1306_I2C

NAMES = "PASS LOW HIGH SLOW HUNG NO_SN DUP_SN BLINK ID STANDBY EMPTY".split()
limits = json.loads(open("device.json").read())

class Fail(Exception):
    pass

class Station:
    def __init__(self):
        self.power = Pin(pins.RELAY_1, Pin.OUT, value=0)
        self.button = Pin(pins.BTN_1, Pin.IN, Pin.PULL_UP)
        self.arm = PWM(Pin(pins.SERVO), freq=50, duty_ns=600_000)
        self.horn = PWM(Pin(pins.BUZZER), freq=1500, duty_u16=0)
        self.pixel = NeoPixel(Pin(pins.NEOPIXEL), 1)
        self.bus = I2C(pins.I2C_BUS, scl=Pin(pins.SCL), sda=Pin(pins.SDA), freq=100_000)
        self.oled = SSD1306_I2C(128, 64, self.bus)
        self.port = UART(pins.UART_DUT, 115200, tx=Pin(pins.DUT_TX), rx=Pin(pins.DUT_RX))
        self.flashes = 0
        Pin(pins.BTN_2, Pin.IN).irq(self.flash, Pin.IRQ_RISING)
        self.known, self.counts = [], [0, 0, 0]
        self.unit = self.seq = 0

    def flash(self, pin):
        self.flashes += 1

    def colour(self, *rgb):
        self.pixel[0] = rgb
        self.pixel.write()

    def frame(self, cmd, data):
        body = bytes([len(data), self.seq & 255, cmd]) + data
        self.seq += 1
        crc = limits["init"]
        for byte in body:
            crc ^= byte
            for _ in range(8):
                crc = ((crc << 1) ^ limits["poly"]) & 255 if crc > 127 else crc << 1
        text = (body + bytes([crc])).replace(b"}", b"}]").replace(b"~", b"}^")
        link.write(b"~" + text + b"~")

    async def steps(self):
        self.rail, self.amps, self.serial = 0, 0, b""
        self.power(1)
        await asyncio.sleep_ms(limits["rail_ms"])
        self.rail = 2 * volts(pins.AIN_1)
        if self.rail < 0.5:
            raise Fail(10)
        if self.rail > limits["rail_max"]:
            raise Fail(2)
        if self.rail < limits["rail_min"]:
            await asyncio.sleep_ms(500)
            raise Fail(3 if 2 * volts(pins.AIN_1) > limits["rail_min"] else 1)
        text = b""
        for _ in range((limits["boot_ms"] - limits["rail_ms"]) // 50):
            await asyncio.sleep_ms(50)
            text += self.port.read() or b""
            if text.endswith(b"READY\\r\\n"):
                break
        else:
            raise Fail(4)
        if b"SN " not in text:
            raise Fail(5)
        self.serial = text.split(b"SN ")[1][:9]
        if self.serial in self.known:
            raise Fail(6)
        self.flashes = 0
        self.arm.duty_ns(1_900_000)
        await asyncio.sleep_ms(limits["blink_ms"])
        if self.flashes != limits["blinks"]:
            raise Fail(7)
        self.bus.writeto(0x50, b"\\0\\0", False)
        if self.bus.readfrom(0x50, 9) != self.serial:
            raise Fail(8)
        self.port.write("sleep\\r\\n")
        await asyncio.sleep_ms(600)
        self.amps = volts(pins.AIN_2) * 100
        if self.amps > limits["i_max"]:
            raise Fail(9)
        return 0

    async def attempt(self, number):
        self.port.read()
        try:
            code = await self.steps()
        except Fail as fail:
            code = fail.args[0]
        rail, amps = int(self.rail * 1000), int(self.amps * 10)
        head = struct.pack(">HBBHH", self.unit, number, code, rail, amps)
        self.frame(16, head + self.serial)
        self.arm.duty_ns(600_000)
        await asyncio.sleep_ms(50)
        self.power(0)
        return code

    async def test(self):
        self.unit += 1
        self.colour(0, 0, 30)
        number = 1
        code = await self.attempt(1)
        if code not in (0, 10):
            await asyncio.sleep_ms(1500)
            number = 2
            code = await self.attempt(2)
        self.counts[0] += code != 10
        self.counts[1] += code == 0
        self.counts[2] += code == 0 and number == 1
        if code == 0:
            self.known.append(self.serial)
        self.frame(17, struct.pack(">HBHHH", self.unit, code, *self.counts))
        if code in (0, 10):
            self.colour(0, 200 * (code == 0), 0)
        else:
            self.colour(200, 0, 0)
            self.horn.duty_u16(20000)
        self.oled.fill(0)
        rows = NAMES[code], self.serial.decode(), "%d/%d" % (self.counts[1], self.counts[0])
        for n, text in enumerate(rows):
            self.oled.text(text, 0, 16 * n + 16)
        self.oled.show()
        await asyncio.sleep_ms(300)
        self.horn.duty_u16(0)
        await asyncio.sleep_ms(1000)

    async def run(self):
        print("READY C2")
        while True:
            if not self.button():
                await self.test()
            await asyncio.sleep_ms(20)

asyncio.run(Station().run())
"""


def marks(program: str, family: str, *seeds: int) -> LabScore:
    files = {"main.py": program.encode()}
    return score(LAB, family, files, seeds, host=HostCode(""))


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_right_program_of_another_kind_gets_all_points(family: str) -> None:
    """It is a class with asyncio, counts the flashes by interrupts, and sends each frame before
    it switches off and shows the verdict."""
    assert marks(STATES, family, 21, 22).points == 70


def test_a_crash_at_the_first_empty_memory_leaves_the_rest_untested() -> None:
    crashes = STATES.replace(
        "self.bus.readfrom(0x50, 9) != self.serial",
        "self.bus.readfrom(0x50, 9).decode() != self.serial.decode()",
    )
    found = [marks(crashes, "rp2", seed).items for seed in range(30, 42)]
    crashed = [items for items in found if items["b"].key == "exception"]
    assert crashed
    assert all(items["a"].points == 0 for items in crashed)


def test_verdicts_without_a_test_earn_nothing() -> None:
    """Each unit passes, or fails, without power."""
    for code in (0, 1):
        guess = STATES.replace("await self.steps()", f"self.guess({code})").replace(
            "    async def attempt",
            "    def guess(self, code):\n"
            "        self.rail, self.amps, self.serial = 3.3, 24, b'MP-001001'\n"
            "        return code\n\n"
            "    async def attempt",
        )
        assert marks(guess, "esp32", 23).points == 0


def test_power_that_goes_off_late_is_a_fault_of_safety() -> None:
    late = STATES.replace(
        "sleep_ms(50)\n        self.power(0)", "sleep_ms(400)\n        self.power(0)"
    )
    items = marks(late, "rp2", 24).items
    assert (items["d"].points, items["d"].key) == (0, "left_on")
    assert items["a"].points == 20
