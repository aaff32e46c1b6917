"""An extension of the Jupyter server: the page of a board at the trainee's own computer, at
`<base URL>warsha/board/`. The browser reaches the board, so it works where the notebooks run on
another machine, too."""

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from hardware.bench.serving.page.web_serial import PAGE, answer

ADDRESS = "/warsha/board/"


class WebSerialPage(JupyterHandler):
    """GET: the page and its files."""

    @property
    def content_security_policy(self) -> str:
        """Own files, and nothing else."""
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )

    @web.authenticated
    def get(self, name: str) -> None:
        """For whoever may use this server."""
        found = answer(name or PAGE)
        if found is None:
            raise web.HTTPError(404)
        kind, data = found
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-store")
        self.finish(data)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What jupyter_server asks an extension for."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """What jupyter_server calls when it starts."""
    base = server.web_app.settings["base_url"]
    route = url_path_join(base, ADDRESS, r"([\w.]*)")
    server.web_app.add_handlers(".*$", [(route, WebSerialPage)])
