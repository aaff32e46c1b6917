"""The WiFi radio and the sockets of a board: the calls of `network` and `socket`."""

import errno
from collections.abc import Mapping

from hardware.bench.network.host import GATEWAY, LOOPBACK, Address, Host, Ports
from hardware.bench.network.lan import lan_of
from hardware.bench.network.tcp.sockets import (
    DATAGRAM,
    MOST_DATAGRAM,
    STREAM,
    BoardSocket,
    Sockets,
)
from hardware.bench.network.wifi.access_point import AccessPoint
from hardware.bench.network.wifi.radio import JoinRequest, Radio
from hardware.bench.peripherals.peripheral import (
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

FOR_EVER = 255
MASK = bytes((255, 255, 255, 0))
START_NS = 60_000_000
"""Time to switch a radio on; a GUESS."""
SCAN_NS = 2_300_000_000
"""Two rounds of 13 channels; a GUESS near what ESP32 boards show."""
LOST_LOOKUP_NS = 4_200_000_000
"""Time-out of lwIP for a name server: it asks four times."""
WORK_NS = 25_000
"""Time of the network stack for one call, and for each kilobyte; a GUESS."""

KNOWN = (
    frames.CALL_RADIO_STATE,
    frames.CALL_LOOKUP,
    frames.CALL_SOCKET_OPEN,
    frames.CALL_SOCKET_CONNECT,
    frames.CALL_SOCKET_SEND,
    frames.CALL_SOCKET_RECEIVE,
    frames.CALL_SOCKET_CLOSE,
)
"""The calls whose answers the board may know. Who posts one gets no answer."""


class Network(Peripheral):
    """Answers the calls of `network` and `socket`."""

    CALLS = tuple(range(frames.CALL_RADIO_SWITCH, frames.CALL_SOCKET_CLOSE + 1))
    TELLS = True

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self.lan = lan_of(board)
        self.lan.register(board)
        ports = Ports()
        self.radio = self.lan.radios[board] = Radio(self.lan.medium, board, ports, self._changed)
        self.sockets = Sockets(self.lan, ports, self._changed)
        self._loop = Host(ports, LOOPBACK, board=board)
        self._is_new = False
        """Whether the board has not fetched the state of the radio since it changed."""
        self._is_used = False
        """Whether there was a call of a socket since the board was told something: the next one
        comes soon."""
        self._do = {
            frames.CALL_RADIO_SWITCH: self._switch,
            frames.CALL_RADIO_CONNECT: self._join,
            frames.CALL_RADIO_DISCONNECT: self._leave,
            frames.CALL_RADIO_SCAN: self._scan,
            frames.CALL_RADIO_STATE: self._state,
            frames.CALL_RADIO_STATIONS: self._stations,
            frames.CALL_RADIO_OWN: self._own,
            frames.CALL_RADIO_SET: self._set,
            frames.CALL_LOOKUP: self._lookup,
            frames.CALL_SOCKET_OPEN: self._open,
        }
        self._of_socket = {
            frames.CALL_SOCKET_BIND: self._bind,
            frames.CALL_SOCKET_LISTEN: self._listen,
            frames.CALL_SOCKET_ACCEPT: self._accept,
            frames.CALL_SOCKET_CONNECT: self._connect,
            frames.CALL_SOCKET_SEND: self._send,
            frames.CALL_SOCKET_SEND_TO: self._send_to,
            frames.CALL_SOCKET_RECEIVE: self._receive,
            frames.CALL_SOCKET_RECEIVE_FROM: self._receive_from,
        }

    def reset(self) -> None:
        self.sockets.forget()
        self.radio.reset()
        self._set_new(False)
        self._is_used = False

    def call(self, call: Call) -> Answer:
        self._is_used |= call.op >= frames.CALL_LOOKUP
        if (do := self._do.get(call.op)) is not None:
            return do(call)
        if call.op == frames.CALL_SOCKET_CLOSE:
            return Answer(self.sockets.close(call.b), busy_ns=WORK_NS)
        own = self.sockets.get(call.b)
        return self._of_socket[call.op](call, own) if own else Answer(-errno.EBADF)

    def told(self) -> Mapping[int, bytes]:
        told = {}
        if self._is_new:
            told[frames.FLAG_RADIO] = self._packed_state()
        if (joined := self._told_network()) is not None:
            told[frames.FLAG_SOCKETS] = self._packed_sockets(joined)
            self._is_used = False
        return told

    def _told_network(self) -> AccessPoint | None:
        """The network of the station, if the board is told of its sockets now."""
        expects_a_call = self._is_used or self._is_new
        if not expects_a_call or self.radio.own or not self.sockets.are_remote():
            return None
        return self.radio.joined

    def may_be_told(self, call: Call) -> bool:
        return call.op in KNOWN

    def _changed(self) -> None:
        self._set_new(True)

    def _set_new(self, is_new: bool) -> None:
        self._is_new = is_new
        self.board.set_interrupt(frames.CHANNEL_RADIO, is_new)

    # -- the radio ------------------------------------------------------------------------------

    def _switch(self, call: Call) -> Answer:
        if len(call.data) != 6:
            raise BadCallError("a radio without an address")
        if call.b == 0:
            self.radio.mac = call.data
            self.radio.switch(bool(call.c))
        else:
            self.radio.ap_mac = call.data
            self.radio.serve(bool(call.c))
        return Answer(busy_ns=START_NS)

    def _join(self, call: Call) -> Answer:
        request = JoinRequest(*_strings(call.data, 3)) if call.data else None
        self.radio.connect(request)
        return Answer(busy_ns=WORK_NS)

    def _leave(self, call: Call) -> Answer:
        self.radio.disconnect()
        return Answer(busy_ns=WORK_NS)

    def _scan(self, call: Call) -> Answer:
        found = self.radio.visible()
        rows = [
            frames.LAYOUT_ACCESS_POINT.pack(
                len(c.ssid), c.ssid, c.bssid, c.channel, c.rssi, c.security, c.hidden
            )
            for c in found
        ]
        return Answer(len(rows), b"".join(rows), SCAN_NS)

    def _state(self, call: Call) -> Answer:
        self._set_new(False)
        return Answer(0, self._packed_state())

    def _packed_state(self) -> bytes:
        radio = self.radio
        joined = radio.joined
        stations = len(radio.own.members) - 1 if radio.own else 0
        here = (MASK, joined.gateway, joined.gateway) if joined else (bytes(4),) * 3
        bssid, rssi = (joined.bssid, joined.rssi) if joined else (bytes(6), 0)
        return frames.LAYOUT_RADIO.pack(
            radio.state,
            radio.reason,
            rssi,
            radio.channel,
            bssid,
            radio.own is not None,
            stations,
            radio.host.ip,
            *here,
            self.sockets.flags(),
        )

    def _packed_sockets(self, joined: AccessPoint) -> bytes:
        number, received = (
            self.sockets.received(frames.TOLD_RECEIVED) if self._is_new else (0, b"")
        )
        after_ns = self.lan.least_delay_ns(joined)
        head = after_ns, WORK_NS, *self.sockets.rooms(), number, len(received)
        return frames.LAYOUT_SOCKETS.pack(*head) + received

    def _stations(self, call: Call) -> Answer:
        own = self.radio.own
        members = own.members.values() if own else ()
        macs = [host.mac for host in members if host is not self.radio.ap_host]
        return Answer(len(macs), b"".join(macs))

    def _own(self, call: Call) -> Answer:
        name, password = _strings(call.data, 2)
        if call.b > 255:
            raise BadCallError("a channel that no radio has")
        was_on = self.radio.own is not None
        self.radio.serve(False)
        old = self.radio.own_settings
        self.radio.own_settings = AccessPoint(
            name[:32],
            password[:63],
            channel=call.b or old.channel,
            gateway=old.gateway,
            internet=False,
            hidden=bool(call.c >> 8 & 1),
            most=(call.c & 0xFF) + 1,
        )
        self.radio.serve(was_on)
        return Answer(busy_ns=WORK_NS)

    def _set(self, call: Call) -> Answer:
        if call.b == frames.RADIO_TRIES:
            self.radio.tries = -1 if call.c == FOR_EVER else call.c
        elif call.b == frames.RADIO_CHANNEL:
            self.radio.free_channel = call.c & 15
        elif call.b == frames.RADIO_ADDRESS and len(call.data) in (0, 4):
            self.radio.fix(call.data or None)
        else:
            raise BadCallError("an impossible setting of the radio")
        return Answer(busy_ns=WORK_NS)

    def _lookup(self, call: Call) -> Answer:
        joined = self.radio.joined
        name = call.data.decode(errors="replace")
        ip = self.lan.lookup(name)
        wait_ns = WORK_NS
        if name.replace(".", "").isdecimal() or name == "localhost":
            ip = LOOPBACK if name == "localhost" else ip
        elif joined is None:
            ip = None
        else:
            wait_ns += self.lan.delay_ns(self.radio.host, None) * 2
            if not joined.online or wait_ns > LOST_LOOKUP_NS:
                ip, wait_ns = None, LOST_LOOKUP_NS
        if ip is None:
            return Answer(-errno.ENOENT, busy_ns=wait_ns)
        return Answer(0, ip, wait_ns)

    # -- sockets --------------------------------------------------------------------------------

    def _host(self, ip: Address) -> Host | None:
        """The interface for packets to an address; None: there is none."""
        radio = self.radio
        if ip[0] == LOOPBACK[0]:
            return self._loop
        own = radio.own
        if own and ip[:3] == own.gateway[:3]:
            return radio.ap_host
        return radio.host if radio.joined else radio.ap_host if own else None

    def _open(self, call: Call) -> Answer:
        if call.b not in (STREAM, DATAGRAM):
            raise BadCallError("a socket of no kind")
        return Answer(self.sockets.open(call.b), busy_ns=WORK_NS)

    def _bind(self, call: Call, own: BoardSocket) -> Answer:
        return Answer(self.sockets.bind(own, _port(call)), busy_ns=WORK_NS)

    def _listen(self, call: Call, own: BoardSocket) -> Answer:
        return Answer(self.sockets.listen(own, call.c), busy_ns=WORK_NS)

    def _accept(self, call: Call, own: BoardSocket) -> Answer:
        number, ip, port = self.sockets.accept(own)
        peer = frames.LAYOUT_ACCEPTED.pack(ip, port, bool(own.waiting))
        return Answer(number, peer if number >= 0 else b"", WORK_NS)

    def _connect(self, call: Call, own: BoardSocket) -> Answer:
        ip = _address(call.data)
        if (host := self._host(ip)) is None:
            return Answer(-errno.EHOSTUNREACH, busy_ns=WORK_NS)
        return Answer(self.sockets.connect(own, host, ip, _port(call)), busy_ns=WORK_NS)

    def _send(self, call: Call, own: BoardSocket) -> Answer:
        remote = own.remote[0] if own.remote else GATEWAY
        host = own.end.host if own.end else self._host(remote)
        if host is None:
            return Answer(-errno.EHOSTUNREACH, busy_ns=WORK_NS)
        count = self.sockets.send(own, host, call.data)
        room = frames.STATUS_MORE if count >= 0 and own.flags & frames.SOCKET_WRITABLE else 0
        return Answer(count | room, busy_ns=_work_ns(call.data))

    def _send_to(self, call: Call, own: BoardSocket) -> Answer:
        ip, data = _address(call.data[:4]), call.data[4:]
        if (host := self._host(ip)) is None:
            return Answer(-errno.EHOSTUNREACH, busy_ns=WORK_NS)
        count = self.sockets.send_to(own, host, ip, _port(call), data)
        return Answer(count | frames.STATUS_MORE if count >= 0 else count, busy_ns=_work_ns(data))

    def _receive(self, call: Call, own: BoardSocket) -> Answer:
        count, data = self.sockets.receive(own, min(call.c, frames.STATUS_MORE - 1))
        more = frames.STATUS_MORE if count >= 0 and own.flags & frames.SOCKET_READABLE else 0
        return Answer(count | more, data, _work_ns(data))

    def _receive_from(self, call: Call, own: BoardSocket) -> Answer:
        if (came := self.sockets.receive_from(own)) is None:
            return Answer(-errno.EAGAIN, busy_ns=WORK_NS)
        data = came.data[:MOST_DATAGRAM]
        more = frames.STATUS_MORE if own.datagrams else 0
        peer = frames.LAYOUT_PEER.pack(came.source, came.port)
        return Answer(len(data) | more, peer + data, _work_ns(data))


def _strings(data: bytes, count: int) -> list[bytes]:
    """Strings in a row, each a length and its bytes. Nothing may follow them."""
    found, at = [], 0
    for _number in range(count):
        length = data[at] if at < len(data) else 0
        found.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    if at != len(data):
        raise BadCallError("strings that do not fit their lengths")
    return found


def _address(data: bytes) -> Address:
    if len(data) != 4:
        raise BadCallError("an address that is none")
    return data


def _port(call: Call) -> int:
    if call.c > 65535:
        raise BadCallError("a port that there is not")
    return call.c


def _work_ns(data: bytes) -> int:
    return WORK_NS + WORK_NS * len(data) // 1024
