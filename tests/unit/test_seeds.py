"""The course secret and the seeds derived from it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader import seeds
from grader.seeds import SecretError, course_secret, fingerprint_of, hidden_seed, hidden_seeds
from tests.support.project import ROOT

OF: dict[str, Any] = {
    "course": "c",
    "lab": "traffic_light@1",
    "trainee": "t7",
    "stamp": "2026-01-15T10:00:00 5e1f",
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config" / "secret"
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(path))
    return path


def test_the_secret_is_made_once_for_its_owner_only(file: Path) -> None:
    secret = course_secret()
    assert len(secret) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert course_secret() == course_secret(fingerprint_of(secret)) == secret
    assert [path.name for path in file.parent.iterdir()] == ["secret"]


def test_two_at_once_get_the_same_secret(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: course_secret(), range(64)))
    assert len(set(made)) == 1


def test_a_lost_secret_is_not_replaced_silently(file: Path) -> None:
    mark = fingerprint_of(course_secret())
    file.unlink()
    with pytest.raises(SecretError, match="not the one") as caught:
        course_secret(mark)
    assert "copy" in caught.value.cure
    assert not file.exists()


def test_a_different_secret_is_an_error(file: Path) -> None:
    mark = fingerprint_of(course_secret())
    file.unlink()
    course_secret()
    with pytest.raises(SecretError, match="not the one"):
        course_secret(mark)


def test_a_secret_that_others_can_read_is_refused(file: Path) -> None:
    course_secret()
    file.chmod(0o644)
    with pytest.raises(SecretError, match="others can read") as caught:
        course_secret()
    assert caught.value.cure == f"run: chmod 600 {file}"


@pytest.mark.parametrize("text", ["", "not hex", "abcd"])
def test_a_broken_secret_is_refused(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(SecretError, match="64 hex digits"):
        course_secret()


def test_no_secret_in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_SECRET_FILE", str(ROOT / "build" / "secret"))
    with pytest.raises(SecretError, match="repository"):
        course_secret()


def test_the_default_secret_is_in_the_configuration_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WARSHA_SECRET_FILE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert seeds.secret_file() == tmp_path / "warsha" / "secret"


def test_seeds_repeat_and_differ_in_all_that_they_depend_on() -> None:
    first = hidden_seeds(b"s" * 32, **OF)
    assert first == hidden_seeds(b"s" * 32, **OF)
    assert len(set(first)) == 3
    others = [hidden_seed(b"s" * 32, **{**OF, name: "other"}, number=1) for name in OF]
    others.append(hidden_seed(b"t" * 32, **OF, number=1))
    assert len({first[0], *others}) == 1 + len(others)
    assert all(0 < seed < 2**63 for seed in (*first, *others))


def test_a_name_cannot_stand_for_two_fields() -> None:
    one = hidden_seed(b"s", **{**OF, "course": "c|x", "lab": "y"}, number=1)
    two = hidden_seed(b"s", **{**OF, "course": "c", "lab": "x|y"}, number=1)
    assert one != two
