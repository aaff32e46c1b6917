"""Characters of an Arabic keyboard in a program are named with their place, in both languages."""

import pytest

from hardware.notebook import stray_characters


@pytest.mark.parametrize(
    ("source", "line", "column", "wanted"),
    [
        ("x = [1، 2]", 1, 7, ","),
        ("a = 1\nsleep_ms(٥00)", 2, 10, "5"),
        ("a = 1\n\u200fb = 2", 2, 1, ""),
        ("if a؛", 1, 5, ";"),
        ("x = ۳", 1, 5, "3"),
        ("x =\u00a01", 1, 4, " "),
        ("print(“hi”)", 1, 7, '"'),
        ("print(f'{volts:.٢f} V')", 1, 17, "2"),
        ("x = f\"{d['مفتاح،']} {٣}\"", 1, 22, "3"),
        ("x = rf'''{{٣}}\n{a:{٤}}'''", 2, 5, "4"),
    ],
)
def test_the_character_is_found_where_it_stands(
    source: str, line: int, column: int, wanted: str
) -> None:
    mark = stray_characters.find(source)[0]
    assert (mark.line, mark.column, mark.wanted) == (line, column, wanted)


@pytest.mark.parametrize(
    "source",
    [
        "print('مرحبا، ٣٥')",
        'x = """\n\u200fنص، طويل\n"""\ny = 1',
        "# تعليق، ٥\nx = 1",
        "s = 'it\\'s ، fine'",
        "عدد = 5",
        "f'سطر {عدد} ٢، {{٣}}'",
        "'{٢}'",
        "",
    ],
)
def test_strings_comments_and_arabic_names_are_left_alone(source: str) -> None:
    assert stray_characters.find(source) == []


def test_an_unclosed_string_does_not_hide_the_next_line() -> None:
    assert [mark.line for mark in stray_characters.find("a = 'x\nb = 1، 2")] == [2]


def test_the_message_names_place_and_cure_in_both_languages() -> None:
    mark = stray_characters.find("x = [1، 2]")[0]
    assert mark.describe("en") == "line 1, column 7: an Arabic comma; write , instead."
    assert "السطر 1، العمود 7: فاصلة عربية" in mark.describe("ar")
    with pytest.raises(stray_characters.StrayCharactersFound) as caught:
        stray_characters.check("x = [1، 2]")
    assert caught.value.characters == [mark]
