"""Files on a board with a failing line or flash."""

import os
from zlib import crc32

import pytest

from hardware.errors import ProtocolError
from hardware.wire.board import Board
from hardware.wire.files import ASK_TIMEOUTS_S
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


def test_files_raise_the_host_s_own_errors(fresh: Board) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        fresh.files.stat("nothing.py")
    assert caught.value.filename == "nothing.py" and caught.value.errno == 2


def test_a_flash_that_reads_back_other_bytes_is_an_error() -> None:
    said = b"@damaged %08x\r\n" % crc32(b"damaged")
    port = ScriptedPort(synchronised(), ARMS, answered(said), synchronised(), ARMS, answered(said))
    with pytest.raises(ProtocolError, match="damaged"):
        Board(port).files.put("main.py", b"hello")
    assert port.done(), "it is tried twice: noise may have changed the source"


@pytest.mark.parametrize("reply", [b"aGVsbG8=\r\n", b"aGVs\r\nAAAA\r\n", b"\xff\r\n", b""])
def test_a_download_that_was_cut_or_changed_is_an_error(reply: bytes) -> None:
    port = ScriptedPort(synchronised(), ARMS, *[answered(reply)] * len(ASK_TIMEOUTS_S))
    with pytest.raises(ProtocolError, match="damaged"):
        Board(port).files.get("main.py")
    assert port.done(), "it is tried again"
