"""Makes docs/reference/parts.md from the part classes: `python tools/part_tables.py`.

A test checks that the page is up to date. The third-party drivers that were
tested with a part come from `drivers.toml`.
"""

import inspect
import re
import sys
import tomllib

from hardware.bench.diagram import PartSpec
from hardware.bench.parts import find, types
from hardware.bench.parts.common.part import Part
from tests.support.project import DOCS, TESTS

PAGE = DOCS / "reference" / "parts.md"
DRIVERS = TESTS / "board" / "drivers.toml"
MOST_PINS = 40
HEAD = """\
# Parts

Made by `python tools/part_tables.py` from the classes in `hardware/bench/parts/`: one file there
is one part. Pins, attributes and controls are Wokwi's; the text of a part says which of them are
extensions of ours. A part without power at its supply and ground pins does nothing. The drivers
were written by other people and run unchanged (`tests/board/test_drivers.py`).
"""


def classes() -> dict[type[Part], list[str]]:
    """Every part class with its types, in the order of the first of them."""
    found: dict[type[Part], list[str]] = {}
    for part_type in types():
        if (kind := find(part_type)) is not None:
            found.setdefault(kind, []).append(part_type)
    return found


def page() -> str:
    """The whole page."""
    tried = drivers()
    rows = ["| type | pins | attributes | controls | driver tried |", "|---|---|---|---|---|"]
    sections = []
    for kind, names in classes().items():
        made = kind(PartSpec(id="part", type=names[0]))
        used = sorted({driver for name in names for driver in tried.get(name, ())})
        rows.append(_row(made, names, used))
        sections.append(f"## {', '.join(f'`{name}`' for name in names)}\n\n{_about(kind)}\n")
    return "\n".join([HEAD, *rows, "", *sections])


def drivers() -> dict[str, list[str]]:
    """Part type to the drivers that were tested with it."""
    if not DRIVERS.exists():
        return {}
    found: dict[str, list[str]] = {}
    for name, driver in tomllib.loads(DRIVERS.read_text(encoding="utf-8")).items():
        for part_type in driver["parts"]:
            found.setdefault(part_type, []).append(f"{name} {driver['version']}")
    return found


def _row(part: Part, names: list[str], used: list[str]) -> str:
    attributes = [f"`{name}` {_code(value)}".strip() for name, value in part.ATTRS.items()]
    controls = [f"`{n}` {c.low:g}–{c.high:g}" for n, c in part.CONTROLS.items()]
    cells = (
        "<br>".join(f"`{name}`" for name in names),
        _pins(list(part.pins)),
        ", ".join(attributes),
        ", ".join(controls),
        "<br>".join(used),
    )
    return f"| {' | '.join(cells)} |"


def _pins(names: list[str]) -> str:
    """The names of the pins; of many, only the first and the last."""
    if len(names) > MOST_PINS:
        names = [names[0], "…", names[-1]]
    return " ".join(f"`{name}`" for name in names)


def _code(value: str) -> str:
    return f"({value})" if value else ""


def _about(kind: type[Part]) -> str:
    module = sys.modules[kind.__module__].__doc__ or ""
    own = inspect.getdoc(kind) or ""
    return re.sub(r"\n{3,}", "\n\n", f"{module.strip()}\n\n{own.strip()}")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
