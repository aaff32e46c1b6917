"""Reads a file from a flash that a board has written to: in a process of its own with limits of
its own, as such an image may be made to hurt who mounts it.
"""

import resource
import signal
import subprocess
import sys

from hardware.bench.flash import Flash, read_image
from hardware.errors import BenchError, FlashError
from hardware.i18n import _

CPU_S, MEMORY_BYTES, WALL_S = 5, 1 << 30, 120
NOT_THERE, BROKEN = 3, 4
"""Exit codes: there is no such file; the image holds no file system that can be read."""
BY_THE_IMAGE = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGXCPU)
"""How littlefs ends when the image makes no sense."""


def read_apart(flash: Flash, name: str) -> bytes | None:
    """The content of a file now; None if it is not there, or the program has broken the file
    system. The board must not run meanwhile. Raises: BenchError when this machine cannot."""
    words = [str(flash.fileno()), str(flash.size), name]
    command = [sys.executable, "-P", "-m", __name__, *words]
    try:
        done = subprocess.run(
            command, capture_output=True, pass_fds=[flash.fileno()], timeout=WALL_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(f"{WALL_S} s") from error
    if done.returncode in (NOT_THERE, BROKEN, *(-number for number in BY_THE_IMAGE)):
        return None
    if done.returncode:
        raise _failed(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return done.stdout


def _failed(why: str) -> BenchError:
    cause = _("The board's flash cannot be read: {error}.").format(error=why)
    return BenchError(cause, _("Try again when less runs on this machine."))


def main(fd: int, size: int, name: str) -> int:
    """Write the file to stdout."""
    from littlefs import LittleFSError  # 40 ms, which the bench itself need not pay

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))  # at the second it is killed
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        data = read_image(fd, size, name)
    except FileNotFoundError:
        return NOT_THERE
    except (FlashError, LittleFSError, OSError, MemoryError):
        return BROKEN
    sys.stdout.buffer.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
