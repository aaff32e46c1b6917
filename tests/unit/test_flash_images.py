"""Image files: what is checked before a board is written, and downloads."""

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grader.errors import DiskFull
from hardware.bench.chip import chip_type
from hardware.bench.chip.micropython_firmware import factory_firmware
from station.flash import image_cache, images
from station.flash.fault_words import FlashFault
from station.flash.identify import ChipIdentity
from station.flash.image_layout import layout_of
from station.flash.images import CatalogueEntry, catalogue, image_for, image_from_file
from tests.support.firmware_images import whole_image, write_image

CHIP = ChipIdentity("esp32", "ESP32", "24:0a:c4:00:00:01", 4 << 20)


def refused(file: Path, chip: str = "", offset: int | None = None) -> FlashFault:
    """The fault of a file."""
    with pytest.raises(FlashFault) as found:
        layout_of(file, chip, offset)
    assert str(file) in str(found.value)
    return found.value


@pytest.mark.parametrize("chip", chip_type.names())
def test_an_image_is_read_as_its_chip_reads_it(tmp_path: Path, chip: str) -> None:
    layout = layout_of(write_image(tmp_path, chip=chip))
    start = chip_type.load(chip).bootloader_offset
    assert (layout.chip, layout.offset, layout.version) == (chip, start, "v1.24.1")
    assert layout.flash_bytes == 4 << 20 and not layout.has_data
    assert [region.offset for region in layout.fixed] == [start, 0x10000]


def test_a_copy_of_a_whole_flash_begins_at_0(tmp_path: Path) -> None:
    file = tmp_path / "backup.bin"
    file.write_bytes(b"\xff" * 0x1000 + whole_image() + b"\xff" * 0x1F0000 + b"files")
    layout = layout_of(file)
    assert layout.chip == "esp32" and layout.offset == 0


def test_a_file_for_another_chip_names_both(tmp_path: Path) -> None:
    fault = refused(write_image(tmp_path, chip="esp32s3"), "esp32c3")
    assert fault.kind == "image_wrong_chip"
    assert "ESP32-S3" in str(fault) and "ESP32-C3" in str(fault)


def test_a_wrong_offset_is_found(tmp_path: Path) -> None:
    fault = refused(write_image(tmp_path), "esp32", 0)
    assert fault.kind == "wrong_offset" and "0x1000, not 0x0" in str(fault)
    fault = refused(write_image(tmp_path, chip="esp32s3"), "esp32s3", 0x1000)
    assert fault.kind == "wrong_offset" and "0x0, not 0x1000" in str(fault)


def test_a_program_without_its_loader_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "micropython.app-bin"
    file.write_bytes(factory_firmware(chip_type.load("esp32"))[0x10000])
    assert refused(file).kind == "only_program"


@pytest.mark.parametrize("size", [0x1000, 0x6000])
def test_the_first_part_of_an_image_is_refused(tmp_path: Path, size: int) -> None:
    file = tmp_path / "bootloader.bin"
    file.write_bytes(whole_image()[:size])
    assert refused(file).kind == "only_program"


@pytest.mark.parametrize(
    "content", [b"", b"\xe9", b"<html>not found</html>" * 100, b"\xff" * 9000]
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.bin"
    file.write_bytes(content)
    assert refused(file).kind == "not_an_image"


@pytest.mark.parametrize("at", [0x30, 0xF100, 0xF800, -1])
def test_a_damaged_image_is_refused(tmp_path: Path, at: int) -> None:
    data = bytearray(whole_image())
    data[at] ^= 1
    file = tmp_path / "damaged.bin"
    file.write_bytes(data)
    assert refused(file).kind == "damaged_image"


@pytest.mark.parametrize("chip", ["esp32", "esp32s3"])
def test_an_image_that_is_cut_anywhere_is_refused(tmp_path: Path, chip: str) -> None:
    file, data = tmp_path / "cut.bin", whole_image(chip)
    program = 0x10000 - chip_type.load(chip).bootloader_offset
    for size in (39112, *range(24, len(data), 997), *range(program - 4, program + 36)):
        file.write_bytes(data[:size])
        assert refused(file).kind in ("only_program", "damaged_image")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no such file" in str(refused(tmp_path / "nothing.bin"))


def test_the_catalogue_names_true_offsets_and_whole_hashes() -> None:
    for entry in catalogue():
        of_esp = entry.chip in chip_type.names()
        assert entry.offset == (chip_type.load(entry.chip).bootloader_offset if of_esp else 0)
        assert entry.url.endswith(".bin" if of_esp else ".uf2")
        assert entry.url.startswith("https://micropython.org/resources/firmware/" + entry.name)
        assert entry.version in entry.url
        assert len(entry.sha256) in (0, 64)


@pytest.mark.parametrize(
    ("chip", "megabytes", "name"),
    [
        ("esp32", 4, "ESP32_GENERIC"),
        ("esp32", 16, "ESP32_GENERIC"),
        ("esp32s3", 4, "ESP32_GENERIC_S3-FLASH_4M"),
        ("esp32s3", 8, "ESP32_GENERIC_S3"),
        ("esp32c3", 4, "ESP32_GENERIC_C3"),
        ("esp32c6", 4, "ESP32_GENERIC_C6"),
    ],
)
def test_the_image_fits_to_chip_and_flash(chip: str, megabytes: int, name: str) -> None:
    identity = ChipIdentity(chip, chip, CHIP.mac, megabytes << 20)
    assert images.entry_for(identity).name == name


def test_a_pico_and_a_pico_w_have_images_of_their_own() -> None:
    identity = ChipIdentity("rp2040", "RP2040", "", 2 << 20)
    names = {"Raspberry Pi Pico": "RPI_PICO", "Raspberry Pi Pico W": "RPI_PICO_W"}
    for board, name in names.items():
        assert images.entry_for(replace(identity, board=board)).name == name
    with pytest.raises(FlashFault, match="Raspberry Pi Pico, Raspberry Pi Pico W") as found:
        images.entry_for(identity)
    assert found.value.kind == "which_board"
    with pytest.raises(FlashFault, match="no image for Arduino Nano RP2040") as found:
        images.entry_for(replace(identity, board="Arduino Nano RP2040 Connect"))
    assert found.value.kind == "no_known_image"


def test_a_pico_2_is_found_by_both_its_names() -> None:
    """The type is called `Raspberry Pi Pico 2`; MicroPython leaves the blank out."""
    identity = ChipIdentity("rp2350", "RP2350", "", 4 << 20)
    for board, name in (
        ("Raspberry Pi Pico2", "RPI_PICO2"),
        ("Raspberry Pi Pico 2", "RPI_PICO2"),
        ("Raspberry Pi Pico 2 W", "RPI_PICO2_W"),
    ):
        assert images.entry_for(replace(identity, board=board)).name == name


@pytest.mark.parametrize(("chip", "megabytes"), [("esp32", 2), ("esp32h2", 4)])
def test_a_chip_without_an_image_is_told(chip: str, megabytes: int) -> None:
    with pytest.raises(FlashFault, match=f"{megabytes} MB") as found:
        images.entry_for(ChipIdentity(chip, chip, CHIP.mac, megabytes << 20))
    assert found.value.kind == "no_known_image"


# -- downloads


class FileServer(ThreadingHTTPServer):
    """Serves one file. `ends_at`: it ends the connection there, once. `damage`: a byte differs."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), FileHandler)
        self.content, self.ends_at, self.damage = content, 0, False
        self.asked: list[str] = []
        """The ranges of the requests."""


class FileHandler(BaseHTTPRequestHandler):
    """See `FileServer`."""

    server: FileServer

    def do_GET(self) -> None:
        """Answers with the file, or a part of it."""
        server, wanted = self.server, self.headers.get("Range", "")
        server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        content = bytearray(server.content)
        if server.damage:
            content[-1] ^= 1
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end, server.ends_at = server.ends_at or len(content), 0
        self.wfile.write(content[start:end])

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server of an image."""
    with FileServer(whole_image(size=200_000)) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def known(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CatalogueEntry]:
    """The image of the server in the catalogue, and an empty cache."""
    (tmp_path / "images").mkdir()
    monkeypatch.setenv(image_cache.VARIABLE, str(tmp_path / "images"))
    url = f"http://127.0.0.1:{server.server_port}/esp32.bin"
    sha256 = hashlib.sha256(server.content).hexdigest()
    entry = CatalogueEntry(
        "ESP32_GENERIC", "v1.24.1", "esp32", 4 << 20, 0x1000, url, len(server.content), sha256
    )
    monkeypatch.setattr(images, "catalogue", lambda: (entry,))
    yield entry


def test_an_image_is_loaded_once_and_then_found(known: CatalogueEntry, server: FileServer) -> None:
    shown: list[tuple[int, int]] = []
    image = image_for(CHIP, lambda done, all_: shown.append((done, all_)))
    assert image.sha256 == known.sha256 and not image.by_hand and image.hash_is_known
    assert shown[-1] == (len(server.content), len(server.content))
    assert image_for(CHIP) == image
    assert len(server.asked) == 1


def test_a_file_on_a_stick_is_found_by_its_hash(
    known: CatalogueEntry, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "other.bin").write_bytes(bytes(len(server.content)))
    (stick / "some name.bin").write_bytes(server.content)
    monkeypatch.setenv(image_cache.VARIABLE, f"{tmp_path / 'empty'}{os.pathsep}{stick}")
    assert image_for(CHIP).file == stick / "some name.bin"
    assert server.asked == []


def test_a_download_that_was_cut_goes_on(known: CatalogueEntry, server: FileServer) -> None:
    server.ends_at = 100_000
    with pytest.raises(FlashFault) as found:
        image_for(CHIP)
    assert found.value.kind == "short_download" and "100000" in str(found.value)
    assert image_for(CHIP).sha256 == known.sha256
    assert server.asked == ["", "bytes=100000-"]


def test_a_damaged_download_is_removed_and_told(
    known: CatalogueEntry, server: FileServer, tmp_path: Path
) -> None:
    server.damage = True
    with pytest.raises(FlashFault) as found:
        image_for(CHIP)
    assert found.value.kind == "damaged_download"
    assert list((tmp_path / "images").iterdir()) == []
    server.damage = False
    assert image_for(CHIP).sha256 == known.sha256


def test_a_damaged_file_of_the_cache_is_loaded_again(
    known: CatalogueEntry, server: FileServer
) -> None:
    file = image_for(CHIP).file
    file.write_bytes(bytes(len(server.content)))
    assert image_for(CHIP).sha256 == known.sha256
    assert len(server.asked) == 2


def test_a_full_disk_is_told_and_the_next_run_goes_on(
    known: CatalogueEntry, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(DiskFull):
        patch.setattr(os, "write", full)
        image_for(CHIP)
    assert image_for(CHIP).sha256 == known.sha256


def test_only_the_default_folder_is_made(
    known: CatalogueEntry,
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(image_cache.VARIABLE, str(tmp_path / "no" / "stick"))
    with pytest.raises(FlashFault, match="WARSHA_IMAGES names a folder that does not") as found:
        image_for(CHIP)
    assert found.value.kind == "no_folder" and server.asked == []
    assert not (tmp_path / "no").exists()
    monkeypatch.delenv(image_cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert image_for(CHIP).file.parent == tmp_path / "cache" / "warsha" / "images"


def test_without_a_network_the_file_and_its_folder_are_named(
    known: CatalogueEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = known._replace(url="http://127.0.0.1:9/esp32.bin")
    monkeypatch.setattr(images, "catalogue", lambda: (nowhere,))
    with pytest.raises(FlashFault) as found:
        image_for(CHIP)
    assert found.value.kind == "no_network"
    assert "esp32.bin" in found.value.cure and image_cache.VARIABLE in found.value.cure
    assert list((tmp_path / "images").iterdir()) == []


def test_an_unknown_hash_is_taken_at_the_first_download(
    known: CatalogueEntry, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "catalogue", lambda: (known._replace(sha256="", size=None),))
    image = image_for(CHIP)
    assert not image.hash_is_known and image.sha256 == known.sha256
    kept = (tmp_path / "images" / "esp32.bin.sha256").read_text()
    assert kept == f"{known.sha256}  esp32.bin\n"
    # A file that was changed since, or has no hash beside it, is not taken.
    image.file.write_bytes(whole_image(version="v1.24.2"))
    assert image_for(CHIP).sha256 == known.sha256
    assert len(server.asked) == 2


def test_a_file_by_hand_is_marked(tmp_path: Path) -> None:
    file = write_image(tmp_path)
    image = image_from_file(file)
    assert image.by_hand and image.chip == "esp32" and image.offset == 0x1000
    assert image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
