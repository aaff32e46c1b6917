"""A small share of fuzz_bench.py, fuzz_frames.py and fuzz_traces.py, and earlier findings."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.protocol import frames
from hardware.errors import DiagramError
from tests.support.forged_board import ASK
from tests.support.forged_frames import CALLS, Forger
from tools import fuzz_bench, fuzz_frames, fuzz_traces, random_programs

ESP = {"type": "board-esp32-devkit-c-v4", "id": "esp"}


@pytest.mark.parametrize(
    "numbers", [range(200), pytest.param(range(200, 1000), marks=pytest.mark.long)]
)
def test_wrong_circuits_and_scenarios_give_a_result_or_one_line(numbers: range) -> None:
    outcomes = [fuzz_bench.one(number) for number in numbers]
    assert [outcome for outcome in outcomes if outcome.kind == "failed"] == []
    assert sum(o.kind == "ran" for o in outcomes) >= fuzz_bench.LEAST_RAN * len(outcomes)


def test_a_seed_gives_the_same_files() -> None:
    assert fuzz_bench.make(7) == fuzz_bench.make(7) != fuzz_bench.make(8)


@pytest.mark.parametrize("value", ["x" * 5000, "\x1b[2J", "\x00", "\n", "\u202e", "\ud800"])
def test_an_error_is_short_and_has_no_control_characters(value: str) -> None:
    spec: dict[str, Any] = {"type": "wokwi-resistor", "id": "r", "attrs": {"value": value}}
    with pytest.raises(DiagramError) as caught:
        Circuit(load({"version": 1, "parts": [ESP, spec], "connections": []}))
    assert len(str(caught.value)) < 300 and str(caught.value).isprintable()


def test_a_label_that_xml_cannot_hold_is_drawn() -> None:
    spec: dict[str, Any] = {"type": "wokwi-led", "id": "l", "attrs": {"label": "\x00<&"}}
    circuit = Circuit(load({"version": 1, "parts": [ESP, spec], "connections": []}))
    circuit.start(StillWorld())
    assert "\ufffd&lt;&amp;" in draw(circuit)
    ET.fromstring(draw(circuit))


@pytest.mark.parametrize(
    "numbers", [range(16), pytest.param(range(16, 100), marks=pytest.mark.long)]
)
def test_a_forged_board_ends_or_runs_and_harms_no_other_board(numbers: range) -> None:
    outcomes = [fuzz_frames.one(number) for number in numbers]
    assert [outcome for outcome in outcomes if outcome.kind == "failed"] == []
    assert {"lives", "forged"} <= {outcome.kind for outcome in outcomes}


def test_every_record_and_every_call_is_tried() -> None:
    acts = [act for number in range(80) for act in Forger(number).acts()]
    kinds = {act.kind for act in acts}
    assert {value for name, value in vars(frames).items() if name.startswith("REC_")} <= kinds
    called = {act.a for act in acts if act.kind == frames.REC_CALL and act.how == ASK}
    assert set(CALLS) <= called


def test_a_seed_gives_the_same_forged_records() -> None:
    assert Forger(7).acts() == Forger(7).acts() != Forger(8).acts()


@pytest.mark.parametrize(
    "numbers", [range(6), pytest.param(range(6, 100), marks=pytest.mark.long)]
)
def test_traces_of_random_programs_do_not_depend_on_the_way(numbers: range) -> None:
    """On when the boards ask, and on what the bench leaves out."""
    outcomes = [fuzz_traces.one(number) for number in numbers]
    assert [outcome for outcome in outcomes if outcome.kind == "failed"] == []
    assert sum(outcome.kind == "same" for outcome in outcomes) >= 0.8 * len(outcomes)


@pytest.mark.parametrize("number", [94, 297])
def test_nor_in_a_call_of_c_code_with_a_hard_interrupt(number: int) -> None:
    """Another board writes at the board's horizon (94), or an alarm is due there (297)."""
    assert fuzz_traces.one(number).kind == "same"


def test_a_seed_gives_the_same_programs() -> None:
    made = [random_programs.case(number).programs for number in (7, 7, 8)]
    assert made[0] == made[1] != made[2]
