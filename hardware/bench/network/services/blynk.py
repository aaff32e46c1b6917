"""Blynk: the datastreams of one device, over HTTP and MQTT.

https://docs.blynk.io/en/blynk.cloud/device-https-api and blynk.cloud-mqtt-api beside it. The
library BlynkLib has a protocol of its own, which is not there.
"""

import re

from hardware.bench.network.http import (
    HttpRequest,
    HttpResponse,
    json_object,
    json_response,
    plain,
)
from hardware.bench.network.mqtt.packets import Message
from hardware.bench.network.services.service import MOST_KEPT, Service, ServiceNetwork, text_of

PIN = re.compile(r"[vV]\d{1,3}")
API = "/external/api/"
UNSET = "0"
"""The value of a datastream that has none yet."""


class Blynk(Service):
    """A datastream is there as soon as it is used. Over HTTP its name is that of its pin (v1)."""

    NAME = "blynk"
    WEB = MQTT = ("blynk.cloud", "*.blynk.cloud")

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._streams: dict[str, str] = {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        values = request.values
        if not request.path.startswith(API):
            return _refusal(404, "Not found.")
        if not self.network.accepts(values.pop("token", "")):
            return _refusal(400, "Invalid token.")
        what = request.path.removeprefix(API)
        if "pin" in values:
            values[values.pop("pin")] = values.pop("value", "")
        pins = {name.lower(): value for name, value in values.items() if PIN.fullmatch(name)}
        if what in ("update", "batch/update"):
            if not pins:
                return _refusal(400, "No datastream in the request.")
            for name, value in pins.items():
                self._write(request.board, name, value)
            return HttpResponse()
        if what == "get" and pins:
            found = {name: self._streams.get(name, UNSET) for name in pins}
            only = next(iter(found.values()))
            return json_response(found) if len(found) > 1 else HttpResponse(content=only.encode())
        if what == "logEvent" and values.get("code"):
            self.got(request.board, values["code"], values.get("description", ""))
            return HttpResponse()
        return _refusal(404, "Not found.")

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        kind, _slash, name = message.topic.partition("/")
        text = text_of(message)
        if message.topic == "batch_ds":
            for each, value in json_object(text).items():
                self._write(board, each, plain(value))
        elif message.topic == "get/ds":
            names, kept = [each.strip() for each in text.split(",")], self._streams
            return [_downlink(each, kept[each]) for each in names if each in kept]
        elif kind == "ds" and name:
            self._write(board, name, text)
        elif kind == "event" and name:
            self.got(board, name, text)
        else:
            return None
        return []

    def set(self, name: str, value: str) -> None:
        name = name.lower() if PIN.fullmatch(name) else name
        if not self._keep(name, value):
            raise ValueError
        down = _downlink(name, value)
        self.network.publish(down.topic, value)

    # -- inside ---------------------------------------------------------------------------------

    def _write(self, board: object, name: str, value: str) -> None:
        if self._keep(name, value):
            self.got(board, name, value)

    def _keep(self, name: str, value: str) -> bool:
        if name not in self._streams and len(self._streams) >= MOST_KEPT:
            return False
        self._streams[name] = value
        return True


def _downlink(name: str, value: str) -> Message:
    return Message(f"downlink/ds/{name}", value.encode())


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"error": {"message": text}}, status)
