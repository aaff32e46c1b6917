"""`warsha replay`: a mark is explained by the lab and the seeds that it was made with."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from vcd.reader import TokenKind, tokenize

from grader.card import Card
from grader.errors import GraderError
from grader.lab import LABS, Lab, load
from grader.record import Record
from grader.replay import Replay, replay, telling
from grader.replaypage import write_page
from grader.score import score
from grader.store import Store, StoreError
from grader.version import engine_version
from hardware.builds import port_build

LAB = "traffic_light"
BOARD = "pi_pico"
SEEDS = (11, 12)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A lab as it lies in a checkout, which people change."""
    return Path(shutil.copytree(LABS / LAB, tmp_path / "labs" / LAB))


def give_mark(store: Store, lab: Lab, program: str | None, *, number: int = 1) -> Record:
    """Grade a program as a run of grading does, without notebook and gradebook."""
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
    store.put(record)
    return record


def mutant(name: str) -> str:
    return (LABS / LAB / "mutants" / f"{name}.py").read_text(encoding="utf-8")


@pytest.fixture
def found(store: Store, checkout: Path) -> Replay:
    """The replay of a program with a fault, after everything in the checkout has changed."""
    give_mark(store, load(checkout), mutant("half_period"))
    shutil.rmtree(checkout)
    return replay(store, LAB, "amina")


def test_a_changed_lab_changes_no_old_mark(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("overlap"))
    checks = checkout / "checks.py"
    text = checks.read_text(encoding="utf-8").replace(
        "points=4, expect=Never", "points=1, expect=Never"
    )
    checks.write_text(text.replace("random.Random(seed)", "random.Random(seed + 1)"))
    store.add_lab(load(checkout))  # the new release
    found = replay(store, LAB, "amina")
    assert found.given == found.found
    assert found.found["c"] == (0, "overlap")
    assert found.score.points == sum(card.points for card in record.cards)
    assert found.changed() == []


def test_the_lab_may_be_gone_from_the_checkout(found: Replay) -> None:
    assert found.given == found.found
    assert found.found["e"] == (0, "half_period")


def test_no_program_is_replayed_too(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), None)
    assert replay(store, LAB, "amina").found["a"] == (0, "no_ready")


def test_each_submission_can_be_replayed(store: Store, checkout: Path) -> None:
    give_mark(store, load(checkout), mutant("empty"))
    give_mark(store, load(checkout), mutant("drift"), number=2)
    assert replay(store, LAB, "amina").found["d"] == (0, "drift")
    assert replay(store, LAB, "amina", 1).found["d"] == (0, "no_ready")
    with pytest.raises(GraderError, match="amina has 2 graded submissions") as caught:
        replay(store, LAB, "amina", 3)
    assert "--try" in caught.value.cure


def test_other_builds_are_named(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    stamp = {**record.stamp, "port": "ab" * 32, "engine": "0.0.1+old"}
    store.put(replace(record, stamp=stamp))
    port, engine = replay(store, LAB, "amina").changed()
    assert port.startswith("the virtual board is another build than then: abab")
    assert engine.startswith("the engine is another build than then: 0.0.1+old, now 0.")


def test_a_mark_that_is_not_what_the_program_earns(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), mutant("empty"))
    generous = replace(record.cards[1], points=5)
    store.put(replace(record, cards=(record.cards[0], generous, *record.cards[2:])))
    found = replay(store, LAB, "amina")
    assert found.given != found.found


# What cannot be replayed is told in a line, with its cure.


def test_nothing_was_graded(store: Store) -> None:
    with pytest.raises(GraderError, match="no submission of traffic_light by amina") as caught:
        replay(store, LAB, "amina")
    assert caught.value.cure == "run: warsha grade traffic_light"


def test_the_lab_is_not_in_the_store(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    shutil.rmtree(store.folder / "labs" / record.stamp["lab"])
    with pytest.raises(StoreError, match="is not in the store") as caught:
        replay(store, LAB, "amina")
    assert "put your copy of that folder back" in caught.value.cure


def test_an_altered_lab_is_noticed(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    plan = store.folder / "labs" / record.stamp["lab"] / LAB / "given" / "plan.json"
    plan.write_bytes(plan.read_bytes() + b" ")
    with pytest.raises(StoreError, match="files in the store were changed"):
        replay(store, LAB, "amina")


def test_a_lab_of_an_engine_that_is_no_more(store: Store, checkout: Path) -> None:
    record = give_mark(store, load(checkout), "")
    (checkout / "checks.py").write_text("from grader.limits import Nowhere\n")
    digest = store.add_lab(replace(load(LABS / LAB), folder=checkout))
    store.put(replace(record, stamp={**record.stamp, "lab": digest, "engine": "0.1.0+abc"}))
    with pytest.raises(StoreError, match="cannot import name 'Nowhere'") as caught:
        replay(store, LAB, "amina")
    assert caught.value.cure == "replay it with the engine that graded it: 0.1.0+abc"


# What the instructor looks at.


def test_the_item_that_was_missed_is_the_telling_one(found: Replay) -> None:
    order, seed, item = telling(found)
    assert (order, seed.seed) in enumerate(SEEDS, 1)
    assert (item.id, item.key) == ("e", "half_period")
    assert telling(found, "a")[2].id == "a"
    with pytest.raises(GraderError, match="measures no item 'p'"):
        telling(found, "p")


def test_the_page_shows_every_seed_and_episode(found: Replay, tmp_path: Path) -> None:
    page = write_page(found, tmp_path / "page")
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


def test_a_page_of_one_item(found: Replay, tmp_path: Path) -> None:
    write_page(found, tmp_path / "page")
    write_page(found, tmp_path / "page", "a")
    traces = {file.name for file in (tmp_path / "page").glob("*.vcd")}
    assert traces == {"1-plan.vcd", "2-plan.vcd"}


def test_what_a_program_says_stays_text(store: Store, checkout: Path, tmp_path: Path) -> None:
    give_mark(store, load(checkout), "print('READY L02')\nprint('<script>alert(1)</script>')\n")
    page = write_page(replay(store, LAB, "amina"), tmp_path / "page")
    assert "<script>" not in page.read_text(encoding="utf-8")
