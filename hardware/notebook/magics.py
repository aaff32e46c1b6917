"""The magics `%board`, `%%board`, `%bench` and `%wave`.

%board connect esp32        a virtual board; or a device, socket://…, rfc2217://…
%board connect diagram.json a bench of your own
%board use pico             run the next cells on another board of the bench
%board list | status | reset | interrupt
%board check [main.py]      find wrong names and arguments in the last board cell, or in that one
x = %board adc.read_u16()   the value of an expression on the board
%%board [--timeout 5s] [--background]
                            run this cell on the board; in the background it goes on while other
                            Python cells run, and `board.serial` has its output
%%board main.py [--detach] [--seconds N]
                            save this cell as that file and restart the board
%bench                      what is on the bench, alive: buttons, sliders and consoles act
%bench lint                 what is wrong with the wiring, and where
%bench press BTN_1 80ms     press a button, by label or id; a key of a part: press pad1 5 80ms
%bench set pot1 position 0.4
%wave [SIGNAL …] [--last 2s]    what the pins did before the last edge, and the number of edges
%wave [SIGNAL …] --from 1.5s --to 2s
"""

import re
import shlex
from collections.abc import Callable
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.notebook import type_check, views
from hardware.notebook.arguments import BOARD
from hardware.notebook.cell_failure import explain
from hardware.notebook.controls import moved_by
from hardware.notebook.running import (
    WATCH_S,
    print_note,
    reset,
    run_cell,
    run_expression,
    run_program,
)
from hardware.notebook.session import available, current

PRESS_S = 0.1
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|)")
CELL_FORM = "%%board [--timeout 5s] [--background] | %%board main.py [--detach] [--seconds 10]"
_EXPRESSION = re.compile(r"[(\[{.+*/%<>=\"']")
"""A sign that is in most expressions; names of boards have none."""
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0}


@magics_class
class BoardMagics(Magics):
    """The board of this notebook; host cells find it as `board` (`board.serial.write(...)`)."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._blank = 0
        """Blank lines above the magic of the running cell: IPython does not pass them on."""
        shell.events.register("pre_run_cell", self._begin)
        shell.register_magic_function(_not_first_line, "line", "%board")

    def _begin(self, info: Any) -> None:
        text = str(info.raw_cell)
        self._blank = text[: len(text) - len(text.lstrip())].count("\n")

    @line_cell_magic
    def board(self, line: str, cell: str | None = None) -> object:
        """Connect a board, run cells on it, reset it; `%board` alone prints its status, and
        `%board f(x)` has the value of that expression on the board."""
        value = None
        if cell is not None:
            self._run(line, cell)
        elif line.split(" ")[0] not in BOARD and _EXPRESSION.search(line):
            value = run_expression(line)
        else:
            _guard(lambda: self._board_line(_words(line)))
        self._share()
        return value

    @line_magic
    def bench(self, line: str) -> None:
        """Show the virtual bench, or move its controls."""
        _guard(lambda: _bench_line(_words(line)))
        self._share()

    @line_magic
    def wave(self, line: str) -> None:
        """Show a waveform of pins."""
        _guard(lambda: _wave_line(_words(line)))

    def _run(self, line: str, cell: str) -> None:
        magic = "\n" * self._blank + f"%%board {line}".rstrip()
        try:
            words = _words(line)
            is_program = any(word.endswith(".py") for word in words)
            program = _program_line(words) if is_program else None
            timeout_s, background = (None, False) if is_program else _cell_line(words)
        except HardwareError as error:
            raise explain(error) from None
        if program:
            name, watch_s, detach = program
            run_program(magic, name, cell, detach=detach, watch_s=watch_s)
        else:
            run_cell(magic, cell, timeout_s, background=background)

    def _board_line(self, words: list[str]) -> None:
        verb, rest = (words[0], words[1:]) if words else ("status", [])
        if verb == "connect" and len(rest) == 1:
            current.connect(rest[0])
            print_note(_("connected to {url}").format(url=current.url))
            if current.proposed and current.is_bare():
                print_note(
                    _("this board has no parts: to return to the lab's bench, run its %lab cell")
                )
        elif verb == "use" and len(rest) == 1:
            current.use(rest[0])
            print_note(_("cells run on {board} now").format(board=rest[0]))
        elif verb == "list" and not rest:
            for url, title in available():
                print(f"{url:32} {title}")
        elif verb == "status" and not rest:
            _status()
        elif verb == "reset" and not rest:
            reset()
        elif verb == "interrupt" and not rest:
            current.need_board().interrupt()
        elif verb == "check" and len(rest) <= 1:
            _check(*rest)
        else:
            form = (
                "%board connect URL | use BOARD | list | status | reset | interrupt | check | "
                "EXPRESSION"
            )
            raise _usage(form)

    def _share(self) -> None:
        if self.shell is not None and current.board is not None:
            self.shell.push({"board": current.board})


def _not_first_line(_line: str) -> None:
    """`%%board` below other lines, where IPython takes it for a line magic."""
    cause, cure = _("%%board is not the first line."), _("Move it to the top of the cell.")
    raise explain(HardwareError(cause, cure))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        cause = _("A quotation mark is not closed in the first line.")
        raise HardwareError(cause, _("Close it, or delete it.")) from None


def _cell_line(words: list[str]) -> tuple[float | None, bool]:
    """The words behind `%%board` without a file: `--timeout` in seconds, and `--background`."""
    timeout = _option(words, "--timeout")
    if any(word not in ("--background", "--timeout", timeout) for word in words):
        raise _usage(CELL_FORM)
    return seconds(timeout) if timeout else None, "--background" in words


def _program_line(words: list[str]) -> tuple[str, float, bool]:
    """The words behind `%%board`: file name, seconds to show output, `--detach`."""
    watch_s = seconds(_option(words, "--seconds") or str(WATCH_S))
    name = next(word for word in words if word.endswith(".py"))
    known = [name, "--detach", "--seconds", _option(words, "--seconds")]
    if any(word not in known for word in words):
        raise _usage(CELL_FORM)
    if name != "main.py" and name.lower() == "main.py":
        cause = _("The board starts main.py, not {name}.").format(name=name)
        raise HardwareError(cause, _("Write the name in lower case."))
    return name, watch_s, "--detach" in words


def _check(name: str = "") -> None:
    """Print what the check of a cell finds."""
    for finding in (findings := type_check.check(name)):
        print(finding)
    if not findings:
        print_note(_("nothing wrong was found"))


def _status() -> None:
    if current.board is None:
        print_note(
            _("no board yet; %board connect esp32 gives a virtual one, %board list shows all")
        )
        return
    current.board.check_line()
    print_note(_("connected to {url}").format(url=current.url))
    if current.bench:
        snapshot = current.bench.snapshot()
        state = snapshot.ended or _("running")
        print_note(
            _("virtual time {s:.3f} s, {state}").format(s=snapshot.now_ns / 1e9, state=state)
        )


def _bench_line(words: list[str]) -> None:
    bench = current.need_bench()
    if not words:
        views.show_bench(bench, current.widget_server())
    elif words == ["lint"]:
        views.show_lint(bench)
    elif words[0] == "press" and len(words) in (2, 3, 4):
        _press(bench, moved_by(current, words[1]), words[2:])
    elif words[0] == "set" and len(words) == 4:
        bench.control(moved_by(current, words[1]), words[2], _number(words[3]))
    elif words == ["reset"]:
        bench.reset()
    else:
        form = "%bench | lint | press PART [KEY] [80ms] | set PART CONTROL VALUE | reset"
        raise _usage(form)


def _press(bench: LiveBench, part: str, words: list[str]) -> None:
    """Press a button, or a named key of a part that has several keys."""
    keys = bench.snapshot().controls.get(part, {})
    key = words[0] if words and words[0] in keys else "pressed"
    rest = words[1:] if key in words else words
    if len(rest) > 1:
        bench.control(part, rest[0], 0)  # its error lists the keys
    if rest and rest[0].isdecimal():  # 80 is meant as 80 ms, and would be 80 s
        raise HardwareError(
            _("{text!r} has no unit.").format(text=rest[0]), _("Write it as 80ms or 1.5s.")
        )
    bench.press(part, seconds(rest[0]) if rest else PRESS_S, key)


def _wave_line(words: list[str]) -> None:
    names, between = list(words), {}
    for option in ("--last", "--from", "--to"):
        if (value := _option(words, option)) is not None:
            between[option] = seconds(value)
            at = names.index(option)
            del names[at : at + 2]
    if any(name.startswith("--") for name in names):
        raise _usage("%wave [SIGNAL …] [--last 2s | --from 1.5s --to 2s]")
    part = views.WavePart(between.get("--last"), between.get("--from"), between.get("--to"))
    views.show_wave(current.need_bench(), names, part, current.roles, current.board_id)


def _option(words: list[str], name: str) -> str | None:
    """The value of an option; None when it is not there."""
    if name not in words:
        return None
    at = words.index(name) + 1
    if at >= len(words):
        raise _usage(f"{name} 2s")
    return words[at]


def seconds(text: str) -> float:
    """Seconds of `80ms`, `1.5s`, `250us`, or of a bare number.

    Raises:
        HardwareError: the text is not a duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise HardwareError(
            _("{text!r} is not a duration.").format(text=text), _("Write it as 80ms or 1.5s.")
        )
    return float(match[1]) * _SECONDS[match[2]]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HardwareError(
            _("{text!r} is not a number.").format(text=text), _("Write it as 0.4 or 1.")
        ) from None


def _usage(form: str) -> HardwareError:
    return HardwareError(_("Unknown form of this command."), _("Write: {form}").format(form=form))


def _guard(work: Callable[[], None]) -> None:
    """Show a known error as one line of cause and one line of cure."""
    try:
        work()
    except HardwareError as error:
        raise explain(error) from None
