"""An extension of the Jupyter server: passes messages between a browser and the bench of a kernel
(`widget_server.py`), at `<base URL>warsha/bench/<name>`. So the bench is alive wherever JupyterLab
is: on this machine, behind a proxy, and under a hub.

Trust boundary: a browser must be that of a user who may run code on this server, as for the line
to a kernel, and its page must be one of this server. A name leads only to sockets in the folder of
this user, so that no output of a notebook can make the server open anything else.
"""

import asyncio
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from hardware.paths import bench_sockets, short_path

GONE = 4404
"""The close code that tells the page: there is no such bench any more (`bench_line.js`)."""
TRY_AGAIN = 1013
"""RFC 6455, IANA's registry of close codes: "Try Again Later"."""
MOST_LINE = 1 << 24
"""Bytes of one message of a bench: the first one has the whole drawing."""


class BenchRelay(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """The line of one output."""

    def set_default_headers(self) -> None:
        """JupyterHandler's own are for pages."""

    @ws_authenticated
    async def get(self, *args: str, **kwargs: str) -> None:
        """Refuse who may not run code here."""
        user = self.current_user
        if not await ensure_async(self.authorizer.is_authorized(self, user, "execute", "kernels")):
            raise HTTPError(403)
        await super().get(*args, **kwargs)

    async def open(self, name: str) -> None:
        """Connect the bench of this name."""
        super().open()
        self.set_nodelay(True)  # as the page's own server: each message is a picture
        self._writer: asyncio.StreamWriter | None = None
        try:
            path = bench_sockets() / name
            with short_path(path) as short:
                line = await asyncio.open_unix_connection(short, limit=MOST_LINE)
            reader, self._writer = line
        except ConnectionRefusedError:  # its kernel has ended, or was started again
            path.unlink(missing_ok=True)
            self.close(GONE)
            return
        except (FileNotFoundError, PermissionError):
            self.close(GONE)
            return
        except OSError:  # this server has too many open files, for example
            self.close(TRY_AGAIN)
            return
        self._task = asyncio.ensure_future(self._pass_on(reader))

    async def _pass_on(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                await self.write_message(line.decode())
        except (OSError, ValueError, WebSocketClosedError):
            pass
        finally:
            if self._writer:
                self._writer.close()
        self.close(GONE)

    def on_message(self, message: str | bytes) -> None:
        """Pass an action on."""
        if self._writer and isinstance(message, str):
            self._writer.write(f"{message}\n".encode())

    def on_close(self) -> None:
        """The output has been removed, or its page was closed."""
        super().on_close()
        if self._writer:
            self._writer.close()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What jupyter_server asks an extension for."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """What jupyter_server calls when it starts."""
    route = url_path_join(server.web_app.settings["base_url"], r"/warsha/bench/([0-9a-f]{16})")
    server.web_app.add_handlers(".*$", [(route, BenchRelay)])
