"""Noise at an open input: random levels from a seed, as a wire picks up mains hum and touch.

The level is mostly high, with false lows of 40 to 200 ms. Two lows are at most 600 ms apart, so
every second has at least one whole false low (labs depend on it).
"""

import random
from collections.abc import Callable

from hardware.bench.circuit.netlist import Cluster
from hardware.bench.parts.common.alarm import Alarm
from hardware.bench.parts.common.part import World

HIGH_MS = (100, 600)
LOW_MS = (40, 200)
MS = 1_000_000


class Noise:
    """The levels of one floating net, while something reads it."""

    def __init__(self, world: World, name: str, changed: Callable[[], None]) -> None:
        self._world = world
        self._chance: random.Random = world.rng(name)
        self._changed = changed
        self._alarm = Alarm(world, self._flip)
        self.running = False
        self.level = True

    def start(self) -> None:
        """A pad reads the open net from now on."""
        if not self.running:
            self.running, self.level = True, True
            self._next()

    def stop(self) -> None:
        """The net is not open any more, or no pad reads it."""
        self.running = False
        self._alarm.clear()

    def _next(self) -> None:
        low, high = HIGH_MS if self.level else LOW_MS
        wait_ns = self._chance.randrange(low * MS, high * MS)
        self._alarm.set(self._world.now_ns + wait_ns)

    def _flip(self) -> None:
        self.level = not self.level
        self._next()
        self._changed()


class FloatingNets:
    """The noise of all open nets of a circuit; `settle` updates a net's cluster. When the circuit
    `is_quiet`, open nets are high."""

    def __init__(self, settle: Callable[[Cluster], None], *, is_quiet: bool) -> None:
        self._settle = settle
        self._is_quiet = is_quiet
        self._noise: dict[int, Noise] = {}

    def level(self, net: int, world: World, name: str, cluster: Cluster) -> bool:
        """The level of a net that a pad reads. At the first call, `name` seeds its noise."""
        if self._is_quiet:
            return True
        if net not in self._noise:
            self._noise[net] = Noise(world, name, lambda: self._settle(cluster))
        self._noise[net].start()
        return self._noise[net].level

    def stop(self, net: int) -> None:
        """The net is not open any more, or no pad reads it."""
        if net in self._noise:
            self._noise[net].stop()
