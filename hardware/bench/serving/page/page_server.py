"""The page of a live bench: an HTTP server with a WebSocket, for browsers of this machine.

    with LiveBench("diagram.json") as live, PageServer(live) as page:
        print(page.url)                        # http://127.0.0.1:40123/<token>/

Trust boundary: other users and other pages of this machine reach every port on loopback. So
nothing answers without the token in the path, a page of another origin is refused (and with it a
foreign host name that points here), no path leads to a file, and what comes from a page is only
one of the actions of `page_messages.py`. The page runs no script but its own: texts of a diagram
or of a program are escaped, and the content security policy would stop them anyway.
"""

import asyncio
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, Self, TypeVar

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.page_messages import (
    Action,
    MoveControl,
    NewsSeen,
    ResetBoard,
    TypeText,
    first_message,
    parse,
)
from hardware.bench.serving.socket_endpoint import LOOPBACK
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _
from hardware.wire.text import TextStream

T = TypeVar("T")
STATIC = Path(__file__).with_name("static")
FILES = {
    "": ("bench.html", "text/html; charset=utf-8"),
    "bench.js": ("bench.js", "text/javascript; charset=utf-8"),
    "bench_view.js": ("bench_view.js", "text/javascript; charset=utf-8"),
    "bench.css": ("bench.css", "text/css; charset=utf-8"),
}
"""By the path behind the token: the file and its type. There are no others."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self' ws://{host}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "warsha",
}
"""On every answer, refusals too."""
FRAME_S = 0.04
"""The shortest time between two pictures: 25 a second."""
IDLE_S = 0.5
"""Without a page, the server looks this often whether the bench has ended."""
SECOND_NS = 1_000_000_000
SHARE = 1
"""Between two pictures passes at least this many times the time that one takes, so that the boards
keep half of the bench's thread also on a slow machine."""
MOST_MESSAGE = 1 << 16
"""Bytes of one message from a page."""
CLOSE_S = 5.0
"""The longest time that `close` waits for the server's thread."""


class PageServer:
    """Serves the page until `close`, or until the bench ends."""

    def __init__(self, live: LiveBench, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. Raises: BenchError when it is taken."""
        self._live = live
        try:
            self._listener = socket.create_server((LOOPBACK, port))
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._listener.setblocking(False)
        self.host = f"{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._token = secrets.token_urlsafe(24)
        self.url = f"http://{self.host}/{self._token}/"
        self.picture = live.ask(lambda _bench: LivePicture(live.circuit))
        self.tails = {board: live.keep_output(board) for board in live.board_types}
        self.viewers: set[Viewer] = set()
        self._loop = asyncio.new_event_loop()
        self._ending = False
        self._wake = asyncio.Event()
        """Ends the present pause: a page has come, or the server must end."""
        self._drew_s = 0.0
        """The time that the last picture took in the bench's thread."""
        self._thread = threading.Thread(target=self._run, name="warsha-page", daemon=True)
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

    def admits(self, token: str, host: str, origin: str | None) -> bool:
        """Whether a request may be answered: it has the token, and comes from our own page."""
        own = hmac.compare_digest(token.encode(), self._token.encode())
        return own and host == self.host and origin in (None, f"http://{self.host}")

    # -- for viewers, in the server's thread

    def add(self, viewer: "Viewer") -> None:
        """A page has come: it gets the picture at once."""
        self.viewers.add(viewer)
        self._wake.set()

    async def ask(self, question: Callable[[], T]) -> T:
        """Call `question`, which waits for the bench's thread. Raises: as `question`."""
        return await asyncio.to_thread(question)

    async def do(self, action: Action) -> None:
        """Do what a page asks for. Raises: HardwareError for a wrong name or value."""
        live = self._live
        match action:
            case MoveControl(part, name, value):
                await self.ask(lambda: live.control(part, name, value))
            case TypeText(board, text):
                data = text.encode(errors="replace")
                await self.ask(lambda: live.serial(data, board))
            case ResetBoard(board):
                await self.ask(lambda: live.reset(board))

    async def let_go(self, held: Collection[tuple[str, str]]) -> None:
        """Release the buttons among these controls (part and name): who held them has left."""
        parts = self._live.circuit.parts
        for part, name in held:
            if parts[part].CONTROLS[name].held:
                with suppress(HardwareError):  # the bench may be closed already
                    await self.do(MoveControl(part, name, 0))

    def first_message(self) -> Any:
        """What a new page gets first."""
        return first_message(self._live, self.picture.svg)

    # -- the thread

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        routes = [
            (r"/([\w-]*)/live", Viewer, {"page": self}),
            (r"/([\w-]*)/([\w.]*)", PageFile, {"page": self}),
        ]
        application = Application(
            routes,
            websocket_max_message_size=MOST_MESSAGE,
            log_function=lambda _handler: None,  # the address has the token
        )
        server = HTTPServer(application, max_body_size=MOST_MESSAGE)
        server.add_socket(self._listener)
        try:
            while not self._ending:
                await self._wait(await self._send_news())
        except BenchError:  # the bench has ended, and so does its page
            for viewer in list(self.viewers):
                viewer.send({"closed": True})
        finally:
            server.stop()
            for viewer in list(self.viewers):
                viewer.close()
            await server.close_all_connections()

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
        now_ns = await self.ask(lambda: self._live.ask_now(self._look))
        took_s = monotonic() - began_s
        for viewer in list(self.viewers):
            viewer.send_news(now_ns)
        return max(FRAME_S - took_s, SHARE * self._drew_s)

    def _look(self, bench: InteractiveBench) -> int:
        """In the bench's thread."""
        began_s = monotonic()
        self.picture.update()
        self._drew_s = monotonic() - began_s
        return bench.now_ns


class Admitted(RequestHandler):
    """A handler that answers only who is admitted."""

    def initialize(self, page: PageServer) -> None:
        """Tornado's constructor."""
        self.page = page

    def prepare(self) -> None:
        """Refuse who is not admitted, before anything else."""
        for name, value in HEADERS.items():
            self.set_header(name, value.format(host=self.page.host))
        headers = self.request.headers
        if not self.page.admits(self.path_args[0], headers.get("Host", ""), headers.get("Origin")):
            self.set_status(403)
            self.finish()


class PageFile(Admitted):
    """One of the page's few files."""

    def get(self, _token: str, name: str) -> None:
        """Answer with the file."""
        if name not in FILES:
            self.set_status(404)
            return
        file, kind = FILES[name]
        self.set_header("Content-Type", kind)
        self.finish((STATIC / file).read_bytes())


class Viewer(Admitted, WebSocketHandler):
    """One open page."""

    def open(self, *_args: str, **_kwargs: str) -> None:
        """It gets everything first."""
        self._update = 0
        self._places = dict.fromkeys(self.page.tails, 0)
        self._texts = {board: TextStream() for board in self.page.tails}
        self._moved: dict[tuple[str, str], float] = {}
        self._ready = True
        self._second = -1
        self.set_nodelay(True)
        self.send(self.page.first_message())
        self.page.add(self)

    def send(self, message: Any) -> None:
        """Send a message, unless the page has left."""
        try:
            sent = self.write_message(json.dumps(message))
        except WebSocketClosedError:
            self.page.viewers.discard(self)
        else:  # it may leave while this is on its way: `on_close` comes then
            sent.add_done_callback(lambda done: done.cancelled() or done.exception())

    def send_news(self, now_ns: int) -> None:
        """Send what the page has not got yet, if it has shown the last news. A slow page gets
        fewer pictures, and always the latest."""
        if not self._ready:
            return
        news, self._update = self.page.picture.since(self._update)
        serial = {}
        for board, tail in self.page.tails.items():
            data, self._places[board] = tail.since(self._places[board])
            if text := self._texts[board].feed(data):
                serial[board] = text
        second = now_ns // SECOND_NS
        if news or serial or second != self._second:
            self._ready, self._second = False, second
            self.send({"news": news, "serial": serial, "seconds": second})

    async def on_message(self, message: str | bytes) -> None:
        """Do what the page asks for; the next message waits until it is done."""
        try:
            action = parse(message)
        except ValueError:
            self.close(1008)
            return
        if isinstance(action, NewsSeen):
            self._ready = True
        try:
            await self.page.do(action)
        except HardwareError as error:
            self.send({"refused": str(error)})
        else:
            if isinstance(action, MoveControl):
                self._moved[action.part, action.name] = action.value

    def on_close(self) -> None:
        """The page has left: nobody holds its buttons any more."""
        self.page.viewers.discard(self)
        held = [control for control, value in self._moved.items() if value]
        self._release = asyncio.ensure_future(self.page.let_go(held))
