"""The progress of a transfer in a cell: one line, drawn again and again in the same place."""

from time import monotonic
from typing import Self

from hardware.i18n import _

QUIET_S = 1.0
"""A transfer that is shorter shows nothing."""
EVERY_S = 0.25
"""The shortest time between two drawings."""


class TransferProgress:
    """Shows bytes and rate of one transfer; its calls are an `OnProgress` of `hardware.wire`. At
    the end the line is empty again, for what is printed next."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began_s = self._drawn_s = monotonic()
        self._first: tuple[float, int] | None = None
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._width:
            print("\r" + " " * self._width, end="\r", flush=True)

    def __call__(self, done: int, total: int) -> None:
        """So many bytes of `total` have arrived."""
        now_s = monotonic()
        # What the board had from an earlier try is in the first number.
        first_s, had = self._first = self._first or (now_s, done)
        if now_s - self._began_s < QUIET_S or now_s - self._drawn_s < EVERY_S:
            return
        self._drawn_s = now_s
        rate = (done - had) / max(now_s - first_s, EVERY_S) / 1000
        text = _("{name}: {done} of {total} bytes, {rate} KB/s").format(
            name=self._name, done=f"{done:,}", total=f"{total:,}", rate=f"{rate:.1f}"
        )
        line = f"· {text}"
        print("\r" + line.ljust(self._width), end="", flush=True)
        self._width = max(self._width, len(line))
