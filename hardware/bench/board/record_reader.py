"""Reads the records of a board: they are checked, counted against the limits, and kept for the
trace."""

import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, final

import numpy as np

from hardware.bench.board import end_reason
from hardware.bench.board.record_validation import REQUESTS, RecordValidator
from hardware.bench.board.serial_input import NO_INTERRUPT
from hardware.bench.events import NEVER
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import PACKER, RECORD, SIZE, Records, Row, among, unpack_text
from hardware.bench.trace.recorder import Recorder

FEW = 64
"""Up to this many records, a loop in Python is faster than numpy."""
TEXTS = (frames.REC_TX, frames.REC_EXC, frames.REC_GIVEN)
NOT_IN_TRACE = re.compile(bytes((ord("["), frames.REC_POSTED, frames.REC_READING, ord("]"))))
"""Finds, by their kinds, the records that are not in the trace as they are."""
RECORDED = (frames.REC_HELLO, frames.REC_CALL, frames.REC_ADC)
"""Requests that leave something in the trace."""


@final
class Request:
    """A request for whose answer the board waits: the fields of its record.

    In a CALL, `a`, `b`, `c` and `data` belong to the call. In other requests `b` is the room for
    serial bytes and `c` the interrupt character (in a WAIT `a` is that character, and `c` the
    time).
    """

    def __init__(self, t_ns: int, kind: int, a: int, b: int, c: int, data: bytes = b"") -> None:
        self.t_ns = t_ns
        self.kind, self.a, self.b, self.c = kind, a, b, c
        self.data = data


class Termination(NamedTuple):
    """The board has to end, or has ended: when, the cause (`END_…`), and the details."""

    t_ns: int
    cause: int
    detail: str


class RecordReader:
    """Reads the records of one board, over all its boots (limits count over all of them)."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self._limits = limits
        self._most_output = NEVER if limits.output_bytes is None else limits.output_bytes
        self._most_payload = NEVER if limits.payload_bytes is None else limits.payload_bytes
        self._most_set_ups = NEVER if limits.set_ups is None else limits.set_ups
        self._recorder = recorder
        self._set_ups = 0
        """Changes of modes so far."""
        self._output = 0
        """Bytes of text so far."""
        self._batch: list[bytes] = []
        self._kept = 0
        """Records in the batch. A long-lived trace drops old records, but not these."""
        self.on_output: Callable[[bytes], None] | None = None
        """Gets the serial output when it comes in, ahead of virtual time."""
        self.posted: deque[bytes] = deque()
        """The bytes of the POSTED calls that have come, until the bench does them."""
        self.bits = 0
        """The word size of the board's build, 32 or 64, once it has said hello."""
        self.validator: RecordValidator

    def begin(self, min_write_ns: int, now_ns: int) -> None:
        """A board starts now."""
        self.validator = RecordValidator(min_write_ns, now_ns)
        self.posted.clear()
        self.batch()

    def batch(self) -> bytes:
        """The records since the last call of this method."""
        data = b"".join(self._batch)
        self._batch.clear()
        self._kept = 0
        return data

    def take(self, data: bytes) -> Request | Termination | None:
        """Takes whole records. Returns the request at their end, or why the board has to end."""
        asks = data[-SIZE] in REQUESTS
        body = data[:-SIZE] if asks else data
        end = self._accept(body) if body else None
        return end if end or not asks else self._accept_request(data[-SIZE:])

    def _accept_request(self, data: bytes) -> Request | Termination:
        row: Row = PACKER.unpack(data)
        kind, a, b, c, t_ns = row
        if reason := self.validator.check_request(row):
            return Termination(self.validator.last_ns, frames.END_FORGED, reason)
        if kind in RECORDED and self._room() <= 0:
            return self._too_many(t_ns)
        if kind == frames.REC_HELLO:
            self.bits = c
            return Request(t_ns, kind, a, 0, NO_INTERRUPT)
        if kind == frames.REC_CALL:
            sent = self._recorder.take_call(row)
            return self._too_much(t_ns) or Request(t_ns, kind, a, b, c, sent)
        return Request(t_ns, kind, a, b, c)

    def _accept(self, body: bytes) -> Termination | None:
        """Records after which the board does not wait."""
        if len(body) > FEW * SIZE and self._accept_all(np.frombuffer(body, RECORD)):
            return self._keep(body)
        room = self._room()
        for index, row in enumerate(PACKER.iter_unpack(body)):
            kind, a, _b, _c, t_ns = row
            if reason := self.validator.check(row):
                return self._cut(body, index, self.validator.last_ns, frames.END_FORGED, reason)
            self._output += a if kind in TEXTS else 0
            if self._output > self._most_output:
                return self._cut(body, index, t_ns, frames.END_OUTPUT, end_reason.OUTPUT)
            if index >= room:
                return self._cut(body, index, *self._too_many(t_ns))
            self._set_ups += kind == frames.REC_MODE
            if self._set_ups > self._most_set_ups:
                detail = end_reason.SET_UPS.format(n=self._limits.set_ups)
                return self._cut(body, index, t_ns, frames.END_RECORDS, detail)
        return self._keep(body)

    def _accept_all(self, rows: Records) -> bool:
        """The quick way for a large batch without an error: counts it; False if it has one."""
        kinds = rows["kind"].tobytes()
        text, set_ups = 0, kinds.count(frames.REC_MODE)
        if any(kind in kinds for kind in TEXTS):
            text = int(rows["a"][among(rows["kind"], TEXTS)].sum(dtype=np.int64))
        fits = self._output + text <= self._most_output and len(rows) <= self._room()
        fits = fits and self._set_ups + set_ups <= self._most_set_ups
        if not fits or not self.validator.all_valid(rows):
            return False
        self._output += text
        self._set_ups += set_ups
        return True

    def take_text(self, data: bytes, t_ns: int) -> bytes:
        """Takes text that is in no record of the board. It counts as what the board prints does.
        Returns what there is room for."""
        taken = data[: max(0, self._most_output - self._output)]
        self._output += len(taken)
        self._recorder.note_text(frames.REC_TX, taken, t_ns)
        if self.on_output:
            self.on_output(taken)
        return taken

    def _too_many(self, t_ns: int) -> Termination:
        most = self._recorder.largest_share()
        detail = end_reason.RECORDS.format(
            n=self._limits.records, percent=most.percent, what=most.name
        )
        return Termination(t_ns, frames.END_RECORDS, detail)

    def _too_much(self, t_ns: int) -> Termination | None:
        """The end, if calls have sent more bytes than they may."""
        if self._recorder.payload_bytes <= self._most_payload:
            return None
        detail = end_reason.PAYLOADS.format(n=self._limits.payload_bytes)
        return Termination(t_ns, frames.END_RECORDS, detail)

    def _room(self) -> int:
        """How many more records fit into the trace."""
        most = self._limits.records
        return NEVER if most is None else most - max(len(self._recorder), self._kept)

    def _cut(self, body: bytes, count: int, t_ns: int, cause: int, detail: str) -> Termination:
        """Keeps the records before the one that ends the board."""
        return self._keep(body[: count * SIZE]) or Termination(t_ns, cause, detail)

    def _keep(self, body: bytes) -> Termination | None:
        """Keeps records. Returns the end, if a call among them ends the board: then those after it
        are not kept."""
        count, end = self._pass_on(body)
        body = body[: count * SIZE]
        self._batch.append(body)
        self._kept += count
        if self.on_output and (text := _text_of(np.frombuffer(body, RECORD))):
            self.on_output(text)
        return end

    def _pass_on(self, body: bytes) -> tuple[int, Termination | None]:
        """Passes records on to the trace, where POSTED is a CALL like any other. In the place of
        READING the bench notes what the ADC reads. Returns how many, and the end, if one of them
        ends the board."""
        kinds, done = body[::SIZE], 0
        while (found := NOT_IN_TRACE.search(kinds, done)) is not None:
            index = found.start()
            self._recorder.take(body[done * SIZE : index * SIZE])
            kind, op, b, c, t_ns = PACKER.unpack_from(body, index * SIZE)
            done = index + 1
            if kind == frames.REC_READING:
                continue
            self.posted.append(self._recorder.take_call((frames.REC_CALL, op, b, c, t_ns)))
            if (end := self._too_much(t_ns)) is not None:
                return done, end
        self._recorder.take(body[done * SIZE :])
        return len(kinds), None


def _text_of(rows: Records) -> bytes:
    """The serial output in records."""
    return unpack_text(rows[rows["kind"] == frames.REC_TX])[0]
