"""Folders and files without permissions, or replaced during grading: one line with a cure, and no
file of another user is read."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.archive.store import Store
from grader.classrun.submission_folder import find_notebook
from grader.disk import no_access
from grader.errors import SubmissionError
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader import attached_files, config, enrolment, folders
from hardware.paths import build_dir
from tests.support.classroom import LAB, HandIn

CURE = "change the permissions so that you can read and write there, then run it again"
# root ignores permissions; without these two capabilities it does not
PLAIN = ["--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
SETPRIV = shutil.which("setpriv") or "setpriv"


@pytest.fixture
def built_course(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course that the command finds."""
    (tmp_path / "build" / "port").symlink_to(build_dir() / "port")
    monkeypatch.setenv("WARSHA_BUILD", str(tmp_path / "build"))
    return course


def warsha(*words: str) -> tuple[int, str, list[str]]:
    """Run the command. Returns its exit code, its output and the lines of its error."""
    program = str(Path(sys.executable).with_name("warsha"))
    plain = PLAIN and [SETPRIV, *PLAIN]
    done = subprocess.run(
        [*plain, program, *words],
        env={**os.environ, "WARSHA_LANG": "en", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


@contextmanager
def changed_mode(place: Path, mode: int) -> Iterator[None]:
    """Remove permissions from a file or folder for some time."""
    before = place.stat().st_mode
    place.chmod(mode)
    try:
        yield
    finally:
        place.chmod(before)


@pytest.mark.long  # each folder, one after the other
def test_an_unwritable_file_is_named_and_the_next_run_succeeds(
    built_course: Course, hand_in: HandIn
) -> None:
    root, store = built_course.root, Store(built_course.store)
    hand_in("s1", "print('READY L01')")
    hand_in("s2", "print('READY L01')")
    assert warsha("grade", LAB, "--student", "s1")[0] == 0
    hand_in("s1", "print('READY L01') #")
    for place in (store.folder / "marks" / LAB / "s1", root / "autograded" / "s1"):
        with changed_mode(place, 0o555):
            code, output, _error = warsha("grade", LAB)
        (line,) = (line for line in output.splitlines() if line.startswith("not graded"))
        assert code == 3 and f"{LAB} s1: " in line and f"{place}: " in line and CURE in line
    with changed_mode(root / "gradebook.db", 0o444):
        for words in (("grade", LAB), ("roster", str(class_list(root)))):
            code, _output, error = warsha(*words)
            assert code == 1 and error[1:] == [CURE]
            assert error[0].endswith("gradebook.db: attempt to write a readonly database")
    assert warsha("grade", LAB)[0] == 0
    assert store.tries(LAB, "s1") == 2
    for place, words in (
        (root / "store", ("grade", LAB)),
        (root / "gradebook.db", ("class", LAB)),
        (root / "source", ("course", "build")),
    ):
        with changed_mode(place, 0):
            code, _output, error = warsha(*words)
        assert code == 1 and str(place) in error[0] and error[1:] == [CURE]
    with changed_mode(root / "submitted" / "s1" / LAB, 0):
        assert warsha("class", LAB)[0] == 0
    page = (root / "class" / f"{LAB}.html").read_text(encoding="utf-8")
    assert CURE in page


def class_list(root: Path) -> Path:
    """A file for `warsha roster`."""
    file = root / "class.csv"
    file.write_text("id,first_name\ns1,Ali\n")
    return file


@pytest.mark.long  # it waits until the lock is released
def test_a_gradebook_that_another_program_locks(built_course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "print('READY L01')")
    with sqlite3.connect(built_course.root / "gradebook.db") as other:
        other.execute("BEGIN IMMEDIATE")
        code, _output, error = warsha("grade", LAB)
    other.close()
    assert code == 1
    assert error[0].endswith("gradebook.db: database is locked")
    assert error[1].startswith("another program is writing to it")


def test_a_folder_of_feedback_that_is_not_writable_is_named_once(
    built_course: Course, hand_in: HandIn
) -> None:
    for student in ("s1", "s2"):
        hand_in(student, "print('READY L01')")
    assert warsha("grade", LAB)[0] == 0
    assert warsha("feedback", LAB)[0] == 0
    place = built_course.root / "feedback"
    with changed_mode(place, 0o555):
        code, _output, error = warsha("feedback", LAB)
    assert code == 1 and error == [f"{place}: this account may not open it", CURE]
    cure = no_access(OSError(errno.EROFS, "", str(place))).cure
    assert cure == "mount it so that you can write to it, then run it again"


def test_an_invalid_gradebook(built_course: Course, hand_in: HandIn) -> None:
    hand_in("s1", "print('READY L01')")
    (built_course.root / "gradebook.db").write_text("hello\n" * 99)
    for word in ("grade", "class"):
        code, _output, error = warsha(word, LAB)
        assert code == 1
        assert error[0].endswith("gradebook.db: file is not a database")
        assert error[1].startswith("restore your copy of it")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        pytest.param(
            'penalty_method = "zer0"',
            "nbgrader_config.py: The 'penalty_method' trait",
            marks=pytest.mark.long,
            id="value",
        ),
        pytest.param(
            "penalty_method = zero",
            "line {line}: NameError: name 'zero' is not defined",
            marks=pytest.mark.long,
            id="name",
        ),
        pytest.param("penalty_method =", "line {line}: invalid syntax", id="syntax"),
    ],
)
def test_a_wrong_setting_is_named_once(
    setting: str, message: str, built_course: Course, hand_in: HandIn
) -> None:
    hand_in("s1", "print('READY L01')")
    with (built_course.root / "nbgrader_config.py").open("a") as settings:
        settings.write(f"c.LateSubmissionPlugin.{setting}\n")
    line = len((built_course.root / "nbgrader_config.py").read_text().splitlines())
    code, _output, error = warsha("grade", LAB)
    assert code == 1 and len(error) == 2
    assert message.format(line=line) in error[0]
    assert error[1].startswith("correct that")


def test_a_page_is_opened_or_the_reason_is_printed(
    built_course: Course, hand_in: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("s1", "print('READY L01')")
    assert warsha("grade", LAB)[0] == 0
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    code, output, _error = warsha("replay", "s1", LAB, "--open")
    assert code == 0
    (line,) = (line for line in output.splitlines() if line.startswith("the page: "))
    page = Path(line.removeprefix("the page: "))
    assert (tmp_path / "opened").read_text().strip() == page.as_uri()
    monkeypatch.delenv("BROWSER")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, output, error = warsha("class", LAB, "--open")
    assert (code, error) == (0, [])
    assert output.strip().endswith("no browser was found: open the page yourself")


def test_a_file_that_becomes_a_link_is_not_copied(tmp_path: Path) -> None:
    """A trainee may change his own folder while it is graded."""
    folder = tmp_path / "submitted" / "s1" / LAB
    secret = tmp_path / "secret"
    for place in (folder / "data", secret):
        place.mkdir(parents=True)
    (secret / "a.txt").write_text("secret")
    (folder / "data" / "a.txt").write_text("mine")
    (folder / "b.txt").write_text("mine")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for name, link in (("data", secret), ("b.txt", secret / "a.txt")):
                mine = folder / name
                aside = folder.with_name("aside")
                mine.rename(aside)
                mine.symlink_to(link)
                mine.unlink()
                aside.rename(mine)

    thread = threading.Thread(target=swap)
    thread.start()
    copied = 0
    try:
        for number in range(400):
            place = tmp_path / f"copy{number}"
            place.mkdir()
            attached_files.copy_files(folder, place, (), folder)
            for file in place.rglob("*"):
                assert not file.is_symlink()
                if file.is_file():
                    assert file.read_text() == "mine"
                    copied += 1
            shutil.rmtree(place)
    finally:
        stop.set()
        thread.join()
    assert copied


def test_a_refused_class_list_changes_no_enrolment(built_course: Course) -> None:
    enrolment.enrol(built_course.root, [Trainee("s1")])
    bad = class_list(built_course.root)
    bad.write_text("id\ns2\na b\n")
    code, _output, error = warsha("roster", str(bad))
    assert code == 1 and "the id 'a b' contains ' '" in error[0]


BUTTONS = "buttons"


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as an ordinary user: for root every folder is readable."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A course folder that everyone may read."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        (place / config.NAME).write_text("c = get_config()\n")
        known = config.coursedir(place)
        monkeypatch.setattr(config, "coursedir", lambda _root: known)
        for student in ("amina", "mallory"):
            (place / "submitted" / student / BUTTONS).mkdir(parents=True)
            (place / "submitted" / student / BUTTONS / f"{BUTTONS}.ipynb").write_text("{}")
        yield place
        for folder in (place / "submitted").iterdir():
            folder.chmod(0o755)
            (folder / BUTTONS).chmod(0o755)


@pytest.mark.parametrize("unreadable", [".", BUTTONS])
def test_one_unreadable_folder_does_not_stop_the_class(root: Path, unreadable: str) -> None:
    (root / "submitted" / "mallory" / unreadable).chmod(0)
    with unprivileged():
        found = folders.submitted(root, BUTTONS)
        assert list(found) == ["amina", "mallory"]
        assert find_notebook(found["amina"], BUTTONS, (), exact=False)[0].is_file()
        with pytest.raises(SubmissionError, match="mallory: this account may not open it"):
            find_notebook(found["mallory"], BUTTONS, (), exact=False)


def test_an_unreadable_time_stamp_affects_one_trainee(root: Path) -> None:
    folder = root / "submitted" / "mallory" / BUTTONS
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC")
    (folder / "timestamp.txt").chmod(0)
    with (
        unprivileged(),
        pytest.raises(SubmissionError, match=r"timestamp\.txt: this account may not"),
    ):
        folders.timestamp_of(folder)
