"""No trace of a lab depends on when the boards asked: with other horizons all hashes are the same,
and so are all marks."""

import pytest

from grader.authoring.lab_check import programs
from grader.lab.lab import find, slugs
from hardware.bench.board import virtual_board
from tools.fingerprint import fingerprint

SHORT_NS = 1_000_000


def programs_of(slug: str) -> list[object]:
    """The reference, and as a long test all mutants."""
    names = programs(find(slug))
    return [
        pytest.param(slug, name, marks=() if name == "reference" else (pytest.mark.long,))
        for name in names
    ]


@pytest.mark.parametrize(
    ("slug", "name"), [case for slug in slugs() for case in programs_of(slug)]
)
def test_horizons_change_no_trace(slug: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [(slug, board, name, 0) for board in find(slug).boards]
    before = [fingerprint(task) for task in tasks]
    monkeypatch.setattr(virtual_board, "PROMISE_NS", SHORT_NS)
    assert [fingerprint(task) for task in tasks] == before
