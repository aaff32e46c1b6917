"""Sensors with their own wire protocol, read by the built-in drivers: DHT22, DS18B20, HX711."""

import pytest

from tests.support.parts_bench import Parts, lines
from tests.support.rig import Hand

DHT: Parts = {"d": ("wokwi-dht22", {"temperature": "-7.3", "humidity": "61.5"})}
DHT_WIRES = ["b:4 d:SDA", "d:VCC b:3V3", "d:GND b:GND.1"]
DHT_PROGRAM = """
import dht, time
from machine import Pin
d = dht.DHT22(Pin(4))
def read():
    try:
        d.measure()
        print(round(d.temperature(), 1), round(d.humidity(), 1))
    except Exception as e:
        print(type(e).__name__, str(e).split('] ')[-1])
"""


def test_a_dht22_is_read_and_repeats_itself_when_asked_too_soon() -> None:
    program = DHT_PROGRAM + "for wait in (500, 2500, 0):\n    read(); time.sleep_ms(wait)\n"
    hands = [Hand(300, "d", "temperature", 49.9), Hand(300, "d", "humidity", 5)]
    assert lines(DHT, DHT_WIRES, program, hands=hands) == ["-7.3 61.5", "-7.3 61.5", "49.9 5.0"]


@pytest.mark.parametrize("family, pin", [("esp32", "4"), ("rp2", "GP4")])
def test_faults_of_a_dht22(family: str, pin: str) -> None:
    names = ["bad_checksum", "silent", "stuck", "drift"]
    hands = [Hand(2000 * n - 1000, "d", name, 1) for n, name in enumerate(names, 1)]
    hands += [Hand(2000 * n + 1000, "d", name, 0) for n, name in enumerate(names, 1)]
    program = DHT_PROGRAM + "for _ in range(6):\n    read(); time.sleep_ms(2000 - 268)\n"
    wires = [wire.replace("b:4", f"b:{pin}") for wire in DHT_WIRES]
    late = "OSError ETIMEDOUT"
    got = lines(DHT, wires, program, hands=hands, until_ms=15_000, family=family)
    assert got == ["-7.3 61.5", "Exception checksum error", late, late, "-6.3 61.5", "-7.3 61.5"]


def test_faults_of_a_dht22_end_after_their_count() -> None:
    hands = [Hand(0, "d", "fault_count", 2), Hand(0, "d", "bad_checksum", 1)]
    hands += [Hand(8000, "d", "fault_count", 1), Hand(8000, "d", "silent", 1)]
    program = DHT_PROGRAM + "for _ in range(5):\n    read(); time.sleep_ms(2000)\n"
    bad, late, good = "Exception checksum error", "OSError ETIMEDOUT", "-7.3 61.5"
    got = lines(DHT, DHT_WIRES, program, hands=hands, until_ms=12_000)
    assert got == [bad, bad, good, good, late]


def test_a_dht22_without_power_does_not_answer() -> None:
    got = lines(DHT, DHT_WIRES[:1] + DHT_WIRES[2:], DHT_PROGRAM + "read()\n")
    assert got[0].startswith("OSError")


PROBES: Parts = {
    "a": ("board-ds18b20", {"temperature": "-10.125"}),
    "b2": ("board-ds18b20", {"temperature": "85.5", "deviceID": "0102030405ff"}),
    "c": ("wokwi-ds18b20", {"temperature": "21.0625", "deviceID": "f0e0d0c0b0a0"}),
    "r": ("wokwi-resistor", {"value": "4700"}),
}
PROBE_WIRES = ["r:1 b:3V3", "r:2 b:4"]
PROBE_WIRES += [
    f"{p}:{pin} {to}"
    for p in ("a", "b2", "c")
    for pin, to in (("DQ", "b:4"), ("VCC", "b:3V3"), ("GND", "b:GND.1"))
]
STUCK = """
import onewire
from machine import Pin
bus = onewire.OneWire(Pin(4))
print(bus.reset(), bus.readbyte())
"""
PROBE = """
import onewire, ds18x20, time
from machine import Pin
bus = onewire.OneWire(Pin(4))
ds = ds18x20.DS18X20(bus)
roms = ds.scan()
def read(wait=760):
    ds.convert_temp()
    time.sleep_ms(wait)
    out = []
    for rom in roms:
        try:
            out.append(ds.read_temp(rom))
        except Exception as e:
            out.append(str(e))
    print(out)
"""


def test_several_ds18b20_are_found_and_read_on_one_bus() -> None:
    program = PROBE + "for rom in sorted(roms):\n    print(rom.hex(), bus.crc8(rom))\n"
    program += "roms.sort(key=lambda rom: rom[1] + rom[6])\nread()\n"
    got = lines(PROBES, PROBE_WIRES, program)
    assert [row[:14] for row in got[:3]] == ["28010203040506", "280102030405ff", "28f0e0d0c0b0a0"]
    assert all(row.endswith(" 0") for row in got[:3])
    assert got[3] == "[-10.125, 85.5, 21.0625]"


def test_a_ds18b20_takes_its_time_and_has_its_resolution() -> None:
    one: Parts = {"a": ("board-ds18b20", {"temperature": "20.9375"}), "r": PROBES["r"]}
    wires = [w for w in PROBE_WIRES if w[:2] in ("r:", "a:")]
    program = (
        PROBE
        + """
read(700); read()
ds.write_scratch(roms[0], b'\\x32\\x00\\x1f')
read(80); read(100)
ds.convert_temp()
t0 = time.ticks_us()
while not bus.readbit():
    pass
print(round(time.ticks_diff(time.ticks_us(), t0) / 1000))
"""
    )
    assert lines(one, wires, program) == ["[85.0]", "[20.9375]", "[20.9375]", "[20.5]", "94"]


def test_a_ds18b20_can_be_read_while_it_copies_its_settings() -> None:
    one: Parts = {"a": ("board-ds18b20", {"temperature": "20.9375"}), "r": PROBES["r"]}
    wires = [w for w in PROBE_WIRES if w[:2] in ("r:", "a:")]
    copy = "bus.reset(); bus.select_rom(roms[0]); bus.writebyte(0x48)\n"
    program = PROBE + copy + "print(ds.read_temp(roms[0]))\nread()\n"
    program += copy + "print(ds.read_temp(roms[0]))\n"
    assert lines(one, wires, program) == ["85.0", "[20.9375]", "20.9375"]


def test_faults_of_a_ds18b20() -> None:
    hands = [Hand(1000, "a", "bad_checksum", 1), Hand(2000, "a", "bad_checksum", 0)]
    hands += [Hand(2000, "a", "drift", 2), Hand(3000, "b2", "silent", 1)]
    program = (
        PROBE
        + """
roms.sort()
for n in range(4):
    time.sleep_ms(max(0, 1000 * n + 100 - time.ticks_ms()))
    read()
print(len(ds.scan()))
"""
    )
    got = lines(PROBES, PROBE_WIRES, program, hands=hands, until_ms=6000)
    assert got == [
        "[-10.125, 85.5, 21.0625]",
        "['CRC error', 85.5, 21.0625]",
        "[-8.125, 85.5, 21.0625]",
        "[-8.125, 'CRC error', 21.0625]",
        "2",
    ]
    stuck = [Hand(0, "a", "stuck", 1)]
    assert lines(PROBES, PROBE_WIRES, STUCK, hands=stuck) == ["True 0"]


SCALE: Parts = {"h": ("wokwi-hx711", {"type": "5kg", "weight": "2", "offset": "-1000"})}
SCALE_WIRES = ["b:34 h:DT", "b:5 h:SCK", "h:VCC b:3V3", "h:GND b:GND.1"]
SCALE_PROGRAM = """
from machine import Pin
import time
dt, sck = Pin(34, Pin.IN), Pin(5, Pin.OUT, value=0)
def read(pulses=25):
    t0 = time.ticks_ms()
    while dt():
        if time.ticks_diff(time.ticks_ms(), t0) > 600:
            return None
    wait = time.ticks_diff(time.ticks_ms(), t0)
    value = 0
    for n in range(pulses):
        sck(1); sck(0)
        if n < 24:
            value = value << 1 | dt()
    return (value - (1 << 24) if value >> 23 else value), (wait + 50) // 100 * 100
"""


def test_a_scale_gives_24_bits_at_its_own_rate() -> None:
    program = (
        SCALE_PROGRAM
        + """
print(read()[0]); print(read()); print(read(27)); print(read())
print(read(26)[0]); print(read()[0])
sck(1); time.sleep_us(100); sck(0)
print(read())
"""
    )
    hands = [Hand(500, "h", "load", 0)]
    got = lines(SCALE, SCALE_WIRES, program, hands=[Hand(0, "h", "load", 0), *hands])
    assert got == [
        "-1000",
        "(-1000, 100)",
        "(-1000, 100)",
        "(-500, 400)",
        "-1000",
        "0",
        "(-1000, 400)",
    ]


def test_a_scale_that_is_read_slowly_does_not_sleep() -> None:
    slow = SCALE_PROGRAM.replace("sck(0)\n", "sck(0); time.sleep_us(100)\n")
    assert slow != SCALE_PROGRAM
    got = lines(SCALE, SCALE_WIRES, slow + "print(read()[0])\n")
    assert got == lines(SCALE, SCALE_WIRES, SCALE_PROGRAM + "print(read()[0])\n") == ["-160"]


def test_a_scale_has_its_load_and_its_faults() -> None:
    program = SCALE_PROGRAM + "for _ in range(5):\n    print(read()); time.sleep_ms(900)\n"
    hands = [
        Hand(800, "h", "load", 50),
        Hand(1600, "h", "drift", 40),
        Hand(2400, "h", "silent", 1),
    ]
    hands += [Hand(4000, "h", "silent", 0), Hand(4001, "h", "stuck", 1)]
    got = lines(SCALE, SCALE_WIRES, program, hands=hands, until_ms=8000)
    values = [row and row[0] for row in map(eval, got)]
    assert values == [-160, 1100, 1140, None, 0]
