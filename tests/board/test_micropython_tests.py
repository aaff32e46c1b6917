"""A share of MicroPython's own tests on both boards, and between two; tools/micropython_tests.py
and tools/multi_tests.py run them all."""

import pytest

from hardware.paths import micropython_dir
from tools import micropython_tests, multi_tests

EVERY = 20


@pytest.mark.skipif(
    not micropython_dir().is_dir(), reason="no MicroPython source: see MICROPY_DIR"
)
@pytest.mark.parametrize(("family", "first"), [("esp32", 0), ("rp2", EVERY // 2)])
def test_a_share_of_micropythons_tests(family: str, first: int) -> None:
    outcome = micropython_tests.run(family, micropython_tests.all_tests()[first::EVERY])
    assert not outcome.failed, outcome.text
    assert len(outcome.passed) > len(outcome.skipped)


@pytest.mark.skipif(
    not micropython_dir().is_dir(), reason="no MicroPython source: see MICROPY_DIR"
)
def test_two_of_micropythons_tests_between_two_boards() -> None:
    tests = ["ble_characteristic", "ble_gap_connect"]
    assert multi_tests.run("esp32+rp2", tests) == dict.fromkeys(tests, "pass")
