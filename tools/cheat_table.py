"""Makes docs/measured/cheats.md: it runs all generic cheats against all labs.

    python tools/cheat_table.py [--seeds 1] [LAB …]

It takes an hour; with names of labs, only their columns are made anew. `warsha lab check` compares
the same runs with what each lab declares; a test checks that the page names every lab and every
cheat.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence

from grader.authoring.cheats import NO_WORK, CheatFunction
from grader.authoring.half_work import HALF_WORK
from grader.authoring.lab_attack import SEEDS, CheatGain, attack, tasks
from grader.authoring.lab_check import attack_limit
from grader.lab.lab import Lab, find, slugs
from tests.support.project import DOCS

PAGE = DOCS / "measured" / "cheats.md"
HEAD = """\
# What cheats earn

Made by `python tools/cheat_table.py`. Every cheat of `grader/authoring/cheats.py` makes programs
from what a trainee can know of a lab: its pins, its given files, and runs of a right program on
seeds of practice. They are graded with hidden seeds on every board, as `warsha lab attack LAB`
does. A number is the most that a program of that cheat earns of 18 points (the "predict" question
does not count; projects have 70), on the ESP32 / on the Pico; in brackets are the items that it
earned them with. `-`: the cheat does not apply to the lab.
"""
NO_WORK_HEAD = """
## Without any work

*Declared* is the most that the lab's `expected.toml` allows; `warsha lab check` fails above it.

"""
HALF_WORK_HEAD = """
## The right program without a part of it

Such a program does most of the work and earns most of the points. It must earn less than all
points. The number is for the part whose loss costs the fewest points.

"""


Cells = Mapping[tuple[str, str], str]
"""What a cheat earned in a lab, by the names of the lab and of the cheat on the page."""


def page(labs: Sequence[Lab], cells: Cells) -> str:
    """The whole page, from the labs and what each cheat earned in them."""
    text = HEAD
    for head, cheats in ((NO_WORK_HEAD, NO_WORK), (HALF_WORK_HEAD, HALF_WORK)):
        names = [cheat.__name__ for cheat in cheats]
        text += head + row("", [shown(lab.slug) for lab in labs])
        text += row("---", ["---"] * len(labs))
        for name in map(shown, names):
            text += row(name, [cells.get((shown(lab.slug), name), "-") for lab in labs])
        if cheats is NO_WORK:
            text += row("*declared*", [f"{attack_limit(lab):g}" for lab in labs])
        text += f"\n{meanings(cheats)}"
    return text


def meanings(cheats: Sequence[CheatFunction]) -> str:
    """A line for each cheat that says what it does."""
    lines = ""
    for cheat in cheats:
        does = " ".join((cheat.__doc__ or "").split())
        lines += f"- *{cheat.__name__.replace('_', ' ')}*: {does[0].lower()}{does[1:]}\n"
    return lines


def row(first: str, cells: Sequence[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join([first, *cells])} |\n"


def cell(gains: Sequence[CheatGain]) -> str:
    """The most that one cheat earns in one lab, on each board."""
    boards: dict[str, list[CheatGain]] = defaultdict(list)
    for gain in gains:
        boards[gain.task.board].append(gain)
    best = [max(boards[board], key=lambda gain: gain.points) for board in sorted(boards)]
    items = sorted({item for gain in best for item in gain.items})
    points = " / ".join(f"{gain.points:g}" for gain in best)
    return (points + (f" ({' '.join(items)})" if items else "")) or "-"


def shown(name: str) -> str:
    """A name of a lab or a cheat as the page has it."""
    return name.replace("_", " ")


def cells_of(text: str) -> dict[tuple[str, str], str]:
    """The cells of a page."""
    found: dict[tuple[str, str], str] = {}
    labs = [""]
    for line in text.splitlines():
        if line.startswith("|"):
            first, *rest = (one.strip() for one in line.strip("|").split("|"))
            if first:
                found |= {(lab, first): one for lab, one in zip(labs, rest, strict=False)}
            else:
                labs = rest
    return found


def main() -> None:
    """Run the cheats and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("labs", nargs="*", metavar="LAB")
    chosen = parser.parse_args()
    labs = [find(slug) for slug in slugs()]
    cells = cells_of(PAGE.read_text(encoding="utf-8"))
    for lab in [lab for lab in labs if lab.slug in (chosen.labs or slugs())]:
        runs = [t for board in lab.boards for t in tasks(lab, board, chosen.seeds)]
        gains = []
        for gain in attack(runs):
            gains.append(gain)
            print(
                f"{lab.slug} {len(gains)}/{len(runs)} {gain.task.name}: {gain.points:g}",
                flush=True,
            )
        for name in [cheat.__name__ for cheat in (*NO_WORK, *HALF_WORK)]:
            found = cell([gain for gain in gains if gain.task.cheat == name])
            cells[shown(lab.slug), shown(name)] = found
        print(lab.slug, max((gain.points for gain in gains), default=0), flush=True)
        PAGE.write_text(page(labs, cells), encoding="utf-8")


if __name__ == "__main__":
    main()
