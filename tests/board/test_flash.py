"""The flash image: the board reads files of the bench, and the bench reads files of the board."""

import os
import resource
from pathlib import Path

import pytest

from hardware import boards
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import BOOT_PY, Flash
from hardware.errors import FlashError
from tests.support.call_count import calls
from tests.support.rig import play, printed_lines

TYPES = ("board-esp32-devkit-c-v4", "wokwi-pi-pico")
FILES = {
    "main.py": b"print(1)\n",
    "lib/deep/er/a.py": b"x = 1\n",
    "empty": b"",
    "big": bytes(18000),
}


def circuit(board_type: str) -> Circuit:
    parts = [{"type": board_type, "id": "b"}]
    return Circuit(load({"version": 1, "parts": parts, "connections": []}))


@pytest.mark.parametrize("name", boards.names())
def test_a_file_that_is_put_is_in_the_flash(name: str) -> None:
    with Flash(boards.load(name)) as flash:
        flash.put(FILES)
        first = {"boot.py": BOOT_PY} if boards.load(name).family == "esp32" else {}
        assert flash.list() == {file: len(data) for file, data in (FILES | first).items()}
        assert {file: flash.read(file) for file in FILES} == FILES
        flash.put({"main.py": b"print(2)\n"})
        assert flash.read("main.py") == b"print(2)\n"
        with pytest.raises(FileNotFoundError):
            flash.read("other.py")


@pytest.mark.parametrize("board_type", TYPES)
def test_board_and_bench_read_each_other(board_type: str) -> None:
    program = b"""
import os
with open('made.txt', 'w') as f:
    f.write('on the board')
os.mkdir('folder')
print(sorted(os.listdir('/')), os.statvfs('/')[2], open('lib/a.txt').read())
"""
    made = circuit(board_type)
    with Flash(made.board) as flash:
        flash.put({"main.py": program, "lib/a.txt": b"from here"})
        with Bench(made, flash=flash) as bench:
            bench.run(5_000_000_000)
        blocks = made.board.storage_bytes // 4096
        line = bench.trace.lines()[0].text
        first = ["boot.py"] if made.board.family == "esp32" else []
        assert line == f"{[*first, 'folder', 'lib', 'made.txt', 'main.py']} {blocks} from here"
        assert flash.read("made.txt") == b"on the board"


def test_an_image_in_a_file_stays(tmp_path: Path) -> None:
    board, image = boards.load("pi_pico"), tmp_path / "flash.bin"
    with Flash(board, image) as flash:
        flash.put(FILES)
    assert image.stat().st_size == board.storage_bytes
    assert image.stat().st_blocks * 512 < 200_000  # sparse
    with Flash(board, image) as flash:
        assert flash.read("lib/deep/er/a.py") == b"x = 1\n"


@pytest.mark.parametrize("board_type", TYPES)
def test_a_board_formats_an_erased_image(tmp_path: Path, board_type: str) -> None:
    image = tmp_path / "flash.bin"
    made = circuit(board_type)
    image.write_bytes(b"\xff" * made.board.storage_bytes)
    with Flash(made.board, image) as flash:
        with pytest.raises(FlashError, match="no file system"):
            flash.list()
        with Bench(made, flash=flash) as bench:
            bench.send(b"open('a', 'w').close()\r\n", 1_000_000_000)
            bench.run(3_000_000_000)
        assert "a" in flash.list()
        assert made.board.family == "rp2" or flash.read("boot.py") == BOOT_PY


def test_an_esp32_does_not_format_a_file_system_that_is_damaged(tmp_path: Path) -> None:
    image = tmp_path / "flash.bin"
    made = circuit(TYPES[0])
    image.write_bytes(bytes(made.board.storage_bytes))
    with Flash(made.board, image) as flash, Bench(made, flash=flash) as bench:
        bench.run(10_000_000_000)
        assert "filesystem appears to be corrupted" in bench.trace.lines()[3].text


def test_too_much_is_refused_with_its_name() -> None:
    with Flash(boards.load("pi_pico")) as flash:
        with pytest.raises(FlashError, match=r"huge\.bin"):
            flash.put({"main.py": b"print(1)", "huge.bin": os.urandom(2_000_000)})
        assert flash.read("main.py") == b"print(1)"


def test_the_next_board_is_prepared_with_little_work() -> None:
    """The empty file system is made once for all boards of a type."""
    board = boards.load("pi_pico")
    Flash(board).close()

    def prepare() -> None:
        with Flash(board) as flash:
            flash.put({"main.py": b"print(1)\n", "pins.py": b"LED = 2\n"})

    prepare()
    assert calls(prepare) < 500


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    esp32, pico = boards.load("esp32_devkit_c_v4"), boards.load("pi_pico")
    (tmp_path / "main.py").write_bytes(b"print(1)")
    with pytest.raises(FlashError, match="not a flash image of this board"):
        Flash(esp32, tmp_path / "main.py")
    assert (tmp_path / "main.py").read_bytes() == b"print(1)"
    with pytest.raises(FlashError, match="it is a folder"):
        Flash(esp32, tmp_path)
    with (
        Flash(esp32, tmp_path / "esp.img"),
        pytest.raises(FlashError, match="another bench works with it"),
    ):
        Flash(esp32, tmp_path / "esp.img")
    with pytest.raises(FlashError, match="not a flash image of this board"):
        Flash(pico, tmp_path / "esp.img")
    Flash(esp32, tmp_path / "esp.img").close()


def test_a_full_disk_leaves_a_new_file(tmp_path: Path) -> None:
    """A limit of the size of files is an error like that of a full disk."""
    place, board = tmp_path / "board.img", boards.load("pi_pico")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(FlashError, match=r"board\.img: ") as refused:
            Flash(board, place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert refused.value.cure and place.stat().st_size == 0
    with Flash(board, place) as flash:
        assert flash.list() == {}


def test_a_pico_reaches_its_file_system_as_a_block_device() -> None:
    program = """
import os, rp2
flash, block = rp2.Flash(), bytearray(4096)
print(flash.ioctl(4, 0), flash.ioctl(5, 0))
flash.readblocks(0, block)
print(block[8:16])
os.umount("/")
flash.writeblocks(3, bytes(4096))
flash.writeblocks(3, b"\\xaa" * 16, 0)
flash.readblocks(3, block)
print(block[:17].hex())
for number in range(flash.ioctl(4, 0)):
    flash.ioctl(6, number)
flash.readblocks(3, block)
print(block == b"\\xff" * 4096)
"""
    size = boards.load("pi_pico").storage_bytes
    assert printed_lines(play("rp2", program, 60_000)) == [
        f"{size // 4096} 4096",
        "bytearray(b'littlefs')",
        "aa" * 16 + "00",
        "True",
    ]
