"""Arguments and bytes for every call of the table, most of them right or nearly so, by chance."""

import random
import struct
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import names_of

CALLS = tuple(names_of("CALL_"))
EDGES = (0, 1, 2, 3, 7, 63, 64, 127, 128, 200, 255)
WIDE = (0, 1, 2, 255, 256, 4095, 32767, 32768, 65535)
HUGE = (0, 1, 9600, 115_200, 400_000, 10**6, 40_000_000, 10**9, 2**31, 2**32 - 1)
SERVERS = (b"\x0a\x0d\x26\x01", b"\x0a\x0d\x25\x01", b"\x7f\0\0\x01", b"\xff\xff\xff\xff",
           b"\xa9\xfe\xa9\xfe", b"\x0a\x0d\x25\x02", b"\x0a\x0d\x25\xff")  # fmt: skip
PORTS = (0, 53, 80, 123, 1883, 49152, 65535)


class CallOf(NamedTuple):
    """The arguments and the bytes of a call."""

    b: int
    c: int
    data: bytes = b""


class CallForger:
    """Makes them from somebody's chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def arguments(self, op: int) -> CallOf:
        """For a call (`CALL_…` of frames.py), known or not."""
        chance = self._chance
        if chance.random() < 0.03 or (make := self._KNOWN.get(op)) is None:
            size = chance.choice((0, 0, 1, 4, 6, 16, 17, 300, 32_768))
            return CallOf(chance.choice(WIDE), chance.choice(HUGE), chance.randbytes(size))
        return make(self)

    def _i2c(self) -> CallOf:
        chance = self._chance
        pins = chance.choice((22 | 21 << 8, 22 | 21 << 8, 21 | 22 << 8, 32 | 33 << 8, 0xFFFF))
        address = chance.choice((0x3C, 0x68, 0x77, 0x27, 0x69, 0, 127, chance.randrange(256)))
        count = chance.choice((0, 1, 6, 300, 32_768, 65_535))
        data = chance.randbytes(chance.choice((0, 1, 2, 3, 20, 1025)))
        bits = chance.choice((3, 7, 5, 1, 2, 35, 39, chance.randrange(256)))
        return CallOf(pins, self._hz(), bytes((bits, address)) + struct.pack("<H", count) + data)

    def _spi(self) -> CallOf:
        chance = self._chance
        pins = chance.choice((b"\x12\x17\x13", b"\x12\x17\xff", bytes(chance.choices(EDGES, k=3))))
        data = chance.randbytes(chance.choice((0, 1, 6, 20, 300)))
        return CallOf(chance.choice((8, 9, 15, chance.randrange(65_536))), self._hz(), pins + data)

    def _hz(self) -> int:
        return self._chance.choice((1, 10_000, 100_000, 400_000, self._chance.choice(HUGE)))

    def _uart(self) -> CallOf:
        chance = self._chance
        pins = (chance.choice((32, 33, 255, 64)), chance.choice((32, 33, 255, 12)))
        rest = (chance.choice((8, 8, 5, 15)), chance.randrange(3), chance.choice((1, 2, 3)))
        baud = chance.choice((0, 1, 9600, 115_200, 10_000_000, 20_000_000))
        return CallOf(chance.randrange(5), baud, bytes((*pins, *rest, chance.randrange(4))))

    def _bits(self) -> CallOf:
        chance = self._chance
        timing = chance.choice(((400, 850, 800, 450), (0, 0, 0, 0), chance.choices(HUGE, k=4)))
        data = chance.randbytes(chance.choice((0, 3, 48, 5000)))
        return CallOf(chance.choice((13, 13, *EDGES)), 0, struct.pack("<4I", *timing) + data)

    def _bytes(self, *sizes: int) -> CallOf:
        chance = self._chance
        data = chance.randbytes(chance.choice(sizes))
        return CallOf(chance.choice((0, 1, 2, 3, 15, 16)), chance.choice(HUGE), data)

    def _strings(self, count: int) -> CallOf:
        chance = self._chance
        names = (b"Wokwi-GUEST", b"", b"own", b"\xff\xfe", b"x" * 255)
        data = b"".join(bytes((len(name),)) + name for name in chance.choices(names, k=count))
        return CallOf(chance.choice((0, 1, 13, 255, 300)), chance.choice((0, 2, 260, 65535)), data)

    def _place(self, more: int = 0) -> CallOf:
        chance = self._chance
        data = chance.choice(SERVERS) + chance.randbytes(chance.choice((0, more)))
        return CallOf(chance.randrange(4), chance.choice((*PORTS, 70_000)), data)

    def _name(self) -> CallOf:
        names = ("broker.warsha", "pool.ntp.org", "localhost", "127.0.0.1", "1.2.3.999", "",
                 "a" * 999, "٣.٣.٣.٣", "169.254.169.254", ".", "\0", "٣")  # fmt: skip
        return CallOf(0, 0, self._chance.choice(names).encode())

    _KNOWN: ClassVar[dict[int, Callable[["CallForger"], CallOf]]] = {
        frames.CALL_I2C: _i2c,
        frames.CALL_SPI: _spi,
        frames.CALL_UART_SETUP: _uart,
        frames.CALL_UART_WRITE: lambda self: self._bytes(0, 1, 40, 3000)._replace(
            b=self._chance.randrange(4)
        ),
        frames.CALL_BITSTREAM: _bits,
        frames.CALL_RADIO_SWITCH: lambda self: self._bytes(6),
        frames.CALL_RADIO_CONNECT: lambda self: self._strings(3),
        frames.CALL_RADIO_OWN: lambda self: self._strings(2),
        frames.CALL_RADIO_SET: lambda self: self._bytes(0, 0, 4),
        frames.CALL_LOOKUP: _name,
        frames.CALL_SOCKET_OPEN: lambda self: CallOf(self._chance.randrange(1, 3), 0),
        frames.CALL_SOCKET_BIND: _place,
        frames.CALL_SOCKET_LISTEN: _place,
        frames.CALL_SOCKET_CONNECT: _place,
        frames.CALL_SOCKET_SEND: lambda self: self._bytes(0, 1, 1500, 9000),
        frames.CALL_SOCKET_SEND_TO: lambda self: self._place(1000),
        frames.CALL_AIR_SEND: lambda self: self._bytes(6, 7, 100, 256),
    }
    """The others get any bytes."""
