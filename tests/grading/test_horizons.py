"""No trace of a lab depends on when the boards asked, or on what the bench left out: with other
horizons, and without shortcuts, all hashes are the same, and so are all marks."""

from collections.abc import Sequence
from functools import cache

import pytest
from _pytest.mark.structures import ParameterSet

from grader.authoring.lab_check import programs
from grader.lab.lab import find, slugs
from hardware.bench.board import promises
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import NONE, WITHOUT_ONE, Shortcuts
from tools.fingerprint import fingerprint

SHORT_NS = 1_000_000
MOST_HORIZONS = 200_000
"""Horizons of a seed: in a lab that lasts for hours they are longer than SHORT_NS."""
SHARE = 3
"""How many shortcuts are left out one by one with the reference of a lab; all are a long test."""


def programs_of(slug: str) -> list[ParameterSet]:
    """The reference, and as a long test all mutants."""
    names = programs(find(slug))
    return [
        pytest.param(slug, name, marks=() if name == "reference" else (pytest.mark.long,))
        for name in names
    ]


def share_of(number: int) -> list[Shortcuts]:
    """What is left out with this lab: each shortcut has its turn with several labs."""
    return [WITHOUT_ONE[(SHARE * number + n) % len(WITHOUT_ONE)] for n in range(SHARE)]


def short_ns(slug: str) -> int:
    """The horizon for a lab."""
    lab = find(slug)
    seconds = sum(episode.seconds for episode in lab.scenario(0, lab.board().type))
    return max(SHORT_NS, round(seconds * 1e9 / MOST_HORIZONS))


@cache
def as_always(slug: str, name: str) -> list[object]:
    """The fingerprints of a program with the bench as it is, by board."""
    return prints(slug, name)


def prints(slug: str, name: str) -> list[object]:
    """The fingerprints of a program, by board."""
    return [fingerprint((slug, board, name, 0)) for board in find(slug).boards]


CASES = [case for slug in slugs() for case in programs_of(slug)]
SHARED = [(slug, share_of(number)) for number, slug in enumerate(slugs())]


@pytest.mark.parametrize(("slug", "name"), CASES)
def test_horizons_change_no_trace(slug: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_always(slug, name)
    monkeypatch.setattr(promises, "PROMISE_NS", short_ns(slug))
    monkeypatch.setattr(promises, "PROMISED_SHARE", 0.0)
    assert prints(slug, name) == before


@pytest.mark.parametrize(("slug", "share"), SHARED, ids=slugs())
def test_shortcuts_change_no_trace(
    slug: str, share: Sequence[Shortcuts], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = as_always(slug, "reference")
    for shortcuts in (NONE, *share):
        monkeypatch.setattr(Circuit, "SHORTCUTS", shortcuts)
        assert prints(slug, "reference") == before


@pytest.mark.long
@pytest.mark.parametrize(("slug", "name"), CASES)
def test_no_shortcut_changes_a_trace(
    slug: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = as_always(slug, name)
    for shortcuts in (NONE, *WITHOUT_ONE):
        monkeypatch.setattr(Circuit, "SHORTCUTS", shortcuts)
        assert prints(slug, name) == before
