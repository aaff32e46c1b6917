"""What comes from a board: checked, counted, kept; and what of it the bench has to deal with."""

from typing import NamedTuple

import numpy as np

from hardware.bench import frames
from hardware.bench.limits import Limits
from hardware.bench.recorder import Recorder
from hardware.bench.records import PACKER, RECORD, SIZE, Records
from hardware.bench.serialline import NO_INTERRUPT
from hardware.bench.trust import REQUESTS, Warden


class Ask(NamedTuple):
    """A request that the board waits with; `free` is the room for serial bytes."""

    t_ns: int
    kind: int
    a: int
    free: int
    interrupt: int


class Fate(NamedTuple):
    """The board is to end, or has ended: when, why, and what exactly.

    `restart` is the reset cause when the board asked for a hard reset itself.
    """

    t_ns: int
    cause: int
    detail: str
    restart: int | None = None


class Intake:
    """The ear of the bench for one board, over all its boots (limits count over all of them)."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self._limits = limits
        self._recorder = recorder
        self._output = 0
        self._batch: list[bytes] = []
        self.bits = 0
        """Word size of the board's build, 32 or 64, once it has said hello."""
        self.version = 0
        self.hard_reset: int | None = None
        """The cause that the board gave, if a hard reset is the last thing that it asked for."""

    def begin(self, min_write_ns: int, now_ns: int) -> None:
        """A board starts now."""
        self.warden = Warden(min_write_ns, now_ns)
        self.version = 0
        self.hard_reset = None
        self._batch.clear()

    def rows(self) -> Records:
        """The records since this was asked last."""
        rows = np.frombuffer(b"".join(self._batch), RECORD)
        self._batch.clear()
        return rows

    def take(self, data: bytes) -> Ask | Fate | None:
        """Takes whole records; the request at their end, or the board's fate."""
        asks = data[-SIZE] in REQUESTS
        body = data[:-SIZE] if asks else data
        fate = self._accept(body) if body else None
        return fate if fate or not asks else self._asked(data[-SIZE:])

    def _asked(self, data: bytes) -> Ask | Fate:
        kind, a, b, c, t_ns = PACKER.unpack(data)
        reason = self.warden.check_request(t_ns)
        if (kind == frames.REC_HELLO) != (self.version == 0):
            reason = "hello is not the first word"
        if reason:
            return Fate(self.warden.last_ns, frames.END_FORGED, reason)
        if kind == frames.REC_HELLO:
            self.version, self.bits = a, c
            return Ask(t_ns, kind, a, 0, NO_INTERRUPT)
        return Ask(t_ns, kind, a, b, c)

    def _accept(self, body: bytes) -> Fate | None:
        """Records behind which the board does not wait."""
        rows = np.frombuffer(body, RECORD)
        offence = self.warden.check(rows)
        rows = rows[: offence.at] if offence else rows
        excess = self._spend(rows)
        self._keep(body, len(rows) if excess is None else excess)
        if excess is not None:
            return Fate(int(rows["t"][excess]), frames.END_OUTPUT, "more output than allowed")
        if offence:
            t_ns = int(rows["t"][-1]) if len(rows) else self.warden.last_ns
            return Fate(t_ns, frames.END_FORGED, offence.reason)
        return None

    def _spend(self, rows: Records) -> int | None:
        """Counts what the records use up; the index of the first that is too much, or None."""
        most = self._limits
        is_text = (rows["kind"] == frames.REC_TX) | (rows["kind"] == frames.REC_EXC)
        text = self._output + np.cumsum(np.where(is_text, rows["a"], 0), dtype=np.int64)
        if most.output_bytes is not None and len(text) and text[-1] > most.output_bytes:
            return int(np.argmax(text > most.output_bytes))
        self._output = int(text[-1]) if len(text) else self._output
        room = len(rows) if most.records is None else most.records - len(self._recorder)
        return max(room, 0) if len(rows) > room else None

    def _keep(self, body: bytes, count: int) -> None:
        data = body[: count * SIZE]
        rows = np.frombuffer(data, RECORD)
        for _kind, state, _b, cause, _t in rows[rows["kind"] == frames.REC_STATE].tolist():
            self.hard_reset = cause if state == frames.STATE_HARD_RESET else None
        self._recorder.take(data)
        self._batch.append(data)
