"""PWM over time: frequency, duty and pulse width; and when a buzzer sounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import Run
from grader.lab.signal import Signal
from grader.lab.units import NS_PER_S, Hertz, Micros, Percent, ms
from grader.measure.times import Times
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.protocol import frames

MOST_PULSES = 1_000_000
"""A servo makes this many pulses in five hours, a lamp at 1 kHz in a quarter of an hour."""

TONE_GAP = ms(20)
"""A shorter silence is part of a tone."""


@dataclass(frozen=True)
class Pwm:
    """The PWM settings of a pin in columns: setting i holds from `at_ns[i]` to the next.

    The first setting is the one at t = 0, if there was one then. A frequency of 0 means off.
    """

    at_ns: Times
    freq_hz: NDArray[np.int64]
    duty_u16: NDArray[np.int64]
    end_ns: int

    def __len__(self) -> int:
        return len(self.at_ns)

    @property
    def width_us(self) -> NDArray[np.float64]:
        """The pulse width of each setting; 0 while it is off."""
        on = self.freq_hz > 0
        return np.where(on, self.duty_u16 / DUTY_MAX * 1e6 / np.maximum(self.freq_hz, 1), 0.0)

    def index_at(self, t_ns: int) -> int | None:
        """The index of the setting that holds at a time; None before the first."""
        index = int(np.searchsorted(self.at_ns, t_ns, side="right")) - 1
        return index if index >= 0 else None

    def frequency_at(self, t_ns: int) -> Hertz | None:
        """The frequency at a time; None while the PWM is off."""
        index = self._running(t_ns)
        return None if index is None else Hertz(self.freq_hz[index], t_ns)

    def duty_at(self, t_ns: int) -> Percent | None:
        """The duty at a time; None while the PWM is off."""
        index = self._running(t_ns)
        return None if index is None else Percent(100 * self.duty_u16[index] / DUTY_MAX, t_ns)

    def width_at(self, t_ns: int) -> Micros | None:
        """The pulse width at a time; None while the PWM is off."""
        index = self._running(t_ns)
        return None if index is None else Micros(self.width_us[index], t_ns)

    def frequencies(self) -> list[Hertz]:
        """The frequency of each setting that is not off."""
        return [Hertz(*row) for row in self._rows(self.freq_hz)]

    def duties(self) -> list[Percent]:
        """The duty of each setting that is not off."""
        return [Percent(*row) for row in self._rows(100 * self.duty_u16 / DUTY_MAX)]

    def widths(self) -> list[Micros]:
        """The pulse width of each setting that is not off."""
        return [Micros(*row) for row in self._rows(self.width_us)]

    def _rows(self, values: NDArray[Any]) -> Iterator[tuple[float, int]]:
        """The values of the settings that are not off, each with its time."""
        runs = self.freq_hz > 0
        return zip(values[runs].tolist(), self.at_ns[runs].tolist(), strict=True)

    def between(self, from_ns: int, to_ns: int) -> "Pwm":
        """The settings in a window; the first is the one at its start."""
        first = max(int(np.searchsorted(self.at_ns, from_ns, side="right")) - 1, 0)
        last = int(np.searchsorted(self.at_ns, to_ns))
        at_ns = np.maximum(self.at_ns[first:last], from_ns)
        return Pwm(at_ns, self.freq_hz[first:last], self.duty_u16[first:last], to_ns)

    def _running(self, t_ns: int) -> int | None:
        index = self.index_at(t_ns)
        return index if index is not None and self.freq_hz[index] else None


def pwm(run: Run, role: str) -> Pwm:
    """The PWM settings of a pin from t = 0 on."""
    rows = run.trace.rows(frames.REC_PWM, run.pins[role])
    at_ns, freq_hz, duty_u16 = (rows[name].astype(np.int64) for name in ("t", "c", "b"))
    end_ns = run.end_ns - run.zero_ns
    return Pwm(at_ns - run.zero_ns, freq_hz, duty_u16, end_ns).between(0, end_ns)


def with_pulses(run: Run, role: str) -> Signal | None:
    """The level of a pin with every pulse of its PWM: the same measurement then fits a program
    that makes its pulses without PWM.

    None when there are more than a million pulses: no lab asks for so high a frequency.
    """
    settings = pwm(run, role)
    spans_ns = np.diff(settings.at_ns, append=settings.end_ns).astype(np.float64)
    if (settings.freq_hz * spans_ns).sum() > MOST_PULSES * NS_PER_S:
        return None
    edges = run.trace.edges(run.pins[role], pwm=True)
    signal = Signal(edges.t_ns - run.zero_ns, edges.level, run.end_ns - run.zero_ns)
    return signal.since(0)


def tones(run: Run, role: str) -> list[tuple[int, int]]:
    """When a buzzer sounded, by a high level or by PWM: start and end of each tone (ns since
    t = 0)."""
    level = run.signal(role)
    ends_ns = np.append(level.t_ns[1:], level.end_ns)
    waves = run.trace.rows(frames.REC_PWM, run.pins[role])
    wave_ns = waves["t"].astype(np.int64) - run.zero_ns
    sounds = (waves["c"] > 0) & (waves["b"] > 0)
    starts = np.concatenate((level.t_ns[level.level], wave_ns[sounds]))
    ends = np.concatenate((ends_ns[level.level], np.append(wave_ns[1:], level.end_ns)[sounds]))
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    begins = np.append(True, starts[1:] - ends[:-1] > TONE_GAP.ns)[: len(starts)]
    last = np.append(begins[1:], True)[: len(starts)]
    return list(zip(starts[begins].tolist(), ends[last].tolist(), strict=True))
