"""The calls of one board: each goes to the peripheral that answers it, and into the trace."""

from hardware.bench.peripherals import find
from hardware.bench.peripherals.peripheral import (
    LEAST_STATUS,
    MOST_BUSY_NS,
    MOST_BYTES,
    MOST_STATUS,
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames
from hardware.bench.trace.recorder import Recorder


class PeripheralBus:
    """The peripherals of one board. Each is made when it is needed for the first time."""

    def __init__(self, host: PeripheralHost, recorder: Recorder) -> None:
        self._host = host
        self._recorder = recorder
        self._peripherals: dict[type[Peripheral], Peripheral] = {}
        self._by_op: dict[int, Peripheral] = {}
        self._telling: list[Peripheral] = []
        """Those that may tell the board an answer in advance."""
        self.interrupts = 0
        """Bit n: channel n has something that the board has not fetched."""

    def set_interrupt(self, channel: int, pending: bool) -> None:
        """Sets or clears the bit of a channel."""
        bit = 1 << channel
        self.interrupts = self.interrupts | bit if pending else self.interrupts & ~bit

    def call(self, op: int, b: int, c: int, data: bytes) -> Answer:
        """Answers a call with its bytes, now. Raises: BadCallError."""
        if len(data) > MOST_BYTES:
            raise BadCallError("a call with too many bytes")
        peripheral = self._by_op.get(op) or self._connect(op)
        now = self._host.now_ns
        answer = peripheral.call(Call(op, b, c, data, now))
        assert LEAST_STATUS <= answer.status <= MOST_STATUS and len(answer.data) <= MOST_BYTES
        assert 0 <= answer.busy_ns <= MOST_BUSY_NS
        result = frames.REC_RESULT, op, answer.status & 0xFFFF, answer.busy_ns, now
        self._recorder.note_with(answer.data, *result)
        return answer

    def told(self) -> tuple[int, bytes]:
        """What the next grant tells the board about answers to its calls: bits of its flags, and
        the bytes that come with them, in the order of the flags."""
        told: dict[int, bytes] = {}
        for peripheral in self._telling:
            told.update(peripheral.told())
        return sum(told), b"".join([told[flag] for flag in sorted(told)])

    def do_posted(self, op: int, b: int, c: int, data: bytes) -> Answer:
        """Does a call for whose answer the board did not wait, now. Raises: BadCallError.

        A trust boundary: only calls of some kinds come so, and a board that was not told the
        answer gets none."""
        peripheral = self._by_op.get(op) or self._connect(op)
        if not peripheral.may_be_told(Call(op, b, c, data, self._host.now_ns)):
            raise BadCallError("a call without a wait for its answer")
        return self.call(op, b, c, data)

    def get(self, kind: type[Peripheral]) -> Peripheral:
        """The board's peripheral of a kind."""
        if kind not in self._peripherals:
            self._peripherals[kind] = kind(self._host)
            if kind.TELLS:
                self._telling.append(self._peripherals[kind])
        return self._peripherals[kind]

    def reset(self) -> None:
        """The board has gone off, or starts again."""
        self.interrupts = 0
        for peripheral in self._peripherals.values():
            peripheral.reset()

    def _connect(self, op: int) -> Peripheral:
        kind = find(op)
        if kind is None:
            raise BadCallError(f"a call {op} that nobody answers")
        self._by_op[op] = self.get(kind)
        return self._by_op[op]
