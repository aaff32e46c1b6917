"""The boot ROM of a virtual Pico between its USB cable and its program.

While a program runs, USB is a serial line. While the boot ROM waits for a UF2 file, because
somebody holds BOOTSEL, the program has asked for it or the flash is empty, there is no serial line
but a drive.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.chip.pico_boot_rom import PicoBootRom
from hardware.bench.chip.pico_firmware import Program, build_program, find_program
from hardware.bench.chip.uf2_receiver import Uf2Receiver
from hardware.bench.serving.chip_port import describe
from hardware.bench.serving.uf2_drive import Uf2Drive
from hardware.i18n import _


class UsbLine(Protocol):
    """The serial line of the board."""

    def from_board(self, data: bytes) -> None:
        """Takes output."""

    def set_plugged(self, plugged: bool) -> None:
        """The line appears, or disappears."""


class BootselPort:
    """One board. `drive` is where its drive appears; `reset` resets it, and it then asks `starts`;
    `tell` gets words for people."""

    def __init__(
        self,
        board: VirtualBoard,
        rom: PicoBootRom,
        flash: NorFlash,
        line: UsbLine,
        drive: Callable[[], Path],
        reset: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._board = board
        self._rom = rom
        self._flash = flash
        self._line = line
        self._place = drive
        self._reset = reset
        self._tell = tell
        self._asked = False
        """Whether the program has asked for the boot ROM."""
        self._drive: Uf2Drive | None = None
        self._receiver = Uf2Receiver(flash, rom.uf2_family)
        self.takes_input = False
        """Whether no program takes the line's bytes: they are dropped."""

    @property
    def usb_name(self) -> str:
        """The name that udev gives to the serial line."""
        return f"usb-MicroPython_Board_in_FS_mode_e661{self._board.uid}-if00"

    @property
    def drive(self) -> Path | None:
        """The drive, while there is one."""
        return self._drive.folder if self._drive else None

    def reset(self, download: bool) -> None:
        """The lines DTR and RTS: on this board they lead nowhere else than to the reset."""
        if not download:
            self._reset()

    def enter_loader(self) -> None:
        """The program has called `machine.bootloader()`."""
        self._asked = True
        self._reset()

    def starts(self) -> bool:
        """The board is reset: whether its program starts."""
        self.switch_off()
        waits = self._asked or self._board.circuit.boot_held
        self._asked = False
        program = None if waits else self._program()
        self.takes_input = program is None or not program.micropython
        if program is None:
            self._open_drive()
            return False
        self._line.set_plugged(True)
        if program.sha256 != _factory(self._board.board.chip).sha256:
            text = describe(program.title, program.micropython, program.sha256)
            self._say(text)
        return bool(program.micropython)

    def receive(self, data: bytes) -> None:
        """Bytes from the line for which there is no program."""

    def serve(self) -> None:
        """Looks for files in the drive."""
        if self._drive:
            for text in self._drive.serve():
                self._say(text)
            if self._receiver.finish():
                program = self._program()
                title = (program and program.title) or "?"
                text = _("All {count} blocks are in the flash: {title}. The board starts.")
                self._say(text.format(count=self._receiver.count, title=title))
                self._reset()

    def idle_s(self) -> float | None:
        """`serve` must be called after this time; None when nothing is to be done."""
        return self._drive.idle_s() if self._drive else None

    def switch_off(self) -> None:
        """The drive disappears, if there is one."""
        if self._drive:
            self._drive.close()
            self._drive = None

    def _open_drive(self) -> None:
        self._receiver = Uf2Receiver(self._flash, self._rom.uf2_family)
        self._drive = Uf2Drive(self._place(), self._receiver, self._rom)
        text = _("The boot ROM waits for a UF2 file. Its drive is the folder {folder}")
        self._say(text.format(folder=self._drive.folder))
        self._line.set_plugged(False)

    def _program(self) -> Program | None:
        firmware_bytes = self._board.board.flash_bytes - self._board.flash.size
        return find_program(self._flash.read(0, firmware_bytes), self._board.board.chip)

    def _say(self, text: str) -> None:
        self._line.from_board(f"[bench] {text}\r\n".encode())
        self._tell(text)


@cache
def _factory(chip: str) -> Program:
    found = find_program(build_program(chip=chip), chip)
    assert found
    return found
