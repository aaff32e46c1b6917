"""Rewritten public Wokwi projects, and the page about them.

`python tools/wokwi_projects.py` makes docs/measured/wokwi-projects.md from the table and the
folders in `wokwi_projects/`; a test checks that the page is up to date.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hardware.bench.scenario.scenario import Scenario, ScenarioStep, load
from tests.support.project import DOCS, TESTS

FOLDER = TESTS / "board" / "wokwi_projects"
PAGE = DOCS / "measured" / "wokwi-projects.md"
HEAD = """\
# Public Wokwi projects

Made by `python tools/wokwi_projects.py` from `tests/board/wokwi_projects/`. Each of these public
MicroPython projects runs here. Circuits and programs are our own, written from what the projects
say and do; no line is copied. Each section lists what a project states. After a statement come
the names of the scenario steps that check it; `tests/board/test_wokwi_files.py` plays them. To run
a project yourself:

    warsha run tests/board/wokwi_projects/two-dice/main.py \\
        --file tests/board/wokwi_projects/lcd.py \\
        --diagram tests/board/wokwi_projects/two-dice/diagram.json \\
        --scenario tests/board/wokwi_projects/two-dice/scenario.yaml --seconds 600

A project with an OLED needs `--file firmware/drivers/ssd1306.py`: no firmware has this driver.
"""
NOT_PARTS = ("wokwi-resistor", "wokwi-gnd", "wokwi-vcc", "wokwi-junction", "wokwi-text")


class Project(NamedTuple):
    """A row of the table; `slug` is its folder."""

    slug: str
    title: str
    licence: str
    states: list[str]
    repository: str = ""
    commit: str = ""
    program: str = ""
    wokwi: str = ""

    @property
    def folder(self) -> Path:
        """The folder of its circuit, programs and scenario."""
        return FOLDER / self.slug

    @property
    def scenario(self) -> Scenario:
        """Its scenario."""
        return _scenario(self.folder)

    def proofs(self, state: int) -> list[ScenarioStep]:
        """The steps that check the statement of this number (from 1 on)."""
        return [step for step in self.scenario.steps if step.name.startswith(f"{state} ")]


@cache
def _scenario(folder: Path) -> Scenario:
    return load(folder / "scenario.yaml")


def projects() -> list[Project]:
    """All of them."""
    table = tomllib.loads((FOLDER / "projects.toml").read_text(encoding="utf-8"))
    return [Project(slug, **row) for slug, row in table.items()]


def page() -> str:
    """The whole page."""
    found = projects()
    rows = ["| project | board and parts | expectations |", "|---|---|---|"]
    rows += [_row(project) for project in found]
    return "\n".join([HEAD, *rows, "", *map(_section, found)])


def _row(project: Project) -> str:
    diagram = json.loads((project.folder / "diagram.json").read_text(encoding="utf-8"))
    types = dict.fromkeys(part["type"] for part in diagram["parts"])
    parts = " ".join(f"`{kind}`" for kind in types if kind not in NOT_PARTS)
    count = sum(len(project.proofs(n + 1)) for n in range(len(project.states)))
    return f"| [{project.title}](#{project.slug}) | {parts} | {count} |"


def _section(project: Project) -> str:
    lines = [f"## {project.slug}", "", f"{project.title}; licence: {project.licence}."]
    if project.repository:
        at = f"https://github.com/{project.repository}/blob/{project.commit}/{project.program}"
        lines += [f"Source: [{project.repository}](<{at}>), commit `{project.commit}`."]
    if project.wokwi:
        lines += [f"In the simulator (which keeps no versions): <{project.wokwi}>."]
    lines.append("")
    for number, state in enumerate(project.states, 1):
        names = "; ".join(step.name.partition(" ")[2] for step in project.proofs(number))
        lines.append(f"{number}. {state} *Expected: {names}.*")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
