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
import secrets
import socket
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.view_server import MOST_MESSAGE, Viewer, ViewServer
from hardware.bench.serving.serial_tail import SerialTail
from hardware.bench.serving.socket_endpoint import LOOPBACK
from hardware.errors import BenchError
from hardware.i18n import _

STATIC = Path(__file__).with_name("static")
FILES = {
    "": ("bench.html", "text/html; charset=utf-8"),
    **{
        name: (name, "text/javascript; charset=utf-8")
        for name in ("bench.js", "bench_instruments.js", "bench_line.js", "bench_view.js")
    },
    **{name: (name, "text/css; charset=utf-8") for name in ("bench.css", "page.css")},
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


class PageServer(ViewServer):
    """Serves the page until `close`, or until the bench ends."""

    def __init__(self, live: LiveBench, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. Raises: BenchError when it is taken."""
        try:
            self._listener = socket.create_server((LOOPBACK, port))
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._listener.setblocking(False)
        self.host = f"{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._token = secrets.token_urlsafe(24)
        self.url = f"http://{self.host}/{self._token}/"
        self.lines: set[PageLine] = set()
        tails = {board: SerialTail() for board in live.board_types}
        for board, tail in tails.items():
            live.keep_output(tail, board)
        super().__init__(live, tails, "warsha-page")

    def admits(self, token: str, host: str, origin: str | None) -> bool:
        """Whether a request may be answered: it has the token, and comes from our own page."""
        own = hmac.compare_digest(token.encode(), self._token.encode())
        return own and host == self.host and origin in (None, f"http://{self.host}")

    async def _listen(self) -> None:
        routes = [
            (r"/([\w-]*)/live", PageLine, {"page": self}),
            (r"/([\w-]*)/([\w.]*)", PageFile, {"page": self}),
        ]
        application = Application(
            routes,
            websocket_max_message_size=MOST_MESSAGE,
            log_function=lambda _handler: None,  # the address has the token
        )
        self._http = HTTPServer(application, max_body_size=MOST_MESSAGE)
        self._http.add_socket(self._listener)

    async def _hang_up(self) -> None:
        self._http.stop()
        for line in list(self.lines):
            line.close()
        await self._http.close_all_connections()


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


class PageLine(Admitted, WebSocketHandler):
    """The line of one open page."""

    def open(self, *_args: str, **_kwargs: str) -> None:
        """It gets everything first."""
        self.set_nodelay(True)
        self.page.lines.add(self)
        self._viewer = Viewer(self.page, self._send)

    def _send(self, message: str) -> None:
        """Send a message, unless the page has left: `on_close` comes then."""
        try:
            sent = self.write_message(message)
        except WebSocketClosedError:
            return
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def on_message(self, message: str | bytes) -> None:
        """Do what the page asks for; the next message waits until it is done."""
        try:
            await self._viewer.receive(message)
        except ValueError:
            self.close(1008)

    def on_close(self) -> None:
        """The page has left."""
        self.page.lines.discard(self)
        self._left = asyncio.ensure_future(self._viewer.leave())
