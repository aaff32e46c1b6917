"""Stock nbgrader on the same notebooks gives what we give with the public seed."""

from classroom import HandIn
from stock import our_marks, stock_marks

from grader.course import Course
from grader.lab import LABS


def test_marks_and_export_are_those_of_stock(course: Course, hand_in: HandIn) -> None:
    lab = LABS / course.labs[0]
    hand_in("s1", (lab / "reference.py").read_text(encoding="utf-8"))
    hand_in("s2", (lab / "mutants" / "pong_same.py").read_text(encoding="utf-8"), answer="")
    theirs, ours = stock_marks(course), our_marks(course)
    assert ours == theirs
    scores, csv = ours
    assert {mark for (who, _lab, _item), mark in scores.items() if who == "s2"} != {0.0}
    assert len(csv.splitlines()) == 3
