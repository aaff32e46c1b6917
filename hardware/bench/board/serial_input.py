"""Serial input of a board that waits until the board has room for it."""

NO_INTERRUPT = 255
"""Stands for the interrupt character when the board has switched it off."""


class SerialInput:
    """The sender's side of a receive buffer: the board reports how much room it has."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, data: bytes) -> None:
        """Adds bytes behind those that wait."""
        self._waiting += data

    def clear(self) -> None:
        """Drops what waits, as a reset does."""
        self._waiting.clear()

    def fits(self, free: int, interrupt: int) -> bool:
        """Whether `take` would return anything."""
        waits = bool(self._waiting)
        return waits and (free > 0 or (interrupt != NO_INTERRUPT and interrupt in self._waiting))

    def take(self, free: int, interrupt: int) -> bytes:
        """The next bytes, at most `free`.

        An interrupt character is delivered even when there is no room, because it never enters the
        buffer. Then the input before it is lost, as in a buffer that overflows. So Ctrl-C reaches
        a board that does not read its input.
        """
        index = -1 if interrupt == NO_INTERRUPT else self._waiting.find(interrupt)
        if index >= free:
            del self._waiting[:index]
            free = 1
        data = bytes(self._waiting[:free])
        del self._waiting[:free]
        return data
