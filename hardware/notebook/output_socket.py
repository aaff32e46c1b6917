"""The Unix socket on which outputs of cells talk with this kernel, also while a cell runs.

An output names its socket by a random word. JupyterLab's renderer of such outputs
(`labextension/`) asks the Jupyter server for it (`bench_relay.py`), and the server finds the
socket of that name: lines of JSON pass there, as on a page. The kernel's own messages are not
used, because a kernel answers none while a cell runs.

Trust boundary: the folder of the sockets belongs to this user, and nobody else can open it. So
only this user's processes reach them: the kernel, and the Jupyter server, which asks every
browser who it is.
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any, Protocol

from hardware.bench.serving.page.page_messages import MOST_MESSAGE
from hardware.paths import bench_sockets, short_path

YOUNG_S = 60.0


class Guest(Protocol):
    """The server's side of one output."""

    async def receive(self, message: str | bytes) -> None:
        """Do what the output asks for. Raises: ValueError when it is no action."""

    async def leave(self) -> None:
        """The output has left."""


class OutputSocket:
    """One socket. All methods but the constructor belong to the thread that serves."""

    def __init__(self) -> None:
        """Raises: OSError when no socket can be made."""
        self.name = secrets.token_hex(8)
        folder = bench_sockets()
        _remove_dead(folder)
        self._path = folder / self.name
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            with short_path(self._path) as name:
                self._listener.bind(name)
            self._listener.listen()
        except OSError:
            self._listener.close()
            raise
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[Any]] = set()

    async def serve(self, welcome: Callable[[Callable[[str], None]], Guest]) -> None:
        """Let outputs come; `welcome` gets the function that sends a message to a new one."""
        self._welcome = welcome
        # `start_unix_server` of Python 3.13 looks at the path of the bind, which was a short one.
        self._server = await asyncio.start_server(
            self._talk, sock=self._listener, limit=MOST_MESSAGE
        )

    async def close(self) -> None:
        """Let nobody come any more, and wait until all have left."""
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One output, from its coming to its leaving."""
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        self._writers.add(writer)
        guest = self._welcome(lambda message: writer.write(f"{message}\n".encode()))
        try:
            with suppress(OSError, ValueError):  # it has left, or has sent what is no action
                while message := await reader.readline():
                    await guest.receive(message)
        finally:
            self._writers.discard(writer)
            writer.close()
            await guest.leave()


def _remove_dead(folder: Path) -> None:
    """Remove the sockets of kernels that were killed: nobody listens there. A young one may belong
    to a kernel that is just about to listen."""
    for path in folder.iterdir():
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            if path.stat().st_mtime > time() - YOUNG_S:
                continue
            line.setblocking(False)
            try:
                with short_path(path) as name:
                    line.connect(name)
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
