"""No trace of a lab depends on when the boards asked, or on what the bench left out: with other
horizons, and without shortcuts, all hashes are the same, and so are all marks."""

import pytest
from _pytest.mark.structures import ParameterSet

from grader.authoring.lab_check import programs
from grader.lab.lab import find, slugs
from hardware.bench.board import promises
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import NONE, WITHOUT_ONE
from tools.fingerprint import fingerprint

SHORT_NS = 1_000_000
MOST_HORIZONS = 200_000
"""Horizons of a seed: in a lab that lasts for hours they are longer than SHORT_NS."""
FEWER = (NONE, *WITHOUT_ONE)


def programs_of(slug: str) -> list[ParameterSet]:
    """The reference, and as a long test all mutants."""
    names = programs(find(slug))
    return [
        pytest.param(slug, name, marks=() if name == "reference" else (pytest.mark.long,))
        for name in names
    ]


def short_ns(slug: str) -> int:
    """The horizon for a lab."""
    lab = find(slug)
    seconds = sum(episode.seconds for episode in lab.scenario(0, lab.board().type))
    return max(SHORT_NS, round(seconds * 1e9 / MOST_HORIZONS))


CASES = [case for slug in slugs() for case in programs_of(slug)]


@pytest.mark.parametrize(("slug", "name"), CASES)
def test_horizons_change_no_trace(slug: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [(slug, board, name, 0) for board in find(slug).boards]
    before = [fingerprint(task) for task in tasks]
    monkeypatch.setattr(promises, "PROMISE_NS", short_ns(slug))
    monkeypatch.setattr(promises, "PROMISED_SHARE", 0.0)
    assert [fingerprint(task) for task in tasks] == before


@pytest.mark.parametrize(("slug", "name"), CASES)
def test_shortcuts_change_no_trace(slug: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [(slug, board, name, 0) for board in find(slug).boards]
    before = [fingerprint(task) for task in tasks]
    for shortcuts in FEWER:
        monkeypatch.setattr(Circuit, "SHORTCUTS", shortcuts)
        assert [fingerprint(task) for task in tasks] == before
