"""A station of a day: a process of its own with a tray of virtual boards and the station page, on
an inventory that it shares with other stations.

The process obeys lines of JSON on its input, `["plug", slot, board type, seed, baud, wires]`,
`["unplug", slot]` and `["return", slots, MACs]`, and answers each with a line: the MAC and the
port of the board that was plugged in, "", or what the return tray did.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from station.certify import clock
from station.certify.keys import signing_key
from station.flash.images import image_from_file
from station.inventory.database import Inventory
from station.return_tray.return_tray import ReturnTray, TestSetup
from tests.support.project import ROOT
from tests.support.station_tray import VirtualTray, station

STOP_S = 120


class DayStation:
    """The process. A context manager."""

    def __init__(
        self, folder: Path, inventory_url: str, slots: list[str], images: list[Path]
    ) -> None:
        """
        Args:
            folder: gets the records and the labels.
            slots: those that are not at USB.
            images: one for each chip.
        """
        folder.mkdir()
        self.folder = folder
        self.ports: dict[str, str] = {}
        """By slot, of all boards that were plugged in."""
        words = [str(folder), inventory_url, ":".join(map(str, images)), *slots]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"XDG_DATA_HOME": str(folder / "data")},
        )
        try:
            self.url = str(self._line())
            """Of the page, with the code."""
        except BaseException:
            self._process.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(STOP_S)
        finally:
            self._process.kill()
            self._process.stdout.close()

    def plug(
        self,
        slot: str,
        board_type: str,
        seed: int,
        *wires: tuple[str, str],
        baud: int | None = None,
    ) -> str:
        """Plug a board in; see `VirtualTray`. Returns: its MAC."""
        mac, self.ports[slot] = self._do("plug", slot, board_type, seed, baud, wires)
        return str(mac)

    def unplug(self, slot: str) -> None:
        """Pull a board out."""
        self._do("unplug", slot)

    def take_back(self, slots: list[str], macs: list[str]) -> str:
        """Scan boards in these slots into the return tray. Returns: how many came back."""
        return str(self._do("return", [self.ports[slot] for slot in slots], macs))

    def _do(self, *words: object) -> Any:
        assert self._process.stdin
        print(json.dumps(words), file=self._process.stdin, flush=True)
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the station has ended"
        return json.loads(line)


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


def _serve(folder: Path, inventory_url: str, images: str, *slots: str) -> None:
    # The clock of a virtual board follows that of a busy machine only more or less.
    clock.compare = lambda *_arguments: (0.0, 0.0)
    found = {image.chip: image for image in map(image_from_file, map(Path, images.split(":")))}
    with ExitStack() as stack:
        tray = stack.enter_context(VirtualTray(folder))
        ports = list(map(tray.path, slots))
        server = stack.enter_context(
            station(folder, ports, lambda one: found[one.chip], inventory_url, folder.name)
        )
        _say(server.site.url)
        for line in sys.stdin:
            match json.loads(line):
                case ["plug", str(slot), str(name), int(seed), int() | None as baud, list(wires)]:
                    joined = [(a, b) for a, b in wires]
                    _say([tray.plug(slot, name, *joined, seed=seed, baud=baud), tray.port(slot)])
                case ["unplug", str(slot)]:
                    tray.unplug(slot)
                    _say("")
                case ["return", list(ports), list(macs)]:
                    _say(_take_back(server.tray.work.inventory, folder, ports, macs))


def _take_back(inventory: Inventory, folder: Path, ports: list[str], macs: list[str]) -> str:
    setup = TestSetup(signing_key(), folder / "out", with_jig=False)
    lines: list[str] = []
    desk = ReturnTray(inventory, lambda: ports, setup, lambda line: lines.append(line.text))
    for mac in macs:
        desk.scan(mac)
    desk.finish()
    wrong = desk.refused + desk.failed
    return f"returned: {desk.count}, wrong: {wrong}; {lines if wrong else ''}"


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), *sys.argv[2:])
