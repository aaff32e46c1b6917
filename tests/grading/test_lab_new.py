"""`warsha lab new`: the new folder is a complete lab."""

import inspect
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.authoring.lab_check import check_runs, count_runs
from grader.authoring.lab_review import review_files, review_release
from grader.authoring.new_lab import EXAMPLE, new_lab, next_steps
from grader.cli import app
from grader.errors import LabError
from grader.lab import episode
from grader.lab.lab import LABS, load
from tests.support.project import ROOT


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """A folder of labs with two of ours."""
    for slug in (EXAMPLE, "traffic_light"):
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(LABS / slug, tmp_path / "labs" / slug, ignore=left_out)
    return tmp_path / "labs"


def test_a_new_lab_passes_its_check(labs: Path) -> None:
    lab = load(new_lab("door_bell", labs=labs))
    assert (lab.slug, lab.id, lab.version) == ("door_bell", "door_bell", 1)
    assert list(review_files(lab)) == []
    assert list(review_release(lab)) == []
    runs = list(check_runs(lab.folder, 2))
    assert len(runs) == count_runs(lab, 2)
    assert not any(runs)


def test_a_new_lab_has_no_trace_of_its_template(labs: Path) -> None:
    change = labs / "traffic_light" / "lab.toml"
    change.write_text(change.read_text(encoding="utf-8").replace("version = ", "version = 1"))
    lab = load(new_lab("crossing", like="traffic_light", id="L31", labs=labs))
    assert (lab.id, lab.version) == ("L31", 1)
    for file in lab.folder.rglob("*"):
        if file.is_file() and file.suffix in (".py", ".md", ".toml"):
            text = file.read_text(encoding="utf-8")
            assert "L02" not in text
            assert "traffic_light" not in text
    assert list(review_files(lab)) == []
    assert not any(check_runs(lab.folder, 1))


@pytest.mark.parametrize(
    ("slug", "like", "message"),
    [
        ("Door Bell", EXAMPLE, "'Door Bell' cannot be the name of a lab"),
        ("../door", EXAMPLE, "cannot be the name of a lab"),
        ("2doors", EXAMPLE, "cannot be the name of a lab"),
        ("جرس", EXAMPLE, "cannot be the name of a lab"),
        ("traffic_light", EXAMPLE, "traffic_light exists already"),
        ("door_bell", "nothing", "there is no lab 'nothing'"),
    ],
)
def test_an_impossible_lab_is_an_error(labs: Path, slug: str, like: str, message: str) -> None:
    before = sorted(labs.rglob("*"))
    with pytest.raises(LabError, match=message) as caught:
        new_lab(slug, like=like, labs=labs)
    assert caught.value.cure
    assert sorted(labs.rglob("*")) == before


def test_an_id_is_one_word(labs: Path) -> None:
    with pytest.raises(LabError, match="'L 1' cannot be the id"):
        new_lab("door_bell", id="L 1", labs=labs)


@pytest.mark.parametrize(
    ("language", "message"), [("en", "is a complete lab"), ("ar", "معمل كامل")]
)
def test_the_next_steps_are_in_the_reader_s_language(
    monkeypatch: pytest.MonkeyPatch, language: str, message: str
) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    first, *steps = next_steps(Path("labs/door_bell"))
    assert message in first
    assert len(steps) == 6
    assert any("warsha lab check door_bell" in step for step in steps)


def test_the_verb_keeps_an_existing_lab() -> None:
    result = CliRunner().invoke(app, ["lab", "new", "traffic_light"])
    assert isinstance(result.exception, LabError)
    assert "traffic_light exists already" in str(result.exception)


def test_every_step_of_an_episode_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    listed = re.search(r"^Steps: (.+?)\. Each returns", page, re.MULTILINE | re.DOTALL)
    known = inspect.getmembers(episode, inspect.isfunction)
    own = [(name, made) for name, made in known if made.__module__ == episode.__name__]
    steps = {name for name, made in own if inspect.signature(made).return_annotation is not str}
    assert listed and set(re.findall(r"`(\w+)`", listed[1])) == steps
