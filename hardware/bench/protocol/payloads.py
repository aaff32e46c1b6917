"""Payloads: the bytes of calls, answers and notes of a trace, apart from its records.

A board sends the bytes of a call as DATA records of up to six bytes each, and then the CALL. So
it is with the ANSWER before a RESULT and the NOTE before a NOTED. A trace keeps one record in
place of all these. Its kind is that of the last one with `STORED`, and its field c the number of a
payload: the bytes, and the field c that the last one had. Equal payloads are stored once, because
a program sends the same commands and pictures to a display again and again."""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from hardware.bench.protocol import frames
from hardware.bench.protocol.packed_bytes import PackedBytes
from hardware.bench.protocol.records import PACKER, Records, Times, pack_text

Bytes = npt.NDArray[np.uint8]

STORED = 128
"""In the kind of a record: its bytes are a payload."""
TEXTS = {
    frames.REC_CALL: frames.REC_DATA,
    frames.REC_RESULT: frames.REC_ANSWER,
    frames.REC_NOTED: frames.REC_NOTE,
}
"""By the kind of the last record: the kind of those before it, which have the bytes."""
MOST_KNOWN = 4_000_000
"""Bytes that the payloads take with which a new one is compared."""
KNOWN_BYTES = 150
"""What Python takes for one of these, besides its bytes."""
EXPANDED_AT_ONCE = 4096
"""Records that are expanded at a time: each may stand for thousands."""
_FIELD = struct.Struct("<I")


class Payload(NamedTuple):
    """The bytes before a record, and its field c."""

    c: int
    data: bytes


class Payloads:
    """The payloads of a trace by their numbers. They are never changed, only added."""

    def __init__(self) -> None:
        self._packed = PackedBytes()
        self._known: dict[bytes, int] = {}
        self._known_bytes = 0

    @property
    def size(self) -> int:
        """The bytes that all of them take."""
        return self._packed.size

    def number_of(self, c: int, data: bytes) -> int:
        """Stores a payload, or finds an equal one."""
        whole = _FIELD.pack(c) + data
        number = self._known.get(whole)
        if number is None:
            taken = KNOWN_BYTES + len(whole)
            if self._known_bytes + taken > MOST_KNOWN:
                self._known.clear()
                self._known_bytes = 0
            self._known_bytes += taken
            number = self._known[whole] = self._packed.add(whole)
        return number

    def get(self, number: int) -> Payload:
        """The payload with a number."""
        whole = self._packed.get(number)
        return Payload(_FIELD.unpack_from(whole)[0], whole[_FIELD.size :])

    def sizes(self) -> Times:
        """How many bytes each takes, about: they are packed together."""
        lengths = self._packed.lengths()
        sizes: Times = lengths * self.size // max(1, int(lengths.sum()))
        return sizes

    def only(self, numbers: Times) -> tuple[Self, Times]:
        """Those with these numbers alone, and the new number of each old one."""
        used = np.zeros(len(self._packed), np.bool_)
        used[numbers] = True
        kept = type(self)()
        for number in np.flatnonzero(used).tolist():
            kept._packed.add(self._packed.get(number))
        return kept, np.cumsum(used) - 1

    def expanded(self, records: Records) -> Iterator[bytes]:
        """Records as the board and the bench sent them, in pieces."""
        for start in range(0, len(records), EXPANDED_AT_ONCE):
            yield self._expand(np.ascontiguousarray(records[start : start + EXPANDED_AT_ONCE]))

    def _expand(self, rows: Records) -> bytes:
        pieces, done = [], 0
        for index in np.flatnonzero(rows["kind"] & STORED).tolist():
            kind, a, b, number, t_ns = rows[index].item()
            c, data = self.get(number)
            pieces.append(rows[done:index].tobytes())
            pieces.append(pack_text(TEXTS[kind - STORED], data, t_ns))
            pieces.append(PACKER.pack(kind - STORED, a, b, c, t_ns))
            done = index + 1
        return b"".join([*pieces, rows[done:].tobytes()])

    def columns(self) -> tuple[Bytes, Times]:
        """All of them, one behind the other, and where each ends."""
        whole = b"".join(map(self._packed.get, range(len(self._packed))))
        return np.frombuffer(whole, np.uint8), np.cumsum(self._packed.lengths())

    @classmethod
    def of_columns(cls, whole: Bytes, ends: Times) -> Self:
        """What `columns` gave."""
        made = cls()
        for start, end in pairwise([0, *ends.tolist()]):
            made._packed.add(whole[start:end].tobytes())
        return made
