"""The glossary: its terms are found in their forms, and our messages use them."""

import pytest

from grader.authoring.glossary import Term, missing_terms, terms
from grader.score.misconceptions import shared
from hardware.i18n import entries as catalogue_entries
from tests.support.message_scan import entries, fields
from tests.support.project import ROOT


def test_our_messages_use_the_glossary() -> None:
    missed = []
    for english, arabic in entries():
        prose = english
        for field in fields(english):
            prose = prose.replace(field, " ")
        # A word in Latin letters in an Arabic text is a name in a program or a file.
        missed += [
            (t.english, arabic) for t in missing_terms(prose, arabic) if t.english not in arabic
        ]
    assert missed == []


def test_messages_that_labs_share_use_the_glossary() -> None:
    assert [missing_terms(texts["en"], texts["ar"]) for texts in shared().values()] == [[]] * len(
        shared()
    )


def test_the_station_has_one_word_for_a_faulty_board() -> None:
    catalogue = catalogue_entries((ROOT / "station/locale/ar.po").read_text(encoding="utf-8"))
    told = {en: ar for en, ar in catalogue.items() if "faulty" in en.lower().split()}
    assert {"faulty", "Faulty", "{board} is faulty"} <= told.keys()
    assert [text for text in told.values() if "معيب" not in text] == []


def test_every_term_has_an_arabic_that_it_finds() -> None:
    for term in terms():
        assert term.used_in(f"See the {term.english}.")
        assert all(term.is_in(form) for form in term.arabic)


@pytest.mark.parametrize(
    "arabic",
    ["طنّان", "الطنّان", "وبالطنان", "للطَّنّان", "طنانات", 'صوت <bdi dir="ltr">5 V</bdi> طنان'],
)
def test_a_term_is_found_in_its_forms(arabic: str) -> None:
    assert Term("buzzer", ("طنان",)).is_in(arabic)


@pytest.mark.parametrize(
    ("english", "used"),
    [
        ("The relays click.", True),
        ("A RELAY", True),
        ("`relay.on()` switches it", False),
        ("a relayed message", False),
    ],
)
def test_a_term_is_a_word_outside_of_code(english: str, used: bool) -> None:
    assert Term("relay", ("مرحل",)).used_in(english) == used


def test_two_words_may_have_article_and_ending() -> None:
    assert Term("pull-up", ("مقاومة رفع",)).is_in("فعّل مقاومةَ الرفعِ الداخلية")
    assert not Term("pull-up", ("مقاومة رفع",)).is_in("مقاومة بلا شيء")
