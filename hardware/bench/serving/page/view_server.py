"""Shows a live bench to its viewers: pages (`page_server.py`) and outputs of notebook cells
(`hardware/notebook/widget_server.py`).

One thread looks at the bench and sends each viewer what is new. What a viewer sends back is only
one of the actions of `page_messages.py`, whoever wrote it.
"""

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, Self, TypeVar

from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.live_signals import LiveSignals
from hardware.bench.serving.page.page_messages import (
    Action,
    MoveControl,
    NewsSeen,
    ResetBoard,
    SetSpeed,
    ShowInstruments,
    StepToEdge,
    TypeText,
    first_message,
    parse,
)
from hardware.bench.serving.serial_tail import SerialTail
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _
from hardware.wire.text import TextStream

T = TypeVar("T")
FRAME_S = 0.04
"""The shortest time between two pictures: 25 a second."""
IDLE_S = 0.5
"""Without a viewer, the server looks this often whether the bench has ended."""
SECOND_NS = 1_000_000_000
SHARE = 1
"""Between two pictures passes at least this many times the time that one takes, so that the boards
keep half of the bench's thread also on a slow machine."""
MOST_MESSAGE = 1 << 16
"""Bytes of one message from a viewer."""
CLOSE_S = 5.0
"""The longest time that `close` waits for the server's thread."""


class ViewServer(ABC):
    """Shows a bench until `close`, or until the bench ends. A subclass opens the way for viewers:
    it makes a `Viewer` for each that comes."""

    def __init__(self, live: LiveBench, tails: Mapping[str, SerialTail], name: str) -> None:
        """Start the thread of this name; the consoles show the tails, which are kept already."""
        self._live = live
        self.picture = live.ask(lambda _bench: LivePicture(live.circuit))
        self.signals = live.ask(lambda bench: LiveSignals(bench.boards, live.board_types))
        self.tails = tails
        self.viewers: set[Viewer] = set()
        self._loop = asyncio.new_event_loop()
        self._ending = False
        self._wake = asyncio.Event()
        """Ends the present pause: a viewer has come, or the server must end."""
        self._drew_s = 0.0
        """The time that the last picture took in the bench's thread."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server; the second time nothing happens."""
        if self._thread.is_alive():
            self._ending = True
            self._loop.call_soon_threadsafe(self._wake.set)
            self._thread.join(CLOSE_S)

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
        self._wake.set()

    async def ask(self, question: Callable[[], T]) -> T:
        """Call `question`, which waits for the bench's thread. Raises: as `question`."""
        return await asyncio.to_thread(question)

    async def do(self, action: Action) -> None:
        """Do what a viewer asks for. Raises: HardwareError for a wrong name or value."""
        live = self._live
        match action:
            case MoveControl(part, name, value):
                await self.ask(lambda: live.control(part, name, value))
            case TypeText(board, text):
                if board in self.tails and not self.tails[board].takes_input:
                    raise HardwareError(_("No program runs on the board that could read this."))
                data = text.encode(errors="replace")
                await self.ask(lambda: live.serial(data, board))
            case ResetBoard(board):
                if board in self.tails:
                    self.tails[board].restart()
                await self.ask(lambda: live.reset(board))
            case SetSpeed(value):
                await self.ask(lambda: live.set_speed(value))
            case StepToEdge():
                await self.ask(live.step)

    async def let_go(self, held: Collection[tuple[str, str]]) -> None:
        """Release the buttons among these controls (part and name): who held them has left."""
        parts = self._live.circuit.parts
        for part, name in held:
            if parts[part].CONTROLS[name].held:
                with suppress(HardwareError):  # the bench may be closed already
                    await self.do(MoveControl(part, name, 0))

    async def go_on(self) -> None:
        """Nobody is left who could end a pause or another speed."""
        with suppress(HardwareError):  # the bench may be closed already
            await self.ask(self._live.go_on)

    def first_message(self) -> Any:
        """What a new viewer gets first."""
        return first_message(self._live, self.picture)

    # -- the thread

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._listen()
        try:
            while not self._ending:
                await self._wait(await self._send_news())
        except BenchError:  # the bench has ended, and so does its page
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
        if not self.viewers:
            await self.ask(self._live.snapshot)  # raises at the end of the bench
            return IDLE_S
        began_s = monotonic()
        now_ns, speed = await self.ask(lambda: self._live.ask_now(self._look))
        took_s = monotonic() - began_s
        for viewer in list(self.viewers):
            viewer.send_news(now_ns, speed)
        return max(FRAME_S - took_s, SHARE * self._drew_s)

    def _look(self, bench: InteractiveBench) -> tuple[int, float]:
        """The virtual time and the speed. In the bench's thread."""
        began_s = monotonic()
        self.picture.update()
        self.signals.update(bench.now_ns)
        self._drew_s = monotonic() - began_s
        return bench.now_ns, bench.speed


class Viewer:
    """One place where the bench is seen. All methods are called in the server's thread."""

    def __init__(self, server: ViewServer, write: Callable[[str], None]) -> None:
        """`write` sends a message on its way, or drops it when the line is broken."""
        self._server = server
        self._write = write
        self._update = 0
        self._places = dict.fromkeys(server.tails, 0)
        self._texts = {board: TextStream() for board in server.tails}
        self._moved: dict[tuple[str, str], float] = {}
        self._ready = True
        self._clock = 0.0, -1
        self._instruments = False
        self._signals_seen = (0, 0)
        self.send(server.first_message())
        server.add(self)

    def send(self, message: Any) -> None:
        """Send a message."""
        self._write(json.dumps(message))

    def send_news(self, now_ns: int, speed: float) -> None:
        """Send what the viewer has not got yet, if it has shown the last news. A slow one gets
        fewer pictures, and always the latest."""
        if not self._ready:
            return
        news, self._update = self._server.picture.since(self._update)
        serial = {}
        for board, tail in self._server.tails.items():
            data, self._places[board] = tail.since(self._places[board])
            if text := self._texts[board].feed(data):
                serial[board] = text
        clock = speed, now_ns if speed < 1 else now_ns // SECOND_NS
        signals = self._new_signals() if self._instruments else {}
        if news or serial or signals or clock != self._clock:
            self._ready, self._clock = False, clock
            now = {"now_ms": now_ns / 1e6, "speed": speed}
            self.send({"news": news, "serial": serial, **now, **signals})

    def _new_signals(self) -> dict[str, Any]:
        points, transfers, self._signals_seen = self._server.signals.since(self._signals_seen)
        found = {"points": points, "transfers": transfers}
        return {name: new for name, new in found.items() if new}

    async def receive(self, message: str | bytes) -> None:
        """Do what the viewer asks for. Raises: ValueError when it is no action."""
        action = parse(message)
        if isinstance(action, NewsSeen):
            self._ready = True
        if isinstance(action, ShowInstruments):
            self._instruments = action.open
        try:
            await self._server.do(action)
        except HardwareError as error:
            self.send({"refused": str(error)})
        else:
            if isinstance(action, MoveControl):
                self._moved[action.part, action.name] = action.value

    async def leave(self) -> None:
        """The viewer has left: nobody holds its buttons any more."""
        self._server.viewers.discard(self)
        if not self._server.viewers:
            await self._server.go_on()
        await self._server.let_go([control for control, value in self._moved.items() if value])
