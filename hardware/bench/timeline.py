"""One virtual time for all boards of a bench: in which order things happen, and how far each board
may run ahead of the others.

A board runs by itself up to the horizon of its last grant, then it asks. Time goes on only when
every board waits with a question: to the earliest thing that is known to come. So whatever a board
did is known before another one could see it, and the order is the same on any machine.

In realtime nobody waits for another: a board that runs is told that there is something new.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from hardware.bench.board.reset_line import ResetLine
from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.events import NEVER, EventQueue

REACT_NS = 1_000_000
"""With several boards, a listener's stop ends the run so long after the text that it heard: the
others may have run on meanwhile."""
CHECK_EVERY = 1024
"""Of so many things that happen in one go, the wall clock is looked at once."""


class Timeline:
    """The time of a bench and of its stations (ns since the bench was switched on)."""

    def __init__(self, realtime: bool) -> None:
        self.realtime = realtime
        self.now_ns = 0
        self.stations: tuple[VirtualBoard, ...] = ()
        self.reset_lines: Sequence[ResetLine] = ()
        """Of the boards whose reset pin is wired."""
        self.actor: VirtualBoard | None = None
        """Who was answered last: what happens to the bench as a whole is most likely its doing."""
        self.stopping = False
        """Time is to stand still, now."""
        self.air_ns = NEVER
        """How soon a board can reach any other without a wire."""
        self.commons: dict[type, Any] = {}
        """What all boards share, by its class: the network, once a radio is on."""
        self.order: Iterator[int] = count()
        """Numbers what is to happen: it is one order in all queues."""
        self.events = EventQueue(self.order)
        """What is to happen to the bench as a whole."""

    # -- when ---------------------------------------------------------------------------------

    def first(self) -> VirtualBoard:
        """The station that is due before all others."""
        found = self.stations[0]
        for station in self.stations[1:]:
            if station.due_ns < found.due_ns:
                found = station
        return found

    def next_ns(self) -> int:
        """When something happens next, as far as is known."""
        times = (min(s.due_ns, s.acts_ns, s.pins.next_ns) for s in self.stations)
        return min(self.events.next_ns, *times)

    def horizon_ns(self, station: VirtualBoard) -> int:
        """Nothing that a board could see happens before, unless it causes it itself, or is told
        before: that is done where there is one board and the time is virtual."""
        if self.realtime:
            return min(self.events.next_ns, station.acts_ns)
        if len(self.stations) == 1:
            return min(self.events.next_ns, station.events.next_ns)
        others = (self._reach_ns(other, station) for other in self.stations)
        return min(self.events.next_ns, station.acts_ns, *others)

    def _reach_ns(self, other: VirtualBoard, station: VirtualBoard) -> int:
        """When what another board, or anything on its side, does can be seen first by a board."""
        if other is station:
            return NEVER
        acts_ns = min(other.due_ns, other.acts_ns)
        reach_ns = acts_ns + self.air_ns
        if other.pins.listening:
            reach_ns = min(reach_ns, min(acts_ns, other.pins.next_ns) + REACT_NS)
        if other.id in station.near:
            reach_ns = min(reach_ns, other.acts_ns, acts_ns + other.near_ns)
            if station.circuit.exposed():  # its next write comes after its present moment
                reach_ns = min(reach_ns, other.pins.next_ns, other.due_ns + 1)
        return reach_ns

    # -- passing ------------------------------------------------------------------------------

    def advance(self, t_ns: int, late: Callable[[VirtualBoard], bool]) -> bool:
        """Lets everything happen up to a time, or until a board is due before, in order.

        Args:
            late: asked now and then with the station that has kept the bench busy.

        Returns: False when it was stopped on the way.
        """
        for number in count(1):
            until_ns, at_ns, busy = t_ns, NEVER, self.actor or self.stations[0]
            queue, event, owner = self.events, self.events.first, busy
            for station in self.stations:
                if station.due_ns < until_ns:  # it may have been woken
                    until_ns = station.due_ns
                if station.pins.next_ns < at_ns:
                    at_ns, busy = station.pins.next_ns, station
                for own in (station.events, station.foretold):
                    if own.first < event:
                        queue, event, owner = own, own.first, station
            if at_ns > until_ns and event[0] > until_ns:
                self._settle(until_ns)
                self.look()
                return True
            if at_ns <= event[0]:
                self._settle(at_ns, but=busy)
                busy.pins.step()
            else:
                busy = owner
                self._settle(event[0])
                queue.pop()()
            self.look()
            if self.stopping or self._begins() or (number % CHECK_EVERY == 0 and late(busy)):
                break
        return False

    def _begins(self) -> bool:
        """Whether a board was let out of reset: it has to be heard before time goes on."""
        if self.realtime or not self.reset_lines:
            return False
        return any(station.runs for station in self.stations)

    def look(self) -> None:
        """Has every board's pins looked at, after something happened."""
        for line in self.reset_lines:
            line.look()
        for station in self.stations:
            if station.look() and self.realtime:
                station.poke()

    def _settle(self, t_ns: int, but: VirtualBoard | None = None) -> None:
        """Time is there: what outputs did until then that had not to be told counts, too."""
        self.now_ns = t_ns
        for station in self.stations:
            if station is not but:
                station.pins.settle(t_ns)
