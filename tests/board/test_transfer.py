"""Large files over lines with faults."""

import errno
import random
import struct
import zlib
from itertools import count
from pathlib import Path

import pytest

from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import BoardNotFound, ProtocolError
from hardware.wire import repl, transfer_board
from hardware.wire.board import Board
from hardware.wire.port import BAUD
from tests.support.emulated_line import EmulatedLine
from tests.support.line_faults import Fault

NOISE = 1e-4
LONG = pytest.mark.long
KB20 = random.Random(20).randbytes(20_000)


def names(board: Board) -> list[str]:
    """What the test has put on the board."""
    return [entry.name for entry in board.files.ls() if entry.name != "boot.py"]


def test_noise_costs_time_only(family: str) -> None:
    """Four files of 20 KB, to the board and back."""
    with EmulatedLine(family, noise=NOISE, seed=1, baud=None) as line, Board(line.connect()) as b:
        for number in range(4):
            data = random.Random(number).randbytes(20_000)
            b.files.put("noisy.bin", data)
            assert b.files.get("noisy.bin") == data
        assert line.faults > 0
        assert names(b) == ["noisy.bin"]


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=LONG) for n in range(4, 40))])
def test_noise_costs_a_small_file_time_only(seed: int) -> None:
    data = random.Random(seed).randbytes(3000)
    line = EmulatedLine("esp32", noise=NOISE, seed=seed, baud=None)
    with line, Board(line.connect()) as b:
        b.files.put("main.py", data)
        assert b.files.get("main.py") == data
        assert names(b) == ["main.py"]
        assert b.files.stat("main.py").size == 3000


@pytest.mark.parametrize("size", [3000, pytest.param(20_000, marks=LONG)])
def test_noise_on_a_line_of_a_usual_speed(size: int) -> None:
    data = random.Random(size).randbytes(size)
    with EmulatedLine("esp32", noise=3 * NOISE, seed=3) as line, Board(line.connect()) as b:
        b.files.put("noisy.bin", data)
        assert b.files.get("noisy.bin") == data
        assert line.faults > 0


@pytest.mark.parametrize(
    ("size", "fault", "step"),
    [
        (60, "drop", 89),
        (60, "flip", 37),
        (60, "delay", 400),
        (3100, "drop", 1400),
        (3100, "flip", 700),
        pytest.param(60, "drop", 1, marks=LONG),
        pytest.param(60, "flip", 1, marks=LONG),
        pytest.param(60, "delay", 7, marks=LONG),
        pytest.param(3100, "drop", 31, marks=LONG),
        pytest.param(3100, "flip", 11, marks=LONG),
        pytest.param(3100, "delay", 151, marks=LONG),
    ],
)
def test_one_fault_in_any_byte_of_a_transfer(
    size: int, fault: Fault, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content of a small file comes in the source of the board's half, of a larger one in
    frames. The waits for its answers are shorter than usual: they decide nothing here."""
    monkeypatch.setattr(repl, "PASTE_S", 0.4)
    baud = BAUD if fault == "delay" else None
    with EmulatedLine("esp32", baud=baud) as line, Board(line.connect()) as b:
        b.run("")
        for at in count(0, step):
            data = random.Random(at).randbytes(size)
            line.spoil(at, fault)
            b.files.put("x.bin", data)
            assert b.files.get("x.bin") == data, at
            if line.spoils:
                break
        assert at > 1500
        assert names(b) == ["x.bin"]


@pytest.mark.parametrize("fault", ["drop", "flip"])
@pytest.mark.parametrize("step", [151, pytest.param(3, marks=LONG)])
def test_one_fault_in_any_byte_of_a_question(
    fault: Fault, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repl, "PASTE_S", 0.4)
    with EmulatedLine("esp32", baud=None) as line, Board(line.connect()) as b:
        b.files.put("دفتر.txt", b"12")
        for at in count(0, step):
            line.spoil(at, fault)
            b.files.mkdir("lib")
            assert names(b) == ["lib", "دفتر.txt"], at
            assert b.files.stat("دفتر.txt").size == 2, at
            with pytest.raises(FileNotFoundError):
                b.files.get("lib.txt")
            b.files.rm("lib")
            if line.spoils:
                break


@pytest.mark.parametrize(
    "at",
    [1, 700, 1500, 2300, *(pytest.param(n, marks=pytest.mark.long) for n in range(9, 9900, 173))],
)
def test_a_put_goes_on_where_the_line_was_cut(at: int) -> None:
    data = KB20[:8000]
    with EmulatedLine("esp32", baud=None) as line:
        line.cut_after(at)
        with Board(line.connect()) as b, pytest.raises(BoardNotFound):
            b.files.put("cut.bin", data)
        with Board(line.connect()) as b:
            had = b.files.ls()
            seen: list[int] = []
            b.files.put("cut.bin", data, lambda done, _total: seen.append(done))
            assert b.files.get("cut.bin") == data
            assert names(b) == ["cut.bin"]
        assert seen[-1] == len(data)
        assert seen == sorted(set(seen))
        if had and had[0].name.endswith(".part"):
            assert seen[0] >= had[0].size, "what the board had is not sent again"


def test_a_cut_on_a_line_of_a_usual_speed() -> None:
    data = KB20[:6000]
    with EmulatedLine("esp32") as line:
        line.cut_after(5000)
        with Board(line.connect()) as b, pytest.raises(BoardNotFound):
            b.files.put("cut.bin", data)
        with Board(line.connect()) as b:
            seen: list[int] = []
            b.files.put("cut.bin", data, lambda done, _total: seen.append(done))
            assert b.files.get("cut.bin") == data
            assert names(b) == ["cut.bin"]
        assert seen[0] > 1000


def test_the_rest_of_another_file_is_not_used(fresh: Board) -> None:
    fresh.files.put("new.bin.part", KB20[::-1][:6000])
    fresh.files.put("new.bin", KB20)
    assert fresh.files.get("new.bin") == KB20
    assert "new.bin.part" not in names(fresh)
    fresh.files.rm("new.bin")


def test_a_get_goes_on_where_the_line_was_cut() -> None:
    with EmulatedLine("esp32", baud=None) as line:
        with Board(line.connect()) as b:
            b.files.put("there.bin", KB20)
            line.cut_after(9000)
            begun = bytearray()
            with pytest.raises(BoardNotFound):
                b.files.get("there.bin", begun=begun)
        assert 2000 < len(begun) < 9000
        with Board(line.connect()) as b:
            seen: list[int] = []
            assert b.files.get("there.bin", lambda at, _n: seen.append(at), begun) == KB20
            assert seen[0] > 2000 + transfer_board.SENT
            begun[:] = KB20[::-1][:5000]
            assert b.files.get("there.bin", begun=begun) == KB20, "of another file"
            begun.extend(bytes(9))
            assert b.files.get("there.bin", begun=begun) == KB20, "the file was longer"


def test_a_file_that_holds_frames_of_a_transfer(fresh: Board) -> None:
    inner = b"\xa5" + struct.pack("<IH", 1024, 1)
    frame = inner + struct.pack("<I", zlib.crc32(b"x", zlib.crc32(inner))) + b"x"
    line = b"@error 2"
    said = line + b" %08x\r\n\x04\x04>" % zlib.crc32(line)
    data = (b"." * 500 + frame + said + bytes(500)) * 5
    fresh.files.put("frames.bin", data)
    assert fresh.files.get("frames.bin") == data
    fresh.files.rm("frames.bin")


@pytest.mark.parametrize("size", [20_000, 100])
def test_an_equal_file_is_not_written_again(fresh: Board, size: int) -> None:
    data = KB20[:size]
    fresh.files.put("same.bin", data)
    seen: list[tuple[int, int]] = []
    fresh.run(COUNT_WRITES)
    fresh.files.put("same.bin", data, lambda done, total: seen.append((done, total)))
    assert seen == [(size, size)]
    assert fresh.eval("writes") == []
    fresh.files.put("same.bin", data + b"x")
    assert fresh.eval("writes") == ["same.bin.part"]
    fresh.run("builtins.open = real")
    fresh.files.rm("same.bin")


def test_a_file_that_is_larger_than_the_flash(fresh: Board) -> None:
    before = fresh.files.ls()
    with pytest.raises(OSError) as caught:
        fresh.files.put("big.bin", bytes(5_000_000))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == "big.bin"
    assert fresh.files.ls() == before


COUNT_WRITES = """
import builtins
real, writes = builtins.open, []
def counted(name, mode='r'):
    if 'r' not in mode: writes.append(name)
    return real(name, mode)
builtins.open = counted
"""
BAD_FLASH = """
import builtins
real = builtins.open
def bad(name, mode='r'):
    if name.endswith('.part') and mode == 'rb' and counts: name = 'zeros'
    if mode == 'ab': counts.append(name)
    return real(name, mode)
counts = []
builtins.open = bad
"""


def test_a_flash_that_gives_back_other_bytes(fresh: Board) -> None:
    fresh.files.put("zeros", bytes(20_000))
    fresh.run(BAD_FLASH)
    with pytest.raises(ProtocolError, match="damaged"):
        fresh.files.put("bad.bin", KB20)
    assert fresh.eval("len(counts)") == 2, "it is tried twice: the source may have been changed"
    fresh.run("builtins.open = real")
    assert names(fresh) == ["zeros"]
    fresh.files.rm("zeros")


def test_a_large_file_in_a_folder_that_is_missing(fresh: Board) -> None:
    with pytest.raises(FileNotFoundError):
        fresh.files.put("no/such.bin", KB20)


def test_arabic_names_and_texts(fresh: Board) -> None:
    name, text = "دفتر الورشة '\".txt", "مرحبا يا ورشة 🚦\r\n\x03\x04" * 2000
    fresh.files.put(name, text.encode())
    assert fresh.files.cat(name) == text
    fresh.files.rm(name)


def test_no_byte_is_lost_while_the_board_writes_its_flash(family: str) -> None:
    with EmulatedLine(family, baud=None, mode="realtime") as line, Board(line.connect()) as b:
        b.files.put("stalls.bin", KB20)
        assert b.files.get("stalls.bin") == KB20
        assert line.lost == 0


LITTLE = "import gc\nhog = []\nwhile gc.mem_free() > 20000: hog.append(bytearray(2000))"


@pytest.mark.parametrize("lack", ["import sys\nsys.modules['deflate'] = None", LITTLE])
def test_a_board_without_what_frames_need_takes_the_raw_repl(fresh: Board, lack: str) -> None:
    fresh.run(lack)
    for data in (b"", b"small", KB20):
        fresh.files.put("old.bin", data)
        assert fresh.files.get("old.bin") == data
    assert names(fresh) == ["old.bin"]
    fresh.files.rm("old.bin")


def test_noise_costs_an_old_board_time_only() -> None:
    line = EmulatedLine("esp32", noise=NOISE, seed=5, baud=None)
    with line, Board(line.connect()) as b:
        with line.without_noise():
            b.run("import sys\nsys.modules['deflate'] = None")
        b.files.put("old.bin", KB20[:6000])
        assert b.files.get("old.bin") == KB20[:6000]
        assert line.faults > 0
        assert names(b) == ["old.bin"]


def test_a_stop_in_the_middle_leaves_the_board_at_its_prompt(fresh: Board) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fresh.files.put("stopped.bin", KB20, stop)
    with pytest.raises(KeyboardInterrupt):
        fresh.run("try:\n while True: print('on')\nfinally: print('off')", on_output=stop_text)
    assert fresh.run("print(6 * 7)") == "42\n"
    fresh.files.rm("stopped.bin.part")


def stop_text(_text: str) -> None:
    """Ctrl-C on the host: the board obeys it again after a transfer."""
    raise KeyboardInterrupt


def test_a_transfer_leaves_no_name_behind(fresh: Board) -> None:
    fresh.run("own = 1")
    before = fresh.eval("sorted(globals())")
    fresh.files.put("clean.bin", KB20)
    assert fresh.eval("sorted(globals())") == before
    fresh.files.rm("clean.bin")


def test_sync_sends_what_differs(fresh: Board, tmp_path: Path) -> None:
    (tmp_path / "lib" / "deep").mkdir(parents=True)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / ".hidden").write_bytes(b"x")
    contents = {"one.py": b"A = 1\n", "lib/كبير.bin": KB20, "lib/deep/__init__.py": b""}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    seen: list[tuple[int, int]] = []
    sent = fresh.files.sync(tmp_path, "/data", lambda done, total: seen.append((done, total)))
    assert sorted(sent) == sorted(f"/data/{name}" for name in contents)
    assert seen[-1] == (20_006, 20_006)
    for name, data in contents.items():
        assert fresh.files.get(f"/data/{name}") == data
    assert fresh.files.sync(tmp_path, "/data") == []
    (tmp_path / "one.py").write_bytes(b"A = 2\n")
    assert fresh.files.sync(tmp_path, "/data") == ["/data/one.py"]
    assert fresh.files.sync(tmp_path / "lib" / "deep") == ["/__init__.py"]
    fresh.files.rm("/__init__.py")
    for name in ("lib/deep/__init__.py", "lib/deep", "lib/كبير.bin", "lib", "one.py"):
        fresh.files.rm(f"/data/{name}")
    fresh.files.rm("/data")


def all_is_sent(bench: LiveBench) -> None:
    """The last bytes of a program that has left the line are with the board. Two that write at the
    same time would mix theirs."""
    for _cycle in range(3):
        bench.ask(lambda _bench: None)


def test_two_programs_on_one_line_do_not_take_each_others_answers() -> None:
    mine, other = b"1" * 3000, b"2" * 3000
    with LiveBench("esp32") as bench, Board(bench.connect()) as one:
        one.files.put("x", mine)
        with Board(bench.connect()) as two:
            two.files.put("x", other)
        all_is_sent(bench)
        one.files.put("x", mine)
        assert one.files.get("x") == mine
        with Board(bench.connect()) as two:
            assert two.run("print(5)") == "5\n"
        all_is_sent(bench)
        assert one.run("print(7)") == "7\n"
