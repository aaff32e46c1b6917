"""A board process without an interpreter: it sends what its flash holds, whatever that is.

The bench starts it in place of a real port (forgeries.py). The flash holds a length and acts, 24
bytes each: a record whose time counts from the latest one that the impostor knows of, and how it
is said. It imports nothing of ours, and nothing that is slow.
"""

import os
import socket
import struct
import time

ACT = struct.Struct("<BBHIqB7x")
RECORD = struct.Struct("<BBHIQ")
REPLY = struct.Struct("<B3xI8Q")
GRANT = 2
CALL, WAIT = 19, 20
WRITE, ASK, ABSOLUTE, DEAF, HANG, DIE, AGAIN = range(7)
"""How: behind, and go on; and wait for the answer; at that very time; without waiting for the
answer it owes; stall; end with code c; begin anew behind the first act."""


class Impostor:
    """Speaks over the descriptors that a board has."""

    def __init__(self) -> None:
        self._link = socket.socket(fileno=3)
        length = int.from_bytes(os.pread(4, 4, 0), "little")
        self._acts = os.pread(4, length, 4)
        self._now = 0
        self._unsent = b""

    def play(self) -> None:
        """All acts, then waits for ever as a board at its prompt does."""
        start, again = 0, True
        while again:
            again = False
            for kind, a, b, c, dt, how in ACT.iter_unpack(self._acts[start:]):
                if how == HANG:
                    self._flush()
                    time.sleep(3600)
                elif how == DIE:
                    self._flush()
                    os._exit(c & 0xFF)
                elif how == AGAIN:
                    start, again = ACT.size, True
                else:
                    self._do(kind, a, b, c, dt, how)
        while True:
            self._do(WAIT, 255, 0, 2**32 - 1, 0, ASK)

    def _do(self, kind: int, a: int, b: int, c: int, dt: int, how: int) -> None:
        t_ns = (dt if how == ABSOLUTE else self._now + dt) % 2**64
        self._now = max(self._now, t_ns) if how != ABSOLUTE else self._now
        self._unsent += RECORD.pack(kind, a, b, c, t_ns)
        if how in (ASK, DEAF) or len(self._unsent) > 65536:
            self._flush()
        if how == ASK:
            self._hear(kind)

    def _flush(self) -> None:
        records, self._unsent = self._unsent, b""
        try:
            self._link.sendall(records)
        except OSError:
            os._exit(0)

    def _hear(self, kind: int) -> None:
        """The answer; of a call it takes the time, of a wait it is the time."""
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
    Impostor().play()
