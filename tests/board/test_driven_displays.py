"""Displays with a driver chip: MAX7219 matrices and the TM1637 clock, by real board programs."""

import numpy as np
import pytest

from tests.support.display_programs import CLOCK, CLOCK_WIRES, MATRIX_WIRES, SEND, TALK, started
from tests.support.parts_bench import Parts, stage


@pytest.mark.parametrize(("layout", "column"), [("fc16", 7), ("parola", 0)])
def test_a_row_of_a_matrix(layout: str, column: int) -> None:
    parts: Parts = {"m": ("wokwi-max7219-matrix", {"layout": layout})}
    program = SEND + started(1) + "\nsend(0x0301)"
    with stage(parts, MATRIX_WIRES, program, until_ms=200) as seen:
        assert np.argwhere(seen.pixels("m")).tolist() == [[2, column]]


def test_a_chain_is_filled_from_its_far_end() -> None:
    parts: Parts = {
        "m": ("wokwi-max7219-matrix", {"chain": "2", "layout": "fc16"}),
        "n": ("wokwi-max7219-matrix", {"layout": "fc16"}),
    }
    wires = [*MATRIX_WIRES, "m:V+.2 n:V+", "m:GND.2 n:GND", "m:DOUT n:DIN", "m:CS.2 n:CS"]
    program = SEND + started(3) + "\nsend(0x0180, 0x0240, 0x0320)"
    with stage(parts, [*wires, "m:CLK.2 n:CLK"], program, until_ms=200) as seen:
        assert np.argwhere(seen.pixels("n")).tolist() == [[0, 0]]
        assert np.argwhere(seen.pixels("m")).tolist() == [[1, 1], [2, 10]]


@pytest.mark.parametrize(
    ("more", "lit"),
    [
        ("", 64),
        ("send(0x0C00)", 0),
        ("send(0x0B02)", 24),
        ("send(0x0C00); send(0x0F01)", 64),
        ("send(0x09FF)", 8),
        ("send(0x0101); send(0x0901)", 2 + 7 * 8),
    ],
)
def test_shutdown_scan_limit_test_and_decoding(more: str, lit: int) -> None:
    parts: Parts = {"m": ("wokwi-max7219-matrix", {})}
    fill = "\nfor row in range(1, 9): send(row << 8 | 255)\n"
    with stage(parts, MATRIX_WIRES, SEND + started(1) + fill + more, until_ms=200) as seen:
        assert int((seen.pixels("m") > 0).sum()) == lit


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("talk(0x40); talk(0xC0, 6, 0xDB, 0x4F, 0x66); talk(0x8F)", "12:34"),
        ("talk(0x40); talk(0xC2, 0x77); talk(0x88)", "  A "),
        ("talk(0x44); talk(0xC3, 0x40); talk(0xC0, 0x39); talk(0x88)", "C  -"),
        ("talk(0x40); talk(0xC0, 6); talk(0x80)", "    "),
    ],
)
def test_the_tm1637_shows_its_memory_and_acknowledges(more: str, text: str) -> None:
    program = TALK + more + "\nprint(set(acks), dio())"
    with stage(CLOCK, CLOCK_WIRES, program, until_ms=200) as seen:
        assert seen.printed_lines() == ["{0} 1"]
        assert seen.text("c") == text and seen.circuit.faults() == []


def test_a_driver_that_never_releases_the_line_is_no_short() -> None:
    program = TALK.replace("OPEN_DRAIN", "OUT") + "talk(0x40); talk(0xC0, 6); talk(0x8F)"
    with stage(CLOCK, CLOCK_WIRES, program, until_ms=200) as seen:
        assert seen.text("c") == "1   " and seen.circuit.faults() == []
