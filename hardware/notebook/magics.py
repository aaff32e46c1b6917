"""The magics `%board`, `%%board` and `%bench`; `%board?` in a cell shows their forms."""

import ast
import re
from pathlib import Path
from posixpath import normpath
from typing import Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from hardware.bench.drawing.live_picture import LivePicture
from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import HardwareError
from hardware.i18n import _, both
from hardware.notebook import board_verbs, broker_verbs, type_check, views
from hardware.notebook.arguments import BOARD
from hardware.notebook.bench_editor import open_editor
from hardware.notebook.broker_verbs import BrokerMessage
from hardware.notebook.cell_failure import explain
from hardware.notebook.controls import moved_by
from hardware.notebook.magic_line import guard, option, seconds, shown_help, split, usage
from hardware.notebook.meant_for_board import given_on_board
from hardware.notebook.running import (
    WATCH_S,
    print_note,
    reset,
    run_cell,
    run_expression,
    run_program,
)
from hardware.notebook.session import current

PRESS_S = 0.1
CELL_FORM = "%%board [--timeout 5s] [--background] | %%board main.py [--detach] [--seconds 10]"
VERBS = {
    "list": board_verbs.print_list,
    "status": board_verbs.status,
    "info": board_verbs.info,
    "repl": board_verbs.prompt,
    "reset": reset,
    "interrupt": board_verbs.interrupt,
}
"""The words behind `%board` that stand alone."""
BOARD_FORM = (
    "%board connect URL | use BOARD | list | status | info | repl | reset | interrupt | check | "
    "EXPRESSION"
)
BENCH_FORM = (
    "%bench | lint | edit | press PART [KEY] [80ms] | set PART CONTROL VALUE | "
    "wave PART CONTROL 12Hz AMPLITUDE | port PART | publish [--retain] TOPIC TEXT | "
    "messages FILTER | pcap FILE | page FILE | reset"
)
FILE_VERBS = {"pcap": broker_verbs.capture, "page": broker_verbs.put_page}
_EXPRESSION = re.compile(r"[(\[{.+*/%<>=\"']")
"""A sign that is in most expressions; the words of other forms have none."""

BOARD_HELP = (
    both("The board of this notebook."),
    "",
    both("%board status               what is connected; also `%board` alone"),
    both("%board connect esp32        a virtual board; or a device, socket://…, rfc2217://…"),
    both("%board connect              the only real board that is plugged in"),
    both("%board connect diagram.json a bench of your own"),
    both("%board use pico             run the next cells on another board of the bench"),
    both("%board list                 what can be connected"),
    both(
        "%board info                 the board's firmware, clock, memory and flash; as "
        "every cell that asks the board, it stops a program that runs"
    ),
    both("%board reset                restart the board"),
    both("%board interrupt            stop its program"),
    both("%board repl                 a prompt of the board, for single lines"),
    both(
        "%board check [main.py]      find wrong names and arguments in the last board "
        "cell, or in that one"
    ),
    both("x = %board adc.read_u16()   the value of an expression on the board"),
    "",
    "%%board [--timeout 5s] [--background]",
    both(
        "    Run this cell on the board; in the background it goes on while other Python "
        "cells run, and `board.serial` has its output."
    ),
    "%%board main.py [--detach] [--seconds 10]",
    both("    Save this cell as that file, restart the board, and show its output for that time."),
)
BENCH_HELP = (
    both("The bench of the board."),
    "",
    both(
        "%bench                      what is on the bench, alive: its buttons and "
        "sliders act; of a real board its console, its state and the levels that can be "
        "known"
    ),
    both("%bench lint                 what is wrong with the wiring, and where"),
    both("%bench edit                 change the circuit: parts, wires, attributes"),
    both("%bench press BTN_1 80ms     press a button, by label or id; a key: press pad1 5 80ms"),
    "%bench set pot1 position 0.4",
    both(
        "%bench wave imu accelX 12Hz 0.3   let a control swing by 0.3 around its value; 0 ends it"
    ),
    both("path = %bench port link     the serial port of a USB-to-serial adapter on the bench"),
    both(
        "%bench publish lab/cmd on   publish a text at the MQTT broker, as another client; "
        "with --retain before the topic the broker keeps it"
    ),
    both(
        "found = %bench messages lab/#   what boards have published there: a list with time, "
        "topic, text and whether it is retained"
    ),
    both("%bench pcap run.pcap        write all packets of the board so far into a capture file"),
    both(
        "%bench page app.py          put a file on the bench's web server: http://http.warsha/app.py"
    ),
    both("%bench reset                press the reset button of the board"),
)


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
    @shown_help(BOARD_HELP)
    def board(self, line: str, cell: str | None = None) -> object:
        """See `BOARD_HELP`."""
        value = None
        if cell is not None:
            self._run(line, cell)
        elif line.split(" ")[0] not in BOARD and _is_expression(line):
            value = run_expression(line)
        else:
            guard(lambda: _board_line(split(line)))
        self._share()
        return value

    @line_magic
    @shown_help(BENCH_HELP)
    def bench(self, line: str) -> object:
        """See `BENCH_HELP`."""
        value = guard(lambda: _bench_line(line))
        self._share()
        return value

    def _run(self, line: str, cell: str) -> None:
        magic = "\n" * self._blank + f"%%board {line}".rstrip()
        try:
            words = split(line)
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

    def _share(self) -> None:
        if self.shell is not None and current.board is not None:
            self.shell.push({"board": current.board})


def _not_first_line(_line: str) -> None:
    """`%%board` below other lines, where IPython takes it for a line magic."""
    cause, cure = _("%%board is not the first line."), _("Move it to the top of the cell.")
    raise explain(HardwareError(cause, cure))


def _is_expression(line: str) -> bool:
    """Whether a line asks for a value. A name alone does when a program on the board gives it one:
    other names are misspelt words."""
    if _EXPRESSION.search(line):
        return True
    if line.isidentifier():
        return given_on_board(line)
    try:
        ast.parse(line, mode="eval")
    except SyntaxError:
        return False
    return True


def _board_line(words: list[str]) -> None:
    match words or ["status"]:
        case ["connect", *name]:
            board_verbs.connect(" ".join(name))
        case ["use", board]:
            current.use(board)
            print_note(_("cells run on {board} now").format(board=board))
        case ["check", *name] if len(name) <= 1:
            _check(*name)
        case [verb] if verb in VERBS:
            VERBS[verb]()
        case _:
            raise usage(BOARD_FORM)


def _cell_line(words: list[str]) -> tuple[float | None, bool]:
    """The words behind `%%board` without a file: `--timeout` in seconds, and `--background`."""
    timeout = option(words, "--timeout")
    if any(word not in ("--background", "--timeout", timeout) for word in words):
        raise usage(CELL_FORM)
    return seconds(timeout) if timeout else None, "--background" in words


def _program_line(words: list[str]) -> tuple[str, float, bool]:
    """The words behind `%%board`: file name, seconds to show output, `--detach`."""
    watch_s = seconds(option(words, "--seconds") or str(WATCH_S))
    name = next(word for word in words if word.endswith(".py"))
    known = [name, "--detach", "--seconds", option(words, "--seconds")]
    if any(word not in known for word in words):
        raise usage(CELL_FORM)
    if name != "main.py" and normpath(f"/{name}").lower() == "/main.py":
        cause = _("The board starts main.py, not {name}.").format(name=name)
        raise HardwareError(cause, _("Write the name as it is here: %%board main.py"))
    return name, watch_s, "--detach" in words


def _check(name: str = "") -> None:
    """Print what the check of a cell finds."""
    for finding in (findings := type_check.check(name)):
        print(finding)
    if not findings:
        print_note(_("nothing wrong was found"))


def _bench_line(line: str) -> list[BrokerMessage] | str | None:
    match line.split(maxsplit=2):
        case ["publish", "--retain", rest] if " " in rest:
            broker_verbs.publish(current, *rest.split(maxsplit=1), retain=True)
        case ["publish", topic, text] if topic != "--retain":  # JSON keeps its quotation marks
            broker_verbs.publish(current, topic, text)
        case ["messages", pattern]:
            return broker_verbs.messages(current, pattern)
        case _:
            return _bench_words(split(line))
    return None


def _bench_words(words: list[str]) -> str | None:
    """The value of the line: the path of a port."""
    match words:
        case []:
            _show_bench()
        case ["edit"]:
            editor = open_editor(current)
            editor.show_bench()
            views.show_editor(editor)
        case ["lint"]:
            _lint()
        case ["press", part, *rest] if len(rest) <= 2:
            _press(current.need_bench(), moved_by(current, part), rest)
        case ["set", part, control, value]:
            bench = current.need_bench()
            bench.control(moved_by(current, part), control, _number(value))
        case ["wave", part, control, frequency, amplitude]:
            swing = (_number(frequency.removesuffix("Hz")), _number(amplitude))
            current.need_bench().wave(moved_by(current, part), control, *swing)
        case ["port", part]:
            return current.need_bench().serve_port(part)
        case [("pcap" | "page") as verb, file]:
            FILE_VERBS[verb](current, Path(file))
        case ["reset"]:
            current.need_bench().reset()
        case _:
            raise usage(BENCH_FORM)
    return None


def _show_bench() -> None:
    current.need_board()
    server = current.widget_server()
    if real := current.real_board():
        views.show_board(real, server)
    else:
        views.show_bench(current.need_bench(), server)


def _lint() -> None:
    current.need_board()
    if real := current.real_board():
        views.show_plan_lint(real.plan, current.url)
    else:
        live = current.need_bench()
        views.show_lint(live.ask(lambda _bench: LivePicture(live.circuit)))


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


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HardwareError(
            _("{text!r} is not a number.").format(text=text), _("Write it as 0.4 or 1.")
        ) from None
