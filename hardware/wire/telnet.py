"""Telnet as RFC 2217 uses it: serial bytes with commands between them. Both halves build on it.

Data is the same in both directions but for IAC (255), which is doubled; commands may be cut
anywhere.
"""

from abc import ABC, abstractmethod

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, SGA, COM_PORT = 0, 1, 3, 44

SIGNATURE, SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE, SET_CONTROL = 0, 1, 2, 3, 4, 5
NOTIFY_MODEMSTATE, PURGE_DATA = 7, 12
SERVER = 100
"""The server's answer to a command has the command's number and 100."""
DTR_QUERY, DTR_ON, DTR_OFF, RTS_QUERY, RTS_ON, RTS_OFF = 7, 8, 9, 10, 11, 12
ESCAPED_IAC = b"\xff\xff"


class Telnet(ABC):
    """One end of a connection. Feed it what came; send `replies()` back."""

    def __init__(self, we_do: set[int], they_may: set[int]) -> None:
        """The options that we are ready for, and those that we grant to the other end."""
        self._we_do = we_do
        self._they_may = they_may
        self._agreed: set[tuple[int, int]] = set()
        self._left = b""
        self._replies = bytearray()

    def replies(self) -> bytes:
        """What the protocol has to say, once."""
        said = bytes(self._replies)
        self._replies.clear()
        return said

    def encode(self, data: bytes) -> bytes:
        """Serial bytes as they go to the other end."""
        return data.replace(b"\xff", ESCAPED_IAC)

    def decode(self, data: bytes) -> bytes:
        """The serial bytes in what came; commands are answered."""
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

    def say(self, command: int, value: bytes) -> None:
        """A command of RFC 2217 to the other end."""
        self._replies += (
            bytes((IAC, SB, COM_PORT, command)) + self.encode(value) + bytes((IAC, SE))
        )

    def demand(self, verb: int, option: int) -> None:
        """Ask the other end for an option; its answer needs no answer of ours."""
        self._agreed.add((DO if verb == WILL else WILL, option))
        self._replies += bytes((IAC, verb, option))

    @abstractmethod
    def heard(self, command: int, value: bytes) -> None:
        """A command of RFC 2217 has come."""

    def _command(self, data: bytes, at: int, out: bytearray) -> int:
        """Handle the command at `at`; returns where it ends, or -1 when more bytes must come."""
        if len(data) < at + 2:
            return -1
        verb = data[at + 1]
        if verb == IAC:
            out.append(IAC)
        elif verb == SB:
            return self._subnegotiation(data, at)
        elif verb in (DO, DONT, WILL, WONT):
            if len(data) < at + 3:
                return -1
            self._negotiate(verb, data[at + 2])
            return at + 3
        return at + 2

    def _subnegotiation(self, data: bytes, at: int) -> int:
        end = at + 2
        while (end := data.find(IAC, end)) >= 0 and data[end + 1 : end + 2] == b"\xff":
            end += 2  # a value that holds 255
        if end < 0 or len(data) < end + 2:
            return -1
        body = data[at + 2 : end].replace(ESCAPED_IAC, b"\xff")
        if len(body) >= 2 and body[0] == COM_PORT:
            self.heard(body[1], body[2:])
        return end + 2

    def _negotiate(self, verb: int, option: int) -> None:
        """Answer each demand once: an answer to an answer would never end (RFC 854)."""
        if (verb, option) in self._agreed:
            return
        same = (DO, DONT) if verb in (DO, DONT) else (WILL, WONT)
        self._agreed -= {(word, option) for word in same}
        self._agreed.add((verb, option))
        if verb in (DO, DONT):
            answer = WILL if verb == DO and option in self._we_do else WONT
        else:
            answer = DO if verb == WILL and option in self._they_may else DONT
        self._replies += bytes((IAC, answer, option))
