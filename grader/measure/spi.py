"""SPI: what was sent to a chip while it was selected, and what it answered."""

from dataclasses import dataclass

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.measure.answers import refuse_driven
from hardware.bench.decode.spi import SpiTransfer
from hardware.bench.decode.spi import spi as decoded


@dataclass(frozen=True)
class SpiFrame:
    """All bytes on the bus while a chip was selected; times in ns since t = 0.

    `received` contains only the bytes that the program read.
    """

    at_ns: int
    end_ns: int
    sent: bytes
    received: bytes


def transfers(run: Run, sck: str | None = None) -> list[SpiTransfer]:
    """The transfers from t = 0 on, with times since then; with `sck` only those on the bus whose
    clock has that role. Each has its rate (`hz`) and `mode` (polarity * 2 + phase).

    Raises: DrivenWire when the program drove MISO during a transfer and read what came back. MISO
    needs a role for that."""
    clock = None if sck is None else run.pins[sck]
    return [one for one in run.once("spi", lambda: _decoded(run)) if clock in (None, one.sck)]


def _decoded(run: Run) -> list[SpiTransfer]:
    found = [
        one._replace(t_ns=one.t_ns - run.zero_ns, end_ns=one.end_ns - run.zero_ns)
        for one in decoded(run.trace, limit=MOST_CALLS)
        if one.t_ns >= run.zero_ns
    ]
    for role, gpio in run.pins.items():
        read = [(one.t_ns, one.end_ns) for one in found if one.received and one.miso == gpio]
        spans = np.array(read, np.int64).reshape(-1, 2)
        refuse_driven(run.signal(role), spans[:, 0], spans[:, 1])
    return found


def frames(run: Run, sck: str, cs: str) -> list[SpiFrame]:
    """What was sent each time that `cs` was low. Bytes while it was high are left out."""
    select = run.signal(cs)
    edges = np.append(select.t_ns, select.end_ns)
    made: dict[int, list[SpiTransfer]] = {}
    for one in transfers(run, sck):
        if not select.at(one.t_ns):
            index = int(np.searchsorted(select.t_ns, one.t_ns, side="right")) - 1
            made.setdefault(max(index, 0), []).append(one)
    return [
        SpiFrame(
            int(edges[index]),
            int(edges[index + 1]),
            b"".join(one.sent for one in inside),
            b"".join(one.received for one in inside),
        )
        for index, inside in made.items()
    ]
