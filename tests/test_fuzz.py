"""A small share of fuzz_bench.py, and what it found once."""

import xml.etree.ElementTree as ET
from typing import Any

import fuzz_bench
import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.drawing.bench_picture import draw
from hardware.errors import DiagramError

ESP = {"type": "board-esp32-devkit-c-v4", "id": "esp"}


def test_wrong_circuits_and_scenarios_give_a_result_or_one_line() -> None:
    outcomes = [fuzz_bench.one(number) for number in range(60)]
    assert [outcome for outcome in outcomes if outcome.kind == "failed"] == []
    assert sum(o.kind == "ran" for o in outcomes) >= fuzz_bench.LEAST_RAN * len(outcomes)


def test_a_number_makes_the_same_files_each_time() -> None:
    assert fuzz_bench.make(7) == fuzz_bench.make(7) != fuzz_bench.make(8)


@pytest.mark.parametrize("value", ["x" * 5000, "\x1b[2J", "\x00", "\n", "\u202e", "\ud800"])
def test_an_error_quotes_no_book_and_steers_no_terminal(value: str) -> None:
    spec: dict[str, Any] = {"type": "wokwi-resistor", "id": "r", "attrs": {"value": value}}
    with pytest.raises(DiagramError) as caught:
        Circuit(load({"version": 1, "parts": [ESP, spec], "connections": []}))
    assert len(str(caught.value)) < 300 and str(caught.value).isprintable()


def test_a_label_that_xml_cannot_hold_is_drawn_all_the_same() -> None:
    spec: dict[str, Any] = {"type": "wokwi-led", "id": "l", "attrs": {"label": "\x00<&"}}
    circuit = Circuit(load({"version": 1, "parts": [ESP, spec], "connections": []}))
    circuit.start(StillWorld())
    assert "\ufffd&lt;&amp;" in draw(circuit)
    ET.fromstring(draw(circuit))
