"""A board's WiFi: its station that joins an access point, and an access point of its own."""

import errno
from collections.abc import Callable
from typing import NamedTuple

from hardware.bench.network.host import NO_ADDRESS, Address, Host, Ports
from hardware.bench.network.wifi.access_point import AccessPoint, RadioMedium
from hardware.bench.protocol.notes import LinkNote

IDLE, JOINING, UP = 0, 1, 3
"""The state of the station, as the board reads it."""
LEFT, BEACON_TIMEOUT, NO_AP_FOUND, AUTH_FAIL = 8, 200, 201, 202
"""Why a station is not connected: wifi_err_reason_t of ESP-IDF."""
SCAN_NS = 2_400_000_000
"""To look for an access point on all channels: 13 times 120 ms, and then once more."""
BEACON_NS = 6_000_000_000
"""A station gives up an access point that is silent for this long (ESP-IDF's default)."""
NOTIFY_NS = 1_000_000
"""How late a board is notified that a station has joined or left its access point."""
AP_GATEWAY: Address = bytes((192, 168, 4, 1))


class JoinRequest(NamedTuple):
    """What a station wants to join; an empty bssid: any."""

    ssid: bytes
    password: bytes
    bssid: bytes


class Radio:
    """The WiFi of one board; `on_change` is called when its program could see a difference."""

    def __init__(
        self, medium: RadioMedium, board: object, ports: Ports, on_change: Callable[[], None]
    ) -> None:
        self._medium = medium
        self._board = board
        self._on_change = on_change
        self.host, self.ap_host = (Host(ports, board=board) for _ in range(2))
        self.mac = self.ap_mac = bytes(6)
        self.is_on = False
        self.state, self.reason = IDLE, 0
        self.tries = -1
        """How often the station tries again by itself; -1 without end (ESP32), 0 never."""
        self.joined: AccessPoint | None = None
        """The access point of the station."""
        self.own: AccessPoint | None = None
        """The access point that the board makes."""
        self.own_settings = AccessPoint(
            b"ESP", channel=1, gateway=AP_GATEWAY, internet=False, most=4
        )
        self.fixed: Address | None = None
        self.free_channel = 1
        self._request: JoinRequest | None = None
        self._tries_left = 0
        self._attempt = 0
        """Counts the attempts to join; an attempt that is not the last one has no effect."""

    @property
    def channel(self) -> int:
        """Where the radio listens; 0 while it is off."""
        if self.joined:
            return self.joined.channel
        if self.own:
            return self.own.channel
        return self.free_channel if self.is_on else 0

    # -- the station ----------------------------------------------------------------------------

    def switch(self, on: bool) -> None:
        """Switch the station's interface on or off."""
        if not on:
            self.disconnect(0)
        self.is_on = on

    def connect(self, request: JoinRequest | None) -> None:
        """Join an access point; without a request, the one of the last request."""
        self._drop(errno.ECONNABORTED)
        self._request = request or self._request
        self._tries_left = self.tries
        self._try()

    def disconnect(self, reason: int = LEFT) -> None:
        """Leave the access point and forget the request."""
        was_active = self.state != IDLE
        self._drop(errno.ECONNABORTED)
        self._request = None
        self.state, self.reason = IDLE, reason
        if was_active:
            self._report(reason)

    def fix(self, ip: Address | None) -> None:
        """Give the station a fixed address, or its DHCP address again."""
        self.fixed = ip
        if self.joined:
            self.joined.leave(self.host)
            self.joined.join(self.host, ip)
            self._on_change()

    def beacon_lost(self) -> None:
        """The access point was silent for too long."""
        if self.state == UP:
            self._drop(errno.ECONNABORTED)
            self._fail(BEACON_TIMEOUT)

    def visible(self) -> list[AccessPoint]:
        """What a scan finds, the strongest first."""
        found = [ap for ap in self._medium.access_points if ap.online and ap is not self.own]
        return sorted(found, key=lambda ap: -ap.rssi)

    def _try(self) -> None:
        if self._request is None:
            return
        self.state = JOINING
        self._attempt += 1
        attempt, request = self._attempt, self._request
        found = self._find(request)
        wait_ns = found.join_ns if found else SCAN_NS

        def finish() -> None:
            if attempt == self._attempt:
                self._join(request)

        self._medium.after(wait_ns, finish)
        self._on_change()

    def _find(self, request: JoinRequest) -> AccessPoint | None:
        found = (
            ap
            for ap in self.visible()
            if ap.ssid == request.ssid and request.bssid in (b"", ap.bssid)
        )
        return next(found, None)

    def _join(self, request: JoinRequest) -> None:
        found = self._find(request)
        if found is None:
            self._fail(NO_AP_FOUND)
        elif found.password not in (b"", request.password) or found.is_full:
            self._fail(AUTH_FAIL)
        else:
            self.host.mac = self.mac
            self.host.on_beacon_loss = self.beacon_lost
            self.joined = found
            found.join(self.host, self.fixed)
            self.state, self.reason = UP, 0
            self._report(0)

    def _fail(self, reason: int) -> None:
        again = self._tries_left != 0 and self._request is not None
        self._tries_left = max(self._tries_left - 1, -1)
        if self.reason != reason:
            self._medium.log.link(self._board, LinkNote(0, False, self._name, reason))
        self.state, self.reason = IDLE, reason
        if again:
            self._try()
        self._on_change()

    def _drop(self, error: int) -> None:
        self._attempt += 1
        if self.joined:
            self.joined.leave(self.host)
            self.joined = None
            self.host.abort_connections(error)
            self.host.ip = NO_ADDRESS

    @property
    def _name(self) -> str:
        return self._request.ssid.decode(errors="replace") if self._request else ""

    def _report(self, reason: int) -> None:
        note = LinkNote(0, self.state == UP, self._name, reason)
        self._medium.log.link(self._board, note)
        self._on_change()

    # -- an access point of its own -------------------------------------------------------------

    def serve(self, on: bool) -> None:
        """Switch the board's access point on or off; its stations lose their connection."""
        if self.own:
            own, self.own = self.own, None
            self._medium.access_points.remove(own)
            own.leave(self.ap_host)
            self.ap_host.abort_connections(errno.ECONNABORTED)
            for member in list(own.members.values()):
                self._medium.after(BEACON_NS, member.on_beacon_loss)
        if on:
            self.own = own = self.own_settings
            own.bssid = self.ap_mac
            own.on_change = lambda: self._medium.after(NOTIFY_NS, self._on_change)
            self.ap_host.mac = self.ap_mac
            self._medium.access_points.append(own)
            own.join(self.ap_host, own.gateway)

    def reset(self) -> None:
        """The board lost its power."""
        self._attempt += 1
        self.serve(False)
        self._drop(errno.ECONNABORTED)
        self.is_on = False
        self.state, self.reason = IDLE, 0
        self._request = self.fixed = None
