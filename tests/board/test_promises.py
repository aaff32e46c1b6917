"""What an answer tells the board about the future: nothing that a program could use."""

import pytest

from hardware.bench.board.virtual_board import PROMISE_NS, VirtualBoard
from tests.support import rig

BUSY = "n = 0\nwhile True: n += 1\n"
PRESS_MS, RUN_MS = 2500.0, 5000.0


def test_the_horizon_does_not_tell_when_a_button_is_pressed(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board knows the next press only as the end of one of many promises; the others end
    where nothing happens."""
    promises: list[tuple[int, int]] = []
    granted = VirtualBoard.answer

    def answer(self: VirtualBoard, horizon_ns: int, flags: int) -> None:
        promises.append((self.now_ns, horizon_ns))
        granted(self, horizon_ns, flags)

    monkeypatch.setattr(VirtualBoard, "answer", answer)
    press_ns = round(PRESS_MS * rig.MS)
    rig.play(family, BUSY, RUN_MS, [rig.Hand(PRESS_MS, "btn", "pressed", 1)])
    lengths = [end - start for start, end in promises if start < press_ns]
    assert len(lengths) > 30
    assert sum(end == press_ns for _, end in promises) == 1
    assert 0.5 < sum(lengths) / len(lengths) / PROMISE_NS < 2
    assert max(lengths) < 10 * PROMISE_NS
