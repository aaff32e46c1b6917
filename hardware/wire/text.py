"""Output of a board as text, piece by piece."""

import codecs
from collections.abc import Callable

OnOutput = Callable[[str], None]


class TextStream:
    """Decodes UTF-8 that arrives in pieces of any size, and turns the board's line ends into
    newlines.

    A piece may end in the middle of an Arabic letter or between CR and LF: the rest waits for the
    next piece. A single CR stays (progress bars use it). Bytes that are not UTF-8 become U+FFFD.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes, final: bool = False) -> str:
        """The text that is complete with `data`; with `final`, all that is left."""
        text = self._held + self._decoder.decode(data, final)
        self._held = ""
        if text.endswith("\r") and not final:
            text, self._held = text[:-1], "\r"
        return text.replace("\r\n", "\n")


class OutputCollector:
    """Collects output as text, and passes it on as it comes."""

    def __init__(self, on_output: OnOutput | None) -> None:
        self._on_output = on_output
        self._stream = TextStream()
        self._parts: list[str] = []

    def add(self, data: bytes) -> None:
        """Take one piece of output."""
        self._add(self._stream.feed(data))

    def finish(self) -> str:
        """All of the output."""
        self._add(self._stream.feed(b"", final=True))
        return "".join(self._parts)

    def _add(self, text: str) -> None:
        if text:
            self._parts.append(text)
            if self._on_output:
                self._on_output(text)
