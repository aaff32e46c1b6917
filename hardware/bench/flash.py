"""The flash of a virtual board: a littlefs2 image, with the same bytes as on the real chip.

    with Flash(boards.load("pi_pico")) as flash:
        flash.put({"main.py": b"print(1)"})

The image is written here only while the board is off, or between its boots: two writers would not
see each other's changes.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol, cast

from hardware.boards import BoardType
from hardware.errors import FlashError
from hardware.i18n import _, reason

if TYPE_CHECKING:
    from littlefs import UserContext

BLOCK = 4096
"""Erase size of the flash chips of both families; MicroPython's file system uses it too."""
ERASED = b"\xff" * BLOCK
BOOT_PY = b"""\
# This file is executed on every boot (including wake-boot from deepsleep)
#import esp
#esp.osdebug(None)
#import webrepl
#webrepl.start()
"""
"""What MicroPython of the ESP32 series writes when it formats the flash (inisetup.py)."""


class ByteStore(Protocol):
    """Where the bytes of a flash are kept."""

    def read(self, at: int, size: int) -> bytes:
        """Bytes from an offset on."""

    def write(self, at: int, data: bytes) -> None:
        """Writes bytes at an offset."""

    def close(self) -> None:
        """Releases it; the second time nothing happens."""


class FileStore:
    """Bytes in a file, by its descriptor: a board's process uses the same file."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def read(self, at: int, size: int) -> bytes:
        """See `ByteStore`."""
        return os.pread(self.fd, size, at)

    def write(self, at: int, data: bytes) -> None:
        """See `ByteStore`."""
        os.pwrite(self.fd, data, at)

    def close(self) -> None:
        """See `ByteStore`."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class MemoryStore:
    """Bytes in the memory of this process, erased at first."""

    def __init__(self, size: int) -> None:
        self.bytes = bytearray(b"\xff" * size)

    def read(self, at: int, size: int) -> bytes:
        """See `ByteStore`."""
        return bytes(self.bytes[at : at + size])

    def write(self, at: int, data: bytes) -> None:
        """See `ByteStore`."""
        self.bytes[at : at + len(data)] = data

    def close(self) -> None:
        """There is nothing to release."""


class Flash:
    """A flash image in a file. Without a path it is kept in memory, and is gone with the object.

    Raises: FlashError when the file cannot be opened, is in use, or is no image of such a board.
    """

    def __init__(self, board: BoardType, path: str | os.PathLike[str] | None = None) -> None:
        self.size = board.storage_bytes
        """Bytes of its file system."""
        whole = self.size + board.nvs_bytes
        self._first = BOOT_PY if board.family == "esp32" else b""
        self.store: ByteStore
        if path is None and not hasattr(os, "memfd_create"):  # a platform without processes
            self.store = MemoryStore(whole)
            self._format()
            return
        fd = open_image(path, {self.size, whole}) if path else _open_memory()
        self.store = FileStore(fd)
        fresh = os.fstat(fd).st_size == 0
        try:
            os.ftruncate(fd, whole)
            if fresh:
                self._format()
        except OSError as error:
            if fresh:
                os.ftruncate(fd, 0)  # the next bench finds a new file
            self.close()
            cure = _("Make room on this disk, or name a file on another one.")
            raise FlashError(f"{path}: {reason(error)}", cure) from error

    def _format(self) -> None:
        for at, data in _formatted(self.size, self._first).items():
            self.store.write(at, data)

    def fileno(self) -> int:
        """The descriptor of the image file. Raises: TypeError for a flash that has none."""
        if not isinstance(self.store, FileStore):
            raise TypeError("this flash is in no file")
        return self.store.fd

    def close(self) -> None:
        """Closes the file; the second time nothing happens."""
        self.store.close()

    def __enter__(self) -> "Flash":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def put(self, files: Mapping[str, bytes]) -> None:
        """Writes files, with their folders. Raises: FlashError when they do not fit."""
        tree = _mounted(self.store, self.size)
        for name, data in files.items():
            try:
                folder = str(PurePosixPath(name).parent)
                if folder not in (".", "/"):
                    tree.makedirs(folder, exist_ok=True)
                with tree.open(name, "wb") as file:
                    file.write(data)
            except (OSError, _littlefs_error()) as error:
                cause = _("{name} ({size} bytes) cannot be written to the board's flash: {error}.")
                text = cause.format(name=name, size=len(data), error=error)
                raise FlashError(text, _("Remove files, or make them smaller.")) from error
        tree.unmount()

    def take(self, names: Iterable[str]) -> dict[str, bytes]:
        """Removes those of these files that are there; returns their contents. Raises: FlashError
        for a broken image."""
        tree = _mounted(self.store, self.size)
        taken = {}
        for name in names:
            with suppress(FileNotFoundError):
                with tree.open(name, "rb") as file:
                    taken[name] = file.read()
                tree.remove(name)
        tree.unmount()
        return taken

    def read(self, name: str) -> bytes:
        """The content of a file. Raises: FileNotFoundError; FlashError for a broken image."""
        return read_file(self.store, self.size, name)

    def list(self) -> dict[str, int]:
        """The size in bytes of every file, by its whole name without the first slash."""
        tree = _mounted(self.store, self.size)
        found = {}
        for folder, _folders, names in tree.walk("/"):
            for name in names:
                whole = str(PurePosixPath(folder) / name)
                found[whole.lstrip("/")] = tree.stat(whole).size
        return found


def _open_memory() -> int:
    return os.memfd_create("warsha-flash", os.MFD_CLOEXEC)


def open_image(path: str | os.PathLike[str], sizes: set[int]) -> int:
    """Opens the file for one bench alone. It has to be empty, or of one of these sizes. Raises:
    FlashError."""
    import fcntl  # here, as only files need it and not every platform has it

    cure = _("Name a new file, or an image that a bench has made for such a board.")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FlashError(f"{path}: {reason(error)}", cure) from error
    what = ""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        what = _("{file}: another bench works with it").format(file=path)
    if not what and os.fstat(fd).st_size not in {0, *sizes}:
        what = _("{file}: not a flash image of this board").format(file=path)
    if what:
        os.close(fd)
        raise FlashError(what, cure)
    return fd


def read_file(store: ByteStore, size: int, name: str) -> bytes:
    """The content of a file in an image whose file system has that size.

    Raises: FileNotFoundError; FlashError for a broken image.
    """
    tree = _mounted(store, size)  # kept in a variable: an open file alone does not keep it alive
    with tree.open(name, "rb") as file:
        data: bytes = file.read()
    return data


class _Blocks:
    """The block device that littlefs-python calls (it duck-types its UserContext)."""

    def __init__(self, store: ByteStore) -> None:
        self._store = store

    def read(self, _config: Any, block: int, offset: int, size: int) -> bytearray:
        return bytearray(self._store.read(block * BLOCK + offset, size))

    def prog(self, _config: Any, block: int, offset: int, data: bytes) -> int:
        self._store.write(block * BLOCK + offset, data)
        return 0

    def erase(self, _config: Any, block: int) -> int:
        self._store.write(block * BLOCK, ERASED)
        return 0

    def sync(self, _config: Any) -> int:
        return 0


def _littlefs(store: ByteStore, size: int) -> Any:
    """littlefs with the sizes that MicroPython uses (extmod/vfs_lfs.c), not mounted."""
    from littlefs import LittleFS  # here, as it takes 40 ms that most uses of a bench need not pay

    return LittleFS(
        context=cast("UserContext", _Blocks(store)),
        mount=False,
        block_size=BLOCK,
        block_count=size // BLOCK,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        block_cycles=100,
    )


def _mounted(store: ByteStore, size: int) -> Any:
    tree = _littlefs(store, size)
    try:
        tree.mount()
    except (OSError, _littlefs_error()) as error:
        cause = _("The flash image holds no file system: {error}.").format(error=error)
        raise FlashError(
            cause, _("Delete the image file; the next boot formats a new one.")
        ) from error
    return tree


@cache
def _littlefs_error() -> type[Exception]:
    from littlefs import LittleFSError

    return LittleFSError


@cache
def _formatted(size: int, boot_py: bytes) -> dict[int, bytes]:
    """The blocks that a file system of this size has written at first, by their offsets. It is
    empty, or holds one file."""
    store = MemoryStore(size)
    _littlefs(store, size).format()
    if boot_py:
        tree = _mounted(store, size)
        with tree.open("boot.py", "wb") as file:
            file.write(boot_py)
        tree.unmount()
    blocks = {at: store.read(at, BLOCK) for at in range(0, size, BLOCK)}
    return {at: data for at, data in blocks.items() if data != ERASED}
