"""A real board, as its viewers see it: its console, what is known of it, the wiring plan, and the
levels of its pins while no program runs.

Nothing here stops a program or changes a pin. What cannot be known is called unknown: whether the
parts around the board are lit or moved, voltages, and everything at the pins while a program runs.
"""

from collections.abc import Collection, Iterator, Mapping
from time import monotonic
from typing import Any

from hardware import boards
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import Diagram
from hardware.bench.drawing.changes import Changes, News
from hardware.bench.drawing.live_picture import LivePicture, in_both_languages
from hardware.bench.parts.common.part import Words
from hardware.bench.serving.page.page_messages import (
    Action,
    MoveControl,
    ResetBoard,
    SetSpeed,
    StepToEdge,
    TypeText,
    first_message_of_board,
)
from hardware.bench.serving.page.view_source import ViewSource
from hardware.bench.serving.program_tail import ProgramTail
from hardware.boards import BoardType
from hardware.errors import BoardNotFound, HardwareError
from hardware.i18n import _, both
from hardware.wire.board import Board
from hardware.wire.board_info import ASK, BoardInfo, parse_info
from hardware.wire.pin_levels import READ, PinLevel, read_levels
from hardware.wire.watched_port import WatchedPort

LOOK_S = 1.0
"""Between two looks at the pins. Each one takes about 40 ms of a line with 115200 baud."""
BARE = "board"
"""The id of a board without a wiring plan."""
LEVEL_UNKNOWN: Words = (both("level not known"), {})
STATES = {
    "unplugged": both("unplugged: connect it again with %board connect"),
    "gone": both("unplugged: connect it, and start the command again"),
    "prompt": both("no program runs"),
    "running": both("a program runs"),
    "unknown": both("not known: the board has sent nothing yet"),
}
LEVELS = {
    "read": both("read once a second while no program runs"),
    "running": both("not known: while a program runs they are not read, as that would stop it"),
    "later": both("not known yet: they are read after the next cell has run"),
    "page": both("not known: they are read after “Stop (Ctrl-C)”, until you type again"),
    "unplugged": both("not known"),
    "chip": both("not known: on this chip they are not read"),
    "plan": both("not known: the wiring plan is for another chip"),
}


class BoardSource(ViewSource):
    """See `ViewSource`."""

    _later, _gone = "later", "unplugged"
    """The words where a cell can be run, or a board be connected again."""
    has_files = False
    """Whether a viewer may use the files of the board."""
    idle_s = 0.1
    """A line has room for 4096 bytes: 0.35 s at 115200 baud."""

    def __init__(
        self,
        board: Board,
        port: WatchedPort,
        tail: ProgramTail,
        family: str,
        plan: Diagram | None = None,
    ) -> None:
        """Nothing is sent.

        Args:
            port: the one under `board`; `tail` gets what it sees.
            family: of the board, as far as it is known.
            plan: the circuit that the board should be in.
        """
        self._board, self._port, self._tail = board, port, tail
        self._kind: BoardType | None = None
        """The type of the board: from the plan, else one with its chip."""
        self.plan = _drawn(plan) if plan else None
        """The picture of the plan: everything in it is off."""
        self.board_id = BARE
        if plan:
            kinds = {spec.id: boards.for_diagram(spec.type) for spec in plan.parts}
            known = {key: kind for key, kind in kinds.items() if kind}
            of_family = (key for key, kind in known.items() if kind.family == family)
            self.board_id = next(of_family, next(iter(known)))
            self._kind = known[self.board_id]
        self.title = plan.title if plan else port.name
        self.tails = {self.board_id: tail}
        self._info: BoardInfo | None = None
        self._lost = False
        self._looked_s = 0.0
        self._levels: Mapping[int, PinLevel] | None = None
        self._changes = Changes()

    def first_message(self) -> Mapping[str, Any]:
        """See `ViewSource`."""
        return first_message_of_board(
            self.title, self.board_id, self._port.name, self.plan, files=self.has_files
        )

    def check(self) -> None:
        """A board that was unplugged is still shown, as such."""
        self._hear()

    def look(self) -> tuple[int, float]:
        """See `ViewSource`; a real board has no virtual time."""
        self._hear()
        if self._lost or not self._board.at_prompt:
            self._levels, self._looked_s = None, 0.0
        elif monotonic() - self._looked_s >= LOOK_S:
            self._read()
            self._looked_s = monotonic()
        self._changes.begin()
        for row, words in self._facts():
            self._changes.note("board", row, words)
        for pin, found in self._pins():
            self._changes.note("pins", f"{self.board_id}:{pin}", in_both_languages(*found))
        return 0, 1.0

    def _hear(self) -> None:
        """Take what the board has sent."""
        if self._lost:
            return
        try:
            self._port.fetch()
            if sent := self._board.unasked():
                self._tail.restart()
                self._tail.offer(sent)
        except BoardNotFound:
            self._lost = True

    def _read(self) -> None:
        """Ask the board, which is at its prompt."""
        if self._info is None and (said := self._board.peek(ASK)):
            try:
                self._info = parse_info(said)
            except ValueError:
                return
        if self._info and self._kind is None:
            mcu = self._info.mcu
            kinds = map(boards.load, boards.names())
            self._kind = next((kind for kind in kinds if kind.mcu == mcu), None)
        fits = self._info and self._kind and self._info.mcu == self._kind.mcu
        self._levels = read_levels(self._board, self._kind) if self._kind and fits else None

    def _state(self) -> str:
        if self._lost:
            return "unplugged"
        if self._board.at_prompt or not self._tail.takes_input or self._tail.at_friendly_prompt:
            return "prompt"
        return "running" if self._tail.heard else "unknown"

    def _facts(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """What is known of the board, by the names of `static/real_board.js`."""
        state = self._state()
        yield "address", _same(self._port.name)
        words = STATES[self._gone if state == "unplugged" else state]
        yield "state", in_both_languages((words, {}))
        if self._info:
            yield "machine", _same(self._info.machine)
            yield "firmware", _same(self._info.version)
            if self._info.unique_id:
                yield "chip", _same(self._info.unique_id)
        yield "levels", in_both_languages((LEVELS[self._why(state)], {}))

    def _why(self, state: str) -> str:
        """Why the levels are known, or are not."""
        if state in ("unplugged", "running"):
            return state
        if self._levels:
            return "read"
        if self._info and self._info.mcu not in READ:
            return "chip"
        is_other = self._info and self._kind and self._info.mcu != self._kind.mcu
        return "plan" if is_other else self._later

    def _pins(self) -> Iterator[tuple[str, list[Words]]]:
        """The words about each GPIO."""
        for pin in self._kind.pins.values() if self._kind else ():
            if pin.gpio is not None and not pin.hidden:
                found = self._levels.get(pin.gpio) if self._levels else None
                # Without a plan it is not known what is printed at the pins of this board.
                name = pin.name if self.plan else f"GPIO{pin.gpio}"
                yield name, list(_level_words(found)) if found else [LEVEL_UNKNOWN]

    def news_since(self, update: int) -> tuple[News, int]:
        """See `ViewSource`."""
        return self._changes.since(update)

    def do(self, action: Action) -> Mapping[str, Any] | None:
        """See `ViewSource`."""
        match action:
            case TypeText(_board, text):
                if not self._tail.takes_input:
                    raise HardwareError(_("No program runs on the board that could read this."))
                self._port.write(text.encode(errors="replace"))
            case ResetBoard():
                self._board.leave_prompt()
                self._tail.restart()
                if not self._board.port.pulse_reset():
                    cure = _("This line has no reset wire: press the button, or use rfc2217://.")
                    raise HardwareError(cure)
            case MoveControl() | SetSpeed() | StepToEdge():
                url = self._port.name
                raise HardwareError(
                    _("{url} is a real board: there is no virtual bench.").format(url=url)
                )
        return None

    def leave(self, held: Collection[tuple[str, str]], *, last: bool) -> None:
        """There is nothing to let go."""


def _drawn(plan: Diagram) -> LivePicture:
    """The picture of a circuit in which no board has power."""
    circuit = Circuit(plan)
    circuit.start(*(StillWorld() for _board in circuit.netlist.boards))
    return LivePicture(circuit)


def _level_words(found: PinLevel) -> Iterator[Words]:
    if found.peripheral:
        yield both("driven by PWM or another peripheral"), {}
    elif found.level is not None:
        yield (both("output") if found.output else both("input")), {}
    if found.level is None:
        yield LEVEL_UNKNOWN
    else:
        yield (both("high") if found.level else both("low")), {}


def _same(text: str) -> Mapping[str, str]:
    return {"en": text, "ar": text}
