"""DHT22: the start pulses on its wire, and its answers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.lab.signal import Signal
from grader.lab.units import Celsius, Percent, us
from grader.measure.answers import refuse_driven
from grader.measure.pulses import pulses

START = us(800)
"""The shortest low pulse with which the host starts a reading (AM2302 data sheet, timings)."""
BITS = 40
ONE = us(50)
"""A longer high pulse is a 1: it has 70 µs, and a 0 has 26 µs (the same table)."""
LONGEST = us(200)
"""Every high pulse in an answer is shorter; the pause between two readings is longer."""
HEAD = 2
"""The high pulses before the bits: until the sensor pulls the wire low, and in its response."""


@dataclass(frozen=True)
class DhtReading:
    """One start pulse and the sensor's answer: all five bytes, or none."""

    at_ns: int
    """When the start pulse began, since t = 0."""
    data: bytes

    @cached_property
    def is_sound(self) -> bool:
        """Whether there is an answer with a right checksum."""
        return len(self.data) == BITS // 8 and sum(self.data[:4]) & 0xFF == self.data[4]

    @cached_property
    def humidity(self) -> Percent | None:
        """The relative humidity; None without a right answer."""
        value = int.from_bytes(self.data[:2], "big") / 10
        return Percent(value, self.at_ns) if self.is_sound else None

    @cached_property
    def temperature(self) -> Celsius | None:
        """The temperature in steps of 0.1 °C; None without a right answer."""
        tenths = int.from_bytes(self.data[2:4], "big")
        value = (tenths & 0x7FFF) / (-10 if tenths & 0x8000 else 10)
        return Celsius(value, self.at_ns) if self.is_sound else None


def dht22(signal: Signal) -> list[DhtReading]:
    """Every start pulse on the wire, with the sensor's answer. Pulses after the answer are
    ignored.

    Raises: DrivenWire when the program itself drove the wire during an answer."""
    starts = pulses(signal, False, shortest=START)
    highs = pulses(signal, True)
    ends = np.append(starts.at_ns, signal.end_ns)[1:]
    readings, answers = [], []
    for at_ns, until_ns in zip(starts.at_ns.tolist(), ends.tolist(), strict=True):
        answer = highs.between(at_ns, until_ns)
        widths = answer.width_ns[: HEAD + BITS]
        is_whole = len(widths) == HEAD + BITS and widths.max() <= LONGEST.ns
        data = np.packbits(widths[HEAD:] > ONE.ns).tobytes() if is_whole else b""
        readings.append(DhtReading(at_ns, data))
        if is_whole:
            answers.append((answer.at_ns[HEAD - 1], answer.at_ns[HEAD + BITS - 1] + widths[-1]))
    spans = np.array(answers, np.int64).reshape(-1, 2)
    refuse_driven(signal, spans[:, 0], spans[:, 1])
    return readings
