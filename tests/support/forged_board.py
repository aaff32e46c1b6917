"""A board process without an interpreter: it sends what its flash holds, valid or not.

The bench starts it in place of a real port (forged_frames.py). The flash holds a length and acts,
24 bytes each: a record, whose time counts from the latest time that this process knows, and how
the record is sent. It imports nothing of ours, and nothing that is slow.
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
"""How an act is sent. WRITE: go on after it. ASK: wait for the answer. ABSOLUTE: with exactly this
time. DEAF: without waiting for the answer. HANG: stall. DIE: end with code c. AGAIN: start again
after the first act."""


class ForgedBoard:
    """Sends and receives over the file descriptors of a board."""

    def __init__(self) -> None:
        self._link = socket.socket(fileno=3)
        length = int.from_bytes(os.pread(4, 4, 0), "little")
        self._acts = os.pread(4, length, 4)
        self._now = 0
        self._unsent = b""

    def play(self) -> None:
        """Does all acts, then waits for ever, like a board at its prompt."""
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
            self._receive(kind)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, b""
        try:
            self._link.sendall(unsent)
        except OSError:
            os._exit(0)

    def _receive(self, kind: int) -> None:
        """Receives the answer: the duration of a call, or the time at the end of a wait."""
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
