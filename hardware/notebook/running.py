"""Run cells on the board: output is shown as it comes, and the stop button reaches the board."""

import os
from contextlib import suppress

from hardware.errors import BoardTimeout, DeviceError, HardwareError
from hardware.i18n import _, reason
from hardware.notebook import hints, stray_characters
from hardware.notebook.cell_failure import MAIN, CellFailed, explain
from hardware.notebook.cell_output import CellOutput, WithoutLastTraceback
from hardware.notebook.input_box import answering
from hardware.notebook.session import CELL, blank_lines, current, programs
from hardware.wire.board import Board

WATCH_S = 10.0
"""How long the output of a saved program is shown; then the notebook goes on, so that "Run All"
ends."""


def print_note(text: str) -> None:
    """Print a line of ours; the dot marks that it is not output of the board."""
    print(f"· {text}")


def print_saved(name: str, size: int) -> None:
    """Print that a file is on the board."""
    print_note(_("{name}: {size} bytes on the board").format(name=name, size=f"{size:,}"))


def run_cell(
    magic: str, body: str, timeout_s: float | None = None, *, background: bool = False
) -> None:
    """Run a `%%board` cell; `magic` is its first line, with the blank lines above it.

    Args:
        timeout_s: stop it after this time; None: never.
        background: only start it; `board.serial` has its output.

    Raises:
        CellFailed: what went wrong, with lines of the cell.
    """
    cell = f"{magic}\n{body}"
    _keep(CELL, magic, body)
    try:
        stray_characters.check(cell)
        # Line breaks in front: line n on the board is line n of the cell.
        lead = "\n" * (magic.count("\n") + 1)
        board = current.need_board()
        _note_pause()
        current.note_program(body)
        if background:
            if found := hints.syntax_hint(cell):
                place = _("cell line {number}").format(number=found[0])
                raise CellFailed([f"{place}: {found[1]}"])
            board.exec_detached(lead + body)
            print_note(_("it runs in the background: board.serial has its output and its errors"))
            return
        with CellOutput() as output, answering(body):
            board.run(lead + body, timeout_s=timeout_s, on_output=output.write)
    except BoardTimeout as error:
        if timeout_s is None:
            raise explain(error, cell) from None
        print_note(_("the time is over: {s:g} s (--timeout)").format(s=timeout_s))
        raise stopped() from None
    except HardwareError as error:
        raise explain(error, cell) from None
    except KeyboardInterrupt:
        raise stopped() from None
    finally:
        _report_faults()


def run_expression(expression: str) -> object:
    """The value of an expression on the board.

    Raises:
        CellFailed: what went wrong.
    """
    try:
        return current.need_board().eval(expression, timeout_s=None)
    except HardwareError as error:
        raise explain(error, expression) from None
    except ValueError as error:
        cure = _("Ask for a number, a text, or a list of them.")
        raise explain(HardwareError(str(error), cure)) from None
    except KeyboardInterrupt:
        raise stopped() from None


def run_program(magic: str, name: str, body: str, *, detach: bool, watch_s: float | None) -> None:
    """Save a `%%board main.py` cell as that file on the board and restart the board with it.

    Args:
        detach: show no output.
        watch_s: how long to show its output; None: until it ends.

    Raises:
        CellFailed: what went wrong, with lines of the cell.
    """
    cell = f"{magic}\n{body}"
    _keep(name, magic, body)
    # Stock nbgrader runs every cell; the graded cells start the program on benches of their own.
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return
    try:
        stray_characters.check(cell)
        board = current.need_board()
        _note_pause()
        _save(board, name, body.encode())
        if name != MAIN:  # it prints nothing by itself
            print_saved(name, len(body.encode()))
        current.note_program(body if name == MAIN else "", fresh=True)
        if detach:
            board.boot_detached()
            print_note(_("{name} starts; %bench shows what it prints").format(name=name))
        else:
            hint = _(
                "{name} reads lines: type them in the console of %bench, or run "
                "board.serial.write('...\\r') in the next cell"
            )
            with answering(body, hint.format(name=name)):
                _watch(board, name, watch_s)
    except HardwareError as error:
        raise explain(error, cell, name, shift=1 + blank_lines[name]) from None
    except OSError as error:  # of the board's file system
        cause = _("The board cannot save {name}: {error}.").format(name=name, error=reason(error))
        folder = name.rpartition("/")[0]
        cure = _("Make the folder first: %files mkdir {name}").format(name=folder)
        raise explain(HardwareError(cause, cure if folder else "")) from None
    except KeyboardInterrupt:
        raise stopped() from None
    finally:
        _report_faults()


def _note_pause() -> None:
    """Say why nothing will happen while the bench is paused."""
    if current.bench and current.bench.paused:
        print_note(_("the bench is paused: its button Pause lets it go on"))


def _keep(name: str, magic: str, body: str) -> None:
    """Note the text of a cell, as the last one."""
    programs.pop(name, None)
    programs[name], blank_lines[name] = body, magic.count("\n")


def _save(board: Board, name: str, text: bytes) -> None:
    """Save a file on the board, whatever state the last program left it in.

    Raises: BoardTimeout, DeviceError and others when the file is not saved.
    """
    current.note_file(name, text)
    try:
        board.files.put(name, text)
    except BoardTimeout:  # the program ignores Ctrl-C, sleeps deeply, or resets the chip at once
        if current.bench is None:
            raise
        _reset_to_prompt()
        board.files.put(name, text)
    except DeviceError as error:  # the program left no free memory, and its names still use it
        if not str(error).startswith("MemoryError"):
            raise
        board.soft_reset()
        board.files.put(name, text)


def reset() -> None:
    """Reset the board. A virtual board whose main.py takes the prompt starts without it.

    Raises: BoardTimeout when a real board does not come to its prompt.
    """
    try:
        current.need_board().reset()
        current.note_program("", fresh=True)
        print_note(_("the board was reset"))
    except BoardTimeout:
        if current.bench is None:
            raise
        _reset_to_prompt()


def _reset_to_prompt() -> None:
    """Reset a virtual board whose program nothing stops, and say so."""
    current.reset_to_prompt()
    current.note_program("", fresh=True)
    print_note(
        _(
            "the board did not come to its prompt: it was reset without main.py; all its files "
            "are there, and the next reset starts main.py again"
        )
    )


def _watch(board: Board, name: str, watch_s: float | None) -> None:
    with CellOutput() as output:
        held = WithoutLastTraceback(output.write)
        try:
            board.boot(timeout_s=watch_s, on_output=held.add)
        except DeviceError:
            raise
        except BoardTimeout:
            held.pass_on()
            print_note(_("{name} is still running on the board").format(name=name))
        except BaseException:
            held.pass_on()
            raise
        else:
            held.pass_on()


def _report_faults() -> None:
    """Print what would damage a real board, each fault once per cell."""
    if current.bench:
        with suppress(HardwareError):  # a broken bench was reported already
            faults = current.bench.faults()
            for fault in dict.fromkeys(map(str, faults[current.faults_reported :])):
                print_note(fault)
            current.faults_reported = len(faults)


def stopped() -> CellFailed:
    """The end of a cell after the stop button; says what became of the program."""
    board = current.need_board()
    if current.bench:
        current.bench.go_on()  # a paused board takes no Ctrl-C
    try:
        board.stop()
    except BoardTimeout:
        if current.bench is None:
            return CellFailed(
                [
                    _("the program ignores Ctrl-C and still runs on the board"),
                    _("Reset it: %board reset, or the button EN, RST or RUN on the board."),
                ]
            )
        return _stopped_by_reset(board)
    return CellFailed([_("stopped; the board is ready for the next cell")])


def _stopped_by_reset(board: Board) -> CellFailed:
    try:
        board.reset()
    except BoardTimeout:  # it is main.py, which starts again
        _reset_to_prompt()
        return CellFailed([_("stopped; the board is ready for the next cell")])
    return CellFailed(
        [
            _(
                "stopped by a reset, because the program ignores Ctrl-C; the board has its files, "
                "and the names of earlier cells are gone"
            )
        ]
    )
