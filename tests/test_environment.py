"""environment.yml and pyproject.toml ask for the same packages."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def _name(requirement: str) -> str:
    """The package's name in one spelling: conda writes types-pyyaml, PyPI types-PyYAML."""
    return re.split(r"[<>=~!\[; ]", requirement, maxsplit=1)[0].lower()


def test_conda_asks_for_what_pip_asks_for() -> None:
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
