"""The thread of a server, which has an asyncio loop of its own."""

import asyncio
import threading
from abc import ABC, abstractmethod
from typing import Self

CLOSE_S = 5.0
"""The longest time that `close` waits for the thread."""


class ServerThread(ABC):
    """Serves in a thread until `close`, or until the server ends by itself. A context manager."""

    def __init__(self, name: str) -> None:
        """Start the thread of this name. What the server needs is there already."""
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        """The server must end."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving; the second time nothing happens."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop)
            self._thread.join(CLOSE_S)

    # -- in the thread

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    @abstractmethod
    async def _serve(self) -> None:
        """Serve until the end."""

    def _stop(self) -> None:
        self._end.set()
