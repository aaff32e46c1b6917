"""Adafruit IO: feeds of one account, over HTTP and MQTT, with 30 values a minute at most.

https://io.adafruit.com/api/docs and https://io.adafruit.com/api/docs/mqtt.html
"""

import re
from collections import deque
from typing import Any

from hardware.bench.network.http import (
    HttpRequest,
    HttpResponse,
    json_object,
    json_response,
    plain,
)
from hardware.bench.network.mqtt.packets import Message
from hardware.bench.network.services.service import (
    MOST_KEPT,
    NS,
    Service,
    ServiceNetwork,
    count_of,
    text_of,
)

MOST_VALUES, MINUTE_NS = 30, 60 * NS
"""The limit of a free account."""
MOST_VALUE = 1024
"""Characters."""
FEED = re.compile(r"/api/v2/([\w.-]{1,64})/feeds(?:/([\w. -]{1,128})(?:/(data|data/last))?)?/?")
TOPIC = re.compile(r"([\w.-]{1,64})/(?:feeds|f)/([\w. -]{1,128})(/get|/json|/csv)?")

Data = dict[str, Any]


class AdafruitIo(Service):
    """A feed is there as soon as it is used, over HTTP, too."""

    NAME = "adafruit-io"
    WEB = MQTT = ("io.adafruit.com",)

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._user = "user"
        """The name of the account, as a board has used it last."""
        self._feeds: dict[str, deque[Data]] = {}
        self._count = 0
        self._times: deque[int] = deque(maxlen=MOST_VALUES)

    def answer(self, request: HttpRequest) -> HttpResponse:
        values = request.values
        in_query = values.get("x-aio-key") or values.get("X-AIO-Key") or ""
        if not self.network.accepts(request.headers.get("x-aio-key") or in_query):
            return _refusal(401, "request failed - invalid API key provided")
        found = FEED.fullmatch(request.path)
        if found is None:
            return _refusal(404, "not found - there is no such request")
        self._user, name, what = found[1], _key(found[2] or values.get("name", "")), found[3]
        if request.method != "POST":
            return self._read(name, what, values)
        if not what:
            return json_response(self._about(name), 201)
        if "value" not in values:
            return _refusal(422, "request failed - value is missing")
        if self._wait_s():
            return _refusal(429, f"request failed - {MOST_VALUES} values a minute are the limit")
        if (data := self._write(request.board, name, values["value"])) is None:
            return _refusal(422, "request failed - too many feeds")
        for topic in _topics(self._user, found[2]):
            self.network.publish(topic, values["value"])
        return json_response(data)

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        found = TOPIC.fullmatch(message.topic)
        if found is None or found[1] != user:
            return None
        name, text = _key(found[2]), text_of(message)
        self._user = user
        topics = _topics(user, found[2])
        if found[3] == "/get":
            kept = self._feeds.get(name)
            return [Message(of, kept[-1]["value"].encode()) for of in topics] if kept else []
        if wait_s := self._wait_s():
            what = f"{user} data rate limit reached, {wait_s} seconds until throttle released"
            return [Message(f"{user}/throttle", what.encode())]
        text = plain(json_object(text).get("value", text))
        self._write(board, name, text)
        return [Message(of, text.encode(), message.qos) for of in topics]

    def set(self, name: str, value: str) -> None:
        if self._write(None, _key(name), value) is None:
            raise ValueError
        for topic in _topics(self._user, name):
            self.network.publish(topic, value)

    # -- inside ---------------------------------------------------------------------------------

    def _wait_s(self) -> int:
        """How long the account may send nothing; 0: it may."""
        if len(self._times) < MOST_VALUES:
            return 0
        return max(0, -(-(self._times[0] + MINUTE_NS - self.network.unix_ns) // NS))

    def _write(self, board: object, name: str, value: str) -> Data | None:
        """A new value of a feed; None: there are too many feeds. Without a board, another user of
        the account has sent it."""
        if name not in self._feeds and len(self._feeds) >= MOST_KEPT:
            if board is not None:
                return None
            del self._feeds[next(iter(self._feeds))]  # a program does not keep others out
        if board is not None:
            self._times.append(self.network.unix_ns)
            self.got(board, name, value)
        self._count += 1
        data: Data = {"id": f"0F{self._count:024}", "value": value[:MOST_VALUE], "feed_key": name}
        data |= {"created_at": self.now, "created_epoch": self.unix_s}
        self._feeds.setdefault(name, deque(maxlen=MOST_KEPT)).append(data)
        return data

    def _read(self, name: str, what: str | None, values: dict[str, str]) -> HttpResponse:
        if not name:
            return json_response([self._about(each) for each in self._feeds])
        kept = self._feeds.get(name)
        if not kept:
            return _refusal(404, "not found - that feed has no data")
        if what == "data/last":
            return json_response(kept[-1])
        if what is None:
            return json_response(self._about(name))
        return json_response(list(reversed(kept))[: count_of(values.get("limit", ""))])

    def _about(self, name: str) -> Data:
        kept = self._feeds.get(name)
        last = kept[-1]["value"] if kept else None
        return {"username": self._user, "name": name, "key": name, "last_value": last}


def _key(name: str) -> str:
    """The key of a feed, from its name or key."""
    return name.strip().lower().replace(" ", "-")


def _topics(user: str, name: str) -> list[str]:
    """The topics of a feed: clients may use a long or a short form, and its name or its key."""
    names = dict.fromkeys((name, _key(name)))
    return [f"{user}/{form}/{each}" for each in names for form in ("feeds", "f")]


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"error": text}, status)
