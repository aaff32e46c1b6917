"""Results of the benchmarks: lines for the terminal, and docs/measured/benchmarks.md."""

import os
import platform
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

GIB = 2**30
HEAD = """\
# Benchmarks

Made by `python -m pytest --benchmarks tests/benchmarks --table docs/measured/benchmarks.md`
on {machine}.
`make bench` prints the same. Bench and board share one processor core. Times are those of the
wall clock; *core alone* counts only the time in which both worked, so it leaves out what other
programs on the machine took. *Peer* is the time of another program
for the same work (nbgrader, rp2040py, two bare Python programs). *Ratio* is the peer's time
divided by ours; without a peer it says by how many times the measured value is better than the
aim.
"""
COLUMNS = "| | measured | core alone | peer | aim | ratio |\n|---|---:|---:|---:|---:|---:|\n"


class Figure(NamedTuple):
    """One row: name, value, unit and aim.

    `most`: the aim is a maximum, else a minimum. `peer` is the value of another program for the
    same work; then the aim is the required speed-up. `share` is the part of the wall time in which
    bench and board worked.
    """

    group: str
    name: str
    value: float
    unit: str
    aim: float | None = None
    most: bool = True
    share: float | None = None
    peer: float | None = None

    @property
    def core(self) -> float | None:
        """The value on an idle core."""
        if self.share is None:
            return None
        return self.value * self.share if self.most else self.value / self.share

    @property
    def ratio(self) -> float | None:
        """The peer to ours; without one, how many times better than the aim; None without both."""
        if self.peer is not None:
            return self.peer / self.value
        if self.aim is None:
            return None
        return self.aim / self.value if self.most else self.value / self.aim

    @property
    def met(self) -> bool:
        """Whether the aim was reached, if there is one."""
        least = self.aim if self.peer is not None else 1.0
        return self.ratio is None or least is None or self.ratio >= least

    @property
    def aimed(self) -> str:
        """The aim in words."""
        if self.aim is None:
            return ""
        if self.peer is not None:
            return f"{self.aim:,g} times faster"
        return f"{'≤' if self.most else '≥'} {self.aim:,g} {self.unit}"


def lines(figures: Iterable[Figure]) -> list[str]:
    """The table for a terminal."""
    found = []
    for figure in figures:
        line = f"{figure.name:<54} {_amount(figure.value):>9} {figure.unit:<6}"
        core = "" if figure.core is None else f"core alone {_amount(figure.core)}"
        line += f" {core:<18} {_times(figure):>12}  {figure.aimed}"
        found.append(line.rstrip() + ("" if figure.met else "  missed"))
    return found


def page(figures: Sequence[Figure], left_out: Sequence[str]) -> str:
    """The whole page."""
    parts = [HEAD.format(machine=machine())]
    for group, rows in groupby(figures, key=lambda figure: figure.group):
        parts.append(f"## {group}\n\n{COLUMNS}" + "".join(map(_row, rows)))
    if left_out:
        parts.append("## Left out\n\n" + "".join(f"- {reason}\n" for reason in left_out))
    return "\n".join(parts)


def machine() -> str:
    """The machine and its load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    load = os.getloadavg()[1]
    return (
        f"{_processor()} ({os.cpu_count()} cores, {memory:.0f} GiB), Linux {platform.release()}, "
        f"Python {platform.python_version()}, at a load of {load:.1f}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    named = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return named[0] if named else platform.machine()


def _row(figure: Figure) -> str:
    peer = "" if figure.peer is None else f"{_amount(figure.peer)} {figure.unit}"
    core = "" if figure.core is None else f"{_amount(figure.core)} {figure.unit}"
    value = f"{_amount(figure.value)} {figure.unit}"
    aim = figure.aimed + ("" if figure.met else " (missed)")
    return f"| {figure.name} | {value} | {core} | {peer} | {aim} | {_times(figure)} |\n"


def _times(figure: Figure) -> str:
    return "" if figure.ratio is None else f"{_amount(figure.ratio)} times"


def _amount(value: float) -> str:
    """Three significant digits; from 100 on no decimals."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 1 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
