"""What USB devices of a bench look like to other programs: a folder of its own among the temporary
files. Real USB needs the kernel.

    serial/usb-MicroPython_Board_in_FS_mode_e66124…-if00    as udev's /dev/serial/by-id
    1/RPI-RP2/                                              the drive of the first board
"""

import os
import shutil
import tempfile
from pathlib import Path

from hardware.atomic_file import is_alive

PREFIX = "warsha-usb-"
SERIAL = "serial"
"""The folder of the serial lines."""


class UsbFolder:
    """The folder; it is made when something is to be in it. Raises: OSError when it cannot be."""

    def __init__(self) -> None:
        self._root: Path | None = None

    def serial_link(self, name: str) -> Path:
        """The place of a link to a serial line, which is not made here."""
        folder = self._need_root() / SERIAL
        folder.mkdir(exist_ok=True)
        return folder / name

    def drive(self, number: int, name: str) -> Path:
        """The place of the drive of a board, which is not made here."""
        folder = self._need_root() / str(number)
        folder.mkdir(exist_ok=True)
        return folder / name

    def close(self) -> None:
        """Removes it; the second time nothing happens."""
        if self._root:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None

    def _need_root(self) -> Path:
        if self._root is None:
            for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
                if not is_alive(left.name.removeprefix(PREFIX).split("-")[0]):
                    shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
            self._root = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        return self._root
