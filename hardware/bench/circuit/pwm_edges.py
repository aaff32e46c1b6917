"""The PWMs of a circuit's pads while they run: their edges for those who hear each, and the whole
for parts that take it so.
"""

from collections.abc import Callable, Sequence
from functools import partial

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.parts.common.alarm import Alarm
from hardware.bench.parts.common.part import Part

SILENCE = (0, 0)


class PwmEdges:
    """Plans edges in virtual time; `settle` works a pad's cluster out at each of them."""

    def __init__(
        self, electric: Electric, pads: Sequence[Pad], settle: Callable[[int], None]
    ) -> None:
        self._electric = electric
        self._pads = pads
        self._settle = settle
        self._alarms: dict[int, Alarm] = {}
        self._told: dict[tuple[str, str], tuple[int, int]] = {}
        self._worlds: Worlds

    def start(self, worlds: Worlds) -> None:
        """The bench begins."""
        self._worlds = worlds

    def plan(self, gpio: int, edges: bool) -> None:
        """A pad has changed: forget its old edges, and plan those of its PWM if they are heard."""
        if edges and self._pads[gpio].pulses:
            self._next(gpio)
        elif gpio in self._alarms:
            self._alarms[gpio].clear()

    def _next(self, gpio: int) -> None:
        world = self._worlds.of_pad(gpio)
        if gpio not in self._alarms:
            self._alarms[gpio] = Alarm(world, partial(self._edge, gpio))
        self._alarms[gpio].set(self._pads[gpio].next_edge(world.now_ns))

    def _edge(self, gpio: int) -> None:
        self._next(gpio)
        self._settle(gpio)

    def tell(self, cluster: Cluster) -> None:
        """Tell the parts that take a PWM whole which one reaches them, when it is another."""
        for part, pin, net in cluster.listeners:
            if not (part.TAKES_PWM and part.powered):
                continue
            near = self._electric.linked(cluster).get(net, frozenset((net,)))
            nets = self._electric.netlist.gpio_net
            pads = [self._pads[gpio] for gpio in cluster.gpios if nets[gpio] in near]
            pulses = next(((pad.freq_hz, pad.high_ns) for pad in pads if pad.pulses), SILENCE)
            if self._told.get((part.id, pin), SILENCE) != pulses:
                self._told[part.id, pin] = pulses
                part.pulsed(pin, *pulses)

    def forget(self, part: Part) -> None:
        """The power of a part has come or gone: what it was told no longer counts."""
        for pin in part.listens:
            self._told.pop((part.id, pin), None)
