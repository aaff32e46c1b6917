"""The circuit on the bench while it runs: pads, parts, levels, faults. How a board sees it is in
board_side.py.

A cluster of nets (see netlist.py) is solved only when its voltages are needed. A write to an
output that is not in `coupled()` only sets a bit in the mask of levels. Times are virtual
nanoseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from hardware.bench.circuit.afterimage import Afterimage, MeanView
from hardware.bench.circuit.announcements import Announcements
from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.circuit.converter import Converter
from hardware.bench.circuit.coupling import Coupling, coupling_of
from hardware.bench.circuit.electric import Electric
from hardware.bench.circuit.faults import Fault, FaultWatch, misused
from hardware.bench.circuit.lazy_registers import LazyRegisters
from hardware.bench.circuit.listeners import Listeners
from hardware.bench.circuit.meter import Meter, Threshold
from hardware.bench.circuit.netlist import GPIOS, Cluster, Netlist
from hardware.bench.circuit.noise import FloatingNets
from hardware.bench.circuit.pads import Pad
from hardware.bench.circuit.private_lines import PrivateLine
from hardware.bench.circuit.pwm_schedule import PwmSchedule
from hardware.bench.circuit.reach import Reach
from hardware.bench.circuit.shortcuts import ALL, Shortcuts
from hardware.bench.circuit.solver import Solution
from hardware.bench.circuit.supplies import SUPPLIES, Supplies
from hardware.bench.circuit.waves import LevelOutcome, Wave, find_wave
from hardware.bench.circuit.worlds import Worlds
from hardware.bench.circuit.zones import Zones
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.parts.common import pixels
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.parts.common.part import Part, World
from hardware.bench.protocol.frames import MODE_IN, MODE_OUT, PULL_NONE, PULL_UP
from hardware.boards import RESET_PAD, BoardType
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _

if TYPE_CHECKING:
    from hardware.bench.circuit.register_columns import Changes

SETTLE_LIMIT = 1000
"""Parts that react at once can make each other react. More steps than this are an endless loop."""


class Circuit:
    """The running circuit of one diagram. `like` is another circuit of the same diagram: with it
    this one starts faster, because it shares the solutions.

    Raises: DiagramError.
    """

    SHORTCUTS: ClassVar[Shortcuts] = ALL
    """Which shortcuts are taken; a test takes none."""

    def __init__(
        self,
        diagram: Diagram,
        like: Circuit | None = None,
        *,
        is_quiet: bool = False,
    ) -> None:
        self.diagram = diagram
        self.electric: Electric = (
            like.electric.with_new_parts() if like else Electric(Netlist(diagram))
        )
        self.netlist = self.electric.netlist
        self.zones = Zones(self.netlist)
        self.pads = [Pad() for _ in self.netlist.gpio_net]
        """The pads of all boards (see netlist.py)."""
        self.sides = {key: BoardSide(self, key, b) for key, b in self.netlist.boards.items()}
        """The circuit as each board sees it, by the board's id."""
        self._types = [board for board in self.netlist.boards.values() for _ in range(GPIOS)]
        self._clusters = [self.netlist.cluster_of[net] for net in self.netlist.gpio_net]
        self._supplies = Supplies(self.electric)
        self.threshold = Threshold(self.netlist)
        self.meter = Meter(self.electric, self._solve, self.threshold.at)
        self._pulses = PwmSchedule(
            self.electric, self.pads, lambda g: self._settle(self._clusters[g])
        )
        self._listeners = Listeners(self.meter, self._pulses, self.threshold.at)
        self.afterimage = Afterimage(self.electric, self.pads, self.catch_up)
        self._floating = FloatingNets(self._settle, is_quiet=is_quiet)
        self._converter = Converter(self.netlist)
        self._lazy = LazyRegisters(
            self.netlist,
            self.electric,
            self.pads,
            self.threshold,
            self.afterimage,
            self._listeners,
        )
        self._is_behind = False
        """Whether lazy registers have something to work in."""
        self._levels = 0
        self._coupled = 0
        self._reading = 0
        self._outputs = 0
        """Mask of the pads that drive at both levels: all others the program may read."""
        self._same_readings = 0
        self.announcements = Announcements(
            self.electric, self.pads, self.threshold, self.SHORTCUTS
        )
        self._reach: Reach = like._reach if like else Reach(self.netlist)
        for pad in range(RESET_PAD, len(self.pads), GPIOS):
            if self.netlist.gpio_net[pad] in self.netlist.wired:
                self.pads[pad].set_up(MODE_IN, PULL_UP, latch=False)
                self._reading |= 1 << pad
        self._dirty: deque[Cluster] = deque()
        self._settling = False
        self._worlds: Worlds
        self._faults: FaultWatch

    # -- what it is ---------------------------------------------------------------------------

    @property
    def board(self) -> BoardType:
        """The type of the (first) board."""
        return self.netlist.board

    @property
    def board_id(self) -> str:
        """The id of the (first) board in the diagram."""
        return self.netlist.board_id

    @property
    def parts(self) -> Mapping[str, Part]:
        """Every part but the boards, by id, as it is now."""
        self.catch_up()
        return self.netlist.parts

    def used(self) -> int:
        """Mask of the pads that are wired to anything."""
        wired = self.netlist.wired
        return sum(1 << pad for pad, net in enumerate(self.netlist.gpio_net) if net in wired)

    def reading(self) -> int:
        """Mask of the pads whose changes the program can notice."""
        return self._reading

    def coupled(self) -> int:
        """Mask of the coupled outputs, as the circuit is now.

        Their changes can change what the program reads at a pin, reach an active part, or cause a
        fault. For all other outputs only the last level matters, not every write.
        """
        return self._coupled

    def silent(self) -> int:
        """Mask of the coupled outputs whose changes no program can notice: nothing that comes of
        them reaches an input. A board need not ask after such a write."""
        if not self.SHORTCUTS.silent_outputs:
            return 0
        return self._reach.none_of(self._coupled, ~self._outputs)

    def asked_at_read(self, watched: int) -> int:
        """Mask of the coupled outputs whose changes a program notices only when it reads a pin:
        they reach none of the watched pads."""
        if not self.SHORTCUTS.ask_at_read:
            return 0
        return self._reach.none_of(self._coupled, watched)

    def lazy(self) -> int:
        """Mask of the silent outputs whose writes are not applied one by one: what comes of them
        is worked out when somebody looks."""
        return self._lazy.pads

    def faults(self) -> list[Fault]:
        """Every fault since the start, in time order."""
        return list(self._faults.record)

    # -- running ------------------------------------------------------------------------------

    def start(self, *worlds: World) -> None:
        """The bench begins, with a world for each board. To be called once, before the methods
        below."""
        self._worlds = Worlds(dict(zip(self.netlist.boards, worlds, strict=True)))
        self._world = worlds[0]
        self._faults = FaultWatch(self._worlds)
        self._pulses.start(self._worlds)
        self._lazy.start(self._worlds)
        self.afterimage.start(self._worlds)
        self._converter.start(self._world.rng("open volts"))
        for part in self.parts.values():
            part.changed = lambda part=part: self._part_changed(part)  # type: ignore[misc]
            part.others = self.parts
            part.probe = self.meter
            part.view = MeanView(self.electric, self.afterimage, part.id)
            part.start(self._worlds.of(self.zones.host(part)))
        pixels.link(self.netlist.net, self.parts.values())
        for part in self.parts.values():
            for name, value in part.initial.items():
                part.set_control(name, value)

    def power(self, on: bool, board_id: str = "") -> None:
        """Switches the supply of a board (the first) on or off; also for a reset. All its pads
        float."""
        self.catch_up()
        self.announcements.pad_changed()
        board_id = board_id or self.board_id
        first = self.netlist.first_pad(board_id)
        pads = range(first, first + GPIOS)
        touched = {pad for pad in pads if not self.pads[pad].is_untouched}
        self.pads[first : first + RESET_PAD] = [Pad() for _ in pads[:RESET_PAD]]
        others = ~(((1 << RESET_PAD) - 1) << first)
        self._levels &= others  # levels of outputs end with their board
        self._reading &= others
        self._outputs &= others
        self.electric.powered = self.electric.powered - {board_id} | ({board_id} if on else set())
        self._faults.forget(board_id)
        self.afterimage.begin()
        for part in self.netlist.parts.values():
            self._feed(part)
        # Pads of other boards that touch nothing do not notice it.
        alive = [c for c in self.netlist.clusters if not c.is_alone or touched & {*c.gpios}]
        for cluster in alive:
            self._plan(cluster)
        self._settle(*alive)
        self._choose_lazy()

    def pin_mode(self, gpio: int, mode: int, pull: int, level: bool) -> None:
        """Changes the mode (`MODE_…`), the pull (`PULL_…`) and the latch of a pad."""
        self.catch_up()
        pad = self.pads[gpio]
        self._faults.update(("pad", gpio), misused(self.netlist, gpio, pull != PULL_NONE))
        if gpio % GPIOS in self._types[gpio].no_pull:
            pull = PULL_NONE
        pad.set_up(mode, pull, level)
        self._reading = self._reading & ~(1 << gpio) | pad.reads << gpio
        self._outputs = self._outputs & ~(1 << gpio) | pad.holds << gpio
        self._pad_changed(gpio)

    def pin_out(self, gpio: int, level: bool) -> None:
        """Changes the output latch of a pad."""
        self.catch_up()
        self.pads[gpio].latch = level
        if self._coupled >> gpio & 1:
            self._settle(self._clusters[gpio])
        elif self.pads[gpio].mode == MODE_OUT:
            self._set_level(gpio, level)

    def pin_dac(self, gpio: int, step: int) -> None:
        """A DAC drives a pad with a share of the supply, until the mode of the pad changes."""
        self.catch_up()
        self.pads[gpio].step = step
        self._pad_changed(gpio)

    def pin_pwm(self, gpio: int, freq_hz: int, duty_u16: int) -> None:
        """Starts, changes or ends (0 Hz) the PWM at a pad."""
        self.catch_up()
        pad = self.pads[gpio]
        pad.pwm(freq_hz, duty_u16, self._world.now_ns)
        self._outputs = self._outputs & ~(1 << gpio) | pad.holds << gpio
        self._pad_changed(gpio)

    def pin_out_later(self, gpio: int, level: bool) -> None:
        """As `pin_out`, for a lazy pad, after writes to it that are in the records of the
        board."""
        self.pads[gpio].latch = level
        self._set_level(gpio, level)
        self._is_behind = True

    def pins_out_later(self, changes: Changes, last: Mapping[int, bool]) -> bool:
        """Changes the output latches of lazy pads, without a record of the board. `last` has the
        level of each pad at the end. False where something depends on a pad that is not lazy;
        then nothing has changed."""
        if any((self._coupled & ~self._lazy.pads) >> pad & 1 for pad in last):
            return False
        if self._lazy.send(changes, last):
            self._is_behind = True
            self.catch_up()
        for pad, level in last.items():
            self.pin_out_later(pad, level)
        return True

    def catch_up(self) -> None:
        """Works out what lazy registers have left: somebody looks, or something else happens that
        they may depend on."""
        if self._is_behind:
            self._is_behind = False
            changed = self._lazy.catch_up()
            self.announcements.pad_changed()
            for cluster in changed:
                self._plan(cluster)
            self._settle(*changed)

    def levels(self) -> int:
        """Bit n: the level at GPIO n."""
        return self._levels

    def move_line(self, line: PrivateLine, level: bool) -> None:
        """As `pin_out`, for the pad of a private line."""
        self.catch_up()
        self.pads[line.gpio].latch = level
        self._level_line(line)

    def wave(self, step: OutputStep) -> Wave | None:
        """The steps of an output from one on, if nothing can come of them but levels at pads, as
        long as nothing else happens."""
        if not self.SHORTCUTS.waves:
            return None
        return find_wave(self.electric, self.pads, self.threshold, step.part, step.pin)

    def put_wave(
        self, wave: Wave, step: OutputStep, passed: Sequence[tuple[int, LevelOutcome]]
    ) -> list[tuple[int, int]]:
        """Does the steps of a wave that have these times and outcomes; the last one is `step`.
        Returns the levels (see `levels`) from each of these times on."""
        part, levels = step.part, self._levels
        was = self.electric.stamps[part.id]
        changes, found = [], []
        for t_ns, to in passed:
            changes.append((t_ns, part.id, was))
            was = to.stamps
            levels = levels & ~to.pads | to.levels
            found.append((t_ns, levels))
        self._levels = levels
        self.afterimage.note_all(changes)
        part.driven[step.pin] = step.level
        self.electric.put(part.id, to.stamps, wave.cluster, to.state)
        self.announcements.part_changed(part)
        if step.pin in part.listens:
            self._listeners.heard(part, step.pin, to.heard)
        return found

    def volts_at(self, gpio: int) -> float | None:
        """The voltage at a pad now. None: nothing holds it, it floats."""
        net, solution = self.netlist.gpio_net[gpio], self._solve(self._clusters[gpio])
        return None if net in solution.floating else solution.volts[net]

    def floating(self, board_id: str) -> set[int]:
        """The GPIOs of a board that are inputs, and that nothing holds now."""
        first = self.netlist.first_pad(board_id)
        inputs = (gpio for gpio in range(RESET_PAD) if self.pads[first + gpio].reads)
        return {gpio for gpio in inputs if self.volts_at(first + gpio) is None}

    def pulsed(self, gpio: int) -> bool:
        """Whether a PWM may change the voltage at a pad."""
        return any(self.pads[other].pulses for other in self._clusters[gpio].gpios)

    def microvolts(self, gpio: int) -> int:
        """One conversion of the voltage at a pad, now."""
        self._same_readings |= 1 << gpio
        solution = self._solve(self._clusters[gpio])
        return self._converter.microvolts(gpio, solution, self._types[gpio].v_supply)

    def holds_ns(self, gpio: int) -> int:
        """For how long (ns) conversions at a pad stay the same if nobody moves a control."""
        if self.pulsed(gpio):
            return 0
        return self._converter.holds_ns(gpio, c := self._clusters[gpio], self._solve(c))

    def same_readings(self) -> int:
        """Mask of the pads that boards have converted, where nothing has changed since."""
        return self._same_readings if self.SHORTCUTS.same_readings else 0

    def level_of(self, part: str, pin: str) -> bool:
        """The level at any pin of the bench now. Raises: HardwareError for a pin that does not
        exist."""
        self._known(part, {*self.netlist.boards, *self.parts})
        if pin not in self.netlist.pins(part):
            what = _("part {part} has no pin {pin}").format(part=repr(part), pin=repr(pin))
            raise HardwareError(what, suggest(pin, self.netlist.pins(part)))
        net = self.netlist.net(part, pin)
        if net in self.netlist.gpio_net:
            return bool(self._levels >> self.netlist.gpio_net.index(net) & 1)
        if (cluster := self.netlist.cluster_of.get(net)) is None:
            return self.threshold.at(net, self.netlist.rails[net], False)
        return self.threshold.at(net, self._solve(cluster).volts[net], False)

    def attached(self, part: str, pin: str, gpio: int) -> bool:
        """Whether a pin of a part lies on the net of a GPIO."""
        return self.netlist.net(part, pin) == self.netlist.gpio_net[gpio]

    def set_control(self, part: str, name: str, value: float) -> None:
        """Moves a control of a part, or the boot button of a board, now. Raises: HardwareError for
        a wrong part, name or value."""
        if part in self.sides:
            self.sides[part].set_control(name, value)
            return
        self._known(part, self.parts)
        for cluster in self.electric.clusters_of(part):
            self._reads_anew(cluster)
        self.parts[part].set_control(name, value)

    def set_wave(
        self, part: str, name: str, hertz: float, amplitude: float, degrees: float
    ) -> None:
        """Lets a control of a part follow a sine from now on (`Part.set_wave`)."""
        self._known(part, self.parts)
        self.parts[part].set_wave(name, hertz, amplitude, degrees)

    def controls(self) -> dict[str, dict[str, float]]:
        """The controls of all parts that have some, with their present values."""
        return {part.id: dict(part.values) for part in self.parts.values() if part.CONTROLS}

    def _known(self, part: str, ids: Iterable[str]) -> None:
        if part not in ids:
            what = _("there is no part {part} on the bench").format(part=repr(part))
            raise HardwareError(what, suggest(part, ids))

    # -- inside -------------------------------------------------------------------------------

    def _pad_changed(self, gpio: int) -> None:
        self.announcements.pad_changed()
        self._plan(self._clusters[gpio])
        self._settle(self._clusters[gpio])
        self._choose_lazy()

    def _choose_lazy(self) -> None:
        if self._lazy.chains and self.SHORTCUTS.lazy_registers:
            self._lazy.choose(
                lambda pad: bool(self.silent() >> pad & 1) and not self.pads[pad].freq_hz
            )

    def _part_changed(self, part: Part) -> None:
        self.afterimage.note(part.id)
        self.announcements.part_changed(part)
        clusters, line = self.electric.restamp(part.id), self.announcements.line_of(part)
        if line is not None and [*line.clusters] == clusters:
            self._level_line(line)
        else:
            for cluster in clusters:
                self._plan(cluster)
            self._settle(*clusters)
        if (found := self._supplies.changed(part)) is not None:
            self._faults.update(SUPPLIES, found)

    def _level_line(self, line: PrivateLine) -> None:
        """As `_settle`, for a private line."""
        gpio, target = line.gpio, line.target
        self._same_readings &= ~(1 << gpio)
        high = self.pads[gpio].latch and target.driven[target.WIRE] is None
        self._set_level(gpio, high)
        self._listeners.hear(target, target.WIRE, high)

    def _plan(self, cluster: Cluster) -> None:
        """Finds the coupled outputs of a cluster, and plans the edges of their PWM."""
        now = self._world.now_ns
        for gpio in cluster.gpios:
            bit = 1 << gpio
            coupling = coupling_of(self.electric, self.pads, cluster, gpio, now)
            self._coupled = self._coupled & ~bit | bit * (coupling != Coupling.NONE)
            self._pulses.plan(gpio, edges=coupling == Coupling.EDGES)
        self._pulses.update(cluster)

    def _settle(self, *clusters: Cluster) -> None:
        """Updates the clusters, and all that change when parts react."""
        self._dirty.extend(clusters)
        if self._settling:
            return
        self._settling = True
        try:
            for _turn in range(len(self._dirty) + SETTLE_LIMIT):
                if not self._dirty:
                    return
                self._refresh(self._dirty.popleft())
            what = _("parts of the circuit drive each other without end")
            raise BenchError(what, _("Break the loop."))
        finally:
            self._settling = False
            self._dirty.clear()

    def _solve(self, cluster: Cluster) -> Solution:
        if cluster.number in self._lazy.clusters:
            self.catch_up()
        now = self._world.now_ns
        return self.electric.solve(cluster, tuple(self.pads[g].code(now) for g in cluster.gpios))

    def _refresh(self, cluster: Cluster) -> None:
        if cluster.number in self._lazy.clusters:
            self.catch_up()
        self._reads_anew(cluster)
        for part, _net in cluster.fed:
            self._feed(part)
        now = self._world.now_ns
        codes = tuple(self.pads[gpio].code(now) for gpio in cluster.gpios)
        solution = self.electric.solve(cluster, codes)
        for gpio in cluster.gpios:
            self._set_level(gpio, self._level(gpio, cluster, solution))
        self._faults.update(cluster.number, self.electric.faults(cluster, codes))
        self._listeners.update(cluster, solution)

    def _reads_anew(self, cluster: Cluster) -> None:
        for gpio in cluster.gpios:
            self._same_readings &= ~(1 << gpio)

    def _feed(self, part: Part) -> None:
        """Switches a part on or off when its supply has come or gone."""
        if self._listeners.feed(part):
            self._part_changed(part)
            nets = (self.netlist.net(part.id, pin) for pin in part.listens)
            self._settle(*(self.netlist.cluster_of[net] for net in nets))

    def _set_level(self, gpio: int, level: bool) -> None:
        self._levels = self._levels & ~(1 << gpio) | level << gpio

    def _level(self, gpio: int, cluster: Cluster, solution: Solution) -> bool:
        net, old = self.netlist.gpio_net[gpio], bool(self._levels >> gpio & 1)
        if net not in solution.floating:
            self._floating.stop(net)
            return self.threshold.at_pad(gpio, solution.volts[net], old)
        if self.pads[gpio].reads:
            return self._floating.level(net, self._worlds.of_pad(gpio), f"open:{gpio}", cluster)
        if not any(self.pads[g].reads for g in cluster.gpios):
            self._floating.stop(net)
        return False
