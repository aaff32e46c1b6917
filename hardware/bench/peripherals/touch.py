"""The ESP32's touch sensor: it counts how often it can charge what is wired to a pad (TRM 31.3,
"Touch Sensor"). The port makes the time that an S2 or S3 counts from it.
"""

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.parts.touch_plate import TouchPlate
from hardware.bench.peripherals.peripheral import (
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

OPEN = 1_000
"""About the count of a bare pad. A plate and its wire make it less, a finger much less. These are
values that people report for a DevKit; the data sheet has none."""
PLATE = 700
FINGER = 120
SCATTER = 6
"""Random difference between two measurements, in counts."""


class Touch(Peripheral):
    """Counts for the touch plates on a pad's net. Other parts there have no effect."""

    CALLS = (frames.CALL_TOUCH,)

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._chance = board.rng("touch")

    def call(self, call: Call) -> Answer:
        if call.b >= GPIOS:
            raise BadCallError("a touch of a pad that does not exist")
        return Answer(self._count(call.b) + self._chance.randint(-SCATTER, SCATTER))

    def _count(self, gpio: int) -> int:
        plates = self.board.circuit.parts_on(TouchPlate, lambda part: {"T": gpio})
        if not plates:
            return OPEN
        return FINGER if any(plate.values["touched"] for plate in plates) else PLATE
