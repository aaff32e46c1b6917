"""What was sent to a board and waits until the board has room for it."""

NO_INTERRUPT = 255
"""In place of an interrupt character: the board has switched it off."""


class SerialInput:
    """The sender's side of a receive ring that tells how much room it has."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, data: bytes) -> None:
        """Adds bytes behind those that wait."""
        self._waiting += data

    def clear(self) -> None:
        """Loses what waits, as a reset does."""
        self._waiting.clear()

    def fits(self, free: int, interrupt: int) -> bool:
        """Whether `take` would give anything."""
        waits = bool(self._waiting)
        return waits and (free > 0 or (interrupt != NO_INTERRUPT and interrupt in self._waiting))

    def take(self, free: int, interrupt: int) -> bytes:
        """The next bytes, no more than `free`.

        An interrupt character beyond the room is delivered all the same, as it never enters the
        ring, and what was sent before it is lost, as in a ring that overflows: Ctrl-C reaches a
        board that reads nothing.
        """
        index = -1 if interrupt == NO_INTERRUPT else self._waiting.find(interrupt)
        if index >= free:
            del self._waiting[:index]
            free = 1
        data = bytes(self._waiting[:free])
        del self._waiting[:free]
        return data
