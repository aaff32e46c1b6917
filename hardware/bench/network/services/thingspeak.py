"""ThingSpeak: channels with eight fields, over HTTP and MQTT, with an update each 15 s at most.

https://mathworks.com/help/thingspeak/rest-api.html and mqtt-api.html beside it.
"""

import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from hardware.bench.network.http import HttpRequest, HttpResponse, json_response
from hardware.bench.network.mqtt.packets import Message
from hardware.bench.network.services.service import (
    MOST_KEPT,
    NS,
    Service,
    ServiceNetwork,
    count_of,
    text_of,
)

PAUSE_NS = 15 * NS
"""Between two updates of a channel, with the free licence."""
FIELDS = tuple(f"field{number}" for number in range(1, 9))
OTHERS = ("latitude", "longitude", "elevation", "status")
SHORT = {"lat": "latitude", "long": "longitude"}
UPDATE = re.compile(r"/update(\.json)?")
READ = re.compile(r"/channels/(\d{1,12})/(feeds|fields/([1-8]))(/last)?(\.json|\.txt)?")
PUBLISH = re.compile(r"channels/(\d{1,12})/publish(?:/fields/(field[1-8]))?")
MOST_VALUE = 255
"""Characters of a field."""
NOTHING = "-1"
"""The last value of a field that has none."""

Entry = dict[str, Any]


@dataclass
class Channel:
    """A channel; its write key and its number are known as soon as a board uses them."""

    key: str = ""
    number: str = ""
    count: int = 0
    updated_ns: int | None = None
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))


class ThingSpeak(Service):
    """Boards write with a write key and read by a channel number. The bench is not told which of
    them belong together: the first key belongs to the first number, and so on."""

    NAME = "thingspeak"
    WEB = ("api.thingspeak.com", "thingspeak.com", "www.thingspeak.com")
    MQTT = ("mqtt3.thingspeak.com",)

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._channels: list[Channel] = []

    def answer(self, request: HttpRequest) -> HttpResponse:
        values = request.values
        if found := UPDATE.fullmatch(request.path):
            return self._update(request.board, values, request.headers, bool(found[1]))
        if found := READ.fullmatch(request.path):
            return self._read(found, values)
        return _refusal(404, "error_resource_not_found", "Resource Not Found")

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        found = PUBLISH.fullmatch(message.topic)
        if found is None:
            return None
        text = text_of(message).strip()
        values = {found[2]: text} if found[2] else dict(parse_qsl(text))
        if channel := self._channel("number", found[1]):
            self._write(channel, board, values)
        return []

    def set(self, name: str, value: str) -> None:
        if name not in FIELDS:
            raise ValueError
        self._channels = self._channels or [Channel()]
        self._add(self._channels[0], {name: value})

    # -- inside ---------------------------------------------------------------------------------

    def _channel(self, what: Literal["key", "number"], value: str) -> Channel | None:
        """The channel with this key or number; else the first one without any; else a new one."""
        for wanted in (value, ""):
            for channel in self._channels:
                if getattr(channel, what) == wanted:
                    setattr(channel, what, value)
                    return channel
        if len(self._channels) >= MOST_KEPT:
            return None
        self._channels.append(Channel(key=value) if what == "key" else Channel(number=value))
        return self._channels[-1]

    def _update(
        self, board: object, values: dict[str, str], headers: dict[str, str], as_json: bool
    ) -> HttpResponse:
        key = values.get("api_key") or values.get("key") or headers.get("thingspeakapikey", "")
        channel = self._channel("key", key) if self.network.accepts(key) else None
        if channel is None:
            return HttpResponse(400, b"0")
        entry = self._write(channel, board, values)
        if entry and as_json:
            return json_response({"channel_id": int(channel.number or 1), **entry})
        return HttpResponse(content=str(entry["entry_id"] if entry else 0).encode())

    def _write(self, channel: Channel, board: object, values: dict[str, str]) -> Entry | None:
        """A new entry; None when it comes too soon, or has nothing in it."""
        values = {SHORT.get(name, name): value for name, value in values.items()}
        known = FIELDS + OTHERS
        values = {name: text[:MOST_VALUE] for name, text in values.items() if name in known}
        now_ns = self.network.unix_ns
        if channel.updated_ns is not None and now_ns < channel.updated_ns + PAUSE_NS:
            return None
        if not values:
            return None
        channel.updated_ns = now_ns
        for name, value in values.items():
            self.got(board, name, value)
        return self._add(channel, values)

    def _add(self, channel: Channel, values: dict[str, str]) -> Entry:
        channel.count += 1
        entry = {"created_at": self.now, "entry_id": channel.count}
        entry |= {name: values.get(name) for name in FIELDS + OTHERS}
        channel.entries.append(entry)
        topic = f"channels/{channel.number or 1}/subscribe"
        self.network.publish(topic, json.dumps({"channel_id": channel.number or "1", **entry}))
        for name in FIELDS:
            if name in values:
                self.network.publish(f"{topic}/fields/{name}", values[name])
        return entry

    def _read(self, found: re.Match[str], values: dict[str, str]) -> HttpResponse:
        key = values.get("api_key", "")
        channel = self._channel("number", found[1])
        if channel is None or (key and not self.network.accepts(key)):
            return _refusal(401, "error_auth_required", "Authorization Required")
        names = [f"field{found[3]}"] if found[3] else list(FIELDS)
        used = [name for name in names if found[3] or any(e[name] for e in channel.entries)]
        shown = ["created_at", "entry_id", *used]
        feeds = [{name: entry[name] for name in shown} for entry in channel.entries]
        if not found[4]:
            feeds = feeds[-(count_of(values.get("results", "")) or MOST_KEPT) :]
            about: Entry = {"id": int(found[1]), "name": f"Channel {found[1]}"}
            about |= {name: f"Field Label {name[-1]}" for name in used}
            about["last_entry_id"] = channel.count or None
            return json_response({"channel": about, "feeds": feeds})
        if found[3] and found[5] != ".json":
            last = feeds[-1][used[0]] if feeds else None
            return HttpResponse(content=(NOTHING if last is None else str(last)).encode())
        return json_response(feeds[-1]) if feeds else HttpResponse(content=NOTHING.encode())


def _refusal(status: int, code: str, text: str) -> HttpResponse:
    error = {"error_code": code, "message": text, "details": ""}
    return json_response({"status": str(status), "error": error}, status)
