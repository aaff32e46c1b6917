"""Courses, class lists and the build, with real nbgrader."""

import json
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import GenerateAssignment
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from grader.cli import app
from grader.errors import CourseError
from grader.lab import cells
from grader.lab.class_list import Trainee, nearest, read_class_list
from grader.lab.course import Course, load_course
from grader.lab.lab import find
from grader.nbgrader import config, enrolment
from grader.notebook.course_build import build_course
from hardware import boards
from tests.support.classroom import LAB, students
from tests.support.tiny_lesson import cell_named, released_notebook

GOOD = {
    "title": '{ ar = "دورة", en = "Course" }',
    "labs": '["first_contact", "buttons"]',
}


def write_course(courses: Path, keys: Mapping[str, str]) -> Path:
    folder = courses / "one"
    folder.mkdir(parents=True)
    text = "".join(f"{key} = {value}\n" for key, value in keys.items())
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return courses


def test_a_class_list_of_twenty_thousand_is_written_in_few_transactions(course: Course) -> None:
    def trainees(email: str) -> list[Trainee]:
        return [Trainee(f"t{n:05}", "علي", f"حسن {n}", email) for n in range(20_000)]

    commits = 0

    def committed(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(Engine, "commit", committed)
    try:
        enrolment.enrol(course.root, trainees("a@example.org"))
        enrolment.enrol(course.root, [*trainees("b@example.org"), Trainee("z")])
    finally:
        event.remove(Engine, "commit", committed)
    assert 2 <= commits < 100  # one transaction for each trainee takes minutes
    found = students(course)
    assert len(found) == 20_001
    assert found["t00007"] == ("علي", "حسن 7", "b@example.org")
    assert found["z"] == (None, None, None)


def test_the_only_course_needs_no_name(tmp_path: Path) -> None:
    course = load_course(courses=write_course(tmp_path, GOOD))
    assert (course.slug, course.labs, course.seeds) == ("one", ("first_contact", "buttons"), 3)


def test_the_course_of_this_repository_loads() -> None:
    assert load_course("iot_micropython").labs[0] == "first_contact"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("labs", "[]", "labs"),
        ("labs", '["a", "a"]', "twice"),
        ("title", '{ en = "x" }', "ar and en"),
        ("labs", "[1]", "list of lab names"),
        ("seeds", "0", "1 to 100"),
        ("color", "1", "unknown key 'color'"),
        ("labs", "[", "course.toml"),
        ("board", '"pico_99"', "course.toml, board: there is no board 'pico_99'"),
        ("board", "7", "course.toml, board: there is no board 7"),
        ("board", "[]", "course.toml, board: there is no board []"),
    ],
)
def test_a_wrong_course_file(tmp_path: Path, key: str, value: str, message: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(courses=write_course(tmp_path, {**GOOD, key: value}))
    assert message in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("name", ["pi_pico", "rp2"])
def test_a_course_names_its_board_or_family(tmp_path: Path, name: str) -> None:
    keys = {**GOOD, "board": f'"{name}"'}
    assert load_course(courses=write_course(tmp_path, keys)).board == name


def test_a_build_refuses_a_board_that_a_lab_does_not_have(course: Course) -> None:
    other = next(name for name in boards.names() if name not in find(LAB).boards)
    with pytest.raises(CourseError) as caught:
        build_course(replace(course, board=other))
    place = course.folder / "course.toml"
    assert str(caught.value) == f"{place}, board: {LAB} does not run on {other}"
    assert caught.value.cure.startswith("choose one of: ")


def test_an_unknown_course_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course("two", write_course(tmp_path, GOOD))
    assert "one" in caught.value.cure


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_a_class_list_of_a_spreadsheet(tmp_path: Path, mark: str, comma: str) -> None:
    file = tmp_path / "class.csv"
    rows = ["id,first_name,last_name,email", "s1,أحمد,علي,a@example.org", ",,,", "s2,,,"]
    file.write_text(mark + "\r\n".join(rows).replace(",", comma), encoding="utf-8")
    assert read_class_list(file) == [Trainee("s1", "أحمد", "علي", "a@example.org"), Trainee("s2")]


MOODLE = {
    "participants": "First name,Last name,ID number,Email address,Groups",
    "gradebook": '"First name",Surname,"ID number",Institution,"Email address","Lab 1, part 2"',
    "arabic": "الاسم الأول,الاسم الأخير,رقم المُعرَّف,المؤسسة,عنوان البريد الإلكتروني,الدرجة",
}


@pytest.mark.parametrize("kind", MOODLE)
def test_a_class_list_of_moodle(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")
    file = tmp_path / "class.csv"
    header = MOODLE[kind]
    row = (
        "أحمد,علي,s1,a@example.org,B"
        if kind == "participants"
        else "أحمد,علي,s1,X,a@example.org,7"
    )
    file.write_text(f"\ufeff{header}\n{row}\n", encoding="utf-8")
    assert read_class_list(file) == [Trainee("s1", "أحمد", "علي", "a@example.org")]
    done = CliRunner().invoke(app, ["roster", str(file)])
    assert done.exit_code == 0, done.output
    columns, count = done.output.splitlines()
    assert columns.startswith("columns of Moodle: ") and "→ id," in columns
    unused = {
        "participants": "Groups",
        "gradebook": "Institution, Lab 1, part 2",
        "arabic": "المؤسسة, الدرجة",
    }
    assert columns.endswith(f"not used: {unused[kind]}")
    assert count == "trainees: 1, of them new: 1, changed: 0"
    file.write_text("id,first_name\ns1,عمر\ns2,\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["roster", str(file)])
    assert done.output == "trainees: 2, of them new: 1, changed: 1\n"
    assert students(course)["s1"] == ("عمر", "علي", "a@example.org")


@pytest.mark.parametrize("header", ["First name,Email address", "id,name", "ID number,ID number"])
def test_an_unknown_header_is_refused(tmp_path: Path, header: str) -> None:
    file = tmp_path / "class.csv"
    file.write_text(f"{header}\na,b\n")
    with pytest.raises(CourseError, match="the first line is") as caught:
        read_class_list(file)
    assert "Moodle's ID number" in caught.value.cure


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x/y,,,", "'x/y' contains '/'"),
        (".x,,,", "'.x'"),
        ("a b,,,", "'a b'"),
        ("a\u200fb,,,", "\\u200f"),
        (",Ali,,", "no id"),
        ("S1,,,", "twice"),
        ("s2,a,b,c,d", "5 cells"),
        ("s2,a,b,nowhere", "not an e-mail"),
        ("<b>,,,", "'<b>' contains '<'"),
        (f"{'ب' * 101},,,", "too long: at most 200 bytes"),
        ('a"b,,,', "contains '\"'"),
        (
            "s2,<img src=x onerror=alert(1)>,,",
            "first_name '<img src=x onerror=alert(1)>' contains '<'",
        ),
        ("s2,a,b>,", "last_name 'b>' contains '>'"),
        ('"s\n2",a,b,', r"'s\n2' contains '\n'"),
        ('s2,"a\nc",b,', r"first_name 'a\nc' contains '\n'"),
        ('s2,"a,b,', 'a quote " is opened and not closed'),
        ("s2,a,b,<b@example.org", "email '<b@example.org' contains '<'"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "class.csv"
    file.write_text(f"id,first_name,last_name,email\ns1,,,\n{row}\n", encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        read_class_list(file)
    assert "line 3" in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("t00O0", "t0000"), ("T0l7", "t017"), ("t\u0660\u0661\u0667", "t017"), ("zz", "")],
)
def test_the_nearest_id_is_suggested(typed: str, meant: str) -> None:
    ids = [f"t{number:04}" for number in range(100)]
    assert nearest(typed, [*ids, "t017", "x9"]) == meant


def test_two_equally_near_ids_give_no_suggestion() -> None:
    assert nearest("t055", ["t054", "t056"]) == ""
    assert nearest("t055", ["t054"]) == "t054"
    assert nearest("أحمد", ["احمد", "محمد"]) == "احمد"


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("id\na b\nok\nc/d\n")
    with pytest.raises(CourseError, match=r"line 2.*line 4"):
        read_class_list(file)


@pytest.mark.parametrize("content", [b"name,age\n", b"", "id\nأحمد\n".encode("cp1256")])
def test_an_invalid_class_list(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "class.csv"
    file.write_bytes(content)
    with pytest.raises(CourseError) as caught:
        read_class_list(file)
    assert caught.value.cure


def test_trainees_get_neither_reference_nor_mutants(course: Course) -> None:
    names = {file.name for file in course.trainee.rglob("*")}
    assert not names & {"reference.py", "mutants", "expected.toml", "lesson.md", "__pycache__"}
    assert {"checks.py", "lab.toml", "diagram.json", "first_contact.ipynb"} <= names


def test_the_release_is_nbgraders_own(course: Course) -> None:
    file = course.root / "release" / "first_contact" / "first_contact.ipynb"
    released = nbformat.read(file, as_version=4)
    nbformat.validate(released)
    assert cells.STUB in cell_named(released, "program").source
    assert "SOLUTION" not in file.read_text(encoding="utf-8")
    points = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert points == find("first_contact").maxima
    assert sum(points.values()) == 20


def test_solution_regions_are_read_as_nbgrader_does(course: Course, tmp_path: Path) -> None:
    source = nbformat.read(course.root / "source/first_contact/first_contact.ipynb", as_version=4)
    released = nbformat.read(
        course.root / "release/first_contact/first_contact.ipynb", as_version=4
    )
    for name in ("program", "predict"):
        ours = cells.released_text(cell_named(source, name).source).rstrip("\n")
        assert ours == cell_named(released, name).source
    assert cells.STUB in cell_named(released_notebook(tmp_path), "program").source


def test_a_second_build_keeps_the_instructors_settings(course: Course) -> None:
    settings = course.root / config.NAME
    settings.write_text(settings.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    build_course(course)
    assert settings.read_text().count("penalty_method") == 1


def test_a_second_build_keeps_edited_files(course: Course) -> None:
    kept, name = course.root / "trainee-1", course.labs[0]
    build_course(course)
    assert not kept.exists()  # no file was edited
    notebook = course.trainee / name / f"{name}.ipynb"
    work = notebook.read_text(encoding="utf-8") + "\n"
    notebook.write_text(work, encoding="utf-8")
    messages: list[str] = []
    build_course(course, messages.append)
    assert (kept / name / f"{name}.ipynb").read_text(encoding="utf-8") == work
    assert any(str(kept) in line for line in messages)
    assert notebook.read_text(encoding="utf-8") != work
    (course.trainee / "notes.txt").write_text("mine")
    build_course(course)
    assert (course.root / "trainee-2" / "notes.txt").read_text() == "mine"


def test_ctrl_c_ends_a_build(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_self: GenerateAssignment) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(GenerateAssignment, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_course(course)


@pytest.mark.parametrize("kept_elsewhere", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_full_disk_keeps_the_settings(course: Course, kept_elsewhere: bool) -> None:
    settings = course.root / config.NAME
    settings.chmod(0o600)
    settings.write_text(settings.read_text() + "c.CourseDirectory.db_url = 'postgresql://x/y'\n")
    file = settings
    if kept_elsewhere:
        file = settings.rename(course.root.parent / "mine.py")
        settings.symlink_to(file)
    before = file.read_text()
    command = """
import resource, signal, sys
from pathlib import Path
from grader.nbgrader.config import write_settings
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
write_settings(Path(sys.argv[1]), "iot")
"""
    for room, worked in ((0, False), (100, False), (1 << 20, True)):
        done = subprocess.run(
            [sys.executable, "-c", command, str(course.root), str(room)],
            capture_output=True,
            check=False,
        )
        assert (done.returncode == 0) == worked
        assert file.read_text().endswith("c.CourseDirectory.db_url = 'postgresql://x/y'\n")
        assert worked or file.read_text() == before
    assert "course_id = 'iot'" in settings.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert settings.is_symlink() == kept_elsewhere
    assert not list(course.root.glob(".*.new"))


def test_nobody_else_can_open_a_course(course: Course) -> None:
    """A new course, and one that an older version built."""
    gradebook = course.root / "gradebook.db"
    assert (mode(course.root), mode(gradebook)) == (0o700, 0o600)
    course.root.chmod(0o755)
    gradebook.chmod(0o644)
    notes: list[str] = []
    build_course(course, notes.append)
    assert (mode(course.root), mode(gradebook)) == (0o700, 0o600)
    (note,) = (line for line in notes if str(course.root) in line)
    assert note.startswith(f"only you can open {course.root} now") and "c.Exchange.root" in note
    build_course(course, notes.append)
    assert len([line for line in notes if str(course.root) in line]) == 1


def test_a_group_of_instructors_keeps_its_access(course: Course) -> None:
    with (course.root / config.NAME).open("a") as settings:
        settings.write("c.CourseDirectory.groupshared = True\n")
    for place, before in ((course.root, 0o2775), (course.root / "gradebook.db", 0o664)):
        place.chmod(before)
    build_course(course)
    assert (mode(course.root), mode(course.root / "gradebook.db")) == (0o2770, 0o660)


def mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode)


def test_settings_that_end_with_the_dividing_line(course: Course) -> None:
    settings = course.root / config.NAME
    whole = settings.read_text()
    settings.write_text(whole.rstrip("\n"))  # as some editors save it
    build_course(course)
    assert settings.read_text() == whole


def test_settings_of_unknown_origin(course: Course) -> None:
    settings = course.root / config.NAME
    own = "c = get_config()\nc.CourseDirectory.db_url = 'postgresql://x/y'\n"
    settings.write_text(own)
    with pytest.raises(CourseError, match="your own settings") as caught:
        build_course(course)
    assert caught.value.cure
    assert settings.read_text() == own


def test_a_course_of_an_older_version_has_a_cure(course: Course) -> None:
    settings = course.root / config.NAME
    settings.write_text("import grader.of_last_year\n" + settings.read_text())
    with pytest.raises(CourseError, match="line 1: ModuleNotFoundError") as caught:
        config.load(course.root)
    assert caught.value.cure == "run: warsha course build"
    build_course(course)
    config.load(course.root)


def test_nbgrader_ends_in_a_course_of_another_version(course: Course, tmp_path: Path) -> None:
    """It goes on without a configuration that fails, and without our steps it would execute what
    trainees handed in."""
    settings = course.root / config.NAME
    text = settings.read_text()
    settings.write_text(text.replace("from grader.classrun import", "from grader.moved import"))
    with pytest.raises(CourseError, match="line 7: ModuleNotFoundError") as caught:
        config.load(course.root)
    assert caught.value.cure == "run: warsha course build"
    executed = tmp_path / "executed"
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(f"open({str(executed)!r}, 'w').close()")]
    folder = course.root / "submitted" / "s1" / course.labs[0]
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{course.labs[0]}.ipynb")
    command = [str(Path(sys.executable).with_name("nbgrader")), "autograde", course.labs[0]]
    done = subprocess.run(
        [*command, "--create"], cwd=course.root, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1 and not executed.exists()
    assert "run: warsha course build" in done.stderr


def test_the_class_list_reaches_the_gradebook(course: Course, tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("id,first_name\ns1,Ali\ns2,Mona\n")
    build_course(replace(course, roster=roster))
    enrolment.enrol(course.root, [Trainee("s1", email="ali@example.org")])
    assert students(course) == {
        "s1": ("Ali", None, "ali@example.org"),
        "s2": ("Mona", None, None),
    }


def test_no_page_or_notebook_has_a_path_of_the_machine(course: Course) -> None:
    for file in course.trainee.rglob("*.ipynb"):
        assert str(Path.home()) not in json.dumps(json.loads(file.read_text(encoding="utf-8")))
