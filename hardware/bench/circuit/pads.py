"""A GPIO pad of the board as the circuit sees it: mode, pull, output latch and PWM."""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.bench.circuit.solver import Source
from hardware.bench.protocol.frames import (
    MODE_IN,
    MODE_OFF,
    MODE_OPEN_DRAIN,
    MODE_OUT,
    PULL_DOWN,
    PULL_NONE,
    PULL_UP,
)
from hardware.boards import BoardType

DUTY_MAX = 65535
FLOATS, LOW, HIGH, VOLTAGE = 0, 1, 2, 3
"""What a pad drives: the lowest part of its code. To this come the pull (`PULL_…`) times 4, and
for a voltage the step of the DAC times 16."""
DAC_MAX = 255
DAC_OHMS = 100
"""Between a DAC and its pad. A guess: the ESP32's data sheet gives no value."""

FOLLOWED_NS = 20_000
"""A PWM with shorter cycles (above 50 kHz) is too fast for an interpreter to follow. At 40 MHz,
the bench would take a minute for each millisecond."""


@dataclass
class Pad:
    """One pad. Times are virtual nanoseconds."""

    mode: int = MODE_OFF
    pull: int = PULL_NONE
    latch: bool = False
    freq_hz: int = 0
    duty_u16: int = 0
    since_ns: int = 0
    """When the running PWM began (its phase)."""
    step: int | None = None
    """The step of the DAC at this pad, of `DAC_MAX` for the whole supply; None: no DAC."""

    def set_up(self, mode: int, pull: int, latch: bool) -> None:
        """Sets mode, pull and latch. That ends a DAC, and a PWM if the pad is no output now."""
        self.mode, self.pull, self.latch = mode, pull, latch
        self.step = None
        if mode != MODE_OUT:
            self.freq_hz = 0

    @property
    def is_untouched(self) -> bool:
        """Whether it is as after power-on."""
        if self.mode != MODE_OFF or self.pull != PULL_NONE or self.latch or self.step is not None:
            return False
        return not (self.freq_hz or self.duty_u16 or self.since_ns)

    @property
    def reads(self) -> bool:
        """Whether the program can notice a change at this pad without asking the bench."""
        return self.mode in (MODE_IN, MODE_OPEN_DRAIN)

    @property
    def pulses(self) -> bool:
        """Whether a PWM runs that has edges at all."""
        return self.freq_hz > 0 and 0 < self.duty_u16 < DUTY_MAX

    @property
    def is_output(self) -> bool:
        """Whether the pad drives its net at some level of its latch."""
        return self.freq_hz > 0 or self.mode in (MODE_OUT, MODE_OPEN_DRAIN)

    @property
    def holds(self) -> bool:
        """Whether the pad drives at both levels."""
        return self.freq_hz > 0 or self.mode == MODE_OUT

    def code(self, now_ns: int) -> int:
        """The electrical state of the pad at this moment, as a small number."""
        return self.code_at(self.level(now_ns))

    def code_at(self, level: bool) -> int:
        """The code of the pad when its latch (or PWM) is at `level`."""
        if self.step is not None:
            return VOLTAGE + 4 * self.pull + 16 * self.step
        drive = (HIGH if level else LOW) if self.holds else FLOATS
        if self.mode == MODE_OPEN_DRAIN and not level:
            drive = LOW
        return drive + 4 * self.pull

    def level(self, now_ns: int) -> bool:
        """The level of the latch, or of the PWM at this moment."""
        if not self.freq_hz:
            return self.latch
        if not self.pulses:
            return self.duty_u16 == DUTY_MAX
        return (now_ns - self.since_ns) % self.period_ns < self.high_ns

    @property
    def period_ns(self) -> int:
        """Length of a PWM cycle."""
        return max(2, 1_000_000_000 // self.freq_hz)

    @property
    def high_ns(self) -> int:
        """The high part of a PWM cycle."""
        return min(self.period_ns - 1, max(1, self.period_ns * self.duty_u16 // DUTY_MAX))

    def next_edge(self, now_ns: int) -> int:
        """When the running PWM changes next. If it is too fast to follow, whole cycles are left
        out."""
        phase = (now_ns - self.since_ns) % self.period_ns
        skipped = self.period_ns * (FOLLOWED_NS // self.period_ns)
        edge = self.high_ns if phase < self.high_ns else self.period_ns
        return now_ns + skipped + edge - phase

    def pwm(self, freq_hz: int, duty_u16: int, now_ns: int) -> None:
        """Start, change or stop (0 Hz) the PWM; a new duty alone does not disturb the phase."""
        if freq_hz != self.freq_hz:
            self.since_ns = now_ns
        self.freq_hz, self.duty_u16 = freq_hz, duty_u16


def pad_elements(code: int, net: int, board: BoardType) -> Iterator[Source]:
    """The electrical elements of a pad in the state `code` (see `Pad.code`)."""
    drive, pull = code % 4, code // 4 % 4
    if drive == VOLTAGE:
        yield Source(net, board.v_supply * (code // 16) / DAC_MAX, DAC_OHMS)
    elif drive != FLOATS:
        yield Source(net, board.v_supply if drive == HIGH else 0.0, board.output_ohms)
    if pull == PULL_UP:
        yield Source(net, board.v_supply, board.pull_up_ohms)
    elif pull == PULL_DOWN:
        yield Source(net, 0.0, board.pull_down_ohms)
