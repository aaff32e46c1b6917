"""Sound: the samples that were sent with `machine.I2S`.

The layout of a call is that of `peripherals/sound.py`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hardware.bench.decode.calls import calls
from hardware.bench.peripherals.sound import IS_32, IS_STEREO, RATE
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace


class SoundData(NamedTuple):
    """A block of samples that went into the chip's buffer at a time (virtual ns)."""

    t_ns: int
    number: int
    sd: int
    rate_hz: int
    samples: NDArray[np.int16] | NDArray[np.int32]
    """(frames, channels)."""


def sound(trace: Trace, sd: int | str | None = None) -> list[SoundData]:
    """The sound on all data pins, or on this pin, in blocks of up to 1024 bytes."""
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
