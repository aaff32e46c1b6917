"""`machine.I2S`: sound output. No part of the bench plays it; it is in the trace."""

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.peripherals.peripheral import Answer, BadCallError, Call, Peripheral
from hardware.bench.protocol import frames

IS_32, IS_STEREO = 1 << 30, 1 << 31
RATE = (1 << 24) - 1
"""Mask of the frames per second."""


class Sound(Peripheral):
    """Takes the samples. The board itself keeps their times."""

    CALLS = (frames.CALL_I2S,)

    def call(self, call: Call) -> Answer:
        frame = (4 if call.c & IS_32 else 2) * (2 if call.c & IS_STEREO else 1)
        if call.b >> 8 >= GPIOS or not call.c & RATE or len(call.data) % frame:
            raise BadCallError("sound with impossible values")
        return Answer()
