"""Two programs that use a board over a line: a notebook of ours in a real kernel, and mpremote.

Both do what a person does with them: run code, press stop, copy a file, reset; or they are killed.
"""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import NamedTuple, Protocol

from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

ANSWER_S = 60.0
"""A program that is silent for longer hangs."""
HANGS = f"\nhangs; ended after {ANSWER_S:.0f} s"
SLICE_S = 0.5
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Reply(NamedTuple):
    """What a person sees at the end of a command or a cell."""

    text: str
    good: bool
    """It ended without an error."""
    s: float

    @property
    def last(self) -> str:
        """Its last line, or what is said of a program that hangs."""
        lines = [line.strip("· ") for line in self.text.splitlines() if line.strip()]
        return lines[-1] if lines else ""


class LineClient(Protocol):
    """One of the two. mpremote connects again for each call."""

    folder: Path
    """Where it runs."""

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet."""

    def connect(self, url: str) -> None:
        """Use this line from now on."""

    def run(self, code: str, stop_at: str = "") -> Reply:
        """Run code on the board. When its output holds `stop_at`, press stop."""

    def put(self, path: Path) -> Reply:
        """Copy a file to the board."""

    def reset(self) -> Reply:
        """Reset the board."""

    def kill(self) -> None:
        """Kill the process that works now. May be called from another thread."""

    def close(self) -> None:
        """End it."""


class MpremoteClient:
    """mpremote: one process for each command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self, url: str) -> None:
        """See `LineClient`."""
        self._url = url

    def run(self, code: str, stop_at: str = "") -> Reply:
        """See `LineClient`."""
        return self._do(["exec", code], stop_at)

    def put(self, path: Path) -> Reply:
        """See `LineClient`."""
        return self._do(["cp", str(path), f":{path.name}"])

    def reset(self) -> Reply:
        """See `LineClient`."""
        return self._do(["reset"])

    def kill(self) -> None:
        """See `LineClient`."""
        assert self._process
        self._process.kill()

    def close(self) -> None:
        """See `LineClient`."""

    def _do(self, words: list[str], stop_at: str = "") -> Reply:
        begin = monotonic()
        command = [sys.executable, "-m", "mpremote", "connect", self._url, *words]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            self._process = process
            hangs = threading.Event()

            def end() -> None:
                hangs.set()
                process.kill()

            timer = threading.Timer(ANSWER_S, end)
            timer.start()
            data, mark = b"", stop_at.encode()
            assert process.stdout
            while piece := os.read(process.stdout.fileno(), 65536):
                data += piece
                if mark and mark in data:
                    process.send_signal(signal.SIGINT)
                    mark = b""
            code = process.wait()
            timer.cancel()
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        return Reply(text + HANGS * hangs.is_set(), code == 0, monotonic() - begin)


class KernelClient:
    """A notebook of ours: cells in a kernel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manager: KernelManager | None = None

    def connect(self, url: str) -> None:
        """See `LineClient`. After a kill, the kernel is a new one."""
        if not (self._manager and self._manager.is_alive()):
            self.close()
            self._manager, self._client = start_new_kernel(
                kernel_name="python3", cwd=str(self.folder)
            )
            self._cell("%load_ext warsha")
        reply = self._cell(f"%board connect {url}")
        assert reply.good, reply.text

    def run(self, code: str, stop_at: str = "") -> Reply:
        """See `LineClient`."""
        return self._cell(f"%%board\n{code}", stop_at)

    def put(self, path: Path) -> Reply:
        """See `LineClient`."""
        return self._cell(f"%files put {path}")

    def reset(self) -> Reply:
        """See `LineClient`."""
        return self._cell("%board reset")

    def kill(self) -> None:
        """See `LineClient`."""
        assert self._manager and isinstance(self._manager.provisioner, LocalProvisioner)
        assert self._manager.provisioner.pid
        os.kill(self._manager.provisioner.pid, signal.SIGKILL)

    def close(self) -> None:
        """See `LineClient`."""
        if self._manager:
            self._client.stop_channels()
            self._manager.shutdown_kernel(now=True)
            self._manager = None

    def _cell(self, cell: str, stop_at: str = "") -> Reply:
        assert self._manager
        begin, text, good = monotonic(), "", True
        request = self._client.execute(cell)
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=SLICE_S)
            except Empty:
                hangs = monotonic() > begin + ANSWER_S
                if hangs or not self._manager.is_alive():
                    return Reply(text + HANGS * hangs, False, monotonic() - begin)
                continue
            content = message["content"]
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "stream":
                text += content["text"]
            elif message["msg_type"] == "error":
                good = False
                text += "\n" + "\n".join(content["traceback"])
            elif content.get("execution_state") == "idle":
                return Reply(_COLOUR.sub("", text), good, monotonic() - begin)
            if stop_at and stop_at in text:
                self._manager.interrupt_kernel()
                stop_at = ""
