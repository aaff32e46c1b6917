"""What takes most of the room in a trace: a pin, or a device that the program calls."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.payloads import STORED, Payloads
from hardware.bench.protocol.records import SIZE, Records

DEVICES = {
    frames.CALL_I2C: "I2C",
    frames.CALL_SPI: "SPI",
    frames.CALL_UART_SETUP: "UART",
    frames.CALL_UART_WRITE: "UART",
    frames.CALL_UART_READ: "UART",
    frames.CALL_BITSTREAM: "NeoPixel",
    frames.CALL_I2S: "I2S",
    frames.CALL_TOUCH: "TouchPad",
    frames.CALL_FLASH_READ: "flash",
    frames.CALL_ESPNOW_SWITCH: "ESP-NOW",
    frames.CALL_ESPNOW_SEND: "ESP-NOW",
    frames.CALL_ESPNOW_FETCH: "ESP-NOW",
}
"""What answers a call; all others are for the network."""
NETWORK = "WiFi"
OTHERS = {
    frames.REC_TX: "print",
    frames.REC_EXC: "print",
    frames.REC_GIVEN: "print",
    frames.REC_RX: "input",
    frames.REC_HEAP: "gc",
    frames.REC_SLEEP: "sleep",
    frames.REC_STATE: "reset",
    frames.REC_POWER: "reset",
    frames.REC_CONVERT: "ADC",
    frames.REC_CONVERTED: "ADC",
    frames.REC_NOTED: NETWORK,
}
"""Records of neither pins nor calls. All these words are those of programs, in any language."""

READ_AT_ONCE = 1 << 16


class Share(NamedTuple):
    """How much of a trace something takes."""

    name: str
    percent: int


def largest_share(logs: Iterable[Records], payloads: Payloads) -> Share:
    """What takes most of a trace that is not empty. Its records are read a few at a time: they
    fill most of the memory that there is."""
    taken: Counter[str] = Counter()
    left = payloads.sizes()
    for log in logs:
        for start in range(0, len(log), READ_AT_ONCE):
            rows = log[start : start + READ_AT_ONCE]
            sizes = np.full(len(rows), SIZE)
            stored = np.flatnonzero(rows["kind"] & STORED)
            numbers, first = np.unique(rows["c"][stored], return_index=True)
            sizes[stored[first]] += left[numbers]
            left[numbers] = 0
            whose = (rows["kind"] & (STORED - 1)).astype(np.int64) << 8 | rows["a"]
            for code, size in enumerate(np.bincount(whose, sizes).tolist()):
                if size:
                    taken[_name(code >> 8, code & 0xFF)] += round(size)
    ((name, most),) = taken.most_common(1)
    return Share(name, 100 * most // taken.total())


def _name(kind: int, a: int) -> str:
    if kind in (frames.REC_CALL, frames.REC_RESULT):
        return DEVICES.get(a, NETWORK)
    return OTHERS.get(kind) or f"GPIO {a}"
