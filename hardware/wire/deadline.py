"""A moment after which nobody waits any more."""

import time


class Deadline:
    """Wall time that is left until `timeout_s` from now; None waits for ever."""

    def __init__(self, timeout_s: float | None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s

    def left(self) -> float | None:
        """Seconds left, never below 0; None without an end."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def over(self) -> bool:
        """Whether the moment has passed."""
        return self.left() == 0.0

    def within(self, timeout_s: float) -> "Deadline":
        """The earlier of this deadline and `timeout_s` from now."""
        left = self.left()
        return Deadline(timeout_s if left is None else min(left, timeout_s))
