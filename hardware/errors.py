"""The known errors of boards and benches.

HardwareError
 +-- BoardNotFound    no such port, or nothing answers there
 +-- BoardBusy        another program uses the port
 +-- BoardTimeout     the board did not answer in time (also a TimeoutError)
 +-- BoardRestarted   the board restarted while a program ran
 +-- BoardFileMissing the board has no such file (also a FileNotFoundError)
 +-- ProtocolError    the board's answer is invalid
 +-- ProgramEnded     the program has ended: nothing more comes from it
 +-- DeviceError      the board's program raised; has its traceback
 +-- FlashError       writing the firmware or the flash image failed
 +-- DiagramError     the circuit file is wrong (file, part, what)
 +-- ScenarioError    the scenario file is wrong, or one of its steps failed
 +-- BenchError       the bench cannot work here (port not built, no 32-bit support)
"""

import errno

from hardware.i18n import sanitize


class HardwareError(Exception):
    """A known error: one line of cause (`str(error)`) and one line of cure (`error.cure`)."""

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(sanitize(cause))
        self.cause: str = self.args[0]  # `str` would forget that it is bilingual
        self.cure = sanitize(cure)


class BoardNotFound(HardwareError):
    """There is no such port, or no board answers on it."""


class BoardBusy(HardwareError):
    """Another program uses the port."""


class BoardTimeout(HardwareError, TimeoutError):
    """The board did not answer in time."""


class NoPrompt(BoardTimeout):
    """The board does not come to its prompt: its program ignores Ctrl-C, or it runs no
    MicroPython."""


class BoardRestarted(HardwareError):
    """The board restarted while a program ran on it: machine.reset(), a crash, lost power."""


class BoardFileMissing(HardwareError, FileNotFoundError):
    """The board has no file of this name."""

    def __init__(self, cause: str, cure: str = "", name: str = "") -> None:
        super().__init__(cause, cure)
        self.errno, self.filename = errno.ENOENT, name

    def __str__(self) -> str:
        return self.cause  # that of an OSError has the number


class ProtocolError(HardwareError):
    """The board's answer is invalid; `last` has the last bytes that came."""

    def __init__(self, cause: str, cure: str = "", last: bytes = b"") -> None:
        super().__init__(cause, cure)
        self.last = last


class ProgramEnded(HardwareError):
    """The program that was to answer has ended; the board is at its prompt."""


class DeviceError(HardwareError):
    """The program on the board raised; `traceback` is what the board printed. `detached`: it was
    started earlier, and who waits for its output gets this error."""

    def __init__(
        self, cause: str, cure: str = "", traceback: str = "", *, detached: bool = False
    ) -> None:
        super().__init__(cause, cure)
        self.traceback = traceback
        self.detached = detached


class FlashError(HardwareError):
    """Writing firmware or a flash image failed."""


class DiagramError(HardwareError):
    """A circuit file is wrong: the line names the file, the part and what is wrong."""


class BadAttributeError(DiagramError):
    """An attribute of a part makes no sense: the id of the part, and the attribute's name."""

    def __init__(self, what: str, cure: str, part: str, attribute: str) -> None:
        super().__init__(what, cure)
        self.part, self.attribute = part, attribute


class ScenarioError(HardwareError):
    """A scenario file is wrong, or one of its steps failed."""


class BenchError(HardwareError):
    """The bench cannot work on this machine, for example because a port is not built."""
