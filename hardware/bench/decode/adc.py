"""ADC: the conversions of a pin, with the voltage at the pin."""

from typing import NamedTuple

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Times
from hardware.bench.trace.trace import Trace


class AdcConversions(NamedTuple):
    """The conversions of one pin in columns: time (virtual ns), and microvolts at the pin."""

    t_ns: Times
    microvolts: Times


def conversions(trace: Trace, pin: int | str) -> AdcConversions:
    """The conversions of a pin, with the voltage that the chip measured. The value that the
    program computed from it is not here.

    While the voltage does not change, a trace holds at most 16 conversions of each millisecond.
    """
    records = trace.records
    kinds = (frames.REC_CONVERTED, frames.REC_CONVERT)
    rows = records[np.isin(records["kind"], kinds) & (records["a"] == trace.gpio(pin))]
    values = np.flatnonzero(rows["kind"] == frames.REC_CONVERTED)
    # A hostile program may leave out the first value.
    first = values[0] if len(values) else len(rows)
    source = values[np.searchsorted(values, np.arange(first, len(rows)), side="right") - 1]
    return AdcConversions(rows["t"][first:].astype("int64"), rows["c"][source].astype("int64"))
