"""Killed grading can be resumed and then has the results of an undisturbed run."""

import os
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from grader.archive.store import Store
from grader.classrun.grading import Grading
from grader.lab.course import Course
from grader.nbgrader.rows import SubmissionRows
from tests.support.classroom import LAB, HandIn, auto_scores
from tests.support.fake_scoring import POINTS, by_text, must_not_be_called
from tests.support.grading_process import LIMIT_S, State, copied, made
from tests.support.grading_process import Course as GradedCourse
from tools import kill_grading

SAMPLE = (("board", 0), ("worker", 0))
Undisturbed = tuple[GradedCourse, float, State]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Undisturbed]:
    """A class of that lab, the duration of its grading (s), and the results."""

    @cache
    def graded(lab: str) -> Undisturbed:
        scratch = tmp_path_factory.mktemp("kills")
        course = made(scratch / "course", 5, lab=lab)
        whole = copied(course, scratch / "whole")
        return course, whole.grade(), whole.state()

    return graded


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        pytest.param(kind, seed, marks=() if (kind, seed) in SAMPLE else pytest.mark.long)
        for seed in range(4)
        for kind in kill_grading.possible()
    ],
)
def test_a_disturbed_run_is_resumed(
    undisturbed: Callable[[str], Undisturbed], kind: str, seed: int, tmp_path: Path
) -> None:
    course, duration_s, expected = undisturbed(kill_grading.KINDS[kind].lab)
    rng = random.Random(f"{kind} {seed}" if seed else kind)
    with kill_grading.place_for(kind, tmp_path) as place:
        mine = copied(course, place)
        times = range(kill_grading.KINDS[kind].times)
        moments_s = [duration_s * rng.uniform(0.5, 0.9) for _time in times]
        kill_grading.disturb(kind, mine, moments_s, rng)
        assert kill_grading.difference(mine.state(), expected) == ""
        assert not list(mine.root.glob("autograded/*/.*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_is_one_cause_and_one_cure(
    undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    with kill_grading.place_for("disk", tmp_path) as place:
        course = copied(undisturbed(LAB)[0], place)
        kill_grading.limit_free_space(course, 0)
        process = course.start()
        _out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    cause, cure = err.strip().splitlines()
    assert cause.startswith(kill_grading.FULL)
    assert "run it again to resume" in cure


def test_an_unrecorded_submission_is_no_attempt_and_does_not_run_again(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint comes with the third submission: an attempt without marks must not count."""
    hand_in("s1", "HALF = 1")
    grading, store = Grading(course, LAB), Store(course.store)
    with monkeypatch.context() as patch:
        patch.setattr(SubmissionRows, "save", lambda *_: 1 / 0)
        for program in ("HALF = 1", "x = 1"):
            hand_in("s1", program)
            (outcome,) = grading.run(grading.submissions(), work=by_text, workers=1)
            assert outcome.state == "error"
    assert store.tries(LAB, "s1") == 0
    assert store.record(LAB, "s1") is None
    (outcome,) = grading.run(grading.submissions(), work=must_not_be_called, workers=1)
    assert outcome.state == "graded"
    record = store.record(LAB, "s1")
    assert record and record.number == store.tries(LAB, "s1") == 1
    assert not list((course.store / "marks" / LAB / "s1").glob("*.scored"))
    assert set(auto_scores(course).values()) == set(POINTS.values())


def test_submissions_scored_before_a_kill_are_not_scored_again(
    course: Course, hand_in: HandIn
) -> None:
    """A kill after the record was saved, but before the gradebook and the notebook were."""
    hand_in("s1", "HALF = 1")
    grading = Grading(course, LAB)
    list(grading.run(grading.submissions(), work=by_text, workers=1))
    scores = auto_scores(course)
    shutil.rmtree(course.root / "autograded")
    (outcome,) = grading.run(grading.submissions(), work=must_not_be_called, workers=1)
    assert outcome.state == "graded"
    assert auto_scores(course) == scores
    assert (course.root / "autograded" / "s1" / LAB / f"{LAB}.ipynb").is_file()
