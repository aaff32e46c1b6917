"""Benchmarks run only when they are asked for: `pytest --benchmarks tests/benchmarks`.

Each gives figures to `measured`; the table comes at the end. The aims are those of a quiet
machine, so nothing fails when a figure is missed: a line says so.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

Measured = Callable[..., None]


class Figure(NamedTuple):
    """One row: what, how much, in which unit, and the aim (`most`: as much as that, else at
    least)."""

    name: str
    value: float
    unit: str
    aim: float | None
    most: bool


FIGURES = pytest.StashKey[list[Figure]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Benchmarks take long and need a quiet machine."""
    parser.addoption("--benchmarks", action="store_true", help="run the benchmarks")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Nothing of this folder without the option."""
    return None if config.getoption("--benchmarks", default=False) else True


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Takes a figure: `measured("spawn", 1.9, "ms", aim=10)`; `most=False` for more is better."""

    def take(
        name: str, value: float, unit: str, aim: float | None = None, most: bool = True
    ) -> None:
        request.config.stash.setdefault(FIGURES, []).append(Figure(name, value, unit, aim, most))

    return take


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    for figure in terminalreporter.config.stash.get(FIGURES, []):
        line = f"{figure.name:<52} {figure.value:>12,.2f} {figure.unit:<10}"
        if figure.aim is not None:
            met = figure.value <= figure.aim if figure.most else figure.value >= figure.aim
            line += f" aim {'<=' if figure.most else '>='} {figure.aim:,g}"
            line += "" if met else "  missed"
        terminalreporter.write_line(line.rstrip())
