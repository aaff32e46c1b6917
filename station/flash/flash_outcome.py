"""What came of a board that was flashed, and what people read while it goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hardware.errors import HardwareError
from hardware.i18n import _
from station.flash.identify import ChipIdentity
from station.flash.images import FirmwareImage
from station.flash.slot import Slot

Stage = Literal["identify", "check", "write", "verify", "data", "library", "ask"]
OnFlashStage = Callable[[Stage, float], None]
"""Gets the stage, and how much of it is done, 0 to 1."""
FlashVerdict = Literal["good", "unfinished", "half-written", "failed", "planned"]
"""`good`: the image was read back, and the board answers. `unfinished`: it was read back, and
something after that failed. `failed`: nothing was written. `planned`: a dry run."""


def stage_name(stage: Stage) -> str:
    """A stage in the reader's language."""
    match stage:
        case "identify":
            return _("looks at the chip")
        case "check":
            return _("checks the image")
        case "write":
            return _("writes")
        case "verify":
            return _("reads back")
        case "data":
            return _("writes the board's data")
        case "library":
            return _("copies the library")
        case "ask":
            return _("asks the board")


@dataclass
class FlashOutcome:
    """What came of the board at a port."""

    port: str
    slot: Slot
    verdict: FlashVerdict = "failed"
    identity: ChipIdentity | None = None
    board: str = ""
    """How people name it: its asset tag, else its MAC."""
    image: FirmwareImage | None = None
    was_held: bool = False
    """The board had this image already: it was read back, and nothing was written."""
    firmware: str = ""
    """What the board answered."""
    fault: HardwareError | None = None
    remarks: list[str] = field(default_factory=list)
    """What is not as it was, but no fault."""
    baud: int = 0
    seconds: float = 0.0

    @property
    def mac(self) -> str:
        """The MAC; "" when the chip did not answer."""
        return self.identity.mac if self.identity else ""

    @property
    def cause(self) -> str:
        """Why it is not good, for people."""
        return str(self.fault) if self.fault else ""

    @property
    def cure(self) -> str:
        """What to do about it."""
        return self.fault.cure if self.fault else ""
