"""A port that follows a script: the bytes that it expects, and its answers (bytes or an error).

Sent bytes are kept until they match the next expectation. A port without an answer returns
nothing, which is a time-out for the reader.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Answer = bytes | Exception | Callable[[re.Match[bytes]], bytes]

RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
PROMPT_AGAIN = b"R\x01\x80\x00\x01"
"""The answer to a request for raw paste: a window of 128 bytes, and one more."""
WIDE_OPEN = b"R\x01\x00\x40\x01"
"""The same with a window of 16 KB, so that a script needs no credits."""


@dataclass(frozen=True)
class Step:
    """After `expect` (a regular expression) was sent, all `answers` follow; each is one read."""

    expect: bytes
    answers: tuple[Answer, ...] = ()


def step(expect: bytes, *answers: Answer) -> Step:
    """Short form of a step."""
    return Step(expect, answers)


def synchronised() -> list[Step]:
    """The answers of a normal board to `Repl.sync`."""
    return [
        step(rb"\x03\x01", b"\r\n" + RAW_BANNER),
        step(rb"print\('(\w+)'\)\x04", lambda sent: b"OK" + sent[1] + b"\r\n\x04\x04>"),
    ]


def answered(output: bytes, error: bytes = b"", again: bool = True) -> list[Step]:
    """Raw paste, code of less than a window, its answer, and the next raw paste at once."""
    steps = [step(rb"[^\x04]*\x04", b"\x04", output + b"\x04" + error + b"\x04>")]
    return steps + ([step(rb"\x05A\x01", WIDE_OPEN)] if again else [])


class ScriptedPort:
    """A `Port` that plays steps in order."""

    name = "scripted:"

    def __init__(self, *parts: Iterable[Step]) -> None:
        self._steps = [one for part in parts for one in part]
        self._answers: list[bytes | Exception] = []
        self._pending = b""
        self.sent = b""
        """All written bytes."""

    def read(self, timeout_s: float | None) -> bytes:
        """The next answer; silence when the script has none."""
        if not self._answers:
            if timeout_s is None:
                raise AssertionError(f"waits for ever; next step: {self._steps[:1]}")
            return b""
        reply = self._answers.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def write(self, data: bytes) -> None:
        """Keep the bytes and play the steps whose expectation they match."""
        self.sent += data
        self._pending += data
        while self._steps and (
            found := re.search(self._steps[0].expect, self._pending, re.DOTALL)
        ):
            self._pending = self._pending[found.end() :]
            for answer in self._steps.pop(0).answers:
                self._answers.append(answer(found) if callable(answer) else answer)

    def pulse_reset(self) -> bool:
        """This port has no reset line."""
        return False

    def close(self) -> None:
        """This port has nothing to close."""

    def done(self) -> bool:
        """Whether every step was played."""
        return not self._steps
