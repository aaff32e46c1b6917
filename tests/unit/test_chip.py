"""The chip behind a serial line, packet by packet: protocol, registers, flash, images, boot."""

import hashlib
import struct
import zlib
from collections.abc import Callable

import pytest

from hardware.bench.chip import chip_type, slip
from hardware.bench.chip.boot import boot
from hardware.bench.chip.chip import Chip
from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.commands import checksum
from hardware.bench.chip.micropython_firmware import APP_OFFSET, factory_firmware
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.chip.partitions import TABLE_OFFSET
from hardware.bench.flash import MemoryStore

MAC = bytes.fromhex("240ac4010203")
MIB = 1 << 20
ROM_OK, STUB_OK = bytes(4), bytes(2)
ERROR = {"unknown": 0x05, "checksum": 0x07, "write": 0x08, "read": 0x09, "read length": 0x0A}
"""Error bytes of the ROM: esptool's documentation, "ROM Loader Errors"."""


@pytest.fixture(params=chip_type.names())
def kind(request: pytest.FixtureRequest) -> ChipType:
    return chip_type.load(request.param)


START_BAUD = 115_200


class Host:
    """A line with a chip in download mode; keeps what the chip sends."""

    def __init__(self, kind: ChipType, flash_bytes: int = 4 * MIB) -> None:
        self.store = MemoryStore(flash_bytes)
        self.sent = bytearray()
        self.host_baud = 0
        self.bauds: list[int] = []
        self.restarts = 0
        self.chip = Chip(kind, MAC, NorFlash(self.store, flash_bytes, MAC), self)
        self.chip.reset("power_on", download=True)

    def send(self, data: bytes) -> None:
        self.sent += data

    def set_baud(self, baud: int) -> None:
        self.bauds.append(baud)

    def reset_baud(self) -> None:
        self.bauds.append(START_BAUD)

    def restart(self) -> None:
        self.restarts += 1

    def packets(self, data: bytes) -> list[bytes]:
        """What the chip answers to bytes of the line."""
        self.sent.clear()
        self.chip.receive(data)
        return slip.SlipDecoder().feed(bytes(self.sent))

    def ask(self, opcode: int, body: bytes = b"", check: int = 0) -> tuple[int, bytes]:
        """The value and the body of the first answer to a command."""
        head = struct.pack("<BBHI", 0, opcode, len(body), check)
        answer = self.packets(slip.encode(head + body))[0]
        direction, _opcode, size, value = struct.unpack_from("<BBHI", answer)
        assert (direction, size) == (1, len(answer) - 8)
        return value, answer[8:]

    def words(self, opcode: int, *words: int) -> bytes:
        """The body of the answer to a command of words."""
        return self.ask(opcode, struct.pack(f"<{len(words)}I", *words))[1]

    def data(self, opcode: int, number: int, data: bytes) -> bytes:
        """The body of the answer to a block of data."""
        head = struct.pack("<4I", len(data), number, 0, 0)
        return self.ask(opcode, head + data, checksum(data))[1]

    def start_stub(self) -> list[bytes]:
        """Loads something at the address of a stub and enters it; returns what it says."""
        address = self.chip.kind.stub_addresses[0]
        self.words(0x05, 8, 1, 8, address)
        self.data(0x07, 0, bytes(8))
        body = struct.pack("<2I", 0, address + 4)
        return self.packets(slip.encode(struct.pack("<BBHI", 0, 0x06, 8, 0) + body))


def test_slip_is_understood_wherever_it_is_cut() -> None:
    packets = [b"\xc0\xdb\x00plain", b"\xdb\xdc"]
    stream = b"ets Jul 29 2019\r\n" + b"".join(map(slip.encode, packets))
    for cut in range(len(stream)):
        decoder = slip.SlipDecoder()
        found = decoder.feed(stream[:cut]) + decoder.feed(stream[cut:])
        assert found[-2:] == packets


def test_sync_is_answered_eight_times_and_tells_the_rom_from_the_stub(kind: ChipType) -> None:
    host = Host(kind)
    sync = slip.encode(b"\0\x08\x24\0\0\0\0\0" + b"\x07\x07\x12\x20" + b"\x55" * 32)
    assert host.packets(sync) == [b"\x01\x08\x04\x00" + b"\x07\x07\x12\x20" + ROM_OK] * 8
    answer, hello = host.start_stub()
    assert (answer[8:], hello) == (ROM_OK, b"OHAI")
    assert host.packets(sync) == [b"\x01\x08\x02\x00" + bytes(4) + STUB_OK] * 8


def test_other_code_in_ram_runs_nowhere_and_the_line_is_silent() -> None:
    host = Host(chip_type.load("esp32"))
    host.words(0x05, 8, 1, 8, 0x40080000)
    host.data(0x07, 0, bytes(8))
    assert host.words(0x06, 0, 0x40080000) == ROM_OK
    assert host.packets(slip.encode(b"\0\x0a\x04\0\0\0\0\0\0\0\0\0")) == []


def test_the_rom_names_its_errors(kind: ChipType) -> None:
    host = Host(kind)

    def failed(body: bytes) -> int:
        assert (body[0], len(body)) == (1, 4)
        return body[1]

    answers = host.packets(slip.encode(struct.pack("<BBHI", 0, 0xD0, 0, 0)))
    assert len(answers) == 8, "the ROM answers an unknown command several times"
    assert failed(answers[0][8:]) == ERROR["unknown"]
    assert failed(host.ask(0x0A, b"\0\0")[1]) == ERROR["unknown"], "a word is missing"
    assert host.words(0x02, 0x400, 1, 0x400, 0) == ROM_OK
    assert (
        failed(host.ask(0x03, struct.pack("<4I", 4, 0, 0, 0) + b"abcd", 0)[1]) == ERROR["checksum"]
    )
    assert failed(host.words(0x02, 0x400, 1, 0x400, 4 * MIB)) == ERROR["write"]
    assert failed(host.words(0x13, 4 * MIB - 1, 2, 0, 0)) == ERROR["read"]
    assert failed(host.words(0x0E, 0, 65)) == ERROR["read length"]


def test_the_stub_names_its_errors() -> None:
    host = Host(chip_type.load("esp32"))
    host.start_stub()
    assert host.ask(0x77)[1] == b"\xff\x00", "an unknown command"
    assert host.words(0x03) == b"\xc0\x00", "a block without its head"
    assert host.data(0x03, 0, b"data") == b"\xc6\x00", "data before FLASH_BEGIN"
    assert host.ask(0x03, struct.pack("<4I", 4, 0, 0, 0) + b"abcd", 0)[1] == b"\xc1\x00"
    assert host.words(0xD1, 1, 4096) == b"\xc3\x00", "no whole sectors"
    assert host.words(0x10, 16, 1, 64, 0) == STUB_OK
    assert host.data(0x11, 0, b"no zlib") == b"\xc7\x00"
    assert host.words(0x10, 16, 1, 64, 0) == STUB_OK
    assert host.data(0x11, 0, zlib.compress(bytes(17))) == b"\xc9\x00", "more than announced"


@pytest.mark.parametrize("stub", [False, True], ids=["rom", "stub"])
def test_flash_is_written_read_and_digested(kind: ChipType, stub: bool) -> None:
    host, good = Host(kind), ROM_OK
    if stub:
        host.start_stub()
        good = STUB_OK
    content = hashlib.shake_256(b"content").digest(5000)
    packed = zlib.compress(content)
    host.store.write(0x10000, bytes(0x4000))
    assert host.words(0x10, len(content), 2, 1024, 0x10000) == good
    for number, at in enumerate(range(0, len(packed), 1024)):
        assert host.data(0x11, number, packed[at : at + 1024]) == good
    assert host.store.read(0x10000, 5000) == content
    assert host.store.read(0x12000, 1) == b"\0", "the sectors behind it are as they were"
    md5 = hashlib.md5(content)
    digest = md5.digest() if stub else md5.hexdigest().encode()
    assert host.words(0x13, 0x10000, 5000, 0, 0) == digest + good


def test_the_stub_reads_in_a_stream_and_waits_for_confirmations() -> None:
    host = Host(chip_type.load("esp32s3"))
    host.start_stub()
    host.store.write(0, bytes(range(256)) * 40)
    head = struct.pack("<BBHI", 0, 0xD2, 16, 0)
    first = host.packets(slip.encode(head + struct.pack("<4I", 0, 10_000, 4096, 1)))
    assert [len(packet) for packet in first] == [10, 4096], "one packet may be unconfirmed"
    second = host.packets(slip.encode(struct.pack("<I", 4096)))
    third = host.packets(slip.encode(struct.pack("<I", 8192)))
    last = host.packets(slip.encode(struct.pack("<I", 10_000)))
    content = first[1] + second[0] + third[0]
    assert content == host.store.read(0, 10_000)
    assert last == [hashlib.md5(content).digest()]
    assert host.ask(0x0A, bytes(4))[1] == STUB_OK, "commands again"


def test_an_interrupted_write_leaves_a_part() -> None:
    host = Host(chip_type.load("esp32"))
    host.start_stub()
    host.store.write(0, bytes(0x3000))
    host.words(0x02, 0x3000, 3, 0x1000, 0)
    host.data(0x03, 0, b"\x55" * 0x1000)
    assert host.store.read(0, 0x3000) == b"\x55" * 0x1000 + bytes(0x2000)


def test_a_flash_clears_bits_and_erases_sectors() -> None:
    store = MemoryStore(MIB)
    flash = NorFlash(store, MIB, MAC)
    flash.program(10, b"\x0f")
    flash.program(10, b"\xf1")
    assert flash.read(9, 3) == b"\xff\x01\xff"
    flash.program(0x1000, bytes(0x2000))
    flash.erase(0x1001, 1)
    assert flash.read(0x1000, 0x2000) == b"\xff" * 0x1000 + bytes(0x1000)
    assert flash.command(0x9F, 0, b"", 3)[1:] == b"\x40\x14", "1 MB is 2 to the 20th"
    assert flash.command(0x77, 0, b"", 2) == b"\xff\xff"


def test_the_flash_answers_through_the_registers_once_it_is_attached(kind: ChipType) -> None:
    host, spi = Host(kind), kind.spi

    def flash_id() -> int:
        for offset, value in (
            (spi.user + 0x10, 23),  # bits to receive, less one
            (spi.user, 1 << 31 | 1 << 28),  # a command, and an answer
            (spi.user + 8, 7 << 28 | 0x9F),
            (0, 1 << 18),
        ):
            host.words(0x09, spi.base + offset, value, 0xFFFFFFFF, 0)
        return host.ask(0x0A, struct.pack("<I", spi.base + spi.data))[0]

    assert flash_id() == 0
    assert host.ask(0x0D, bytes(8))[1] == ROM_OK
    assert flash_id() >> 8 == 0x1640
    assert host.ask(0x0A, struct.pack("<I", spi.base))[0] == 0, "the transfer is over"


def test_fuses_cannot_be_changed(kind: ChipType) -> None:
    host = Host(kind)
    address = kind.efuse.base + kind.efuse.mac
    host.words(0x09, address, 0, 0xFFFFFFFF, 0)
    assert host.ask(0x0A, struct.pack("<I", address))[0] == 0xC4010203


def test_a_new_rate_begins_after_the_answer_and_ends_at_a_reset() -> None:
    host = Host(chip_type.load("esp32"))
    assert host.words(0x0F, 921_600, 0) == ROM_OK
    assert host.bauds == [START_BAUD, 921_600]
    divider = host.ask(0x0A, struct.pack("<I", host.chip.kind.uart_divider))[0]
    assert divider == round(40_000_000 / 921_600)
    host.chip.reset("power_on", download=True)
    assert host.bauds[-1] == START_BAUD


def test_the_rom_measures_the_rate_of_the_host() -> None:
    host = Host(chip_type.load("esp32"))
    host.host_baud = 57_600
    host.ask(0x08, b"\x07\x07\x12\x20" + b"\x55" * 32)
    divider = host.ask(0x0A, struct.pack("<I", host.chip.kind.uart_divider))[0]
    assert (host.bauds[-1], divider) == (57_600, round(40_000_000 / 57_600))


def new_flash(kind: ChipType) -> NorFlash:
    """A flash as on a new board."""
    flash = NorFlash(MemoryStore(4 * MIB), 4 * MIB, MAC)
    for offset, data in factory_firmware(kind).items():
        flash.program(offset, data)
    return flash


def test_a_good_flash_starts_its_program(kind: ChipType) -> None:
    result = boot(kind, new_flash(kind), "power_on")
    assert result.image is not None and result.image.app is not None
    assert result.image.app.project == "micropython"
    first = "ets Jul 29 2019 12:21:46" if kind.image_id == 0 else "ESP-ROM:esp32"
    assert result.log.startswith(first)
    assert f"rst:{kind.resets['power_on']}," in result.log
    assert "\r\nentry 0x4" in result.log and "E (" not in result.log


def erase(offset: int, size: int) -> Callable[[NorFlash], None]:
    return lambda flash: flash.erase(offset, size)


BROKEN = {
    "empty": (erase(0, 4 * MIB), "invalid header: 0xffffffff\r\n" * 7),
    "no table": (erase(TABLE_OFFSET, 0x1000), "boot: load partition table error!"),
    "no program": (
        erase(APP_OFFSET, 0x10000),
        "esp_image: image at 0x10000 has invalid magic byte (nothing flashed here?)",
    ),
    "half a program": (
        erase(APP_OFFSET + 0x4000, 0x10000),
        "esp_image: invalid segment length 0xffffffff",
    ),
    "no end": (erase(APP_OFFSET + 0x5000, 0x10000), "esp_image: Checksum failed. Calculated 0x"),
}


@pytest.mark.parametrize("state", BROKEN)
def test_a_broken_flash_says_what_is_missing(kind: ChipType, state: str) -> None:
    flash = new_flash(kind)
    breaks, message = BROKEN[state]
    breaks(flash)
    result = boot(kind, flash, "watchdog")
    assert result.image is None
    assert message in result.log


def test_a_damaged_hash_is_told_from_a_damaged_checksum() -> None:
    kind = chip_type.load("esp32c3")
    flash, image = new_flash(kind), factory_firmware(kind)[APP_OFFSET]
    odd = [at for at in range(0x400, 0x800) if image[at] & 1]
    for at in odd[:2]:  # two equal changes: the checksum is as it was
        flash.program(APP_OFFSET + at, bytes((image[at] & 0xFE,)))
    assert "esp_image: Image hash failed - image is corrupt" in boot(kind, flash, "power_on").log


def test_a_program_for_another_chip_is_refused() -> None:
    esp32, c3 = chip_type.load("esp32"), chip_type.load("esp32c3")
    flash = new_flash(esp32)
    flash.erase(APP_OFFSET, 0x10000)
    flash.program(APP_OFFSET, factory_firmware(c3)[APP_OFFSET])
    log = boot(esp32, flash, "power_on").log
    assert "E (60) boot_comm: mismatch chip ID, expected 0, found 5\r\n" in log


def test_firmware_at_the_offset_of_another_chip_does_not_boot() -> None:
    esp32, s3 = chip_type.load("esp32"), chip_type.load("esp32s3")
    flash = NorFlash(MemoryStore(4 * MIB), 4 * MIB, MAC)
    flash.program(0, factory_firmware(esp32)[0x1000])
    assert "invalid header: 0xffffffff" in boot(esp32, flash, "power_on").log
    flash = new_flash(s3)
    assert "invalid header: " in boot(esp32, flash, "power_on").log
