"""The names of the real firmwares (tests/board/firmware_names.toml) on the virtual boards."""

import pytest

from tools import firmware_names
from tools.firmware_names import BOARDS, PAGE, Comparison


@pytest.fixture(scope="module", params=BOARDS)
def compared(request: pytest.FixtureRequest) -> Comparison:
    return firmware_names.compare(request.param)


def test_a_board_has_each_name_or_says_that_it_is_not_simulated(compared: Comparison) -> None:
    assert compared.names > 1000
    silent = {name: said for name, said in compared.absent.items() if "not simulated" not in said}
    assert not silent


def test_each_missing_name_has_a_row_in_the_docs(compared: Comparison) -> None:
    assert [name for name in compared.absent if not firmware_names.gap_of(name)] == []


def test_integers_have_the_values_of_the_chip(compared: Comparison) -> None:
    assert compared.other == {}


def test_what_only_the_virtual_board_has_is_known(compared: Comparison) -> None:
    assert {*compared.extra} <= {"umqtt.robust", "umqtt.simple"}  # docs/reference/network.md


def test_the_page_is_up_to_date() -> None:
    """It also holds that each pattern of not_simulated.toml still names something missing."""
    page = firmware_names.page()
    assert PAGE.read_text(encoding="utf-8") == page, "run: python tools/firmware_names.py"
    assert [pattern for pattern in firmware_names.gaps() if f"| `{pattern}` |" not in page] == []
