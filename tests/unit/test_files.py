"""Files on a board with a failing line or flash."""

import os
from hashlib import sha256

import pytest

from hardware.errors import ProtocolError
from hardware.wire.board import Board
from tests.support.scripted_port import WIDE_OPEN, ScriptedPort, answered, step, synchronised

ARMS = [step(rb"\x05A\x01", WIDE_OPEN)]


def test_a_full_flash_keeps_the_old_file(fresh: Board) -> None:
    fresh.files.put("keep.txt", b"old")
    free = fresh.eval("(lambda s: s[0] * s[3])(__import__('os').statvfs('/'))")
    assert isinstance(free, int)
    hog = free - 3 * 4096
    fresh.run(
        f"f = open('hog', 'wb')\nfor _ in range({hog} // 4096): f.write(bytes(4096))\nf.close()",
        timeout_s=60,
    )
    with pytest.raises(OSError) as caught:
        fresh.files.put("keep.txt", os.urandom(20_000))
    assert caught.value.errno == 28
    fresh.files.rm("hog")
    assert fresh.files.get("keep.txt") == b"old"
    fresh.files.rm("keep.txt")
    assert not [entry for entry in fresh.files.ls("/") if entry.name.endswith(".part")]


def test_a_flash_that_reads_back_other_bytes_is_an_error() -> None:
    wrong = repr((5, sha256(b"other").digest())).encode() + b"\r\n"
    port = ScriptedPort(
        synchronised(), ARMS, answered(b""), answered(b""), answered(wrong), answered(b"")
    )
    with pytest.raises(ProtocolError, match="damaged"):
        Board(port).files.put("main.py", b"hello")
    assert b"os.remove('main.py.part')" in port.sent
    assert b"os.rename" not in port.sent


@pytest.mark.parametrize("reply", [b"aGVsbG8=\r\n", b"aGVs\r\nAAAA\r\n", b"\xff\r\n", b""])
def test_a_download_that_was_cut_or_changed_is_an_error(reply: bytes) -> None:
    port = ScriptedPort(synchronised(), ARMS, answered(reply))
    with pytest.raises(ProtocolError, match="damaged"):
        Board(port).files.get("main.py")
