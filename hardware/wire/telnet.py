"""Telnet as RFC 2217 uses it: serial bytes with commands between them, for client and server.

In the data, IAC (255) is doubled. A command may be split anywhere between two reads.
"""

from abc import ABC, abstractmethod

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, SGA, COM_PORT = 0, 1, 3, 44

SIGNATURE, SET_BAUDRATE, SET_DATASIZE, SET_PARITY, SET_STOPSIZE, SET_CONTROL = 0, 1, 2, 3, 4, 5
NOTIFY_MODEMSTATE = 7
SERVER = 100
"""Added to a command's number, it is the number of the server's answer."""
DTR_QUERY, DTR_ON, DTR_OFF, RTS_QUERY, RTS_ON, RTS_OFF = 7, 8, 9, 10, 11, 12
ESCAPED_IAC = b"\xff\xff"


class Telnet(ABC):
    """One end of a connection: `decode` what came, then send `replies()` back."""

    def __init__(self, we_do: set[int], they_may: set[int]) -> None:
        """The options that we agree to use, and those that the other end may use."""
        self._we_do = we_do
        self._they_may = they_may
        self._agreed: set[tuple[int, int]] = set()
        self._partial = b""
        self._replies = bytearray()

    def replies(self) -> bytes:
        """Bytes to send to the other end; each is returned once."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def encode(self, data: bytes) -> bytes:
        """Serial bytes as they are sent to the other end."""
        return data.replace(b"\xff", ESCAPED_IAC)

    def decode(self, data: bytes) -> bytes:
        """The serial bytes in what came; commands in it are answered."""
        data = self._partial + data
        out = bytearray()
        at = 0
        while (iac := data.find(IAC, at)) >= 0:
            out += data[at:iac]
            at = self._command(data, iac, out)
            if at < 0:  # not complete yet
                self._partial = data[iac:]
                return bytes(out)
        self._partial = b""
        return bytes(out + data[at:])

    def send_command(self, command: int, value: bytes) -> None:
        """Send a command of RFC 2217."""
        self._replies += (
            bytes((IAC, SB, COM_PORT, command)) + self.encode(value) + bytes((IAC, SE))
        )

    def request_option(self, verb: int, option: int) -> None:
        """Ask the other end for an option; its answer is not answered."""
        self._agreed.add((DO if verb == WILL else WILL, option))
        self._replies += bytes((IAC, verb, option))

    @abstractmethod
    def on_command(self, command: int, value: bytes) -> None:
        """A command of RFC 2217 came."""

    def _command(self, data: bytes, at: int, out: bytearray) -> int:
        """Handle the command at `at`; returns where it ends, or -1 when it is not complete."""
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
            end += 2  # 255 in the value
        if end < 0 or len(data) < end + 2:
            return -1
        body = data[at + 2 : end].replace(ESCAPED_IAC, b"\xff")
        if len(body) >= 2 and body[0] == COM_PORT:
            self.on_command(body[1], body[2:])
        return end + 2

    def _negotiate(self, verb: int, option: int) -> None:
        """Answer each request once: answers to answers would never end (RFC 854)."""
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
