"""Host functions: their answers, their limits, and the sandbox."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import GraderError
from grader.host import process, sandbox
from grader.host.host_functions import HostError, HostFunctions
from grader.host.host_line import HostLine
from grader.host.process import HostLimits
from grader.host.sandbox import Isolation
from grader.lab.course import Course
from tests.support.host_course import FOLDER
from tests.support.processes import wait_for_end

ECHO = "def echo(*values):\n    return list(values)\n"
DO = "def do(text):\n    names = {}\n    exec(text, names)\n    return names.get('result')\n"
MakeHost = Callable[..., HostFunctions]


@pytest.fixture(params=["bwrap", "none"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """Both ways to run host code; they behave the same for a function."""
    name: Isolation = request.param
    return name


@pytest.fixture
def make(isolation: Isolation) -> Iterator[MakeHost]:
    """Makes hosts that are closed after the test."""
    made: list[HostFunctions] = []

    def host(text: str | None, **limits: Any) -> HostFunctions:
        made.append(HostFunctions(text, ("echo", "do"), isolation, HostLimits(**limits)))
        return made[-1]

    yield host
    for one in made:
        one.close()


def failure(host: HostFunctions, text: str, **shape: Any) -> str:
    with pytest.raises(HostError) as caught:
        host.call("do", text, **shape)
    return str(caught.value)


def test_plain_data_is_sent_and_returned(make: MakeHost) -> None:
    values: list[Any] = [
        None,
        True,
        -(2**63),
        2.5,
        "ع\u200f\0",
        b"\0\xff",
        [[]],
        {"$": 1, "$$": b"", "k": {}},
    ]
    assert make(ECHO).call("echo", *values) == values


def test_a_check_may_call_with_numpy_numbers(make: MakeHost) -> None:
    host = make(ECHO)
    values = [np.float64(1.5), np.int32(7), np.bool_(True), np.arange(3), (1, {"a": np.uint8(2)})]
    assert host.call("echo", *values) == [1.5, 7, True, [0, 1, 2], [1, {"a": 2}]]
    for odd in (float("nan"), {1, 2}, object(), np.inf):
        with pytest.raises(TypeError, match="cannot be called with"):
            host.call("echo", odd)


def test_lines_count_as_in_the_cell(make: MakeHost) -> None:
    with pytest.raises(HostError, match=r"division by zero \(line 4\)"):
        make("def half(n):\n    # a\n    return n / 0\n\n\necho = half\n").call("echo", 1)
    with pytest.raises(HostError, match=r"SyntaxError: .* \(%%host, line 3\)"):
        make("x = 1\ny = (\n").call("echo")


def test_state_and_files_stay_from_call_to_call(make: MakeHost) -> None:
    host = make(DO)
    host.call("do", "import host, sqlite3; host.kept = 1; sqlite3.connect('a.db').close()")
    assert host.call("do", "import host, os; result = [host.kept, os.listdir()]") == [1, ["a.db"]]


WRONG = {
    "1 / 0": "do(): raised: ZeroDivisionError: division by zero",
    "raise SystemExit": "do(): raised: SystemExit",
    "result = float('nan')": "do(): raised: ValueError: the result holds nan",
    "result = 1 << 63": "do(): answer: an integer is longer than 64 bits",
    "result = {1: 2}": "do(): raised: TypeError: a key of type int is no text",
    "result = object()": "do(): raised: TypeError: a result of type object is no plain data",
    "result = '\\ud800'": "do(): answer: 'utf-8' codec can't encode",
    "result = []\nresult.append(result)": "do(): raised: TypeError: the result is nested too",
    "result = '7'": "do(): answer: str, not int",
    "bytearray(1 << 30)": "do(): memory: MemoryError",
    "import os; os.fork()": "do(): forbidden: PermissionError",
    "import os; os.execv('/bin/true', ['true'])": "do(): forbidden: PermissionError",
    "import os; os.kill(os.getppid(), 9)": "do(): forbidden: PermissionError",
    "import socket; socket.socket()": "do(): forbidden: PermissionError",
    "import _thread; _thread.start_new_thread(print, ())": "do(): raised: RuntimeError",
    "import os; os.memfd_create('x')": "do(): forbidden: PermissionError",
    "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))": "do(): forbidden",
    "import resource as r; r.prlimit(1, r.RLIMIT_CPU, (9, 9))": "do(): forbidden: Permission",
    "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))": "do(): raised: ValueError",
    "import fcntl, os; fcntl.fcntl(os.pipe()[0], 10, 9)  # F_SETSIG": "do(): forbidden",
    "import ctypes; c = ctypes.CDLL(None, use_errno=True)\n"
    "if c.timer_create(0, None, bytes(8)): raise PermissionError": "do(): forbidden: Permission",
}


def test_an_invalid_answer_is_an_error_and_the_next_call_works(make: MakeHost) -> None:
    host = make(DO)
    messages = {text: failure(host, text, answer=int) for text in WRONG}
    assert {
        text: found for text, found in messages.items() if not found.startswith(WRONG[text])
    } == {}
    assert host.call("do", "result = 7", answer=int) == 7


def test_unclosed_connections_do_not_accumulate(make: MakeHost) -> None:
    host = make(
        "import sqlite3\n\ndef echo(db):\n    with sqlite3.connect(db) as link:\n"
        "        return link.execute('SELECT 7').fetchone()[0]\n"
    )
    assert {host.call("echo", "a.db") for _ in range(600)} == {7}


COUNTER = """
class Do:
    def __init__(self, line, first):
        self.line, self.sum = line, first

    def add(self, count):
        for _ in range(count):
            self.line.send(bytes([self.sum]))
            self.sum += len(self.line.receive(50) or self.line.receive(100))
        return self.sum

    def ask(self, text):
        return eval(text, {"line": self.line})
"""


def echo_late(data: bytes) -> list[tuple[float, bytes]]:
    """Two bytes after 20 ms, then after 120 ms, and so on in turn."""
    return [(20 if data[0] % 4 else 120, b"..")]


@pytest.mark.parametrize("waits", [True, False])
def test_the_time_for_which_the_grader_waits_for_a_processor_is_not_that_of_host_code(
    make: MakeHost, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """Another program has the processor when the answer comes."""
    queued_s = iter(range(0, 1000, 2))
    monkeypatch.setattr(process, "_own_queued_s", lambda: float(next(queued_s)) * waits)
    host = make(DO, wall_s=0.3)
    slow = "import time; time.sleep(1); result = 7"
    assert (host.call("do", slow) if waits else failure(host, slow)) == (
        7 if waits else "do(): time"
    )


def test_an_object_of_host_code_talks_to_a_device_in_virtual_time(isolation: Isolation) -> None:
    line, host = HostLine(echo_late), HostFunctions(COUNTER, ("Do",), isolation)
    try:
        host.make("Do", line.methods, 3)
        assert host.call("Do.add", 3, answer=int) == 9
        assert [data[0] for _ms, data in line.sent] == [3, 5, 7]
        host.make("Do", line.methods, 4)
        assert host.call("Do.add", 1, answer=int) == 6
        assert [at_ms for at_ms, _data in line.sent] == [0, 20, 40, 60]
        assert line.now_ms == 60 + 120
        for text, message in REFUSED.items():
            with pytest.raises(HostError, match=message):
                host.call("Do.ask", text)
        with pytest.raises(HostError, match="missing"):
            host.call("Do.other")
        with pytest.raises(ValueError, match=r"lab\.toml does not name Other"):
            host.call("Other.add")
        assert host.call("Do.ask", "line.receive(5)", answer=bytes) == b""
    finally:
        host.close()


REFUSED = {
    "line.send('a')": r"ValueError: send\(\): the data is no bytes",
    "line.send(bytes(5000))": r"ValueError: send\(\): the data",
    "line.receive(-1)": r"ValueError: receive\(\): the time-out",
    "line.receive(float('inf'))": "raised: ValueError",
    "line.receive()": "ValueError: missing a required argument",
    "line.send(1 << 70)": "ValueError: an integer is longer than 64 bits",
    "line.close()": "raised: AttributeError",
    "[line.send(b'!') for _ in range(2000)]": "called more than 1000 times",
}


def test_host_code_that_calls_without_end_is_ended(isolation: Isolation) -> None:
    limits = HostLimits(answer_bytes=2000)
    line, host = HostLine(echo_late), HostFunctions(COUNTER, ("Do",), isolation, limits)
    try:
        host.make("Do", line.methods, 3)
        with pytest.raises(HostError, match="answer: too many calls"):
            host.call("Do.ask", "[line.receive(0) for _ in range(10**9)]")
        with pytest.raises(HostError, match="too many calls"):
            host.call("Do.add", 1)
    finally:
        host.close()


def test_missing_host_code_is_an_error(make: MakeHost) -> None:
    for text, message in ((None, "no %%host"), (DO, ""), ("echo = 3", "")):
        with pytest.raises(HostError, match=rf"echo\(\): missing.*{message}"):
            make(text).call("echo")
    with pytest.raises(HostError, match="raised: SyntaxError"):
        make("def (").call("echo")
    with pytest.raises(ValueError, match=r"lab\.toml does not name other"):
        make(DO).call("other")


def test_a_machine_without_memory_is_an_internal_error(
    make: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = iter((0, 1))
    monkeypatch.setattr("grader.host.process._oom_kills", lambda: next(kills))
    host = started(make)
    os.kill(processes_of(host)[-1], signal.SIGKILL)
    with pytest.raises(GraderError, match="out of memory") as caught:
        call_until_it_ends(host)
    # The cure of the message works.
    (command,) = re.findall(r"(taskset -c \d+) warsha grade", caught.value.cure)
    count = "from grader.classrun import pool; print(pool.processors())"
    words = [*command.split(), sys.executable, "-c", count]
    assert subprocess.run(words, capture_output=True, check=True).stdout == b"1\n"


def test_a_process_that_is_killed_from_outside_is_an_internal_error(make: MakeHost) -> None:
    """The process of host code, and those of the sandbox around it."""
    for place in range(len(processes_of(started(make)))):
        host = started(make)
        os.kill(processes_of(host)[place], signal.SIGKILL)
        with pytest.raises(GraderError, match="from outside"):
            call_until_it_ends(host)


def started(make: MakeHost) -> HostFunctions:
    host = make(DO)
    host.call("do", "result = 1")
    return host


def test_a_sandbox_that_is_killed_while_it_starts_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Bubblewrap has started a child then, which waits for it and keeps the pipes open."""
    pid = tmp_path / "pid"
    script = f"sleep 1000 & echo $! > {pid}; kill -9 $$"
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: ["sh", "-c", script])
    with pytest.raises(GraderError, match="from outside"):
        HostFunctions(DO, ("do",)).call("do", "result = 1")
    wait_for_end(int(pid.read_text()))


def processes_of(host: HostFunctions) -> list[int]:
    """The process of the sandbox first, that of host code last."""
    assert host._child is not None
    pids = [host._child._process.pid]
    while words := Path(f"/proc/{pids[-1]}/task/{pids[-1]}/children").read_text().split():
        pids += map(int, words)
    return pids


def call_until_it_ends(host: HostFunctions) -> None:
    """A killed process may answer until the kernel ends it."""
    while True:
        host.call("do", "result = 1")


ENDS = {
    "while True: pass": "time",
    "import time; time.sleep(60)": "time",
    "import os, time; os.closerange(0, 256); time.sleep(60)": "time",
    "import signal\nsignal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True: pass": "time",
    "import os; os._exit(3)": "raised: exit code 3",
    "import os; os._exit(127)": "raised: exit code 127",
    "import os; os._exit(137)": "forbidden",
    "import ctypes; ctypes.CDLL(None).syscall(60, 143)": "forbidden",
    "import ctypes; ctypes.string_at(8)": "raised: signal 11",
    "from signal import *; setitimer(ITIMER_REAL, 0.1)\nwhile True: pass": "raised: signal 14",
    "result = [0] * 100_000": "answer: 200005 bytes",
    "import os\nwhile True:\n for n in range(3, 9):\n"
    "  try: os.write(n, b'x' * 99)\n  except OSError: pass": "answer: 2021161080 bytes",
}


@pytest.mark.parametrize("text", ENDS)
def test_an_ended_child_is_an_error_of_every_later_call(make: MakeHost, text: str) -> None:
    host = make(DO, cpu_s=1, wall_s=4, answer_bytes=100_000)
    messages = {failure(host, text), failure(host, "result = 1")}
    assert messages == {f"do(): {ENDS[text]}"}


def test_no_process_or_file_of_a_child_is_left(make: MakeHost, tmp_path: Path) -> None:
    before = children()
    host = make(DO)
    host.call("do", "open('here', 'w').close()")
    assert children() > before
    host.close()
    assert children() == before


def children() -> set[str]:
    """The descendants of this process."""
    me = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(me.read_text().split())


def test_the_sandbox_shows_nothing_of_this_machine(hosted: Course) -> None:
    secret = hosted.root.parents[2] / "secret"
    secret.write_text("canary")
    host = HostFunctions(DO, ("do",), "bwrap")
    look = f"""
import os, sys
result = [p for p in ({str(secret)!r}, {str(FOLDER)!r}, {sys.executable!r}, '/proc', '/home',
    '/root', '/etc/passwd', '/sys', '/dev/shm', '/bin') if os.path.exists(p)]
result += [name for name in os.environ if name not in ('PWD', 'LC_CTYPE')]
result += sys.argv + [sys.prefix, os.uname().nodename, str(os.getuid())]
"""
    try:
        assert host.call("do", look) == [
            *("PYTHONHOME", "LD_LIBRARY_PATH", "PYTHONHASHSEED", "PYTHONUTF8"),
            *("/child.py", "/python", "host", "1000"),
        ]
        for folder in ("/", "/python", "/python/lib", "/usr/lib", "/dev"):
            message = failure(host, f"open({folder + '/x'!r}, 'w')")
            assert "Read-only file system" in message or "PermissionError" in message
    finally:
        host.close()


def test_files_are_bounded_in_size_and_number() -> None:
    host = HostFunctions(DO, ("do",), "bwrap", HostLimits(tmp_bytes=1 << 20))
    fill = """
import os
made = written = 0
try:
    while True:
        with open(f'{made}', 'wb') as file:
            made += 1
            if made > 900:
                written += file.write(bytes(9999))
                file.flush()
except OSError as error:
    result = [made, written, error.errno]
"""
    try:
        made, written, _errno = host.call("do", fill)
        assert made <= 1001 and written <= 1 << 20
    finally:
        host.close()


def test_a_child_ends_with_its_parent() -> None:
    code = f"""
import os, sys
from grader.host.host_functions import HostFunctions
host = HostFunctions({DO!r}, ("do",), sys.argv[1])
host.call("do", "result = 1")
print(open(f"/proc/self/task/{{os.getpid()}}/children").read(), flush=True)
os._exit(0)
"""
    for isolation in ("bwrap", "none"):
        done = subprocess.run(
            [sys.executable, "-c", code, isolation], capture_output=True, check=True
        )
        pid = int(done.stdout)
        wait_for_end(pid)


def test_a_missing_sandbox_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GraderError, match="does not start: bwrap: there is no such file"):
        HostFunctions(DO, ("do",)).call("do", "result = 1")


def test_a_sandbox_that_does_not_start_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: ["bwrap", "--no-such-option"])
    with pytest.raises(GraderError, match="no-such-option"):
        HostFunctions(DO, ("do",)).call("do", "result = 1")
