"""I2C: what was written to a target and read from it, by registers, and how much at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.measure.times import Times
from hardware.bench.decode.i2c import I2cTransfer
from hardware.bench.decode.i2c import i2c as decoded


@dataclass(frozen=True)
class RegisterAccess:
    """Bytes read from, or written to, registers that follow each other; times in ns since t = 0.

    `register` is None where the target was read before anybody said from where.
    """

    at_ns: int
    end_ns: int
    register: int | None
    data: bytes
    is_read: bool

    def covers(self, register: int) -> bool:
        """Whether this register is among those."""
        first = self.register
        return first is not None and first <= register < first + len(self.data)


def transfers(run: Run, address: int | None = None, scl: str | None = None) -> list[I2cTransfer]:
    """The transfers from t = 0 on (start to stop), with times since then; only those to a 7-bit
    address, only those on the bus whose clock is that pin."""
    clock = None if scl is None else run.pins[scl]
    return [
        one
        for one in run.once("i2c", lambda: _decoded(run))
        if address in (None, one.address) and clock in (None, one.scl)
    ]


def addressed(run: Run) -> list[int]:
    """The addresses that were called, each once, in the order of the first time."""
    return list(dict.fromkeys(t.address for t in transfers(run) if t.address is not None))


def register_accesses(run: Run, address: int) -> list[RegisterAccess]:
    """What was done to the registers of a target that takes the register's number as first byte
    and counts it up by itself, as most sensors do. What it did not acknowledge is left out."""
    made: list[RegisterAccess] = []
    place: int | None = None
    for one in transfers(run, address):
        if not one.found:
            continue
        written = one.written[: one.acked]
        place = written[0] if written else place
        if len(written) > 1:
            made.append(RegisterAccess(one.t_ns, one.end_ns, place, written[1:], is_read=False))
            place = _on(place, len(written) - 1)
        if one.read:
            made.append(RegisterAccess(one.t_ns, one.end_ns, place, one.read, is_read=True))
            place = _on(place, len(one.read))
    return made


def reads_of(accesses: Sequence[RegisterAccess], register: int) -> list[RegisterAccess]:
    """Those that read a register, alone or among others."""
    return [one for one in accesses if one.is_read and one.covers(register)]


def writes_of(accesses: Sequence[RegisterAccess], register: int) -> list[tuple[int, int]]:
    """When a register was written (ns since t = 0), and with what."""
    return [
        (one.end_ns, one.data[register - (one.register or 0)])
        for one in accesses
        if not one.is_read and one.covers(register)
    ]


@dataclass(frozen=True)
class Traffic:
    """How many bytes went over a bus, in columns; the address is none of them."""

    at_ns: Times
    count: Times

    def most_in(self, window_ns: int) -> int:
        """The most bytes in any window of that length."""
        total = np.concatenate(([0], np.cumsum(self.count)))
        last = np.searchsorted(self.at_ns, self.at_ns + window_ns)
        return int((total[last] - total[:-1]).max(initial=0))

    def between(self, from_ns: int, to_ns: int) -> int:
        """The bytes at or after a time and before another."""
        return int(self.count[(self.at_ns >= from_ns) & (self.at_ns < to_ns)].sum())


def traffic(found: Sequence[I2cTransfer]) -> Traffic:
    """How much these transfers carried, each at its beginning."""
    counts = [len(one.written[: one.acked]) + len(one.read) for one in found]
    return Traffic(np.array([one.t_ns for one in found], np.int64), np.array(counts, np.int64))


def _decoded(run: Run) -> list[I2cTransfer]:
    return [
        one._replace(t_ns=one.t_ns - run.zero_ns, end_ns=one.end_ns - run.zero_ns)
        for one in decoded(run.trace, limit=MOST_CALLS)
        if one.t_ns >= run.zero_ns
    ]


def _on(place: int | None, count: int) -> int | None:
    return None if place is None else (place + count) & 0xFF
