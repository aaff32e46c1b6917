"""All services of one bench, and the hosts on which they answer.

Every host name has an address of its own, so a service also knows the clients that name no host.
"""

from collections.abc import Callable
from itertools import count

from hardware.bench.network.host import Address, Host, Ports
from hardware.bench.network.http import HttpRequest, HttpResponse, listener
from hardware.bench.network.link import Link
from hardware.bench.network.mqtt.broker import MqttBroker, MqttRules, OpenRules
from hardware.bench.network.mqtt.packets import MqttError
from hardware.bench.network.ntp import WallClock
from hardware.bench.network.services.adafruit_io import AdafruitIo
from hardware.bench.network.services.blynk import Blynk
from hardware.bench.network.services.service import MOST_VALUE, Service
from hardware.bench.network.services.small_services import (
    Httpbin,
    Ifttt,
    OpenWeatherMap,
    WorldTimeApi,
)
from hardware.bench.network.services.telegram import Telegram
from hardware.bench.network.services.thingsboard import ThingsBoard
from hardware.bench.network.services.thingspeak import ThingSpeak
from hardware.bench.network.tls.tls_server import Accept
from hardware.bench.protocol.notes import ServiceNote
from hardware.errors import BenchError
from hardware.i18n import _

CLASSES: tuple[type[Service], ...] = (
    *(ThingSpeak, ThingsBoard, AdafruitIo, Blynk, Telegram),
    *(Ifttt, OpenWeatherMap, WorldTimeApi, Httpbin),
)
ANY_HOST = "any-host"
"""The service that answers on names that no other host has."""
NAMES = (*(each.NAME for each in CLASSES), ANY_HOST)
HTTP_PORT, HTTPS_PORT = 80, 443
MOST_NAME = 100
"""Characters of a name in the trace."""


class Services:
    """A `ServiceNetwork`. A bench has a service when a board uses it."""

    def __init__(
        self,
        link: Link,
        clock: WallClock,
        broker: MqttBroker,
        secure: Callable[[Accept], Accept],
    ) -> None:
        self._link, self._clock, self._broker, self._secure = link, clock, broker, secure
        self.keys: set[str] = set()
        """The keys that services accept; none: all."""
        self.any_host = False
        """Whether each name is a host that answers."""
        self._services = {each.NAME: each(self) for each in CLASSES}
        self._addresses: dict[str, Address] = {}
        self._hosts: dict[Address, Host] = {}
        self._numbers = count(1)
        for service in self._services.values():
            for name in dict.fromkeys(service.WEB + service.MQTT):
                web = service.accept if name in service.WEB else None
                self._add(name, web, service if name in service.MQTT else None)
        self._add(ANY_HOST, listener(self._answer_any), OpenRules())

    def set(self, service: str, name: str, value: str) -> None:
        """Do what another user of a service does: write a ThingSpeak field ("field1"), a feed of
        Adafruit IO, a datastream of Blynk ("v1") or a shared attribute of ThingsBoard, say
        something to the Telegram bot (the name is the chat), change the weather ("temp").

        Raises: BenchError for an unknown service, name or value."""
        try:
            self.service(service).set(name, value)
        except (KeyError, ValueError, MqttError) as error:
            what = _("The service {service} has no value {name} to set to {value!r}.")
            raise BenchError(
                what.format(service=service, name=name, value=value),
                _("docs/reference/network.md lists the services and their values."),
            ) from error

    def service(self, name: str) -> Service:
        """A service by its name. Raises: KeyError."""
        return self._services[name]

    # -- for the network ------------------------------------------------------------------------

    def lookup(self, name: str) -> Address | None:
        """The address of a host name of a service; None: there is no such name."""
        parent = f"*.{name.partition('.')[2]}"
        found = self._addresses.get(name) or self._addresses.get(parent)
        return found or (self._addresses[ANY_HOST] if self.any_host else None)

    def host(self, ip: Address) -> Host | None:
        """The host with this address."""
        return self._hosts.get(ip)

    # -- for the services -----------------------------------------------------------------------

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970 now."""
        return self._clock.unix_ns

    def accepts(self, key: str) -> bool:
        """See `ServiceNetwork`."""
        return bool(key) and (not self.keys or key in self.keys)

    def got(self, board: object, service: str, name: str, value: str) -> None:
        """See `ServiceNetwork`."""
        note = ServiceNote(0, service, name[:MOST_NAME], value[:MOST_VALUE])
        self._link.log.service(board, note)

    def publish(self, topic: str, payload: str) -> None:
        """See `ServiceNetwork`."""
        self._broker.publish(topic, payload.encode())

    # -- inside ---------------------------------------------------------------------------------

    def _add(self, name: str, web: Accept | None, rules: MqttRules | None) -> None:
        ip, ports = bytes((10, 13, 40, next(self._numbers))), Ports()
        if web:
            ports.tcp |= {HTTP_PORT: web, HTTPS_PORT: self._secure(web)}
        if rules:
            self._broker.listen(ports, rules)
        self._addresses[name], self._hosts[ip] = ip, Host(ports, ip)

    def _answer_any(self, request: HttpRequest) -> HttpResponse:
        place = f"{request.method} {request.headers.get('host', '')}{request.path}"
        values = request.body.decode(errors="replace") or request.target.partition("?")[2]
        self.got(request.board, ANY_HOST, place, values)
        return HttpResponse(content=b"OK")
