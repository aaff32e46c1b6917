"""A card goes into a record and to another process as plain data, and comes back the same."""

import json
import pickle

from grader.grading.task import Task, score_lab
from grader.lab import find
from grader.scoring.card import Card

CARD = Card(
    item="b",
    points=2.5,
    maximum=5,
    title={"ar": "طول كل طور", "en": "length of each phase"},
    measured="812.5 ms",
    expected="800 ± 10 ms",
    message={"ar": "طول الطور يخالف الخطة.", "en": "A phase is not as long as the plan says."},
    waveform="<svg/>",
    key="length",
    detail="ValueError: x",
    episode="plan",
    at_ns=812_500_000,
)


def test_a_card_survives_json_and_pickle() -> None:
    assert Card.from_dict(json.loads(json.dumps(CARD.as_dict()))) == CARD
    assert pickle.loads(pickle.dumps(CARD)) == CARD


def test_a_missed_item_says_which_idea_and_where() -> None:
    lab = find("traffic_light")
    late = (lab.folder / "mutants" / "drift.py").read_text(encoding="utf-8")
    task = Task(
        lab=lab.slug,
        digest=lab.digest,
        board=next(iter(lab.boards)),
        program=late,
        host=None,
        answered=True,
        seeds=(0,),
    )
    cards = score_lab(lab, task)
    missed = [card for card in cards if card.points < card.maximum]
    assert missed
    for card in missed:
        assert card.key and card.episode and card.hint["ar"] and card.hint["en"]
        assert Card.from_dict(json.loads(json.dumps(card.as_dict()))) == card
    full = [card for card in cards if card.points == card.maximum]
    assert all(not card.key and not card.detail for card in full)
