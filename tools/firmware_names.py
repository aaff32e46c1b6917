"""Compares the names of the real firmwares with those of the virtual boards, and writes
docs/measured/firmware-names.md:

    python tools/firmware_names.py
    python tools/firmware_names.py --facts FOLDER

With `--facts` it first reads the names anew: FOLDER is `stubs` of the repository
Josverl/micropython-stubs, whose files were made on real boards by `createstubs.py`. Of those files
only the names and the values of integers are kept, in tests/board/firmware_names.toml.
"""

import argparse
import ast
import json
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from hardware.connect import open_board
from tests.support.project import ROOT

PAGE = ROOT / "docs" / "measured" / "firmware-names.md"
FACTS = ROOT / "tests" / "board" / "firmware_names.toml"
GAPS = ROOT / "firmware" / "port" / "not_simulated.toml"
BOARDS = {
    "ESP32_GENERIC": "bench:esp32?mode=virtual",
    "ESP32_GENERIC_S3": "bench:esp32s3_devkitc_1?mode=virtual",
    "ESP32_GENERIC_C6": "bench:esp32c6_devkitc_1?mode=virtual",
    "RPI_PICO": "bench:pi_pico?mode=virtual",
    "RPI_PICO_W": "bench:pi_pico_w?mode=virtual",
    "RPI_PICO2": "bench:pi_pico_2?mode=virtual",
    "RPI_PICO2_W": "bench:pi_pico_2_w?mode=virtual",
}
"""By firmware, the virtual board that behaves like it."""
SOURCES = {
    "ESP32_GENERIC": ["v1_25_0-esp32-ESP32_GENERIC"],
    "ESP32_GENERIC_S3": ["v1_26_0-esp32-ESP32_GENERIC_S3", "v1_24_1-esp32-ESP32_GENERIC_S3"],
    "ESP32_GENERIC_C6": ["v1_25_0-esp32-ESP32_GENERIC_C6"],
    "RPI_PICO": ["v1_25_0-rp2-RPI_PICO"],
    "RPI_PICO_W": ["v1_25_0-rp2-RPI_PICO_W"],
    "RPI_PICO2": ["v1_25_0-rp2-RPI_PICO2"],
    "RPI_PICO2_W": ["v1_25_0-rp2-RPI_PICO2_W"],
}
"""The folders of stubs. There are none of the S3 for 1.25: what 1.26 and 1.24.1 both have was
there,
and so was what 1.26 has and the ESP32's 1.25."""
FROZEN = {
    "ESP32_GENERIC": ("webrepl", "webrepl_setup", "upysh"),
    "ESP32_GENERIC_S3": ("webrepl", "webrepl_setup", "upysh"),
    "ESP32_GENERIC_C6": ("webrepl", "webrepl_setup", "upysh"),
    "RPI_PICO": (),
    "RPI_PICO_W": ("webrepl", "webrepl_setup"),
    "RPI_PICO2": (),
    "RPI_PICO2_W": ("webrepl", "webrepl_setup"),
}
"""Modules that createstubs.py leaves out: ports/*/boards/manifest.py, and micropython-lib."""
ASKS = ("upysh", "webrepl_setup")
"""Modules that print or ask when they are imported."""
NO_MODULE = "logging"
"""It was on the tester's board; no manifest has it."""
IMPORTED = {"const": "micropython", "hexlify": "binascii", "array": "array"}
"""Names that frozen modules import for themselves, and the modules that have them."""
UNLISTED = {"__main__", "_boot", "_webrepl", "builtins.BaseException", "builtins.Exception"}
UNLISTED |= {"builtins.classmethod", "builtins.staticmethod", "uasyncio", "urequests"}
UNLISTED |= {"machine.USBDevice"}
"""What every firmware has, and createstubs.py does not list. Of the S3 it has USBDevice for 1.26
only; ports/esp32/mpconfigport.h of 1.25 has it, too."""

HEAD_OF_FACTS = """\
# Written by `python tools/firmware_names.py --facts`: the names of the firmwares of MicroPython
# 1.25, by module and class, with the values of integers. They were read from real boards
# (github.com/Josverl/micropython-stubs, ddc7d1cc).
"""
Names = dict[str, dict[str, int | None]]
"""By owner (a module, or a class as `machine.Pin`), its names; with the value of an integer."""
OWN = {"warsha"}
"""Modules that no chip has, on purpose (core/given.c)."""
HEAD = """\
# The names of the real firmwares

Made by `python tools/firmware_names.py`. Every module of the official firmwares of MicroPython
1.25, every name in it and in its classes is looked up on the virtual board, and integers are
compared. The names come from real boards: `createstubs.py` made the files of
[micropython-stubs](https://github.com/Josverl/micropython-stubs) on them. Modules that it leaves
out come from the manifests of MicroPython. Names that begin with `_` are not compared.

| firmware | names | there | missing | other value |
|---|---|---|---|---|
"""
MISSING = """
## What is missing

For each of these the board says `not simulated`, and [what is not simulated](not-simulated.md)
has a row.

| name | how many | row | firmware |
|---|---|---|---|
"""
EXTRA = """
## What only the virtual board has

A program that uses one of these runs here and fails on the chip.

| name | firmware |
|---|---|
"""
PROBE = """\
def _probe(owner, names):
    module, _, path = owner.partition("|")
    try:
        at = __import__(module, None, None, ("",))
        for part in path.split("."):
            at = getattr(at, part) if part else at
    except (ImportError, AttributeError, NotImplementedError) as error:
        return {"": str(error)}, {}, []
    said, values = {}, {}
    for name in names.split():
        try:
            value = getattr(at, name)
            if type(value) is int:
                values[name] = value
        except AttributeError as error:
            said[name] = str(error)
    known = names.split()
    modules = type(__import__("sys"))
    more = [
        one
        for one in dir(at)
        if one not in known and one[0] != "_" and type(getattr(at, one)) is not modules
    ]
    return said, values, more
"""


@dataclass(frozen=True)
class Comparison:
    """What a virtual board answers for the names of its firmware."""

    names: int
    absent: dict[str, str]
    """By name (`machine.SDCard.info`), the message of the board."""
    other: dict[str, tuple[int, int]]
    """By name, the integer on the chip and on the virtual board."""
    extra: list[str]
    """Modules and names of modules that only the virtual board has."""


def module_names(path: Path) -> Iterator[tuple[str, str, int | None]]:
    """(class or "", name, integer) of a stub."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield "", node.name, None
            for part in node.body:
                name, value = _entry(part)
                if name:
                    yield node.name, name, value
        else:
            name, value = _entry(node)
            if name:
                yield "", name, value


def _entry(node: ast.stmt) -> tuple[str, int | None]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name.replace("__init__", ""), None
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        try:
            value = ast.literal_eval(node.value) if node.value else None
        except ValueError:
            value = None
        return node.target.id, value if type(value) is int else None
    return "", None


def stub_names(folder: Path) -> Names:
    """All public names of a folder of stubs. `uos` and the like are `os` once more: left out."""
    found: Names = {}
    for path in sorted(folder.rglob("*.pyi")):
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        root = module.partition(".")[0]
        again = root[0] == "u" and ((folder / f"{root[1:]}.pyi").is_file() or root == "uasyncio")
        if again or root == NO_MODULE:
            continue
        module = module.replace("ure", "re") if root == "ure" else module
        found.setdefault(module, {})
        for owner, name, value in module_names(path):
            if name[0] != "_" and IMPORTED.get(name, module) == module:
                where = f"{module}|{owner}" if owner else module
                found.setdefault(where, {})[name] = value
    return found


def common(one: Names, others: list[Names]) -> Names:
    """What one firmware and any of the others have, with the integers about which all agree."""
    kept: Names = {}
    for owner, names in one.items():
        there = [other[owner] for other in others if owner in other]
        for name, value in names.items() if there else ():
            values = [other[name] for other in there if name in other]
            if values:
                same = all(value == other for other in values)
                kept.setdefault(owner, {})[name] = value if same else None
        if there:
            kept.setdefault(owner, {})
    return kept


def read_facts(stubs: Path) -> str:
    """tests/board/firmware_names.toml, from the stubs."""
    parts = [HEAD_OF_FACTS]
    esp32 = stub_names(stubs / f"micropython-{SOURCES['ESP32_GENERIC'][0]}")
    for firmware, folders in SOURCES.items():
        names, *others = (stub_names(stubs / f"micropython-{folder}") for folder in folders)
        if others:
            names = common(names, [*others, esp32])
        names.update({module: {} for module in FROZEN[firmware]})
        parts.append(f"\n[{firmware}]\n")
        for owner in sorted(names):
            words = [n if v is None else f"{n}={v}" for n, v in sorted(names[owner].items())]
            lines = textwrap.wrap(" ".join(words), 97, break_on_hyphens=False)
            parts.append(f'"{owner}" = """\n' + "\n".join([*lines, '"""\n']))
    return "".join(parts)


@cache
def facts() -> dict[str, Names]:
    """By firmware, its names."""
    table = tomllib.loads(FACTS.read_text(encoding="utf-8"))
    return {
        firmware: {
            owner: {
                word.partition("=")[0]: int(word.partition("=")[2]) if "=" in word else None
                for word in words.split()
            }
            for owner, words in owners.items()
        }
        for firmware, owners in table.items()
    }


@cache
def compare(firmware: str) -> Comparison:
    """Looks up every name of a firmware on the virtual board that behaves like it."""
    count = 0
    absent, other, extra = {}, {}, []
    with open_board(BOARDS[firmware]) as board:
        board.run(PROBE)
        for owner, names in facts()[firmware].items():
            count += 1 + len(names)
            if owner in ASKS:
                assert owner in board.run("help('modules')").split(), owner
                continue
            call = f"_probe({owner!r}, {' '.join(names)!r})"
            said, values, more = json.loads(board.run(f"import json\nprint(json.dumps({call}))"))
            dotted = owner.replace("|", ".")
            absent.update({f"{dotted}.{name}".rstrip("."): text for name, text in said.items()})
            for name, value in names.items():
                if value is not None and values.get(name, value) != value:
                    other[f"{dotted}.{name}"] = (value, values[name])
            extra += [f"{dotted}.{name}" for name in more if names and name not in IMPORTED]
        modules = {owner.partition("|")[0] for owner in facts()[firmware]}
        listed = board.run("help('modules')").rpartition("Plus any")[0].split()
        found = {name.replace("/__init__", "").replace("/", ".") for name in listed}
        for module in sorted(found - modules - OWN):
            if not json.loads(board.run(f"print(json.dumps(_probe({module!r}, '')))"))[0]:
                extra.append(module)
    return Comparison(count, absent, other, sorted({*extra} - UNLISTED))


@cache
def gaps() -> dict[str, str]:
    """By pattern of names that are missing (`machine.SDCard.*`), the row of the gap."""
    rows = tomllib.loads(GAPS.read_text(encoding="utf-8"))["gap"]
    return {pattern: row["name"] for row in rows for pattern in row.get("missing", [])}


def gap_of(name: str) -> str:
    """The pattern of the gap that a missing name belongs to; empty when no row says so. `_rp2` is
    the C half of `rp2`."""
    fits = (pattern for pattern in gaps() if fnmatchcase(name.lstrip("_"), pattern))
    return next(fits, "")


def page() -> str:
    """docs/measured/firmware-names.md, from virtual boards."""
    found = {firmware: compare(firmware) for firmware in BOARDS}
    rows = "".join(
        f"| `{firmware}` | {one.names} | {one.names - len(one.absent)} | {len(one.absent)} "
        f"| {len(one.other)} |\n"
        for firmware, one in found.items()
    )
    return HEAD + rows + _missing(found) + _extra(found)


def _missing(found: dict[str, Comparison]) -> str:
    where: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for firmware, one in found.items():
        for pattern in dict.fromkeys(map(gap_of, one.absent)):
            where.setdefault(pattern, []).append(firmware)
            here = sum(gap_of(name) == pattern for name in one.absent)
            counts[pattern] = max(counts.get(pattern, 0), here)
    rows = "".join(
        f"| `{pattern}` | {counts[pattern]} | {gaps().get(pattern, '')} | {_list(names)} |\n"
        for pattern, names in sorted(where.items())
    )
    return MISSING + rows


def _extra(found: dict[str, Comparison]) -> str:
    where: dict[str, list[str]] = {}
    for firmware, one in found.items():
        for name in one.extra:
            where.setdefault(name, []).append(firmware)
    rows = "".join(f"| `{name}` | {_list(names)} |\n" for name, names in sorted(where.items()))
    return EXTRA + rows


def _list(firmwares: list[str]) -> str:
    return " ".join(f"`{firmware}`" for firmware in firmwares)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path)
    stubs = parser.parse_args().facts
    if stubs:
        FACTS.write_text(read_facts(stubs), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
