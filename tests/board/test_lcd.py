"""Character displays: both buses, the instruction set, custom characters, the busy flag."""

import json
from pathlib import Path

import pytest

from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.lint.lint import lint_file
from hardware.bench.parts.lcd import Lcd1602
from tests.support.display_programs import BACKPACK, FULL, I2C, I2C_WIRES, PARALLEL, PINS, POWER
from tests.support.parts_bench import Parts, circuit, stage

SHOWN = [
    ("text('Hello'); send(0xC0); text('Warsha')", "Hello\nWarsha"),
    ("text('12345678901234567890')", "1234567890123456\n"),
    ("text('x' * 41)", "xxxxxxxxxxxxxxxx\nx"),
    ("text('abc'); send(2); text('A')", "Abc\n"),
    ("text('abc'); send(1); text('d')", "d\n"),
    ("text('abcdef'); send(0x18); send(0x18)", "cdef\n"),
    ("text('abcdef'); send(0x1C)", " abcdef\n"),
    ("send(0x80 | 15); send(0x07); text('ab')", "             ab\n"),
    ("send(0x80 | 5); send(4); text('cba')", "   abc\n"),
    ("text('ab'); send(0x10); text('c'); send(0x14); text('d')", "ac d\n"),
    ("text('off'); send(0x08)", ""),
    ("send(0xDF, 1); send(0x5C, 1); send(0xB1, 1); send(0, 1)", "°¥ｱ□\n"),
    ("send(0x20); text('one line' + 40 * '-')", "one line--------\n"),
]


@pytest.mark.parametrize(("more", "text"), SHOWN)
def test_the_instructions_over_the_backpack(more: str, text: str) -> None:
    with stage(I2C, I2C_WIRES, BACKPACK + more, until_ms=400) as seen:
        assert seen.printed_lines() == []
        assert seen.text("d") == text


def test_four_lines_of_twenty() -> None:
    parts: Parts = {"d": ("wokwi-lcd2004", {"pins": "i2c"})}
    more = "for n, line in enumerate((0, 0x40, 0x14, 0x54)): send(0x80 | line); text(f'line {n}')"
    with stage(parts, I2C_WIRES, BACKPACK + more, until_ms=400) as seen:
        assert seen.text("d") == "line 0\nline 1\nline 2\nline 3"


def test_own_characters_and_the_cursor_are_dots() -> None:
    more = """
send(0x40 | 8)
for row in (0, 10, 31, 31, 14, 4, 0, 0):
    send(row, 1)
send(0x80)
send(1, 1)
text('I')
send(0x0E)
"""
    with stage(I2C, I2C_WIRES, BACKPACK + more, until_ms=400) as seen:
        dots = seen.pixels("d")
        assert dots.shape == (16, 80)
        rows = ["".join(" #"[int(dot > 0)] for dot in line[:15]).rstrip() for line in dots[:8]]
    assert rows == [
        "      ###",
        " # #   #",
        "#####  #",
        "#####  #",
        " ###   #",
        "  #    #",
        "      ###",
        "          #####",
    ]


def test_an_instruction_during_busy_time_is_lost() -> None:
    more = "text('abc'); half(0); half(0x10); text('d'); time.sleep_ms(2); text('e')"
    with stage(I2C, I2C_WIRES, BACKPACK + more, until_ms=400) as seen:
        assert seen.text("d") == "e\n"


def test_reading_back_over_the_backpack() -> None:
    more = """
def read(rs):
    value = 0
    for _ in range(2):
        i2c.writeto(0x27, bytes((0xFE | rs,)))
        value = value << 4 | i2c.readfrom(0x27, 1)[0] >> 4
        i2c.writeto(0x27, bytes((0xFA | rs,)))
    return value
text('abcd')
print(read(0))
half(0); half(0x10)
print(read(0) >> 7)
time.sleep_ms(2)
text('Z'); send(0x80)
print(chr(read(1)))
"""
    with stage(I2C, I2C_WIRES, BACKPACK + more, until_ms=400) as seen:
        assert seen.printed_lines() == ["4", "1", "Z"]


def test_the_backlight() -> None:
    with stage(I2C, I2C_WIRES, BACKPACK + "light = 0; text('x')", until_ms=400) as seen:
        display = seen.parts["d"]
        assert isinstance(display, Lcd1602)
        assert not display.backlit(display.view) and seen.text("d") == "x\n"


WIDE = PINS | {"D0": 19, "D1": 18, "D2": 5, "D3": 17}


@pytest.mark.parametrize("wide", [False, True])
def test_both_parallel_buses(wide: bool) -> None:
    pins = WIDE if wide else PINS
    wires = [*POWER, "b:GND.2 d:RW", *(f"b:{gpio} d:{pin}" for pin, gpio in pins.items())]
    wires += ["b:3V3 d:A", "b:GND.1 d:K"]
    program = PARALLEL.format(
        data=tuple(pins[f"D{n}"] for n in range(0 if wide else 4, 8)),
        start=(0x30, 0x30, 0x30) if wide else (3, 3, 3, 2),
        function="0x38" if wide else "0x28",
    )
    with stage(FULL, wires, program, until_ms=400) as seen:
        display = seen.parts["d"]
        assert isinstance(display, Lcd1602)
        assert seen.text("d") == "On wires\n" and display.backlit(display.view)
        assert seen.circuit.faults() == []


def test_the_busy_flag_on_the_parallel_bus() -> None:
    parts: Parts = {"d": ("wokwi-lcd1602", {})}
    wires = ["b:3V3 d:VDD", "b:GND.1 d:VSS", "b:32 d:RW"]
    wires += [f"b:{gpio} d:{pin}" for pin, gpio in PINS.items()]
    program = (
        PARALLEL.format(data=(27, 14, 12, 13), start=(3, 3, 3, 2), function="0x28")
        + """
rw = Pin(32, Pin.OUT)
def busy_us():
    begin = time.ticks_us()
    for pin in data:
        pin.init(Pin.IN)
    rs(0); rw(1)
    while True:
        e(1); flag = data[3](); e(0); e(1); e(0)
        if not flag:
            break
    rw(0)
    for pin in data:
        pin.init(Pin.OUT)
    return time.ticks_diff(time.ticks_us(), begin)
rs(0); lines(0); lines(1)
print(1300 < busy_us() < 1700)
rs(1); lines(4); lines(1)
print(busy_us() < 500)
"""
    )
    with stage(parts, wires, program, until_ms=400) as seen:
        assert seen.printed_lines() == ["True", "True"]
        assert seen.text("d") == "A\n"


def test_without_power_an_lcd_is_dark_and_does_not_answer() -> None:
    with stage(I2C, I2C_WIRES[1:], BACKPACK, until_ms=400) as seen:
        assert seen.text("d") == "" and "ENODEV" in " ".join(seen.printed_lines())


SOFT = BACKPACK.replace(
    "I2C(0, scl=Pin(22, Pin.PULL_UP), sda=Pin(21, Pin.PULL_UP), freq=100_000)",
    "SoftI2C(scl=Pin(22), sda=Pin(21), freq=10_000)",
).replace("Pin, I2C", "Pin, SoftI2C")


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_backpack_has_pull_ups(seed: int) -> None:
    """The idiom of many tutorials: a slow bus, and no pull-ups in the program."""
    made = circuit(I2C, I2C_WIRES)
    with Flash(made.board) as flash:
        flash.put({"main.py": (SOFT + "text('Hello')").encode()})
        with Bench(made, seed=seed, flash=flash) as bench:
            bench.run(1_000_000_000)
            assert bench.trace.exceptions() == []
        display = made.parts["d"]
        assert isinstance(display, Lcd1602) and display.text() == "Hello\n"


@pytest.mark.parametrize("supply", ["5V", "3V3"])
def test_four_data_lines_and_an_open_rw_in_the_lint(tmp_path: Path, supply: str) -> None:
    pins = PINS | {"D6": 16}  # GPIO12 is a strapping pin
    wires = [(f"d:{pin}", f"b:{gpio}") for pin, gpio in pins.items()]
    wires += [("d:VDD", f"b:{supply}"), ("d:A", f"b:{supply}"), ("d:VSS", "b:GND.1")]
    wires += [("d:K", "b:GND.1"), ("d:V0", "b:GND.1")]
    for more, rules in (([("d:RW", "b:GND.2")], []), ([], ["floating-input"])):
        raw = {
            "version": 1,
            "parts": [
                {"type": "board-esp32-devkit-c-v4", "id": "b"},
                {"type": "wokwi-lcd1602", "id": "d"},
            ],
            "connections": [[*wire, "", []] for wire in [*wires, *more]],
        }
        file = tmp_path / "diagram.json"
        file.write_text(json.dumps(raw))
        assert [one.rule for one in lint_file(file)] == rules
