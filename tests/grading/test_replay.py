"""`warsha replay`: it explains a mark with the lab and the seeds of the grading."""

import errno
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner
from vcd.reader import TokenKind, tokenize

from grader.archive import replay_page, replay_report
from grader.archive.record import Record
from grader.archive.replay import (
    PointsAndKey,
    ReplayCase,
    find_case,
    find_record,
    marks_of,
    replay,
)
from grader.archive.replay_report import print_replay
from grader.archive.store import Store, StoreError
from grader.authoring.lab_check import program_text
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.cli import app
from grader.errors import DiskFull, GraderError
from grader.lab.course import Course
from grader.lab.lab import LABS, Lab, find, load
from grader.score.card import Card
from grader.score.score import score
from grader.version import engine_version
from hardware.paths import port_build
from tests.support.classroom import HandIn, put_record
from tests.support.fake_scoring import must_not_be_called

LAB = "traffic_light"
BOARD = "pi_pico"
SEEDS = (11, 12)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A lab in a checkout, for changes."""
    return Path(shutil.copytree(LABS / LAB, tmp_path / "labs" / LAB))


def give_mark(store: Store, lab: Lab, program: str | None, *, number: int = 1) -> Record:
    """Grade a program as a grading run does, without notebook and gradebook."""
    files = {} if program is None else {"main.py": program.encode()}
    marks = score(lab, BOARD, files, SEEDS, predicted=True)
    cards = tuple(
        Card(item=id, points=item.points, maximum=item.max_points, key=item.key)
        for id, item in marks.items.items()
    )
    port = port_build(lab.board(BOARD).type.family)
    stamp = {"lab": store.add_lab(lab), "board": BOARD, "port": port, "engine": engine_version()}
    record = Record(
        student="amina",
        lab=lab.slug,
        number=number,
        submission=f"{number:064}",
        timestamp="",
        stamp=stamp,
        seeds=SEEDS,
        program=program,
        host=None,
        answered=True,
        cards=cards,
    )
    put_record(store, record)
    return record


def grade(course: Course) -> list[Outcome]:
    grading = Grading(course, "first_contact")
    return list(grading.run(grading.submissions(), workers=1))


def mutant(name: str) -> str:
    return program_text(find(LAB), name)


def case_of(store: Store, number: int | None = None) -> ReplayCase:
    """The case of amina's submission."""
    return find_case(store, find_record(store, LAB, "amina", number))


def again(store: Store, number: int | None = None) -> tuple[ReplayCase, dict[str, PointsAndKey]]:
    """The case, and the marks of the program now."""
    case = case_of(store, number)
    return case, marks_of(replay(case))


def test_a_changed_lab_changes_no_old_mark(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), mutant("overlap"))
    assert case_of(store).remarks() == []
    checks = checkout / "checks.py"
    text = checks.read_text(encoding="utf-8").replace(
        "points=3, expect=Never", "points=1, expect=Never"
    )
    checks.write_text(text.replace("random.Random(seed)", "random.Random(seed + 1)"))
    store.add_lab(load(checkout))  # the new release
    case, found = again(store)
    assert case.given == found
    assert found["c"] == (0, "overlap")
    assert case.changed() == []
    (remark,) = case.remarks()
    assert remark.startswith("the lab was changed and released again since")


def test_a_lab_that_was_removed_from_the_checkout_is_replayed(
    store: Store, checkout: Path
) -> None:
    give_mark(store, load(checkout), mutant("half_period"))
    shutil.rmtree(checkout)
    case, found = again(store)
    assert case.given == found
    assert found["e"] == (0, "half_period")


def test_a_submission_without_a_program_is_replayed(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), None)
    assert again(store)[1]["a"] == (0, "no_ready")


def test_each_submission_can_be_replayed(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), mutant("empty"))
    give_mark(store, load(checkout), mutant("drift"), number=2)
    assert again(store)[1]["d"] == (0, "drift")
    assert again(store, 1)[1]["d"] == (0, "no_ready")
    with pytest.raises(GraderError, match="amina has 2 graded submissions") as caught:
        case_of(store, 3)
    assert "--try" in caught.value.cure


def test_other_builds_are_named(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    stamp = {**record.stamp, "port": "ab" * 32, "engine": "0.0.1+old"}
    put_record(store, replace(record, stamp=stamp))
    port, engine = case_of(store).changed()
    assert port.startswith("the virtual board is a different build: abab")
    assert engine.startswith("the engine is a different build: 0.0.1+old then, 0.")


def test_a_mark_that_differs_from_the_replay(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    generous = replace(record.cards[1], points=5)
    put_record(store, replace(record, cards=(record.cards[0], generous, *record.cards[2:])))
    out = Console(record=True, width=160)
    _page, same = print_replay(out, store, LAB, "amina")
    assert not same
    assert "the marks are not the same" in out.export_text()


def test_a_reason_that_differs_from_the_replay_is_shown(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    renamed = replace(record.cards[0], key="old_reason")
    put_record(store, replace(record, cards=(renamed, *record.cards[1:])))
    out = Console(record=True, width=160)
    page, same = print_replay(out, store, LAB, "amina")
    assert not same
    for output in (out.export_text(), page.read_text(encoding="utf-8")):
        assert "0 old_reason" in output
        assert "0 no_ready" not in output


# A case that cannot be replayed is a one-line error with a cure.


def test_a_replay_without_a_graded_submission(store: Store) -> None:
    with pytest.raises(GraderError, match="no submission of traffic_light by amina") as caught:
        case_of(store)
    assert caught.value.cure == "run: warsha grade traffic_light"


def test_the_lab_is_not_in_the_store(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    shutil.rmtree(store.folder / "labs" / record.stamp["lab"])
    with pytest.raises(StoreError, match="is not in the store") as caught:
        case_of(store)
    assert "put your backup copy of that folder back" in caught.value.cure


def test_an_altered_lab_is_noticed(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    plan = store.folder / "labs" / record.stamp["lab"] / LAB / "given" / "plan.json"
    plan.write_bytes(plan.read_bytes() + b" ")
    with pytest.raises(StoreError, match="files in the store were changed"):
        case_of(store)


def test_a_lab_of_an_unsupported_engine(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    (checkout / "checks.py").write_text("from grader.lab.limits import Nowhere\n")
    digest = store.add_lab(replace(load(LABS / LAB), folder=checkout))
    put_record(
        store, replace(record, stamp={**record.stamp, "lab": digest, "engine": "0.1.0+abc"})
    )
    with pytest.raises(StoreError, match="cannot import name 'Nowhere'") as caught:
        case_of(store)
    assert caught.value.cure == "replay it with the engine that graded it: 0.1.0+abc"


def test_marks_that_cannot_be_replayed_are_printed_as_they_were_given(
    store: Store, checkout: Path
) -> None:
    record = give_mark(store, load(checkout), "")
    reason = {"ar": "لا يطبع READY.", "en": "It never prints READY."}
    card = replace(record.cards[0], measured="nothing", message=reason)
    put_record(store, replace(record, cards=(card, *record.cards[1:])))
    shutil.rmtree(store.folder / "labs" / record.stamp["lab"])
    out = Console(record=True, width=160)
    with pytest.raises(StoreError, match="is not in the store"):
        print_replay(out, store, LAB, "amina")
    (row,) = (line for line in out.export_text().splitlines() if line.startswith("│ a"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "a",
        "0",
        "nothing",
        card.expected,
        "It never prints READY.",
    ]


# The output for the instructor.


@pytest.fixture
def half_period(store: Store, checkout: Path) -> Store:
    """A store with the mark of a program that blinks too fast."""
    give_mark(store, load(checkout), mutant("half_period"))
    return store


def test_unusual_conditions_of_the_mark_are_printed(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    cards = (replace(record.cards[0], timed_out=True), *record.cards[1:])
    put_record(store, replace(record, cards=cards, stamp={**record.stamp, "sandbox": "none"}))
    out = Console(record=True, width=200, quiet=False, file=io.StringIO())
    page, _same = print_replay(out, store, LAB, "amina")
    for output in (out.export_text(), page.read_text(encoding="utf-8").replace("&#x27;", "'")):
        assert "time limits of this machine ended runs of a: another machine" in output
        assert "(--no-sandbox)" in output


def test_the_replay_is_printed_at_the_terminal(half_period: Store, tmp_path: Path) -> None:
    out = Console(record=True, width=160)
    page, same = print_replay(out, half_period, LAB, "amina", vcd=tmp_path / "x.vcd")
    output = out.export_text()
    assert same
    assert "the marks are the same" in output
    lines = [line.strip() for line in output.splitlines()]
    assert all(f"seed {order} · {seed}" in lines for order, seed in enumerate(SEEDS, 1))
    assert "x.vcd: item e, seed 1, episode missing" in output.replace("\n", "")
    assert (tmp_path / "x.vcd").read_bytes() == (page.parent / "1-missing.vcd").read_bytes()


def test_an_unknown_item_is_an_error(half_period: Store) -> None:
    with pytest.raises(GraderError, match="measures no item 'p'") as caught:
        print_replay(Console(quiet=True), half_period, LAB, "amina", item="p")
    assert caught.value.cure == "choose one of: a, b, c, d, e, f"


def test_an_unknown_trainee_is_an_error(half_period: Store) -> None:
    cures = {
        "amena": "is amina meant?",
        "nobody": f"look in {half_period.folder.parent}/submitted",
    }
    for student, cure in cures.items():
        with pytest.raises(GraderError, match=f"no submission by {student} was graded") as caught:
            print_replay(Console(quiet=True), half_period, LAB, student)
        assert caught.value.cure == cure


def test_a_place_that_does_not_exist_is_named_before_anything_runs(
    half_period: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_report, "replay", must_not_be_called)
    with pytest.raises(GraderError, match="no is no folder"):
        print_replay(
            Console(quiet=True), half_period, LAB, "amina", item="a", vcd=tmp_path / "no" / "x.vcd"
        )


def test_a_full_disk_is_named(half_period: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "1-plan.vcd")

    monkeypatch.setattr(replay_page, "write_vcd", full)
    with pytest.raises(DiskFull, match=r"the disk is full: .*/replays/traffic_light/amina"):
        print_replay(Console(quiet=True), half_period, LAB, "amina")


def test_the_page_shows_every_seed_and_episode(half_period: Store) -> None:
    page, _same = print_replay(Console(quiet=True), half_period, LAB, "amina")
    text = page.read_text(encoding="utf-8")
    assert all(f"<code>{seed}</code>" in text for seed in SEEDS)
    assert "READY L02" in text
    assert "sleep_ms" in text  # the program
    traces = {file.name for file in page.parent.glob("*.vcd")}
    assert {f"{n}-{e}.vcd" for n in (1, 2) for e in ("plan", "missing", "void")} <= traces
    assert all(f'href="{name}"' in text for name in traces)
    with (page.parent / "1-plan.vcd").open("rb") as file:
        names = {t.var.reference for t in tokenize(file) if t.kind is TokenKind.VAR}
    assert names == {"LED_R", "LED_Y", "LED_G"}
    print_replay(Console(quiet=True), half_period, LAB, "amina", item="a")
    assert {file.name for file in page.parent.glob("*.vcd")} == {"1-plan.vcd", "2-plan.vcd"}


def test_output_of_a_program_is_escaped(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), "print('READY L02')\nprint('<script>alert(1)</script>')\n")
    page, _same = print_replay(Console(quiet=True), store, LAB, "amina")
    assert "<script>" not in page.read_text(encoding="utf-8")


# From a submitted notebook.


def test_a_graded_notebook_is_replayed(course: Course, hand_in: HandIn) -> None:
    hand_in("basim", "print('READY L01')\n")
    (outcome,) = grade(course)
    store = Store(course.store)
    case = find_case(store, find_record(store, "first_contact", "basim"))
    marks = replay(case)
    assert case.given == marks_of(marks)
    assert case.given == {card.item: (card.points, card.key) for card in outcome.marks}
    assert case.changed() == []


def test_the_cure_of_a_damaged_record_works(course: Course, hand_in: HandIn) -> None:
    hand_in("basim", "print('READY L01')\n")
    (first,) = grade(course)
    file = course.store / "marks" / "first_contact" / "basim" / "1.json"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(StoreError, match="is damaged"):
        find_record(Store(course.store), "first_contact", "basim")
    file.unlink()
    (second,) = grade(course)
    assert (second.state, second.marks) == ("graded", first.marks)
    assert find_record(Store(course.store), "first_contact", "basim").number == 1
    assert [one.state for one in grade(course)] == ["unchanged"]


def test_the_verb_prints_whether_the_marks_are_the_same(course: Course, hand_in: HandIn) -> None:
    hand_in("basim", "print('READY L01')\n")
    grade(course)
    words = ["replay", "basim", "first_contact"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "the marks are the same" in result.output
    page = course.store / "replays" / "first_contact" / "basim" / "1" / "index.html"
    assert str(page) in result.output
    assert page.is_file()
    file = course.store / "marks" / "first_contact" / "basim" / "1.json"
    record = Record.from_json(file.read_text(encoding="utf-8"))
    put_record(Store(course.store), replace(record, program="# nothing\n"))
    assert CliRunner().invoke(app, words).exit_code == 1
