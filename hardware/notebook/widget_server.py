"""Shows the bench of this kernel in the outputs of its cells, also while a cell runs.

The output names the bench by a random word. JupyterLab's renderer of such outputs
(`labextension/`) asks the Jupyter server for it (`bench_relay.py`), and the server finds the Unix
socket of that name: lines of JSON pass there, as on the page of a bench. The kernel's own messages
are not used, because a kernel answers none while a cell runs.

Trust boundary: the folder of the sockets belongs to this user, and nobody else can open it. So
only this user's processes reach the bench: the kernel, and the Jupyter server, which asks every
browser who it is.
"""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.view_server import MOST_MESSAGE, Viewer, ViewServer
from hardware.bench.serving.serial_tail import SerialTail
from hardware.paths import bench_sockets


class WidgetServer(ViewServer):
    """Serves one bench on the socket of its name, until `close` or the bench ends."""

    def __init__(self, live: LiveBench, tails: Mapping[str, SerialTail]) -> None:
        """Raises: OSError when no socket can be made."""
        self.name = secrets.token_hex(8)
        self._socket = bench_sockets() / self.name
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            self._listener.bind(str(self._socket))
            self._listener.listen()
        except OSError:
            self._listener.close()
            raise
        self._writers: set[asyncio.StreamWriter] = set()
        self._talks: set[asyncio.Task[Any]] = set()
        super().__init__(live, tails, "warsha-widget")

    async def _listen(self) -> None:
        self._server = await asyncio.start_unix_server(
            self._talk, sock=self._listener, limit=MOST_MESSAGE
        )

    async def _hang_up(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.gather(*self._talks, return_exceptions=True)
        self._socket.unlink(missing_ok=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer, from its coming to its leaving."""
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        self._writers.add(writer)
        viewer = Viewer(self, lambda message: writer.write(f"{message}\n".encode()))
        try:
            with suppress(OSError, ValueError):  # it has left, or has sent what is no action
                while message := await reader.readline():
                    await viewer.receive(message)
        finally:
            self._writers.discard(writer)
            writer.close()
            await viewer.leave()
