"""Reads a file from a flash that a board has written to, in a process with its own limits: a
program can make an image that does harm when it is mounted."""

import signal
import subprocess
import sys

from hardware.bench.flash import FileStore, Flash, read_file
from hardware.errors import BenchError, FlashError
from hardware.i18n import _

CPU_S, MEMORY_BYTES, WALL_S = 5, 1 << 30, 120
NOT_THERE, BROKEN = 3, 4
"""Exit codes: there is no such file; the file system cannot be read."""
BY_THE_IMAGE = ("SIGABRT", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGXCPU")
"""The signals that end littlefs when the image makes no sense."""


def read_apart(flash: Flash, name: str) -> bytes | None:
    """The content of a file now; None if there is no such file, or the program has broken the file
    system. The board must not run meanwhile. Raises: BenchError when this machine cannot do it."""
    words = [str(flash.fileno()), str(flash.size), name]
    command = [sys.executable, "-P", "-m", __name__, *words]
    try:
        done = subprocess.run(
            command, capture_output=True, pass_fds=[flash.fileno()], timeout=WALL_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(f"{WALL_S} s") from error
    if done.returncode in (NOT_THERE, BROKEN, *(-getattr(signal, name) for name in BY_THE_IMAGE)):
        return None
    if done.returncode:
        raise _failed(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return done.stdout


def _failed(why: str) -> BenchError:
    cause = _("The board's flash cannot be read: {error}.").format(error=why)
    return BenchError(cause, _("Try again when less runs on this machine."))


def main(fd: int, size: int, name: str) -> int:
    """Write the file to stdout."""
    import resource  # here, as only this process needs it and not every platform has it

    from littlefs import LittleFSError

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))  # at the second it is killed
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        data = read_file(FileStore(fd), size, name)
    except FileNotFoundError:
        return NOT_THERE
    except (FlashError, LittleFSError, OSError, MemoryError):
        return BROKEN
    sys.stdout.buffer.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
