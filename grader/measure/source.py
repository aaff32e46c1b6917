"""Calls and imports in the text of a program.

Use this only for what a program must not do. A call in the text does not prove that it works, and
a program can hide a call.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping

from grader.lab.units import Text

HANDLERS = {"irq": ("handler", 0), "Timer": ("callback", None), "init": ("callback", None)}
"""Calls that set the handler of an interrupt: the name of the argument and its position."""


def imported(program: Mapping[str, bytes], *modules: str) -> list[Text]:
    """Where a program imports one of these modules (`machine`): places such as `main.py:3`."""
    return [
        _place(file, node)
        for file, tree in _trees(program)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and _modules(node) & {*modules}
    ]


def called(program: Mapping[str, bytes], *names: str) -> list[Text]:
    """Where a program calls one of these functions or methods (`sleep_ms`, however it is
    imported): places such as `main.py:12`."""
    return [place for file, tree in _trees(program) for place in _calls(file, tree, tree, names)]


def called_in_handlers(program: Mapping[str, bytes], *names: str) -> list[Text]:
    """The same, but only in handlers of interrupts and timers (`irq(handler=…)`,
    `Timer(callback=…)`) and in functions of the same file that they call."""
    return [
        place
        for file, tree in _trees(program)
        for handler in _reached(tree, _handlers(tree))
        for place in _calls(file, tree, handler, names)
    ]


def _trees(program: Mapping[str, bytes]) -> Iterator[tuple[str, ast.Module]]:
    """The syntax tree of every file that Python can parse. MicroPython may accept other files;
    those are not judged."""
    for file, content in program.items():
        with warnings.catch_warnings(action="ignore"):  # about escapes in strings
            try:
                tree = ast.parse(content)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        yield file, tree


def _modules(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return {alias.name.partition(".")[0] for alias in node.names}


def _calls(file: str, tree: ast.Module, inside: ast.AST, names: tuple[str, ...]) -> Iterator[Text]:
    real = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    for node in ast.walk(inside):
        name = _name(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and real.get(name, name) in names:
            yield _place(file, node)


def _handlers(tree: ast.Module) -> list[ast.expr]:
    """The handlers that are given to interrupts and timers."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (name := _name(node.func)) not in HANDLERS:
            continue
        keyword, place = HANDLERS[name]
        found += [one.value for one in node.keywords if one.arg == keyword]
        if place is not None:
            found += node.args[place : place + 1]
    return found


def _reached(tree: ast.Module, begin: list[ast.expr]) -> list[ast.AST]:
    """Handlers and the functions of the file that they call, directly or not, each once."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    waiting: list[ast.AST] = list(begin)
    reached: dict[ast.AST, None] = {}
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            function = functions.get(_name(node))
            if function is not None and function not in reached:
                reached[function] = None
                waiting += [n.func for n in ast.walk(function) if isinstance(n, ast.Call)]
        elif isinstance(node, ast.Lambda):
            reached[node] = None
            waiting += [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return list(reached)


def _name(node: ast.expr) -> str:
    """The last part of a called name: `sleep` in `time.sleep`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _place(file: str, node: ast.stmt | ast.expr) -> Text:
    return Text(f"{file}:{node.lineno}")
