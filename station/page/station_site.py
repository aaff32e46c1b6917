"""Who may use the station page.

Trust boundary: every user and every program of this machine reaches a port on loopback, and with
`--host` every machine of the network does. Pages of other sites run in the same browser. So

- only who has typed the station's code has a session, and without one nothing is answered but the
  page where it is typed;
- a request must name this station as its host: a foreign name that points here (DNS rebinding) is
  refused;
- what changes something (the login, and the WebSocket with all actions) must come from a page of
  this station: its `Origin` is compared. `SameSite` alone is no defence: to a browser every port
  of 127.0.0.1 is the same site. A GET changes nothing;
- a path names one of the files of the page, and is never joined to a folder.

The line is not encrypted: with `--host`, whoever can listen in that network can take the session.
"""

import errno
import hmac
import json
import secrets
import socket
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from hardware.bench.serving.page import loopback_site, web_serial
from hardware.bench.serving.page.loopback_site import HEADERS, KINDS
from hardware.bench.serving.page.page_messages import MOST_MESSAGE
from hardware.bench.serving.socket_endpoint import listener
from hardware.i18n import _
from hardware.wire.loopback import LOOPBACK
from station.errors import StationError
from station.page.station_messages import page_words

STATIC = Path(__file__).with_name("static")
LENT = ("page.css", "bench.css", "bench_line.js", "page_language.js", "translated_view.js")
"""Files of the page of a bench that this page uses, too."""
FOR_LOGIN = (
    "page.css",
    "bench.css",
    "station.css",
    "login.js",
    "page_language.js",
    "translated_view.js",
)
"""Files that are answered without a session."""
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and digits that nobody confuses."""
CODE_LETTERS = 12
"""12 of 31 letters are 59 bits: 1000 guesses a second would take millions of years."""
MOST_SESSIONS = 100
ANYWHERE = ("0.0.0.0", "::")


class StationSite:
    """The address of the station page, its code, and the sessions."""

    def __init__(self, host: str = LOOPBACK, port: int = 0) -> None:
        """Listen; port 0 takes a free one. Raises: StationError when that is not possible."""
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._listener = listener(port, host, family)
        except OSError as error:
            cause = _("the station cannot listen at {host}, port {port}: {error}").format(
                host=host, port=port, error=error.strerror
            )
            cure = _("choose another port: --http 0")
            if error.errno == errno.EADDRINUSE:
                cure = _("end the other station, or choose another port: --http 0")
            if error.errno in (socket.EAI_NONAME, errno.EADDRNOTAVAIL):
                cure = _("name an address of this computer; `ip address` lists them")
            raise StationError(cause, cure) from error
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        letters = [secrets.choice(LETTERS) for _n in range(CODE_LETTERS)]
        self.code = "-".join("".join(letters[at : at + 4]) for at in range(0, CODE_LETTERS, 4))
        self.cookie = f"warsha-station-{self.port}"
        """Cookies of all ports of a host are in one jar."""
        self._names = {host} if host not in ANYWHERE else set()
        if host == LOOPBACK:
            self._names.add("localhost")
        shown = _own_address() if host in ANYWHERE else host
        self.host = f"{_host_text(shown)}:{self.port}"
        self.address = f"http://{self.host}/"
        self.url = self._url(self.code)
        """Logs in."""
        self._once: set[str] = set()
        """Codes that are good for one login."""
        self._sessions: dict[str, None] = {}

    def is_own_host(self, host: str, connected_to: str) -> bool:
        """Whether a `Host` header names this station: a name that it was given, or the address at
        which the browser has reached it."""
        names = {*self._names, connected_to.removeprefix("::ffff:")}
        return host in {f"{_host_text(name)}:{self.port}" for name in names}

    def url_once(self) -> str:
        """Logs in once. It is for the command line of a browser, which every user of this machine
        can read."""
        code = secrets.token_hex(16)
        self._once.add(code)
        return self._url(code)

    def _url(self, code: str) -> str:
        """The code is in the part of an address that is never sent or logged."""
        return f"{self.address}login#{code}"

    def log_in(self, code: str) -> str | None:
        """A new session; None for a wrong code."""
        plain = "".join(code.lower().split()).replace("-", "")
        if plain in self._once:
            self._once.remove(plain)
        elif not hmac.compare_digest(plain.encode(), self.code.replace("-", "").encode()):
            return None
        session = secrets.token_urlsafe(32)
        self._sessions[session] = None
        if len(self._sessions) > MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return session

    def knows(self, session: str | None) -> bool:
        """Whether somebody with this session has logged in. It is looked up by its hash value, and
        has 256 bits: nothing is learned from how long that takes."""
        return session in self._sessions

    def serve(self, routes: list[Any]) -> None:
        """Answer from now on."""
        own = {"site": self}
        application = Application(
            [
                (r"/login", LoginHandler, own),
                (r"/words", WordsHandler, own),
                *routes,
                (r"/([\w.]*)", StationFile, own),
            ],
            default_handler_class=NotHere,
            default_handler_args=own,
            websocket_max_message_size=MOST_MESSAGE,
            log_function=lambda _handler: None,
        )
        self._http = HTTPServer(application, max_body_size=MOST_MESSAGE)
        self._http.add_socket(self._listener)

    async def close(self) -> None:
        """Answer nobody any more."""
        self._http.stop()
        await self._http.close_all_connections()


class StationHandler(RequestHandler):
    """A handler that answers only who may use the page. All handlers are of this class."""

    NEEDS_SESSION = True

    def initialize(self, site: StationSite) -> None:
        """Tornado's constructor."""
        self.site = site

    def prepare(self) -> None:
        """Refuse everybody else before anything is done."""
        host, origin = self.request.headers.get("Host", ""), self.request.headers.get("Origin")
        is_own = self.site.is_own_host(host, self._connected_to())
        for name, value in HEADERS.items():
            self.set_header(name, value.format(host=host if is_own else self.site.host))
        if not is_own:
            self.refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif origin not in self._own_origins(host):
            self.refuse(HTTPStatus.FORBIDDEN)
        elif self.NEEDS_SESSION and not self.site.knows(self.get_cookie(self.site.cookie)):
            self.no_session()

    def no_session(self) -> None:
        """Nobody has logged in."""
        self.refuse(HTTPStatus.UNAUTHORIZED)

    def refuse(self, status: HTTPStatus) -> None:
        """End the request here."""
        self.set_status(status)
        self.finish()

    def _own_origins(self, host: str) -> tuple[str | None, ...]:
        """A browser sends the origin of every request that changes something, and of every
        WebSocket; it leaves it out where a page reads its own files."""
        own = f"http://{host}"
        changes = self.request.method != "GET" or "Upgrade" in self.request.headers
        return (own,) if changes else (own, None)

    def _connected_to(self) -> str:
        """The address of this machine at which the request has arrived."""
        connection: Any = self.request.connection
        try:
            return str(connection.stream.socket.getsockname()[0])
        except (AttributeError, OSError):  # the browser has left already
            return ""


class LoginHandler(StationHandler):
    """The page where the code is typed, and the check of the code."""

    NEEDS_SESSION = False

    def get(self) -> None:
        """The page."""
        send_file(self, STATIC / "login.html")

    def post(self) -> None:
        """`{"code": text}`: a right code makes a session."""
        try:
            match json.loads(self.request.body):
                case {"code": str(code)}:
                    session = self.site.log_in(code)
                case _:
                    session = None
        except (ValueError, RecursionError):
            session = None
        if session is None:
            self.set_status(HTTPStatus.FORBIDDEN)
            return
        self.set_cookie(self.site.cookie, session, httponly=True, samesite="Strict")
        self.set_status(HTTPStatus.NO_CONTENT)


class WordsHandler(StationHandler):
    """The texts of the page of the login."""

    NEEDS_SESSION = False

    def get(self) -> None:
        """All texts of the pages."""
        self.finish(dict(page_words()))


class StationFile(StationHandler):
    """One of the page's few files."""

    def prepare(self) -> None:
        """The files of the login need none."""
        self.NEEDS_SESSION = self.path_args[0] not in FOR_LOGIN
        super().prepare()

    def no_session(self) -> None:
        """The page itself leads to the login."""
        if self.path_args[0]:
            super().no_session()
        else:
            self.redirect("login")

    def get(self, name: str) -> None:
        """Answer with the file."""
        files = {name: loopback_site.STATIC / name for name in LENT}
        files |= {file.name: file for file in STATIC.iterdir() if file.suffix in KINDS}
        if file := files.get(name or "station.html"):
            send_file(self, file)
        elif found := web_serial.answer(name):
            self.set_header("Content-Type", found[0])
            self.finish(found[1])
        else:
            self.set_status(HTTPStatus.NOT_FOUND)


class NotHere(StationHandler):
    """Every other path."""

    def prepare(self) -> None:
        """After the same checks, there is nothing."""
        super().prepare()
        if not self._finished:
            self.refuse(HTTPStatus.NOT_FOUND)


def send_file(handler: StationHandler, file: Path) -> None:
    """Answer with a file of the page."""
    handler.set_header("Content-Type", KINDS[file.suffix])
    handler.finish(file.read_bytes())


def _host_text(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _own_address() -> str:
    """The address of this machine in its network, for people; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return LOOPBACK
