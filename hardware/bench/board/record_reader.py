"""What comes from a board: checked, counted, kept; and what of it the bench has to deal with."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hardware.bench.board import end_reason
from hardware.bench.board.record_validation import REQUESTS, RecordValidator
from hardware.bench.board.serial_input import NO_INTERRUPT
from hardware.bench.events import NEVER
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import PACKER, RECORD, SIZE, Records, Row, among, unpack_text
from hardware.bench.trace.recorder import Recorder

FEW = 48
"""Up to so many records, Python is quicker record by record than numpy at once."""
TEXTS = (frames.REC_TX, frames.REC_EXC)
RECORDED = (frames.REC_HELLO, frames.REC_CALL, frames.REC_ADC)
"""Requests that leave something in the trace."""
WORDS = (32, 64)
"""Bits of a build."""


class Request(NamedTuple):
    """A request that the board waits with: the fields of its record.

    Of a CALL they mean what the call says; of the others `b` is the room for serial bytes, `c` the
    interrupt character.
    """

    t_ns: int
    kind: int
    a: int
    b: int
    c: int


class Termination(NamedTuple):
    """The board is to end, or has ended: when, why, and what exactly."""

    t_ns: int
    cause: int
    detail: str


class RecordReader:
    """The ear of the bench for one board, over all its boots (limits count over all of them)."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self._limits = limits
        self._most_output = NEVER if limits.output_bytes is None else limits.output_bytes
        self._recorder = recorder
        self._output = 0
        self._batch: list[bytes] = []
        self._kept = 0
        """Records in the batch: a long-lived trace forgets, but not what waits for its time."""
        self.said: Callable[[bytes], None] | None = None
        """Gets the serial output as it comes in, ahead of virtual time."""
        self.bits = 0
        """Word size of the board's build, 32 or 64, once it has said hello."""
        self.version = 0
        self.again = False
        """The board resets itself: it says hello anew."""

    def begin(self, min_write_ns: int, now_ns: int) -> None:
        """A board starts now."""
        self.warden = RecordValidator(min_write_ns, now_ns)
        self.version = 0
        self.again = False
        self.batch()

    def batch(self) -> bytes:
        """The records since this was asked last."""
        data = b"".join(self._batch)
        self._batch.clear()
        self._kept = 0
        return data

    def take(self, data: bytes) -> Request | Termination | None:
        """Takes whole records; the request at their end, or the board's fate."""
        asks = data[-SIZE] in REQUESTS
        body = data[:-SIZE] if asks else data
        fate = self._accept(body) if body else None
        return fate if fate or not asks else self._asked(data[-SIZE:])

    def _asked(self, data: bytes) -> Request | Termination:
        row: Row = PACKER.unpack(data)
        kind, a, b, c, t_ns = row
        reason = self.warden.check_request(row)
        hello = kind == frames.REC_HELLO
        if (self.version == 0 and not hello) or (hello and self.version and not self.again):
            reason = "hello is not the first word"
        elif hello and (c not in WORDS or self.version not in (0, a)):
            reason = "hello of another board"
        if reason:
            return Termination(self.warden.last_ns, frames.END_FORGED, reason)
        if kind in RECORDED and self._room() <= 0:
            return Termination(t_ns, frames.END_OUTPUT, end_reason.OUTPUT)
        if hello:
            self.version, self.bits = a, c
            return Request(t_ns, kind, a, 0, NO_INTERRUPT)
        if kind == frames.REC_CALL:
            self._recorder.take(data)
        return Request(t_ns, kind, a, b, c)

    def _accept(self, body: bytes) -> Termination | None:
        """Records behind which the board does not wait."""
        if len(body) > FEW * SIZE:
            return self._accept_many(body)
        room = self._room()
        for index, row in enumerate(PACKER.iter_unpack(body)):
            kind, a, _b, _c, t_ns = row
            if reason := self.warden.check(row):
                return self._cut(body, index, frames.END_FORGED, reason)
            self._output += a if kind in TEXTS else 0
            if self._output > self._most_output or index >= room:
                return self._cut(body, index, frames.END_OUTPUT, end_reason.OUTPUT, t_ns)
            if kind == frames.REC_STATE:
                self._state(a)
        self._keep(body)
        return None

    def _accept_many(self, body: bytes) -> Termination | None:
        """The same at once."""
        rows = np.frombuffer(body, RECORD)
        offence = self.warden.check_all(rows)
        rows = rows[: offence.at] if offence else rows
        states = rows[rows["kind"] == frames.REC_STATE]
        for state in states["a"].tolist():
            self._state(state)
        excess = self._spend(rows)
        if excess < len(rows):
            t_ns = int(rows["t"][excess])
            return self._cut(body, excess, frames.END_OUTPUT, end_reason.OUTPUT, t_ns)
        if offence:
            return self._cut(body, offence.at, frames.END_FORGED, offence.reason)
        self._keep(body)
        return None

    def _spend(self, rows: Records) -> int:
        """Counts what the records use up; the index of the first too many, or their count."""
        text = np.where(among(rows["kind"], TEXTS), rows["a"], 0)
        output = self._output + np.cumsum(text, dtype=np.int64)
        self._output = int(output[-1]) if len(output) else self._output
        fit = int(np.searchsorted(output, self._most_output, side="right"))
        return max(0, min(fit, self._room()))

    def _room(self) -> int:
        """How many more records fit into the trace."""
        most = self._limits.records
        return NEVER if most is None else most - max(len(self._recorder), self._kept)

    def _cut(
        self, body: bytes, count: int, cause: int, detail: str, t_ns: int | None = None
    ) -> Termination:
        """Keeps the records before the one that ends the board."""
        self._keep(body[: count * SIZE])
        return Termination(self.warden.last_ns if t_ns is None else t_ns, cause, detail)

    def _state(self, state: int) -> None:
        self.again = state == frames.STATE_HARD_RESET

    def _keep(self, body: bytes) -> None:
        self._recorder.take(body)
        self._batch.append(body)
        self._kept += len(body) // SIZE
        if self.said and (text := _text_of(np.frombuffer(body, RECORD))):
            self.said(text)


def _text_of(rows: Records) -> bytes:
    """The serial output in records."""
    return unpack_text(rows[rows["kind"] == frames.REC_TX])[0]
