"""A small web server for `requests` on boards.

`/` greets, `/time` gives the time as JSON, `/echo` returns the request as JSON, `/status/404`
answers with any status, `/pi/v2/` is the index of `mip`; `pages` holds further pages, by path. A
request to the host of a service (`web_services.py`) is answered by the service.

It does not use h11, which refuses an HTTP/1.1 request without `Host`: programs on boards send such
requests, and this server answers them.
"""

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus

from hardware.bench.network.ntp import WallClock
from hardware.bench.network.tcp.stream import Stream
from hardware.bench.network.web_services import JSON, TEXT, WebRequest, services
from hardware.paths import ROOT

MOST_HEAD, MOST_BODY = 8_192, 65_536
MOST_DIGITS = 10
HELLO = b"Hello from the bench.\n"
INDEX = "/pi/v2/"
DRIVERS = ROOT / "firmware" / "drivers"
DIGITS = 8
"""Of the SHA-256 of a file, in the index."""


class HttpServer:
    """Answers one request per connection (HTTP/1.0 and 1.1)."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self.pages: dict[str, bytes] = {}
        self.services = services(clock)

    def accept(self, end: Stream) -> bool:
        """Take a new connection."""
        end.user = _Exchange(self)
        return True

    def response(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        """The whole response to a request."""
        host = headers.get("host", "").partition(":")[0].lower()
        if service := self.services.get(host):
            status, kind, content = service(WebRequest(method, path, headers, body))
            return _response(status, kind, b"" if method == "HEAD" else content)
        plain = path.partition("?")[0]
        status, kind, content = 200, TEXT, HELLO
        if plain in self.pages:
            content = self.pages[plain]
        elif plain.startswith(INDEX) and plain in packages():
            content = packages()[plain]
        elif plain == "/time":
            kind, content = JSON, self._time()
        elif plain == "/echo":
            request = {"method": method, "path": path, "headers": headers}
            kind = JSON
            content = json.dumps({**request, "body": body.decode(errors="replace")}).encode()
        elif plain.startswith("/status/"):
            number = plain.removeprefix("/status/")
            status = int(number) if number in map(str, HTTPStatus) else 400
            content = b""
        elif plain != "/":
            status, content = 404, b"There is no such page on the bench.\n"
        return _response(status, kind, b"" if method == "HEAD" else content)

    def _time(self) -> bytes:
        unix_s, ns = divmod(self.clock.unix_ns, 1_000_000_000)
        utc = datetime.fromtimestamp(unix_s, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps({"unixtime": unix_s, "utc": utc, "ms": ns // 1_000_000}).encode()


@cache
def packages() -> dict[str, bytes]:
    """What `mip.install()` finds, by path as at micropython.org: each driver is a package of one
    file, in its latest version."""
    found = {}
    for driver in sorted(DRIVERS.rglob("*.py")):
        name, data = driver.relative_to(DRIVERS).as_posix(), driver.read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:DIGITS]
        about = {"v": 1, "hashes": [[name, digest]], "version": "latest"}
        package = name.removesuffix(".py").replace("/", ".")
        found[f"{INDEX}file/{digest[:2]}/{digest}"] = data
        found[f"{INDEX}package/py/{package}/latest.json"] = json.dumps(about).encode()
    return found


def _response(status: int, kind: str, content: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


class _Exchange:
    """One connection: a request comes in, a response goes out, the connection ends."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._received = bytearray()
        self._answered = False
        self._unsent = b""
        """The part of the response that is still to be sent."""

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        end.consumed(len(data))
        if self._answered:
            return
        self._received += data
        head, blank, body = bytes(self._received).partition(b"\r\n\r\n")
        if not blank:
            if len(head) > MOST_HEAD:
                self._answer(end, _response(431, TEXT, b""))
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        if "chunked" in headers.get("transfer-encoding", ""):
            self._answer(end, _response(411, TEXT, b""))
            return
        length = headers.get("content-length", "0")
        words = first.split(" ")
        good = length.isdecimal() and len(length) <= MOST_DIGITS and int(length) <= MOST_BODY
        if len(words) != 3 or not good:
            self._answer(end, _response(400, TEXT, b""))
        elif len(body) >= int(length):
            self._answer(end, self._server.response(words[0], words[1], headers, body))

    def _answer(self, end: Stream, response: bytes) -> None:
        self._answered, self._unsent = True, response
        self.writable(end)

    def finished(self, end: Stream) -> None:
        if not self._answered:
            end.finish()

    def broken(self, end: Stream, error: int) -> None:
        pass

    def writable(self, end: Stream) -> None:
        self._unsent = self._unsent[end.send(self._unsent) :]
        if not self._unsent:
            end.finish()
