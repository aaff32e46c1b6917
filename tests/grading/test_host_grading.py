"""A lab with host functions, from the reference and its mutants to a class and to practice."""

import os
import warnings
from itertools import chain
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from typer.testing import CliRunner

from grader.archive.store import Store
from grader.authoring.lab_check import check_runs
from grader.cli import app
from grader.host import probe, sandbox
from grader.lab.course import Course
from grader.nbgrader import config
from grader.notebook import practice
from hardware.notebook.session import programs
from tests.support.classroom import auto_scores
from tests.support.host_course import FOLDER, HOST, LAB, PROGRAM, hand_in


def test_reference_and_mutants_get_their_points() -> None:
    runs = list(check_runs(FOLDER, pairs=2))
    assert len(runs) == 12
    assert [str(difference) for difference in chain(*runs)] == []


def test_the_right_functions_stay_with_the_instructor(hosted: Course) -> None:
    handed_out = {file.name: file for file in hosted.trainee.rglob("*") if file.is_file()}
    assert {"checks.py", f"{LAB}.ipynb"} <= handed_out.keys()
    assert not {"reference_host.py", "host_no_gaps.py"} & handed_out.keys()
    for file in handed_out.values():
        assert "INSERT OR IGNORE INTO" not in file.read_text(encoding="utf-8"), file


def grade(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["grade", LAB, *options], terminal_width=200)
    return result.exit_code, result.output + str(result.exception or "")


def scores(course: Course) -> dict[str, list[float | None]]:
    """Each trainee's a, b, c, p."""
    found: dict[str, list[float | None]] = {}
    for (student, _lab, _item), points in sorted(auto_scores(course).items()):
        found.setdefault(student, []).append(points)
    return found


def test_a_class_is_graded(hosted: Course) -> None:
    hand_in(hosted, "good")
    hand_in(hosted, "none", host=None)
    hand_in(hosted, "wrong", host=(FOLDER / "mutants" / "host_plain_insert.py").read_text())
    hand_in(hosted, "raises", host="1 / 0")
    code, output = grade()
    assert code == 0, output
    assert scores(hosted) == {
        "good": [2, 6, 10, 2],
        "none": [2, 0, 0, 2],
        "raises": [2, 0, 0, 2],
        "wrong": [2, 0, 10, 2],
    }
    record = Store(hosted.store).record(LAB, "raises")
    assert record and record.stamp["sandbox"] == "bwrap" and record.host == "1 / 0\n"
    failures = {card.item: (card.key, card.detail) for card in record.cards}
    failed = ("host_failed", "ingest(): raised: ZeroDivisionError: division by zero (line 2)")
    assert failures["b"] == failures["c"] == failed


def test_grading_without_a_sandbox_is_refused_or_noted(
    hosted: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hand_in(hosted, "good")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, output = grade()
    assert code == 1
    assert "site_log has host code: the sandbox of host code does not start" in output
    assert scores(hosted) == {}
    options = config.load(hosted.root)
    api = NbGraderAPI(CourseDirectory(config=options), config=options)
    with warnings.catch_warnings(action="ignore", category=SAWarning):  # of its own code
        done = api.autograde(LAB, "good")
    (line,) = (line for line in done["log"].splitlines() if "or run: warsha" in line)
    assert "install bubblewrap" in line and f"warsha grade {LAB} --no-sandbox" in line
    assert "NBGRADER_EXECUTION" not in os.environ, "kernels started later hold back programs"
    code, output = grade("--no-sandbox")
    assert code == 0, output
    assert scores(hosted) == {"good": [2, 6, 10, 2]}
    record = Store(hosted.store).record(LAB, "good")
    assert record and record.stamp["sandbox"] == "none"
    assert CliRunner().invoke(app, ["class", LAB]).exit_code == 0
    table = (hosted.root / "class" / f"{LAB}.csv").read_text(encoding="utf-8")
    assert table.splitlines()[1].endswith(",graded,no_sandbox")


def test_the_doctor_names_cause_and_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert probe.check_sandbox().state == "ok"
    broken = ["bwrap", "--no-such-option"]
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: broken)
    monkeypatch.setattr(probe, "SETTINGS", tmp_path)
    cures = {
        "user/max_user_namespaces": ("0", "user.max_user_namespaces=10000"),
        "kernel/apparmor_restrict_unprivileged_userns": ("1", "AppArmor"),
        "kernel/unprivileged_userns_clone": ("0", "unprivileged_userns_clone=1"),
    }
    for name, (value, cure) in cures.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(value + "\n")
        found = probe.check_sandbox()
        assert found.state == "warn" and "--no-such-option" in found.found
        assert cure in found.cure
        (tmp_path / name).unlink()


def test_practice_calls_the_same_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setattr(practice, "LABS", FOLDER.parent)
    monkeypatch.setattr(practice, "session", practice.PracticeSession())
    monkeypatch.setattr(practice, "get_ipython", lambda: shell)
    practice.load_ipython_extension(shell)
    practice.lab(LAB)
    programs["main.py"] = PROGRAM
    assert float(practice.grade("c")) == 0
    shell.run_cell_magic("host", "", HOST)
    assert [float(practice.grade(item)) for item in "abc"] == [2, 6, 10]
    assert "ingest" in shell.user_ns
