"""Boards as processes of Linux: started with limits and with nothing else, ended by the bench.

The board gets three file descriptors (the bench, its flash, and /dev/null) and an empty
environment. Its limits are set from outside before it gets its first answer. Its own seccomp
filter comes on top."""

import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from hardware import paths
from hardware.bench.board.board_process import Exit
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.protocol.records import SIZE
from hardware.errors import BenchError
from hardware.i18n import _

BENCH_FD, FLASH_FD = 3, 4
"""The descriptors at which the board finds the bench and its flash."""

BUFFER_BYTES = 2**16
TICK_S = 0.2
"""A read ends after this time at the latest, so that the wall clock is checked."""
TICK = struct.pack("ll", 0, int(TICK_S * 1e6))
"""The same as a struct timeval: the kernel's own time-out costs no second system call."""

LEAST_FD = 10
"""Our descriptors lie above the board's numbers, so that moving one in the child never closes the
other. All others that a library or a parent left open, the port closes first of all."""
OWN_SIGNALS = frozenset(
    getattr(signal, f"SIG{name}")
    for name in ("XCPU", "SYS", "SEGV", "BUS", "ILL", "FPE", "TRAP", "XFSZ")
)
"""A trust boundary: a program that took over its board's process must not be able to end it as if
this machine had. The process may make no system call that sends a signal (the lock in
host_linux.c), so it can cause only these, of the kernel: limits and faults. Exit codes are the
program's own, too. Any other signal, SIGKILL for example, comes from outside; only the hard CPU
limit sends SIGKILL, and the CPU time that was used shows it."""


class LinuxPlatform:
    """A `Platform` (board_process.py): boards are child processes."""

    def start(
        self, port: str, flash: Flash, args: Sequence[str], limits: Limits
    ) -> "LinuxProcess":
        """Starts a board. Raises: BenchError when it cannot run on this machine."""
        return LinuxProcess(port, flash.fileno(), args, limits)

    def queued_s(self, *pids: int) -> float:
        """As `Platform` says (proc_pid_schedstat)."""
        return sum(_queued_s(name) for name in ("thread-self", *map(str, pids)))

    @contextlib.contextmanager
    def one_processor(self, *pids: int) -> Iterator[None]:
        """Keeps this thread and these processes on one CPU for the length of the block: a round
        trip takes 6 us there, and ten times as long between two CPUs.

        Processes that start inside the block inherit it. A thread that is bound to one CPU already
        stays there, and nothing is done: its processes were started inside an outer block.
        """
        before = os.sched_getaffinity(0)
        if len(before) == 1:
            yield
            return
        here = {_processor()} & before or before
        # A board may be gone, and a container may forbid this: then it is only slower.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, here)
            for pid in pids:
                os.sched_setaffinity(pid, here)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


def _queued_s(process: str) -> float:
    try:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError):  # it has ended, or this kernel counts nothing
        return 0.0


def _processor() -> int:
    """The CPU that this thread runs on."""
    return int(_libc().sched_getcpu())


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


class LinuxProcess:
    """A `BoardProcess`: whole records go both ways, and every call is bounded in time."""

    def __init__(self, port: str, flash_fd: int, args: Sequence[str], limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._torn = b""
        """The first bytes of a record that has not come as a whole."""
        self._exit: Exit | None = None
        self.unresponsive = False
        try:
            self.pid = _spawn(port, theirs.fileno(), flash_fd, args)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        _limit(self.pid, limits)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, TICK)

    def fileno(self) -> int:
        """Readable when the board sent something or ended."""
        return self._socket.fileno()

    def receive(self, wait: bool) -> bytes | None:
        """The whole records that have come; b"" when none came in time, None at the end."""
        flags = 0 if wait else socket.MSG_DONTWAIT
        try:
            data = self._socket.recv(BUFFER_BYTES, flags)
        except BlockingIOError:
            return b""
        except ConnectionError:
            return None
        if not data:
            return None
        return self._whole(self._torn + data) if self._torn or len(data) % SIZE else data

    def _whole(self, data: bytes) -> bytes:
        whole = len(data) - len(data) % SIZE
        self._torn = data[whole:]
        return data[:whole]

    @property
    def torn(self) -> bool:
        """Whether the bytes that came last are not a whole record."""
        return bool(self._torn)

    def send(self, data: bytes) -> bool:
        """Sends bytes to the board; False when it has ended or takes nothing."""
        try:
            self._socket.sendall(data)
        except ConnectionError:
            return False
        except BlockingIOError:
            self.unresponsive = True
            return False
        return True

    def end(self) -> Exit:
        """Ends the process. One that was ending by itself keeps its exit code."""
        if self._exit is None:
            self._socket.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _pid, status, usage = os.wait4(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            cpu_s = usage.ru_utime + usage.ru_stime
            from_outside = code < 0 and -code not in OWN_SIGNALS
            self._exit = Exit(code, cpu_s, code == -signal.SIGXCPU, from_outside)
        return self._exit


def _spawn(port: str, bench_fd: int, flash_fd: int, args: Sequence[str]) -> int:
    program = str(paths.port_program(port))
    argv = [program, "--bench-fd", str(BENCH_FD), "--flash-fd", str(FLASH_FD), *args]
    places = {BENCH_FD: bench_fd, FLASH_FD: flash_fd}
    high = {to: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, LEAST_FD) for to, fd in places.items()}
    actions: list[tuple[Any, ...]] = []
    actions += [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]
    actions += [(os.POSIX_SPAWN_DUP2, fd, to) for to, fd in high.items()]
    try:
        # In a process group of its own: Jupyter's stop button interrupts the whole group of the
        # kernel, but the board has to live and take the Ctrl-C that comes by its serial line.
        return os.posix_spawn(program, argv, {}, file_actions=actions, setpgroup=0)
    except OSError as error:
        raise _no_board(program, port, error) from error
    finally:
        for fd in high.values():
            os.close(fd)


def _no_board(program: str, port: str, error: OSError) -> BenchError:
    if error.errno == errno.ENOENT:
        cause = _("The virtual board {port} is not built: {program} is missing.")
        cure = _("Run `make setup` in the Warsha folder.")
    elif error.errno == errno.ENOEXEC:
        cause = _("This machine does not run the 32-bit program {program}.")
        cure = _("Run `warsha doctor`; it says whether the kernel or the processor is the reason.")
    else:
        cause = _("The virtual board {program} does not start: {error}.")
        cure = _("Run `warsha doctor`.")
    return BenchError(cause.format(port=port, program=program, error=error.strerror), cure)


def _limit(pid: int, limits: Limits) -> None:
    """Sets the limits from outside. No code of the user runs before our first answer."""
    with contextlib.suppress(ProcessLookupError):  # it has ended already: the first read shows it
        if limits.cpu_s is not None:  # first SIGXCPU, which gives the reason; then SIGKILL
            resource.prlimit(pid, resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
        if limits.memory_bytes is not None:
            _limit_memory(pid, limits.memory_bytes)


def _limit_memory(pid: int, most: int) -> None:
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))
    except PermissionError:  # the port was faster and has set its own limit
        if resource.prlimit(pid, resource.RLIMIT_AS)[1] > most:
            raise
