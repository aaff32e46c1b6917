"""What a submission hands in for the computer, and how it is held. Plain data."""

from dataclasses import dataclass

from grader.host.sandbox import Way


@dataclass(frozen=True)
class HostCode:
    """The text of the host cell (None: there is none)."""

    text: str | None = None
    way: Way = "bwrap"
