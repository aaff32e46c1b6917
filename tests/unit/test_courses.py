"""Which course a command takes, and that each course can be built of the labs that are there."""

from pathlib import Path

import pytest

from grader.errors import CourseError
from grader.lab.course import BUILD, COURSES, course_command, load_course
from grader.lab.lab import slugs

TITLE = 'title = { ar = "دورة", en = "course" }\nlabs = ["blinker"]\n'


def courses(folder: Path, **texts: str) -> Path:
    """A folder with these courses."""
    for slug, text in texts.items():
        (folder / slug).mkdir()
        (folder / slug / "course.toml").write_text(TITLE + text, encoding="utf-8")
    return folder


def test_of_several_courses_the_default_one_needs_no_name(tmp_path: Path) -> None:
    folder = courses(tmp_path, first="", second="default = true\n", third="default = false\n")
    assert load_course(courses=folder).slug == "second"
    assert load_course("third", folder).slug == "third"


@pytest.mark.parametrize("text", ["", "default = true\n"])
def test_without_one_default_the_names_are_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(CourseError) as error:
        load_course(courses=courses(tmp_path, first=text, second=text))
    assert "first, second" in error.value.cure


@pytest.mark.parametrize(
    "slug", sorted(file.parent.name for file in COURSES.glob("*/course.toml"))
)
def test_the_labs_of_a_course_are_there(slug: str) -> None:
    course = load_course(slug)
    assert set(course.labs) <= set(slugs())


def test_the_whole_course_is_the_default() -> None:
    assert load_course().slug == "iot_micropython"


def test_a_command_names_its_course_unless_it_is_the_default() -> None:
    grade = "grade buttons --student s1"
    assert load_course().command(grade) == "warsha grade buttons --student s1"
    course = load_course("technician")
    assert course.command(grade) == "warsha grade buttons --student s1 --course technician"
    assert course.command(BUILD) == "warsha course build technician"  # its argument
    assert course_command(grade, "elsewhere") == "warsha grade buttons --student s1"


PROJECTS = """title = { ar = "دورة", en = "course" }
[[modules]]
title = { ar = "معامل", en = "labs" }
labs = ["blinker"]
[[modules]]
title = { ar = "مشروعات", en = "projects" }
labs = ["post_office", "clinic_farm"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The place of a course's file."""
    place = tmp_path / "one" / "course.toml"
    place.parent.mkdir()
    return place


def refused(file: Path, text: str) -> CourseError:
    """Why a course with this file is refused."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as error:
        load_course("one", file.parent.parent)
    return error.value


def test_a_module_cannot_ask_for_more_projects_than_it_has(file: Path) -> None:
    file.write_text(f"{PROJECTS}projects = 2\n", encoding="utf-8")
    assert load_course("one", file.parent.parent).modules[1].projects == 2
    error = refused(file, f"{PROJECTS}projects = 3\n")
    assert str(error) == (
        f"{file}, [[modules]] 2, projects: projects asked: 3; labs in the module: 2"
    )
    assert error.cure == "write 2 or less, or add labs to the module"


@pytest.mark.parametrize(
    ("weights", "labs", "text"),
    [
        ("labs = 50, checks = 10, projects = 40", "", "10 points are for checks"),
        ("labs = 50, checks = 10, projects = 40", "gate = 3", "40 points are for projects"),
        ("labs = 60, checks = 0, projects = 40", "projects = 1", "60 points are for labs"),
    ],
)
def test_points_are_only_for_what_the_course_has(
    file: Path, weights: str, labs: str, text: str
) -> None:
    lines = PROJECTS.splitlines()[:4]
    lines.insert(1, f"weights = {{ {weights} }}")
    error = refused(file, "\n".join([*lines, labs]))
    assert str(error) == f"{file}, weights: {text}, and the course has none"
    assert error.cure == f"write {text.split()[-1]} = 0, and give the points to the others"


def test_an_error_of_a_module_names_the_module(file: Path) -> None:
    error = refused(file, f"{PROJECTS}gate = -1\n")
    assert str(error) == f"{file}, [[modules]] 2: gate and projects are numbers"
