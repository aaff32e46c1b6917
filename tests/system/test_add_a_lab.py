"""The steps of docs/howto/add-a-lab.md, from `warsha lab new` to the marks."""

import re
import shutil
from itertools import chain
from pathlib import Path

import pytest

from grader.authoring.lab_attack import attack, tasks
from grader.authoring.lab_check import check_runs
from grader.authoring.lab_review import review
from grader.authoring.new_lab import new_lab
from grader.lab.lab import LABS, load
from tests.support.project import ROOT

_FILE = re.compile(
    r"^`labs/stair_light/(\S+)`\n\n(`{3,4})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab of the document."""
    labs = tmp_path_factory.mktemp("made") / "labs"
    shutil.copytree(LABS / "blinker", labs / "blinker")
    place = new_lab("stair_light", id="L21", labs=labs)
    text = (ROOT / "docs" / "howto" / "add-a-lab.md").read_text(encoding="utf-8")
    for name in ("given/blink.json", "mutants/hardcoded.py", "mutants/same_time.py"):
        assert f"`{Path(name).name}`" in text or f"`{name}`" in text
        (place / name).unlink()
    for name, _fence, content in _FILE.findall(text):
        (place / name).write_text(content, encoding="utf-8")
    return place


def test_the_document_makes_a_whole_lab(folder: Path) -> None:
    lab = load(folder)
    assert (lab.id, lab.title["en"]) == ("L21", "The stair light")
    assert list(review(lab)) == []


def test_the_programs_get_the_marks_of_the_document(folder: Path) -> None:
    runs = list(check_runs(folder, 5))
    assert not any(runs), "\n".join(map(str, chain(*runs)))
    assert len(runs) == 5 * 2 * 8


@pytest.mark.long
def test_cheats_earn_no_more_than_the_document_declares(folder: Path) -> None:
    lab = load(folder)
    found = [task for board in lab.boards for task in tasks(lab, board, 1)]
    assert [str(gain) for gain in attack(found) if gain.is_too_much] == []
