"""A card is saved and sent as plain data without change; its message names place and cause."""

import json
import pickle
from dataclasses import replace
from typing import get_args

import pytest

from grader.authoring.lab_check import program_text
from grader.classrun.task import Task, score_lab
from grader.host.process import FailureKind
from grader.lab.lab import Lab, find
from grader.lab.prediction import OwnPrediction
from grader.score.card import Card, card_html
from grader.score.misconceptions import also, hint, message
from grader.score.results import ItemResult

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


def scored(lab: Lab, program: str) -> dict[str, Card]:
    """The cards of a program by item, on the lab's first board with the public seed."""
    task = Task(
        lab=lab.slug,
        digest=lab.digest,
        board=next(iter(lab.boards)),
        program=program,
        host=None,
        prediction=OwnPrediction("twelve", "because"),
        seeds=(0,),
    )
    return {card.item: card for card in score_lab(lab, task)}


def test_a_missed_item_names_the_misconception_and_the_place() -> None:
    lab = find("traffic_light")
    late = program_text(lab, "drift")
    cards = scored(lab, late).values()
    missed = [card for card in cards if card.points < card.maximum]
    assert missed
    for card in missed:
        assert card.key and card.episode and card.hint["ar"] and card.hint["en"]
        assert Card.from_dict(json.loads(json.dumps(card.as_dict()))) == card
    full = [card for card in cards if card.points == card.maximum]
    assert all(not card.key and not card.detail for card in full)
    assert all(card.about["ar"] and card.about["en"] for card in cards if card.measured)


def test_each_missed_part_of_an_item_is_told_with_its_values() -> None:
    lab = find("emergency_stop")
    right = program_text(lab, "reference")
    wrong = right.replace("STOP t=%d", "Stop at %d").replace("BUZZ_MS = 1000", "BUZZ_MS = 400")
    card = scored(lab, wrong)["d"]
    assert (card.points, card.key) == (1, "form")
    assert card.measured.startswith("Stop at ") and card.expected.startswith("STOP t=")
    for language, measured in (("ar", "القياس"), ("en", "measured")):
        assert lab.misconceptions["buzz"][language] in card.also[language]
        assert f"({measured} `399." in card.also[language]
    assert "The buzzer did not sound" in card_html(card)
    one = scored(lab, program_text(lab, "other_words"))
    missed = {card.item for card in one.values() if card.key}
    assert missed == {"d", "t"}, "t: without a scenario"
    assert not one["d"].also


def test_a_message_is_told_again_only_with_other_values() -> None:
    lab = find("first_contact")

    def missed(detail: str, measured: str = "") -> ItemResult:
        return ItemResult("e", 0, 3, measured, "7", key="input_echo", detail=detail)

    others = (missed("ValueError: x"), missed("ValueError: y", "6"))
    texts = also(lab, replace(missed(""), also=others))
    assert texts["en"].count("Also:") == 1 and "measured `6`" in texts["en"]
    assert texts["ar"].count("وأيضًا:") == 1
    assert also(lab, replace(missed(""), also=others[:1])) == {}


@pytest.mark.parametrize("detail", ["ingest(): missing: no %%host", "ingest(): missing"])
def test_a_host_function_that_is_not_there_is_told_in_each_language(detail: str) -> None:
    lab = find("store_and_forward")
    missed = ItemResult("e", 0, 4, key="host_failed", detail=detail)
    texts, hints = message(lab, missed), hint(lab, missed)
    assert texts["en"].startswith("The cell `%%host` has no function `ingest`")
    assert texts["ar"].startswith("لا دالة `ingest` في خلية `%%host`")
    assert "missing" not in texts["en"] + texts["ar"]
    assert "`def`" in hints["en"] and "`def`" in hints["ar"]
    raised = replace(missed, detail="ingest(): raised: ValueError: missing")
    texts = message(lab, raised)
    assert texts["en"].endswith("`ingest()`: it ended with an error: `ValueError: missing`.")


def test_why_a_host_function_gave_no_answer_is_told_in_each_language() -> None:
    lab = find("framed_link")
    kinds = set(get_args(FailureKind)) - {"missing"}
    for kind in kinds:
        texts = message(lab, ItemResult("f", 0, 4, key="host_failed", detail=f"Link(): {kind}"))
        assert f": {kind}" not in texts["en"] + texts["ar"]
        assert "`Link()`" in texts["en"] and "`Link()`" in texts["ar"]
    endless = message(lab, ItemResult("f", 0, 4, key="host_failed", detail="Link(): time"))
    assert endless["en"].endswith(
        "it used more than 4 s of processor time, or 6 s in all. Is there an endless loop?"
    )
    assert "حلقة لا تنتهي" in endless["ar"]


def test_a_led_on_another_pin_is_named_with_that_pin_and_drawn() -> None:
    lab = find("voltmeter")
    program = program_text(lab, "reference")
    assert "Pin(LED_R" in program
    card = scored(lab, program.replace("Pin(LED_R", "Pin(26"))["d"]
    assert (card.key, card.points, card.measured) == ("other_pin", 0, "0 ×")
    for language in ("ar", "en"):
        assert "`GPIO 26 ≠ LED_R = GPIO 25`" in card.message[language]
    assert ">GPIO 26</text>" in card.waveform
    assert card.at_ns is not None  # the crossing at which LED_R should have changed


def test_an_error_names_the_line_of_the_cell_and_of_the_file() -> None:
    lab = find("traffic_light")
    lines = program_text(lab, "reference").splitlines()
    loop = next(n for n, line in enumerate(lines) if line.startswith("while True"))
    program = "\n".join([*lines[: loop + 1], "    1 / 0", *lines[loop + 1 :]]) + "\n"
    texts = scored(lab, program)["a"].message
    # `%%board main.py` is line 1 of the cell, and lines count from 1.
    assert f"in line {loop + 3} of the cell (line {loop + 2} of `main.py`)" in texts["en"]
    assert f"في السطر {loop + 3} من الخلية (السطر {loop + 2} من `main.py`)" in texts["ar"]


@pytest.mark.parametrize(
    ("noted", "ar", "en"),
    [
        (
            "more output than allowed",
            "(الطباعة أكثر من المسموح بها)",
            "(more output than allowed)",
        ),
        (
            "more than 30.0 s of CPU",
            "أكثر من \u206830.0\u2069 ثانية من وقت",
            "(more than 30.0 s of CPU)",
        ),
        (
            "more than 60 s of wall time",
            "أكثر من \u206860\u2069 ثانية من الوقت",
            "60 s of wall time",
        ),
        ("signal 11", "(أوقفها النظام بالإشارة \u206811\u2069)", "(signal 11)"),
        ("exit code 1", "(رمز الخروج \u20681\u2069)", "(exit code 1)"),
        ("time goes back", "(`time goes back`)", "(time goes back)"),
    ],
)
def test_the_end_reason_of_a_board_is_in_the_language_of_the_text(
    noted: str, ar: str, en: str
) -> None:
    ended = ItemResult("a", 0, 3, key="board_died", detail=noted)
    texts = message(find("first_contact"), ended)
    assert ar in texts["ar"] and en in texts["en"]
