"""Makes docs/measured/attacks.md: it grades the attacks of tests/system/attacks.

    python tools/attack_table.py              # keeps the measured memory and times
    python tools/attack_table.py --measure    # measures them again: on an idle machine

A test checks that the page is up to date, except for what was measured (attack_cost.py).
"""

import argparse
import tempfile
from pathlib import Path

from tests.support import attack_class
from tests.support.attack_class import Attack, Graded, attacker, grade_class, twin
from tests.support.project import DOCS
from tools import attack_cost

PAGE = DOCS / "measured" / "attacks.md"
COMMAND = "run `python tools/attack_table.py`"
HEAD = """\
# Attacks on the grader

Made by `python tools/attack_table.py`: every attack in `tests/system/attacks` is handed in
together with a twin (the same submission without the attack), and `warsha grade` grades both in a
class of honest trainees. *Where it ends* is the part of the grader that stops it; *marks* are
those of the attack and of its twin. `tests/system/test_attacks.py` checks this page. It also
checks that marked strings in the secret, the checks, the gradebook and other submissions appear
in no output and no returned file.

| attack | what it tries | where it ends | marks with / without |
|---|---|---|---|
"""
FOOT = """
How long others have to wait is measured separately: `python tools/attack_delay.py`,
and in `make bench`.
"""


def page(graded: Graded) -> str:
    """The page without what was measured, board programs first."""
    return HEAD + "".join(row(graded, attack) for attack in attack_class.attacks()) + FOOT


def parts_of(text: str) -> tuple[str, str]:
    """A page in two parts: the table of marks, and what was measured."""
    marks, title, measured = text.partition(attack_cost.TITLE)
    return marks, title + measured


def row(graded: Graded, attack: Attack) -> str:
    """One attack."""
    with_, without = (total(graded, attack, who(attack)) for who in (attacker, twin))
    name = attack.name.replace("_", " ")
    return f"| {name} | {attack.tries} | {attack.ends} | {with_} / {without} |\n"


def total(graded: Graded, attack: Attack, student: str) -> str:
    """The sum of a trainee's marks, or a text if there are none."""
    points = graded.of(attack, student)
    return f"{sum(filter(None, points.values())):g}" if points else "not graded"


def main() -> None:
    """Grade the corpus and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure memory and times again")
    measure = parser.parse_args().measure
    with tempfile.TemporaryDirectory() as place:
        graded = grade_class(Path(place), attack_class.attacks(), honest=1)
    measured = parts_of(PAGE.read_text(encoding="utf-8"))[1]
    if measure:
        measured = attack_cost.section(attack_class.attacks())
    PAGE.write_text(page(graded) + measured, encoding="utf-8")


if __name__ == "__main__":
    main()
