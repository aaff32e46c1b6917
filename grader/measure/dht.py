"""What went over the wire of a DHT22: when it was asked, and what it answered."""

from dataclasses import dataclass

import numpy as np

from grader.lab.signal import Signal
from grader.lab.units import Celsius, Percent, us
from grader.measure.pulses import pulses

START = us(800)
"""The host holds the wire low for at least so long (AM2302 data sheet, table of timings)."""
BITS = 40
ONE = us(50)
"""A high of more than this is a 1: 70 µs, and 26 µs for a 0 (the same table)."""
LONGEST = us(200)
"""No high within an answer is as long as this; the rest between two readings is."""
HEAD = 2
"""Before the bits the wire is high until the sensor pulls it low, and once between its two
signs of presence."""


@dataclass(frozen=True)
class DhtReading:
    """One start pulse and the answer to it, as it was on the wire (all five bytes, or none)."""

    at_ns: int
    """When the start pulse began, since t = 0."""
    data: bytes

    @property
    def is_sound(self) -> bool:
        """Whether it answered, and its checksum is right."""
        return len(self.data) == BITS // 8 and sum(self.data[:4]) & 0xFF == self.data[4]

    @property
    def humidity(self) -> Percent | None:
        """Relative humidity; None without a sound answer."""
        value = int.from_bytes(self.data[:2], "big") / 10
        return Percent(value, self.at_ns) if self.is_sound else None

    @property
    def temperature(self) -> Celsius | None:
        """In °C, in steps of 0.1; None without a sound answer."""
        tenths = int.from_bytes(self.data[2:4], "big")
        value = (tenths & 0x7FFF) / (-10 if tenths & 0x8000 else 10)
        return Celsius(value, self.at_ns) if self.is_sound else None


def dht22(signal: Signal) -> list[DhtReading]:
    """Every start pulse on the wire, with what the sensor answered.

    What follows the answer is not its: a program can pull the wire, too.
    """
    starts = pulses(signal, False, shortest=START)
    highs = pulses(signal, True)
    ends = np.append(starts.at_ns, signal.end_ns)[1:]
    readings = []
    for at_ns, until_ns in zip(starts.at_ns.tolist(), ends.tolist(), strict=True):
        answer = highs.between(at_ns, until_ns).width_ns[: HEAD + BITS]
        is_whole = len(answer) == HEAD + BITS and answer.max() <= LONGEST.ns
        data = np.packbits(answer[HEAD:] > ONE.ns).tobytes() if is_whole else b""
        readings.append(DhtReading(at_ns, data))
    return readings
