"""I2C: what was written to a target and read from it, by register; and how much traffic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.measure.times import Times
from hardware.bench.decode.i2c import I2cTransfer
from hardware.bench.decode.i2c import i2c as decoded


@dataclass(frozen=True)
class RegisterAccess:
    """Bytes that were read from, or written to, consecutive registers; times in ns since t = 0.

    `register` is None when the target was read before a register was selected.
    """

    at_ns: int
    end_ns: int
    register: int | None
    data: bytes
    is_read: bool

    def covers(self, register: int) -> bool:
        """Whether the access includes a register."""
        first = self.register
        return first is not None and first <= register < first + len(self.data)


def transfers(
    run: Run, address: int | None = None, scl: str | None = None, *, boot: bool = False
) -> list[I2cTransfer]:
    """The transfers (start to stop) from t = 0 on, with times since then; with `boot` from
    power-on, at negative times. With `address` only those to that 7-bit address, with `scl` only
    those on the bus whose clock has that role."""
    clock = None if scl is None else run.pins[scl]
    return [
        one
        for one in run.once("i2c", lambda: _decoded(run))
        if address in (None, one.address) and clock in (None, one.scl) and (boot or one.t_ns >= 0)
    ]


def addressed(run: Run, *, boot: bool = False) -> list[int]:
    """The addresses that were used, each once, in the order of their first use."""
    found = transfers(run, boot=boot)
    return list(dict.fromkeys(one.address for one in found if one.address is not None))


def register_accesses(run: Run, address: int, *, boot: bool = False) -> list[RegisterAccess]:
    """The accesses to the registers of a target from t = 0 on, with `boot` from power-on. It must
    work as most sensors do: the first byte that is written selects the register, and the register
    number then counts up by itself. Bytes without acknowledge are left out."""
    made: list[RegisterAccess] = []
    place: int | None = None
    for one in transfers(run, address, boot=boot):
        if not one.found:
            continue
        written = one.written[: one.acked]
        place = written[0] if written else place
        if len(written) > 1:
            made.append(RegisterAccess(one.t_ns, one.end_ns, place, written[1:], is_read=False))
            place = _advanced(place, len(written) - 1)
        if one.read:
            made.append(RegisterAccess(one.t_ns, one.end_ns, place, one.read, is_read=True))
            place = _advanced(place, len(one.read))
    return made


def reads_of(accesses: Sequence[RegisterAccess], register: int) -> list[RegisterAccess]:
    """The accesses that read a register, alone or with others."""
    return [one for one in accesses if one.is_read and one.covers(register)]


def writes_of(accesses: Sequence[RegisterAccess], register: int) -> list[tuple[int, int]]:
    """When a register was written (ns since t = 0), and the value."""
    return [
        (one.end_ns, one.data[register - (one.register or 0)])
        for one in accesses
        if not one.is_read and one.covers(register)
    ]


@dataclass(frozen=True)
class Traffic:
    """How many bytes went over a bus, in columns. The address byte does not count."""

    at_ns: Times
    count: Times

    def most_in(self, window_ns: int) -> int:
        """The largest number of bytes in any window of that length."""
        total = np.concatenate(([0], np.cumsum(self.count)))
        last = np.searchsorted(self.at_ns, self.at_ns + window_ns)
        return int((total[last] - total[:-1]).max(initial=0))

    def between(self, from_ns: int, to_ns: int) -> int:
        """The number of bytes from `from_ns` on, up to but not including `to_ns`."""
        return int(self.count[(self.at_ns >= from_ns) & (self.at_ns < to_ns)].sum())


def traffic(found: Sequence[I2cTransfer]) -> Traffic:
    """The number of bytes in each of these transfers; its time is the start of the transfer."""
    counts = [len(one.written[: one.acked]) + len(one.read) for one in found]
    return Traffic(np.array([one.t_ns for one in found], np.int64), np.array(counts, np.int64))


def _decoded(run: Run) -> list[I2cTransfer]:
    return [
        one._replace(t_ns=one.t_ns - run.zero_ns, end_ns=one.end_ns - run.zero_ns)
        for one in decoded(run.trace, limit=MOST_CALLS)
    ]


def _advanced(place: int | None, count: int) -> int | None:
    return None if place is None else (place + count) & 0xFF
