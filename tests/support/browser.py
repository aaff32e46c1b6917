"""JupyterLab on a trainee's course, driven in headless Chromium as a trainee would use it."""

import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from grader.notebook import jupyter
from grader.notebook.course_page.trainee_course import COURSE_URL, is_trainee_course

START_S = 300
"""A cold JupyterLab on a busy machine."""
CHROMIUM = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
"""Without the networking flags Chromium contacts hosts of its vendor at every start."""
HUB_BASE = "/user/amal/"
"""Where a hub puts the server of a user."""
KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
CELLS = "jupyterapp.shell.currentWidget.content"
AT_REST = f"""
const [cell] = arguments, {{node}} = {CELLS}.widgets[cell];
{CELLS}.scrollToItem(cell, 'start');
node.scrollIntoView();
const before = window.scrolled, top = node.getBoundingClientRect().top;
window.scrolled = {{cell, top}};
return node.isConnected && before?.cell === cell && before.top === top
"""
"""Scrolls to a cell. Whether it stands where the last call has left it."""


class Notebook:
    """One open notebook. Cells are numbered from 0."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def js(self, script: str, *arguments: object) -> Any:
        """Run JavaScript in the page and return its value."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, *arguments: object, seconds: float = START_S) -> Any:
        """Wait until the value of the script is true."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.1).until(
            lambda _driver: self.js(script, *arguments)
        )

    def sources(self) -> list[str]:
        """The text of every cell."""
        model = f"return Array.from({CELLS}.model.cells).map(cell => cell.sharedModel.source)"
        return list(self.js(model))

    def find(self, start: str) -> int:
        """The first cell that begins with this text."""
        return next(n for n, source in enumerate(self.sources()) if source.startswith(start))

    def write(self, cell: int, source: str) -> None:
        """Replace the text of a cell."""
        self.js(
            f"{CELLS}.model.cells.get(arguments[0]).sharedModel.setSource(arguments[1])",
            cell,
            source,
        )

    def insert(self, after: int, source: str) -> int:
        """A new code cell below `after`; returns its number."""
        self.js(f"{CELLS}.activeCellIndex = arguments[0]", after)
        self.js("jupyterapp.commands.execute('notebook:insert-cell-below')")
        self.write(after + 1, source)
        return after + 1

    def run(self, cell: int, *, wait: bool = True) -> str:
        """Run a cell; returns what it shows, as text."""
        self.js(f"{CELLS}.deselectAll(); {CELLS}.activeCellIndex = arguments[0]", cell)
        self.js(
            "window.ran = false; jupyterapp.commands.execute('notebook:run-cell')"
            ".then(() => { window.ran = true })"
        )
        if wait:
            self.wait("return window.ran")
        return self.shown(cell)

    def focus_end(self, cell: int) -> None:
        """Put the cursor behind the text of a cell, to type there."""
        self.js(f"{CELLS}.activeCellIndex = arguments[0]; {CELLS}.mode = 'edit'", cell)
        self.js(
            f"const editor = {CELLS}.activeCell.editor; editor.focus();"
            "const line = editor.lineCount - 1;"
            "editor.setCursorPosition({line, column: editor.getLine(line).length})"
        )

    def save_and_restart(self) -> None:
        """Save the notebook and start its kernel again."""
        self.js(
            "window.ran = false; jupyterapp.commands.execute('docmanager:save')"
            ".then(() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart())"
            ".then(() => { window.ran = true })"
        )
        self.wait("return window.ran")
        self.wait(f"return {KERNEL}?.status == 'idle'")

    def shown(self, cell: int) -> str:
        """The outputs of a cell as JSON text."""
        return str(
            self.js(
                f"return JSON.stringify({CELLS}.model.cells.get(arguments[0]).outputs?.toJSON())",
                cell,
            )
        )

    def scroll_to(self, cell: int) -> None:
        """Bring a cell into the view. JupyterLab learns the height of a cell when it is near: the
        first tries may miss."""
        self.wait(AT_REST, cell)

    def screenshot(self, file: Path) -> None:
        """A screenshot of the view."""
        self.driver.save_screenshot(str(file))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A JupyterLab server on loopback; yields its URL with the token. What its user sets and hands
    in is kept beside the folder. A trainee's is started there, as `make lab` starts it in another
    folder than the one that it shows; an instructor starts it in the course."""
    own = folder.with_name(f"{folder.name}.user")
    user = {
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTER_DATA_DIR": str(own / "data"),
    }
    command = jupyter.command(folder, port=0, browser=False)
    cwd = own if is_trainee_course(folder) else folder
    with _server(command, cwd, jupyter.environment() | user) as url:
        yield url


@contextmanager
def served_by_hub(folder: Path) -> Iterator[str]:
    """The same as a hub starts it: below an address of its own, in the home folder of its user,
    with a token and no settings but those that are installed. Yields its first address."""
    home = folder.with_name("home-" + "long" * 15)  # longer than the path of a socket may be
    token = secrets.token_hex(16)
    ours = ("JUPYTER", "WARSHA", "PYTHON", "XDG")
    user = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    user |= {"HOME": str(home), "JUPYTER_TOKEN": token}
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += [f"--ServerApp.{option}" for option in (f"root_dir={folder}", "open_browser=False")]
    command += [f"--ServerApp.base_url={HUB_BASE}", f"--LabApp.default_url=/{COURSE_URL}"]
    with _server(command, home, user) as url:
        yield f"http://{urlsplit(url).netloc}{HUB_BASE}?token={token}"


@contextmanager
def _server(command: Sequence[str], cwd: Path, user: Mapping[str, str]) -> Iterator[str]:
    """A server that was started in `cwd`, which is made; yields the URL that it prints."""
    cwd.mkdir(exist_ok=True)
    command = [*command, "--LabApp.expose_app_in_browser=True"]
    with subprocess.Popen(command, cwd=cwd, env=user, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            lines = iter(server.stderr.readline, "")
            url = next(m[0] for line in lines if (m := re.search(r"http://127\S+", line)))
            # The server continues to log; a full pipe would block it.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            wait_until_it_listens(url)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(timeout=START_S)
            except subprocess.TimeoutExpired:
                # Rarely, Python waits at its end for a worker thread of anyio that the server has
                # left behind.
                server.kill()


def wait_until_it_listens(url: str) -> None:
    """The server prints its URL first."""
    place = urlsplit(url)
    assert place.hostname and place.port
    for _try in range(10 * START_S):
        with suppress(ConnectionRefusedError):
            socket.create_connection((place.hostname, place.port)).close()
            return
        time.sleep(0.1)


class Chromium:
    """Debian's Chromium, headless."""

    def __init__(self, profile: Path, size: tuple[int, int] = (1400, 1000)) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*CHROMIUM, f"--user-data-dir={profile}", "--window-size={},{}".format(*size)):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.driver.quit()

    def open(self, url: str, notebook: str) -> Notebook:
        """Open a notebook of the server and wait for its kernel."""
        # JupyterLab's current notebook is the one with the focus; only one window has it.
        self.driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        start, _query, token = url.partition("?")
        base = start.removesuffix(COURSE_URL).removesuffix("lab")
        # A new workspace: JupyterLab would also open what earlier windows had open.
        workspace = f"lab/workspaces/{secrets.token_hex(4)}"
        self.driver.get(f"{base}{workspace}/tree/{notebook}?{token}")
        page = Notebook(self.driver)
        page.wait(f"return {KERNEL}?.status == 'idle'")
        return page
