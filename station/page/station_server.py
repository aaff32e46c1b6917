"""The server of the station page.

    with Tray(work, find) as tray, StationServer(tray) as server:
        print(server.site.url)
        server.wait()

One thread serves all pages. A page that is slow, or a telephone that sleeps, gets fewer messages:
each one has all that has changed since the last one was taken.
"""

import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from hardware.bench.serving.page.server_thread import ServerThread
from hardware.i18n import in_both_languages
from station.certify.label import write_labels
from station.errors import Refused, StationError
from station.page.station_messages import (
    ChooseSettings,
    NameCable,
    StartBoards,
    StationAction,
    figures_message,
    first_message,
    parse,
    refused_message,
    settings_message,
    slot_words,
)
from station.page.station_site import StationHandler, StationSite
from station.page.tray import Tray

FRAME_S = 0.05
"""The shortest time between two messages to a page."""
SLICE_S = 0.5
"""A waiting thread lets the signals of the process in so often."""
INVALID = 1008
"""The close code of WebSockets for a message against the rules (RFC 6455)."""


class StationServer(ServerThread):
    """Serves the page until `close`."""

    def __init__(
        self,
        tray: Tray,
        site: StationSite,
        *,
        stopped: Sequence[str] = (),
        half_written: Sequence[str] = (),
    ) -> None:
        """
        Args:
            stopped: the boards that were in work when the station was stopped.
            half_written: the boards that the inventory knows as half-written.
        """
        self.site = site
        self.tray = tray
        self.first = first_message(stopped, half_written)
        self.figures: Mapping[str, Any] = {}
        """The last message with them; empty before they were counted."""
        self.lines: set[StationLine] = set()
        self._count = asyncio.Event()
        """The figures are to be counted again."""
        super().__init__("warsha-station")
        tray.watch(lambda slot: self._loop.call_soon_threadsafe(self._changed, slot))

    def close(self) -> None:
        """See `ServerThread`."""
        self.tray.watch(lambda _slot: None)
        super().close()

    def wait(self) -> None:
        """Wait until the server ends."""
        while self._thread.is_alive():
            self._thread.join(SLICE_S)

    # -- the thread

    async def _serve(self) -> None:
        own = {"site": self.site, "server": self}
        self.site.serve([(r"/live", StationLine, own), (r"/labels.pdf", LabelSheetHandler, own)])
        counting = asyncio.ensure_future(self._count_figures())
        self._count.set()
        await self._end.wait()
        counting.cancel()
        for line in list(self.lines):
            line.close()
        await self.site.close()

    async def _count_figures(self) -> None:
        while True:
            await self._count.wait()
            self._count.clear()
            try:
                with in_both_languages():
                    inventory = self.tray.work.inventory
                    self.figures = await asyncio.to_thread(figures_message, inventory)
            except StationError as error:
                self.figures = refused_message(error)
            for line in self.lines:
                line.tell(self.figures)
            await asyncio.sleep(FRAME_S)

    def _changed(self, slot: str) -> None:
        for line in self.lines:
            line.changed(slot)
        found = self.tray.slot(slot)
        if found and found.state == "done":
            self._count.set()


class StationLine(StationHandler, WebSocketHandler):
    """The line of one open page."""

    def initialize(self, site: StationSite, server: StationServer) -> None:  # type: ignore[override]
        """Tornado's constructor."""
        super().initialize(site)
        self.server = server

    def open(self) -> None:
        """It gets everything first."""
        self.set_nodelay(True)
        tray = self.server.tray
        self._messages = [self.server.first, self.server.figures]
        self._slots = {"", *(slot.place.slot for slot in tray.slots())}
        self._wake = asyncio.Event()
        self._wake.set()
        self.server.lines.add(self)
        self._sender = asyncio.ensure_future(self._send())

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send a message with the next ones."""
        self._messages.append(message)
        self._wake.set()

    def changed(self, slot: str) -> None:
        """Send how a slot is now; "": the settings."""
        self._slots.add(slot)
        self._wake.set()

    async def _send(self) -> None:
        """Send what is new, when the page has taken what was sent before."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                for message in self._news():
                    await self.write_message(json.dumps(message))
                await asyncio.sleep(FRAME_S)
        except WebSocketClosedError:
            pass  # `on_close` comes

    def _news(self) -> list[Mapping[str, Any]]:
        tray = self.server.tray
        news, self._messages = self._messages, []
        names, self._slots = self._slots, set()
        if "" in names:
            news.append(settings_message(tray.settings))
        slots = {name: tray.slot(name) for name in sorted(names - {""})}
        if shown := [slot_words(slot) for slot in slots.values() if slot]:
            news.append({"slots": shown})
        if gone := [name for name, slot in slots.items() if slot is None]:
            news.append({"gone": gone})
        return news

    def on_message(self, message: str | bytes) -> None:
        """Do what the page asks for."""
        try:
            with in_both_languages():
                self._do(parse(message))
        except Refused as error:
            self.tell(refused_message(error))
        except ValueError:
            self.close(INVALID)

    def _do(self, action: StationAction) -> None:
        tray = self.server.tray
        match action:
            case StartBoards(names, take_back):
                tray.start(names, take_back=take_back)
            case ChooseSettings(settings):
                tray.choose(settings)
            case NameCable(slot, cable):
                tray.name_cable(slot, cable)

    def on_close(self) -> None:
        """The page has left."""
        self.server.lines.discard(self)
        self._sender.cancel()


class LabelSheetHandler(StationHandler):
    """The labels of the boards that came through, as sheets to print."""

    def initialize(self, site: StationSite, server: StationServer) -> None:  # type: ignore[override]
        """Tornado's constructor."""
        super().initialize(site)
        self.server = server

    async def get(self) -> None:
        """A PDF."""
        labels = self.server.tray.labels()
        if not labels:
            self.set_status(HTTPStatus.NOT_FOUND)
            return

        def drawn() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                (file,) = write_labels(labels, Path(folder) / "labels.pdf")
                return file.read_bytes()

        self.set_header("Content-Type", "application/pdf")
        self.finish(await asyncio.to_thread(drawn))
