"""The two programs that answer a flashing tool: the loader in the chip's ROM, and the flasher stub
that tools put into RAM. Both have one protocol (`commands.py`), with differences.

The stub of a tool is not run: after its upload, `StubLoader` answers in its place.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol

from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.commands import (
    ROM_AND_STUB,
    ROM_ONLY,
    STUB_ONLY,
    LoaderCommand,
    LoaderError,
    LoaderRequest,
    Status,
    answer,
    arguments,
    parse,
)
from hardware.bench.chip.flash_download import CompressedDownload, FlashDownload
from hardware.bench.chip.nor_flash import SECTOR, NorFlash
from hardware.bench.chip.registers import Registers

REPEATED = 8
"""The ROM and the stub answer a SYNC this often, and the ROM also a command that it does not
know."""
SLOW_READ_BYTES = 64
"""READ_FLASH_SLOW always returns so many."""


MOST_SENT = 0x10000
"""The stub sends at most so much before the host confirms it, also when the host allows more. The
line keeps twice as much for a host that is busy."""
DEFAULT_FLASH_BYTES = 0x400000
"""The size of the flash until SPI_SET_PARAMS tells it."""


class LoaderHost(Protocol):
    """What a loader needs of its chip."""

    kind: ChipType
    flash: NorFlash
    registers: Registers

    def send(self, packet: bytes) -> None:
        """Sends a packet to the host."""

    def set_baud(self, baud: int) -> None:
        """Changes the rate of the serial line, after what was sent."""

    def measure_baud(self) -> None:
        """Takes over the rate of the host."""

    def enter(self, address: int) -> None:
        """Leaves the loader for code in RAM."""

    def restart(self) -> None:
        """Resets the chip, which then boots from its flash."""


def by_opcode(commands: Iterable[LoaderCommand]) -> dict[int, LoaderCommand]:
    """Commands by their opcodes."""
    return {command.opcode: command for command in commands}


class Loader(ABC):
    """What both do in the same way. A method named as a command in small letters does it, and
    returns the body of the answer. Raises: LoaderError, which is answered with a status."""

    COMMANDS: ClassVar[dict[int, LoaderCommand]]
    SYNC_VALUE: ClassVar[int]
    """The value in the answers to SYNC, by which tools tell the stub from the ROM."""
    SUCCESS: ClassVar[bytes]
    ERASES_AS_IT_WRITES: ClassVar[bool]

    def __init__(self, chip: LoaderHost) -> None:
        self.chip = chip
        self._download: FlashDownload | CompressedDownload | None = None
        self._flash_bytes = DEFAULT_FLASH_BYTES
        self._ram_at = 0
        self._uploads: list[int] = []
        """Where the pieces of code in RAM begin."""
        self._after_answer: Callable[[], None] | None = None

    def take(self, packet: bytes) -> None:
        """Does what a packet asks for, and answers it."""
        request = parse(packet)
        command = request and self._known(request.opcode)
        if not request or not command:
            self._refuse(request.opcode if request else 0)
            return
        value, body = self._run(command, request)
        for _number in range(REPEATED if command.name == "SYNC" else 1):
            self.chip.send(answer(request.opcode, value, body))
        after, self._after_answer = self._after_answer, None
        if after:
            after()

    def _known(self, opcode: int) -> LoaderCommand | None:
        """The command of an opcode."""
        command = self.COMMANDS.get(opcode)
        is_security = command is not None and command.name == "GET_SECURITY_INFO"
        return None if is_security and not self.chip.kind.security_info_bytes else command

    def _run(self, command: LoaderCommand, request: LoaderRequest) -> tuple[int, bytes]:
        """The value and the body of the answer."""
        try:
            found = arguments(command, request)
            if command.name == "SYNC":
                self._measure_baud()
                return self.SYNC_VALUE, self.SUCCESS
            if command.name == "READ_REG":
                return self.chip.registers.read(int(found["address"])), self.SUCCESS
            method: Callable[..., bytes | None] = getattr(self, command.name.lower())
            return 0, (method(**found) or b"") + self.SUCCESS
        except LoaderError as error:
            return 0, self._status(error.status)

    def _measure_baud(self) -> None:
        """A SYNC came. The stub knows its rate."""
        return

    @abstractmethod
    def _status(self, status: Status) -> bytes:
        """The status bytes of a failure."""

    @abstractmethod
    def _refuse(self, opcode: int) -> None:
        """Answers a command that the loader does not know."""

    # -- RAM and registers

    def mem_begin(self, size: int, blocks: int, block_size: int, offset: int) -> None:
        """Code or data for RAM follows."""
        self._ram_at = offset
        self._uploads.append(offset)

    def mem_data(self, number: int, data: bytes) -> None:
        """A block of it."""
        self.chip.registers.load(self._ram_at, data)
        self._ram_at += len(data)

    def mem_end(self, stays: int, entry: int) -> None:
        """Runs it, unless the tool wants to stay in the loader."""
        uploads, self._uploads = self._uploads, []
        if not stays:
            below = [begin for begin in uploads if begin <= entry]
            self._after_answer = lambda: self.chip.enter(max(below, default=entry))

    def write_reg(self, address: int, value: int, mask: int, delay_us: int) -> None:
        """Sets bits of a word."""
        self.chip.registers.write(address, value, mask)

    # -- settings

    def change_baudrate(self, baud: int, old_baud: int) -> None:
        """Both ends go on at another rate."""
        if not baud:
            raise LoaderError(Status.BAD_PARAMETER)
        self._after_answer = lambda: self.chip.set_baud(baud)

    def spi_attach(self, pins: int) -> None:
        """Connects the flash. (On other pins than the usual ones there is none.)"""
        self.chip.registers.flash_attached = pins == 0

    def spi_set_params(self, size: int) -> None:
        """Tells the size of the flash."""
        self._flash_bytes = size

    def get_security_info(self) -> bytes:
        """Flags, a count, the purposes of seven keys, the chip id, a version: no key is set."""
        kind = self.chip.kind
        return (bytes(12) + kind.image_id.to_bytes(8, "little"))[: kind.security_info_bytes]

    # -- the flash

    def flash_begin(self, size: int, blocks: int, block_size: int, offset: int) -> None:
        """Plain data for the flash follows."""
        self._download = self._begin(offset, size)

    def flash_defl_begin(self, size: int, blocks: int, block_size: int, offset: int) -> None:
        """Compressed data for the flash follows."""
        self._download = CompressedDownload(self._begin(offset, size))

    def _begin(self, offset: int, size: int) -> FlashDownload:
        self._need_flash(offset, size, Status.NOT_WRITTEN)
        erases = self.ERASES_AS_IT_WRITES
        download = FlashDownload(self.chip.flash, offset, size, erases=erases)
        if not erases and size:
            self.chip.flash.erase(offset, size)
        return download

    def flash_data(self, number: int, data: bytes) -> None:
        """A block of it."""
        if self._download is None:
            raise LoaderError(Status.NOT_BEGUN)
        self._download.write(data)

    def flash_defl_data(self, number: int, data: bytes) -> None:
        """The same: what was begun knows whether it is compressed."""
        self.flash_data(number, data)

    def flash_end(self, stays: int) -> None:
        """Ends the download. 0 restarts the chip; with 1 the ROM runs the program in the flash,
        and the stub stays."""
        self._download = None
        if not stays or not self.ERASES_AS_IT_WRITES:
            self._after_answer = self.chip.restart

    def flash_defl_end(self, stays: int) -> None:
        """The same."""
        self.flash_end(stays)

    def spi_flash_md5(self, offset: int, size: int) -> bytes:
        """The MD5 of a region."""
        self._need_flash(offset, size, Status.NOT_READ)
        return self._digest(hashlib.md5(self.chip.flash.read(offset, size)))

    def _need_flash(self, offset: int, size: int, status: Status) -> None:
        """Raises: LoaderError when the flash has no such region."""
        if offset + size > min(self._flash_bytes, self.chip.flash.size):
            raise LoaderError(status)

    @abstractmethod
    def _digest(self, md5: Any) -> bytes:
        """A digest as this loader sends it."""


class RomLoader(Loader):
    """The loader in ROM: slow, and without commands to erase."""

    COMMANDS = by_opcode(ROM_AND_STUB + ROM_ONLY)
    SYNC_VALUE = 0x20120707
    SUCCESS = bytes(4)
    ERASES_AS_IT_WRITES = False

    def _measure_baud(self) -> None:
        """The ROM finds out the rate of the host by the bits of the SYNC."""
        self.chip.measure_baud()

    def _status(self, status: Status) -> bytes:
        return status.rom

    def _refuse(self, opcode: int) -> None:
        """The ROM answers several times, not with the opcode of the request."""
        for _number in range(REPEATED):
            self.chip.send(answer(0, 0, Status.UNKNOWN.rom))

    def _digest(self, md5: Any) -> bytes:
        return bytes(md5.hexdigest().encode())

    def read_flash_slow(self, offset: int, size: int) -> bytes:
        """At most 64 bytes of the flash."""
        if size > SLOW_READ_BYTES:
            raise LoaderError(Status.BAD_READ_LENGTH)
        self._need_flash(offset, size, Status.NOT_READ)
        return self.chip.flash.read(offset, size).ljust(SLOW_READ_BYTES, b"\0")


class StubLoader(Loader):
    """The flasher stub: it erases as it writes, and reads the flash in a stream."""

    COMMANDS = by_opcode(ROM_AND_STUB + STUB_ONLY)
    SYNC_VALUE = 0
    SUCCESS = bytes(2)
    ERASES_AS_IT_WRITES = True

    def __init__(self, chip: LoaderHost) -> None:
        """Says that it runs."""
        super().__init__(chip)
        self._stream: FlashStream | None = None
        chip.send(b"OHAI")

    def take(self, packet: bytes) -> None:
        """See `Loader`. While it reads the flash, packets are confirmations."""
        if self._stream:
            self._stream.confirm(packet)
            if self._stream.done:
                self._stream = None
        else:
            super().take(packet)

    def _status(self, status: Status) -> bytes:
        return status.stub

    def _refuse(self, opcode: int) -> None:
        self.chip.send(answer(opcode, 0, Status.UNKNOWN.stub))

    def _digest(self, md5: Any) -> bytes:
        return bytes(md5.digest())

    def erase_flash(self) -> None:
        """Erases everything."""
        self.chip.flash.erase(0, self.chip.flash.size)

    def erase_region(self, offset: int, size: int) -> None:
        """Erases whole sectors."""
        self._need_flash(offset, size, Status.FAILED)
        if offset % SECTOR or size % SECTOR:
            raise LoaderError(Status.BAD_PARAMETER)
        self.chip.flash.erase(offset, size)

    def read_flash(self, offset: int, size: int, packet_size: int, most_unconfirmed: int) -> None:
        """Sends a region in packets, then its MD5."""
        self._need_flash(offset, size, Status.NOT_READ)
        if not packet_size:
            raise LoaderError(Status.BAD_PARAMETER)
        data = self.chip.flash.read(offset, size)
        window = min(packet_size * most_unconfirmed, MOST_SENT)
        stream = FlashStream(self.chip.send, data, packet_size, window)
        self._after_answer = lambda: self._send_stream(stream)

    def _send_stream(self, stream: "FlashStream") -> None:
        stream.go_on()
        self._stream = None if stream.done else stream

    def run_user_code(self) -> None:
        """Leaves the stub for the program in the flash."""
        self._after_answer = self.chip.restart


class FlashStream:
    """A region of the flash on its way to the host, which confirms how many bytes it has."""

    def __init__(
        self, send: Callable[[bytes], None], data: bytes, packet_size: int, window: int
    ) -> None:
        """`window`: so many bytes may be on their way."""
        self._send = send
        self._data = data
        self._packet_size = packet_size
        self._window = max(window, packet_size)
        self._sent = self._confirmed = 0
        self.done = False

    def confirm(self, packet: bytes) -> None:
        """The host has so many bytes: a word."""
        self._confirmed = int.from_bytes(packet[:4], "little")
        self.go_on()

    def go_on(self) -> None:
        """Sends what may be sent; when everything is confirmed, also the MD5."""
        while self._sent < len(self._data) and self._sent - self._confirmed < self._window:
            packet = self._data[self._sent : self._sent + self._packet_size]
            self._send(packet)
            self._sent += len(packet)
        if self._confirmed >= len(self._data) and not self.done:
            self._send(hashlib.md5(self._data).digest())
            self.done = True
