"""The server's half of RFC 2217: a serial port over Telnet, with its DTR and RTS lines.

Everything is said yes to at once: the line is virtual, so a baud rate or a parity changes nothing,
and pyserial waits for each answer when it opens a port. Data is the same in both directions but
for IAC (255), which is doubled.
"""

from collections.abc import Callable

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, SGA, COM_PORT = 0, 1, 3, 44
WE_DO = {BINARY, ECHO, SGA, COM_PORT}
THEY_MAY = {BINARY, SGA, COM_PORT}

SIGNATURE, SET_BAUDRATE, SET_PARITY, SET_STOPSIZE, SET_CONTROL = 0, 1, 3, 4, 5
SET_DATASIZE, NOTIFY_MODEMSTATE, PURGE_DATA = 2, 7, 12
SERVER = 100
"""The server's answer to a command has the command's number and 100."""

DEFAULTS = {
    SET_BAUDRATE: (115_200).to_bytes(4),
    SET_DATASIZE: b"\x08",
    SET_PARITY: b"\x01",
    SET_STOPSIZE: b"\x01",
}
DTR_QUERY, DTR_ON, DTR_OFF, RTS_QUERY, RTS_ON, RTS_OFF = 7, 8, 9, 10, 11, 12
QUERIES = {0: 1, 4: 6, 13: 14}
"""Asked for flow control or break: none (RFC 2217, SET-CONTROL)."""
READY = 0xB0
"""Modem state: carrier, DSR and CTS are on."""

Lines = Callable[[bool, bool], None]


class Rfc2217:
    """One connection. Feed it what came from the network; send `replies()` back."""

    def __init__(self, on_lines: Lines) -> None:
        """`on_lines(dtr, rts)` is called whenever the client sets one of the two."""
        self._on_lines = on_lines
        self._dtr = self._rts = False
        self._agreed: set[tuple[int, int]] = set()
        self._settings = dict(DEFAULTS)
        self._left = b""
        self._replies = bytearray()

    def replies(self) -> bytes:
        """What the protocol has to say, once."""
        said = bytes(self._replies)
        self._replies.clear()
        return said

    def encode(self, data: bytes) -> bytes:
        """Serial bytes as they go to the client."""
        return data.replace(b"\xff", b"\xff\xff")

    def decode(self, data: bytes) -> bytes:
        """The serial bytes in what came from the client; commands are answered."""
        data = self._left + data
        out = bytearray()
        at = 0
        while (iac := data.find(IAC, at)) >= 0:
            out += data[at:iac]
            at = self._command(data, iac, out)
            if at < 0:  # not whole yet
                self._left = data[iac:]
                return bytes(out)
        self._left = b""
        return bytes(out + data[at:])

    def _command(self, data: bytes, at: int, out: bytearray) -> int:
        """Handle the command at `at`; returns where it ends, or -1 when more bytes must come."""
        if len(data) < at + 2:
            return -1
        verb = data[at + 1]
        if verb == IAC:
            out.append(IAC)
        elif verb == SB:
            end = data.find(bytes((IAC, SE)), at + 2)
            if end < 0:
                return -1
            self._subnegotiate(data[at + 2 : end].replace(b"\xff\xff", b"\xff"))
            return end + 2
        elif verb in (DO, DONT, WILL, WONT):
            if len(data) < at + 3:
                return -1
            self._negotiate(verb, data[at + 2])
            return at + 3
        return at + 2

    def _negotiate(self, verb: int, option: int) -> None:
        """Answer each demand once: an answer to an answer would never end (RFC 854)."""
        if (verb, option) in self._agreed:
            return
        self._agreed -= (
            {(DO, option), (DONT, option)}
            if verb in (DO, DONT)
            else {(WILL, option), (WONT, option)}
        )
        self._agreed.add((verb, option))
        if verb in (DO, DONT):
            answer = WILL if verb == DO and option in WE_DO else WONT
        else:
            answer = DO if verb == WILL and option in THEY_MAY else DONT
        self._replies += bytes((IAC, answer, option))
        if (verb, option) == (WILL, COM_PORT):
            # pyserial refuses to tell CTS and DSR until it was told them once.
            self._say(NOTIFY_MODEMSTATE, bytes((READY,)))

    def _say(self, command: int, value: bytes) -> None:
        payload = value.replace(b"\xff", b"\xff\xff")
        self._replies += bytes((IAC, SB, COM_PORT, SERVER + command)) + payload + bytes((IAC, SE))

    def _subnegotiate(self, data: bytes) -> None:
        if len(data) < 2 or data[0] != COM_PORT:
            return
        command, value = data[1], data[2:]
        if command in self._settings:
            if any(value):  # 0 asks for the present one
                self._settings[command] = value
            self._say(command, self._settings[command])
        elif command == SET_CONTROL and value:
            self._say(command, bytes((self._control(value[0]),)))
        elif command == SIGNATURE:
            self._say(command, b"Warsha")
        else:
            self._say(command, value)

    def _control(self, value: int) -> int:
        """Set or tell a modem line; returns the value to answer with."""
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
        self._on_lines(self._dtr, self._rts)
        return value
