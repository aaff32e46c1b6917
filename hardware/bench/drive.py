"""Drives a bench: hears its boards, lets time pass, answers them, ends those that go too far."""

from time import monotonic

from hardware.bench.board import end_reason
from hardware.bench.board.affinity import together
from hardware.bench.board.record_reader import Request, Termination
from hardware.bench.board.reset_line import ResetLine
from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.events import NEVER
from hardware.bench.inbox import Inbox
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.timeline import Timeline

PATIENCE_S = 0.25
"""A person who wants something of an interactive bench waits no longer for what its boards do."""
REPORT_NS = 500_000_000
"""An interactive board reports so often, or a program that only writes would do so for ever
unseen."""

ALONE_S = 0.01
"""While no board makes time pass, it does so in steps of this."""


class Drive:
    """What makes time pass on a bench whose boards are on."""

    def __init__(self, time: Timeline, limits: Limits, headless: bool) -> None:
        self.inbox = Inbox(time.stations)
        wired = [station for station in time.stations if station.circuit.resets]
        time.reset_lines = [ResetLine(station, self.inbox.lock) for station in wired]
        self._time = time
        self._limits = limits
        self._headless = headless
        # Several boards have one virtual time: none of them may follow the wall clock alone.
        apart = time.realtime or len(time.stations) == 1
        self._flags = frames.FLAG_REALTIME if time.realtime else 0
        self._flags |= frames.FLAG_HEADLESS if headless or not apart else 0
        self._alone_s: float | None = None
        """Until when the wall clock was followed while no board asked (monotonic)."""
        self._since_s = 0.0
        """When the wall time that `run` took was last put down to a board (monotonic)."""
        self._begun_s = 0.0
        """When the bench began with what happens before the next board's turn."""

    def run(self, until_ns: int) -> None:
        """Serves the boards until a virtual time, or until all have ended, or until time is to
        stop."""
        time = self._time
        time.stopping = False
        self._since_s = monotonic()
        with together(*(station.pid for station in time.stations)):
            while time.now_ns < until_ns and not time.stopping:
                if (station := self._running()) is not None:
                    station.receive(wait=True)
                    self._late(station)
                elif self._alive():
                    self._deal(until_ns)
                else:
                    break

    def serve_once(self, timeout_s: float) -> bool:
        """Waits so long for a board, serves it once; False if nothing came."""
        heard = False
        if not self._ready():
            self.inbox.wait(timeout_s)
            for station in self._time.stations:
                heard |= station.runs and station.receive(wait=False)
            # What a person does happens when the next board asks, not when time stood last: that
            # may be long ago, and a button would be let go before anybody could see it pressed.
            if self._running() is None and not self._ready():  # nobody will come and ask
                heard |= self.inbox.run()
                self._time.look()
        if self._ready():
            heard = True
            self._deal(NEVER)
        if self._ready():  # of several boards one was served, and the others would wait for news
            self.inbox.again()
        self._pass_alone()
        self._forget()
        return heard

    def reset(self, station: VirtualBoard, cause: int) -> None:
        """A hard reset of a board, now; one that is held in reset stays so. Raises: BenchError
        when it cannot run any more."""
        if station.held:
            return
        with self.inbox.lock:
            station.power_off(frames.END_RESET)
            station.power_on(cause)
        self._time.look()

    def idle_s(self) -> float | None:
        """See `Bench`: all boards that did not end are held in reset, and none makes time pass."""
        stations = self._time.stations
        held = any(s.held for s in stations) and all(s.pid is None for s in stations)
        return ALONE_S if held else None

    def close(self) -> None:
        """Ends the boards' processes; the second time nothing happens."""
        with self.inbox.lock:
            for station in self._time.stations:
                station.close()
        self.inbox.close()

    # -- inside -------------------------------------------------------------------------------

    def _alive(self) -> bool:
        return any(station.ended is None for station in self._time.stations)

    def _running(self) -> VirtualBoard | None:
        """A board that has to be heard before time can go on."""
        for station in self._time.stations:
            if station.runs:
                return station
        return None

    def _ready(self) -> bool:
        """Whether there is something to deal with."""
        if not any(station.turn for station in self._time.stations):
            return False
        if self._time.realtime:
            return True
        return self._running() is None and self._time.next_ns() < NEVER

    def _deal(self, until_ns: int) -> None:
        """Lets everything happen up to the next board's turn, and answers it unless that is too
        late."""
        time = self._time
        t_ns = min(time.first().due_ns, until_ns)
        self._begun_s = monotonic()
        if not time.advance(t_ns if t_ns < NEVER else time.next_ns(), self._late):
            if self.inbox.run():
                time.look()
            return
        station = time.first()  # another one may have been woken
        if station.due_ns > time.now_ns:
            return
        if isinstance(station.turn, Termination):
            self._bury(station, station.turn)
            return
        if self.inbox.run():
            time.look()
        if time.now_ns < until_ns and station.turn:
            self._answer(station, until_ns)

    def _answer(self, station: VirtualBoard, until_ns: int) -> None:
        """Answers a board; one that called for nonsense has met its fate, which comes next."""
        time = self._time
        if isinstance(station.turn, Request) and station.turn.kind == frames.REC_CALL:
            station.put_through()
            time.look()
        if not isinstance(station.turn, Request):
            return
        time.actor = station
        horizon_ns = min(until_ns, time.horizon_ns(station))
        if not self._headless:
            horizon_ns = min(horizon_ns, time.now_ns + REPORT_NS)
        self.inbox.answer(station, horizon_ns, self._flags)

    def _bury(self, station: VirtualBoard, fate: Termination) -> None:
        with self.inbox.lock:
            station.bury(fate.cause, fate.detail)
        self._time.look()

    def _late(self, station: VirtualBoard) -> bool:
        """Puts the wall time since the last time down to a board (what one left behind that has
        ended: to all that are on), and ends those that have used up their share; whether time is
        to stop here."""
        now_s = monotonic()
        took_s, self._since_s = now_s - self._since_s, now_s
        if self._limits.wall_s is None:
            return not self._headless and now_s - self._begun_s > PATIENCE_S
        payers = [station] if station.pid else [s for s in self._time.stations if s.pid]
        for payer in payers:
            payer.left_s -= took_s
            if payer.left_s <= 0:
                what = end_reason.WALL.format(n=f"{self._limits.wall_s:g}")
                payer.condemn(frames.END_WALL, what)
        return any(payer.left_s <= 0 for payer in payers)

    def _pass_alone(self) -> None:
        """Interactive: lets time pass with the wall clock while no board does it."""
        since_s, self._alone_s = self._alone_s, monotonic() if self.idle_s() else None
        if since_s is not None and self._alone_s is not None:
            self._begun_s = self._alone_s
            passed_ns = round((self._alone_s - since_s) * 1e9)
            self._time.advance(self._time.now_ns + passed_ns, self._late)

    def _forget(self) -> None:
        """Halves the traces that got too long, of benches that live for days."""
        most = self._limits.records
        for station in self._time.stations:
            if not self._headless and most is not None and len(station.recorder) > most // 2:
                station.recorder.forget()
