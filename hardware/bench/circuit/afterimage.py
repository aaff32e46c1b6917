"""Persistence of vision: the states of a part of the circuit in the last 20 ms.

A multiplexed display lights one digit at a time, and a person sees all four. This costs nothing
while the board runs: its own records say what its pads did, and they are read only when the
display is drawn."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import inf

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import DUTY_MAX, Pad
from hardware.bench.circuit.solver import Element, Solution, sum_in_order
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.parts.common.part import PadRow
from hardware.bench.protocol.frames import MODE_OUT, REC_MODE, REC_OUT

SEEN_NS = 20_000_000
"""Light that comes 50 times a second or more does not flicker for most people."""
KEPT = 20_000
"""Changes of parts that are kept; a shift register cannot make more in 20 ms."""

Elements = tuple[Element, ...]
Stamps = tuple[Elements, ...]
Drive = tuple[int, int, float, int]
"""A pad: its code when low, when high, which share of the time it is high, and how often (Hz)."""
Volts = Mapping[int, float]
"""By net."""


class Afterimage:
    """The recent past of a circuit's pads and parts."""

    def __init__(
        self, electric: Electric, pads: Sequence[Pad], catch_up: Callable[[], None]
    ) -> None:
        """`catch_up` is called before somebody looks."""
        self._catch_up = catch_up
        self._electric = electric
        self._pads = pads
        self._changes: deque[tuple[int, str, Elements]] = deque(maxlen=KEPT)
        """When a part changed, which, and what it was before."""
        self._since_ns = 0
        self._asked: tuple[object, ...] = ()
        self._answer: list[tuple[float, Solution]] = []
        """For the last key: a display asks for each of its lamps in turn."""
        self._world: Worlds

    def start(self, world: Worlds) -> None:
        """The bench begins."""
        self._world = world

    def begin(self) -> None:
        """The power of the board came or went: earlier states do not count."""
        self._since_ns = self._world.now_ns
        self._changes.clear()

    def note(self, part: str, t_ns: int | None = None) -> None:
        """The elements of a part are about to change: now, or at an earlier time, which is told
        late (see `sort`)."""
        t_ns = self._world.now_ns if t_ns is None else t_ns
        self.note_all([(t_ns, part, self._electric.stamps[part])])

    def note_all(self, changes: Sequence[tuple[int, str, Elements]]) -> None:
        """Parts have changed: times, parts, and the elements before. What is older than an
        afterimage is dropped."""
        seen_ns = self._world.now_ns - SEEN_NS
        while self._changes and self._changes[0][0] < seen_ns:
            self._changes.popleft()
        self._changes.extend(changes)

    def sort(self) -> None:
        """Changes were told late: bring all into the order of time."""
        in_order = sorted(self._changes, key=lambda change: change[0])
        self._changes = deque(in_order, maxlen=KEPT)

    def states(self, cluster: Cluster) -> list[tuple[float, Solution]]:
        """Each state of the last 20 ms with its share of that time. A PWM has both levels, each
        with its share."""
        self._catch_up()
        now = self._world.now_ns
        pads = tuple(_drive(self._pads[gpio]) for gpio in cluster.gpios)
        stamps = (id(self._electric.stamps[part]) for part in cluster.parts)
        key = (cluster.number, now, self._since_ns, self._electric.powered, pads, *stamps)
        if key != self._asked:
            self._asked, self._answer = key, list(self._solved(cluster))
        return self._answer

    def _solved(self, cluster: Cluster) -> Iterator[tuple[float, Solution]]:
        for share, drives, stamps in self._lasting(cluster):
            for level, codes in _levels(drives):
                yield share * level, self._electric.solve(cluster, codes, stamps)

    def hertz(self, cluster: Cluster, read: Callable[[Volts], float], swing: float) -> float:
        """How often the voltage that `read` takes from a state rose by more than `swing`. The
        last PWM that moves it so far decides, or else the time between its own rises. 0: it does
        not alternate."""
        self._catch_up()
        known: dict[tuple[object, ...], tuple[float, int]] = {}
        tone, rises = 0, list[int]()
        up, lowest, highest = False, inf, -inf
        for t_ns, _until, drives, stamps in self._history(cluster):
            key = (drives, *map(id, stamps))
            if key not in known:
                known[key] = self._moved(cluster, read, swing, drives, stamps)
            volts, hertz = known[key]
            tone = hertz or tone
            if up and highest - volts > swing:
                up, lowest = False, volts
            elif not up and volts - lowest > swing:
                up, highest = True, volts
                rises.append(t_ns)
            lowest, highest = min(lowest, volts), max(highest, volts)
        if tone or len(rises) < 2:
            return float(tone)
        return 1e9 * (len(rises) - 1) / (rises[-1] - rises[0])

    def _moved(
        self,
        cluster: Cluster,
        read: Callable[[Volts], float],
        swing: float,
        drives: tuple[Drive, ...],
        stamps: Stamps,
    ) -> tuple[float, int]:
        """The voltage that `read` takes from a state while all its PWMs are low, and the
        frequency of a PWM that moves it by more than `swing`."""
        low = tuple(drive[0] for drive in drives)
        volts, tone = read(self._electric.solve(cluster, low, stamps).volts), 0
        for place, drive in enumerate(drives):
            if drive[3]:
                codes = (*low[:place], drive[1], *low[place + 1 :])
                high = read(self._electric.solve(cluster, codes, stamps).volts)
                tone = max(tone, drive[3] if abs(high - volts) > swing else 0)
        return volts, tone

    def _lasting(self, cluster: Cluster) -> list[tuple[float, tuple[Drive, ...], Stamps]]:
        """The different states, with their shares."""
        lasted: dict[tuple[object, ...], int] = {}
        states = {}
        for at, until, drives, stamps in self._history(cluster):
            key = (drives, *map(id, stamps))
            states[key] = drives, stamps
            lasted[key] = lasted.get(key, 0) + until - at
        whole = sum(lasted.values())
        return [(lasted[key] / whole, *state) for key, state in states.items()]

    def _history(self, cluster: Cluster) -> Iterator[tuple[int, int, tuple[Drive, ...], Stamps]]:
        """The states of the last 20 ms in their order: from when, until when, pads, parts."""
        now = self._world.now_ns
        at = max(self._since_ns, now - SEEN_NS)
        rows = self._world.pad_rows(cluster.gpios, at)
        drives, pads = self._first(cluster, [row for row in rows if row[4] <= at])
        stamps, changes = self._parts(cluster, at)
        happened: list[tuple[int, PadRow | _Change | None]] = [*changes]
        happened += [(row[4], row) for row in rows if row[4] > at]
        happened.sort(key=lambda item: item[0])
        for t_ns, what in [*happened, (max(now, at + 1), None)]:
            if t_ns > at:
                yield at, t_ns, tuple(drives.values()), tuple(stamps.values())
                at = t_ns
            if isinstance(what, _Change):
                stamps[what.part] = what.elements
            elif what:
                _apply(pads[what[1]], what)
                drives[what[1]] = _drive(pads[what[1]])

    def _first(
        self, cluster: Cluster, rows: Sequence[PadRow]
    ) -> tuple[dict[int, Drive], dict[int, Pad]]:
        """The pads at the beginning. A pad without a record of its mode has always had it."""
        recorded = {row[1] for row in rows if row[0] == REC_MODE}
        pads = {g: Pad() if g in recorded else replace(self._pads[g]) for g in cluster.gpios}
        for row in rows:
            _apply(pads[row[1]], row)
        return {gpio: _drive(pad) for gpio, pad in pads.items()}, pads

    def _parts(
        self, cluster: Cluster, since_ns: int
    ) -> tuple[dict[str, Elements], list[tuple[int, "_Change"]]]:
        """The parts at the beginning, and how they changed from there."""
        stamps = {part: self._electric.stamps[part] for part in cluster.parts}
        changes = []
        for t_ns, part, before in reversed(self._changes):
            if t_ns <= since_ns:
                break
            if part in stamps:
                changes.append((t_ns, _Change(part, stamps[part])))
                stamps[part] = before
        return stamps, changes[::-1]


class _Change:
    """A part and what it became."""

    def __init__(self, part: str, elements: Elements) -> None:
        self.part, self.elements = part, elements


def _apply(pad: Pad, row: PadRow) -> None:
    """What a record of the board does to a pad."""
    kind, _gpio, b, c, t_ns = row
    if kind == REC_OUT:
        pad.latch = bool(c)
    elif kind == REC_MODE:
        pad.mode, pad.pull, pad.latch = b & 15, b >> 4, bool(c)
        if pad.mode != MODE_OUT:
            pad.freq_hz = 0
    else:
        pad.pwm(c, b, t_ns)


def _drive(pad: Pad) -> Drive:
    if pad.pulses:
        return pad.code_at(False), pad.code_at(True), pad.duty_u16 / DUTY_MAX, pad.freq_hz
    code = pad.code(0)
    return code, code, 0.0, 0


def _levels(drives: Sequence[Drive]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Every combination of the levels of running PWMs, with its share."""
    choices = [
        ((low, 1 - share), (high, share)) if share else ((low, 1.0),)
        for low, high, share, _hertz in drives
    ]
    for chosen in product(*choices):
        share = 1.0
        for _code, part in chosen:
            share *= part
        yield share, tuple(code for code, _part in chosen)


class MeanView:
    """The `PartView` of one part (see part.py)."""

    def __init__(self, electric: Electric, afterimage: Afterimage, part: str) -> None:
        self._electric = electric
        self._afterimage = afterimage
        self._part = part

    def volts(self, a: str, b: str = "") -> float:
        """The mean voltage from pin `a` to pin `b`, or to ground."""
        return self._mean(a) - (self._mean(b) if b else 0.0)

    def hertz(self, a: str, b: str, swing: float) -> float:
        """How often the voltage from pin `a` to pin `b` comes and goes."""
        netlist = self._electric.netlist
        ends = (netlist.net(self._part, a), netlist.net(self._part, b))
        rails = self._electric.rails()
        cluster = netlist.cluster_of.get(ends[0]) or netlist.cluster_of.get(ends[1])
        if cluster is None:
            return 0.0

        def read(volts: Volts) -> float:
            first, second = (volts.get(net, rails.get(net, 0.0)) for net in ends)
            return first - second

        return self._afterimage.hertz(cluster, read, swing)

    def amperes(self, anode: str, cathode: str) -> float:
        """The mean current through the part's diode between two of its pins."""
        netlist = self._electric.netlist
        ends = (netlist.net(self._part, anode), netlist.net(self._part, cathode))
        diodes = self._electric.diodes(self._part)
        diode = next(d for d in diodes if (d.anode, d.cathode) == ends)
        free = next((net for net in ends if net not in netlist.rails), ends[0])
        return sum_in_order(
            share * diode.amperes(volts[ends[0]] - volts[ends[1]])
            for share, volts in self._states(free)
        )

    def _mean(self, pin: str) -> float:
        net = self._electric.netlist.net(self._part, pin)
        return sum_in_order(share * volts[net] for share, volts in self._states(net))

    def _states(self, net: int) -> Iterator[tuple[float, dict[int, float]]]:
        """Each state that a net was in: its share of the time, and all voltages."""
        rails = self._electric.rails()
        cluster = self._electric.netlist.cluster_of.get(net)
        if cluster is None:
            yield 1.0, rails
            return
        for share, solution in self._afterimage.states(cluster):
            yield share, rails | dict(solution.volts)
