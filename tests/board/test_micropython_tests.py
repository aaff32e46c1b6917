"""A share of MicroPython's own tests on virtual boards, and between two;
tools/micropython_tests.py and tools/multi_tests.py run all."""

from collections.abc import Iterator

import pytest

from hardware.paths import micropython_dir
from tools import micropython_tests, multi_tests
from tools.micropython_reasons import Reason, reasons
from tools.micropython_tests import BOARDS, TWO, all_tests, unexplained

pytestmark = pytest.mark.skipif(
    not micropython_dir().is_dir(), reason="no MicroPython source: see MICROPY_DIR"
)
EVERY = 30
PAIRS = [
    *("multi_net/tcp_data.py", "multi_net/tcp_accept_recv.py"),
    *("multi_net/sslcontext_server_client.py", "multi_wlan/01_ap_sta.py"),
]


@pytest.mark.parametrize(("number", "kind"), list(enumerate(BOARDS)))
def test_a_share_of_micropythons_tests(number: int, kind: str) -> None:
    folders = [folder for folder in BOARDS[kind].folders if folder not in TWO]
    share = all_tests(folders)[2 * number :: EVERY]
    outcome = micropython_tests.run(kind, share)
    assert unexplained(kind, outcome) == [], outcome.text
    assert outcome.names("pass")


@pytest.mark.long
@pytest.mark.parametrize("kind", BOARDS)
def test_all_of_micropythons_tests(kind: str) -> None:
    outcome = micropython_tests.run(kind, all_tests(BOARDS[kind].folders))
    assert unexplained(kind, outcome) == [], outcome.text


@pytest.mark.parametrize("kind", ("esp32", "rp2_w"))
def test_two_boards_in_one_network(kind: str) -> None:
    outcome = micropython_tests.run(kind, PAIRS)
    assert set(outcome.names("pass")) == set(PAIRS), outcome.text


def test_two_boards_with_bluetooth() -> None:
    tests = ["ble_characteristic", "ble_gap_connect"]
    assert multi_tests.run("esp32+rp2", tests) == dict.fromkeys(tests, "pass")


def evidence() -> Iterator[tuple[Reason, str]]:
    for one in reasons():
        if one.lacks or one.off:
            yield from ((one, board) for board in one.boards)


def test_the_chips_firmware_lacks_what_the_reasons_say() -> None:
    assert [(one.text, board) for one, board in evidence() if not one.is_true(board)] == []


def test_each_reason_is_needed() -> None:
    page = micropython_tests.PAGE.read_text(encoding="utf-8")
    names = [name.removesuffix(".py") for one in reasons() for name in one.tests]
    assert [name for name in names if f"`{name}`" not in page] == []
    assert [one.text for one in reasons() if f"| {one.text} |" not in page] == []
