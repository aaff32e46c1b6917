"""Make the C header and the Python module of the frames from frames.toml.

python genframes.py header OUT.h     for the build of the port
python genframes.py python OUT.py    for hardware/bench/protocol/frames.py
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("frames.toml")
PREFIX = {"record": "REC", "request": "REC", "event": "REC"}
ABOUT = """\
The frames between board and bench. Made by firmware/port/genframes.py; do not edit.

A record has the fields a, b and c, and its kind says what they mean. A name in brackets is a
section of frames.toml: the values of [by], for example, are the constants BY_….
"""
LAYOUT = "layout"
"""The section that describes layouts; all others hold constants."""
FIELD = re.compile(r"([ui])(8|16|32|64)(?:\[(\d+)\])?")
CODES = {8: "b", 16: "h", 32: "i", 64: "q"}
"""Of the module `struct`, for signed numbers by bits; unsigned ones are upper case."""


class Field(NamedTuple):
    """A field of a layout: so many numbers of so many bits."""

    name: str
    bits: int
    signed: bool
    count: int | None

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.bits // 8 * (self.count or 1)

    @property
    def c(self) -> str:
        """Its declaration in a C struct."""
        kind = f"{'' if self.signed else 'u'}int{self.bits}_t"
        return f"{kind} {self.name}{f'[{self.count}]' if self.count else ''};"

    @property
    def code(self) -> str:
        """Its place in the format of a `struct.Struct`; bytes are one value, padding is none."""
        if self.name == "pad":
            return f"{self.size}x"
        if self.count and self.bits == 8:
            return f"{self.count}s"
        code = CODES[self.bits] if self.signed else CODES[self.bits].upper()
        return f"{self.count or ''}{code}"

    @property
    def column(self) -> tuple[str, str]:
        """Its name and type for `numpy.dtype`."""
        return self.name, f"{'' if self.bits == 8 else '<'}{'iu'[not self.signed]}{self.bits // 8}"


class Layout(NamedTuple):
    """Fields behind each other, little-endian and without gaps."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    columns: bool
    """Python wants the columns for `numpy.dtype`, too."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(field.size for field in self.fields)


def constants(table: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """(name, number, what it means) of every constant, in the table's order."""
    for section, entries in table.items():
        if isinstance(entries, dict) and section != LAYOUT:
            prefix = PREFIX.get(section, section.upper())
            for name, row in entries.items():
                yield f"{prefix}_{name}", row["id"], row["doc"]


def layouts(table: dict[str, Any]) -> Iterator[Layout]:
    """Every layout, in the table's order. Raises: ValueError for a type that there is not."""
    for name, row in table[LAYOUT].items():
        fields = tuple(_field(*item) for item in row["fields"].items())
        yield Layout(name, row["doc"], fields, row.get("columns", False))


def _field(name: str, kind: str) -> Field:
    if (found := FIELD.fullmatch(kind)) is None:
        raise ValueError(f"{name}: no such type: {kind}")
    sign, bits, count = found.groups()
    return Field(name, int(bits), sign == "i", int(count) if count else None)


def header(table: dict[str, Any]) -> str:
    """The C header."""
    lines = ["// Made by genframes.py from frames.toml.", "#pragma once", "#include <stdint.h>"]
    lines.append(f"#define VB_FRAMES_VERSION {table['version']}")
    for name, number, doc in constants(table):
        lines.append(f"#define VB_{name} {number}{'u' * (number >> 31)} // {doc}")
    for layout in layouts(table):
        lines += [f"// {layout.doc}", f"struct vb_{layout.name} {{"]
        lines += [f"    {field.c}" for field in layout.fields]
        lines += ["} __attribute__((packed));"]
        lines += [f'_Static_assert(sizeof(struct vb_{layout.name}) == {layout.size}, "frames");']
    return "\n".join(lines) + "\n"


def python(table: dict[str, Any]) -> str:
    """The Python module."""
    lines = [f'"""{ABOUT}"""', "", "import struct", "from typing import Final", ""]
    lines.append(f"VERSION: Final = {table['version']}")
    for name, number, doc in constants(table):
        lines += [f"{name}: Final = {number}", f'"""{doc}."""']
    for layout in layouts(table):
        name = f"LAYOUT_{layout.name.upper()}"
        code = "".join(field.code for field in layout.fields)
        told = ", ".join(field.name for field in layout.fields if field.name != "pad")
        lines += [
            f'{name}: Final = struct.Struct("<{code}")',
            f'"""{layout.doc}.',
            "",
            told,
            '"""',
        ]
        if layout.columns:
            lines += [f"{name}_COLUMNS: Final = ["]
            lines += [
                f'    ("{name}", "{kind}"),' for name, kind in (f.column for f in layout.fields)
            ]
            lines += ["]"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write one of the two."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("header", "python"):
        print(__doc__, file=sys.stderr)
        return 2
    table = tomllib.loads(TABLE.read_text())
    make = header if sys.argv[1] == "header" else python
    Path(sys.argv[2]).write_text(make(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
