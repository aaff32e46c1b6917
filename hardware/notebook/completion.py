"""Answers to the Tab key and to Shift-Tab: names for the board's programs, arguments of magics.

In a program of a `%%board` cell only the board's names fit, so there the kernel asks `board_code`
in place of IPython. Magics complete through IPython, which has names of files, too.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from hardware.errors import HardwareError
from hardware.notebook import arguments, board_code

Arguments = Callable[[list[str]], Iterable[str]]
"""From the words of a magic before the cursor, with the one that is typed, to words that fit."""


def load(shell: Any) -> None:
    """Answer in this shell, and begin to read the stubs in the background."""
    complete_arguments(shell, "%board", arguments.of_board)
    complete_arguments(shell, "%%board", arguments.of_cell)
    complete_arguments(shell, "%bench", arguments.of_bench)
    complete_arguments(shell, "%wave", arguments.of_wave)
    complete_arguments(shell, "%trace", arguments.of_trace)
    complete_arguments(shell, "%run_scenario", arguments.of_run_scenario)
    complete_arguments(shell, "%files", arguments.of_files)
    kernel = getattr(shell, "kernel", None)
    if kernel and "NBGRADER_EXECUTION" not in os.environ:  # nobody types there
        _answer_requests(kernel)
        shell.events.register("pre_run_cell", lambda _info: board_code.code.busy())
        shell.events.register("post_run_cell", lambda _result: board_code.code.warm())
        board_code.code.warm()


def complete_arguments(shell: Any, magic: str, fitting: Arguments) -> None:
    """Complete the arguments of a line magic (`%bench`) in this shell."""

    def match(context: CompletionContext) -> SimpleMatcherResult:
        before = context.line_with_cursor[: context.cursor_position]
        name, blank, rest = before.lstrip().partition(" ")
        if name != magic or not blank:
            return {"completions": []}
        words = rest.split()
        if not words or rest[-1].isspace():
            words.append("")
        try:
            fit = [word for word in fitting(words) if word.startswith(words[-1])]
        except HardwareError:  # the magic itself says what is wrong
            fit = []
        found = [SimpleCompletion(text=word, type="param") for word in dict.fromkeys(fit)]
        return {"completions": found, "matched_fragment": words[-1], "suppress": True}

    matcher = context_matcher(identifier=f"warsha.{magic}")(match)
    shell.Completer.custom_matchers.append(matcher)


def _answer_requests(kernel: Any) -> None:
    complete, inspect = kernel.do_complete, kernel.do_inspect

    def do_complete(code: str, cursor_pos: int) -> Any:
        at = board_code.place(code, cursor_pos)
        return complete(code, cursor_pos) if at is None else _completions(at, cursor_pos)

    def do_inspect(code: str, cursor_pos: int, *args: Any, **more: Any) -> Any:
        at = board_code.place(code, cursor_pos)
        if at is None:
            return inspect(code, cursor_pos, *args, **more)
        text = board_code.code.help(at)
        data = {"text/plain": text} if text else {}
        return {"status": "ok", "found": bool(text), "data": data, "metadata": {}}

    kernel.do_complete, kernel.do_inspect = do_complete, do_inspect


def _completions(at: board_code.Place, cursor: int) -> dict[str, Any]:
    """The answer to a `complete_request` (Jupyter's messages, section "Completion")."""
    found = board_code.code.complete(at)
    start = cursor - (found[0].typed if found else 0)
    kinds = [
        {"start": start, "end": cursor, "text": one.text, "type": one.kind, "signature": ""}
        for one in found
    ]
    return {
        "status": "ok",
        "matches": [one.text for one in found],
        "cursor_start": start,
        "cursor_end": cursor,
        "metadata": {"_jupyter_types_experimental": kinds},
    }
