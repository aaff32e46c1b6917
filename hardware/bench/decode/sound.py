"""Sound: what was sent by `machine.I2S`, as samples."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hardware.bench.decode.calls import calls
from hardware.bench.peripherals.sound import IS_32, IS_STEREO, RATE
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class SoundData(NamedTuple):
    """A piece of sound, as it went into the chip's buffer."""

    t_ns: int
    number: int
    sd: int
    rate_hz: int
    samples: NDArray[np.int16] | NDArray[np.int32]
    """(frames, channels)."""


def sound(trace: Trace, sd: int | str | None = None) -> list[SoundData]:
    """What was sent on all data pins, or on this one, in pieces of up to 1024 bytes."""
    wanted = None if sd is None else trace.gpio(sd)
    return [
        SoundData(
            call.t_ns, call.b & 0xFF, call.b >> 8, call.c & RATE, _samples(call.c, call.data)
        )
        for call in calls(trace, frames.CALL_I2S)
        if wanted is None or call.b >> 8 == wanted
    ]


def _samples(how: int, data: bytes) -> NDArray[np.int16] | NDArray[np.int32]:
    channels = 2 if how & IS_STEREO else 1
    if how & IS_32:
        return np.frombuffer(data, np.int32).reshape(-1, channels)
    return np.frombuffer(data, np.int16).reshape(-1, channels)
