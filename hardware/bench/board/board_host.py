"""What the circuit and the peripherals of one board have of the bench around them."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from hardware.bench.board.lookahead import Lookahead
from hardware.bench.board.peripheral_bus import PeripheralBus
from hardware.bench.board.pins import Wiring
from hardware.bench.circuit.prediction import Prediction
from hardware.bench.events import NEVER, EventQueue
from hardware.bench.flash import Flash
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Row
from hardware.bench.trace.recorder import Recorder
from hardware.boards import BoardType


class Side(Wiring, Protocol):
    """What is needed of the circuit, as its board sees it."""

    @property
    def board(self) -> BoardType: ...
    @property
    def board_id(self) -> str: ...
    @property
    def resets(self) -> bool: ...
    def near(self) -> frozenset[str]: ...
    def exposed(self) -> bool: ...
    def held(self) -> bool: ...
    def power(self, on: bool) -> None: ...
    def microvolts(self, gpio: int) -> int: ...
    def holds_ns(self, gpio: int) -> int: ...
    def foresee(self, step: OutputStep) -> Prediction | None: ...


class Clock(Protocol):
    """What is needed of the time of the bench."""

    now_ns: int
    air_ns: int
    commons: dict[type, Any]
    events: EventQueue
    order: Iterator[int]


class Place:
    """The `World` (see part.py) and the `Desk` (see calls.py) of one board."""

    def __init__(self, clock: Clock, circuit: Side, flash: Flash, seed: int) -> None:
        self.circuit = circuit
        self.flash = flash
        self.id = circuit.board_id
        """As the diagram calls the board."""
        self.near = circuit.near()
        """The boards that wires can join it with, by id."""
        self.near_ns = NEVER
        """How soon it can reach those otherwise than by levels."""
        self.events = EventQueue(clock.order)
        """What is to happen on this board's side of the bench."""
        self.foretold = Lookahead(clock.order)
        """Steps of parts there that the board may be told before."""
        self.recorder = Recorder()
        self.exchange = PeripheralBus(self, self.recorder)
        self._clock = clock
        self._seed = seed

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._clock.now_ns

    @property
    def board(self) -> BoardType:
        """The board's type."""
        return self.circuit.board

    @property
    def commons(self) -> dict[type, Any]:
        """What all boards of the bench share, by its class."""
        return self._clock.commons

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time is there; what lies in the past comes next."""
        self.events.add(max(t_ns, self._clock.now_ns), fn)

    def foretell(self, t_ns: int, step: OutputStep) -> None:
        """The same of a step that the board may be told before."""
        self.foretold.add(t_ns, step)

    @property
    def acts_ns(self) -> int:
        """When something happens next on this side."""
        return min(self.events.next_ns, self.foretold.next_ns)

    def rng(self, name: str) -> random.Random:
        """Chance for one purpose, from the board's seed."""
        return random.Random(f"{self._seed}/{name}")

    def fault(self, kind: int, gpio: int, detail: int) -> None:
        """Notes an electrical fault."""
        self.recorder.note(frames.REC_FAULT, kind, gpio, detail, self.now_ns)

    def pad_rows(self, gpios: Sequence[int], since_ns: int) -> list[Row]:
        """What the board did to pads (see `World` of part.py)."""
        return self.recorder.pad_rows(gpios, since_ns, self.now_ns)

    def mail(self, channel: int, there: bool) -> None:
        """Whether a channel has something for the board."""
        bit = 1 << channel
        self.exchange.mail = self.exchange.mail | bit if there else self.exchange.mail & ~bit

    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None:
        """The same as `at` for what any board may see at that time."""
        self._clock.events.add(max(t_ns, self._clock.now_ns), fn)

    def reaches(self, near_ns: int = NEVER, all_ns: int = NEVER) -> None:
        """Says how soon after it acts the board can be noticed otherwise than by the levels of
        pins: by those that wires join with it (a serial line told in bytes), by all (the air)."""
        self.near_ns = min(self.near_ns, near_ns)
        self._clock.air_ns = min(self._clock.air_ns, all_ns)

    def _note_level(self, gpio: int, level: bool) -> None:
        self.recorder.note(frames.REC_IN, gpio, 0, level, self.now_ns)
