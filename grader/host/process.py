"""The child that holds host code: started, locked up, asked over two pipes, and killed."""

import os
import select
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic

from grader.errors import GraderError
from grader.host import seccomp
from grader.host.errors import Kind
from grader.host.limits import HostLimits
from grader.host.sandbox import Way, start
from hardware.i18n import _, reason

READY_WITHIN_S = 60.0
"""Of an interpreter that starts in 20 ms; only a machine that is overrun is as slow as that."""
MOST_QUEUED = 10
"""So many times its wall limit may a child wait for a processor."""
_SLICE_S = 0.25
_XCPU, _KILL, _SYS = 24, 9, 31
_HEAD = 4
_READ = 65536
_READY = b"[0,null]"


class Ended(Exception):
    """The child is no more, and how it came to that."""

    def __init__(self, kind: Kind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


class Child:
    """One process with one submission's host code, locked up before its first line runs.

    Raises: GraderError when it cannot be started or locked up, which is never the submission's
    fault.
    """

    def __init__(self, text: str, way: Way, limits: HostLimits) -> None:
        self._limits = limits
        self._left_s = READY_WITHIN_S
        self._given_s = 0.0
        self._begun = monotonic()
        self._oom_kills = _oom_kills()
        self._folder = tempfile.TemporaryDirectory(prefix="host-", ignore_cleanup_errors=True)
        try:
            self._process = start(way, Path(self._folder.name))
        except OSError as error:
            self._folder.cleanup()
            what = [str(error.filename)] if error.filename else []  # a fork that fails names none
            raise _not_started(": ".join([*what, reason(error)])) from error
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._said = self._process.stderr.fileno()
        for pipe in (self._to, self._from):
            os.set_blocking(pipe, False)
        self._lock(text, mount=way == "bwrap")

    def ask(self, question: bytes) -> bytes:
        """One answer. Raises: Ended; GraderError when this machine is to blame."""
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
        """Let it end, or kill it with all that it started; none of it is left then."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SLICE_S)
        self._kill()
        # Its namespace goes a moment after bwrap does; then this pipe has no writer left.
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
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def _lock(self, text: str, *, mount: bool) -> None:
        """Hand over limits, filter and text; the answer says that the first two hold."""
        setup = {
            "text": text,
            "mount": mount,
            "tmp_bytes": self._limits.tmp_bytes,
            "limits": self._limits.kernels,
            "filter": seccomp.program(),
        }
        try:
            ready = self.ask(repr(setup).encode())
        except Ended:
            ready = b""
        if ready != _READY:
            self._kill()
            said = ready or os.read(self._said, _READ)
            self.close()
            raise _not_started(" ".join(said.decode(errors="replace").split()))
        self._left_s = self._limits.wall_s

    def _wanted(self, got: bytearray) -> int:
        """How many bytes the answer has, as far as is known."""
        if len(got) < _HEAD:
            return _HEAD
        size = int.from_bytes(got[:_HEAD], "big")
        if size > self._limits.answer_bytes:
            raise Ended("answer", f"{size} bytes")
        return _HEAD + size

    def _wait(self, has_more: bool) -> tuple[bool, bool]:
        """Wait a little until the pipes can be read or written. Raises: Ended when time is up."""
        if self._left_s <= 0:
            self._give_back()
        before = monotonic()
        writing = [self._to] if has_more else []
        readable, writable, _error = select.select([self._from], writing, [], _SLICE_S)
        # While this process stood still, the child did too.
        self._left_s -= min(monotonic() - before, 2 * _SLICE_S)
        return bool(readable), bool(writable)

    def _write(self, data: bytes) -> bytes:
        try:
            return data[os.write(self._to, data[:_READ]) :]
        except BrokenPipeError:  # the end of the answers tells why
            return b""

    def _read(self, count: int) -> bytes:
        data = os.read(self._from, count)
        if not data:
            raise self._end()
        return data

    def _end(self) -> Ended:
        """Why the child closed its pipe. Raises: GraderError when the system killed it."""
        try:  # bwrap itself ends when the child does; a plain child can live on without its pipe
            code = self._process.wait(max(self._left_s, _SLICE_S))
        except subprocess.TimeoutExpired:
            return Ended("time")
        signal = code - 128 if code > 128 else -code
        if signal == _XCPU:
            return Ended("time")
        if signal == _SYS:
            return Ended("forbidden")
        if signal == _KILL and monotonic() - self._begun < self._limits.cpu_s:
            # The kernel's word for it: host code can end as if it was killed, too.
            if _oom_kills() == self._oom_kills:
                return Ended("raised", f"signal {signal}")
            raise GraderError(
                _("the system killed host code: this machine is out of memory"),
                _("end what else runs on it; this grades one at a time: {command}").format(
                    command="taskset -c 0 warsha grade LAB"
                ),
            )
        if signal == _KILL:
            return Ended("time")
        return Ended("raised", f"exit code {code}" if signal <= 0 else f"signal {signal}")

    def _give_back(self) -> None:
        """Time is up, but for that in which the child stood in the queue for a processor: an
        overrun machine is our fault. Raises: Ended; GraderError."""
        queued_s = _queued_s(self._process.pid)
        if queued_s > MOST_QUEUED * self._limits.wall_s:
            raise GraderError(
                _("this machine let host code wait {waited:.0f} s for a processor").format(
                    waited=queued_s
                ),
                _("Grade again when less runs on it."),
            )
        self._left_s = queued_s - self._given_s
        self._given_s = queued_s
        if self._left_s < _SLICE_S:
            raise Ended("time")


def _queued_s(pid: int) -> float:
    """How long the last descendant of a process was ready to run and did not; 0 where the kernel
    does not tell (proc_pid_schedstat, proc_tid_children)."""
    try:
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _oom_kills() -> int:
    """How many processes this machine has killed for want of memory so far; 0 where the system
    does not tell (proc_vmstat)."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return int(dict(map(str.split, lines)).get("oom_kill", 0))


def _not_started(why: str) -> GraderError:
    cause = _("the sandbox of host code does not start: {why}").format(why=why)
    return GraderError(cause, _("see: warsha doctor"))
