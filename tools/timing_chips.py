"""Compares the virtual chips of the ESP32 series with times that others published for real ones.

`calibration/published.toml` has the figures and their source. Only the ratio of a chip to a Pico
counts: the factors in firmware/port/chips/ are ratios.
"""

import textwrap
import tomllib
from typing import NamedTuple

import numpy as np

from tools.timing_programs import FOLDER, Program
from tools.timing_targets import PortBoard

TURNS = 200
SOURCE = """import gc
from time import ticks_us as _now, ticks_diff as _since
{setup}
{module}
p = {p}
def _work(_turns):
    {local}
    for _ in range(_turns):
{body}
gc.collect()
_t = _now()
_work({turns})
print(_since(_now(), _t))
"""
FASTER = {"esp32s3": "import machine\nmachine.freq(240_000_000)"}
"""Where the published figures are for another frequency than that of a start."""


class Published(NamedTuple):
    """A benchmark: the published µs of a chip's turn, and ours."""

    name: str
    theirs: dict[str, float]
    ours: dict[str, float]

    def ratio(self, chip: str) -> tuple[float, float]:
        """The chip's time over a Pico's: published, and ours."""
        return self.theirs[chip] / self.theirs["rp2"], self.ours[chip] / self.ours["rp2"]


def compare() -> list[Published]:
    """Run each benchmark on each virtual chip."""
    tables = tomllib.loads((FOLDER / "published.toml").read_text())
    chips = tables.pop("chips")
    found = [Published(name.replace("_", " "), table["us"], {}) for name, table in tables.items()]
    for chip in chips:
        with PortBoard(chip) as port:
            for row, table in zip(found, tables.values(), strict=True):
                us = port.measure(Program(row.name, _source(table, FASTER.get(chip, ""))))
                assert us, (chip, row.name)
                row.ours[chip] = us / table.get("turns", TURNS)
    return found


def _source(table: dict[str, str], setup: str) -> str:
    return SOURCE.format(
        setup=setup,
        module=table.get("module", ""),
        p=table["p"],
        local=table.get("local", "pass"),
        body=textwrap.indent(table["statement"], "        "),
        turns=table.get("turns", TURNS),
    )


def rows(found: list[Published]) -> list[str]:
    """The lines of a table: for each chip, published and our ratio to the Pico."""
    chips = [chip for chip in found[0].ours if chip != "rp2"]
    lines = [
        f"| chip | {' | '.join(row.name for row in found)} | mean factor |",
        f"|---|{'---|' * (len(found) + 1)}",
    ]
    for chip in chips:
        pairs = [row.ratio(chip) for row in found]
        cells = [f"{theirs:.2f} / {ours:.2f}" for theirs, ours in pairs]
        off = np.exp(np.mean([abs(np.log(ours / theirs)) for theirs, ours in pairs]))
        lines.append(f"| {chip} | {' | '.join(cells)} | ×{off:.2f} |")
    return lines
