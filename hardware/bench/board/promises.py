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
        self._quiet_from_ns = 0
        """When something happened last."""
        self._end_ns = 0
        """When the present promise ends."""

    def disturb(self, now_ns: int) -> None:
        """The board gets to know of a change that is not its own doing. An event that it can only
        notice by a measurement, or not at all, gives nothing away, and neither does the answer to
        what it has asked for."""
        self._quiet_from_ns, self._end_ns = now_ns, now_ns

    def end_ns(self, now_ns: int) -> int:
        """When a promise that is given now ends. A board that asks again before this time gets the
        same answer: of many ends by chance the latest would be the time of the next event."""
        if now_ns >= self._end_ns:
            mean_ns = max(PROMISE_NS, (now_ns - self._quiet_from_ns) * PROMISED_SHARE)
            self._end_ns = now_ns + 1 + int(self._rng.expovariate(1 / mean_ns))
        return self._end_ns
