"""Bytes from a board to text, piece by piece."""

import codecs


class TextStream:
    """Decodes UTF-8 that arrives in pieces of any size, and turns the board's line ends into
    newlines.

    A read may end in the middle of an Arabic letter or between CR and LF: the rest waits for the
    next piece. A CR of its own stays (progress bars use it). Bytes that are not UTF-8 become
    U+FFFD.
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
