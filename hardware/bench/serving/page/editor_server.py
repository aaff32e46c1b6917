"""Serves the editor of one circuit: to pages in browsers of this machine (`EditorServer`), and to
outputs of notebook cells (`hardware/notebook/widget_server.py`).

    with EditorServer(Path("diagram.json")) as editor:
        print(editor.url)
        editor.bench_runs(url)                 # of a bench with this file
        editor.wait_for_run()                  # the file was saved: start the bench again

Trust boundary: who may have the page is decided in `loopback_site.py`. What comes from it is only
one of the actions of `editor_messages.py`; they write no file but the one that is edited.
"""

import threading
from abc import abstractmethod
from pathlib import Path

from hardware.bench.editing.diagram_editor import DiagramEditor
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.editor_desk import EditorDesk
from hardware.bench.serving.page.loopback_site import LoopbackSite, SiteLine
from hardware.bench.serving.page.server_thread import ServerThread
from hardware.errors import HardwareError

SLICE_S = 0.5
"""A waiting thread lets the signals of the process in so often."""


class DeskServer(ServerThread):
    """Serves a desk. A subclass opens the way for pages."""

    def __init__(self, desk: EditorDesk) -> None:
        """Start the thread; the desk belongs to it."""
        self.desk = desk
        super().__init__("warsha-editor")

    def bench_runs(self, address: str) -> None:
        """The bench runs with the file, and this is where it is seen."""
        self._loop.call_soon_threadsafe(self.desk.bench_runs, address)

    def bench_failed(self, error: HardwareError) -> None:
        """The bench did not start."""
        self._loop.call_soon_threadsafe(self.desk.bench_failed, error)

    @abstractmethod
    async def _listen(self) -> None:
        """Let pages come. In the server's thread."""

    @abstractmethod
    async def _hang_up(self) -> None:
        """Let no more pages come; those that are there have been told. In the server's thread."""

    async def _serve(self) -> None:
        await self._listen()
        await self._end.wait()
        self.desk.close()
        await self._hang_up()


class EditorServer(DeskServer):
    """Serves the page of one file."""

    def __init__(self, file: Path, port: int = 0) -> None:
        """Read the file and listen. Raises: DiagramError, BenchError."""
        editor = DiagramEditor(file)
        self.site = LoopbackSite("editor.html", port)
        self.url = self.site.url
        self.run_wanted = threading.Event()
        """A page wants the bench to be started again."""
        super().__init__(EditorDesk(editor, self.run_wanted.set))

    def wait_for_run(self, live: LiveBench | None = None) -> bool:
        """Wait until a page wants the bench to be started again. False: the bench that runs has
        been closed. Raises: BenchError when it fails."""
        while not self.run_wanted.wait(SLICE_S):
            if live and not live.running:
                live.wait()  # raises
                return False
        self.run_wanted.clear()
        return True

    async def _listen(self) -> None:
        self.site.serve(EditorLine, desk=self.desk)

    async def _hang_up(self) -> None:
        await self.site.close()


class EditorLine(SiteLine):
    """The line of one open page."""

    def initialize(self, site: LoopbackSite, desk: EditorDesk) -> None:  # type: ignore[override]
        """Tornado's constructor."""
        super().initialize(site)
        self.desk = desk

    def open(self, *_args: str, **_kwargs: str) -> None:
        """It gets everything first."""
        super().open()
        self._page = self.desk.open(self.send)

    async def receive(self, message: str | bytes) -> None:
        """See `SiteLine`."""
        await self._page.receive(message)

    def on_close(self) -> None:
        """The page has left."""
        super().on_close()
        self.desk.leave(self._page)
