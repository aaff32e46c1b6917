"""Wokwi files: an example with all features of the formats, and rewritten public projects that do
on the bench what they state."""

from pathlib import Path

import pytest

from hardware.bench import diagram
from hardware.bench.lint.lint import lint_file
from hardware.bench.scenario import scenario
from hardware.headless import BoardFiles, run_program
from tests.support.project import drivers_for
from tools import wokwi_projects
from tools.wokwi_projects import FOLDER, PAGE, Project, projects

LONGEST_S = 600


def files(project: Project, program: str) -> dict[str, bytes]:
    """The files on a board's flash: its program as main.py, and shared files."""
    shared = {path.name: path.read_bytes() for path in FOLDER.glob("*.py")}
    source = (project.folder / program).read_text()
    return {**shared, **drivers_for(source), "main.py": source.encode()}


@pytest.mark.parametrize("project", projects(), ids=lambda project: project.slug)
def test_a_project_does_what_it_states(project: Project) -> None:
    programs = {path.stem for path in project.folder.glob("*.py")} - {"main"}
    outcome = run_program(
        files(project, "main.py"),
        diagram.load(project.folder / "diagram.json"),
        scenario=project.scenario,
        seconds=LONGEST_S,
        others={board: BoardFiles(files(project, f"{board}.py")) for board in programs},
    )
    assert outcome.failed_step is None
    assert not outcome.raised
    assert outcome.faults == ()


@pytest.mark.parametrize("project", projects(), ids=lambda project: project.slug)
def test_the_lint_finds_no_error_in_the_wiring(project: Project) -> None:
    found = lint_file(project.folder / "diagram.json")
    assert [str(remark.text) for remark in found if remark.level == "error"] == []


@pytest.mark.parametrize("project", projects(), ids=lambda project: project.slug)
def test_every_statement_has_an_expectation(project: Project) -> None:
    proofs = [project.proofs(number + 1) for number in range(len(project.states))]
    assert all(proofs)
    assert sum(map(len, proofs)) >= 3
    assert len(project.commit) == 40 or project.wokwi


def test_twenty_projects_have_a_version() -> None:
    assert sum(bool(project.commit) for project in projects()) >= 20


def test_every_folder_is_in_the_table() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/main.py")}
    assert folders == {project.slug for project in projects()}


def test_the_page_of_projects_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == wokwi_projects.page()


EXAMPLE = Path(__file__).with_name("reference_example")


def test_circuit_and_scenario_of_wokwi_run() -> None:
    source = (EXAMPLE / "main.py").read_text()
    outcome = run_program(
        {**drivers_for(source), "main.py": source.encode()},
        diagram.load(EXAMPLE / "diagram.json"),
        scenario=scenario.load(EXAMPLE / "scenario.yaml"),
    )
    assert outcome.failed_step is None
    assert outcome.faults == ()
