"""The child process that holds host code: start, lock, ask over two pipes, and kill."""

import os
import select
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal

from grader.errors import GraderError
from grader.host import seccomp
from grader.host.sandbox import Isolation, start
from hardware.i18n import _, reason

READY_WITHIN_S = 60.0
"""An interpreter starts in 20 ms; only an overloaded machine needs longer than this."""
MOST_QUEUED = 10
"""A child may wait for a processor for this many times its wall limit."""
_SLICE_S = 0.25
_XCPU, _KILL, _SYS = 24, 9, 31
_FROM_OUTSIDE = (1, 2, 3, _KILL, 15)
"""A trust boundary: host code cannot end itself by one of these signals (HUP, INT, QUIT, KILL,
TERM), nor with an exit code that looks like one (seccomp.py). So the machine did it, and that is
never a mark. Only the hard limit of CPU time sends KILL, too; the CPU time that was used shows it.
"""
_HEAD = 4
_READ = 65536
_READY = b"[0,null]"

FailureKind = Literal["missing", "raised", "time", "memory", "forbidden", "answer"]
"""Why a call gave no result: there is no such function; it raised or ended its process; it used up
its time; its memory; it made a system call that the sandbox refuses; its result is no plain data,
or does not have the expected shape."""


@dataclass(frozen=True)
class HostLimits:
    """What one child may use. One child serves one run, so a limit holds for all its calls
    together. The kernel enforces the first four, the parent the others."""

    cpu_s: int = 4
    memory_bytes: int = 256 << 20
    """Address space; the interpreter needs 30 MB of it."""
    tmp_bytes: int = 16 << 20
    """All files together; without bubblewrap, each file."""
    open_files: int = 256
    wall_s: float = 6.0
    """How long the parent waits for all answers together."""
    answer_bytes: int = 1 << 20

    @property
    def rlimits(self) -> dict[str, tuple[int, int]]:
        """Soft and hard limits by their names in `resource`."""
        bounds = {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_DATA": self.memory_bytes,  # that of a worker would be inherited
            "RLIMIT_FSIZE": self.tmp_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_CORE": 0,
        }
        # The soft limit sends SIGXCPU, which shows the reason; the hard limit kills the child.
        return {name: (value, value) for name, value in bounds.items()} | {
            "RLIMIT_CPU": (self.cpu_s, self.cpu_s + 1)
        }


class ChildEnded(Exception):
    """The child process has ended; `kind` says why."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


class Child:
    """One process with the host code of one submission. It is locked before the first line of
    host code runs.

    Raises: GraderError when it cannot be started or locked. The submission is never at fault then.
    """

    def __init__(self, text: str, isolation: Isolation, limits: HostLimits) -> None:
        self._limits = limits
        self._isolation = isolation
        self._left_s = READY_WITHIN_S
        self._returned_s, self._own_queued_s = 0.0, _own_queued_s()
        self._used_s = 0.0
        """CPU time of the child when it was last looked at: at least every `_SLICE_S` of a wait.
        """
        self._oom_kills = _oom_kills()
        self._folder = tempfile.TemporaryDirectory(prefix="host-", ignore_cleanup_errors=True)
        try:
            self._process = start(isolation, Path(self._folder.name))
        except OSError as error:
            self._folder.cleanup()
            what = [str(error.filename)] if error.filename else []  # a failed fork names no file
            raise _not_started(": ".join([*what, reason(error)])) from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._stderr = self._process.stderr.fileno()
        for pipe in (self._to, self._from, self._stderr):
            os.set_blocking(pipe, False)
        self._lock(text, mount=isolation == "bwrap")

    def ask(self, question: bytes) -> bytes:
        """One answer. Raises: ChildEnded; GraderError when this machine is at fault."""
        left = len(question).to_bytes(_HEAD, "big") + question
        got = bytearray()
        while (wanted := self._wanted(got)) > len(got):
            readable, writable = self._wait(bool(left))
            if writable:
                left = self._write(left)
            if readable:
                got += self._read(wanted - len(got))
        return bytes(got[_HEAD:])

    def close(self) -> None:
        """Let it end, else kill it. Afterwards no process that it started is left."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SLICE_S)
        self._kill()
        # Its namespace ends a moment after bwrap; then this pipe has no writer left.
        os.set_blocking(self._from, True)
        while select.select([self._from], [], [], READY_WITHIN_S)[0] and os.read(
            self._from, _READ
        ):
            pass
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
        self._folder.cleanup()

    def _kill(self) -> None:
        # Its group: a bubblewrap that is killed while it starts leaves a child that waits for it.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, _KILL)
        self._process.wait()

    def _lock(self, text: str, *, mount: bool) -> None:
        """Send limits, filter and text; the answer confirms that the first two are in force."""
        setup = {
            "text": text,
            "mount": mount,
            "tmp_bytes": self._limits.tmp_bytes,
            "limits": self._limits.rlimits,
            "filter": seccomp.program(),
        }
        try:
            ready = self.ask(repr(setup).encode())
        except ChildEnded:
            ready = b""
        except GraderError:
            self.close()
            raise
        if ready != _READY:
            self._kill()
            message = ready or self._complaint()
            self.close()
            raise _not_started(" ".join(message.decode(errors="replace").split()))
        self._left_s = self._limits.wall_s

    def _complaint(self) -> bytes:
        """What a sandbox that did not start has written; b"" for nothing."""
        with suppress(BlockingIOError):
            return os.read(self._stderr, _READ)
        return b""

    def _wanted(self, got: bytearray) -> int:
        """How many bytes the answer has, as far as known now."""
        if len(got) < _HEAD:
            return _HEAD
        size = int.from_bytes(got[:_HEAD], "big")
        if size > self._limits.answer_bytes:
            raise ChildEnded("answer", f"{size} bytes")
        return _HEAD + size

    def _wait(self, has_more: bool) -> tuple[bool, bool]:
        """Wait a short time until the pipes can be read or written.

        Raises: ChildEnded when the time is used up or the child has ended; GraderError.
        """
        if self._left_s <= 0:
            self._return_queued_time()
        before = monotonic()
        writing = [self._to] if has_more else []
        readable, writable, _error = select.select([self._from], writing, [], _SLICE_S)
        # When this process was suspended, so was the child.
        self._left_s -= min(monotonic() - before, 2 * _SLICE_S)
        if not readable and not writable:
            if self._process.poll() is not None:
                raise self._end()
            self._used_s = max(self._used_s, _times_s(self._process.pid)[0])
        return bool(readable), bool(writable)

    def _write(self, data: bytes) -> bytes:
        try:
            return data[os.write(self._to, data[:_READ]) :]
        except BrokenPipeError:  # `_read` finds out why
            return b""

    def _read(self, count: int) -> bytes:
        data = os.read(self._from, count)
        if not data:
            raise self._end()
        return data

    def _end(self) -> ChildEnded:
        """Why the child closed its pipe. Raises: GraderError when it was ended from outside."""
        try:  # bwrap ends with the child; without bwrap a child can close its pipe and run on
            code = self._process.wait(max(self._left_s, _SLICE_S))
        except subprocess.TimeoutExpired:
            return ChildEnded("time")
        signal = code - 128 if code > 128 else -code
        if signal == _XCPU or (signal == _KILL and self._used_s >= self._limits.cpu_s):
            return ChildEnded("time")
        if signal == _SYS:
            return ChildEnded("forbidden")
        if signal == _KILL and _oom_kills() != self._oom_kills:
            raise GraderError(
                _("the system killed host code: this machine is out of memory"),
                _(
                    "close other programs; to grade one submission at a time, run: {command}"
                ).format(command="taskset -c 0 warsha grade LAB"),
            )
        # Host code cannot reach the process of bubblewrap, which is outside.
        if signal in _FROM_OUTSIDE or (code < 0 and self._isolation == "bwrap"):
            raise GraderError(
                _("the sandbox of host code was ended from outside (signal {n})").format(n=signal),
                _("grade again; if it happens again, look for what ends processes here"),
            )
        return ChildEnded("raised", f"exit code {code}" if signal <= 0 else f"signal {signal}")

    def _return_queued_time(self) -> None:
        """The time is used up. Give back the time for which the child or this process waited for
        a processor: an overloaded machine is not the submission's fault. Raises: ChildEnded;
        GraderError."""
        queued_s = _times_s(self._process.pid)[1] + _own_queued_s() - self._own_queued_s
        if queued_s > MOST_QUEUED * self._limits.wall_s:
            raise GraderError(
                _("host code waited {waited:.0f} s for a processor of this machine").format(
                    waited=queued_s
                ),
                _("Grade again when fewer programs run on it."),
            )
        self._left_s = queued_s - self._returned_s
        self._returned_s = queued_s
        if self._left_s < _SLICE_S:
            raise ChildEnded("time")


def _times_s(pid: int) -> tuple[float, float]:
    """How many seconds the last descendant of a process had a processor, and how many it waited
    for one; 0 where the kernel does not report it (proc_tid_children)."""
    try:
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
    except OSError:
        return 0.0, 0.0
    return _schedstat_s(f"/proc/{pid}/schedstat")


def _own_queued_s() -> float:
    """How many seconds this thread has waited for a processor so far."""
    return _schedstat_s("/proc/thread-self/schedstat")[1]


def _schedstat_s(path: str) -> tuple[float, float]:
    """How many seconds a thread had a processor, and how many it waited for one; 0 where the
    kernel does not report it (proc_pid_schedstat)."""
    try:
        had, waited, *_rest = Path(path).read_text().split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(had) / 1e9, int(waited) / 1e9


def _oom_kills() -> int:
    """How many processes the kernel has killed so far because memory was full; 0 where the system
    does not report it (proc_vmstat)."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return int(dict(map(str.split, lines)).get("oom_kill", 0))


def _not_started(why: str) -> GraderError:
    cause = _("the sandbox of host code does not start: {why}").format(why=why)
    return GraderError(cause, _("see: warsha doctor"))
