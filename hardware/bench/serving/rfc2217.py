"""The server's half of RFC 2217: a serial port over Telnet, with its DTR and RTS lines.

Every request is confirmed at once: the line is virtual, so baud rate and parity change nothing.
pyserial waits for each answer when it opens a port.
"""

from collections.abc import Callable

from hardware.wire.telnet import (
    BINARY,
    COM_PORT,
    DTR_OFF,
    DTR_ON,
    DTR_QUERY,
    ECHO,
    NOTIFY_MODEMSTATE,
    RTS_OFF,
    RTS_ON,
    RTS_QUERY,
    SERVER,
    SET_BAUDRATE,
    SET_CONTROL,
    SET_DATASIZE,
    SET_PARITY,
    SET_STOPSIZE,
    SGA,
    SIGNATURE,
    Telnet,
)

DEFAULTS = {
    SET_BAUDRATE: (115_200).to_bytes(4),
    SET_DATASIZE: b"\x08",
    SET_PARITY: b"\x01",
    SET_STOPSIZE: b"\x01",
}
QUERIES = {0: 1, 4: 6, 13: 14}
"""Queries of flow control and break; the answer is "none" (RFC 2217, SET-CONTROL)."""
READY = 0xB0
"""Modem state: carrier, DSR and CTS are on."""

OnModemLines = Callable[[bool, bool], None]


class Rfc2217Server(Telnet):
    """One connection of a client."""

    def __init__(
        self, on_modem_lines: OnModemLines, on_baud: Callable[[int], None] = lambda baud: None
    ) -> None:
        """`on_modem_lines(dtr, rts)` is called whenever the client sets one of the two, `on_baud`
        when it sets its rate."""
        super().__init__({BINARY, ECHO, SGA, COM_PORT}, {BINARY, SGA, COM_PORT})
        self._on_modem_lines = on_modem_lines
        self._on_baud = on_baud
        self._dtr = self._rts = self._ready_sent = False
        self._settings = dict(DEFAULTS)

    def on_command(self, command: int, value: bytes) -> None:
        """See `Telnet.on_command`."""
        if not self._ready_sent:
            # pyserial cannot read CTS and DSR until it was sent them once.
            self._ready_sent = True
            self.send_command(SERVER + NOTIFY_MODEMSTATE, bytes((READY,)))
        if command in self._settings:
            if any(value):  # 0 asks for the present value
                self._settings[command] = value
                if command == SET_BAUDRATE:
                    self._on_baud(int.from_bytes(value))
            value = self._settings[command]
        elif command == SET_CONTROL and value:
            value = bytes((self._control(value[0]),))
        elif command == SIGNATURE:
            value = b"Warsha"
        self.send_command(SERVER + command, value)

    def _control(self, value: int) -> int:
        """Set or query a modem line; returns the value to answer with."""
        if value in (DTR_ON, DTR_OFF):
            self._dtr = value == DTR_ON
        elif value in (RTS_ON, RTS_OFF):
            self._rts = value == RTS_ON
        elif value == DTR_QUERY:
            return DTR_ON if self._dtr else DTR_OFF
        elif value == RTS_QUERY:
            return RTS_ON if self._rts else RTS_OFF
        else:
            return QUERIES.get(value, value)
        self._on_modem_lines(self._dtr, self._rts)
        return value
