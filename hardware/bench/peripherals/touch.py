"""The ESP32's touch sensor: how often it could charge what hangs on a pad (TRM 31.3, "Touch
Sensor").
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
"""What a bare pad counts, about; a plate and its wire make it less, a finger much less. Figures
that people report for a DevKit; the data sheet has none."""
PLATE = 700
FINGER = 120
SCATTER = 6
"""Counts by which one measurement differs from the next."""


class Touch(Peripheral):
    """Counts for the plates on a pad's net; other parts on it are not weighed."""

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
