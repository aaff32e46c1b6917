"""ThingsBoard: telemetry and attributes of one device, over HTTP and MQTT.

https://thingsboard.io/docs/reference/http-api/ and mqtt-api/ beside it.
"""

import contextlib
import json
import re
from typing import Any

from hardware.bench.network.http import (
    HttpRequest,
    HttpResponse,
    json_object,
    json_response,
    json_value,
    plain,
)
from hardware.bench.network.mqtt.packets import NOT_ALLOWED, WRONG_USER, Connect, Message
from hardware.bench.network.services.service import (
    MOST_KEPT,
    MOST_VALUE,
    Service,
    ServiceNetwork,
    text_of,
)

PATH = re.compile(r"/api/v1/([^/]+)/(telemetry|attributes)")
TOPIC = "v1/devices/me/"
REQUEST = re.compile(r"attributes/request/(\d{1,10})")
RPC = re.compile(r"rpc/(request|response)/(\d{1,10})")


class ThingsBoard(Service):
    """The access token is a part of the path, and the user name over MQTT. What `set` sets is a
    shared attribute."""

    NAME = "thingsboard"
    WEB = (
        *("demo.thingsboard.io", "thingsboard.cloud", "eu.thingsboard.cloud"),
        *("mqtt.thingsboard.cloud", "mqtt.eu.thingsboard.cloud"),
    )
    MQTT = WEB

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._client: dict[str, Any] = {}
        """Attributes that the device has sent."""
        self._shared: dict[str, Any] = {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        found = PATH.fullmatch(request.path)
        if found is None:
            return _refusal(404, "Resource not found")
        if not self.network.accepts(found[1]):
            return _refusal(401, "Invalid access token")
        if request.method == "GET" and found[2] == "attributes":
            return json_response(self._attributes(request.values))
        if request.method != "POST":
            return _refusal(405, "Method not allowed")
        return HttpResponse() if self._take(request.board, found[2], request.body) else _BAD_JSON

    def refusal(self, request: Connect) -> int:
        if not request.user:
            return WRONG_USER
        return 0 if self.network.accepts(request.user) else NOT_ALLOWED

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        what = message.topic.removeprefix(TOPIC)
        if what in ("telemetry", "attributes"):
            return [] if self._take(board, what, message.payload) else None
        if found := REQUEST.fullmatch(what):
            wanted = {name: plain(value) for name, value in json_object(message.payload).items()}
            answer = json.dumps(self._attributes(wanted)).encode()
            return [Message(f"{TOPIC}attributes/response/{found[1]}", answer)]
        if found := RPC.fullmatch(what):
            self.got(board, f"rpc {found[1]}", text_of(message))
            return []
        return None

    def set(self, name: str, value: str) -> None:
        known: Any = value
        with contextlib.suppress(ValueError):
            known = json_value(value)
        _keep(self._shared, name, known)
        self.network.publish(f"{TOPIC}attributes", json.dumps({name: known}))

    # -- inside ---------------------------------------------------------------------------------

    def _take(self, board: object, what: str, payload: bytes) -> bool:
        """Take telemetry or attributes; False for what is not JSON as the service wants it."""
        try:
            sent = json_value(payload)
        except ValueError:
            return False
        entries = sent if isinstance(sent, list) else [sent]
        if not all(isinstance(entry, dict) for entry in entries):
            return False
        for entry in entries:
            timed = entry.get("values") if what == "telemetry" else None
            for name, value in (timed if isinstance(timed, dict) else entry).items():
                self.got(board, name, plain(value))
                if what == "attributes":
                    _keep(self._client, name, value)
        return True

    def _attributes(self, wanted: dict[str, str]) -> dict[str, dict[str, Any]]:
        """The attributes that a request names; all of them without names."""
        kinds = {"client": self._client, "shared": self._shared}
        names = {kind: wanted.get(f"{kind}Keys", "") for kind in kinds}
        if not any(names.values()):
            return {kind: kept for kind, kept in kinds.items() if kept}
        return {
            kind: {name: kept[name] for name in names[kind].split(",") if name in kept}
            for kind, kept in kinds.items()
            if names[kind]
        }


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    is_small = len(name) + len(plain(value)) <= MOST_VALUE
    if is_small and (name in kept or len(kept) < MOST_KEPT):
        kept[name] = value


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"status": status, "message": text}, status)


_BAD_JSON = _refusal(400, "Invalid JSON in the body")
