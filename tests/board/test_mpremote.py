"""Unmodified mpremote against every address that `warsha bench` prints."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.project import ROOT

WAIT_S = 300.0
FAMILIES = ("esp32", "rp2")
WAYS = ("pty", "socket", "rfc2217")
ARABIC = "# مرحبا\nprint('main', 6 * 7)\n"


def start(family: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A bench in a separate process, and the addresses that it prints."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "warsha.py"), "bench", "--board", family],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    lines = dict(process.stdout.readline().split(maxsplit=1) for _ in range(1 + len(WAYS)))
    return process, {way: lines[way].strip() for way in WAYS}


EACH_WAY = pytest.mark.parametrize(
    "way", [WAYS[0], *(pytest.param(way, marks=pytest.mark.long) for way in WAYS[1:])]
)


@pytest.fixture(scope="module", params=FAMILIES)
def urls(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The addresses of a bench."""
    process, found = start(request.param)
    yield found
    process.send_signal(signal.SIGINT)
    assert process.wait(WAIT_S) == 0, "Ctrl-C ends the bench without an error"
    assert process.stdout
    process.stdout.close()


def mpremote(url: str, *words: str) -> str:
    """The output of mpremote, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", url, *words],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@EACH_WAY
def test_exec_and_run(urls: dict[str, str], way: str, tmp_path: Path) -> None:
    script = tmp_path / "hello.py"
    script.write_text("print('from a file')\n" + "# filler\n" * 200)
    output = mpremote(urls[way], "exec", "print('hello', 6 * 7)", "run", str(script))
    assert output == "hello 42\nfrom a file\n"


@EACH_WAY
def test_files(urls: dict[str, str], way: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there.py", tmp_path / "back.py"
    there.write_text(ARABIC * 40, encoding="utf-8")
    mpremote(urls[way], "fs", "cp", str(there), ":x.py")
    output = mpremote(urls[way], "fs", "ls", "+", "fs", "cat", ":x.py")
    assert re.search(rf"{there.stat().st_size} x\.py", output)
    assert ARABIC * 40 in output
    mpremote(urls[way], "fs", "cp", ":x.py", str(back), "+", "fs", "rm", ":x.py")
    assert back.read_bytes() == there.read_bytes()
    assert "x.py" not in mpremote(urls[way], "fs", "ls")


def test_rtc(urls: dict[str, str]) -> None:
    mpremote(urls["pty"], "rtc", "--set")
    here = datetime.now().year
    assert mpremote(urls["pty"], "rtc").startswith((f"({here}, ", f"({here - 1}, "))


@EACH_WAY
def test_mount(urls: dict[str, str], way: str, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("WORD = 'from the host'")
    output = mpremote(
        urls[way], "mount", str(tmp_path), "exec", "import helper; print(helper.WORD)"
    )
    assert "from the host" in output


@EACH_WAY
def test_resume_keeps_names_and_soft_reset_forgets_them(urls: dict[str, str], way: str) -> None:
    mpremote(urls[way], "exec", "kept = 42")
    assert mpremote(urls[way], "resume", "exec", "print(kept)") == "42\n"
    mpremote(urls[way], "soft-reset")
    assert mpremote(urls[way], "resume", "exec", "print('kept' in globals())") == "False\n"


def test_repl_on_the_pty(urls: dict[str, str]) -> None:
    """A person at a terminal: types a line, sees the answer, leaves with Ctrl-]."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mpremote", "connect", urls["pty"], "repl"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    seen = read_until(ours, b"Ctrl-]")
    # Input before mpremote has changed the settings of the terminal would be lost.
    wait_for_raw(theirs)
    os.write(ours, b"\r")
    seen += read_until(ours, b">>> ")
    os.write(ours, b"print('answer', 6 * 7)\r")
    assert b"answer 42" in read_until(ours, b"answer 42"), seen
    os.write(ours, b"\x1d")
    assert process.wait(WAIT_S) == 0
    os.close(ours)
    os.close(theirs)


def read_until(fd: int, mark: bytes) -> bytes:
    """The output of the terminal up to the mark, or until the time-out."""
    data, end = b"", time.monotonic() + WAIT_S
    while mark not in data and time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            data += os.read(fd, 4096)
    return data


def wait_for_raw(fd: int) -> None:
    """Wait until the program has switched the terminal's line editing off."""
    end = time.monotonic() + WAIT_S
    while termios.tcgetattr(fd)[3] & termios.ICANON and time.monotonic() < end:
        select.select([], [], [], 0.01)
