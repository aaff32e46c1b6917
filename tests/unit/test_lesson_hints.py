"""Every lab has three hints in each language, which are long enough to help and short enough to
read."""

import pytest

from tests.support.lesson_hints import LABS_WITH_HINTS, hints_of

LEAST, MOST = 80, 160


@pytest.mark.parametrize("slug", LABS_WITH_HINTS)
def test_a_lab_has_three_hints_in_each_language(slug: str) -> None:
    found = {
        language: [h.level for h in hints_of(slug) if h.language == language]
        for language in ("ar", "en")
    }
    assert found == {"ar": [1, 2, 3], "en": [1, 2, 3]}


@pytest.mark.parametrize("slug", LABS_WITH_HINTS)
def test_a_hint_has_80_to_160_words(slug: str) -> None:
    words = {hint.place: hint.words for hint in hints_of(slug)}
    assert {place: n for place, n in words.items() if not LEAST <= n <= MOST} == {}


@pytest.mark.parametrize("slug", LABS_WITH_HINTS)
def test_only_the_last_hint_has_a_program_and_both_languages_have_the_same(slug: str) -> None:
    hints = hints_of(slug)
    assert not any(hint.programs for hint in hints if hint.level < 3)
    arabic, english = (hint.programs for hint in hints if hint.level == 3)
    assert len(arabic) == 1
    assert arabic == english
