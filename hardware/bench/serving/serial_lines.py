"""The serial lines of all boards of a live bench: a switchboard and a flash image for each."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from hardware.bench.diagram import suggest
from hardware.bench.flash import Flash
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.switchboard import Switchboard
from hardware.boards import BoardType
from hardware.errors import HardwareError
from hardware.i18n import _


class Lines:
    """By board id. Not thread-safe: they belong to the bench's thread."""

    def __init__(self, bench: InteractiveBench, baud: int | None) -> None:
        self._boards = {key: self._line(bench, key, baud) for key in bench.boards}

    def _line(self, bench: InteractiveBench, board: str, baud: int | None) -> Switchboard:
        def send(data: bytes) -> None:
            bench.soon(lambda: bench.send(data, board=board))

        line = Switchboard(baud, send, lambda: bench.reset(board=board))
        bench.on_output(line.from_board, board)
        return line

    def of(self, board: str) -> Switchboard:
        """A board's line; the first one's without an id. Raises: HardwareError when there is none
        such."""
        if board and board not in self._boards:
            what = _("there is no board {board} on the bench").format(board=repr(board))
            raise HardwareError(what, suggest(board, self._boards))
        return self._boards[board] if board else next(iter(self._boards.values()))

    def serve(self) -> None:
        """Everything that can be done without waiting."""
        for line in self._boards.values():
            line.serve()

    def send_on(self) -> None:
        """Pass on what the boards have said."""
        for line in self._boards.values():
            line.send_on()

    def lags(self) -> bool:
        """Whether the bench shall pause: a client is behind, or a wire is slower than its
        board."""
        return any([line.lags() for line in self._boards.values()])

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for line in self._boards.values() for entry in line.watch()]

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [line.idle_s() for line in self._boards.values()]
        return min((time for time in times if time is not None), default=None)

    def close(self) -> None:
        """Close all ways to all boards."""
        for line in self._boards.values():
            line.close()


def flashes(boards: Mapping[str, BoardType], file: str | Path | None) -> dict[str, Flash]:
    """The flash of each board: the first one's in the file, the others' beside it, with their ids
    before the suffix; without a file in memory. Raises: HardwareError."""
    made: dict[str, Flash] = {}
    with ExitStack() as stack:
        for board_id, board in boards.items():
            path = Path(file) if file else None
            if path and made:
                path = path.with_stem(f"{path.stem}-{board_id}")
            made[board_id] = stack.enter_context(Flash(board, path))
        stack.pop_all()
    return made
