"""A fingerprint of what boards and checks do, to compare two commits that must behave alike:

    python tools/fingerprint.py OUT.json [--pairs 20]
    python tools/fingerprint.py --compare BEFORE.json AFTER.json

It holds the marks of every reference and mutant of every lab on every board (points, misconception
and measured value of each item), the hash of each episode's trace, and the hash of the trace of
each program of the second engine on both families. Seeds depend on names alone, not on the files
of a lab: a new comment in a lesson changes nothing here, one nanosecond of virtual time does.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.authoring.lab_check import host_of, program_of, programs, scenario_of
from grader.host.host_functions import HostCode
from grader.lab.lab import Lab, find, slugs
from grader.lab.run import Run
from grader.schemas import skip_iri_grammars
from grader.score.results import ItemResult, SeedResult
from grader.score.score import score
from tests.support import rig
from tests.support.project import TESTS

Task = tuple[str, str, str, int]
"""Lab, board, program, and which of its seeds."""
RUN_MS = 2000
"""Virtual time of each program of the second engine."""


def tasks(pairs: int) -> list[Task]:
    """Every program of every lab on every board, `pairs` times."""
    return [
        (slug, board, program, pair)
        for slug in slugs()
        for board in find(slug).boards
        for program in programs(find(slug))
        for pair in range(pairs)
    ]


@cache
def _lab(slug: str) -> Lab:
    return find(slug)


class TraceHashes:
    """An `Observer` that keeps the hash of each episode's trace."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def add_run(self, run: Run, _missed: Sequence[ItemResult]) -> None:
        """Hash a trace."""
        self.found[run.episode.name] = run.trace.sha256()[:16]

    def add_seed(self, seed: SeedResult) -> None:
        """There is only one seed."""


def fingerprint(task: Task) -> tuple[str, object]:
    """The marks and the traces of one program on one seed, and the name that they are kept by."""
    slug, board, program, _pair = task
    lab, name = _lab(slug), "/".join(map(str, task))
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
    file, hashes = programs(lab)[program], TraceHashes()
    got = score(
        lab,
        board,
        program_of(file),
        [seed],
        predicted=True,
        observer=hashes,
        host=HostCode(host_of(file)),
        scenario=scenario_of(file),
    )
    marks = {item.id: [item.points, item.key, item.measured] for item in got.items.values()}
    return name, [marks, hashes.found]


def second_engine() -> dict[str, str]:
    """The hash of the trace of each program of the second engine, on both families."""
    files = sorted((TESTS / "board" / "second_engine").glob("*.py"))
    hands = [rig.Hand(0, "pot", "position", 0.5)]
    return {
        f"engine/{file.stem}/{family}": rig.play(family, file.read_text(), RUN_MS, hands).sha256()
        for file in files
        for family in ("esp32", "rp2")
    }


def compare(before: Path, after: Path) -> int:
    """Print what differs; 1 if anything does, or a run is in one of the two only."""
    old, new = (json.loads(file.read_text(encoding="utf-8")) for file in (before, after))
    apart = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    for name in apart:
        print(name, old.get(name), new.get(name), sep="\n  ")
    print(f"{len(old)} runs before, {len(new)} after, {len(apart)} differ")
    return int(bool(apart))


def main() -> int:
    """Make a fingerprint, or compare two."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=20, help="seeds of each program")
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    if arguments.compare:
        return compare(*arguments.files)
    skip_iri_grammars()
    found: dict[str, object] = dict(second_engine())
    with multiprocessing.Pool(os.cpu_count()) as pool:
        found |= dict(pool.imap_unordered(fingerprint, tasks(arguments.pairs), chunksize=8))
    text = json.dumps(found, indent=0, sort_keys=True, ensure_ascii=False)
    arguments.files[0].write_text(text, encoding="utf-8")
    print(len(found), "runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
