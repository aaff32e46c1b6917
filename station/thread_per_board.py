"""Work on several boards at once, with a thread for each."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def thread_per_board(
    work: Callable[[str], T], ports: Sequence[str], stopped: threading.Event
) -> list[T]:
    """Do the same work at each port. Ctrl-C sets `stopped`, and then waits: the work ends soon by
    itself, and its results say how far each board is.

    Returns: the results, in the order of the ports.
    """
    with ThreadPoolExecutor(max(1, len(ports))) as threads:
        started = [threads.submit(work, port) for port in ports]
        while True:
            try:
                return [future.result() for future in started]
            except KeyboardInterrupt:
                stopped.set()
