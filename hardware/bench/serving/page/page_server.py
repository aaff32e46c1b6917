"""The page of a live bench, or of a real board: an HTTP server with a WebSocket, for browsers of
this machine.

    with LiveBench("diagram.json") as live, PageServer(BenchSource.of_page(live)) as page:
        print(page.url)                        # http://127.0.0.1:40123/<token>/

Trust boundary: who may have the page is decided in `loopback_site.py`, and what comes from it is
only one of the actions of `page_messages.py`.
"""

import asyncio

from hardware.bench.serving.page.loopback_site import LoopbackSite, SiteLine
from hardware.bench.serving.page.view_server import Viewer, ViewServer
from hardware.bench.serving.page.view_source import ViewSource


class PageServer(ViewServer):
    """Serves the page until `close`, or until the source ends."""

    def __init__(self, source: ViewSource, port: int = 0, *, token: str = "") -> None:
        """Listen on loopback; `port` and `token` as for `LoopbackSite`. Raises: BenchError when
        the port is taken."""
        self.site = LoopbackSite("bench.html", port, token)
        self.url = self.site.url
        super().__init__(source, "warsha-page")

    async def _listen(self) -> None:
        self.site.serve(PageLine, page=self)

    async def _hang_up(self) -> None:
        await self.site.close()


class PageLine(SiteLine):
    """The line of one open page."""

    def initialize(self, site: LoopbackSite, page: PageServer) -> None:  # type: ignore[override]
        """Tornado's constructor."""
        super().initialize(site)
        self.page = page

    def open(self, *_args: str, **_kwargs: str) -> None:
        """It gets everything first."""
        super().open()
        self._viewer = Viewer(self.page, self.send)

    async def receive(self, message: str | bytes) -> None:
        """See `SiteLine`."""
        await self._viewer.receive(message)

    def on_close(self) -> None:
        """The page has left."""
        super().on_close()
        self._left = asyncio.ensure_future(self._viewer.leave())
