"""`make lab` and `warsha lab open`: their end is the end of JupyterLab and its kernels."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from grader.lab.course import load_course
from tests.support.browser import START_S, wait_until_it_listens
from tests.support.project import ROOT

OPEN = [sys.executable, "-m", "warsha", "lab", "open", "--no-browser", "--port", "0"]
MAKE = ["make", "--old-file=setup", "lab"]
"""Without a build before: the environment is there."""


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        pytest.param(MAKE, signal.SIGTERM, id="make"),
        pytest.param(OPEN, signal.SIGTERM, id="warsha", marks=pytest.mark.long),
        pytest.param(OPEN, signal.SIGHUP, id="terminal", marks=pytest.mark.long),
    ],
)
def test_its_end_is_the_end_of_jupyterlab(
    tmp_path: Path, command: list[str], sent: signal.Signals
) -> None:
    (tmp_path / "course" / load_course().slug / "trainee").mkdir(parents=True)
    own = {
        "WARSHA_BUILD": str(tmp_path),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "BROWSER": "true",  # the page is opened in a program that does nothing
    }
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | own,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as lab:
        assert lab.stderr is not None
        lines = iter(lab.stderr.readline, "")
        base, token = next(
            found.groups()
            for line in lines
            if (found := re.search(r"(http://127\S+:\d+/)\S*token=(\w+)", line))
        )
        threading.Thread(target=lab.stderr.read, daemon=True).start()
        try:
            wait_until_it_listens(base)
            headers = {"Authorization": f"token {token}"}
            urlopen(Request(f"{base}api/kernels", json.dumps({}).encode(), headers)).close()
            running = [psutil.Process(lab.pid), *psutil.Process(lab.pid).children(recursive=True)]
            assert len(running) > 1
            lab.send_signal(sent)
            _gone, left = psutil.wait_procs(running, timeout=START_S)
            assert left == []
        finally:
            with suppress(ProcessLookupError):
                os.killpg(lab.pid, signal.SIGKILL)
