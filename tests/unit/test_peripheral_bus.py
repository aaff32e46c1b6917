"""The bytes of a call: few are read in a loop, many with numpy."""

import random

import pytest

from hardware.bench.board.peripheral_bus import FEW, data_of
from hardware.bench.peripherals.peripheral import MOST_BYTES, BadCallError
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import PACKER, pack_text


def test_few_and_many_records_give_the_same_bytes() -> None:
    chance, sizes = random.Random(5), set()
    for _ in range(500):
        before = [PACKER.pack(frames.REC_OUT, 2, 0, n & 1, n) for n in range(chance.randrange(6))]
        if chance.random() < 0.5:
            before.insert(0, pack_text(frames.REC_DATA, chance.randbytes(7), 1))  # of another call
        before.append(PACKER.pack(frames.REC_OUT, 2, 0, 1, 9))
        data = chance.randbytes(chance.randrange(90))
        batch = b"".join(before) + pack_text(frames.REC_DATA, data, 10)
        sizes.add(len(batch) <= FEW)
        assert data_of(batch) == data
    assert sizes == {True, False}


def test_too_many_bytes_are_an_invalid_call() -> None:
    with pytest.raises(BadCallError, match="too many bytes"):
        data_of(pack_text(frames.REC_DATA, bytes(MOST_BYTES + 1), 1))
