"""What a beginner reads fits the mistake: programs whose message named another one before."""

import pytest

from grader.authoring.lab_check import program_text
from grader.lab.lab import find
from grader.score.results import SeedResult
from grader.score.score import score

SEED = 1


def judged(slug: str, program: str, *changes: tuple[str, str]) -> SeedResult:
    """The result of a reference or a mutant with these changes."""
    lab = find(slug)
    text = program_text(lab, program)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return score(lab, next(iter(lab.boards)), {"main.py": text.encode()}, [SEED]).seeds[0]


def keys(found: SeedResult) -> dict[str, str]:
    return {id: item.key for id, item in found.items.items() if item.key}


def test_right_lines_are_not_shown_as_slips_of_form() -> None:
    no_sum = ('elif words[0] == "sum":', 'elif words[0] == "total":')
    found = judged("first_contact", "reference", no_sum)
    assert keys(found) == {"e": "unreached"}


def test_the_text_between_replies_does_not_say_that_the_replies_are_right() -> None:
    prints = ("    if not words:\n", '    print("got", words)\n    if not words:\n')
    no_minus = ("sum(int(word) for word in words[1:])", "sum(map(abs, map(int, words[1:])))")
    found = judged("first_contact", "reference", prints, no_minus)
    assert keys(found) == {"d": "extra_text", "e": "wrong_number"}
    texts = find("first_contact").misconceptions["extra_text"]
    assert "replies are right" not in texts["en"] and "صحيحة" not in texts["ar"]


LATER = (
    "    for phase, length in plan:\n",
    "    for phase, length in plan:\n"
    "        if plan is not FALLBACK and ticks_diff(ticks_ms(), first) > 9000:\n"
    "            plan = FALLBACK\n"
    "            break\n",
)


@pytest.mark.parametrize(
    "changes",
    [
        # MicroPython raises OSError for a name, which the reference takes for a missing file.
        [("json.load(file)", 'json.load("plan.json")')],
        [("deadline = ticks_ms()\n", "first = deadline = ticks_ms()\n"), LATER],
    ],
)
def test_a_plan_that_is_given_up_is_no_wrong_order(changes: list[tuple[str, str]]) -> None:
    found = judged("traffic_light", "reference", *changes)
    assert {found.items[id].key for id in "ab"} <= {"fell_back", ""}
    assert found.items["b"].key == "fell_back" and not found.items["e"].key


def test_phases_that_are_too_short_do_not_come_later_and_later() -> None:
    shorter = ("ticks_add(deadline, length)", "ticks_add(deadline, length - 8)")
    assert keys(judged("traffic_light", "reference", shorter)) == {"d": "length"}


def test_a_light_without_its_journal_shows_no_deadlines() -> None:
    # Each phase is slept as a whole; without the journal's 5 ms nothing is late all the same.
    found = judged("traffic_light", "drift", ("        log(phase)\n", ""))
    assert keys(found) == {"d": "never_logged", "f": "never_logged"}
    assert sum(item.points for item in found.items.values()) == 13


def test_numbers_are_judged_when_each_press_has_one_line() -> None:
    found = judged("buttons", "no_debounce")
    assert found.parts["b.numbers"].key == "after"
    assert (found.items["b"].key, found.items["b"].also) == ("no_debounce", ())


def test_two_quick_presses_tell_what_was_seen_of_them() -> None:
    after_both = [
        ("armed = False  # a", "due = []\narmed = False  # a"),
        ('        print("COUNT", count)\n', "        due.append(count)\n"),
        (
            "    if btn_2.pressed():\n",
            "    if due and btn_1.level == 1 and btn_1.held_ms() >= 150:\n"
            "        for number in due:\n"
            '            print("COUNT", number)\n'
            "        due.clear()\n"
            "    if btn_2.pressed():\n",
        ),
    ]
    assert judged("buttons", "reference", *after_both).items["c"].key == "late_count"
    slow = judged("buttons", "reference", ("STILL_MS = 20", "STILL_MS = 85"))
    assert slow.items["c"].key == "short_press"
    assert judged("buttons", "sleep_debounce").items["c"].key == "one_of_two"


@pytest.mark.parametrize("changes", [[], [("STILL_MS = 20", "STILL_MS = 75")]])
def test_long_at_the_release_is_shown_with_its_time(changes: list[tuple[str, str]]) -> None:
    late = judged("buttons", "long_release", *changes).items["d"]
    assert late.key == "long_release"
    assert 1800 < float(late.measured.removesuffix(" ms")) < 2700


def test_a_start_that_a_sleeping_handler_does_not_see_is_no_fault_of_start() -> None:
    found = judged("emergency_stop", "isr_sleep")
    assert found.parts["c.again"].key == "isr_sleep"
    assert (found.items["c"].key, found.items["c"].also) == ("after", ())
