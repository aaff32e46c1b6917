"""Web servers for `requests` on boards: a `listener` reads a request, a site answers it.

The bench's own site is `HttpServer`: `/` greets, `/time` gives the time as JSON, `/echo` returns
the request as JSON, `/status/404` answers with any status, `/pi/v2/` is the index of `mip`;
`pages` holds further pages, by path.

It does not use h11, which refuses an HTTP/1.1 request without `Host`: programs on boards send such
requests, and this server answers them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from string import hexdigits
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from hardware.bench.network.ntp import WallClock
from hardware.bench.network.tcp.stream import Stream
from hardware.paths import ROOT

MOST_HEAD, MOST_BODY = 8_192, 65_536
MOST_DIGITS = 10
LAST_CHUNK = b"0\r\n\r\n"
HELLO = b"Hello from the bench.\n"
INDEX = "/pi/v2/"
DRIVERS = ROOT / "firmware" / "drivers"
DIGITS = 8
"""Of the SHA-256 of a file, in the index."""
JSON = "application/json"


class HttpRequest(NamedTuple):
    """A request as a site sees it."""

    method: str
    target: str
    """Path and query, as they were sent."""
    headers: dict[str, str]
    """By their names in small letters."""
    body: bytes
    board: object
    """The board that sent it."""

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self._text.partition("?")[0])

    @property
    def values(self) -> dict[str, str]:
        """What the query and the body say by name. The body is a form or a JSON object."""
        pairs = dict(parse_qsl(self._text.partition("?")[2], keep_blank_values=True))
        text = self.body.decode(errors="replace").strip()
        if text.startswith("{"):
            return pairs | {name: plain(value) for name, value in json_object(text).items()}
        return pairs | dict(parse_qsl(text, keep_blank_values=True))

    @property
    def _text(self) -> str:
        return self.target.encode("latin-1").decode(errors="replace")


class HttpResponse(NamedTuple):
    """What a site answers."""

    status: int = 200
    content: bytes = b""
    kind: str = "text/plain; charset=utf-8"


Site = Callable[[HttpRequest], HttpResponse]


def json_response(value: object, status: int = 200) -> HttpResponse:
    """A value as JSON."""
    return HttpResponse(status, json.dumps(value).encode(), JSON)


def json_value(text: str | bytes) -> Any:
    """The value of a JSON text. Raises: ValueError."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except RecursionError as error:
        raise ValueError from error
    return value


def json_object(text: str | bytes) -> dict[str, Any]:
    """The object that a JSON text is; empty for another text."""
    try:
        value = json_value(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def plain(value: object) -> str:
    """A value of JSON as text, a string without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


class HttpServer:
    """The bench's own site."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self.pages: dict[str, bytes] = {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request."""
        path = request.target.partition("?")[0]
        if path in self.pages:
            return HttpResponse(content=self.pages[path])
        if path.startswith(INDEX) and path in packages():
            return HttpResponse(content=packages()[path])
        if path == "/time":
            return HttpResponse(content=self._time(), kind=JSON)
        if path == "/echo":
            body = request.body.decode(errors="replace")
            said = {"method": request.method, "path": request.target, "headers": request.headers}
            return json_response({**said, "body": body})
        if path.startswith("/status/"):
            number = path.removeprefix("/status/")
            return HttpResponse(int(number) if number in map(str, HTTPStatus) else 400)
        if path == "/":
            return HttpResponse(content=HELLO)
        return HttpResponse(404, b"There is no such page on the bench.\n")

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


def listener(site: Site) -> Callable[[Stream], bool]:
    """Takes connections for a site: one request each (HTTP/1.0 and 1.1)."""

    def accept(end: Stream) -> bool:
        end.user = _Exchange(site)
        return True

    return accept


def body_of(headers: Mapping[str, str], received: bytes) -> bytes | None:
    """The body of a request (RFC 9112, sections 6 and 7.1); None while bytes of it are missing.
    Raises: ValueError for a length or a chunk that is none, or too long."""
    if "chunked" in headers.get("transfer-encoding", ""):
        return _of_chunks(received)
    length = _size(headers.get("content-length", "0"), 10)
    return received if len(received) >= length else None


def _of_chunks(received: bytes) -> bytes | None:
    """The board is hostile until shown otherwise: nothing is read before the last chunk is there,
    and what is sent in small chunks counts as a whole."""
    if len(received) > MOST_BODY:
        raise ValueError("too many chunks")
    if not received.endswith(LAST_CHUNK):
        return None
    at = 0
    pieces: list[bytes] = []
    while True:
        end = received.find(b"\r\n", at)
        size = _size(received[at:end].partition(b";")[0].decode("latin-1").strip(), 16)
        if not size:
            return b"".join(pieces)
        if end + 2 + size > len(received) - len(LAST_CHUNK):
            return None  # what looked like the last chunk is in this one
        pieces.append(received[end + 2 : end + 2 + size])
        at = end + 2 + size + 2


def _size(text: str, base: int) -> int:
    digits = hexdigits if base == 16 else hexdigits[:base]  # int() takes `+1` and `0x1`, too
    if not text or len(text) > MOST_DIGITS or not {*text} <= {*digits}:
        raise ValueError(text)
    size = int(text, base)
    if size > MOST_BODY:
        raise ValueError(text)
    return size


def _bytes(response: HttpResponse) -> bytes:
    status, content, kind = response
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


class _Exchange:
    """One connection: a request comes in, a response goes out, the connection ends."""

    def __init__(self, site: Site) -> None:
        self._site = site
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
        if not self._received[:1].isalpha():  # TLS, for example: no request begins like that
            self._answer(end, HttpResponse(400))
            return
        head, blank, body = bytes(self._received).partition(b"\r\n\r\n")
        if not blank:
            if len(head) > MOST_HEAD:
                self._answer(end, HttpResponse(431))
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        words = first.split(" ")
        try:
            if len(words) != 3:
                raise ValueError(first)
            whole = body_of(headers, body)
        except ValueError:
            self._answer(end, HttpResponse(400))
            return
        if whole is not None:
            request = HttpRequest(words[0], words[1], headers, whole, end.peer.board)
            response = self._site(request)
            has_body = request.method != "HEAD"
            self._answer(end, response if has_body else response._replace(content=b""))

    def _answer(self, end: Stream, response: HttpResponse) -> None:
        self._answered, self._unsent = True, _bytes(response)
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
