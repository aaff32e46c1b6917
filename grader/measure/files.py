"""Files on the board's flash, at the times at which the episode read them (`read_file`)."""

from grader.lab.run import Run
from grader.lab.units import NS_PER_MS, Bytes


def content(run: Run, name: str, at_ms: float | None = None) -> bytes | None:
    """A file as it was read last, or at that time; None if it was not there, or never read."""
    seen = [
        one for one in run.files if one.name == name and at_ms in (None, one.at_ns / NS_PER_MS)
    ]
    return seen[-1].data if seen else None


def size(run: Run, name: str, at_ms: float | None = None) -> Bytes | None:
    """Its length in bytes; None as for `content`."""
    data = content(run, name, at_ms)
    return None if data is None else Bytes(len(data))
