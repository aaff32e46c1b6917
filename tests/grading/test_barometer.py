"""L09: other right programs get full marks, and a message names what a run shows."""

from collections.abc import Sequence

import pytest

from grader.authoring.lab_check import program_text
from grader.lab.lab import find
from grader.score.results import SeedResult
from grader.score.score import score
from grader.score.waveforms import ItemWaveforms

SEEDS = (5, 6)
WAIT = "    time.sleep_us(wait_us)\n"
SEEN = (WAIT, "    while bus.readfrom_mem(ADDRESS, REG_CONTROL, 1)[0] & 0x20:\n        pass\n")
WORDS = (
    "bus.readfrom_mem(ADDRESS, REG_CALIBRATION, 22)",
    'b"".join(bus.readfrom_mem(ADDRESS, REG_CALIBRATION + n, 2) for n in range(0, 22, 2))',
)
BYTES = (
    'int.from_bytes(bus.readfrom_mem(ADDRESS, REG_RESULT, count), "big")',
    'int.from_bytes(b"".join(bus.readfrom_mem(ADDRESS, REG_RESULT + n, 1)'
    ' for n in range(count)), "big")',
)
PLAIN = [
    ("I2C(I2C_BUS, scl", "machine.SoftI2C(scl"),
    ("import json\n", "import json\nimport machine\n"),
    (
        "bus.writeto_mem(ADDRESS, REG_CONTROL, bytes([command]))",
        "bus.writeto(ADDRESS, bytes([REG_CONTROL, command]))",
    ),
    (
        "    return int.from_bytes(bus.readfrom_mem(ADDRESS, REG_RESULT, count)",
        "    bus.writeto(ADDRESS, bytes([REG_RESULT]))\n"
        "    return int.from_bytes(bus.readfrom(ADDRESS, count)",
    ),
]
BEFORE_READY = [
    ('print("READY L09")\n', ""),
    ("calibration = None\ndue", 'calibration = start()\nprint("READY L09")\ndue'),
]
NO_SCAN = ("ADDRESS not in bus.scan() or bus", "bus")
SLEEPS = ("    due = time.ticks_add(due, PERIOD_MS)\n", "    due = time.ticks_ms() + 1000\n")
CUT = [
    (
        "def compensated(",
        "def cut(a, b):\n    return abs(a) // b * (-1 if a < 0 else 1)\n\n\ndef c(",
    ),
    ("return compensated(", "return c("),
    ("x1 = (ut - ac6) * ac5 // 2**15", "x1 = cut((ut - ac6) * ac5, 2**15)"),
    ("x2 = mc * 2**11 // (x1 + md)", "x2 = cut(mc * 2**11, x1 + md)"),
    (
        "b2 * (b6 * b6 // 2**12) // 2**11 + ac2 * b6 // 2**11",
        "cut(b2 * (b6 * b6 // 2**12), 2**11) + cut(ac2 * b6, 2**11)",
    ),
    ("((ac1 * 4 + x3 << oss) + 2) // 4", "cut((ac1 * 4 + x3 << oss) + 2, 4)"),
    (
        "(ac3 * b6 // 2**13 + b1 * (b6 * b6 // 2**12) // 2**16 + 2) // 4",
        "cut(cut(ac3 * b6, 2**13) + cut(b1 * (b6 * b6 // 2**12), 2**16) + 2, 4)",
    ),
    ("-7357 * p // 2**16", "cut(-7357 * p, 2**16)"),
    ("(b5 + 8) // 16", "cut(b5 + 8, 16)"),
    ("(x1 + x2 + 3791) // 16", "cut(x1 + x2 + 3791, 16)"),
]


def judged(program: str, *changes: tuple[str, str], family: str = "rp2") -> Sequence[SeedResult]:
    """The results of a reference or a mutant with these changes."""
    text = program_text(find("barometer"), program)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return score(find("barometer"), family, {"main.py": text.encode()}, SEEDS).seeds


def keys(found: Sequence[SeedResult]) -> list[dict[str, str]]:
    return [{id: one.key for id, one in seed.items.items() if one.key} for seed in found]


@pytest.mark.parametrize("family", ["esp32", "rp2"])
@pytest.mark.parametrize(
    "changes",
    [[SEEN], [WORDS], [BYTES], PLAIN, BEFORE_READY, [NO_SCAN], [SLEEPS], CUT],
    ids=["bit 5", "words", "bytes", "plain", "before READY", "no scan", "sleeps", "cut"],
)
def test_another_right_program_has_no_misses(changes: list[tuple[str, str]], family: str) -> None:
    assert keys(judged("reference", *changes, family=family)) == [{}] * len(SEEDS)


FORM = ('"BMP %d %d"', '"BMP: %d, %d Pa"')
OTHER_OSS = ('json.load(file)["oss"]', 'json.load(file)["oss"] ^ 1')
NO_LOW_BYTE = ("REG_CALIBRATION, 22)", 'REG_CALIBRATION, 21) + b"x"')


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ([FORM], {"d": "form"}),
        ([OTHER_OSS], {"c": "command"}),
        ([NO_LOW_BYTE], {"b": "calibration"}),
    ],
)
def test_a_message_names_what_the_run_shows(
    changes: list[tuple[str, str]], missed: dict[str, str]
) -> None:
    for found in keys(judged("reference", *changes)):
        assert found.items() >= missed.items()


@pytest.mark.parametrize("mutant", ["signed_16", "byte_order", "i2c_no_wait", "float_maths"])
def test_wrong_values_are_no_fault_of_the_return(mutant: str) -> None:
    for found in judged(mutant):
        assert found.items["e"].points == 2


def test_the_picture_of_a_missed_item_has_the_transfers_on_the_bus() -> None:
    pictures = ItemWaveforms()
    program = {"main.py": program_text(find("barometer"), "wait_fixed").encode()}
    score(find("barometer"), "rp2", program, SEEDS, observer=pictures)
    drawn = pictures.of("c")
    assert "I2C 5 4" in drawn and "W 77: f4 2e" in drawn
    assert ">SDA<" not in drawn  # it would be a straight line
