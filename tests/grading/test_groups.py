"""An assignment of several labs: grading, feedback and class page for each lab, as in nbgrader."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from grader.archive.store import Store
from grader.demo import filled_in
from grader.lab.course import Course
from grader.nbgrader import commands, config, standings
from tests.support.gradebooks import rows
from tests.support.two_labs import PAIR, WEEK, hand_in, notebooks, program, warsha


def test_a_class_is_graded_shown_and_explained(week: Course) -> None:
    good = {lab: program(lab) for lab in PAIR}
    hand_in(week, "s1", good)
    hand_in(week, "s2", {**good, "buttons": program("buttons", "ready_only")})
    hand_in(week, "s3", {"buttons": good["buttons"]})
    (hand_in(week, "s4", good) / "buttons.ipynb").write_text("{")
    done = warsha("grade", WEEK)
    assert done.exit_code == 3
    assert "not graded: buttons s4: buttons.ipynb is not a notebook" in done.output
    assert "note: traffic_light s3: traffic_light.ipynb is missing: no points" in done.output
    assert "graded 3/4 submissions" in done.output
    found = standings.scores(week.root)
    assert found["s1", WEEK] == 40
    assert 20 < found["s2", WEEK] < 40
    assert found["s3", WEEK] == found["s4", WEEK] == 20
    assert notebooks(week, "s1") == [f"{lab}.ipynb" for lab in PAIR]
    assert notebooks(week, "s4") == ["traffic_light.ipynb"]
    before = rows(config.coursedir(week.root).db_url)
    again = warsha("grade", WEEK)
    assert "3 were graded before and have not changed" in again.output
    assert rows(config.coursedir(week.root).db_url) == before

    result = warsha("feedback", WEEK)
    assert result.exit_code == 0, result.output
    assert notebooks(week, "s2", "feedback") == [f"{lab}.html" for lab in PAIR]
    shown = warsha("class", WEEK)
    assert shown.exit_code == 0, shown.output
    page = (week.root / "class" / f"{WEEK}.buttons.html").read_text(encoding="utf-8")
    assert f"../feedback/s2/{WEEK}/buttons.html" in page
    assert "s4" in page and "is not a notebook" in page
    played = warsha("replay", "s2", "buttons")
    assert played.exit_code == 0 and "the marks are the same" in played.output
    asked = warsha("replay", "s2", WEEK)
    assert getattr(asked.exception, "cure", "").endswith(", ".join(PAIR))


def test_marks_and_stamps_are_those_of_nbgrader_autograde(week: Course, tmp_path: Path) -> None:
    hand_in(week, "s1", {lab: program(lab) for lab in PAIR})
    hand_in(week, "s2", {"buttons": program("buttons", "no_debounce")})
    other = tmp_path / "other"
    shutil.copytree(week.root, other / "course" / week.root.name)
    (other / "port").symlink_to(week.root.parents[1] / "port")
    assert warsha("grade", WEEK).exit_code == 0
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [str(tools / "nbgrader"), "autograde", WEEK],
        cwd=other / "course" / week.root.name,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "WARSHA_BUILD": str(other)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = other / "course" / week.root.name
    assert rows(config.coursedir(week.root).db_url) == rows(config.coursedir(theirs).db_url)
    for lab in PAIR:
        mine, its = (
            nbformat.read(root / "autograded" / "s1" / WEEK / f"{lab}.ipynb", as_version=4)
            for root in (week.root, theirs)
        )
        assert mine.metadata.warsha == its.metadata.warsha
        ours = Store(week.store).record(lab, "s1", assignment=WEEK)
        assert ours and Store(theirs / "store").record(lab, "s1", assignment=WEEK) == ours


def test_each_lab_finds_its_notebook_under_any_name(week: Course) -> None:
    hand_in(week, "s1", {"buttons (1)": program("buttons")})
    hand_in(week, "s2", {f"{lab} (1)": program(lab) for lab in PAIR})
    done = warsha("grade", WEEK)
    assert done.exit_code == 0, done.output
    assert {who: points for (who, _), points in standings.scores(week.root).items()} == {
        "s1": 20,
        "s2": 40,
    }


def test_a_new_gradebook_gets_both_labs_back(week: Course) -> None:
    hand_in(week, "s1", {lab: program(lab) for lab in PAIR})
    warsha("grade", WEEK)
    (week.root / "gradebook.db").unlink()
    commands.generate_release(week.root, WEEK)
    assert warsha("grade", WEEK).exit_code == 0
    assert standings.scores(week.root)["s1", WEEK] == 40
    (hand_in(week, "s1", {}) / "traffic_light.ipynb").unlink()
    assert warsha("grade", WEEK).exit_code == 0
    assert standings.scores(week.root)["s1", WEEK] == 20
    assert notebooks(week, "s1") == ["buttons.ipynb"]


def test_what_cannot_be_graded_has_the_right_cure(week: Course) -> None:
    def cure(name: str) -> str:
        result = warsha("grade", name)
        assert result.exit_code == 1
        return str(getattr(result.exception, "cure", ""))

    own = week.root / "source" / "own"
    shutil.copytree(week.root / "source" / WEEK, own)
    assert cure("own").endswith("nbgrader generate_assignment own")
    for lab in PAIR:
        (own / f"{lab}.ipynb").rename(own / f"my_{lab}.ipynb")
    commands.generate_release(week.root, "own")
    assert cure("own").endswith("nbgrader autograde own")
    shutil.rmtree(week.root / "release" / "buttons")
    assert cure("buttons") == f"run: warsha grade {WEEK}"
    assert cure("elsewhere") == f"choose one of: own, traffic_light, {WEEK}"


def test_a_lab_handed_in_alone_and_among_others_has_two_records(week: Course) -> None:
    """The page, the attempts and the replay of one lab do not show the program of the other."""
    hand_in(week, "s1", {"buttons": program("buttons") + "\n# AMONG OTHERS\n"})
    alone = week.root / "submitted" / "s1" / "buttons"
    alone.mkdir()
    released = nbformat.read(week.root / "release" / "buttons" / "buttons.ipynb", as_version=4)
    text = program("buttons", "ready_only") + "\n# ALONE\n"
    nbformat.write(filled_in(released, text, "my guess"), alone / "buttons.ipynb")
    pages = {"buttons": ("# ALONE", "# AMONG OTHERS"), WEEK: ("# AMONG OTHERS", "# ALONE")}
    for name in pages:
        assert warsha("grade", name).exit_code == 0
    store = Store(week.store)
    for name, (its, others) in pages.items():
        assert warsha("feedback", name).exit_code == 0
        shown = (week.root / "feedback" / "s1" / name / "buttons.html").read_text("utf-8")
        assert its in shown and others not in shown
        assert warsha("class", name).exit_code == 0
        record = store.record("buttons", "s1", assignment=name)
        assert record and record.number == store.tries("buttons", "s1", name) == 1
        assert "have not changed" in warsha("grade", name).output
        played = warsha("replay", "s1", "buttons", "--assignment", name)
        assert played.exit_code == 0 and "the marks are the same" in played.output
        assert (store.replays(record) / "index.html").read_text("utf-8").count(its) == 1
    asked = warsha("replay", "s1", "buttons")
    assert "with several assignments" in str(asked.exception)
    assert getattr(asked.exception, "cure", "").endswith(f"one of: buttons, {WEEK}")
    assert (week.store / "marks" / "buttons" / "s1" / "1.json").is_file()


def test_an_extra_notebook_is_no_lab(week: Course) -> None:
    folder = hand_in(week, "s1", {"buttons": program("buttons")})
    shutil.copy(folder / "buttons.ipynb", folder / "copy of my work.ipynb")
    (hand_in(week, "s2", {"buttons": program("buttons")}) / "notes.ipynb").write_text("{")
    (hand_in(week, "s3", {}) / "notes.ipynb").write_text("{")
    done = warsha("grade", WEEK)
    assert done.exit_code == 0, done.output
    for student in ("s1", "s2", "s3"):
        assert f"traffic_light {student}: traffic_light.ipynb is missing" in done.output
        assert f"traffic_light {student}: 1 other notebooks were left out" in done.output
    assert {who: points for (who, _), points in standings.scores(week.root).items()} == {
        "s1": 20,
        "s2": 20,
        "s3": 0,
    }
    assert "2 were graded before" in warsha("grade", WEEK).output


def test_a_missing_lab_is_missing_in_the_class_page_too(week: Course) -> None:
    good = {lab: program(lab) for lab in PAIR}
    hand_in(week, "s1", {"buttons": good["buttons"]})
    hand_in(week, "s2", good)
    hand_in(week, "s3", {"buttons": good["buttons"]})
    (hand_in(week, "s4", {}) / "notes.ipynb").write_text("{")
    assert warsha("grade", WEEK, "--student", "s3").exit_code == 0
    for student in ("s1", "s2", "s4"):
        warsha("grade", WEEK, "--student", student)
    (hand_in(week, "s2", {}) / "traffic_light.ipynb").unlink()  # not graded since

    def states(lab: str) -> list[tuple[str, ...]]:
        assert warsha("class", WEEK).exit_code == 0
        with (week.root / "class" / f"{WEEK}.{lab}.csv").open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        return [(row["total"], row["tries"], row["state"]) for row in rows]

    absent, there = ("0", "0", "missing"), ("20", "1", "graded")
    assert states("buttons") == [there, there, there, absent]
    assert states("traffic_light") == [absent, ("20", "1", "not graded"), absent, absent]
    page = week.root / "class" / f"{WEEK}.traffic_light.html"
    assert f"not graded yet; run: warsha grade {WEEK} --student s2" in page.read_text("utf-8")
    assert warsha("grade", WEEK).exit_code == 0
    assert states("traffic_light") == [absent, ("0", "1", "missing"), absent, absent]
    assert page.read_text("utf-8").count("missing: no points") == 4
    assert "handed in, not graded" not in page.read_text("utf-8")
