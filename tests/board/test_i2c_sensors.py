"""Sensors and clocks on I2C, read register by register as their data sheets say."""

from math import cos, pi

import pytest

from hardware.bench.parts.bmp180 import WORDS, Bmp180, Compensation
from hardware.errors import DiagramError
from tests.support.parts_bench import Parts, circuit, lines, stage
from tests.support.rig import MS, Hand

SUPPLY = ["p:VCC b:3V3", "p:GND b:GND.1", "p:SCL b:22", "p:SDA b:21"]
I2C = """
from machine import I2C, Pin
import time, struct
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=100000)
def tried(fn, *args):
    try:
        return fn(*args)
    except OSError as e:
        return type(e).__name__
"""
BMP = (
    I2C
    + """
def convert(what, ms):
    i2c.writeto_mem(0x77, 0xF4, bytes([what]))
    time.sleep_us(ms)
    return i2c.readfrom_mem(0x77, 0xF6, 3)
words = struct.unpack('>hhhHHHhhhhh', i2c.readfrom_mem(0x77, 0xAA, 22))
print(words, i2c.readfrom_mem(0x77, 0xD0, 1))
"""
)


def test_the_arithmetic_of_a_bmp180_is_that_of_the_data_sheet() -> None:
    sums = Compensation(408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868)
    b5 = sums.b5(27898)
    assert (b5 + 8 >> 4, sums.pascal(23843, b5, 0)) == (150, 69964)


@pytest.mark.parametrize("oss", [0, 3])
def test_a_bmp180_gives_raw_values_of_the_right_pressure(oss: int) -> None:
    parts: Parts = {"p": ("board-bmp180", {"temperature": "-3.7", "pressure": "65432"})}
    program = (
        BMP
        + f"""
ut = int.from_bytes(convert(0x2E, 4500)[:2], 'big')
up = int.from_bytes(convert(0x34 + ({oss} << 6), 25500), 'big') >> 8 - {oss}
print(ut, up)
"""
    )
    words, raw = lines(parts, SUPPLY, program)
    assert words.endswith("b'U'")
    sums = Compensation(*eval(words.split(")")[0] + ")"))
    ut, up = map(int, raw.split())
    assert sums.b5(ut) + 8 >> 4 == -37
    assert sums.pascal(up, sums.b5(ut), oss) == pytest.approx(65432, abs=3)


def test_a_bmp180_read_too_soon_gives_what_it_had_before() -> None:
    program = BMP + "print([convert(0x2E, us)[:2].hex() for us in (100, 4500, 100)])\n"
    program += "print(tried(i2c.writeto_mem, 0x77, 0xF4, b'.'), i2c.readfrom_mem(0x77, 0xF4, 1))\n"
    got = lines({"p": ("board-bmp180", {})}, SUPPLY, program)
    first, second, third = eval(got[1])
    assert first == "8000" and second == third != first
    assert got[2] == "None b'.'"


def test_a_bmp180_disappears_and_returns() -> None:
    hands = [Hand(0, "p", "silent", 1), Hand(500, "p", "silent", 0), Hand(1000, "p", "stuck", 1)]
    program = I2C + "for _ in range(3):\n    print(i2c.scan()); time.sleep_ms(600)\n"
    got = lines({"p": ("board-bmp180", {})}, SUPPLY, program, hands=hands, until_ms=9000)
    assert got[:2] == ["[]", "[119]"] and got[2] != "[119]"
    assert lines({"p": ("board-bmp180", {})}, SUPPLY[1:], I2C + "print(i2c.scan())\n") == ["[]"]


def test_a_bmp180_has_the_calibration_that_it_is_given() -> None:
    own = "1f28fbc0c7a8812b64a54c2a157a002f8000d1f80b00"
    part = circuit({"p": ("board-bmp180", {"calibration": own})}, []).parts["p"]
    assert isinstance(part, Bmp180) and part.calibration.hex() == own
    sums = Compensation(*part._sums)
    assert sums.b5(part.ut()) + 8 >> 4 == 240
    # Here the formulas give 24 °C also for a raw value that no sensor has, below their pole.
    poled = WORDS.pack(7000, -1000, -14400, 33500, 25000, 20000, 5498, 30, -32768, -11000, 2400)
    part = circuit({"p": ("board-bmp180", {"calibration": poled.hex()})}, []).parts["p"]
    assert isinstance(part, Bmp180) and part.ut() > 20000
    assert part._sums.b5(part.ut()) + 8 >> 4 == 240
    with pytest.raises(DiagramError, match="44 hexadecimal digits"):
        circuit({"p": ("board-bmp180", {"calibration": "0102"})}, [])


def test_a_bmp180_has_the_chip_id_that_it_is_given() -> None:
    program = I2C + "print(i2c.readfrom_mem(0x77, 0xD0, 1))\n"
    assert lines({"p": ("board-bmp180", {})}, SUPPLY, program) == ["b'U'"]
    assert lines({"p": ("board-bmp180", {"chipId": "0x58"})}, SUPPLY, program) == ["b'X'"]
    with pytest.raises(DiagramError, match="0x55, 0x58"):
        circuit({"p": ("board-bmp180", {"chipId": "0x61"})}, [])


MPU = (
    I2C
    + """
def data(address=0x68):
    return struct.unpack('>hhhhhhh', i2c.readfrom_mem(address, 0x3B, 14))
"""
)


def test_an_mpu6050_sleeps_until_it_is_woken_up_and_has_its_ranges() -> None:
    attrs = {"accelX": "-1", "accelY": "0.5", "rotationZ": "-100", "temperature": "36.53"}
    program = (
        MPU
        + """
print(i2c.scan(), data())
i2c.writeto_mem(0x68, 0x6B, b'\\0')
print(data())
i2c.writeto_mem(0x68, 0x1C, b'\\x18'); i2c.writeto_mem(0x68, 0x1B, b'\\x18')
print(data(), i2c.readfrom_mem(0x68, 0x75, 1))
print(tried(i2c.writeto_mem, 0x68, 0x23, b'\\x78'))
i2c.writeto_mem(0x68, 0x6B, b'\\x80')
print(i2c.readfrom_mem(0x68, 0x6B, 1), data())
"""
    )
    assert lines({"p": ("wokwi-mpu6050", attrs)}, SUPPLY, program) == [
        "[104] (0, 0, 0, 0, 0, 0, 0)",
        "(-16384, 8192, 16384, 0, 0, 0, -13100)",
        "(-2048, 1024, 2048, 0, 0, 0, -1640) b'h'",
        "OSError",
        "b'@' (0, 0, 0, 0, 0, 0, 0)",
    ]


def test_an_mpu6050_follows_its_controls_and_its_address_pin() -> None:
    wires = [*SUPPLY, "p:AD0 b:3V3"]
    program = (
        MPU
        + """
i2c.writeto_mem(0x69, 0x6B, b'\\0')
for _ in range(3):
    print(i2c.scan(), data(0x69)[2]); time.sleep_ms(500)
"""
    )
    hands = [
        Hand(300, "p", "accelZ", -2),
        Hand(800, "p", "accelZ", 1),
        Hand(800, "p", "noise", 0.01),
    ]
    got = lines({"p": ("wokwi-mpu6050", {})}, wires, program, hands=hands)
    assert got[:2] == ["[105] 16384", "[105] -32768"]
    assert 15000 < int(got[2].split()[1]) < 17800 and got[2] != "[105] 16384"


SHAKEN = (
    MPU
    + """
i2c.writeto_mem(0x68, 0x6B, b'\\0')
time.sleep_ms(600 - time.ticks_ms())
for _ in range(4):
    t = time.ticks_us()
    print(t, data()[0]); time.sleep_us(25_000 - (time.ticks_us() - t))
"""
)


def test_an_mpu6050_follows_a_waveform() -> None:
    with stage({"p": ("wokwi-mpu6050", {"accelX": "0.25"})}, SUPPLY, SHAKEN) as seen:
        seen.bench.wave("p", "accelX", 10, 1.5, 500 * MS, degrees=90)
        seen.bench.wave("p", "accelX", 10, 0, 650 * MS)
        seen.run(1000)
        got = [tuple(map(int, line.split())) for line in seen.printed_lines()]
    swings = [0.25 + 1.5 * cos(2 * pi * 10 * (us - 500_000) / 1e6) for us, _ in got[:2]]
    assert [raw / 16384 for _, raw in got[:2]] == pytest.approx(swings, abs=0.02)
    assert [raw for _, raw in got[2:]] == [4096, 4096], "the amplitude is 0 again"
    assert max(abs(raw) for _, raw in got) > 20000, "it has swung"


def test_a_waveform_ends_at_the_bounds_of_its_control() -> None:
    program = MPU + "i2c.writeto_mem(0x68, 0x6B, b'\\0'); i2c.writeto_mem(0x68, 0x1C, b'\\x18')\n"
    program += "print(data()[2])\n"
    with stage({"p": ("wokwi-mpu6050", {"accelZ": "15"})}, SUPPLY, program) as seen:
        seen.bench.wave("p", "accelZ", 0.001, 10, degrees=90)
        seen.run(1000)
        assert seen.printed_lines() == ["32767"]


def test_an_mpu6050_signals_new_data_at_its_pin() -> None:
    program = (
        MPU
        + """
count = 0
def ready(pin):
    global count
    count += 1
pin = Pin(4, Pin.IN, Pin.PULL_DOWN)
pin.irq(ready, Pin.IRQ_RISING)
i2c.writeto_mem(0x68, 0x6B, b'\\0'); i2c.writeto_mem(0x68, 0x1A, b'\\3')
i2c.writeto_mem(0x68, 0x19, b'\\x09'); i2c.writeto_mem(0x68, 0x38, b'\\1')
time.sleep_ms(1005); i2c.writeto_mem(0x68, 0x38, b'\\0')
time.sleep_ms(100)
print(count, i2c.readfrom_mem(0x68, 0x3A, 1), i2c.readfrom_mem(0x68, 0x3A, 1))
"""
    )
    got = lines({"p": ("wokwi-mpu6050", {})}, [*SUPPLY, "p:INT b:4"], program)
    assert got == ["100 b'\\x01' b'\\x00'"]


CLOCK = ["p:5V b:5V", "p:GND b:GND.1", "p:SCL b:22", "p:SDA b:21", "p:SQW b:4"]


def test_a_ds1307_counts_and_carries() -> None:
    parts: Parts = {"p": ("wokwi-ds1307", {"initTime": "2027-12-31T23:59:59"})}
    program = (
        I2C
        + """
def now():
    return i2c.readfrom_mem(0x68, 0, 7).hex()
print(now()); time.sleep_ms(1050); print(now())
i2c.writeto_mem(0x68, 0, b'\\x58\\x59\\x71\\x03\\x28\\x02\\x28')
time.sleep_ms(1500); print(now()); time.sleep_ms(1500); print(now())
i2c.writeto_mem(0x68, 0, b'\\x80'); time.sleep(2); print(now())
i2c.writeto_mem(0x68, 8, b'memory'); print(i2c.readfrom_mem(0x68, 8, 6))
i2c.writeto_mem(0x68, 0x3F, b'a\x05'); print(now()[:2])
"""
    )
    assert lines(parts, CLOCK, program, until_ms=8000) == [
        "59592306311227",
        "00000007010128",
        "59597103280228",
        "01005204290228",
        "80005204290228",
        "b'memory'",
        "05",
    ]


def test_a_ds1307_gives_a_square_wave() -> None:
    program = (
        I2C
        + """
count = 0
def edge(pin):
    global count
    count += 1
pin = Pin(4, Pin.IN, Pin.PULL_UP)
i2c.writeto_mem(0x68, 7, b'\\x10')
pin.irq(edge, Pin.IRQ_FALLING)
time.sleep_ms(5200); print(count)
i2c.writeto_mem(0x68, 7, b'\\0'); print(pin()); i2c.writeto_mem(0x68, 7, b'\\x80'); print(pin())
"""
    )
    assert lines({"p": ("wokwi-ds1307", {})}, CLOCK, program, until_ms=8000) == ["5", "0", "1"]


def test_a_ds1307_drifts_and_its_date_must_be_one() -> None:
    program = I2C + "time.sleep(100)\nprint(i2c.readfrom_mem(0x68, 0, 3).hex())\n"
    hands = [Hand(0, "p", "drift", 8640)]
    got = lines({"p": ("wokwi-ds1307", {})}, CLOCK, program, hands=hands, until_ms=110_000)
    assert got == ["500100"]
    with pytest.raises(DiagramError, match="initTime"):
        circuit({"p": ("wokwi-ds1307", {"initTime": "tomorrow"})}, [])


def test_a_bus_at_one_hertz_stays_within_the_limits() -> None:
    slow = I2C.replace("freq=100000", "freq=1") + "print(tried(i2c.writeto, 0x11, b'1'))\n"
    assert lines({"p": ("board-bmp180", {})}, SUPPLY, slow, until_ms=60_000) == ["OSError"]
