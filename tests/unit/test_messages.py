"""Every message for people exists in English and in Arabic, and reads well in both."""

from collections import Counter

import pytest
from babel.messages.pofile import read_po
from typer.testing import CliRunner

import warsha
from hardware.errors import HardwareError
from hardware.i18n import BilingualText, _, arabic, in_both_languages, isolated
from hardware.i18n import entries as catalogue_entries
from tests.support.message_scan import (
    entries,
    fields,
    help_paragraphs,
    help_texts,
    messages,
    plain_texts,
    unfilled,
)
from tests.support.project import ROOT

ENGLISH = {
    "pty      {}": "the name of what is opened",
    "socket   {}": "the name of what is opened",
    "raw paste": "a term of MicroPython's protocol",
    "{} GB": "a unit",
    "nbgrader {}: {}": "a command, and what it said",
}
"""Texts that need no translation, with the reason."""


ARABIC = dict(entries())


def test_every_message_has_arabic() -> None:
    assert [str(place) for place in messages() if not ARABIC.get(place.text)] == []


def test_every_command_and_option_has_help_in_both_languages() -> None:
    assert [name for name, text in help_texts() if not text] == []
    assert [text for text in help_paragraphs() if not ARABIC.get(text)] == []


@pytest.mark.parametrize("words", [[], ["boards"], ["course"], ["keys"], ["lab"]])
def test_a_list_of_commands_shows_whole_sentences(words: list[str]) -> None:
    page = CliRunner(env={"COLUMNS": "80"}).invoke(warsha.app, [*words, "--help"]).stdout
    listed = page.partition("\nCommands:\n")[2]
    assert listed
    assert "..." not in listed


def test_every_entry_is_used_and_exists_once() -> None:
    used = {place.text for place in messages()} | help_paragraphs()
    assert sorted(ARABIC.keys() - used) == []
    assert [
        text for text, count in Counter(text for text, _ar in entries()).items() if count > 1
    ] == []


def test_both_languages_have_the_same_fields() -> None:
    assert [english for english, arabic in entries() if fields(english) != fields(arabic)] == []


@pytest.mark.parametrize("package", ["grader", "hardware", "station"])
def test_a_catalogue_is_read_as_babel_reads_it(package: str) -> None:
    file = ROOT / package / "locale" / "ar.po"
    with file.open("rb") as source:
        catalogue = read_po(source)
    theirs = {one.id: one.string for one in catalogue if one.id and not one.fuzzy}
    assert catalogue_entries(file.read_text(encoding="utf-8")) == theirs


def test_escapes_and_long_texts_of_a_catalogue() -> None:
    entry = 'msgid ""\n"a \\"b\\" "\n"\\\\c\\n"\nmsgstr "ب"\n'
    assert catalogue_entries(f'# "x"\n{entry}msgid "d"\nmsgstr "ه"') == {
        'a "b" \\c\n': "ب",
        "d": "ه",
    }


def test_format_fills_every_field() -> None:
    assert [str(place) for place in unfilled()] == []


def test_a_message_is_one_line() -> None:
    assert [text for pair in entries() for text in pair if "\n" in text] == []


def test_no_message_exists_in_english_only() -> None:
    assert [str(place) for place in plain_texts() if place.text not in ENGLISH] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("الملف {name} تالف", "الملف <{name}> تالف"),
        ("({volts:g} V) و3V3", "([{volts:g} V]) و[3V3]"),
        ('اكتب `"attrs": { … }`، أو لا', 'اكتب [`"attrs": { … }`]، أو لا'),
        ("نفّذ: make setup BITS=64.", "نفّذ: [make setup BITS=64]."),
        ("السبب machine.reset() أو 220 Ω", "السبب [machine.reset()] أو [220 Ω]"),
        ("أضف 10 kΩ.", "أضف [10 kΩ]."),
    ],
)
def test_latin_words_keep_their_order(text: str, shown: str) -> None:
    marks = str.maketrans({"<": "\u2068", "[": "\u2066", ">": "\u2069", "]": "\u2069"})
    assert isolated(text) == shown.translate(marks)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("WARSHA_LANG", "ar", "أعد تشغيلها."),
        ("LANG", "ar_EG.UTF-8", "أعد تشغيلها."),
        ("LANG", "C.UTF-8", "Reset it."),
        ("WARSHA_LANG", "fr", "Reset it."),
    ],
)
def test_the_language_is_the_reader_s(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    for name in ("WARSHA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert _("Reset it.") == message


def test_backticks_are_shown_only_where_the_english_has_some() -> None:
    assert "`" not in arabic("Write for example --on pico=main.py.")
    assert "`make setup`" in arabic("Run `make setup` in the Warsha folder.")


def test_a_known_error_is_told_in_both_languages_to_a_page() -> None:
    with in_both_languages():
        pin = _(" or ").join(["GPIO 1", "GPIO 2"])
        error = HardwareError(_("{pin} is held low: it is shorted to GND").format(pin=pin))
    assert isinstance(error.cause, BilingualText)
    assert error.cause == error.cause.english
    assert error.cause.english == "GPIO 1 or GPIO 2 is held low: it is shorted to GND"
    assert "GPIO 1 أو GPIO 2" in error.cause.arabic and "held" not in error.cause.arabic
    assert type(_("Reset it.")) is str
