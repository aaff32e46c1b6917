"""UF2 files and binary info: what is read from good files, and what is said about bad ones."""

import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.bench.chip.binary_info import (
    FLASH_ADDRESS,
    HEADER_AT,
    BinaryInfo,
    build_binary_info,
    read_binary_info,
)
from hardware.bench.chip.nor_flash import SECTOR, NorFlash
from hardware.bench.chip.pico_firmware import build_program, crc32, find_program, reader
from hardware.bench.chip.uf2 import (
    BLOCK_BYTES,
    PAGE_BYTES,
    RP2040,
    RP2350_ARM_S,
    Uf2Error,
    chip_name,
    read_uf2,
)
from hardware.bench.chip.uf2_receiver import Uf2Receiver
from hardware.bench.flash import MemoryStore
from tests.support.firmware_images import build_uf2

MIB = 1 << 20
PROGRAM = build_program()


def test_a_file_names_its_family_size_regions_and_holes() -> None:
    file = read_uf2(build_uf2({FLASH_ADDRESS: bytes(600), FLASH_ADDRESS + 0x1000: b"\1" * 256}))
    assert (file.family, file.blocks, file.size) == (RP2040, 4, 4 * PAGE_BYTES)
    assert file.holes == ((FLASH_ADDRESS + 0x300, FLASH_ADDRESS + 0x1000),)
    assert file.read(FLASH_ADDRESS + 0x1000, 3) == b"\1\1\1"
    assert file.read(FLASH_ADDRESS + 0x800, 4) == b""
    assert chip_name(RP2350_ARM_S) == "RP2350 (e48bff59)"


def test_blocks_may_come_in_any_order() -> None:
    blocks = build_uf2({FLASH_ADDRESS: PROGRAM})
    pieces = [blocks[at : at + BLOCK_BYTES] for at in range(0, len(blocks), BLOCK_BYTES)]
    file = read_uf2(b"".join(reversed(pieces)))
    assert file.read(FLASH_ADDRESS, len(PROGRAM)) == PROGRAM
    assert file.holes == ()


def changed(at: int, data: bytes) -> Callable[[bytes], bytes]:
    return lambda file: file[:at] + data + file[at + len(data) :]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: b"", "0 bytes are no number of blocks"),
        (lambda file: file[:-1], "no number of blocks of 512"),
        (lambda file: file[:-BLOCK_BYTES], "it has 3 of 4 blocks"),
        (lambda file: file + file[:BLOCK_BYTES], "Block 4 .* its number 0 is wrong"),
        (changed(BLOCK_BYTES, b"PK\3\4"), "Block 1 .* magic numbers"),
        (changed(2 * BLOCK_BYTES - 4, bytes(4)), "Block 1 .* magic numbers"),
        (changed(BLOCK_BYTES + 16, struct.pack("<I", 477)), "Block 1 .* its size"),
        (changed(BLOCK_BYTES + 20, struct.pack("<I", 9)), "Block 1 .* its number 9 is wrong"),
        (changed(BLOCK_BYTES + 24, struct.pack("<I", 5)), "Block 1 .* of another file"),
        (changed(BLOCK_BYTES + 28, struct.pack("<I", RP2350_ARM_S)), "Block 1 .* another file"),
        (changed(BLOCK_BYTES + 12, struct.pack("<I", FLASH_ADDRESS)), "another block has its"),
    ],
)
def test_a_bad_file_is_refused_with_its_block(
    change: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(Uf2Error, match=words):
        read_uf2(change(build_uf2({FLASH_ADDRESS: bytes(1000)})))


def test_files_for_the_rp2350_begin_with_a_block_that_does_not_count() -> None:
    extra = build_uf2({0x10FFFF00: bytes(256)}, 0xE48BFF57)
    file = read_uf2(extra + build_uf2({FLASH_ADDRESS: bytes(512)}, RP2350_ARM_S))
    assert (file.family, file.blocks) == (RP2350_ARM_S, 2)


def test_binary_info_says_what_picotool_shows() -> None:
    info = BinaryInfo(
        "blink", "1.2", "Nov 28 2026", "https://x", "", "pico_w", "2.1.1", ("a", "b"), 99
    )
    data = bytes(0x100) + bytes(64) + build_binary_info(info, HEADER_AT + 64)
    assert read_binary_info(reader(data)) == info
    assert read_binary_info(reader(bytes(1024))) is None
    assert read_binary_info(reader(b"")) is None


def test_binary_info_of_a_moved_program_is_found_where_it_is_in_the_flash() -> None:
    """Entries that the program copies to RAM: the mapping leads back."""
    ram, text_at = 0x20000000, FLASH_ADDRESS + 0x200
    entry = struct.pack("<HHII", 6, 0x5052, 0x02031C86, ram + 12) + b"moved\0"
    mapping = struct.pack("<IIII", text_at, ram, ram + len(entry), 0)
    header = struct.pack(
        "<5I", 0x7188EBF2, HEADER_AT + 20, HEADER_AT + 24, HEADER_AT + 24, 0xE71AA390
    )
    data = bytes(0x100) + (header + struct.pack("<I", ram) + mapping).ljust(0x100, b"\0") + entry
    found = read_binary_info(reader(data))
    assert found and found.name == "moved"


def test_a_list_that_leads_nowhere_is_read_to_its_end() -> None:
    header = struct.pack("<5I", 0x7188EBF2, 0, 0xFFFFFFFF, 0xFFFFFFF0, 0xE71AA390)
    found = read_binary_info(reader(bytes(0x100) + header + b"\xff" * 4000))
    assert found and found.name == "" and found.end == 0


def test_the_checksum_is_that_of_the_boot_rom() -> None:
    assert crc32(b"123456789") == 0x0376E6E7  # CRC-32/MPEG-2, as catalogues have it
    found = find_program(PROGRAM, "rp2040")
    assert found and found.title == f"MicroPython {found.micropython}"
    assert find_program(PROGRAM[:100] + b"\0" + PROGRAM[101:], "rp2040") is None


def receiver() -> tuple[Uf2Receiver, MemoryStore]:
    store = MemoryStore(2 * MIB)
    return Uf2Receiver(NorFlash(store, 2 * MIB, b"pico"), RP2040), store


def blocks_of(data: dict[int, bytes], family: int = RP2040) -> list[bytes]:
    file = build_uf2(data, family)
    return [file[at : at + BLOCK_BYTES] for at in range(0, len(file), BLOCK_BYTES)]


def test_the_flash_is_complete_when_every_block_has_come() -> None:
    boot_rom, store = receiver()
    store.write(0, bytes(SECTOR))
    blocks = blocks_of({FLASH_ADDRESS: PROGRAM})
    for block in reversed(blocks[1:]):
        assert boot_rom.take(block) == ""
    assert not boot_rom.finish()
    assert boot_rom.missing == [0]
    assert find_program(store.read(0, MIB), "rp2040") is None, "half-written: it does not start"
    boot_rom.take(blocks[0])
    assert boot_rom.finish()
    assert store.read(0, len(PROGRAM)) == PROGRAM


def test_a_second_copy_begins_anew() -> None:
    boot_rom, store = receiver()
    first, second = build_program("blink", "1"), build_program("blink", "2")
    for block in blocks_of({FLASH_ADDRESS: first})[:40]:
        boot_rom.take(block)
    for block in blocks_of({FLASH_ADDRESS: second}):
        boot_rom.take(block)
    assert boot_rom.finish()
    assert store.read(0, len(second)) == second


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (bytes(512), "no block of a UF2 file"),
        (blocks_of({FLASH_ADDRESS: bytes(256)}, RP2350_ARM_S)[0], r"RP2350 \(e48bff59\)"),
        (blocks_of({FLASH_ADDRESS + 2 * MIB: bytes(256)})[0], "0x10200000 is not in the flash"),
        (blocks_of({FLASH_ADDRESS - 256: bytes(256)})[0], "0xfffff00 is not in the flash"),
        (blocks_of({FLASH_ADDRESS + 4: bytes(256)})[0], "is not in the flash"),
        (changed(16, struct.pack("<I", 255))(blocks_of({FLASH_ADDRESS: b"1"})[0]), "size"),
        (changed(20, struct.pack("<I", 1))(blocks_of({FLASH_ADDRESS: b"1"})[0]), "wrong number"),
    ],
)
def test_the_chip_ignores_a_block_and_the_bench_says_why(block: bytes, words: str) -> None:
    boot_rom, store = receiver()
    assert words.replace("\\", "") in boot_rom.take(block)
    assert not boot_rom.finish()
    assert store.bytes.count(0xFF) == 2 * MIB


@pytest.mark.skipif(
    not shutil.which("picotool"), reason="needs picotool, which Debian has from version 13"
)
def test_picotool_reads_and_writes_the_same(tmp_path: Path) -> None:
    image, theirs, ours = (tmp_path / name for name in ("a.bin", "theirs.uf2", "ours.uf2"))
    image.write_bytes(PROGRAM)
    ours.write_bytes(build_uf2({FLASH_ADDRESS: PROGRAM}))
    convert = ["picotool", "uf2", "convert", str(image), str(theirs)]
    words = ["-o", f"{FLASH_ADDRESS:#x}", "--family", "rp2040"]
    subprocess.run([*convert, *words], check=True, capture_output=True, timeout=60)
    file = read_uf2(theirs.read_bytes())
    assert file.family == RP2040 and file.read(FLASH_ADDRESS, len(PROGRAM)) == PROGRAM
    command = ["picotool", "info", "-a", str(ours)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    info = read_binary_info(file.read)
    assert info
    facts = {"name": info.name, "version": info.version, "build date": info.built}
    facts |= {"pico_board": info.board, "sdk version": info.sdk, "binary end": f"{info.end:#x}"}
    for name, value in facts.items():
        assert re.search(rf"{name}: +{re.escape(value)}\n", done.stdout)
