"""Writes docs/measured/timing.md: the cost table, and how well it predicts other programs."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tests.support.port_build import PORT
from tools import timing_programs
from tools.timing_programs import FOLDER, Program
from tools.timing_targets import Measure, Stored

TEMPLATE = FOLDER / "page.md"
SPEED = re.compile(r"#define VB_SPEED ([\d.]+)\n")
LIMITS = (1.15, 1.35)
"""The aim: the median, and nine of ten programs, are within these factors up or down."""


class Row(NamedTuple):
    """A program: the time of the firmware, and of our port at the emulator's speed (µs)."""

    name: str
    firmware_us: int
    port_us: float

    @property
    def ratio(self) -> float:
        """Port over firmware."""
        return self.port_us / max(self.firmware_us, 1)


def chip_factor() -> float:
    """The factor between the time of our port and that of the emulator."""
    found = SPEED.search((PORT / "chips" / "rp2.h").read_text())
    assert found
    return float(found[1])


def compare(programs: Sequence[Program], stored: Stored, ours: Measure) -> list[Row]:
    """Each program that ran on both; a small one without its empty loop."""
    chip, measured = chip_factor(), {}
    for program in programs:
        real, port = stored.get(program), ours(program)
        if real is not None and port is not None:
            measured[program.name] = Row(program.name, real, port / chip)
    rows = []
    for program in programs:
        row, empty = measured.get(program.name), measured.get(program.empty)
        if row and (empty or not program.empty):
            less = (empty.firmware_us, empty.port_us) if empty else (0, 0.0)
            rows.append(Row(row.name, row.firmware_us - less[0], row.port_us - less[1]))
    return rows


def sections(stored: Stored, ours: Measure) -> list[Row]:
    """The sections, without the empty loops of their groups."""
    rows = compare(timing_programs.sections(), stored, ours)
    return [row for row in rows if not row.name.endswith(": ")]


def factors(rows: Sequence[Row]) -> tuple[float, float, float]:
    """The median and the ninth decile of the factor, either way; the share within the limit."""
    logs = np.abs(np.log([max(row.ratio, 1e-3) for row in rows]))
    median, ninth = np.exp(np.quantile(logs, (0.5, 0.9)))
    return float(median), float(ninth), float((logs <= np.log(LIMITS[1])).mean())


def verdict(rows: Sequence[Row], what: str) -> str:
    """One line on programs that were not fitted."""
    median, ninth, share = factors(rows)
    return (
        f"{len(rows)} {what}, none fitted: median within ×{median:.3f}, nine of ten "
        f"within ×{ninth:.3f}; {share:.0%} within ×{LIMITS[1]}"
    )


def page(
    micro: Sequence[Row],
    sections: Sequence[Row],
    whole: Sequence[Row],
    costs: Mapping[str, float],
    chips: Sequence[str],
) -> str:
    """The text of docs/measured/timing.md."""
    median, ninth, _ = factors(micro)
    worst = sorted(micro, key=lambda row: -abs(np.log(max(row.ratio, 1e-3))))[:20]
    return TEMPLATE.read_text().format(
        verdict=verdict(whole, "whole programs"),
        verdict_sections=verdict(sections, "sections"),
        groups="\n".join(_groups(sections)),
        sections="\n".join(_row(row) for row in sections),
        chip=chip_factor(),
        chips="\n".join(chips),
        whole="\n".join(_row(row) for row in whole),
        micro=f"{len(micro)} small programs, fitted: median within ×{median:.3f}, "
        f"nine of ten within ×{ninth:.2f}",
        worst="\n".join(_row(row) for row in worst),
        costs="\n".join(f"| `{name}` | {us:.3f} |" for name, us in costs.items()),
    )


def _groups(sections: Sequence[Row]) -> list[str]:
    """A row for each group of sections: how many, how many within the limit, the mean ratio."""
    groups: dict[str, list[Row]] = {}
    for row in sections:
        groups.setdefault(row.name.removeprefix("section ").partition(":")[0], []).append(row)
    return [
        f"| {name} | {len(rows)} | {factors(rows)[2]:.0%} "
        f"| {np.exp(np.mean(np.log([row.ratio for row in rows]))):.2f} |"
        for name, rows in groups.items()
    ]


def _row(row: Row) -> str:
    name = " ".join(row.name.removeprefix("section ").split()).replace("|", "\\|")
    return f"| `{name}` | {row.firmware_us} | {row.port_us:.0f} | {row.ratio:.2f} |"
