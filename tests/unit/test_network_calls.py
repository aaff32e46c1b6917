"""A compromised board cannot harm the network of its bench; it can only end itself."""

import random

import pytest

from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.events import NEVER
from hardware.bench.network.lan import lan_of
from hardware.bench.network.mqtt.packets import MOST_BYTES, MqttError, Reader
from hardware.bench.peripherals.ble import Ble
from hardware.bench.peripherals.espnow import EspNow
from hardware.bench.peripherals.network import Network
from hardware.bench.peripherals.peripheral import (
    LEAST_STATUS,
    MOST_STATUS,
    BadCallError,
    Call,
    Peripheral,
)
from hardware.bench.protocol import frames
from hardware.bench.trace.recorder import Recorder

MS = 1_000_000
OPS = (*Network.CALLS, *EspNow.CALLS)
JOIN = b"\x0bWokwi-GUEST\x00\x00"
PLACES = [bytes((10, 13, 37, 1)), bytes((10, 13, 38, 1)), b"\x7f\0\0\1", b"\xff" * 4, bytes(4)]


class Place(StillWorld):
    """The bench of one board, with a clock only."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.recorder = Recorder()

    def set_interrupt(self, channel: int, pending: bool) -> None:
        """No answer is read."""

    def noticed_after(self, wire_ns: int = NEVER, radio_ns: int = NEVER) -> None:
        """There is no other board."""


def call(device: Peripheral, op: int, b: int, c: int, data: bytes) -> None:
    """Make a call as the bench does. It gives an answer within bounds, or ends the board."""
    try:
        answer = device.call(Call(op, b, c, data, 0))
    except BadCallError:
        return
    assert LEAST_STATUS <= answer.status <= MOST_STATUS
    assert len(answer.data) <= 32 * 1024
    assert 0 <= answer.busy_ns < 2**32


@pytest.mark.parametrize("seed", range(20))
def test_any_call_has_an_answer_within_bounds(seed: int) -> None:
    chance = random.Random(seed)
    place = Place(seed)
    radio, espnow = Network(place), EspNow(place)  # type: ignore[arg-type]
    call(radio, frames.CALL_RADIO_SWITCH, 0, 1, b"\x02\0\0\0\0\1")
    call(radio, frames.CALL_RADIO_CONNECT, 0, 0, JOIN)
    place.run(3000 * MS)
    assert radio.radio.joined
    for _ in range(1500):
        op = chance.choice(OPS)
        b = chance.choice((0, 1, 2, 3, chance.randrange(20), chance.randrange(65536)))
        c = chance.choice((0, 1, 80, 123, 1883, 5000, chance.randrange(2**32)))
        data = chance.randbytes(chance.choice((0, 4, 6, 30, chance.randrange(3000))))
        if chance.random() < 0.7:
            data = chance.choice(PLACES) + data
        if op == frames.CALL_RADIO_DISCONNECT:
            data = JOIN
            op = frames.CALL_RADIO_CONNECT
        call(espnow if op >= frames.CALL_ESPNOW_SWITCH else radio, op, b, c, data)
        if chance.random() < 0.3:
            place.run(place.now_ns + chance.randrange(20 * MS))
    radio.reset()
    espnow.reset()
    place.run(place.now_ns + 100_000 * MS)


def bluetooth_bytes(chance: random.Random, op: int, own: int) -> bytes:
    """The bytes of a call as a board makes it, or others."""
    other = bytes((0, 2, 0, 0, 0, 0, 2 - own))
    usual = {
        frames.CALL_BLE_SWITCH: bytes((0, 2, 0, 0, 0, 0, 1 + own)),
        frames.CALL_BLE_ADVERTISE: b"\x03\x02\x01\x06\x00",
        frames.CALL_BLE_SCAN: frames.LAYOUT_BLE_SCAN.pack(chance.choice((0, 500)), 30_000, 20_000),
        frames.CALL_BLE_CONNECT: other + chance.choice((b"\x18\0", b"\0\0", b"\xff\xff")),
        frames.CALL_BLE_SEND: chance.randbytes(chance.choice((1, 20, 1017, 1018))),
    }
    data = usual.get(op, b"")
    return data if chance.random() < 0.9 else chance.randbytes(chance.randrange(40))


@pytest.mark.parametrize("seed", range(20))
def test_any_bluetooth_call_has_an_answer_within_bounds(seed: int) -> None:
    chance = random.Random(seed)
    place = Place(seed)
    devices = [Ble(place) for _ in range(2)]  # type: ignore[arg-type]
    for _ in range(2000):
        own = chance.randrange(2)
        op = chance.choice(Ble.CALLS)
        if op == frames.CALL_BLE_SWITCH and chance.random() < 0.8:
            op = frames.CALL_BLE_SEND
        b = chance.choice((0, 1, 2, 3, 256, chance.randrange(65536)))
        c = chance.choice((0, 1, 300, 20_000, 4000, chance.randrange(2**32)))
        call(devices[own], op, b, c, bluetooth_bytes(chance, op, own))
        if chance.random() < 0.3:
            place.run(place.now_ns + chance.randrange(60 * MS))
        if chance.random() < 0.002:
            devices[own].reset()
    for device in devices:
        device.reset()
    place.run(place.now_ns + 10_000 * MS)


@pytest.mark.parametrize("seed", range(20))
def test_any_bytes_to_the_broker(seed: int) -> None:
    chance = random.Random(seed)
    place = Place(seed)
    radio = Network(place)  # type: ignore[arg-type]
    call(radio, frames.CALL_RADIO_SWITCH, 0, 1, b"\x02\0\0\0\0\1")
    call(radio, frames.CALL_RADIO_CONNECT, 0, 0, JOIN)
    place.run(3000 * MS)
    hello = b"\x10\x0d\0\4MQTT\4\2\0\0\0\1a"
    for number in range(12):
        call(radio, frames.CALL_SOCKET_OPEN, 1, 0, b"")
        call(radio, frames.CALL_SOCKET_CONNECT, 0, 1883, PLACES[number % 2])
        place.run(place.now_ns + 50 * MS)
        call(radio, frames.CALL_SOCKET_SEND, 0, 0, hello if chance.random() < 0.8 else b"")
        for _ in range(20):
            first = bytes((chance.choice((0x30, 0x32, 0x34, 0x82, 0xA2, 0x40, 0x62, 0xC0)),))
            body = chance.randbytes(chance.randrange(60))
            if chance.random() < 0.5:
                body = b"\0\1\0\1a" + body[: chance.randrange(8)]
            call(radio, frames.CALL_SOCKET_SEND, 0, 0, first + bytes((len(body),)) + body)
            place.run(place.now_ns + 20 * MS)
        call(radio, frames.CALL_SOCKET_CLOSE, 0, 0, b"")
        place.run(place.now_ns + 100 * MS)
    lan_of(place).broker.publish("still/there", b"1", retain=True)
    assert lan_of(place).broker.retained("still/#")


def test_a_packet_longer_than_allowed_is_refused_by_its_length() -> None:
    reader = Reader()
    size = MOST_BYTES + 1
    digits = bytes((size & 127 | 128, size >> 7 & 127 | 128, size >> 14))
    with pytest.raises(MqttError, match="32 KiB"):
        list(reader.feed(b"\x30" + digits))
    with pytest.raises(MqttError, match="four bytes"):
        list(Reader().feed(b"\x30\xff\xff\xff\xff"))
