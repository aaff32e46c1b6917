"""`warsha lab check`: it reports everything that prevents a release; our labs have no findings."""

import json
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from grader.authoring.lab_check import Difference, Trial, check_runs, verify_expected
from grader.authoring.lab_report import check_and_print, lines_of
from grader.authoring.lab_review import review_files, review_release
from grader.errors import LabError
from grader.lab.lab import LABS, load, slugs


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the traffic light lab for changes."""
    left_out = shutil.ignore_patterns("__pycache__")
    return Path(
        shutil.copytree(LABS / "traffic_light", tmp_path / "traffic_light", ignore=left_out)
    )


@pytest.mark.parametrize("slug", slugs())
def test_nothing_is_wrong_with_our_labs(slug: str) -> None:
    assert list(review_files(load(LABS / slug))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "remark"),
    [
        (
            "lab.toml",
            'ar = "ترتيب الأطوار"',
            'ar = "order"',
            "lab.toml, items.a: the Arabic has no",
        ),
        (
            "lab.toml",
            '"order of the phases"',
            '"ترتيب"',
            "items.a: there is Arabic in the English",
        ),
        ("lab.toml", '"order of the phases"', '"the relay"', "uses 'relay', but the Arabic"),
        ("lesson.md", "# L02 · Blink and the traffic light", "# الوميض", "Arabic in the English"),
        ("lesson.md", "| a | 2 |", "| a | 5 |", "item a needs a row | a | 2 | in Arabic and one"),
        ("lesson.md", "30 ms", "a bit", "the rows of item b do not state 30 of check b"),
        ("checks.py", 'on_miss="drift"', 'on_miss="late"', "no text for the misconception 'late'"),
        (
            "mutants/drift.toml",
            "# Misconception:",
            "# It is late:",
            "mutants/drift.toml: its first line",
        ),
        (
            "lab.toml",
            "[items]",
            '[manual]\nwhy = { ar = "السبب", en = "why" }\n\n[items]',
            "lab.toml, manual: why is only there",
        ),
        ("pins.pico.py", "LED_R = 15", "LED_R = 2", "diagram.pico.json: LED_R is pin GP2, but no"),
    ],
)
def test_a_fault_of_a_lab_is_reported(
    copy: Path, name: str, old: str, new: str, remark: str
) -> None:
    file = copy / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    count = -1 if name == "lesson.md" else 1
    file.write_text(text.replace(old, new, count), encoding="utf-8")
    remarks = list(review_files(load(copy)))
    assert any(remark in line for line in remarks), remarks


def test_a_lesson_in_one_language_is_reported(copy: Path) -> None:
    lesson = copy / "lesson.md"
    before, heading, after = lesson.read_text(encoding="utf-8").partition("# L02 · Blink")
    lesson.write_text(before + after[after.index('<div dir="rtl"') :], encoding="utf-8")
    assert heading
    assert "lesson.md, cell 1: Arabic without the English in the next cell" in review_files(
        load(copy)
    )


def test_a_circuit_with_an_overload_is_reported(copy: Path) -> None:
    file = copy / "diagram.json"
    circuit = json.loads(file.read_text(encoding="utf-8"))
    for part in circuit["parts"]:
        if part["type"] == "wokwi-resistor":
            part["attrs"] = {"value": "1"}
    file.write_text(json.dumps(circuit), encoding="utf-8")
    remarks = [line for line in review_files(load(copy)) if line.startswith("diagram.json: ")]
    assert remarks


def test_a_file_with_the_solution_is_reported(copy: Path) -> None:
    shutil.copyfile(copy / "reference.py", copy / "given" / "old_main.py")
    lines = list(review_release(load(copy)))
    assert lines == ["trainees get given/old_main.py, which contains most of the reference"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("mutants/empty.py", None, "expected.toml, empty: there is no such mutant"),
        ("reference.py", None, "reference.py: is missing"),
        ("expected.toml", None, "expected.toml: is missing"),
        ("expected.toml", "[drift", "expected.toml: is not TOML"),
        ("expected.toml", "[drift]\nd = 3\n", "drift.d: must be points and a key"),
    ],
)
def test_a_missing_or_wrong_file_is_a_one_line_error(
    copy: Path, name: str, text: str | None, message: str
) -> None:
    file = copy / name
    if text is None:
        file.unlink()
    else:
        head = "".join(f"[{m.stem}]\n" for m in (copy / "mutants").iterdir() if m.stem != "drift")
        file.write_text(head + text, encoding="utf-8")
    with pytest.raises(LabError, match=re.escape(message)):
        verify_expected(load(copy))


def test_a_check_that_raises_is_reported_with_its_line(copy: Path) -> None:
    file = copy / "checks.py"
    text = file.read_text(encoding="utf-8")
    broken = text.replace("found = seen(run)[: len", "found = seen(1 / 0)[: len")
    file.write_text(broken, encoding="utf-8")
    line = broken[: broken.index("1 / 0")].count("\n") + 1
    with pytest.raises(LabError, match=rf"checks.py, line {line}: \w+, .*division by zero"):
        list(check_runs(copy, 1))


def test_the_whole_check_reports_its_findings(copy: Path) -> None:
    for file in (copy / "mutants").iterdir():
        if file.stem not in ("empty", "ready_only", "freeze_after_ready", "drift"):
            file.unlink()
    expected = (copy / "expected.toml").read_text(encoding="utf-8")
    rows = {row.partition("]")[0]: row for row in expected.split("\n[")}
    kept = ("attack", "drift", "empty", "ready_only", "freeze_after_ready")
    text = "\n".join(f"[{rows[name]}" for name in kept)
    (copy / "expected.toml").write_text(text.replace('d = [0, "drift"]', 'd = [3, ""]'))
    out = Console(record=True, width=200)
    assert not check_and_print(out, load(copy), 1)
    output = out.export_text()
    for board in ("esp32_devkit_c_v4", "pi_pico"):
        assert f"drift on {board}: item d expected 3 -, got 0 drift (1 times" in output
    assert "a program's points differ by at most 0 over 1 seeds" in output
    assert "10 runs, 2 not as expected; 0 remarks" in output


def test_the_same_difference_is_reported_once(copy: Path) -> None:
    trials = [Trial(copy, "pi_pico", "drift", pair) for pair in range(3)]
    found = [Difference(trial, 40 + trial.pair, "d", (0, "drift"), (3, "")) for trial in trials]
    (line,) = lines_of(found)
    assert line.endswith("expected 0 drift, got 3 - (3 times, for example with seed 40)")
