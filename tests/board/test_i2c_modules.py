"""The current sensor INA219 and the memories 24LC, register by register."""

import pytest

from tests.support.parts_bench import Parts, lines

BUS = """
from machine import Pin, I2C
import time
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400_000)
"""
INA: Parts = {"i": ("warsha-ina219", {}), "r": ("wokwi-resistor", {"value": "50"})}
INA_WIRES = ["i:VCC b:3V3", "i:GND b:GND.1", "i:SCL b:22", "i:SDA b:21"]
INA_WIRES += ["b:5V i:VIN+", "i:VIN- r:1", "r:2 b:GND.1"]
READ = """
def read(register):
    word = int.from_bytes(i2c.readfrom_mem(0x40, register, 2), 'big')
    return word - 65536 if word & 0x8000 else word
"""


def test_a_current_is_measured_in_the_circuit() -> None:
    program = (
        BUS
        + READ
        + """
print(hex(read(0)), read(1), (read(2) >> 3) * 4, read(3), read(4))
i2c.writeto_mem(0x40, 5, (4096).to_bytes(2, 'big'))
print(read(4) / 10, read(3) * 2, read(2) & 3)
i2c.writeto_mem(0x40, 0, b'\\xb9\\x9f')
print(hex(read(0)), read(5))
"""
    )
    first, second, third = lines(INA, INA_WIRES, program)
    config, shunt, bus, power, current = first.split()
    assert (config, power, current) == ("0x399f", "0", "0")
    assert int(shunt) == pytest.approx(998, abs=2)  # 99.8 mA
    assert int(bus) == pytest.approx(4990, abs=4)
    milliamperes, milliwatts, flags = map(float, second.split())
    assert milliamperes == pytest.approx(99.8, abs=0.3)
    assert milliwatts == pytest.approx(498, abs=4) and flags == 2
    assert third == "0x399f 0"


def test_a_current_of_the_other_direction_and_a_small_range() -> None:
    program = BUS + READ + "i2c.writeto_mem(0x40, 0, b'\\x01\\x9f')\nprint(read(1), read(2) >> 3)"
    wires = [*INA_WIRES[:4], "b:5V i:VIN-", "i:VIN+ r:1", "r:2 b:GND.1"]
    assert lines(INA, wires, program) == ["-998 1250"]
    parts: Parts = INA | {"r": ("wokwi-resistor", {"value": "10"})}
    assert lines(parts, wires, program) == ["-4000 1250"]


@pytest.mark.parametrize(("kind", "page"), [("warsha-24lc256", 64), ("warsha-24lc32", 32)])
def test_a_memory_writes_pages_and_is_busy_meanwhile(kind: str, page: int) -> None:
    program = (
        BUS
        + f"""
page = {page}
print(i2c.scan(), i2c.readfrom_mem(0x51, 0, 3, addrsize=16))
i2c.writeto_mem(0x51, 2 * page - 2, b'abcd', addrsize=16)
begin = time.ticks_us()
print(i2c.scan())
while True:
    try:
        i2c.writeto(0x51, b'')
        break
    except OSError:
        pass
print(time.ticks_diff(time.ticks_us(), begin) // 1000)
print(i2c.readfrom_mem(0x51, 2 * page - 2, 3, addrsize=16))
print(i2c.readfrom_mem(0x51, page, 2, addrsize=16))
"""
    )
    wires = ["m:VCC b:3V3", "m:GND b:GND.1", "m:SCL b:22", "m:SDA b:21", "m:A0 b:3V3"]
    wires += ["r:1 m:SDA", "r:2 b:3V3", "s:1 m:SCL", "s:2 b:3V3"]
    pulls = ("wokwi-resistor", {"value": "4700"})
    got = lines({"m": (kind, {}), "r": pulls, "s": pulls}, wires, program)
    assert got[:2] == ["[81] b'\\xff\\xff\\xff'", "[]"]
    assert int(got[2]) in (4, 5)
    assert got[3:] == ["b'ab\\xff'", "b'cd'"]


def test_a_memory_keeps_its_bytes_while_wp_is_high() -> None:
    program = BUS + (
        "i2c.writeto_mem(0x50, 0, b'x', addrsize=16)\ntime.sleep_ms(10)\n"
        "print(i2c.readfrom_mem(0x50, 0, 1, addrsize=16))"
    )
    wires = ["m:VCC b:3V3", "m:GND b:GND.1", "m:SCL b:22", "m:SDA b:21", "m:WP b:3V3"]
    wires += ["r:1 m:SDA", "r:2 b:3V3", "s:1 m:SCL", "s:2 b:3V3"]
    pulls = ("wokwi-resistor", {"value": "4700"})
    parts: Parts = {"m": ("warsha-24lc256", {}), "r": pulls, "s": pulls}
    assert lines(parts, wires, program) == ["b'\\xff'"]
