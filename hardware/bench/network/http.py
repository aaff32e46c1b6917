"""A small web server for `requests` to talk to.

`/` greets, `/time` says the time as JSON, `/echo` answers with what was asked as JSON,
`/status/404` with any status; `pages` takes more, path to content.
"""

import json
from datetime import UTC, datetime
from http import HTTPStatus

from hardware.bench.network.tcp.stream import StreamEnd
from hardware.bench.network.wall_clock import WallClock

MOST_HEAD, MOST_BODY = 8_192, 65_536
MOST_DIGITS = 10
HELLO = b"Hello from the bench.\n"
TEXT, JSON = "text/plain; charset=utf-8", "application/json"


class HttpServer:
    """Answers one request a connection (HTTP/1.0 and 1.1)."""

    def __init__(self, clock: WallClock) -> None:
        self.clock = clock
        self.pages: dict[str, bytes] = {}

    def accept(self, end: StreamEnd) -> bool:
        """A new connection."""
        end.user = _Exchange(self)
        return True

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        """The whole reply to a request."""
        plain = path.partition("?")[0]
        status, kind, content = 200, TEXT, HELLO
        if plain in self.pages:
            content = self.pages[plain]
        elif plain == "/time":
            kind, content = JSON, self._time()
        elif plain == "/echo":
            asked = {"method": method, "path": path, "headers": headers}
            kind = JSON
            content = json.dumps({**asked, "body": body.decode(errors="replace")}).encode()
        elif plain.startswith("/status/"):
            word = plain.removeprefix("/status/")
            status = int(word) if word in map(str, HTTPStatus) else 400
            content = b""
        elif plain != "/":
            status, content = 404, b"There is no such page on the bench.\n"
        return _reply(status, kind, b"" if method == "HEAD" else content)

    def _time(self) -> bytes:
        unix_s, ns = divmod(self.clock.unix_ns, 1_000_000_000)
        utc = datetime.fromtimestamp(unix_s, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps({"unixtime": unix_s, "utc": utc, "ms": ns // 1_000_000}).encode()


def _reply(status: int, kind: str, content: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content


class _Exchange:
    """One connection: a request comes in, a reply goes out, the end."""

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._heard = bytearray()
        self._answered = False
        self._left = b""
        """What of the reply is still to be sent."""

    def opened(self, end: StreamEnd) -> None:
        pass

    def received(self, end: StreamEnd, data: bytes) -> None:
        end.consumed(len(data))
        if self._answered:
            return
        self._heard += data
        head, blank, body = bytes(self._heard).partition(b"\r\n\r\n")
        if not blank:
            if len(head) > MOST_HEAD:
                self._say(end, _reply(431, TEXT, b""))
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        if "chunked" in headers.get("transfer-encoding", ""):
            self._say(end, _reply(411, TEXT, b""))
            return
        length = headers.get("content-length", "0")
        words = first.split(" ")
        good = length.isdecimal() and len(length) <= MOST_DIGITS and int(length) <= MOST_BODY
        if len(words) != 3 or not good:
            self._say(end, _reply(400, TEXT, b""))
        elif len(body) >= int(length):
            self._say(end, self._server.answer(words[0], words[1], headers, body))

    def _say(self, end: StreamEnd, reply: bytes) -> None:
        self._answered, self._left = True, reply
        self.writable(end)

    def finished(self, end: StreamEnd) -> None:
        if not self._answered:
            end.finish()

    def broken(self, end: StreamEnd, error: int) -> None:
        pass

    def writable(self, end: StreamEnd) -> None:
        self._left = self._left[end.send(self._left) :]
        if not self._left:
            end.finish()
