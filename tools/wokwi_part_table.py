"""Makes docs/measured/wokwi-parts.md from `hardware/bench/lint/wokwi_types.toml` and the parts and
boards of the bench: `python tools/wokwi_part_table.py`. A test checks that the page is up to date.
"""

import tomllib
from collections.abc import Iterable, Mapping

from hardware import boards
from hardware.bench import parts
from hardware.bench.editing.part_catalogue import title_of
from hardware.bench.lint.rules.diagram_file import WOKWI
from tests.support.project import DOCS

PAGE = DOCS / "measured" / "wokwi-parts.md"
HEAD = """\
# Wokwi's parts

Made by `python tools/wokwi_part_table.py` from `hardware/bench/lint/wokwi_types.toml` (the types
that Wokwi's linter, documentation and drawings have) and from what the bench simulates. What a
part does is in [Parts](../reference/parts.md); others you [make yourself](../howto/own-part.md).
Wokwi itself does not document `wokwi-hub75-matrix`; here it is a panel with the usual connector.
"""
CONTROLLERS = (
    "arduino",
    "attiny",
    "esp32",
    "esp-01",
    "franzininho",
    "m5stack",
    "mch2022",
    "nano-rp2040",
    "notecarrier",
    "pi-pico",
    "st-nucleo",
    "stm32",
    "tinypico",
    "wemos",
    "tt-block",
)
"""What the types of boards with a controller have in their names; others are parts."""


def page() -> str:
    """The whole page."""
    known = tomllib.loads(WOKWI.read_text(encoding="utf-8"))
    types: list[str] = known["types"]
    unmet: Mapping[str, str] = known["unmet"]
    has = {one for one in types if parts.find(one) or boards.for_diagram(one)}
    controllers = {one for one in types if any(word in one for word in CONTROLLERS)}
    missing = set(types) - has - unmet.keys()
    ours = [one for one in parts.types() if one not in types]
    rows = [
        ("simulated", has),
        ("missing", missing),
        ("no board of the bench can meet it", set(unmet)),
    ]
    counts = ["| | parts | boards |", "|---|---|---|"]
    counts += [
        f"| {what} | {len(which - controllers)} | {len(which & controllers)} |"
        for what, which in rows
    ]
    return "\n".join(
        [
            HEAD,
            *counts,
            "",
            f"Parts that are missing: {_listed(missing - controllers)}.",
            "",
            f"Boards that are missing: {_listed(missing & controllers)}.",
            "",
            *_section("Parts that are simulated", has - controllers),
            *_section("Boards that are simulated", has & controllers),
            *_section("What no board of the bench can meet", unmet, unmet),
            *_section("Parts of ours", ours),
        ]
    )


def _listed(types: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(types)) or "none"


def _section(
    title: str, types: Iterable[str], reasons: Mapping[str, str] | None = None
) -> list[str]:
    about = "why" if reasons else "what it is"
    rows = [f"| `{one}` | {(reasons or {}).get(one) or title_of(one)} |" for one in sorted(types)]
    return [f"## {title}", "", f"| type | {about} |", "|---|---|", *rows, ""]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
