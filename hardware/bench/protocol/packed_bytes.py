"""Byte strings by number, which take little room when they are like each other: pictures for a
display, of which most bytes are those of the picture before."""

import zlib
from array import array
from bisect import bisect_right

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

BLOCK = 1 << 18
"""So many bytes are deflated together."""
LEVEL = 1
"""Of zlib: the fastest one makes pictures 50 times smaller, in 2 microseconds for each."""
MOST_INFLATED = 8
"""Blocks that stay readable: those of a display's pictures and of its commands are apart."""


class PackedBytes:
    """Byte strings; they are never changed, only added."""

    def __init__(self) -> None:
        self._deflated: list[bytes] = []
        self._open = bytearray()
        """The last block, which is not full."""
        self._begins = [0]
        """The number of the first string of each block."""
        self._ends = array("I")
        """Where each string ends in its block."""
        self._inflated: dict[int, bytes] = {}
        self.size = 0
        """The bytes that all of them take here."""

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, data: bytes) -> int:
        """Adds a string. Returns its number: they count from 0."""
        if len(self._open) >= BLOCK:
            self._close()
        self._open += data
        self._ends.append(len(self._open))
        self.size += len(data) + self._ends.itemsize
        return len(self._ends) - 1

    def get(self, number: int) -> bytes:
        """The string with a number."""
        block = bisect_right(self._begins, number) - 1
        start = self._ends[number - 1] if number > self._begins[block] else 0
        return bytes(self._block(block)[start : self._ends[number]])

    def lengths(self) -> Numbers:
        """The length of each string."""
        ends = np.array(self._ends, np.int64)
        starts = np.append(0, ends)[: len(ends)]
        starts[[begin for begin in self._begins if begin < len(ends)]] = 0
        lengths: Numbers = ends - starts
        return lengths

    def _close(self) -> None:
        deflated = zlib.compress(self._open, LEVEL)
        self.size += len(deflated) - len(self._open)
        self._deflated.append(deflated)
        self._begins.append(len(self._ends))
        self._open = bytearray()

    def _block(self, number: int) -> bytes | bytearray:
        last = self._open  # first of all: another thread may close it
        if number == len(self._deflated):
            return last
        found = self._inflated.get(number)
        if found is None:
            found = zlib.decompress(self._deflated[number])
            if len(self._inflated) >= MOST_INFLATED:
                self._inflated.clear()
            self._inflated[number] = found
        return found
