"""Addresses of virtual benches: a diagram or a board's name, alone or in a `bench:` URL."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from hardware import boards
from hardware.bench import diagram as diagrams
from hardware.bench.bench import Mode
from hardware.bench.diagram import Diagram
from hardware.boards import BoardType
from hardware.errors import BoardNotFound
from hardware.i18n import _, at_place

MODES: dict[str, Mode] = {"realtime": "realtime", "virtual": "virtual"}
SCHEME = "bench:"
SHORTEST_END = 4
"""From this length on, the last letters of a board's title name it (`pico`, `DevKit V1`)."""


@dataclass(frozen=True)
class Address:
    """`bench:<board or diagram>[?mode=virtual&seed=3&flash=board.img&baud=115200]`."""

    circuit: str
    mode: Mode = "realtime"
    seed: int = 0
    flash: str | None = None
    baud: int | None = None


def parse(url: str) -> Address:
    """Parse a `bench:` URL. Raises: BoardNotFound when it is not valid."""
    circuit, _mark, query = url.removeprefix(SCHEME).partition("?")
    options = dict(parse_qsl(query))
    try:
        mode = options.pop("mode", "realtime")
        seed, baud = options.pop("seed", "0"), options.pop("baud", "")
        flash = options.pop("flash", None)
        if options or not circuit:
            raise ValueError(url)
        return Address(circuit, MODES[mode], int(seed), flash, int(baud) if baud else None)
    except (ValueError, KeyError) as error:
        raise BoardNotFound(
            _("{url} is not an address of a virtual board.").format(url=url),
            _("Write for example bench:esp32?mode=virtual&seed=3&flash=board.img&baud=115200."),
        ) from error


def bare_board(board: BoardType) -> Diagram:
    """A diagram of this board with nothing wired to it."""
    part = {"type": board.diagram_types[0], "id": "board"}
    return diagrams.load({"version": 1, "parts": [part], "connections": []}, name=board.name)


def find_diagram(what: str | Path | Mapping[str, Any]) -> Diagram:
    """The diagram of a path or object, or a bare board of a name or family. Raises: DiagramError,
    BoardNotFound."""
    if isinstance(what, str) and not names_file(what):
        return bare_board(find_board(what))
    return diagrams.load(what)


def names_file(what: str) -> bool:
    """Whether this is the path of a circuit file, and not the name of a board."""
    return os.sep in what or what.endswith(".json")


def find_board(name: str) -> BoardType:
    """The board type of a name as people write it: `pi_pico`, `pico`, `Pico W`, `ESP32`, `S3`,
    `rp2`, `wokwi-pi-pico`. Of several (`esp32`), the first.

    Raises: BoardNotFound.
    """
    known = [boards.load(each) for each in boards.names()]
    wanted = _plain(name)
    for board in known:
        short = _plain(board.mcu).removeprefix("esp32") or board.mcu  # S3, C3
        exact = (board.name, board.family, board.mcu, short, *board.diagram_types)
        if wanted in map(_plain, exact):
            return board
    for board in known:
        if len(wanted) >= SHORTEST_END and _plain(board.title).endswith(wanted):
            return board
    if os.path.isdir(name):
        raise BoardNotFound(
            at_place(name, _("it is a folder")), _("Give the path of a diagram.json.")
        )
    if Path(name).suffix[1:].isalpha():
        what = _("the name of a circuit file ends with .json")
        if not os.path.exists(name):
            what = _("there is no such file")
        raise BoardNotFound(at_place(name, what), _("Give the path of a diagram.json."))
    what = _("There is no board type {name}.").format(name=name)
    if _only_in_wokwi(wanted):
        raise BoardNotFound(what, _("No bench has it: docs/measured/wokwi-parts.md says why."))
    names = {one for board in known for one in (board.name, board.family)}
    raise BoardNotFound(what, diagrams.suggest(name, names))


def _only_in_wokwi(wanted: str) -> bool:
    """Whether boards of Wokwi have this in their names, and none of ours."""
    from hardware.bench.lint.rules.diagram_file import known_to_wokwi  # imports all parts

    named = [t for t in known_to_wokwi() if t.startswith(boards.OTHERS) and wanted in _plain(t)]
    ours = [name for name in boards.names() if wanted in _plain(name)]
    return bool(named) and not ours and not any(map(boards.for_diagram, named))


def _plain(name: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(filter(str.isalnum, name)).casefold()
