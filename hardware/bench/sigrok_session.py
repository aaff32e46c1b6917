"""A trace as a session file of sigrok (`.sr`), which PulseView opens by itself, without questions.

The format is version 2 of sigrok's (https://sigrok.org/wiki/File_format:Sigrok/v2): a ZIP archive
with the names of the channels and the sample rate, and with all samples. A sample has a bit for
each channel. As in a VCD file for PulseView, the samples are those of a logic analyzer.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace
from hardware.bench.vcd import PinChanges, labels, sampled

PIECE = 1 << 22
"""Samples in one file of the archive; a reader has one of them in memory."""
LEVEL = 1
"""Of the compression: long pieces without an edge become small at every level."""
METADATA = """\
[global]
sigrok version=0.5.2

[device 1]
capturefile=logic-1
total probes={count}
samplerate={rate_mhz} MHz
total analog=0
{probes}
unitsize={unit_size}
"""


def write_session(file: Path, trace: Trace, names: Sequence[str], window: TimeWindow) -> int:
    """Write the levels of the named pins in a part of time (virtual ns); the first sample is at
    its start. Returns the length of a sample in ns.

    Raises: OSError when the file cannot be written.
    """
    signals, unit_ns = sampled(trace, names, window)
    metadata = METADATA.format(
        count=len(names),
        rate_mhz=1000 // unit_ns,
        probes="\n".join(f"probe{n}={label}" for n, label in enumerate(labels(names), 1)),
        unit_size=_unit_size(signals),
    )
    with ZipFile(file, "w") as archive:
        _add(archive, "version", b"2")
        _add(archive, "metadata", metadata.encode())
        for number, piece in enumerate(_pieces(signals, window, unit_ns), 1):
            _add(archive, f"logic-1-{number}", piece)
    return unit_ns


def _add(archive: ZipFile, name: str, data: bytes) -> None:
    """The entry has no date: one trace always gives the same file."""
    archive.writestr(ZipInfo(name), data, ZIP_DEFLATED, LEVEL)


def _pieces(signals: Sequence[PinChanges], window: TimeWindow, unit_ns: int) -> Iterator[bytes]:
    """All samples: the first signal is bit 0 of the first byte."""
    first, last = (t_ns // unit_ns for t_ns in window)
    places = [signal.edges.t_ns // unit_ns - first for signal in signals]
    count = max(1, last - first)
    for begin in range(0, count, PIECE):
        end = min(begin + PIECE, count)
        samples = np.zeros((end - begin, _unit_size(signals)), np.uint8)
        for bit, (signal, at) in enumerate(zip(signals, places, strict=True)):
            starts = np.clip(at, begin, end)
            starts[0] = begin
            lengths = np.diff(starts, append=end)
            levels = np.repeat(signal.edges.level.astype(np.uint8), lengths)
            samples[:, bit // 8] |= levels << (bit % 8)
        yield samples.tobytes()


def _unit_size(signals: Sequence[PinChanges]) -> int:
    """Bytes of a sample."""
    return -(-len(signals) // 8)
