"""The last output of the programs on a board whose line a notebook uses, too.

The notebook speaks the protocol of the REPL there (`hardware/wire/repl.py`): it sends programs,
and code of its own, for example to save a file. Only what programs print is kept.
"""

from hardware.bench.serving.serial_tail import SerialTail
from hardware.wire.repl import EOT, PROMPT, RAW_BANNER

SURE = len(b"raw R")
"""Fewer bytes at the end of a piece are not taken for the beginning of the banner."""


class ProgramTail(SerialTail):
    """At first the board is at its friendly prompt, or runs its main.py: all is kept. The raw REPL
    ends that, and the end of a program; `expect` announces the next program."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = b""
        """What comes before the output of the program that is expected; empty: none is."""
        self._held = b""
        """What may be the beginning of the mark, or of the banner of the raw REPL."""
        self._expected = False

    @property
    def heard(self) -> bool:
        """Whether a program has been started, or the board has sent anything."""
        return self._sent > 0 or self._expected

    @property
    def at_friendly_prompt(self) -> bool:
        """Whether the output ends with the prompt. A program can print that, too: this is only
        good enough for words."""
        with self._lock:
            return self._kept.endswith(PROMPT)

    def expect(self, mark: bytes) -> None:
        """A program will start; the board sends `mark`, then the output. From any thread."""
        with self._lock:
            self.takes_input, self._mark, self._held = False, mark, b""
            self._expected = True

    def restart(self) -> None:
        """See `SerialTail`."""
        with self._lock:
            self.takes_input, self._mark, self._held = True, b"", b""

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        with self._lock:
            data, self._held = self._held + data, b""
            if self._mark:
                _before, found, after = data.partition(self._mark)
                if not found:
                    self._held = data[len(data) - len(self._mark) + 1 :]
                    return
                self.takes_input, self._mark, data = True, b"", after
            if self.takes_input:
                self._take(data)

    def _take(self, data: bytes) -> None:
        ends = [at for at in (data.find(EOT), data.find(RAW_BANNER)) if at >= 0]
        lengths = range(len(RAW_BANNER) - 1, SURE - 1, -1)
        begun = next((n for n in lengths if data.endswith(RAW_BANNER[:n])), 0)
        if ends:
            self.takes_input = False
            data = data[: min(ends)]
        elif begun:
            data, self._held = data[:-begun], data[-begun:]
        self._keep(data)
