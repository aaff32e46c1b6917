"""A tray of virtual boards, good ones and faulty ones, and the station page that serves it."""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from selenium import webdriver
from serial.tools import list_ports

from hardware import boards
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from station.certify.keys import signing_key
from station.certify.self_test import identify
from station.flash import pico_drive
from station.flash.images import Choice, image_for
from station.inventory.database import Inventory
from station.page.board_work import BoardWork, TraySettings
from station.page.station_server import StationServer
from station.page.station_site import StationSite
from station.page.tray import Tray, usual_slots
from tests.support.bench_page import WAIT_S, ShownBench

PICO = "pi_pico"
SHORT = ("GP2", "GP3")
"""Pins that are soldered together on a faulty board."""


FAINT = """
const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
const linear = (part) => part <= 10.31 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const found = parts(getComputedStyle(e).backgroundColor);
    if (found[3] !== 0) return found;
  }
  return [255, 255, 255];
};
const contrast = (e) => {
  const both = [light(parts(getComputedStyle(e).color)), light(ground(e))].sort();
  return (both[1] + 0.05) / (both[0] + 0.05);
};
const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
return [...document.querySelectorAll("main *")]
  .filter((e) => own(e) && e.checkVisibility() && !e.disabled && contrast(e) < 4.5)
  .map((e) => `${e.textContent}: ${contrast(e).toFixed(1)}`);
"""


def bare_circuit(name: str, *joined: tuple[str, str]) -> dict[str, Any]:
    """A board alone, with some of its pins soldered together."""
    kind = boards.load(name).diagram_types[0]
    wires = [[f"board:{a}", f"board:{b}", "", []] for a, b in joined]
    return {"version": 1, "parts": [{"type": kind, "id": "board"}], "connections": wires}


class VirtualTray:
    """Virtual boards, each with a MAC of its own. A board in a slot with the name of a USB path
    (`1-1.3`) is one of this computer's USB ports, also in its boot ROM; in another slot it is at
    the path `path`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._benches: dict[str, LiveBench] = {}
        self._usb: dict[str, SimpleNamespace] = {}
        """By slot, as `list_ports` describes a port."""

    def __enter__(self) -> "VirtualTray":
        drives = f"{tempfile.gettempdir()}/warsha-usb-{os.getpid()}-*/1/RPI-RP2"
        for where, name, value in (
            (list_ports, "comports", self._ports_of_usb),
            (pico_drive, "PLACES", (drives,)),
            (pico_drive, "_usb_path", self._usb_path),
        ):
            self._stack.enter_context(patch.object(where, name, value))
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def path(self, slot: str) -> str:
        """The port that is there while a board is plugged into this slot."""
        return str(self.folder / slot)

    def plug(
        self,
        slot: str,
        name: str = PICO,
        *joined: tuple[str, str],
        seed: int = 0,
        baud: int | None = None,
    ) -> str:
        """Plug a board in; the seed decides its MAC. Returns: the MAC."""
        bench = LiveBench(bare_circuit(name, *joined), seed=seed, baud=baud)
        self._benches[slot] = self._stack.enter_context(bench)
        with Board(bench.connect()) as board:
            mac = identify(board).mac
        port = bench.serve_pty()
        if re.match(r"\d+-\d", slot):
            vendor, product = boards.load(name).usb_ids[0].split(":")
            self._usb[slot] = SimpleNamespace(
                device=port, location=f"{slot}:1.0", vid=int(vendor, 16), pid=int(product, 16)
            )
        else:
            Path(self.path(slot)).symlink_to(port)
        return mac

    def unplug(self, slot: str) -> None:
        """Pull a board out."""
        if self._usb.pop(slot, None) is None:
            Path(self.path(slot)).unlink()
        self._benches.pop(slot).close()

    def hold_bootsel(self, slot: str) -> None:
        """Hold BOOTSEL while the board starts again."""
        bench = self._benches[slot]
        bench.control("board", "BOOTSEL", 1)
        bench.reset()
        bench.control("board", "BOOTSEL", 0)

    def restart(self, slot: str) -> None:
        """Press the reset button; a Pico leaves its boot ROM."""
        self._benches[slot].reset()

    def plug_drive(self, slot: str, board_id: str) -> None:
        """Plug in a board that is only a drive."""
        prefix = f"warsha-usb-{os.getpid()}-"
        root = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix)))
        (root / "1/RPI-RP2").mkdir(parents=True)
        (root / "1/RPI-RP2/INFO_UF2.TXT").write_text(f"Board-ID: {board_id}\r\n")
        self._usb[slot] = SimpleNamespace(device=str(root / "serial/none"))

    def hang(self, slot: str) -> None:
        """Start a program that does not obey Ctrl-C."""
        with Board(self._benches[slot].connect()) as board:
            board.exec_detached("import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass")

    def port(self, slot: str) -> str:
        """Where the board in a slot is while it runs MicroPython."""
        return str(self._usb[slot].device) if slot in self._usb else self.path(slot)

    def _ports_of_usb(self) -> list[SimpleNamespace]:
        return [port for port in self._usb.values() if Path(port.device).exists()]

    def _usb_path(self, drive: Path) -> str:
        roots = {str(Path(port.device).parents[1]): slot for slot, port in self._usb.items()}
        return roots.get(str(drive.parents[1]), "")


@contextmanager
def station(
    folder: Path,
    ports: list[str],
    choice: Choice | None = None,
    inventory_url: str = "",
    name: str = "tester",
) -> Iterator[StationServer]:
    """The station with these ports, its inventory (or one that stations share), and a free port
    for its page. `choice` gives the image for a chip; without it, nothing is flashed."""
    (folder / "out").mkdir(exist_ok=True)
    with Inventory(inventory_url or f"sqlite:///{folder}/inventory.db", by=name) as inventory:
        work = BoardWork(inventory, signing_key(), folder / "out", name, choice or image_for)
        with (
            Tray(work, lambda: usual_slots(ports)) as tray,
            StationServer(tray, StationSite()) as server,
        ):
            tray.choose(TraySettings(flash=choice is not None))
            yield server


class StationWindow(ShownBench):
    """The station page, in a window of its own."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        driver.switch_to.new_window("window")
        super().__init__(driver)
        self.resize(1024, 768)
        driver.get(url)
        self.wait("return document.querySelector('.warsha-station .tray') !== null")

    def waits(self, count: int) -> None:
        """Wait until so many boards wait for the start."""
        script = "return document.querySelectorAll('.card[data-state=waiting]').length"
        self.wait(f"{script} === arguments[0]", count)

    def take_back(self) -> None:
        """Choose that boards are taken back."""
        self.find("input[name=mode][value=back]").click()
        begins = (
            "return document.querySelector('button.start').textContent.startsWith('Take back')"
        )
        self.wait(begins)

    def ended(self, count: int, seconds: float = WAIT_S) -> dict[str, str]:
        """Wait until so many boards are done. Returns: their results, by slot."""
        script = "return document.querySelectorAll('.card[data-state=done]').length"
        self.wait(f"{script} >= arguments[0]", count, seconds=seconds)
        cards = (
            "return [...document.querySelectorAll('.card')].map(c => "
            "[c.dataset.slot, c.querySelector('.word').textContent])"
        )
        return {Path(slot).name: word for slot, word in self.js(cards)}

    def yields(self, share: str) -> None:
        """Wait until the share of good boards is this one: it is counted after the last board."""
        self.wait(
            "return document.querySelector('.yield')?.textContent.endsWith(arguments[0])", share
        )

    def start_again(self, slot: str) -> None:
        """Start one board whose work has ended, and wait until it works again."""
        self.find(f"{_of(slot)} .again").click()
        state = "return document.querySelector(arguments[0]).dataset.state"
        self.wait(f"{state} !== 'done'", _of(slot))

    def picture(self, folder: Path, name: str) -> None:
        """Keep the page as it is now, in English, and in Arabic as `{name}_ar`."""
        for end in ("", "_ar"):
            self.js("document.documentElement.scrollTop = 0; document.activeElement.blur()")
            self.driver.save_screenshot(str(folder / f"{name}{end}.png"))
            self.find(".language").click()

    def faint_texts(self) -> list[str]:
        """Texts whose contrast with their background is below 4.5 (WCAG 2.2, level AA)."""
        return list(self.js(FAINT))

    def card(self, slot: str) -> str:
        """What the card of a slot says."""
        return str(self.js("return document.querySelector(arguments[0]).innerText", _of(slot)))


def _of(slot: str) -> str:
    return f".card:is([data-slot={json.dumps(slot)}], [data-slot$={json.dumps('/' + slot)}])"


def records(folder: Path) -> list[Mapping[str, Any]]:
    """The content of the records that the station wrote."""
    return [
        json.loads(file.read_text())["content"] for file in sorted((folder / "out").glob("*.json"))
    ]
