"""Folders that keep the permissions of the trainee who made them: one that may not be read is
told, and stands in nobody else's way."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.classrun.submission_folder import chosen
from grader.errors import SubmissionError
from grader.nbgrader import config, folders

LAB = "buttons"


@contextmanager
def nobody() -> Iterator[None]:
    """For root no folder is shut."""
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
    """A course's folder that anybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        (place / config.NAME).write_text("c = get_config()\n")
        known = config.coursedir(place)
        monkeypatch.setattr(config, "coursedir", lambda _root: known)
        for student in ("amina", "mallory"):
            (place / "submitted" / student / LAB).mkdir(parents=True)
            (place / "submitted" / student / LAB / f"{LAB}.ipynb").write_text("{}")
        yield place
        for folder in (place / "submitted").iterdir():
            folder.chmod(0o755)
            (folder / LAB).chmod(0o755)


@pytest.mark.parametrize("shut", [".", LAB])
def test_one_shut_folder_leaves_the_class_to_be_graded(root: Path, shut: str) -> None:
    (root / "submitted" / "mallory" / shut).chmod(0)
    with nobody():
        found = folders.submitted(root, LAB)
        assert list(found) == ["amina", "mallory"]
        assert chosen(found["amina"], LAB, (), several=False)[0].is_file()
        with pytest.raises(SubmissionError, match="mallory: this account may not open it"):
            chosen(found["mallory"], LAB, (), several=False)


def test_a_shut_time_stamp_is_its_trainees_own(root: Path) -> None:
    folder = root / "submitted" / "mallory" / LAB
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 UTC")
    (folder / "timestamp.txt").chmod(0)
    with nobody(), pytest.raises(SubmissionError, match=r"timestamp\.txt: this account may not"):
        folders.timestamp_of(folder)
