"""`%board check`: find wrong names and arguments in a cell, with mypy over the board's stubs.

Of what mypy finds, only what fails on the board is told: a learner's program may give a name first
a number and then a text.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.bench.diagram import suggest
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.notebook import hints, stray_characters, stubs
from hardware.notebook.board_code import code
from hardware.notebook.session import CELL, blank_lines, current, programs

MYPY = (
    *("--config-file=", "--no-site-packages", "--platform=linux", "--check-untyped-defs"),
    *("--allow-redefinition", "--no-error-summary", "--hide-error-context", "--no-color-output"),
    *("--show-error-codes", "--no-pretty"),
)
FATAL = {
    *("syntax", "attr-defined", "name-defined", "import-not-found"),
    *("call-arg", "call-overload", "arg-type", "operator"),
}
"""The kinds of mypy's findings that are errors on the board."""
_FOUND = re.compile(r"program\.py:(\d+): error: (.*)  \[([a-z-]+)\]")
_folder = TemporaryDirectory(prefix="warsha-check-")
"""mypy's cache is here: the second check takes a fifth of the time."""


def check(name: str = "") -> list[str]:
    """What is wrong in a program of this notebook, as lines of text.

    Args:
        name: the file name of a `%%board main.py` cell; "": the last `%%board` cell that ran.

    Raises:
        HardwareError: there is no such cell, or what the check needs is not installed.
    """
    key = name or next(reversed(programs), "")
    if key not in programs:
        raise HardwareError(
            _("There is no program to check."),
            suggest(name, set(programs) - {CELL}) if name else _("Run a %%board cell first."),
        )
    stub = _need_tools()
    program = programs[key]
    above = blank_lines.get(key, 0) + 1
    stray_characters.check("\n" * above + program)
    if found := hints.syntax_hint("\n" * above + program):
        return [_line(*found, program, above)]
    return list(_findings(program, key == CELL, above, stub))


def _need_tools() -> Path:
    stub = stubs.find(current.family())
    if importlib.util.find_spec("mypy") is None:
        cause = _("%board check needs mypy.")
        raise HardwareError(cause, _("Install it: {command}").format(command="%pip install mypy"))
    if stub is None:
        cause = _("%board check needs the stubs of MicroPython.")
        raise HardwareError(
            cause, _("Install it: {command}").format(command=f"!{sys.executable} {stubs.RUN}")
        )
    return stub


def _findings(program: str, in_repl: bool, above: int, stub: Path) -> Iterator[str]:
    ran = [text for text in current.ran() if text != program] if in_repl else []
    earlier = filter(_is_python, ran)  # mypy reads nothing behind a syntax error
    before = "".join(f"{text}\n" for text in earlier)
    told = set()
    for found in _FOUND.finditer(_mypy(before + program, stub)):
        number = int(found[1]) - before.count("\n") + above
        text = _plain(found[2], program)
        if found[3] in FATAL and number > above and text and (number, text) not in told:
            told.add((number, text))
            yield _line(number, text, program, above)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):  # ValueError: a null byte
        return False
    return True


def _mypy(source: str, stub: Path) -> str:
    file = Path(_folder.name) / "program.py"
    file.write_text(source, encoding="utf-8")
    path = os.pathsep.join(map(str, code.search_path()[:2]))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mypy", *MYPY, "--custom-typeshed-dir", str(stub), file.name],
        cwd=_folder.name,
        env={**os.environ, "MYPYPATH": path},
        capture_output=True,
        text=True,
    )
    found_syntax = "[syntax]" in done.stdout
    if done.returncode > 1 and not found_syntax:  # 1: it has found something
        last = (done.stdout + done.stderr).strip().rpartition("\n")[2]
        raise HardwareError(
            _("mypy failed: {message}").format(message=last),
            _("Install it: {command}").format(command="%pip install --upgrade mypy"),
        )
    return done.stdout


def _line(number: int, text: str, program: str, above: int) -> str:
    """A finding: the place, the text, and the line of the cell."""
    place = _("cell line {number}").format(number=number)
    lines = program.splitlines()
    shown = lines[number - above - 1].strip() if number - above <= len(lines) else ""
    return f"{place}: {text}\n    {shown}"


def _plain(message: str, program: str) -> str:
    """mypy's message in plain words; "" when it may be wrong: the board has modules without
    stubs, and a type that mypy does not know (`Any`) may fit."""
    if re.search(r"\b(?:Any|object)\b|\|", message):
        return ""
    missing = re.match(r"Cannot find implementation.* named \"(\w+)", message)
    if missing and missing[1] in stubs.names(current.family())["modules"]:
        return ""
    near = re.search(r"; maybe \"(\w+)\"", message)
    for pattern, text in _texts():
        if found := re.match(pattern, message):
            said = text.format(*found.groups())
            said = hints.runtime_hint(said, program) or said
            return f"{said} " + _("Perhaps: `{name}`.").format(name=near[1]) if near else said
    return message


def _texts() -> Iterator[tuple[str, str]]:
    """Patterns of mypy's messages, with our text for each, or the board's error of the same
    cause, which has a hint."""
    name, of_class = r"\"([^\"]+)\"", r"(?: of \"[^\"]+\")?"
    yield rf"Cannot find implementation.* named {name}", "ImportError: no module named '{0}'"
    yield rf"Name {name} is not defined", "NameError: name '{0}' isn't defined"
    yield (
        rf"Module (?:\"[^\"]+\" )?has no attribute {name}",
        "ImportError: can't import name {0}",
    )
    yield (
        rf"\"(?:type\[)?(\w+)[^\"]*\" has no attribute {name}",
        "AttributeError: '{0}' object has no attribute '{1}'",
    )
    yield (
        rf"No overload variant of \"(__i?\w+__)\" of {name} matches argument type {name}",
        "TypeError: unsupported types for {0}: '{1}', '{2}'",
    )
    yield (
        rf"Missing positional arguments? {name}.* in call to {name}",
        _("The call of `{1}` lacks `{0}`."),
    )
    yield rf"Too many (?:positional )?arguments for {name}", _("`{0}` takes fewer values.")
    yield rf"Too few arguments for {name}", _("`{0}` takes more values.")
    yield (
        rf"Unexpected keyword argument {name} for {name}",
        _("`{1}` has no argument `{0}`."),
    )
    yield (
        rf"No overload variant of {name}{of_class} matches",
        _("`{0}` does not take these values: their number or their types do not fit."),
    )
    yield (
        rf"Argument (\S+) to {name}{of_class} has incompatible type {name}; expected {name}",
        _("`{1}` takes {3} here, and not {2}."),
    )
    yield (
        rf"Unsupported operand types for (\S+) \({name} and {name}\)",
        _("The operator {0} does not work between {1} and {2}."),
    )
