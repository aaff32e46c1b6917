"""Shows the bench of this kernel, or its real board, and the editor of a circuit in the outputs of
cells, also while a cell runs. How the outputs reach them is said in `output_socket.py`.

Trust boundary: what comes from an output is only one of the actions of `page_messages.py` or
`editor_messages.py`, whoever wrote it.
"""

from hardware.bench.serving.page.editor_desk import EditorDesk
from hardware.bench.serving.page.editor_server import DeskServer
from hardware.bench.serving.page.view_server import Viewer, ViewServer
from hardware.bench.serving.page.view_source import ViewSource
from hardware.notebook.output_socket import OutputSocket


class WidgetServer(ViewServer):
    """Serves one source on a socket, until `close` or its end."""

    def __init__(self, source: ViewSource) -> None:
        """Raises: OSError when no socket can be made."""
        self._socket = OutputSocket()
        self.name = self._socket.name
        """What the outputs call it."""
        super().__init__(source, "warsha-widget")

    async def _listen(self) -> None:
        await self._socket.serve(lambda write: Viewer(self, write))

    async def _hang_up(self) -> None:
        await self._socket.close()


class EditorWidget(DeskServer):
    """Serves one desk on a socket, until `close`."""

    def __init__(self, desk: EditorDesk) -> None:
        """Raises: OSError when no socket can be made."""
        self._socket = OutputSocket()
        self.name = self._socket.name
        """What the outputs call it."""
        super().__init__(desk)

    async def _listen(self) -> None:
        await self._socket.serve(self.desk.open)

    async def _hang_up(self) -> None:
        await self._socket.close()
