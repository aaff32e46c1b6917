"""The process of one virtual board: started bare, bounded, and ended by us.

The board has three descriptors worth the name (the bench, its flash, and /dev/null), an empty
environment, and limits that are set from here before it gets its first answer. Its own seccomp
filter comes on top.
"""

import contextlib
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from hardware import paths
from hardware.bench.limits import Limits
from hardware.bench.protocol.records import SIZE
from hardware.errors import BenchError
from hardware.i18n import _

BENCH_FD, FLASH_FD = 3, 4
"""Where the board finds the two, whatever their numbers are here."""

BUFFER_BYTES = 2**16
TICK_S = 0.2
"""A read gives up so often, to look at the wall clock."""
TICK = struct.pack("ll", 0, int(TICK_S * 1e6))
"""The same as a struct timeval: the kernel's own time-out costs no second system call."""

LEAST_FD = 10
"""Ours lie above the board's numbers: moving one in the child never lands on the other. What else
a library or a parent left open for children, the port closes first of all."""


class Exit(NamedTuple):
    """How a board's process ended: exit code, or minus the signal; CPU seconds that it used."""

    code: int
    cpu_s: float


class BoardProcess:
    """A running board. Bytes go both ways in whole records; every call is bounded in time."""

    def __init__(self, family: str, flash_fd: int, args: Sequence[str], limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._held = 0
        self._exit: Exit | None = None
        self.deaf = False
        """Whether it let its answers pile up until no more went in."""
        try:
            self.pid = _spawn(family, theirs.fileno(), flash_fd, args)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        _limit(self.pid, limits)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, TICK)

    def fileno(self) -> int:
        """Readable when the board said something or ended."""
        return self._socket.fileno()

    def receive(self, wait: bool) -> bytes | None:
        """The whole records that have come; b"" when none came in time, None at the end."""
        flags = 0 if wait else socket.MSG_DONTWAIT
        try:
            count = self._socket.recv_into(self._buffer[self._held :], 0, flags)
        except BlockingIOError:
            return b""
        except ConnectionError:
            return None
        return self._take(self._held + count) if count else None

    def _take(self, count: int) -> bytes:
        whole = count - count % SIZE
        data = bytes(self._buffer[:whole])
        self._held = count - whole
        self._buffer[: self._held] = self._buffer[whole:count]
        return data

    @property
    def torn(self) -> bool:
        """Whether the last bytes that came are no whole record."""
        return self._held > 0

    def send(self, data: bytes) -> bool:
        """Hands bytes to the board; False when it is dead or takes nothing."""
        try:
            self._socket.sendall(data)
        except ConnectionError:
            return False
        except BlockingIOError:
            self.deaf = True
            return False
        return True

    def kill(self) -> Exit:
        """Ends the process and tells how; one that was leaving by itself keeps its exit code."""
        if self._exit is None:
            self._socket.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _pid, status, usage = os.wait4(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            self._exit = Exit(code, usage.ru_utime + usage.ru_stime)
        return self._exit


def _spawn(family: str, bench_fd: int, flash_fd: int, args: Sequence[str]) -> int:
    program = str(paths.port_program(family))
    argv = [program, "--bench-fd", str(BENCH_FD), "--flash-fd", str(FLASH_FD), *args]
    places = {BENCH_FD: bench_fd, FLASH_FD: flash_fd}
    high = {to: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, LEAST_FD) for to, fd in places.items()}
    actions: list[tuple[Any, ...]] = []
    actions += [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]
    actions += [(os.POSIX_SPAWN_DUP2, fd, to) for to, fd in high.items()]
    try:
        # In a process group of its own: Jupyter's stop button interrupts the kernel's whole group,
        # and the board must live to take the Ctrl-C that comes by wire.
        return os.posix_spawn(program, argv, {}, file_actions=actions, setpgroup=0)
    except OSError as error:
        raise _no_board(program, family, error) from error
    finally:
        for fd in high.values():
            os.close(fd)


def _no_board(program: str, family: str, error: OSError) -> BenchError:
    if error.errno == errno.ENOENT:
        cause = _("The virtual board {family} is not built: {program} is missing.")
        cure = _("Run `make setup` in the Warsha folder.")
    elif error.errno == errno.ENOEXEC:
        cause = _("This machine does not run the 32-bit program {program}.")
        cure = _("Run `warsha doctor`; it says whether the kernel or the processor is the reason.")
    else:
        cause = _("The virtual board {program} does not start: {error}.")
        cure = _("Run `warsha doctor`.")
    return BenchError(cause.format(family=family, program=program, error=error.strerror), cure)


def _limit(pid: int, limits: Limits) -> None:
    """Sets the limits from outside: no code of the user runs before our first answer."""
    with contextlib.suppress(ProcessLookupError):  # it died already; the first read tells
        if limits.cpu_s is not None:  # SIGXCPU says why; who ignores it is killed a second later
            resource.prlimit(pid, resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
        if limits.memory_bytes is not None:
            _limit_memory(pid, limits.memory_bytes)


def _limit_memory(pid: int, most: int) -> None:
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
    except PermissionError:  # the port was quicker and has set its own
        if resource.prlimit(pid, resource.RLIMIT_AS)[1] > most:
            raise
