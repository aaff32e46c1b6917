"""A WiFi access point with its network."""

import hashlib

from hardware.bench.diagram import PartSpec
from hardware.bench.network.lan import Lan, lan_of
from hardware.bench.network.ntp import NEW_YEAR_2025
from hardware.bench.network.wifi.access_point import AccessPoint
from hardware.bench.network.wifi.radio import BEACON_NS
from hardware.bench.parts.common.part import SWITCH, Control, Part, PartView, World
from hardware.bench.svg.elements import circle, line, path, rect, text
from hardware.i18n import _, both

MS = 1_000_000
MAX_NAME_BYTES, MIN_PASSWORD_BYTES, MAX_PASSWORD_BYTES = 32, 8, 63
"""Length limits in bytes of an SSID and of a WPA2 passphrase (IEEE 802.11)."""


class WifiAp(Part):
    """`ssid`, `password` (empty: open), `channel`, `bssid` and `internet` ("0": only the local
    network) are Wokwi's; the others are our extensions. `rssi` is in dBm. `keys`: the keys and
    tokens that services like ThingSpeak accept, with spaces between them (empty: any).
    `anyHost` "1": every host name is there, and answers 200. With such a part on the bench there
    is no Wokwi-GUEST.

    All controls are ours. `online` 0: the access point is off (its stations notice after 6 s).
    `latency_ms`: the latency in each direction (at random up to a quarter more). `loss`: the share
    of lost packets, 0 to 1. `join_ms`: the time until a station has its address. `espnow_loss`:
    the share of lost messages between boards. `broker` 0: the MQTT broker stops and loses its
    state; 1: it starts. `lose_publish` n: the n-th PUBLISH of QoS 1 or 2 from now is lost, and the
    broker stops. `lose_puback` n: the same, but only its PUBACK is lost. `utc`: the time of the
    time servers from now on, in seconds since 1970 (default: it is 2025-01-01 00:00 at power-on).
    """

    TYPES = ("wokwi-wifi-ap",)
    TITLE = both("WiFi access point")
    GROUP = "modules"
    SIZE = (96, 72)
    ATTRS = {
        "ssid": "MyNetwork",
        "password": "",
        "channel": "6",
        "internet": "",
        "bssid": "",
        "rssi": "-50",
        "keys": "",
        "anyHost": "",
    }
    CONTROLS = {
        "online": SWITCH,
        "latency_ms": Control(0, 10_000),
        "loss": Control(0, 1, fault=True),
        "join_ms": Control(1, 60_000),
        "espnow_loss": Control(0, 1, fault=True),
        "broker": SWITCH,
        "lose_publish": Control(0, 1_000_000, whole=True, fault=True),
        "lose_puback": Control(0, 1_000_000, whole=True, fault=True),
        "utc": Control(0, 2**32 - 1, whole=True),
    }

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values |= {"online": 1, "latency_ms": 3, "join_ms": 1200, "broker": 1}
        self.values["utc"] = NEW_YEAR_2025
        ssid, password = self.attr("ssid").encode(), self.attr("password").encode()
        if not 1 <= len(ssid) <= MAX_NAME_BYTES:
            raise self.bad_attr("ssid", _("a name of 1 to 32 bytes"))
        if password and not MIN_PASSWORD_BYTES <= len(password) <= MAX_PASSWORD_BYTES:
            raise self.bad_attr("password", _("empty or of 8 to 63 bytes"))
        self.access_point = AccessPoint(
            ssid,
            password,
            channel=round(self.number("channel", 1, 13)),
            bssid=self._bssid(),
            rssi=round(self.number("rssi", -127, 0, "dBm")),
            internet=self.usual("internet", "", "0") != "0",
        )
        self._lan: Lan
        self._silent_since = 0

    def _bssid(self) -> bytes:
        wanted = self.attr("bssid")
        if not wanted:  # locally administered, different for each part id
            return b"\x42\x13" + hashlib.sha256(self.spec.id.encode()).digest()[:4]
        try:
            bssid = bytes.fromhex(wanted.replace(":", ""))
        except ValueError:
            bssid = b""
        if len(bssid) != 6:
            raise self.bad_attr("bssid", _("an address such as 42:13:55:aa:ac:03"))
        return bssid

    def start(self, world: World) -> None:
        super().start(world)
        self._lan = lan_of(world)
        self._lan.medium.access_points.append(self.access_point)
        self._lan.services.keys |= set(self.attr("keys").split())
        self._lan.services.any_host |= self.usual("anyHost", "", "1") == "1"
        self._lan.broker.on_stop.append(lambda: self.values.update(broker=0))

    def moved(self, name: str, value: float) -> None:
        lan, ap = self._lan, self.access_point
        match name:
            case "online":
                self._switch(lan, bool(value))
            case "latency_ms":
                ap.latency_ns = round(value * MS)
                lan.update_notice_time()
            case "join_ms":
                ap.join_ns = round(value * MS)
            case "loss":
                ap.loss = value
            case "espnow_loss":
                lan.espnow.loss = value
            case "broker":
                lan.broker.start() if value else lan.broker.stop()
            case "utc":
                lan.clock.set(value)
            case _:
                lan.broker.lose(name, int(value))

    def _switch(self, lan: Lan, on: bool) -> None:
        self.access_point.online = on
        if on:
            return
        self._silent_since = since = lan.now_ns

        def notice() -> None:
            if not self.access_point.online and self._silent_since == since:
                for host in list(self.access_point.members.values()):
                    host.on_beacon_loss()

        lan.after(BEACON_NS, notice)

    @property
    def caption(self) -> str:
        return self.attr("ssid")

    def svg(self, view: PartView) -> str:
        on = bool(self.values["online"])
        waves = "".join(
            path(
                f"M{48 - r} {30 - r * 0.6:g} a{r * 1.25:g} {r * 1.25:g} 0 0 1 {2 * r} 0",
                stroke="#37719f" if on else "#c3c9d2",
                stroke_width=3,
                stroke_linecap="round",
            )
            for r in (8, 15, 22)
        )
        return (
            waves
            + line(20, 46, 20, 24, "#31363e", 3)
            + line(76, 46, 76, 24, "#31363e", 3)
            + rect(10, 44, 76, 22, "#31363e", 4)
            + circle(20, 55, 2.2, "#3ecf6b" if on else "#59606b")
            + circle(28, 55, 2.2, "#3ecf6b" if on and self.values["broker"] else "#59606b")
            + text(58, 58, "WiFi", 9, "#d6dbe2", text_anchor="middle")
        )
