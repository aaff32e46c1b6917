"""ADC: when a pin was converted, and the voltage that it had then."""

from typing import NamedTuple

from hardware.bench import frames
from hardware.bench.tracing.records import Times
from hardware.bench.tracing.trace import Trace


class Conversions(NamedTuple):
    """The conversions of one pin in columns: when (virtual ns), and microvolts at the pin."""

    t_ns: Times
    microvolts: Times


def conversions(trace: Trace, pin: int | str) -> Conversions:
    """Every conversion of a pin, as the chip saw it: what the program makes of it is not here."""
    records = trace.records
    rows = records[(records["kind"] == frames.REC_CONVERTED) & (records["a"] == trace.gpio(pin))]
    return Conversions(rows["t"].astype("int64"), rows["c"].astype("int64"))
