"""A bench with its page and, where its circuit is a file, with the editor of the file.

The editor stays as long as the command runs. When a page of it asks for that, the bench is closed
and started again with the file. The page of the bench keeps its address, and the boards keep their
files. A circuit that cannot run can still be edited.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from hardware.bench.circuit import tolerant
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.bench_source import BenchSource
from hardware.bench.serving.page.editor_server import EditorServer
from hardware.bench.serving.page.page_server import PageServer
from hardware.boards import for_diagram
from hardware.errors import DiagramError
from hardware.i18n import _


class ServedBench:
    """Serves until the bench ends, or until the process is interrupted."""

    def __init__(
        self,
        start: Callable[[Path | None], LiveBench],
        flash: Path | None,
        diagram: Path | None,
        port: int,
    ) -> None:
        """
        Args:
            start: starts the bench with the file of its flash.
            flash: that file; None: the boards keep their files only as long as the command runs.
            diagram: the file of the circuit; None: a bare board, which has no editor.
            port: of the bench's page; 0 takes a free one.

        Raises: DiagramError, BenchError.
        """
        self._start, self._flash, self._port = start, flash, port
        self._token = ""
        self._stack = ExitStack()
        self._diagram = diagram
        self._editor = self._stack.enter_context(EditorServer(diagram)) if diagram else None
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()
        if self._editor and self._editor.desk.editor.unsaved:
            what = _("{file}: the last changes in the editor were not saved.")
            print(what.format(file=self._diagram))

    def run(self, open_page: Callable[[str], object] | None) -> None:
        """Start the bench, as often as the editor wants it. `open_page` gets the first page.

        Raises: HardwareError when the bench fails; DiagramError only where there is no editor.
        """
        if self._editor:
            print(f"{_('editor'):8} {self._editor.url}", flush=True)
        while True:
            try:
                with self._start(self._flash_file()) as live, self._page(live) as page:
                    if open_page:
                        open_page(page.url)
                    if not self._wait(live):
                        return
            except DiagramError as error:
                if self._editor is None:
                    raise
                print(f"{error}. {error.cure}", flush=True)
                print(_("The circuit can be mended in the editor."), flush=True)
                self._editor.bench_failed(error)
                if open_page:
                    open_page(self._editor.url)
                self._editor.wait_for_run()
            open_page = None

    def _page(self, live: LiveBench) -> PageServer:
        editor_url = self._editor.url if self._editor else ""
        source = BenchSource.of_page(live, editor_url)
        page = PageServer(source, self._port, token=self._token)
        self._port, self._token = page.site.port, page.site.token
        print(f"{_('page'):8} {page.url}", flush=True)
        if self._editor:
            self._editor.bench_runs(page.url)
        return page

    def _wait(self, live: LiveBench) -> bool:
        """Whether the bench shall be started again; if not, it has ended."""
        if self._editor is None:
            live.wait()
            return False
        return self._editor.wait_for_run(live)

    def _flash_file(self) -> Path | None:
        """The given file, or else one for the type of the first board."""
        if self._flash or self._diagram is None:
            return self._flash
        boards = [for_diagram(spec.type) for spec in tolerant.load(self._diagram).parts]
        first = next((board.name for board in boards if board), "none")
        return self._folder / f"{first}.img"
