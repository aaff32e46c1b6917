"""The flash as memory of the RP2040 (XIP): `machine.mem32[0x10000000]` is its first word. Only a
live bench has the bytes of a program there; the file system is read through `rp2.Flash`."""

from hardware.bench.peripherals.peripheral import Answer, Call, Peripheral
from hardware.bench.protocol import frames

PAGE = 256
NOT_THERE = -1


class ExecuteInPlace(Peripheral):
    """Gives pages of the flash."""

    CALLS = (frames.CALL_FLASH_READ,)

    def call(self, call: Call) -> Answer:
        page = self.board.program_bytes(call.c, PAGE)
        return Answer(PAGE, page) if len(page) == PAGE else Answer(NOT_THERE)
