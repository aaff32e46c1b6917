"""A page on a port of this machine, for browsers of this machine.

Trust boundary: other users and other pages of this machine reach every port on loopback. So
nothing answers without the token in the path, a page of another origin is refused (and with it a
foreign host name that points here), and no path leads to a file but the few of `static/` that a
page consists of. A page runs no script but its own: texts are escaped, and the content security
policy would stop them anyway.
"""

import hmac
import secrets
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from hardware.bench.serving.page.page_messages import MOST_MESSAGE
from hardware.bench.serving.socket_endpoint import listener
from hardware.errors import BenchError
from hardware.i18n import _
from hardware.wire.loopback import LOOPBACK

STATIC = Path(__file__).with_name("static")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
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


class LoopbackSite:
    """The address of a page and who may have it. It belongs to the thread that calls `serve`."""

    def __init__(self, page: str, port: int = 0, token: str = "") -> None:
        """Listen on loopback.

        Args:
            page: the file that answers at the address itself.
            port: 0 takes a free one.
            token: of a site that was here before; without one, a new one is made.

        Raises: BenchError when the port is taken.
        """
        try:
            self._listener = listener(port)
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._listener.setblocking(False)
        self.page = page
        self.port = self._listener.getsockname()[1]
        self.host = f"{LOOPBACK}:{self.port}"
        self.token = token or secrets.token_urlsafe(24)
        self.url = f"http://{self.host}/{self.token}/"
        self.lines: set[SiteLine] = set()

    def admits(self, token: str, host: str, origin: str | None) -> bool:
        """Whether a request may be answered: it has the token, and comes from our own page."""
        own = hmac.compare_digest(token.encode(), self.token.encode())
        return own and host == self.host and origin in (None, f"http://{self.host}")

    def serve(self, line: type["SiteLine"], **arguments: Any) -> None:
        """Answer from now on; `live` behind the token is a WebSocket with this handler."""
        routes = [
            (r"/([\w-]*)/live", line, {"site": self, **arguments}),
            (r"/([\w-]*)/([\w.]*)", SiteFile, {"site": self}),
        ]
        application = Application(
            routes,
            websocket_max_message_size=MOST_MESSAGE,
            log_function=lambda _handler: None,  # the address has the token
        )
        self._http = HTTPServer(application, max_body_size=MOST_MESSAGE)
        self._http.add_socket(self._listener)

    async def close(self) -> None:
        """Answer nobody any more."""
        self._http.stop()
        for line in list(self.lines):
            line.close()
        await self._http.close_all_connections()


class Admitted(RequestHandler):
    """A handler that answers only who is admitted."""

    def initialize(self, site: LoopbackSite) -> None:
        """Tornado's constructor."""
        self.site = site

    def prepare(self) -> None:
        """Refuse who is not admitted, before anything else."""
        for name, value in HEADERS.items():
            self.set_header(name, value.format(host=self.site.host))
        headers = self.request.headers
        if not self.site.admits(self.path_args[0], headers.get("Host", ""), headers.get("Origin")):
            self.set_status(403)
            self.finish()


class SiteLine(Admitted, WebSocketHandler, ABC):
    """The line of one open page. A subclass says what happens in it."""

    def open(self, *_args: str, **_kwargs: str) -> None:
        """The page has come."""
        self.set_nodelay(True)
        self.site.lines.add(self)

    def send(self, message: str) -> None:
        """Send a message, unless the page has left: `on_close` comes then."""
        try:
            sent = self.write_message(message)
        except WebSocketClosedError:
            return
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())

    @abstractmethod
    async def receive(self, message: str | bytes) -> None:
        """Do what the page asks for. Raises: ValueError when it is no action."""

    async def on_message(self, message: str | bytes) -> None:
        """Do what the page asks for; the next message waits until it is done."""
        try:
            await self.receive(message)
        except ValueError:
            self.close(1008)

    def on_close(self) -> None:
        """The page has left."""
        self.site.lines.discard(self)


class SiteFile(Admitted):
    """One of the page's few files."""

    def get(self, _token: str, name: str) -> None:
        """Answer with the file."""
        files = {file.name: file for file in STATIC.iterdir() if file.suffix in KINDS}
        file = files.get(name or self.site.page)
        if file is None:
            self.set_status(404)
            return
        self.set_header("Content-Type", KINDS[file.suffix])
        self.finish(file.read_bytes())
