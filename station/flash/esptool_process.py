"""One call of esptool: a process, whose output is read while it runs.

esptool is called as a program, and is not changed. It runs in a folder of ours, with the settings
of ours or those that ESPTOOL_CFGFILE names: it would obey a file `esptool.cfg` in the working
folder, and such a file can have code.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from station.flash.fault_words import FlashFault, fault_of

SETTINGS = Path(__file__).with_name("esptool.cfg")
SILENT_S = 120.0
"""The longest time without output: erasing 16 MB takes up to 90 s on slow flash chips."""
END_S = 5.0
LOOK_S = 0.2
MOST_OUTPUT = 1 << 20
PERCENT = re.compile(r"(\d+\.\d)%")
OnLine = Callable[[str], None]
"""Gets each line of output. What it raises ends esptool."""


class Esptool:
    """Calls of esptool for one board. A fault has its output in `output`."""

    def __init__(self, port: str, stopped: threading.Event) -> None:
        """`stopped`: when it is set, a call that runs is ended, and none is begun."""
        self.port = port
        self._stopped = stopped
        self.output = ""
        """Of the last call."""

    def call(
        self, *words: str, chip: str = "auto", baud: int = 0, on_line: OnLine = lambda _line: None
    ) -> str:
        """Run one command of esptool. Returns: what it printed. Raises: FlashFault."""
        command = [sys.executable, "-P", "-m", "esptool", "--port", self.port, "--chip", chip]
        command += ["--baud", str(baud)] if baud else []
        self.output = ""
        if self._stopped.is_set():
            raise FlashFault("stopped")
        process = subprocess.Popen(
            [*command, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=SETTINGS.parent,
            env={"ESPTOOL_CFGFILE": str(SETTINGS)} | os.environ | _ENVIRONMENT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for us: we end it, and note what it had done
        )
        watch = _SilenceWatch(process, self._stopped)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                watch.heard()
                if len(self.output) < MOST_OUTPUT:
                    self.output += line
                on_line(line)
            code = process.wait()
        except BaseException:
            process.kill()
            self.output += process.stdout.read() if process.stdout else ""
            raise
        finally:
            watch.end()
        if self._stopped.is_set():
            raise FlashFault("stopped")
        if code:
            raise fault_of(self.output)
        return self.output


_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "COLUMNS": "200",
    "NO_COLOR": "1",
    "TERM": "dumb",
}


class _SilenceWatch:
    """Ends a process that is silent for too long, or that is to be stopped."""

    def __init__(self, process: subprocess.Popen[str], stopped: threading.Event) -> None:
        self._process, self._stopped = process, stopped
        self._heard, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def heard(self) -> None:
        """There was output."""
        self._heard.set()

    def _run(self) -> None:
        silent_s = 0.0
        while not self._over.wait(LOOK_S):
            silent_s = 0.0 if self._heard.is_set() else silent_s + LOOK_S
            self._heard.clear()
            if self._stopped.is_set() or silent_s > SILENT_S:
                self._process.kill()
                return

    def end(self) -> None:
        """The process has ended, or must end now."""
        self._over.set()
        self._thread.join()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(END_S)
        if self._process.stdout:
            self._process.stdout.close()
