"""Make the C header and the Python constants of the frames from frames.toml.

python genframes.py header OUT.h     for the build of the port
python genframes.py python OUT.py    for hardware/bench/protocol/frames.py
"""

import sys
import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("frames.toml")
PREFIX = {"record": "REC", "request": "REC", "event": "REC"}


def rows(table: dict) -> list[tuple[str, int, str]]:
    """(name, number, what it means) of every constant, in the table's order."""
    out = []
    for section, entries in table.items():
        if isinstance(entries, dict):
            prefix = PREFIX.get(section, section.upper())
            out += [(f"{prefix}_{name}", row["id"], row["doc"]) for name, row in entries.items()]
    return out


def header(table: dict) -> str:
    lines = [
        f"#define VB_{name} {number}{'u' * (number >> 31)} // {doc}"
        for name, number, doc in rows(table)
    ]
    top = ["// Made by genframes.py from frames.toml.", "#pragma once"]
    version = f"#define VB_FRAMES_VERSION {table['version']}"
    return "\n".join([*top, version, *lines]) + "\n"


def python(table: dict) -> str:
    about = "The frames between board and bench. Made by firmware/port/genframes.py; do not edit."
    lines = [f'"""{about}"""', "", "from typing import Final", ""]
    lines.append(f"VERSION: Final = {table['version']}")
    for name, number, doc in rows(table):
        lines += [f"{name}: Final = {number}", f'"""{doc}."""']
    return "\n".join(lines) + "\n"


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] not in ("header", "python"):
        print(__doc__, file=sys.stderr)
        return 2
    table = tomllib.loads(TABLE.read_text())
    make = header if sys.argv[1] == "header" else python
    Path(sys.argv[2]).write_text(make(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
