"""The same programs on the Pico's real firmware and on the bench: do the pins agree?

    python tools/second_engine.py [--report docs/measured/second-engine.md]

The firmware is what `firmware/pico/build.py` builds, run by PyPI's rp2040py; GP2 is wired to GP6
and 1.65 V to GP26, on both. A program agrees when it prints the same, each pin takes the
same levels in the same order, and each time from edge to edge is within `FACTORS`, or within
`SLACK_US`. The bench simulates a chip, which takes 1.12 times the emulated time where the
processor works (costs.h), and the same time where a program sleeps.
"""

import argparse
import itertools
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hardware.bench.trace.trace import Trace
from tests.support import rig
from tests.support.project import TESTS

PROGRAMS = TESTS / "board" / "second_engine"
PINS = (2, 3, 4, 5)
FACTORS = (0.8, 1.3)
SLACK_US = 40.0
OWN_SLACK = re.compile(r"# slack: (\d+) us")
"""In the first line of a program that needs more, with the reason."""
RUN_MS = 2000
MIDDLE = 2048
"""A value of the emulator's converter, 12 bits: the knob of the rig at one half."""

PAGE = """# The second engine: the Pico's own firmware

Made by `python tools/second_engine.py --report docs/measured/second-engine.md`, once
`python firmware/pico/build.py` has built MicroPython's firmware for the Pico from Debian's
packages. PyPI's rp2040py runs that firmware instruction by instruction; our port runs the same
program on the bench. GP2 is wired to GP6, and GP26 is at half the supply voltage.

A program agrees when it prints the same text, its pins take the same levels in the same order, and
each time from edge to edge on the bench is {low} to {high} times the firmware's, or within
{slack} µs of it (where a program is allowed more, its first line says why). The bench models a
chip, which needs 1.12 times the emulator's time for computing ([timing](timing.md)); sleeps are
the same on both.

**{agree} of {all} programs agree.** They are in `tests/board/second_engine/`.

| program | edges | firmware, ms | bench, ms | largest difference, µs | agrees |
|---|---|---|---|---|---|
{rows}
"""


class Seen(NamedTuple):
    """The result of a program: its lines, and the times and levels of each pin (µs)."""

    lines: list[str]
    edges: dict[int, list[tuple[float, bool]]]


class Compared(NamedTuple):
    """A program on both engines; `fault` describes the difference, "" if there is none."""

    name: str
    edges: int
    firmware_ms: float
    bench_ms: float
    worst_us: float
    fault: str


def programs() -> list[Path]:
    """The programs, by name."""
    return sorted(PROGRAMS.glob("*.py"))


def on_firmware(source: str) -> Seen:
    """Run on the emulated Pico. Raises: ImportError, OSError where there is none."""
    from tools.emulated_pico import EmulatedPico, firmware

    pico = EmulatedPico(firmware())
    pico.wire(rig.PINS["rp2"]["OUT"], rig.PINS["rp2"]["IN"])
    pico.chip.adc.channel_values[0] = MIDDLE
    ran = pico.run(source)
    edges = {
        pin: [(edge.t_ns / 1e3, edge.level) for edge in ran.edges if edge.pin == pin]
        for pin in PINS
    }
    return Seen((ran.text + ran.error).split("\n")[:-1], _settled(edges))


def on_bench(source: str) -> Seen:
    """Run on our port, as main.py of a board on the rig."""
    hands = [rig.Hand(0, "pot", "position", 0.5)]
    trace = rig.play("rp2", source, RUN_MS, hands)
    return Seen(rig.printed_lines(trace), _settled({pin: _edges(trace, pin) for pin in PINS}))


def _edges(trace: Trace, pin: int) -> list[tuple[float, bool]]:
    edges = trace.edges(pin, pwm=True)
    pairs = zip(edges.t_ns[1:], edges.level[1:], strict=True)
    return [(float(t_ns) / 1e3, bool(level)) for t_ns, level in pairs]


def _settled(edges: dict[int, list[tuple[float, bool]]]) -> dict[int, list[tuple[float, bool]]]:
    """Only changes of level, from low: in an emulator the setup of a pad is also an edge."""
    settled = {}
    for pin, rows in edges.items():
        level, kept = False, []
        for t_us, value in rows:
            if value != level:
                kept.append((t_us, value))
                level = value
        settled[pin] = kept
    return settled


def compare(path: Path) -> Compared:
    """Run a program on both engines."""
    source = path.read_text()
    real, ours = on_firmware(source), on_bench(source)
    spans = [_span(real), _span(ours)]
    count = sum(map(len, real.edges.values()))
    own = OWN_SLACK.match(source)
    worst, fault = _differences(real, ours, float(own[1]) if own else SLACK_US)
    return Compared(path.stem, count, spans[0], spans[1], worst, fault)


def _span(seen: Seen) -> float:
    times = [t_us for rows in seen.edges.values() for t_us, _ in rows]
    return (max(times) - min(times)) / 1e3 if times else 0.0


def _differences(real: Seen, ours: Seen, slack_us: float) -> tuple[float, str]:
    if real.lines != ours.lines:
        return 0.0, f"prints {ours.lines} instead of {real.lines}"
    worst = 0.0
    for pin, rows in real.edges.items():
        if [level for _, level in rows] != [level for _, level in ours.edges[pin]]:
            return worst, f"GP{pin} has {len(ours.edges[pin])} edges instead of {len(rows)}"
        for r, o in zip(_intervals(rows), _intervals(ours.edges[pin]), strict=True):
            worst = max(worst, abs(o - r))
            if abs(o - r) > slack_us and not FACTORS[0] * r <= o <= FACTORS[1] * r:
                return worst, f"GP{pin}: {o:.0f} µs instead of {r:.0f} µs from edge to edge"
    return worst, ""


def _intervals(rows: Sequence[tuple[float, bool]]) -> list[float]:
    return [b[0] - a[0] for a, b in itertools.pairwise(rows)]


def report(found: Sequence[Compared]) -> str:
    """The page for the documents."""
    rows = [
        f"| `{r.name}` | {r.edges} | {r.firmware_ms:.2f} | {r.bench_ms:.2f} "
        f"| {r.worst_us:.0f} | {r.fault or 'yes'} |"
        for r in found
    ]
    return PAGE.format(
        low=FACTORS[0],
        high=FACTORS[1],
        slack=f"{SLACK_US:.0f}",
        agree=sum(not row.fault for row in found),
        all=len(found),
        rows="\n".join(rows),
    )


def main() -> int:
    """Compare all programs; 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the table here")
    arguments = parser.parse_args()
    found = []
    for path in programs():
        found.append(compare(path))
        last = found[-1]
        print(f"{last.name:14} {last.firmware_ms:9.2f} {last.bench_ms:9.2f} ms {last.fault}")
    if arguments.report:
        arguments.report.write_text(report(found))
    return int(any(row.fault for row in found))


if __name__ == "__main__":
    sys.exit(main())
