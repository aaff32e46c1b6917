"""Flashes a board with a chip of the ESP32 series. esptool writes, and the chip calculates the
hash of what its flash holds. When the line breaks, the write is tried again at a lower speed."""

import tempfile
import threading
from pathlib import Path

from hardware.connect import open_port
from hardware.errors import HardwareError
from hardware.wire.port import Deadline
from station.flash.board_flash import BoardFlash
from station.flash.esptool_process import PERCENT, Esptool
from station.flash.fault_words import LINE_FAULTS, FlashFault
from station.flash.flash_outcome import FlashOutcome, OnFlashStage
from station.flash.identify import ChipIdentity, identity_in, mac_in
from station.flash.images import FirmwareImage
from station.inventory.database import Inventory

LOWER = {921600: 460800, 460800: 115200}
"""After a fault of the line, the next speed."""
LISTEN_S = 2.0
VERIFIED = "Hash of data verified."
HELD = "Verification successful"
_TOUCHES = ("Flash will be erased", "Erasing flash", "Writing at")


class EspFlash(BoardFlash):
    """The work at one port."""

    def __init__(
        self,
        outcome: FlashOutcome,
        inventory: Inventory,
        on_progress: OnFlashStage,
        stopped: threading.Event,
    ) -> None:
        super().__init__(outcome, inventory, on_progress, stopped)
        self._esptool = Esptool(outcome.port, stopped)

    def _identify(self) -> ChipIdentity:
        try:
            return identity_in(self._esptool.call("flash-id"))
        except FlashFault as fault:
            raise self._listened(fault) from fault

    def _listened(self, fault: FlashFault) -> FlashFault:
        """The fault of a chip that does not answer; its boot log may say why."""
        if fault.kind in ("no_answer", "auto_reset") and "rownout" in _boot_log(self.outcome.port):
            return FlashFault("brown_out")
        return fault

    def _holds(self, image: FirmwareImage) -> bool:
        assert self.outcome.identity
        with tempfile.TemporaryDirectory(prefix="warsha-flash-") as folder:
            words = []
            for region in image.layout.fixed:
                file = Path(folder) / f"{region.offset:x}.bin"
                file.write_bytes(region.data)
                words += [hex(region.offset), str(file)]
            try:
                self._esptool.port = self._port()
                text = self._esptool.call("verify-flash", *words, chip=self.outcome.identity.chip)
            except FlashFault as fault:
                if fault.kind == "stopped":
                    raise
                return False
        return text.count(HELD) == len(image.layout.fixed)

    def _put(self, *, erase: bool) -> None:
        outcome = self.outcome
        while True:
            try:
                self._call_write(erase=erase)
                return
            except BaseException as error:
                wrote = any(text in self._esptool.output for text in _TOUCHES)
                kind = error.kind if isinstance(error, FlashFault) else ""
                if isinstance(error, FlashFault) and kind == "swapped":
                    if wrote:
                        self._note_other(str(error.facts["found"]))
                else:
                    self._touched = self._touched or wrote
                lower = LOWER.get(outcome.baud)
                # A chip that answered before, and is silent now, has a bad line, too.
                if lower and (kind in LINE_FAULTS or (self._touched and kind == "no_answer")):
                    outcome.baud = lower
                    continue
                raise

    def _call_write(self, *, erase: bool) -> None:
        """One try. Raises: FlashFault, also when the chip does not give back the right hash."""
        outcome = self.outcome
        assert outcome.identity and outcome.image
        self._begin("write")
        words = ["write-flash", *(["--erase-all"] if erase else [])]
        words += [hex(outcome.image.offset), str(outcome.image.file.absolute())]
        self._esptool.port = self._port()
        text = self._esptool.call(
            *words, chip=outcome.identity.chip, baud=outcome.baud, on_line=self._heard
        )
        if text.count(VERIFIED) != 1:
            raise FlashFault("not_written")

    def _heard(self, line: str) -> None:
        """A line of esptool while it writes. Raises: FlashFault when it is another board, or may
        be one: after a lost connection esptool opens the port again and goes on, whatever board is
        there now."""
        assert self.outcome.identity
        found, wanted = mac_in(line), self.outcome.identity.mac
        if found and found != wanted:
            raise FlashFault("swapped", found=found, wanted=wanted)
        if "Lost connection" in line:
            raise FlashFault("lost")
        if part := PERCENT.search(line):
            self._report("write", float(part[1]) / 100)
        elif "Verifying written data" in line:
            self._begin("verify")


def _boot_log(port: str) -> str:
    """What a board prints when it starts; "" when its port cannot be opened."""
    try:
        line = open_port(port)
    except HardwareError:
        return ""
    found, deadline = b"", Deadline(LISTEN_S)
    try:
        line.pulse_reset()
        while not deadline.over():
            found += line.read(deadline.left())
    except HardwareError:
        pass
    finally:
        line.close()
    return found.decode("ascii", "replace")
