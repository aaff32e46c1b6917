"""How a program on the serial line resets the chip of an ESP32 board: by two transistors at DTR
and RTS of the USB bridge; or, on a line that has no such wires, by beginning to flash.

| DTR | RTS | EN | IO0 |
|---|---|---|---|
| off | on | low | high |
| on | off | high | low |
| both alike | | high | high |

Source: ESP32-DevKitC schematic; "Boot Mode Selection" in the documentation of esptool.
"""

from collections.abc import Callable

from hardware.bench.chip.slip import encode

OnReset = Callable[[bool], None]
"""Gets whether IO0 is low when the chip starts: then its ROM waits for a flashing program."""

SYNC = encode(bytes((0, 0x08, 36, 0, 0, 0, 0, 0)) + b"\x07\x07\x12\x20" + b"\x55" * 32)
"""The command SYNC as every such program sends it."""


class ResetCircuit:
    """Calls `on_reset` when EN goes high again.

    A capacitor at EN keeps it low for a moment. A program that changes one line after the other
    passes the state in which both are on; the chip starts only at the change after it.
    """

    def __init__(self, on_reset: OnReset) -> None:
        self._on_reset = on_reset
        self._held = False
        """Whether EN was low, and the chip has not started since."""

    def set(self, dtr: bool, rts: bool) -> None:
        """The present state of the two lines."""
        if rts and not dtr:
            self._held = True
        elif self._held and not (rts and dtr):
            self._held = False
            self._on_reset(dtr)

    def release(self) -> None:
        """The client has left: a driver switches both lines off."""
        self.set(dtr=False, rts=False)

    def forget(self) -> None:
        """The cable is out."""
        self._held = False


class SyncDetector:
    """Finds the first packet of a flashing program on a line that has no reset wires, such as a
    pseudo-terminal. On a real board somebody would hold BOOT and press EN now; and press EN when
    the program has left.

    Args:
        reset: called with True when the packet has come, with False when that program has left.
    """

    def __init__(self, reset: OnReset) -> None:
        self._reset = reset
        self._tail = b""
        self._found = False

    def feed(self, data: bytes) -> None:
        """Input that may be cut anywhere."""
        if not self._found:
            data = self._tail + data
            self._tail = data[1 - len(SYNC) :]
            if SYNC in data:
                self._found = True
                self._reset(True)

    def client_left(self) -> None:
        """The program that used the line has left."""
        found = self._found
        self.forget()
        if found:
            self._reset(False)

    def forget(self) -> None:
        """The cable is out."""
        self._tail, self._found = b"", False
