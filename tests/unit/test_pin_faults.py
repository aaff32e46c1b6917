"""From levels of pins to faults with names, on levels that are made up: what a real board would
read, also where a virtual board cannot (it reads what it drives, even against a short circuit)."""

from itertools import combinations, product

import pytest

from hardware import boards
from station.certify.fault_words import fault_words
from station.certify.measurement import BoardFault
from station.certify.pin_faults import PinLevels, PinTest
from station.certify.plan import TestPlan, load_plan

PLANS = [load_plan(name) for name in boards.names()]
by_board = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.board.name)
ESP32 = load_plan("esp32_devkit_v1")


def levels(
    plan: TestPlan,
    *,
    with_jig: bool,
    held: dict[int, int] | None = None,
    joined: tuple[tuple[int, int], ...] = (),
    cut: tuple[int, ...] = (),
) -> PinLevels:
    """The levels of a board: pins that something holds at a level, pairs that are shorted, and
    pins whose contact in the jig is open."""
    gpios = plan.tested_pins(with_jig=with_jig)
    pairs = plan.jig.pairs if with_jig else ()
    joins = [*joined, *(pair for pair in pairs if not {*pair} & {*cut})]
    bus = (plan.jig.i2c.sda, plan.jig.i2c.scl) if with_jig else ()

    def read(pull: int, driver: int = -1) -> int:
        group = {driver}
        while more := {g for pair in joins if {*pair} & group for g in pair} - group:
            group |= more
        found = 0
        for i, gpio in enumerate(gpios):
            level = 1 if gpio in bus and gpio not in cut else pull
            if gpio in group:
                level = 1 - pull
            joined_to = {gpio}
            while more := {g for pair in joins if {*pair} & joined_to for g in pair} - joined_to:
                joined_to |= more
            for other in joined_to:
                if other in (held or {}) and not (driver == gpio != other):
                    level = (held or {})[other]
            found |= level << i
        return found

    inputs = plan.board.input_only
    return PinLevels(
        gpios,
        up=read(1),
        down=read(0),
        high=[-1 if gpio in inputs else read(0, gpio) for gpio in gpios],
        low=[-1 if gpio in inputs else read(1, gpio) for gpio in gpios],
    )


def faults(plan: TestPlan, *, with_jig: bool = False, **circumstances: object) -> list[BoardFault]:
    made = levels(plan, with_jig=with_jig, **circumstances)  # type: ignore[arg-type]
    return PinTest(plan, made, with_jig=with_jig).faults()


@by_board
@pytest.mark.parametrize("with_jig", [False, True])
def test_a_good_board_has_no_fault(plan: TestPlan, with_jig: bool) -> None:
    judge = PinTest(plan, levels(plan, with_jig=with_jig), with_jig=with_jig)
    assert judge.faults() == []
    assert [one.name for one in judge.measurements() if not one.passed] == []


@by_board
@pytest.mark.parametrize("with_jig", [False, True])
def test_every_short_between_neighbours_is_named_exactly(plan: TestPlan, with_jig: bool) -> None:
    gpios = plan.tested_pins(with_jig=with_jig)
    neighbours = [pair for pair in combinations(gpios, 2) if plan.are_neighbours(*pair)]
    assert len(neighbours) >= 2 or plan.board.name == "esp32cam"  # a small board has few
    for pair in neighbours:
        found = faults(plan, with_jig=with_jig, joined=(pair,))
        assert found == [BoardFault("short", pair)]


@by_board
def test_every_pin_that_is_held_is_named_exactly(plan: TestPlan) -> None:
    for gpio, (level, kind) in product(plan.free_pins, ((0, "held_low"), (1, "held_high"))):
        assert faults(plan, held={gpio: level}) == [BoardFault(kind, (gpio,))]


def test_a_held_pin_in_the_jig_is_told_from_its_partner_by_its_own_level() -> None:
    for gpio in (25, 18):
        found = faults(ESP32, with_jig=True, held={gpio: 0})
        assert found == [BoardFault("held_low", (gpio,))]


@by_board
def test_every_open_contact_in_the_jig_is_found(plan: TestPlan) -> None:
    for pair in plan.jig.pairs:
        assert faults(plan, with_jig=True, cut=pair[:1]) == [BoardFault("open", pair)]


def test_no_pin_that_must_not_be_touched_is_tested() -> None:
    for plan in PLANS:
        board = plan.board
        kept = {board.gpio(pin) for pin in board.console} | board.flash_pins | board.strapping
        jig = {*plan.jig.ladder, *(gpio for pair in plan.jig.pairs for gpio in pair)}
        tested = {*plan.tested_pins(with_jig=False), *plan.tested_pins(with_jig=True)}
        assert not kept & (tested | jig)
    assert not {23, 24, 25, 29} & {*load_plan("pi_pico_w").tested_pins(with_jig=False)}


def test_the_words_name_the_pins_as_they_are_printed_on_the_board() -> None:
    cause, cure = fault_words(BoardFault("short", (25, 26)), ESP32.board)
    assert cause == "GPIO 25 is shorted to GPIO 26" and "solder" in cure
    cause, _cure = fault_words(BoardFault("held_low", (16,)), ESP32.board)
    assert cause == "GPIO 16 (RX2) is held low: it is shorted to GND"
