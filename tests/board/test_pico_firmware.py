"""The bench against the Pico's own firmware: its times, measured once and kept in
tools/calibration/pico.json; and the pins of 21 programs, where a firmware was built."""

import resource
from pathlib import Path

import numpy as np
import pytest

from tests.support.bare_bench import BareBench
from tests.support.project import DOCS
from tests.support.rig import play, printed_lines
from tools import second_engine, timing_programs, timing_report, timing_table
from tools.emulated_pico import firmware
from tools.timing_programs import FOLDER
from tools.timing_targets import PortBoard, Stored

PROMPT = b">>> "
REFUSED = """
import time
def refused(n):
    start = time.ticks_us()
    try:
        bytearray(n)
    except MemoryError:
        pass
    return time.ticks_diff(time.ticks_us(), start)
print(refused(300_000), refused(300_000_000))
"""


def test_unfitted_programs_take_the_time_of_a_pico() -> None:
    stored = Stored(FOLDER / "pico.json")
    with PortBoard("rp2") as port:
        rows = timing_report.compare(timing_programs.whole(), stored, port.measure)
    median, ninth, _ = timing_report.factors(rows)
    assert len(rows) >= 20
    assert sum(row.name.startswith("perf_bench") for row in rows) >= 12
    assert median < timing_report.LIMITS[0]
    assert ninth < timing_report.LIMITS[1]


def test_nine_of_ten_sections_take_the_time_of_a_pico() -> None:
    stored = Stored(FOLDER / "pico.json")
    with PortBoard("rp2") as port:
        rows = timing_report.sections(stored, port.measure)
    assert len(rows) >= 250
    assert timing_report.factors(rows)[2] >= 0.9
    assert not [row for row in rows if not 1 / 3 < row.ratio < 3]


def test_the_page_shows_the_table_as_it_is() -> None:
    page = (DOCS / "measured" / "timing.md").read_text()
    for name, us in timing_table.read().items():
        assert f"| `{name}` | {us:.3f} |" in page


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_failed_allocation_costs_its_search_and_not_its_size(family: str) -> None:
    with BareBench(family) as bare:
        bare.until(PROMPT)
        output, error = bare.raw(REFUSED)
    some_us, huge_us = map(int, output.split())
    assert not error
    assert huge_us == pytest.approx(some_us, rel=0.05)
    assert huge_us < 60_000  # the collector, twice


def test_costs_are_positive_and_small() -> None:
    costs = np.array(list(timing_table.read().values()))
    assert (costs >= 0).all() and (costs < 100).all()


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_an_empty_loop_is_skipped_at_once(family: str) -> None:
    timer = "Timer(0)" if family == "esp32" else "Timer()"
    idle = f"""
import time
from machine import Timer
{timer}.init(period=60_000, callback=lambda t: print(time.ticks_ms() // 1000))
while True: pass
"""
    before_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    trace = play(family, idle, 10 * 60_000 + 500, ())
    assert [int(line) for line in printed_lines(trace)] == [60 * n for n in range(1, 11)]
    # All its rounds would take 3 s.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before_s < 1


@pytest.mark.long  # each program runs in an emulator
@pytest.mark.skipif(
    not firmware().is_file(),
    reason="no Pico firmware: python firmware/pico/build.py makes one from 560 MB of packages",
)
@pytest.mark.parametrize("path", second_engine.programs(), ids=lambda path: path.stem)
def test_pins_agree_with_the_firmware(path: Path) -> None:
    assert second_engine.compare(path).fault == ""
