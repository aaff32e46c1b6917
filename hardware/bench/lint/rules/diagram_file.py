"""The circuit file: Wokwi's own rules with its names, and parts that are not simulated here."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hardware import boards
from hardware.bench import parts
from hardware.bench.circuit import pin_names
from hardware.bench.diagram import SERIAL_MONITOR, PartSpec
from hardware.bench.lint.rule import LintPlace, file_rule
from hardware.bench.parts.common.part import CUSTOM, Part
from hardware.errors import DiagramError
from hardware.i18n import both

Raw = Mapping[str, Any]

BOARD_ATTRS = {
    "builder",
    "cpuFrequency",
    "env",
    "firmwareOffset",
    "flashSize",
    "macAddress",
    "partitions",
    "psramSize",
    "psramType",
    "serialInterface",
}
UNDOCUMENTED = {"wokwi-junction"}
"""Types that wokwi.com draws, but its documentation does not have."""
WOKWI = Path(__file__).parents[1] / "wokwi_types.toml"


@cache
def known_to_wokwi() -> frozenset[str]:
    """The part types of Wokwi."""
    return frozenset(tomllib.loads(WOKWI.read_text(encoding="utf-8"))["types"])


def entries(raw: Raw) -> Iterator[tuple[str, str, Raw]]:
    """Id, type and JSON object of each part that has an id and a type."""
    listed = raw.get("parts")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            id_, type_ = item.get("id"), item.get("type")
            if isinstance(id_, str) and isinstance(type_, str):
                yield id_, type_, item


def ids(raw: Raw) -> Iterator[str]:
    """Id of each part that has one, whatever its type is."""
    listed = raw.get("parts")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            yield item["id"]


def ends(raw: Raw) -> Iterator[tuple[str, str]]:
    """Part and pin of each end of a connection."""
    listed = raw.get("connections")
    for item in listed if isinstance(listed, list) else ():
        for end in item[:2] if isinstance(item, list) else ():
            if isinstance(end, str) and ":" in end:
                part, _colon, pin = end.partition(":")
                yield part, pin


def simulated(type_: str) -> bool:
    """Whether there is a part or a board of this type."""
    return parts.find(type_) is not None or boards.for_diagram(type_) is not None


def near(word: str, known: Iterable[str]) -> str:
    """The known names most similar to a word, or else the first ones."""
    names = sorted(known)
    return ", ".join(difflib.get_close_matches(word, names, 3) or names[:12])


def pins_of(id_: str, type_: str, item: Raw) -> list[str] | None:
    """The pin names of a part; None when they are not known."""
    if board := boards.for_diagram(type_):
        return list(board.pins)
    part = _part(id_, type_, item)
    return None if part is None else list(part.pins)


def _part(id_: str, type_: str, item: Raw) -> Part | None:
    """A part that is no board; None when it cannot be made."""
    kind, attrs = parts.find(type_), item.get("attrs", {})
    if kind is None or not isinstance(attrs, Mapping):
        return None
    try:
        return kind(PartSpec(id_, type_, attrs=attrs))
    except DiagramError:
        return None


@file_rule(
    "duplicate-id", "error", both("Two parts have the id {part}."), both("Rename one of them.")
)
def duplicate_id(raw: Raw) -> Iterator[LintPlace]:
    seen: set[str] = set()
    for id_, _type, _item in entries(raw):
        if id_ in seen:
            yield LintPlace(id_)
        seen.add(id_)


@file_rule(
    "unknown-part-type",
    "error",
    both("{part}: there is no part type {type}."),
    both("Perhaps: {near}."),
)
def unknown_part_type(raw: Raw) -> Iterator[LintPlace]:
    for id_, type_, _item in entries(raw):
        if not _of_wokwi(type_) and not simulated(type_):
            yield LintPlace(id_, words={"type": type_, "near": near(type_, _known_types())})


def _known_types() -> set[str]:
    return {*parts.types(), *(t for n in boards.names() for t in boards.load(n).diagram_types)}


def _of_wokwi(type_: str) -> bool:
    return type_ in known_to_wokwi() or type_.startswith(("board-", CUSTOM))


@file_rule(
    "not-simulated",
    "error",
    both("{part}: the type {type} exists in Wokwi, but is not simulated here."),
    both("Use another part, or run it on wokwi.com."),
)
def not_simulated(raw: Raw) -> Iterator[LintPlace]:
    for id_, type_, _item in entries(raw):
        if not simulated(type_) and _of_wokwi(type_):
            yield LintPlace(id_, words={"type": type_})


@file_rule(
    "unsupported-part",
    "info",
    both("{part}: Wokwi's documentation does not know the type {type}."),
    both("It works here and on wokwi.com; other tools may refuse it."),
)
def unsupported_part(raw: Raw) -> Iterator[LintPlace]:
    for id_, type_, _item in entries(raw):
        if type_ in UNDOCUMENTED:
            yield LintPlace(id_, words={"type": type_})


@file_rule(
    "missing-component",
    "error",
    both("A wire goes to {at}, but there is no part {part}."),
    both("Add the part, or remove the wire."),
)
def missing_component(raw: Raw) -> Iterator[LintPlace]:
    known = {SERIAL_MONITOR, *ids(raw)}
    yield from (LintPlace(part, pin) for part, pin in ends(raw) if part not in known)


@file_rule("invalid-pin", "error", both("{part} has no pin {pin}."), both("Perhaps: {near}."))
def invalid_pin(raw: Raw) -> Iterator[LintPlace]:
    known: dict[str, list[str] | None] = {SERIAL_MONITOR: ["TX", "RX"]}
    placed: dict[str, tuple[str, Raw]] = {}
    for id_, type_, item in entries(raw):
        known.setdefault(id_, pins_of(id_, type_, item))
        placed.setdefault(id_, (type_, item))
    for part, pin in ends(raw):
        names = known.get(part)
        if names is not None and pin not in names:
            meant = _meant(pin, names, part, *placed.get(part, ("", {})))
            yield LintPlace(part, pin, {"near": meant or near(pin, names) or "-"})


def _meant(word: str, names: list[str], id_: str, type_: str, item: Raw) -> str | None:
    """The pin as which `warsha run` takes this name."""
    board = boards.for_diagram(type_)
    part = None if board else _part(id_, type_, item)
    supply = None if part is None else part.supply
    return pin_names.meant(word, names, supply=supply, board=board)


@file_rule(
    "wrong-coord-names",
    "error",
    both("{part}: its position is given as x, y."),
    both('Write "left" and "top".'),
)
def wrong_coord_names(raw: Raw) -> Iterator[LintPlace]:
    yield from (LintPlace(id_) for id_, _type, item in entries(raw) if "x" in item or "y" in item)


@file_rule(
    "misplaced-coords",
    "warning",
    both('{part}: "left" and "top" are inside its "attrs".'),
    both('Put them next to "attrs".'),
)
def misplaced_coords(raw: Raw) -> Iterator[LintPlace]:
    for id_, _type, item in entries(raw):
        attrs = item.get("attrs")
        if isinstance(attrs, Mapping) and {"left", "top"} & attrs.keys():
            yield LintPlace(id_)


@file_rule(
    "invalid-attribute",
    "warning",
    both("{part} has no attribute {name}."),
    both("Perhaps: {near}."),
)
def invalid_attribute(raw: Raw) -> Iterator[LintPlace]:
    for id_, type_, item in entries(raw):
        known, attrs = _attrs_of(type_), item.get("attrs")
        if known is None or not isinstance(attrs, Mapping):
            continue
        for name in attrs:
            if name not in known and name not in ("left", "top"):
                yield LintPlace(id_, words={"name": name, "near": near(name, known)})


def _attrs_of(type_: str) -> set[str] | None:
    if boards.for_diagram(type_):
        return BOARD_ATTRS
    kind: type[Part] | None = parts.find(type_)
    return None if kind is None else {*kind.ATTRS, *kind.CONTROLS}


@file_rule(
    "redundant-parts",
    "warning",
    both("{part} is not connected to anything."),
    both("Connect it, or remove it."),
)
def redundant_parts(raw: Raw) -> Iterator[LintPlace]:
    wired = {part for part, _pin in ends(raw)}
    for id_, type_, item in entries(raw):
        if id_ not in wired and boards.for_diagram(type_) is None and pins_of(id_, type_, item):
            yield LintPlace(id_)


def without_errors(raw: Raw) -> dict[str, Any]:
    """The file without everything that these rules found; the rest may be a circuit that can be
    checked. A part without a text as its id and type stays: no rule here tells of it."""
    kept: dict[str, dict[str, Any]] = {}
    for id_, type_, item in entries(raw):
        if simulated(type_) and id_ not in kept:
            kept[id_] = {key: value for key, value in item.items() if key not in ("x", "y")}
    pins = {id_: pins_of(id_, item["type"], item) for id_, item in kept.items()}
    pins[SERIAL_MONITOR] = ["TX", "RX"]
    wires = raw.get("connections")
    if isinstance(wires, list):
        wires = [wire for wire in wires if _fits(wire, pins)]
    listed = raw.get("parts")
    known = [item for _id, _type, item in entries(raw)]
    broken = [item for item in listed if item not in known] if isinstance(listed, list) else []
    parts_left = [*kept.values(), *broken]
    return {**raw, "parts": parts_left, "connections": wires, "dependencies": {}}


def _fits(wire: object, pins: Mapping[str, list[str] | None]) -> bool:
    """Whether both ends of a wire exist, as far as it has ends."""
    found = list(ends({"connections": [wire]}))
    return all(pin in (pins.get(part) or ()) for part, pin in found)
