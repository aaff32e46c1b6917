"""A live bench, as its viewers see it and act on it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Self

from hardware.bench.drawing.changes import News
from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.board_files import PageFiles
from hardware.bench.serving.page.live_signals import LiveSignals
from hardware.bench.serving.page.page_messages import (
    Action,
    ChooseLines,
    MoveControl,
    ResetBoard,
    SetSpeed,
    StepToEdge,
    TypeText,
    UseFiles,
    first_message,
)
from hardware.bench.serving.page.view_source import Signals, ViewSource
from hardware.bench.serving.serial_tail import SerialTail
from hardware.errors import HardwareError
from hardware.i18n import _


class BenchSource(ViewSource):
    """See `ViewSource`."""

    def __init__(
        self,
        live: LiveBench,
        tails: Mapping[str, SerialTail],
        editor_url: str = "",
        files: PageFiles | None = None,
    ) -> None:
        """The consoles show the tails, which are kept already. `editor_url` is the page of the
        editor of this circuit, if there is one; `files` are there where nobody else uses the
        lines of the boards, as a notebook does."""
        self._live, self._editor_url, self._files = live, editor_url, files
        self._picture = live.ask(lambda _bench: LivePicture(live.circuit))
        self._signals = live.ask(lambda bench: LiveSignals(bench.boards, live.board_types))
        self.tails = tails
        self._lines: Sequence[str] | None = None
        """The pins whose lines somebody has chosen."""

    @classmethod
    def of_page(cls, live: LiveBench, editor_url: str = "") -> Self:
        """For a page: its consoles show all that the boards send."""
        return cls(live, live.output, editor_url, PageFiles(live, live.output))

    def first_message(self) -> Mapping[str, Any]:
        """See `ViewSource`."""
        return first_message(
            self._live,
            self._picture,
            self._lines,
            self._editor_url,
            files=self._files is not None,
        )

    def check(self) -> None:
        """See `ViewSource`."""
        self._live.snapshot()

    def look(self) -> tuple[int, float]:
        """See `ViewSource`."""
        return self._live.ask_now(self._look)

    def _look(self, bench: InteractiveBench) -> tuple[int, float]:
        """In the bench's thread."""
        began_s = monotonic()
        self._picture.update()
        self._signals.update(bench.now_ns)
        self.look_took_s = monotonic() - began_s
        return bench.now_ns, bench.speed

    def news_since(self, update: int) -> tuple[News, int]:
        """See `ViewSource`."""
        return self._picture.since(update)

    def signals_since(self, places: tuple[int, int]) -> Signals:
        """See `ViewSource`."""
        return self._signals.since(places)

    def do(self, action: Action) -> Mapping[str, Any] | None:
        """See `ViewSource`."""
        live = self._live
        match action:
            case MoveControl(part, name, value):
                live.control(part, name, value)
            case TypeText(board, text):
                if board in self.tails and not self.tails[board].takes_input:
                    raise HardwareError(_("No program runs on the board that could read this."))
                live.serial(text.encode(errors="replace"), board)
            case ResetBoard(board):
                if board in self.tails:
                    self.tails[board].restart()
                live.reset(board)
            case ChooseLines(pins):
                known = [str(pin["id"]) for pin in self._picture.board_pins]
                self._lines = None if pins is None else [pin for pin in known if pin in pins]
            case SetSpeed(value):
                live.set_speed(value)
            case StepToEdge():
                live.step()
            case UseFiles() if self._files:
                return self._files.do(action)
        return None

    def leave(self, held: Collection[tuple[str, str]], *, last: bool) -> None:
        """See `ViewSource`."""
        parts = self._live.circuit.parts
        with suppress(HardwareError):  # the bench may be closed already
            if last:
                self._live.go_on()
            for part, name in held:
                if parts[part].CONTROLS[name].held:
                    self._live.control(part, name, 0)
