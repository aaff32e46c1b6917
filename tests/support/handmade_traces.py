"""Hand-made traces, for tests of measurements."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.lab.episode import Episode
from grader.lab.run import Run
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import RECORD, pack_text
from hardware.bench.trace.trace import Trace

MS = 1_000_000
PINS = {"LED_R": 1, "LED_Y": 2, "LED_G": 3}


def trace(
    levels: Mapping[str, Sequence[tuple[float, int]]] | None = None,
    lines: Sequence[tuple[float, str]] = (),
    *,
    raises: Sequence[tuple[float, str]] = (),
    given: Sequence[tuple[float, float, str]] = (),
    ended: tuple[float, int] | None = None,
    main_end_ms: float | None = None,
    end_ms: float = 10_000,
) -> Trace:
    """A board whose pins are outputs from the start; times in ms from power-on. A call of a given
    function has a start, an end and a text."""
    rows = [(frames.REC_POWER, 0, 0, 1, 0), (frames.REC_STATE, frames.STATE_BOOT, 0, 0, 0)]
    rows += [(frames.REC_MODE, gpio, frames.MODE_OUT, 0, 0) for gpio in PINS.values()]
    for role, changes in (levels or {}).items():
        rows += [(frames.REC_OUT, PINS[role], 0, level, round(t * MS)) for t, level in changes]
    if main_end_ms is not None:
        rows.append((frames.REC_STATE, frames.STATE_MAIN_END, 0, 0, round(main_end_ms * MS)))
    if ended:
        rows.append((frames.REC_POWER, 0, ended[1], 0, round(ended[0] * MS)))
    packed = np.array(rows, RECORD).tobytes()
    for t, text in lines:
        packed += pack_text(frames.REC_TX, f"{text}\r\n".encode(), round(t * MS))
    for t, text in raises:
        packed += pack_text(frames.REC_EXC, text.encode(), round(t * MS))
        packed += np.array([(frames.REC_EXC, 0, 0, 0, round(t * MS))], RECORD).tobytes()
    for start, end, text in given:
        packed += pack_text(frames.REC_GIVEN, text.encode(), round(end * MS))
        took_us = round((end - start) * 1000)
        packed += np.array([(frames.REC_GIVEN, 0, 0, took_us, round(end * MS))], RECORD).tobytes()
    records = np.frombuffer(packed, RECORD)
    records = records[np.argsort(records["t"], kind="stable")]
    return Trace("esp32_devkit_c_v4", records, end_ns=round(end_ms * MS))


def run(made: Trace, *, ready_ms: float | None = 0, data: Mapping[str, Any] | None = None) -> Run:
    """A run of it whose t = 0 is `ready_ms`."""
    zero_ns = round((ready_ms or 0) * MS)
    ready_ns = None if ready_ms is None else zero_ns
    episode = Episode("main", seconds=(made.end_ns - zero_ns) / 1e9, data=data or {})
    return Run(episode, made, PINS, ready_ns, zero_ns, made.end_ns)
