"""Benchmarks run only when they are asked for: `pytest --benchmarks tests/benchmarks`.

Each benchmark passes figures to `measured`. The table is printed at the end; `--table FILE` writes
it as a page of the documents. The aims hold for an idle machine, so a missed figure is marked but
is no failure.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.benchmark_table import Figure, lines, page

Measured = Callable[..., None]

FIGURES = pytest.StashKey[list[Figure]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Benchmarks take long and need an idle machine."""
    parser.addoption("--benchmarks", action="store_true", help="run the benchmarks")
    parser.addoption("--table", type=Path, metavar="FILE", help="write their table here")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip this folder without the option."""
    return None if config.getoption("--benchmarks", default=False) else True


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Takes a figure: `measured("spawn", 1.9, "ms", aim=10)` (see `Figure`)."""
    group = (request.module.__doc__ or "").partition("\n")[0].rstrip(".")

    def take(name: str, value: float, unit: str, **more: float | None) -> None:
        figures = request.config.stash.setdefault(FIGURES, [])
        figures.append(Figure(group, name, value, unit, **more))  # type: ignore[arg-type]

    return take


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    config = terminalreporter.config
    figures = config.stash.get(FIGURES, [])
    for line in lines(figures):
        terminalreporter.write_line(line)
    if (table := config.getoption("--table")) is not None:
        skipped = terminalreporter.stats.get("skipped", [])
        reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped]
        table.write_text(page(figures, list(dict.fromkeys(reasons))), encoding="utf-8")
