"""The drive of a Pico that waits in its boot ROM: where it is mounted, and how a file gets there.

Trust boundary: whatever is plugged in may call itself a Pico's drive. Only a few bytes of it are
read, and what it took is read back through the board later.
"""

import errno
import os
import re
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path

from hardware.bench.chip import pico_boot_rom
from hardware.bench.serving.usb_folder import SERIAL
from hardware.i18n import sanitize
from station.flash.fault_words import FlashFault
from station.flash.slot import Slot, hub_of
from station.inventory.tables import NAME

CHIPS = {pico_boot_rom.load(chip).drive: chip for chip in pico_boot_rom.names()}
"""The chips by the names of their drives, which are also the Board-IDs in INFO_UF2.TXT."""
PLACES = tuple(
    f"{place}/{name}*"
    for place in ("/media/*", "/run/media/*", "/media", "/Volumes")
    for name in CHIPS
)
"""Where systems mount such a drive; a second one gets a number behind its label."""
INFO = "INFO_UF2.TXT"
MOST_INFO = 4096
PIECE = 1 << 16
_BOARD_ID = re.compile(rb"^Board-ID: *(.*?)\r?$", re.MULTILINE)
_USB_INTERFACE = re.compile(r"/(\d+-[\d.]+):[\d.]+/")


@dataclass(frozen=True)
class PicoDrive:
    """A drive that is mounted."""

    folder: Path
    board_id: str
    """As its INFO_UF2.TXT says: `RPI-RP2` for an RP2040."""
    usb_path: str
    """Where the board is plugged in; "": the system does not say it."""

    @property
    def chip(self) -> str:
        """The chip that has such a drive; "": it is not known."""
        return CHIPS.get(self.board_id, "")


def pico_drives(port: str = "") -> list[PicoDrive]:
    """The drives that are mounted where systems do it; with the port of a virtual Pico also those
    of its bench, which are beside it."""
    folder = Path(port).parent
    root = escape(str(folder.parent))
    beside = [f"{root}/*/{name}" for name in CHIPS] if folder.name == SERIAL else []
    folders = {Path(one) for place in (*PLACES, *beside) for one in glob(place)}
    return [drive for one in sorted(folders) if (drive := drive_at(one))]


def drive_at(folder: Path) -> PicoDrive | None:
    """The drive at a folder; None when there is none."""
    try:
        descriptor = _open(folder / INFO, os.O_RDONLY)
        try:
            found = _BOARD_ID.search(os.read(descriptor, MOST_INFO))
        finally:
            os.close(descriptor)
    except OSError:
        return None
    name = sanitize(found[1].decode("ascii", "replace")) if found else "?"
    return PicoDrive(folder, name, _usb_path(folder))


def slot_of(folder: Path) -> Slot:
    """The slot of a drive."""
    path = _usb_path(folder)
    return Slot(path, hub_of(path)) if path else Slot(str(folder)[-NAME:])


def _usb_path(folder: Path) -> str:
    """The USB path of what is mounted at a folder, by Linux; "" where it does not say it."""
    try:
        if not os.path.ismount(folder):
            return ""
        device = folder.stat().st_dev
        link = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
        found = _USB_INTERFACE.findall(os.path.realpath(link))
    except OSError:
        return ""
    return str(found[-1]) if found else ""


def _open(path: Path, flags: int) -> int:
    """The descriptor of a file on a drive: a link could lead to any file of this computer, and to
    open a FIFO could take for ever. Raises: OSError when it is no ordinary file."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    return descriptor


def copy_to_drive(
    drive: PicoDrive, file: Path, on_part: Callable[[float], None], stopped: threading.Event
) -> None:
    """Copy a file, and have each piece written before the next one.

    The board starts as soon as it has the last block, so an error in the last piece may be its
    success: what the board holds is read back afterwards.

    Raises: FlashFault; its fact `done` is 0 when the drive took nothing.
    """
    data, target = file.read_bytes(), drive.folder / file.name
    done = 0
    try:
        descriptor = _open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            while done < len(data):
                if stopped.is_set():
                    raise FlashFault("stopped")
                if not target.exists():
                    raise FlashFault("drive_lost")
                done += os.write(descriptor, data[done : done + PIECE])
                os.fsync(descriptor)
                on_part(done / len(data))
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FlashFault("drive_full", drive=str(drive.folder), done=done) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO):
            raise FlashFault("drive_read_only", drive=str(drive.folder), done=done) from error
        if done + PIECE < len(data):
            raise FlashFault("drive_lost") from error
