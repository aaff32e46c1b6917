"""Network notes in a trace: packets, MQTT, ESP-NOW, Bluetooth, WiFi links, services.

A note is the payload of a NOTED record, which has its kind (`NOTE_…` of frames.py).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

from hardware.bench.protocol import frames
from hardware.bench.protocol.payloads import STORED, Payloads
from hardware.bench.protocol.records import Records


class PacketNote(NamedTuple):
    """A packet at its arrival. `kind` is one of PACKETS; addresses are four bytes."""

    t_ns: int
    kind: str
    source: bytes
    source_port: int
    target: bytes
    target_port: int
    payload: bytes
    lost: bool


class MqttNote(NamedTuple):
    """A message at the broker; `kind` is one of MESSAGES.

    For a `connect`, topic, payload, qos and retain are those of the will (empty topic: no will).
    For a `subscribe`, qos is the one that was granted.
    """

    t_ns: int
    client: str
    kind: str
    topic: str = ""
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    dup: bool = False
    keep_alive_s: int = 0
    clean: bool = False


class EspNowNote(NamedTuple):
    """An ESP-NOW message at its sender (`kind` "sent"; `lost`: without acknowledgement) or at its
    receiver ("received")."""

    t_ns: int
    kind: str
    source: bytes
    target: bytes
    payload: bytes
    lost: bool = False


class BleNote(NamedTuple):
    """Bluetooth: a board began to advertise (`kind` "advertise"), a connection of it began or
    ended ("connected", "disconnected": source is the central), or it "sent" or "received" a PDU of
    ATT. Each address has its type: 0 public, 1 random."""

    t_ns: int
    kind: str
    source_type: int
    source: bytes
    target_type: int
    target: bytes
    payload: bytes = b""


class LinkNote(NamedTuple):
    """A board joined an access point or left it. `reason` is a number of ESP-IDF."""

    t_ns: int
    up: bool
    ssid: str
    reason: int = 0


class ServiceNote(NamedTuple):
    """A service on the network got a value: ThingSpeak a field, Telegram a message …"""

    t_ns: int
    service: str
    name: str
    value: str


Note = PacketNote | MqttNote | EspNowNote | BleNote | LinkNote | ServiceNote
N = TypeVar("N", PacketNote, MqttNote, EspNowNote, BleNote, LinkNote, ServiceNote)

PACKETS = ("syn", "refused", "tcp", "fin", "udp")
MESSAGES = (
    *("connect", "refused", "publish", "deliver", "subscribe", "unsubscribe", "disconnect"),
    *("lost", "will", "acked", "dropped", "ack dropped", "broken"),
)
"""connect, refused: a CONNECT was accepted, or not. publish: a client, or the scenario, sent a
message. deliver: the broker sent it to a client. acked: a client sent PUBACK or PUBCOMP.
disconnect: a client sent DISCONNECT. lost: the connection ended without it, by a time-out, or
because another client took the same name. will: the broker published the client's will. dropped,
ack dropped: the scenario made a PUBLISH or its PUBACK disappear. broken: a client sent an invalid
packet."""
DIRECTIONS = ("sent", "received")
BLE_KINDS = ("advertise", "connected", "disconnected", *DIRECTIONS)


def pack(note: Note) -> tuple[int, bytes]:
    """The kind and the bytes of a note, without its time."""
    match note:
        case PacketNote():
            ends = note.source, note.source_port, note.target, note.target_port
            head = frames.LAYOUT_PACKET_NOTE.pack(PACKETS.index(note.kind), note.lost, *ends)
            return frames.NOTE_PACKET, head + note.payload
        case MqttNote():
            return frames.NOTE_MQTT, _pack_mqtt(note)
        case EspNowNote():
            head = frames.LAYOUT_ESPNOW_NOTE.pack(
                DIRECTIONS.index(note.kind), note.lost, note.source, note.target
            )
            return frames.NOTE_ESPNOW, head + note.payload
        case BleNote():
            addresses = note.source_type, note.source, note.target_type, note.target
            head = frames.LAYOUT_BLE_NOTE.pack(BLE_KINDS.index(note.kind), *addresses)
            return frames.NOTE_BLE, head + note.payload
        case ServiceNote():
            service, name = note.service.encode(), note.name.encode()
            head = frames.LAYOUT_SERVICE_NOTE.pack(len(service), len(name))
            return frames.NOTE_SERVICE, head + service + name + note.value.encode()
    return frames.NOTE_LINK, frames.LAYOUT_LINK_NOTE.pack(
        note.up, note.reason
    ) + note.ssid.encode()


def _pack_mqtt(note: MqttNote) -> bytes:
    client, topic = note.client.encode()[:255], note.topic.encode()
    flags = note.qos | note.retain << 2 | note.dup << 3 | note.clean << 4
    kind = MESSAGES.index(note.kind)
    head = frames.LAYOUT_MQTT_NOTE.pack(kind, flags, note.keep_alive_s, len(client), len(topic))
    return head + client + topic + note.payload


def _unpack(kind: int, t_ns: int, data: bytes) -> Note:
    if kind == frames.NOTE_PACKET:
        what, lost, source, from_port, target, to_port = frames.LAYOUT_PACKET_NOTE.unpack_from(
            data
        )
        payload = data[frames.LAYOUT_PACKET_NOTE.size :]
        return PacketNote(
            t_ns, PACKETS[what], source, from_port, target, to_port, payload, bool(lost)
        )
    if kind == frames.NOTE_MQTT:
        return _unpack_mqtt(t_ns, data)
    if kind == frames.NOTE_ESPNOW:
        what, lost, source, target = frames.LAYOUT_ESPNOW_NOTE.unpack_from(data)
        return EspNowNote(
            t_ns,
            DIRECTIONS[what],
            source,
            target,
            data[frames.LAYOUT_ESPNOW_NOTE.size :],
            bool(lost),
        )
    if kind == frames.NOTE_BLE:
        what, from_type, source, to_type, target = frames.LAYOUT_BLE_NOTE.unpack_from(data)
        payload = data[frames.LAYOUT_BLE_NOTE.size :]
        return BleNote(t_ns, BLE_KINDS[what], from_type, source, to_type, target, payload)
    if kind == frames.NOTE_SERVICE:
        return _unpack_service(t_ns, data)
    up, reason = frames.LAYOUT_LINK_NOTE.unpack_from(data)
    return LinkNote(
        t_ns, bool(up), data[frames.LAYOUT_LINK_NOTE.size :].decode(errors="replace"), reason
    )


def _unpack_mqtt(t_ns: int, data: bytes) -> MqttNote:
    what, flags, keep_alive_s, client, topic = frames.LAYOUT_MQTT_NOTE.unpack_from(data)
    start, middle = frames.LAYOUT_MQTT_NOTE.size, frames.LAYOUT_MQTT_NOTE.size + client
    return MqttNote(
        t_ns,
        data[start:middle].decode(errors="replace"),
        MESSAGES[what],
        data[middle : middle + topic].decode(errors="replace"),
        data[middle + topic :],
        flags & 3,
        bool(flags & 4),
        bool(flags & 8),
        keep_alive_s,
        bool(flags & 16),
    )


def _unpack_service(t_ns: int, data: bytes) -> ServiceNote:
    service, name = frames.LAYOUT_SERVICE_NOTE.unpack_from(data)
    start, middle = frames.LAYOUT_SERVICE_NOTE.size, frames.LAYOUT_SERVICE_NOTE.size + service
    texts = data[start:middle], data[middle : middle + name], data[middle + name :]
    return ServiceNote(t_ns, *(text.decode(errors="replace") for text in texts))


def notes(records: Records, payloads: Payloads, kind: type[N]) -> list[N]:
    """The notes of one type, in order."""
    found: Iterator[Any] = _all(records, payloads, _KINDS[kind])
    return list(found)


_KINDS: dict[type, int] = {
    PacketNote: frames.NOTE_PACKET,
    MqttNote: frames.NOTE_MQTT,
    EspNowNote: frames.NOTE_ESPNOW,
    BleNote: frames.NOTE_BLE,
    LinkNote: frames.NOTE_LINK,
    ServiceNote: frames.NOTE_SERVICE,
}


def _all(records: Records, payloads: Payloads, wanted: int) -> Iterator[Note]:
    noted = records["kind"] == frames.REC_NOTED | STORED
    for row in records[noted & (records["a"] == wanted)].tolist():
        yield _unpack(wanted, row[4], payloads.get(row[3]).data)
