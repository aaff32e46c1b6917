"""The command line for readers of Arabic: Typer has its help and the errors of usage in English
only.

In a terminal an option is on the left and its text on the right, from right to left.
"""

import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any

import typer
from typer.main import get_command

from hardware.i18n import ISOLATES, _, after_code, arabic, both

ERRORS = (
    both("No such option: {name} (Possible options: {known})"),
    both("No such option: {name}"),
    both("No such command {name}. Did you mean {known}?"),
    both("No such command {name}."),
    both("Missing command."),
    both("Missing argument {name}."),
    both("Missing option {name}."),
    both("Got unexpected extra argument(s) ({words})"),
    both("Option {name} requires an argument."),
    both("Option {name} does not take a value."),
    both("Invalid value for {name}: {why}"),
    both("{value} is not a valid int."),
    both("{value} is not a valid int range."),
    both("{value} is not a valid float."),
    both("{value} is not a valid float range."),
    both("{value} is not in the range {range}."),
    both("{value} is not one of {known}."),
)
"""What Typer says of wrong usage; where two fit, the more exact one is first."""
USAGE = both("Usage: {words}")
HEADINGS = (both("Arguments"), both("Options"), both("Commands"))
REMARKS = (
    both("required"),
    both("default: {value}"),
    both("{least}<=x<={most}"),
    both("x>={least}"),
    both("Show this message and exit."),
)
"""What Typer writes in the rows of the help."""
REMARKS_AT_END = re.compile(r"(.*?)(?:^|  )\[([^\[\]]*)\]", re.DOTALL)
FIRST_SENTENCE = re.compile(r"(?<=[.؟])\s")
FIELD_NAME = re.compile(r"\{(\w+)\}")
CODE = re.compile(f"{ISOLATES[0]}[^{ISOLATES}]*{ISOLATES[-1]}")
NO_BREAK = "\u00a0"
MOST_COLUMN = 30
"""The width of the column of options."""
LTR_MARK, RTL_MARK = "\u200e", "\u200f"
"""At the start of a line they decide its direction: from left to right the columns of a row stay
where they are."""


def run(app: typer.Typer, words: Sequence[str]) -> None:
    """Run a command line. Raises: SystemExit, with the exit code; what the command raises."""
    command: Any = get_command(app)
    for one in _commands(command):
        one.help = paragraphs(one.help or "")
        one.short_help = FIRST_SENTENCE.split(one.help, maxsplit=1)[0]
        for parameter in one.params:
            parameter.help = paragraphs(parameter.help or "")
        one.context_class = _arabic_context(one.context_class)
    try:
        code = command.main([*words], prog_name="warsha", standalone_mode=False)
    except typer.Abort:
        code = 1
    except typer.TyperException as error:
        code = error.exit_code
        print(*_told(error, _path(command, words)), sep="\n", file=sys.stderr)
    sys.exit(code or 0)


def paragraphs(text: str) -> str:
    """A help text, of which each paragraph is in the catalogue."""
    return "\n\n".join(arabic(" ".join(part.split())) for part in text.split("\n\n"))


def said(forms: Sequence[str], text: str) -> str:
    """A text of Typer in Arabic, when it has one of these forms."""
    for form in forms:
        parts = FIELD_NAME.split(form)
        literals, names = map(re.escape, parts[::2]), [f"(?P<{name}>.+)" for name in parts[1::2]]
        pattern = "".join(chain.from_iterable(zip_longest(literals, names, fillvalue="")))
        if found := re.fullmatch(pattern, text, re.DOTALL):
            inner = (*ERRORS, *REMARKS)
            fields = {name: said(inner, value) for name, value in found.groupdict().items()}
            return arabic(form).format_map(fields)
    return text


def _commands(command: Any) -> Iterator[Any]:
    """A command, and those in it."""
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _commands(inner)


def _path(command: Any, words: Sequence[str]) -> str:
    """The command that is meant: its words."""
    path = ["warsha"]
    for word in words:
        command = getattr(command, "commands", {}).get(word)
        if command:
            path.append(word)
    return " ".join(path)


def _told(error: Any, path: str) -> Iterator[str]:
    """What is wrong, and where the help is. Of a group without a command it is the help itself."""
    context, message = getattr(error, "ctx", None), error.format_message()
    yield said(ERRORS, message)
    if not context or message != context.get_help():
        yield _("See what the command takes: {command}").format(command=f"{path} --help")


class _ArabicRows:
    """Writes a page of help: mixed into Typer's formatter, which is private."""

    width: int
    write: Callable[[str], None]
    current_indent: int

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        self.write(said((USAGE,), f"Usage: {prog} {args}") + "\n")

    def write_heading(self, heading: str) -> None:
        self.write(f"{arabic(heading)}:\n")

    def write_text(self, text: str) -> None:
        parts = [_wrapped(part, self.width) for part in text.split("\n\n")]
        self.write("\n".join("".join(f"{RTL_MARK}{line}\n" for line in part) for part in parts))

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None:
        column = min(MOST_COLUMN, max(len(first) for first, _second in rows)) + 2
        start = LTR_MARK + " " * self.current_indent
        for first, second in rows:
            if len(first) + 2 > column:
                self.write(f"{start}{first}\n")
                first = ""
            for line in _wrapped(_remarked(second), self.width - column) or [""]:
                self.write(start + after_code(f"{first:{column}}", line) + "\n")
                first = ""


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text. Code stays in one line: its direction would end with the line."""
    kept = CODE.sub(lambda code: code[0].replace(" ", NO_BREAK), text)
    return [line.replace(NO_BREAK, " ") for line in textwrap.wrap(kept, width)]


def _remarked(text: str) -> str:
    """The text of a row, with Typer's remarks in Arabic."""
    found = REMARKS_AT_END.fullmatch(text)
    if not found:
        return said(REMARKS, text)
    remarks = "؛ ".join(said(REMARKS, one) for one in found[2].split("; "))
    return f"{found[1]} [{remarks}]".strip()


def _arabic_context(context: Any) -> Any:
    made = type("ArabicFormatter", (_ArabicRows, context.formatter_class), {})
    return type("ArabicContext", (context,), {"formatter_class": made})
