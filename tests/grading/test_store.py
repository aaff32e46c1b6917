"""The store: released labs, and a record of every mark."""

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.lab.course import Course
from grader.lab.lab import LABS, contents, find, load
from grader.score.card import Card
from tests.support.classroom import put_record

LAB = "first_contact"
CARD = Card(
    item="a", points=2.5, maximum=4, title={"ar": "البداية", "en": "the start"}, measured="3 ms"
)
RECORD = Record(
    student="amina",
    lab=LAB,
    number=1,
    submission="ab" * 32,
    timestamp="2026-01-15 10:00:00",
    stamp={"lab": "cd" * 32, "board": "pi_pico", "engine": "0.1.0"},
    seeds=(2**62 + 1, 7),
    program="print('مرحبا')\n",
    host=None,
    answered=True,
    cards=(CARD, replace(CARD, item="b", at_ns=5)),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "course" / "store")


@pytest.fixture
def lab_copy(tmp_path: Path) -> Path:
    """A copy of a lab's folder for changes."""
    return Path(shutil.copytree(LABS / LAB, tmp_path / "labs" / LAB))


def test_a_lab_in_the_store_is_the_lab(store: Store, lab_copy: Path) -> None:
    lab = load(lab_copy)
    assert store.add_lab(lab) == lab.digest == store.released(LAB)
    shutil.rmtree(lab_copy)
    kept = store.lab(lab.digest)
    assert (kept.slug, kept.digest, kept.items) == (LAB, lab.digest, lab.items)
    assert kept.folder.is_relative_to(store.folder)


def test_an_older_release_stays(store: Store, lab_copy: Path) -> None:
    first = load(lab_copy)
    before = store.add_lab(first)
    toml = lab_copy / "lab.toml"
    version = f"version = {first.version}"
    toml.write_text(toml.read_text().replace(version, "version = 99"))
    after = store.add_lab(load(lab_copy))
    assert store.lab(before).version == first.version
    assert store.lab(after).version == 99
    assert store.released(LAB) == after


def test_files_that_do_not_affect_marks_are_not_kept(store: Store, lab_copy: Path) -> None:
    before = load(lab_copy).digest
    (lab_copy / "lesson.md").write_text("another lesson")
    (lab_copy / ".DS_Store").write_text("of some system")
    (lab_copy / "__pycache__").mkdir(exist_ok=True)
    (lab_copy / "__pycache__" / "checks.cpython-311.pyc").write_bytes(b"stale")
    lab = load(lab_copy)
    assert lab.digest == before
    kept = store.lab(store.add_lab(lab)).folder
    assert {f.relative_to(kept).as_posix() for f in kept.rglob("*") if f.is_file()} == set(
        contents(lab_copy)
    )


def test_altered_files_are_noticed_before_they_run(store: Store, tmp_path: Path) -> None:
    digest = store.add_lab(find(LAB))
    with (store.lab(digest).folder / "checks.py").open("a") as file:
        file.write(f"\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n")
    with pytest.raises(StoreError, match="files in the store were changed") as caught:
        store.lab(digest)
    assert "put your backup copy of that folder back" in caught.value.cure
    assert not (tmp_path / "ran").exists()
    store.add_lab(find(LAB))  # a build of the same lab repairs it
    assert store.lab(digest).digest == digest


@pytest.mark.parametrize("digest", ["00" * 32, "", "../../../labs", "*"])
def test_a_lab_that_is_not_there(store: Store, digest: str) -> None:
    store.add_lab(find(LAB))
    with pytest.raises(StoreError, match="is not in the store"):
        store.lab(digest)


def test_nothing_was_released(store: Store) -> None:
    with pytest.raises(StoreError, match="no release of first_contact") as caught:
        store.released(LAB)
    assert caught.value.cure == "run: warsha course build"


def test_a_record_comes_back_whole(store: Store) -> None:
    put_record(store, RECORD)
    assert store.record(LAB, "amina") == store.record(LAB, "amina", 1) == RECORD
    assert store.record(LAB, "amina", 2) is None
    assert store.record(LAB, "basim") is None


def test_a_submission_keeps_its_number(store: Store) -> None:
    number = store.number(LAB, "amina", RECORD.submission, RECORD.timestamp)
    assert (number, store.tries(LAB, "amina")) == (1, 0)
    put_record(store, RECORD)
    later = store.number(LAB, "amina", RECORD.submission, "2026-01-16 10:00:00")
    assert later == 2  # other seeds, so another one
    put_record(store, replace(RECORD, number=2, timestamp="2026-01-16 10:00:00"))
    assert store.number(LAB, "amina", RECORD.submission, RECORD.timestamp) == 1
    put_record(store, replace(RECORD, answered=False))
    assert store.tries(LAB, "amina") == 2
    assert (first := store.record(LAB, "amina", 1)) and not first.answered


def test_a_restored_earlier_submission_counts(store: Store) -> None:
    put_record(store, RECORD)
    put_record(store, replace(RECORD, number=2, timestamp="2026-01-16 10:00:00"))
    put_record(store, RECORD)
    assert store.record(RECORD.lab, RECORD.student) == RECORD
    assert store.tries(RECORD.lab, RECORD.student) == 2


def test_the_newest_of_each_trainee(store: Store) -> None:
    assert store.records(LAB) == []
    for number in range(1, 12):
        put_record(store, replace(RECORD, number=number))
    put_record(store, replace(RECORD, student="basim"))
    assert [(r.student, r.number) for r in store.records(LAB)] == [("amina", 11), ("basim", 1)]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"seeds": 1}', '{"seeds": [], "cards": [{}]}']
)
def test_a_damaged_record_is_an_error(store: Store, text: str) -> None:
    put_record(store, RECORD)
    file = store.folder / "marks" / LAB / "amina" / "1.json"
    file.write_text(text)
    with pytest.raises(StoreError, match=r"1\.json is damaged") as caught:
        store.record(LAB, "amina")
    assert "warsha grade first_contact --student amina" in caught.value.cure
    # It does not stop grading.
    assert store.number(LAB, "amina", RECORD.submission, RECORD.timestamp) == 2


def test_each_of_several_labs_has_its_own_record(store: Store) -> None:
    put_record(store, RECORD)
    among = replace(RECORD, number=3, assignment="week1", answered=False)
    put_record(store, among)
    assert store.record(LAB, "amina") == RECORD
    assert store.record(LAB, "amina", assignment="week1") == among
    assert (store.tries(LAB, "amina"), store.tries(LAB, "amina", "week1")) == (1, 3)
    assert store.records(LAB) == [RECORD]
    assert store.assignments(LAB, "amina") == [LAB, "week1"]
    assert store.assignments(LAB, "basim") == []


def write_often(folder: Path) -> None:
    """Write a record many times, as one of several graders."""
    store = Store(folder)
    for _ in range(150):
        put_record(store, RECORD)


def test_two_processes_may_write_the_same_record(store: Store) -> None:
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(write_often, [store.folder] * 3))
    assert store.record(LAB, "amina") == RECORD
    names = {file.name for file in (store.folder / "marks" / LAB / "amina").iterdir()}
    assert names == {"1.json"}


def test_leftovers_of_a_killed_process_are_removed(store: Store) -> None:
    put_record(store, RECORD)
    place = store.folder / "marks" / LAB / "amina"
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for process in (ended, str(os.getppid())):
        (place / f".1.scored.{process}.new").write_text("{")
    put_record(store, RECORD)
    assert [file.name for file in place.glob(".*")] == [f".1.scored.{os.getppid()}.new"]


@pytest.mark.parametrize("name", ["..", "../../x", "", ".hidden"])
def test_names_cannot_leave_the_store(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="no trainee or lab"):
        store.record(LAB, name)


def test_only_the_instructor_may_look(store: Store) -> None:
    put_record(store, RECORD)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    store.folder.chmod(0o755)
    put_record(store, RECORD)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_a_build_puts_its_labs_there(course: Course) -> None:
    store = Store(course.store)
    assert store.lab(store.released(LAB)).digest == find(LAB).digest
    handed_out = [file for file in course.trainee.rglob("*") if "store" in file.parts]
    assert not handed_out
