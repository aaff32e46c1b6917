"""A board's WiFi: its station that joins an access point, and an access point of its own."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from hardware.bench.network.tcp.host import NOWHERE, Address, Host, Ports
from hardware.bench.network.wifi.access_point import AccessPoint
from hardware.bench.protocol.notes import LinkNote

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan

IDLE, JOINING, UP = 0, 1, 3
"""What the board is told of its station."""
LEFT, BEACON_TIMEOUT, NO_AP_FOUND, AUTH_FAIL = 8, 200, 201, 202
"""Why a station is not connected: wifi_err_reason_t of ESP-IDF."""
SCAN_NS = 2_400_000_000
"""To look for an access point on all channels: 13 times 120 ms, and then once more."""
BEACON_NS = 6_000_000_000
"""A station gives an access point up that was silent for so long (ESP-IDF's default)."""
NEWS_NS = 1_000_000
"""How late a board hears who has joined or left its access point."""
AP_GATEWAY: Address = bytes((192, 168, 4, 1))


class JoinRequest(NamedTuple):
    """What a station wants to join; no bssid: any."""

    ssid: bytes
    password: bytes
    bssid: bytes


class Radio:
    """The WiFi of one board; `changed` is called when its program could see a difference."""

    def __init__(
        self, lan: Lan, station: object, ports: Ports, changed: Callable[[], None]
    ) -> None:
        self.lan = lan
        self._station = station
        self._changed = changed
        self.host, self.ap_host = (Host(ports, station=station) for _ in range(2))
        self.mac = self.ap_mac = bytes(6)
        self.is_on = False
        self.state, self.reason = IDLE, 0
        self.tries = -1
        """How often the station tries anew by itself; -1 for ever (ESP32), 0 not at all."""
        self.own: AccessPoint | None = None
        """The access point that the board makes."""
        self.own_settings = AccessPoint(
            b"ESP", channel=1, gateway=AP_GATEWAY, internet=False, most=4
        )
        self.fixed: Address | None = None
        self.free_channel = 1
        self._wish: JoinRequest | None = None
        self._left = 0
        self._turn = 0
        """Counts the changes of mind: what was begun before the last one comes to nothing."""

    @property
    def channel(self) -> int:
        """Where the radio listens; 0 while it is off."""
        if self.host.cell:
            return self.host.cell.channel
        if self.own:
            return self.own.channel
        return self.free_channel if self.is_on else 0

    # -- the station ----------------------------------------------------------------------------

    def switch(self, on: bool) -> None:
        """The station's interface goes up or down."""
        if not on:
            self.disconnect(0)
        self.is_on = on

    def connect(self, wish: JoinRequest | None) -> None:
        """Joins what is wished for, or what was wished for last."""
        self._drop(errno.ECONNABORTED)
        self._wish = wish or self._wish
        self._left = self.tries
        self._try()

    def disconnect(self, reason: int = LEFT) -> None:
        """Leaves, and wishes for nothing any more."""
        had = self.state != IDLE
        self._drop(errno.ECONNABORTED)
        self._wish = None
        self.state, self.reason = IDLE, reason
        if had:
            self._tell(reason)

    def fix(self, ip: Address | None) -> None:
        """A fixed address for the station, or that of DHCP again."""
        self.fixed = ip
        if cell := self.host.cell:
            cell.leave(self.host)
            cell.join(self.host, ip)
            self._changed()

    def silence(self) -> None:
        """The access point was not heard for too long."""
        if self.state == UP:
            self._drop(errno.ECONNABORTED)
            self._fail(BEACON_TIMEOUT)

    def visible(self) -> list[AccessPoint]:
        """What a scan finds, the strongest first."""
        cells = [c for c in self.lan.cells if c.online and c is not self.own]
        return sorted(cells, key=lambda cell: -cell.rssi)

    def _try(self) -> None:
        if self._wish is None:
            return
        self.state = JOINING
        self._turn += 1
        turn, wish = self._turn, self._wish
        cell = self._find(wish)
        wait_ns = cell.join_ns if cell else SCAN_NS

        def over() -> None:
            if turn == self._turn:
                self._arrive(wish)

        self.lan.after(wait_ns, over)
        self._changed()

    def _find(self, wish: JoinRequest) -> AccessPoint | None:
        found = (
            c for c in self.visible()
            if c.ssid == wish.ssid and wish.bssid in (b"", c.bssid)
        )  # fmt: skip
        return next(found, None)

    def _arrive(self, wish: JoinRequest) -> None:
        cell = self._find(wish)
        if cell is None:
            self._fail(NO_AP_FOUND)
        elif cell.password not in (b"", wish.password) or cell.is_full:
            self._fail(AUTH_FAIL)
        else:
            self.host.mac = self.mac
            self.host.silent = self.silence
            cell.join(self.host, self.fixed)
            self.state, self.reason = UP, 0
            self._tell(0)

    def _fail(self, reason: int) -> None:
        again = self._left != 0 and self._wish is not None
        self._left = max(self._left - 1, -1)
        if self.reason != reason:
            self.lan.log.link(self._station, LinkNote(0, False, self._name, reason))
        self.state, self.reason = IDLE, reason
        if again:
            self._try()
        self._changed()

    def _drop(self, error: int) -> None:
        self._turn += 1
        if self.host.cell:
            self.host.cell.leave(self.host)
            self.host.cut(error)
            self.host.ip = NOWHERE

    @property
    def _name(self) -> str:
        return self._wish.ssid.decode(errors="replace") if self._wish else ""

    def _tell(self, reason: int) -> None:
        self.lan.log.link(self._station, LinkNote(0, self.state == UP, self._name, reason))
        self._changed()

    # -- an access point of its own -------------------------------------------------------------

    def serve(self, on: bool) -> None:
        """The board's access point appears or disappears; who had joined it finds out."""
        if self.own:
            cell, self.own = self.own, None
            self.lan.cells.remove(cell)
            cell.leave(self.ap_host)
            self.ap_host.cut(errno.ECONNABORTED)
            for member in list(cell.members.values()):
                self.lan.after(BEACON_NS, member.silent)
        if on:
            self.own = cell = self.own_settings
            cell.bssid = self.ap_mac
            cell.changed = lambda: self.lan.after(NEWS_NS, self._changed)
            self.ap_host.mac = self.ap_mac
            self.lan.cells.append(cell)
            cell.join(self.ap_host, cell.gateway)

    def reset(self) -> None:
        """The board lost its power."""
        self._turn += 1
        self.serve(False)
        self._drop(errno.ECONNABORTED)
        self.is_on = False
        self.state, self.reason = IDLE, 0
        self._wish = self.fixed = None
