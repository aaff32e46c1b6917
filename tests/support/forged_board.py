"""A board process without an interpreter: it sends the records in its flash, valid or not.

The bench starts it in place of a real port (forged_frames.py). The flash holds a length and acts
of 24 bytes each: a record, its time after the latest time that the board knows, and how to send
it. For a fast start it imports only a few standard modules.
"""

import os
import socket
import struct
import time

ACT = struct.Struct("<BBHIqB7x")
RECORD = struct.Struct("<BBHIQ")
REPLY = struct.Struct("<B3xI10Q")
GRANT = 2
CALL, WAIT = 19, 20
WRITE, ASK, ABSOLUTE, NO_REPLY, STALL, EXIT, RESTART = range(7)
"""How to send an act. WRITE: continue after it. ASK: wait for the answer. ABSOLUTE: with exactly
this time. NO_REPLY: do not wait for a due answer. STALL: stall. EXIT: end with exit code c.
RESTART: start again after the first act."""


class ForgedBoard:
    """Uses the same file descriptors as a board."""

    def __init__(self) -> None:
        self._link = socket.socket(fileno=3)
        length = int.from_bytes(os.pread(4, 4, 0), "little")
        self._acts = os.pread(4, length, 4)
        self._now = 0
        self._unsent = b""

    def play(self) -> None:
        """Send all acts, then wait endlessly, as a board at its prompt does."""
        start, again = 0, True
        while again:
            again = False
            for kind, a, b, c, dt, how in ACT.iter_unpack(self._acts[start:]):
                if how == STALL:
                    self._flush()
                    time.sleep(3600)
                elif how == EXIT:
                    self._flush()
                    os._exit(c & 0xFF)
                elif how == RESTART:
                    start, again = ACT.size, True
                else:
                    self._do(kind, a, b, c, dt, how)
        while True:
            self._do(WAIT, 255, 0, 2**32 - 1, 0, ASK)

    def _do(self, kind: int, a: int, b: int, c: int, dt: int, how: int) -> None:
        t_ns = (dt if how == ABSOLUTE else self._now + dt) % 2**64
        self._now = max(self._now, t_ns) if how != ABSOLUTE else self._now
        self._unsent += RECORD.pack(kind, a, b, c, t_ns)
        if how in (ASK, NO_REPLY) or len(self._unsent) > 65536:
            self._flush()
        if how == ASK:
            self._receive_answer(kind)

    def _flush(self) -> None:
        records, self._unsent = self._unsent, b""
        try:
            self._link.sendall(records)
        except OSError:
            os._exit(0)

    def _receive_answer(self, kind: int) -> None:
        """Read the answer and add the duration of a call, or go to the end of a wait."""
        while True:
            head = self._link.recv(REPLY.size, socket.MSG_WAITALL)
            if len(head) < REPLY.size:
                os._exit(0)
            what, length, *_seen, value, _flags, _pending = REPLY.unpack(head)
            if length:
                self._link.recv(length, socket.MSG_WAITALL)
            if what == GRANT:
                break
        if kind == CALL:
            self._now += value >> 32
        elif kind == WAIT:
            self._now = max(self._now, value)


if __name__ == "__main__":
    ForgedBoard().play()
