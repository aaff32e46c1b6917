"""Programs of other authors that talk to a board over its line, unmodified: mpremote, Thonny's
back end, ampy, rshell, mpfshell and belay. Each runs a file on the board, and copies one to it and
back.

Those that are no requirement of ours are installed once into build/peers, from peers.txt.
"""

import ast
import fcntl
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Protocol

import pytest
from belay import Device

from hardware.paths import build_dir
from tests.support.project import TESTS

LISTED = TESTS / "board" / "peers.txt"
ANSWER_S = 120.0


class PeerFailed(Exception):
    """A program ended with an error, or said one; the text is what it printed."""


class Peer(Protocol):
    """One program."""

    package: str

    def run(self, url: str, file: Path) -> str:
        """What a file prints on the board at this address."""

    def put(self, url: str, file: Path, name: str) -> None:
        """Copy a file to the board."""

    def get(self, url: str, name: str, file: Path) -> None:
        """Copy a file of the board to here."""


@cache
def environment() -> Path:
    """The folder of the programs. Skips the test where no registry can be reached."""
    place = build_dir() / "peers"
    place.mkdir(parents=True, exist_ok=True)
    done = place / "peers.txt"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_bytes() != LISTED.read_bytes():
            subprocess.run([sys.executable, "-m", "venv", "--clear", place / "env"], check=True)
            pip = [str(place / "env/bin/python"), "-m", "pip", "install", "--quiet", "--no-deps"]
            options = ["--disable-pip-version-check", "--retries", "1", "-r", str(LISTED)]
            installed = subprocess.run([*pip, *options], capture_output=True, text=True)
            if installed.returncode:
                pytest.skip(f"the peers cannot be installed: {installed.stderr[-500:]}")
            done.write_bytes(LISTED.read_bytes())
    return place / "env" / "bin"


def version(peer: Peer) -> str:
    """The version of a program."""
    pinned = dict(re.findall(r"(?m)^([\w-]+)==(\S+)$", LISTED.read_text(encoding="utf-8")))
    return pinned.get(peer.package) or metadata.version(peer.package)


def _called(*command: str | Path) -> str:
    """The output of a program that must succeed."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=ANSWER_S,
        check=False,
    )
    said = done.stdout + done.stderr
    if done.returncode or "Failed to open" in said:
        raise PeerFailed(said.strip())
    return done.stdout


class Ampy:
    """One command for each action."""

    package = "adafruit-ampy"

    def _ampy(self, url: str, *words: str | Path) -> str:
        return _called(environment() / "ampy", "-p", url, *words)

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        return self._ampy(url, "run", file)

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        self._ampy(url, "put", file, name)

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        self._ampy(url, "get", name, file)


class Rshell:
    """A shell in which the board's files are in /pyboard; it runs lines in the board's prompt."""

    package = "rshell"

    def _rshell(self, url: str, command: str) -> str:
        return _called(environment() / "rshell", "-p", url, "--quiet", command)

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        self.put(url, file, "rshell_run.py")
        return self._rshell(url, "repl ~ import rshell_run ~")

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        self._rshell(url, f"cp {file} /pyboard/{name}")

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        self._rshell(url, f"cp /pyboard/{name} {file}")


class Mpfshell:
    """A shell; it runs lines in the board's prompt."""

    package = "mpfshell"

    def _mpfshell(self, url: str, command: str) -> str:
        # It puts /dev/ in front of the name of a device.
        name = os.path.relpath(url, "/dev") if url.startswith("/") else url
        return _called(environment() / "mpfshell", "-n", "-c", f"open {name}; {command}")

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        return self._mpfshell(url, f"put {file} mpfshell_run.py; exec import mpfshell_run")

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        self._mpfshell(url, f"put {file} {name}")

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        self._mpfshell(url, f"get {name} {file}")


class Thonny:
    """Its back end: a process that the window starts, and talks to by its standard streams."""

    package = "thonny"
    BACK_END = "thonny.plugins.micropython.bare_metal_backend"
    MARK = "\x021 "
    """Begins a message of one line (thonny/common.py)."""

    def _answer(self, url: str, command: str, answer: str) -> str:
        """What the back end says from a command to its answer."""
        arguments = {"port": url, "clean": True, "interrupt_on_connect": True, "sync_time": True}
        arguments |= {"utc_clock": False, "local_rtc": True}
        with (
            TemporaryDirectory() as folder,
            subprocess.Popen(
                [environment() / "python", "-m", self.BACK_END, repr(arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"THONNY_USER_DIR": folder},
            ) as process,
        ):
            assert process.stdin and process.stdout
            watch = Timer(ANSWER_S, process.kill)
            watch.start()
            try:
                self._until(process.stdout, "welcome_text=")
                process.stdin.write(f"{self.MARK}{command}\n")
                process.stdin.flush()
                return self._until(process.stdout, answer)
            finally:
                watch.cancel()
                process.kill()

    def _until(self, lines: Iterable[str], answer: str) -> str:
        said = ""
        for line in lines:
            said += line
            if line.startswith(self.MARK) and answer in line:
                return said
        raise PeerFailed(said.strip())

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        source = file.read_text(encoding="utf-8")
        command = f"ToplevelCommand('Run', source={source!a})"
        said = self._answer(url, command, "command_name='Run'")
        pieces = re.findall(r"'ProgramOutput', stream_name='stdout', data=(.*?), sequence=", said)
        return "".join(ast.literal_eval(piece) for piece in pieces)

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        what = f"content_bytes={file.read_bytes()!r}, make_shebang_scripts_executable=False"
        command = f"InlineCommand('write_file', id=1, path={name!a}, {what})"
        self._answer(url, command, "'write_file_response'")

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        command = f"InlineCommand('read_file', id=1, path={name!a})"
        said = self._answer(url, command, "'read_file_response'")
        content = said.partition("content_bytes=")[2].rpartition(", path=")[0]
        file.write_bytes(ast.literal_eval(content))


class Belay:
    """A library."""

    package = "belay"

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        seen = io.StringIO()
        with Device(url) as device:
            device(file.read_text(encoding="utf-8"), stream_out=seen)
        return seen.getvalue()

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        with TemporaryDirectory() as folder, Device(url) as device:
            shutil.copy(file, Path(folder) / name)
            device.sync(folder, keep=True, minify=False)

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        with Device(url) as device:
            file.write_bytes(device(f"open({name!r}, 'rb').read()"))


class Mpremote:
    """One command for each action."""

    package = "mpremote"

    def _mpremote(self, url: str, *words: str | Path) -> str:
        return _called(sys.executable, "-m", "mpremote", "connect", url, *words)

    def run(self, url: str, file: Path) -> str:
        """See `Peer`."""
        return self._mpremote(url, "run", file)

    def put(self, url: str, file: Path, name: str) -> None:
        """See `Peer`."""
        self._mpremote(url, "fs", "cp", file, f":{name}")

    def get(self, url: str, name: str, file: Path) -> None:
        """See `Peer`."""
        self._mpremote(url, "fs", "cp", f":{name}", file)


PEERS: dict[str, Peer] = {
    "mpremote": Mpremote(),
    "Thonny's back end": Thonny(),
    "ampy": Ampy(),
    "rshell": Rshell(),
    "mpfshell": Mpfshell(),
    "belay": Belay(),
}
