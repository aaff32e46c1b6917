"""A circuit file of somebody else, read as Wokwi reads it: what the bench cannot use is left out,
and a remark says so.

Wokwi draws and runs a file that names parts, pins or attributes which do not exist. Such a file
runs here, too. Where another name of a pin, a type or a number is meant beyond doubt (`VDD` of a
part that has `VCC`, `GPIO36` of a board that prints `VP`, `"10k"`), it is taken as that.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardware import boards
from hardware.bench import diagram as diagrams
from hardware.bench import parts
from hardware.bench.circuit import pin_names
from hardware.bench.circuit.netlist import Netlist, Stamped, no_board
from hardware.bench.circuit.pin_names import GROUND, SUPPLY
from hardware.bench.circuit.solver import nets_of
from hardware.bench.diagram import SERIAL_MONITOR, Diagram, DiagramReader, PartSpec, PinRef
from hardware.bench.parts.common.part import Part
from hardware.boards import MICROPYTHON, BoardType
from hardware.errors import DiagramError
from hardware.i18n import _, at_place

PREFIXES = ("wokwi-", "board-")
"""The same part may have either: `wokwi-pi-pico-w` is `board-pi-pico-w`."""
LARGEST = 1e300
"""Of the numbers that a file may hold."""
LEAST_V = 3.0
"""For a part that does not say what it needs."""
VERSION = re.compile(r"micropython.*v(\d+\.\d+)")
QUANTITY = re.compile(r"\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*(meg|[GMkKmuµn]?)[^\d]*")
FACTORS = {"meg": 1e6, "G": 1e9, "M": 1e6, "k": 1e3, "K": 1e3, "": 1.0} | {
    "m": 1e-3,
    "u": 1e-6,
    "µ": 1e-6,
    "n": 1e-9,
}


def load(path: Path, *, own_parts: bool = True) -> Diagram:
    """Read a circuit; its `remarks` tell what was left out or taken as something else. Without
    `own_parts`, no Python file beside it runs: its custom parts are left out.

    Raises:
        DiagramError: it is no circuit at all, or no board of it is simulated.
    """
    return parse(diagrams.read(path), path, own_parts=own_parts)


def parse(raw: object, path: Path, *, own_parts: bool = True) -> Diagram:
    """The same for what a file of this path would hold. Raises: DiagramError."""
    return _Mender(path, own_parts=own_parts).diagram(raw)


class _Mender:
    """Makes the JSON of a circuit that the strict reader takes."""

    def __init__(self, path: Path, *, own_parts: bool) -> None:
        self._name, self._beside = str(path), path.parent
        self._folder = self._beside if own_parts else None
        self._reader = DiagramReader(self._name)
        self._remarks: dict[str, None] = {}
        self._pins: dict[str, tuple[str, ...]] = {SERIAL_MONITOR: ("TX", "RX")}
        """By part: the names of its pins."""
        self._fed: dict[str, tuple[str, str, float] | None] = {}
        self._boards: dict[str, BoardType] = {}
        self._dropped: set[str] = set()
        """The parts that were left out: their wires need no remark of their own."""

    def diagram(self, raw: object) -> Diagram:
        """The circuit. Raises: DiagramError."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("parts"), list):
            return diagrams.parse(raw, self._name)
        self._reader.require_size(raw)
        if chips := raw.get("dependencies"):
            names = ", ".join(map(str, chips)) if isinstance(chips, Mapping) else repr(chips)
            self._drop(f"'dependencies' ({names})")
        items = [kept for n, item in enumerate(raw["parts"]) if (kept := self._part(n, item))]
        if not self._boards:
            raise no_board(self._name, _types(raw["parts"]))
        listed = raw.get("connections")
        wires = list(self._wires(listed if isinstance(listed, list) else []))
        mended = {**raw, "parts": items, "dependencies": {}}

        def wired(wires: list[list[Any]]) -> Diagram:
            found = diagrams.parse({**mended, "connections": wires}, self._name)
            return replace(found, folder=self._folder)

        wires += self._supplies(self._without_shorts(wires, wired))
        return replace(wired(wires), remarks=tuple(self._remarks))

    def _remark(self, what: str) -> None:
        self._remarks[at_place(self._name, what)] = None

    def _drop(self, what: str) -> None:
        self._remark(_("{what}; left out").format(what=what.removeprefix(f"{self._name}: ")))

    def _taken(self, what: str, new: object) -> None:
        self._remark(_("{what}; taken as {new}").format(what=what, new=new))

    # -- parts --------------------------------------------------------------------------------

    def _part(self, index: int, item: object) -> dict[str, Any] | None:
        """The JSON of a part; None for one that is left out."""
        try:
            spec = self._reader.part(index, _placed(item))
        except DiagramError as error:
            if isinstance(item, Mapping) and boards.for_diagram(str(item.get("type"))):
                raise  # without the board there is nothing to run
            self._drop(str(error))
            return None
        if spec.id in self._pins:
            where = _("part {part}").format(part=repr(spec.id))
            self._drop(f"{where}: {_('two parts have this id')}")
            return None
        if (type_ := self._type(spec)) is None:
            return None
        spec = replace(spec, type=type_)
        if board := boards.for_diagram(type_):
            self._boards[spec.id] = board
            self._pins[spec.id] = tuple(board.pins)
            attrs = self._board_attrs(spec)
            self._firmware(spec)
        else:
            kind = parts.find(type_, self._folder)
            assert kind is not None
            attrs = self._attrs(spec, kind)
            part = kind(replace(spec, attrs=attrs))
            self._pins[spec.id] = tuple(part.pins)
            self._fed[spec.id] = part.supply
        return {**_placed(item), "type": type_, "attrs": attrs}

    def _type(self, spec: PartSpec) -> str | None:
        """The type of a part, or the type that is meant; None: there is no such type here."""
        what = _("part {part}: the type {type} is not simulated")
        what = what.format(part=repr(spec.id), type=repr(spec.type))
        if self._folder is None and parts.has_program(spec.type, self._beside):
            what = _("part {part}: its Python file runs only if you name the circuit: --diagram")
            what = what.format(part=repr(spec.id))
        try:
            if self._simulated(spec.type):
                return spec.type
        except DiagramError as error:  # a custom part
            where = _("part {part}").format(part=repr(spec.id))
            what = f"{where}: {error}"
        name = spec.type.removeprefix("wokwi-").removeprefix("board-")
        for other in (prefix + name for prefix in PREFIXES):
            if self._simulated(other):
                self._taken(what, other)
                return other
        self._drop(what)
        self._dropped.add(spec.id)
        return None

    def _simulated(self, type_: str) -> bool:
        known = boards.for_diagram(type_) or parts.find(type_, self._folder)
        return known is not None

    def _board_attrs(self, spec: PartSpec) -> dict[str, Any]:
        """The attributes of a board, if it can be made with them."""
        try:
            Netlist(Diagram(self._name, (spec,), (), {}))
        except DiagramError as error:
            self._drop(str(error))
            return {}
        return dict(spec.attrs)

    def _firmware(self, spec: PartSpec) -> None:
        """A remark when the board asks for another firmware."""
        wanted = str(spec.attrs.get("env") or "")
        version = VERSION.search(wanted)
        if wanted and not (version and MICROPYTHON.startswith(version[1])):
            other = _(
                "part {part}: it asks for the firmware {env}; the bench has MicroPython only"
            )
            older = _("part {part}: it asks for MicroPython {asked}; the bench has {version}")
            asked = version and version[1]
            what = (older if version else other).format(
                part=repr(spec.id), env=wanted, asked=asked, version=MICROPYTHON
            )
            self._remark(what)

    def _attrs(self, spec: PartSpec, kind: type[Part]) -> dict[str, Any]:
        """The attributes that this kind of part understands."""
        kept: dict[str, Any] = {}
        for name, value in spec.attrs.items():
            if value is not None and _fits(kind, spec, {name: value}):
                kept[name] = value
                continue
            what = _("part {part}: attribute {name!r} is {value!r}")
            what = what.format(part=repr(spec.id), name=name, value=value)
            for meant in _meanings(value):
                if _fits(kind, spec, {name: meant}):
                    self._taken(what, meant)
                    kept[name] = meant
                    break
            else:
                self._taken(what, repr(kind.ATTRS.get(name, "")))
        if not _fits(kind, spec, kept):
            where = _("part {part}").format(part=repr(spec.id))
            self._drop(f"{where}: {_('its attributes do not fit together')}")
            return {}
        return kept

    # -- wires --------------------------------------------------------------------------------

    def _wires(self, listed: list[object]) -> Iterator[list[Any]]:
        for index, item in enumerate(listed):
            try:
                wire = self._reader.connection(index, _plain(item))
            except DiagramError as error:
                self._drop(str(error))
                continue
            a, b = self._end(wire.a), self._end(wire.b)
            if a and b:
                yield [str(a), str(b), wire.colour, list(wire.path)]

    def _without_shorts(
        self, wires: list[list[Any]], wired: Callable[[list[list[Any]]], Diagram]
    ) -> Netlist:
        """The netlist, without the wires that join two supplies. Raises: DiagramError."""

        def fault(count: int) -> DiagramError | None:
            try:
                Netlist(wired(wires[:count]))
            except DiagramError as error:
                return error
            return None

        while error := fault(len(wires)):
            if at_once := fault(0):
                raise at_once
            first = bisect_left(range(len(wires)), True, key=lambda n: fault(n + 1) is not None)
            self._drop(str(error))
            del wires[first]
        return Netlist(wired(wires))

    def _end(self, end: PinRef) -> PinRef | None:
        """The pin at this end of a wire, or the pin that is meant; None: it leads nowhere."""
        if end.part in self._dropped:
            return None
        if (pins := self._pins.get(end.part)) is None:
            what = _("connection {end}: there is no part {part}")
            self._drop(what.format(end=end, part=repr(end.part)))
            return None
        if end.pin in pins:
            return end
        what = _("part {part} has no pin {pin}")
        what = what.format(part=repr(end.part), pin=repr(end.pin))
        meant = pin_names.meant(
            end.pin, pins, supply=self._fed.get(end.part), board=self._boards.get(end.part)
        )
        if meant is None:
            self._drop(what)
            return None
        self._taken(what, meant)
        return PinRef(end.part, meant)

    def _supplies(self, netlist: Netlist) -> Iterator[list[Any]]:
        """Wires to the supply pins of parts that are wired, but that nothing feeds."""
        board_id, board = next(iter(self._boards.items()))
        volts = {pin.name: pin.volts for pin in board.pins.values() if pin.volts is not None}
        for part in netlist.parts.values():
            pins = {netlist.net(part.id, pin) for pin in part.pins}
            supply = part.supply or _named_supply(part)
            if not supply or not pins & netlist.wired:
                continue
            high, low, least = supply
            for pin, other, wanted in ((high, low, least), (low, high, 0.0)):
                if _leads_somewhere(netlist, part, pin):
                    continue
                opposite = netlist.rails.get(netlist.net(part.id, other))
                if not part.supply and opposite is not None:  # it works either way round
                    wanted = 0.0 if opposite else least
                source = _weakest(volts, wanted)
                what = _("part {part}: nothing feeds its pin {pin}")
                what = what.format(part=repr(part.id), pin=repr(pin))
                self._taken(what, f"{board_id}:{source}")
                yield [f"{part.id}:{pin}", f"{board_id}:{source}", "", []]


def _types(listed: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Id and type of each part, as far as it has them."""
    for item in listed:
        if isinstance(item, Mapping):
            yield str(item.get("id")), str(item.get("type"))


def _placed(item: Any) -> Any:
    """A part with a place that is a number, and with attributes."""
    if not isinstance(item, Mapping):
        return item
    place = {key: _quantity(item.get(key)) or 0.0 for key in ("left", "top", "rotate")}
    rest = {key: value for key, value in item.items() if key not in ("x", "y")}
    attrs = item.get("attrs")
    return {**rest, **place, "attrs": attrs if isinstance(attrs, Mapping) else {}}


def _plain(item: Any) -> Any:
    """A wire without a colour or a path that is not understood."""
    if not isinstance(item, list) or len(item) < 2:
        return item
    colour = item[2] if len(item) > 2 and isinstance(item[2], str) else ""
    path = item[3] if len(item) > 3 and isinstance(item[3], list) else []
    is_path = all(map(diagrams.is_step, path)) and path.count("*") <= 1
    return [*item[:2], colour, path if is_path else []]


def _fits(kind: type[Part], spec: PartSpec, attrs: Mapping[str, Any]) -> bool:
    """Whether a part of this kind takes these attributes."""
    try:
        part = kind(replace(spec, attrs=attrs))
        part.read_initial()
        Stamped(part, lambda pin: 0)
    except DiagramError:
        return False
    return True


def _quantity(value: object) -> float | None:
    """A number, also of a text such as `10k` or `4.7 kΩ`; None for another value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < LARGEST else None
    found = QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        number = float(found[1]) * FACTORS[found[2]]
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _meanings(value: object) -> Iterator[str]:
    """What an attribute may mean."""
    if (number := _quantity(value)) is not None:
        yield f"{number:.12g}"
    if isinstance(value, str):
        yield value.strip().lower()


def _named_supply(part: Part) -> tuple[str, str, float] | None:
    """The supply pins of a part that works without power, such as a potentiometer."""
    high = [pin for pin in part.pins if pin in SUPPLY]
    low = [pin for pin in part.pins if pin in GROUND]
    return (high[0], low[0], LEAST_V) if len(high) == len(low) == 1 else None


def _weakest(volts: Mapping[str, float], wanted: float) -> str:
    """The supply pin with the lowest voltage that is enough; without one, the strongest."""
    enough = {name: volt for name, volt in volts.items() if volt >= wanted}
    return min(enough, key=enough.__getitem__) if enough else max(volts, key=volts.__getitem__)


def _leads_somewhere(netlist: Netlist, part: Part, pin: str) -> bool:
    """Whether a supply, a pad or another part is at this pin."""
    net = netlist.net(part.id, pin)
    if net in netlist.rails or net in netlist.gpio_net:
        return True
    others = (each for each in netlist.parts.values() if each is not part)
    return any(
        net in nets_of(element)
        for other in others
        if net
        not in (
            netlist.net(other.id, str(fed))
            for fed in (other.supply or _named_supply(other) or ())[:2]
        )
        for element in netlist.stamped(other).elements
    )
