"""What saves an author time: mutants as replacements, one program with its figures, a check that
comes again when a file is saved, all faults at once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from grader.authoring.lab_check import (
    Difference,
    Trial,
    check_runs,
    count_runs,
    program_of,
    verify_expected,
)
from grader.authoring.lab_report import check_and_print, program_and_print, watch_and_print
from grader.authoring.lab_review import type_errors
from grader.authoring.spread import spreads
from grader.authoring.watch import saves
from grader.cli import app
from grader.errors import LabError
from grader.lab.lab import LABS, load


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the smallest lab for changes."""
    left_out = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(LABS / "blinker", tmp_path / "blinker", ignore=left_out))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_mutant_is_the_reference_with_other_text(copy: Path) -> None:
    mutant = copy / "mutants" / "slow.toml"
    mutant.write_text("[[replace]]\nold = 'sleep_ms(on_ms)'\nnew = 'sleep_ms(on_ms + 200)'\n")
    reference = (copy / "reference.py").read_bytes()
    wanted = reference.replace(b"sleep_ms(on_ms)", b"sleep_ms(on_ms + 200)")
    assert program_of(mutant) == {"main.py": wanted}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[replace]]\nold = 'sleep_s'\nnew = ''", "replacement 1: its text is 0 times"),
        ("[[replace]]\nold = 'led.'\nnew = ''", "replacement 1: its text is 2 times"),
        ("[[replace]]\nold = 'led'\n", "slow.toml, replace: must have tables"),
        ("replace = 3", "slow.toml, replace: must have tables"),
        ("", "slow.toml, replace: must have tables"),
        ("[[replace", "slow.toml: is not TOML"),
    ],
)
def test_a_replacement_that_does_not_fit_is_an_error(copy: Path, text: str, message: str) -> None:
    (copy / "mutants" / "slow.toml").write_text(text)
    change(copy / "expected.toml", "[empty]", '[slow]\na = [0, "on_time"]\n\n[empty]')
    with pytest.raises(LabError, match=message):
        verify_expected(load(copy))


def test_all_faults_of_a_lab_are_told_at_once(copy: Path) -> None:
    change(copy / "lab.toml", 'id = "L00"', "id = 0")
    change(copy / "lab.toml", "[boards.pi_pico]", "[boards.pico]")
    change(copy / "lab.toml", "[items]", "[item]")
    change(copy / "checks.py", "points=9", "points=0")
    with pytest.raises(LabError) as caught:
        load(copy)
    lines = str(caught.value).splitlines()
    for start in ("checks.py: ValueError", "lab.toml, id: is 0", "boards.pico", "lab.toml, item:"):
        assert any(start in line for line in lines), lines


def test_all_faults_of_expected_toml_are_told_at_once(copy: Path) -> None:
    change(copy / "expected.toml", "[attack]\nmost = ", "[attack]\nmuch = ")
    change(copy / "expected.toml", "[same_time]", "[same_times]")
    change(copy / "expected.toml", '[0, "hardcoded"]', '[10, "hardcoded"]')
    with pytest.raises(LabError) as caught:
        verify_expected(load(copy))
    places = [line.split(":")[0].split(", ")[1] for line in str(caught.value).splitlines()]
    assert places == ["same_times", "hardcoded.a", "same_time", "attack.most"]


def test_a_limit_in_another_unit_is_a_fault(copy: Path) -> None:
    change(copy / "checks.py", "import BoardType, ", "import Amps, AtMost, BoardType, ")
    change(copy / "checks.py", "expect=Within(ms(10), of=planned_on)", "expect=AtMost(Amps(1))")
    with pytest.raises(LabError, match=r"checks.py, a: measures ms, but its limit is in A"):
        load(copy)


def test_a_function_for_the_expected_value_has_a_unit_too(copy: Path) -> None:
    change(copy / "checks.py", "import BoardType, ", "import BoardType, Volts, ")
    change(
        copy / "checks.py", "off_times(run: Run) -> list[Millis]", "off_times(run) -> list[Volts]"
    )
    with pytest.raises(LabError, match=r"checks.py, b: measures V, but its limit is in ms"):
        load(copy)


def test_types_of_checks_are_looked_at(copy: Path) -> None:
    assert list(type_errors(load(LABS / "blinker"))) == []
    change(copy / "checks.py", "planned: Millis = run.data", "planned: int = run.data")
    (error,) = (line for line in type_errors(load(copy)) if "Incompatible return" in line)
    assert "checks.py:" in error


def test_one_program_is_shown_with_its_figures(copy: Path) -> None:
    change(copy / "expected.toml", 'b = [0, "same_time"]', 'b = [5, "same_time"]')
    out = Console(record=True, width=200)
    assert not program_and_print(out, load(copy), "same_time", "b", 1)
    text = out.export_text()
    for word in ("0 same_time", "5 same_time", "± 10 ms", "pi_pico", "esp32_devkit_c_v4"):
        assert word in text
    assert program_and_print(out, load(copy), "reference", "", 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--mutant", "nobody"), "blinker has no program nobody"),
        (("--mutant", "same_time", "--item", "z"), "blinker has no item z"),
    ],
)
def test_a_wrong_name_is_told_with_those_that_exist(words: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, ["lab", "check", "blinker", "--pairs", "1", *words])
    assert isinstance(result.exception, LabError)
    assert message in str(result.exception)
    assert "choose one of: " in result.exception.cure


def test_a_saved_file_is_noticed(copy: Path) -> None:
    looks = 0

    def wait() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            change(copy / "checks.py", "FLASHES = 5", "FLASHES = 50")
        if looks == 4:
            (copy / ".checks.py.swp").write_text("an editor's own file")
        if looks == 6:
            raise KeyboardInterrupt

    found = []
    with pytest.raises(KeyboardInterrupt):
        for _folder in saves([copy], wait):
            found.append(looks)
    assert found == [0, 2]


def test_watching_goes_on_after_an_error(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Callable[[], None]] = [
        lambda: change(copy / "lab.toml", 'id = "L00"', "id = 0"),
        lambda: change(copy / "lab.toml", "id = 0", 'id = "L00"'),
    ]

    def wait(_seconds: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr("grader.authoring.watch.time.sleep", wait)
    out, ids = Console(record=True, width=200), []
    watch_and_print(out, [copy], lambda slug: ids.append(load(copy).id))
    assert ids == ["L00", "L00"]
    assert out.export_text().count("lab.toml, id: is 0") == 1


def test_the_spread_of_a_program_names_its_item() -> None:
    def differ(pair: int, item: str, points: float) -> Difference:
        trial = Trial(LABS / "blinker", "pi_pico", "same_time", pair)
        return Difference(trial, pair, item, (9, ""), (points, "on_time"))

    (found,) = spreads([differ(0, "a", 8), differ(0, "b", 7.5), differ(1, "b", 7)], 3)
    assert (found.points, found.item) == (2.5, "b")
    assert str(found).startswith("same_time on pi_pico: 2.5 points between")
    # On every seed the same other result: wrong, but no luck.
    assert spreads([differ(pair, "a", 5) for pair in range(3)], 3)[0].points == 0
    assert spreads([], 3) == []


def test_an_interrupted_check_says_what_it_found_and_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = load(LABS / "blinker")
    runs = count_runs(lab, 1)
    found = Difference(Trial(lab.folder, "pi_pico", "same_time", 21), 7, "b", (0, "x"), (9, ""))

    def interrupted(*_: object) -> Iterator[list[Difference]]:
        yield from [[found], *[[]] * (2 * runs)]
        raise KeyboardInterrupt

    for name in ("review", "type_errors"):
        monkeypatch.setattr(f"grader.authoring.lab_report.{name}", lambda *_: [])
    monkeypatch.setattr("grader.authoring.lab_report.check_runs", interrupted)
    out = Console(record=True, width=200)
    with pytest.raises(KeyboardInterrupt):
        check_and_print(out, lab, 10, 20)
    difference, going_on = out.export_text().splitlines()
    assert "same_time on pi_pico: item b expected 0 x, got 9 - (1 times" in difference
    assert "2 pairs are done" in going_on
    assert going_on.endswith("warsha lab check blinker --first 22 --pairs 8")


def test_a_check_that_goes_on_gives_the_same_differences(copy: Path) -> None:
    change(copy / "expected.toml", 'b = [0, "same_time"]', 'b = [1, "same_time"]')
    whole = list(check_runs(copy, 2))
    assert any(whole)
    assert list(check_runs(copy, 1)) + list(check_runs(copy, 1, 1)) == whole


def test_a_mark_that_depends_on_luck_is_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(LABS / "blinker", "pi_pico", "same_time", 1)
    lucky = Difference(trial, 7, "b", (0, "same_time"), (5, "off_time"))
    for name, found in (("review", []), ("type_errors", []), ("check_runs", [[], [lucky]])):
        monkeypatch.setattr(f"grader.authoring.lab_report.{name}", lambda *_, found=found: found)
    monkeypatch.setattr("grader.authoring.lab_report.tasks", lambda *_: [])
    out = Console(record=True, width=200)
    assert not check_and_print(out, load(LABS / "blinker"), 2)
    output = out.export_text()
    assert "same_time on pi_pico: 5 points between its best and its worst seed" in output
    assert "most in item b" in output
    assert "a program's points differ by at most 5 over 2 seeds" in output
    assert "1 not as expected; 1 remarks" in output
