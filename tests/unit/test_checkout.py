"""The checkout: environment.yml and pyproject.toml require the same packages, and `make clean`
removes only files that can be built again."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

from tests.support.project import ROOT


def _name(requirement: str) -> str:
    """The normalised name of a package: conda writes types-pyyaml, PyPI types-PyYAML."""
    return re.split(r"[<>=~!\[; ]", requirement, maxsplit=1)[0].lower()


def test_conda_and_pip_require_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]

    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in environment if isinstance(entry, dict))
    from_conda = [entry for entry in environment if isinstance(entry, str)]

    assert "-e ." in from_pip
    extra = {"python", "pip", "-e ."}
    assert {_name(entry) for entry in from_conda + from_pip} - {_name(e) for e in extra} - {
        "-e"
    } == {_name(entry) for entry in wanted}


def test_conda_has_the_same_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python{project['requires-python']}" in environment


def test_make_clean_keeps_work_and_marks(tmp_path: Path) -> None:
    course = tmp_path / "build" / "course" / "iot_micropython"
    for place in (tmp_path / ".venv", tmp_path / "build" / "port", course / "submitted"):
        place.mkdir(parents=True)
    (course / "gradebook.db").write_text("marks")
    command = ["make", "-C", str(tmp_path), "-f", str(ROOT / "Makefile"), "clean"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "build/course/ stays" in done.stdout
    assert {place.name for place in tmp_path.iterdir()} == {"build"}
    assert {place.name for place in (tmp_path / "build").iterdir()} == {"course"}
    assert (course / "gradebook.db").read_text() == "marks"
