"""Shows a live bench or a real board to its viewers: pages (`page_server.py`) and outputs of
notebook cells (`hardware/notebook/widget_server.py`).

One thread looks at it and sends each viewer what is new. What a viewer sends back is only
one of the actions of `page_messages.py`, whoever wrote it.
"""

import asyncio
import json
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from hardware.bench.serving.page.page_messages import (
    MoveControl,
    NewsSeen,
    ShowInstruments,
    parse,
)
from hardware.bench.serving.page.server_thread import ServerThread
from hardware.bench.serving.page.view_source import ViewSource
from hardware.errors import BenchError, HardwareError
from hardware.wire.text import TextStream

T = TypeVar("T")
FRAME_S = 0.04
"""The shortest time between two pictures: 25 a second."""
SECOND_NS = 1_000_000_000
SHARE = 1
"""Between two pictures passes at least this many times the time that one takes, so that the boards
keep half of the bench's thread also on a slow machine."""


class ViewServer(ServerThread):
    """Shows a source until `close`, or until it ends. A subclass opens the way for viewers: it
    makes a `Viewer` for each that comes."""

    def __init__(self, source: ViewSource, name: str) -> None:
        """Start the thread of this name."""
        self.source = source
        self.viewers: set[Viewer] = set()
        self._wake = asyncio.Event()
        """Ends the present pause: a viewer has come, or can take more, or the server must end."""
        self._due_s = 0.0
        """The earliest time of the next picture (monotonic)."""
        super().__init__(name)

    @abstractmethod
    async def _listen(self) -> None:
        """Let viewers come. In the server's thread."""

    @abstractmethod
    async def _hang_up(self) -> None:
        """Let no more viewers come; those that are there have been told. In the server's
        thread."""

    # -- for viewers, in the server's thread

    def add(self, viewer: "Viewer") -> None:
        """A viewer has come: it gets the picture at once."""
        self.viewers.add(viewer)
        self.wake()

    def wake(self) -> None:
        """A viewer can take a picture. Nothing is drawn while nobody can."""
        self._wake.set()

    async def ask(self, question: Callable[[], T]) -> T:
        """Call `question`, which waits for the bench's thread. Raises: as `question`."""
        return await asyncio.to_thread(question)

    # -- the thread

    def _stop(self) -> None:
        super()._stop()
        self.wake()

    async def _serve(self) -> None:
        await self._listen()
        try:
            with suppress(BenchError):  # the bench has ended, and so does its page
                while not self._end.is_set():
                    await self._wait(await self._send_news())
            for viewer in list(self.viewers):
                viewer.send({"closed": True})
        finally:
            await self._hang_up()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
            self._wake.clear()

    async def _send_news(self) -> float:
        """Give the viewers that are ready what is new; returns the seconds until the next time."""
        if not any(viewer.ready for viewer in self.viewers):
            await self.ask(self.source.check)  # raises at the end
            return self.source.idle_s
        began_s = monotonic()
        if began_s < self._due_s:
            return self._due_s - began_s
        now_ns, speed = await self.ask(self.source.look)
        pause_s = SHARE * self.source.look_took_s
        self._due_s = max(began_s + FRAME_S, monotonic() + pause_s)
        for viewer in list(self.viewers):
            viewer.send_news(now_ns, speed)
        return max(0.0, self._due_s - monotonic())


class Viewer:
    """One place where the bench is seen. All methods are called in the server's thread."""

    def __init__(self, server: ViewServer, write: Callable[[str], None]) -> None:
        """`write` sends a message on its way, or drops it when the line is broken."""
        self._server = server
        self._write = write
        self._update = 0
        self._source = server.source
        self._places = dict.fromkeys(self._source.tails, 0)
        self._texts = {board: TextStream() for board in self._source.tails}
        self._moved: dict[tuple[str, str], float] = {}
        self.ready = True
        """It has shown the last news."""
        self._clock = 0.0, -1
        self._instruments = False
        self._signals_seen = (0, 0)
        self.send(self._source.first_message())
        server.add(self)

    def send(self, message: Any) -> None:
        """Send a message."""
        self._write(json.dumps(message))

    def send_news(self, now_ns: int, speed: float) -> None:
        """Send what the viewer has not got yet, if it has shown the last news. A slow one gets
        fewer pictures, and always the latest."""
        if not self.ready:
            return
        news, self._update = self._source.news_since(self._update)
        serial = {}
        for board, tail in self._source.tails.items():
            data, self._places[board] = tail.since(self._places[board])
            if text := self._texts[board].feed(data):
                serial[board] = text
        clock = speed, now_ns if speed < 1 else now_ns // SECOND_NS
        signals = self._new_signals() if self._instruments else {}
        if news or serial or signals or clock != self._clock:
            self.ready, self._clock = False, clock
            now = {"now_ms": now_ns / 1e6, "speed": speed}
            self.send({"news": news, "serial": serial, **now, **signals})

    def _new_signals(self) -> dict[str, Any]:
        points, transfers, self._signals_seen = self._source.signals_since(self._signals_seen)
        found = {"points": points, "transfers": transfers}
        return {name: new for name, new in found.items() if new}

    async def receive(self, message: str | bytes) -> None:
        """Do what the viewer asks for. Raises: ValueError when it is no action."""
        action = parse(message)
        if isinstance(action, NewsSeen):
            self.ready = True
            self._server.wake()
            return
        if isinstance(action, ShowInstruments):
            self._instruments = action.open
        try:
            answer = await self._server.ask(lambda: self._source.do(action))
        except HardwareError as error:
            self.send({"refused": str(error)})
        else:
            if answer:
                self.send(answer)
            if isinstance(action, MoveControl):
                self._moved[action.part, action.name] = action.value

    async def leave(self) -> None:
        """The viewer has left: nobody holds its buttons any more."""
        self._server.viewers.discard(self)
        held = [control for control, value in self._moved.items() if value]
        last = not self._server.viewers
        await self._server.ask(lambda: self._source.leave(held, last=last))
