"""ADC: when a pin was converted, and the voltage that it had then."""

from typing import NamedTuple

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Times
from hardware.bench.trace.trace import Trace


class AdcConversions(NamedTuple):
    """The conversions of one pin in columns: when (virtual ns), and microvolts at the pin."""

    t_ns: Times
    microvolts: Times


def conversions(trace: Trace, pin: int | str) -> AdcConversions:
    """The conversions of a pin, as the chip saw it: what the program makes of it is not here.

    While the voltage stands still, no more than 16 of a millisecond are in a trace.
    """
    records = trace.records
    kinds = (frames.REC_CONVERTED, frames.REC_CONVERT)
    rows = records[np.isin(records["kind"], kinds) & (records["a"] == trace.gpio(pin))]
    answers = np.flatnonzero(rows["kind"] == frames.REC_CONVERTED)
    asked = answers[0] if len(answers) else len(rows)  # who took the board over may say anything
    source = answers[np.searchsorted(answers, np.arange(asked, len(rows)), side="right") - 1]
    return AdcConversions(rows["t"][asked:].astype("int64"), rows["c"][source].astype("int64"))
