"""Processes that a test did not start itself, by their number."""

import time
from pathlib import Path


def wait_for_end(pid: int) -> None:
    """Wait until a process has ended; after a minute the test fails."""
    late = time.monotonic() + 60
    while (place := Path(f"/proc/{pid}")).exists():
        try:
            state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return  # it ended between the two looks
        if state == "Z":  # nobody reaps it in a container without an init
            return
        assert time.monotonic() < late, f"process {pid} still runs, state {state}"
        time.sleep(0.02)
