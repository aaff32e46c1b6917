"""Blynk: the datastreams of one device, over HTTP, MQTT and the protocol of BlynkLib.

https://docs.blynk.io/en/blynk.cloud/device-https-api and blynk.cloud-mqtt-api beside it;
https://github.com/vshymanskyy/blynk-library-python
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
from hardware.bench.network.services import blynk_link
from hardware.bench.network.services.blynk_link import (
    GOOD,
    LOGIN,
    WRONG_TOKEN,
    BlynkFrame,
    BlynkLink,
    FirstBytes,
)
from hardware.bench.network.services.service import (
    MOST_KEPT,
    MOST_VALUE,
    Service,
    ServiceNetwork,
    text_of,
)
from hardware.bench.network.tcp.stream import Stream

PIN = re.compile(r"[vV]\d{1,3}")
DATASTREAM = re.compile(r"[\w .-]{1,64}")
API = "/external/api/"
UNSET = "0"
"""The value of a datastream that has none yet."""


class Blynk(Service):
    """A datastream is there as soon as it is used. Its name is that of its virtual pin (v1), but
    over MQTT that of the datastream."""

    NAME = "blynk"
    WEB = MQTT = ("blynk.cloud", "*.blynk.cloud")

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._streams: dict[str, str] = {}
        self._links: list[BlynkLink] = []
        """The connections of devices that have logged in with BlynkLib."""

    def accept(self, end: Stream) -> bool:
        end.user = FirstBytes(super().accept, self._take)
        return True

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
                self._tell(name, value)
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
        elif kind == "ds" and name and "/" not in name:
            self._write(board, name, text)
        elif kind in ("ds", "event") and name:  # ds/NAME/prop/… is a property of a datastream
            self.got(board, name, text)
        elif kind in ("info", "meta") and name:
            self.got(board, message.topic, text)
        else:
            return None
        return []

    def set(self, name: str, value: str) -> None:
        name = name.lower() if PIN.fullmatch(name) else name
        if name not in self._streams and len(self._streams) >= MOST_KEPT:
            del self._streams[next(iter(self._streams))]  # a program does not keep others out
        if not self._keep(name, value):
            raise ValueError
        self._tell(name, value)
        down = _downlink(name, value)
        self.network.publish(down.topic, value)

    # -- inside ---------------------------------------------------------------------------------

    def _take(self, link: BlynkLink, frame: BlynkFrame) -> None:
        """A frame from a device with BlynkLib."""
        kind, number, words = frame
        if kind == LOGIN:
            link.is_known = self.network.accepts(words[0])
            link.answer(number, GOOD if link.is_known else WRONG_TOKEN)
            others = [each for each in self._links if each.is_open and each is not link]
            self._links = [*others, link]
        if not link.is_known:
            link.close()
            return
        match kind, words:
            case blynk_link.WRITE, ["vw", pin, *values] if PIN.fullmatch(f"v{pin}"):
                self._write(link.board, f"v{pin}", " ".join(values))
            case blynk_link.SYNC, [_vr, *pins]:
                for name in dict.fromkeys(f"v{pin}" for pin in pins):
                    if name in self._streams:
                        link.write(name, self._streams[name])
            case blynk_link.EVENT, [code, *texts]:
                self.got(link.board, code, " ".join(texts))
            case blynk_link.PING, _:
                link.answer(number, GOOD)

    def _tell(self, name: str, value: str) -> None:
        """Tell a value to the devices with BlynkLib."""
        for link in self._links:
            if link.is_open and PIN.fullmatch(name):
                link.write(name, value)

    def _write(self, board: object, name: str, value: str) -> None:
        if self._keep(name, value):
            self.got(board, name, value)

    def _keep(self, name: str, value: str) -> bool:
        is_full = name not in self._streams and len(self._streams) >= MOST_KEPT
        if is_full or not DATASTREAM.fullmatch(name):
            return False
        self._streams[name] = value[:MOST_VALUE]
        return True


def _downlink(name: str, value: str) -> Message:
    return Message(f"downlink/ds/{name}", value.encode())


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"error": {"message": text}}, status)
