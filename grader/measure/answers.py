"""Answers: what a part sent on a wire. What the program drove there itself is refused.

There is a trust boundary here. Program and part can drive the same wire: ECHO of an HC-SR04, SDA
of a DHT22, a 1-Wire bus, MISO, the input of a converter. So a level does not show who sent it:

- what the scenario knows (`run.data`) is true; a check uses it where it can;
- a level is the answer of a part only while the program drives no pin on that wire. The trace has
  the times in which the program drives a wire (`Signal.driven`). They come from the same records
  by which the bench changes the circuit, so no program can drive a wire without them. Each
  function of `grader.measure` that reads an answer from a wire calls `refuse_driven`;
- the result of a call (I2C, a selected SPI part, UART, the network) comes from the bench. The
  program cannot make it;
- lines of serial output are only what the program says.

Nobody has to catch `DrivenWire`: the check then has no points, and its key is `driven_wire`.
"""

from grader.lab.signal import Signal
from grader.measure.times import Times


class DrivenWire(Exception):
    """The program drove a wire where a part should have answered. The text is the pin's role."""


def refuse_driven(wire: Signal, from_ns: Times, to_ns: Times, longest_ns: int = 0) -> None:
    """Refuse answers that came in these spans (ns since t = 0) if the program drove the wire in
    one of them for more than `longest_ns`: on some buses the program begins each bit of an
    answer.

    Raises: DrivenWire."""
    if wire.driven is not None and (wire.driven.high_ns(from_ns, to_ns) > longest_ns).any():
        raise DrivenWire(wire.role)
