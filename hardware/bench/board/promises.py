"""For how long an answer to a board promises that nothing changes: by chance.

A program that takes over its process can read the horizon. If that were the time of the next
event, it would know when somebody presses a button. As the promises end by chance, the end of one
says nothing: what is still to come is equally likely at any time.
"""

from random import Random

PROMISE_NS = 300_000_000
"""The least mean time of a promise, in virtual time. Shorter ones cost more requests; with longer
ones more of their ends are events: with a press each second it is one in four."""
PROMISED_SHARE = 0.3
"""The mean as a share of the time for which it has been quiet: a board that sleeps for hours, a
second at a time, rarely asks. If it stays quiet as long again, one end in four is an event too."""


class Promises:
    """The promises to one board. Their mean depends only on what has happened."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._next_ns = 0
        """When something happens next, as of the last promise."""
        self._quiet_from_ns = 0
        """When something happened last."""

    def length_ns(self, now_ns: int, next_ns: int, has_news: bool) -> int:
        """For how long the next answer may promise that nothing changes.

        Args:
            next_ns: when something happens next.
            has_news: whether the board gets to know of a change now. An event that it can notice
                only by a measurement, or not at all, gives nothing away.
        """
        if self._next_ns <= now_ns and has_news:
            self._quiet_from_ns = self._next_ns
        self._next_ns = next_ns
        mean_ns = max(PROMISE_NS, (now_ns - self._quiet_from_ns) * PROMISED_SHARE)
        return 1 + int(self._rng.expovariate(1 / mean_ns))
