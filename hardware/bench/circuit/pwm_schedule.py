"""The PWMs of a circuit's pads: their edges, where these are coupled, and frequency and pulse
width for parts that take a PWM as a whole (`TAKES_PWM`)."""

from collections.abc import Callable, Sequence
from functools import partial

from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.netlist import Cluster
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.parts.common.alarm import Alarm
from hardware.bench.parts.common.part import Part

NO_PULSES = (0, 0)


class PwmSchedule:
    """Plans edges in virtual time; `settle` updates a pad's cluster at each of them."""

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
        """A pad has changed: drops its old edges, and plans those of its PWM if `edges` is set."""
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

    def update(self, cluster: Cluster) -> None:
        """Calls `pwm_changed` of parts that take a PWM as a whole, when it has changed."""
        for part, pin, net in cluster.listeners:
            if not (part.TAKES_PWM and part.powered):
                continue
            near = self._electric.linked(cluster).get(net, frozenset((net,)))
            nets = self._electric.netlist.gpio_net
            pads = [self._pads[gpio] for gpio in cluster.gpios if nets[gpio] in near]
            pulses = next(((pad.freq_hz, pad.high_ns) for pad in pads if pad.pulses), NO_PULSES)
            if self._told.get((part.id, pin), NO_PULSES) != pulses:
                self._told[part.id, pin] = pulses
                part.pwm_changed(pin, *pulses)

    def forget(self, part: Part) -> None:
        """The power of a part has come or gone: it knows of no pulses now."""
        for pin in part.listens:
            self._told.pop((part.id, pin), None)
