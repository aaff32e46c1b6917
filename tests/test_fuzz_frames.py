"""A small share of fuzz_frames.py."""

import fuzz_frames
from forged_calls import CALLS
from forgeries import Forger
from impostor import ASK

from hardware.bench.protocol import frames


def test_a_board_that_says_anything_ends_or_lives_and_hurts_nobody() -> None:
    outcomes = [fuzz_frames.one(number) for number in range(16)]
    assert [outcome for outcome in outcomes if outcome.kind == "failed"] == []
    assert {"lives", "forged"} <= {outcome.kind for outcome in outcomes}


def test_every_record_and_every_call_is_tried() -> None:
    acts = [act for number in range(80) for act in Forger(number).acts()]
    said = {act.kind for act in acts}
    assert {value for name, value in vars(frames).items() if name.startswith("REC_")} <= said
    called = {act.a for act in acts if act.kind == frames.REC_CALL and act.how == ASK}
    assert set(CALLS) <= called


def test_a_number_says_the_same_each_time() -> None:
    assert Forger(7).acts() == Forger(7).acts() != Forger(8).acts()
