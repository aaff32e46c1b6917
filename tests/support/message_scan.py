"""Finds messages in our source code: those in `_`, and those that should be in `_`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from typer.main import get_command

import warsha
from hardware.i18n import FIELD
from tests.support.project import ROOT

CODE = [
    *sorted(ROOT.glob("hardware/**/*.py")),
    *sorted(ROOT.glob("grader/**/*.py")),
    *sorted(ROOT.glob("station/**/*.py")),
    ROOT / "warsha.py",
]
ROOTS = {"HardwareError", "GraderError"}
SPEAKERS = {
    "CheckResult",
    "TaskFailure",
    "print",
    "say",
    "print_note",
    "notify",
    "need",
    "add_column",
}
"""Other calls with texts for people: of the doctor, of a worker, at a terminal."""

_TWO_WORDS = re.compile(r"[A-Za-z]{2,}\W* \W*[A-Za-z]{2,}")
_WORD_AND_PLACE = re.compile(r"[A-Za-z]{2,}\W* \W*[{A-Za-z]|}\W* \W*[A-Za-z]{2,}")
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True)
class Place:
    """A text and its place in the source."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}: {self.text!r}"


@dataclass(frozen=True)
class Scope:
    """A function with its class, or the top level of a file."""

    file: Path
    node: ast.AST
    owner: str = ""

    def calls(self) -> Iterator[ast.Call]:
        """The calls of the scope, without those of nested functions."""
        return (node for node in _inside(self.node) if isinstance(node, ast.Call))

    def values(self, name: str) -> list[ast.expr]:
        """What is assigned to a name here, or at the top of the file."""
        found = _assigned(self.node, name)
        return found or _assigned(_tree(self.file), name)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def scopes() -> Iterator[Scope]:
    """Every function of ours, and the top of every file."""
    for file in CODE:
        yield from _scopes(file, _tree(file), "")


def _scopes(file: Path, node: ast.AST, owner: str) -> Iterator[Scope]:
    yield Scope(file, node, owner)
    for child in _inside(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = child.name if isinstance(child, ast.ClassDef) else owner
            yield from _scopes(file, child, inner)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from _inside(child)


def _assigned(node: ast.AST, name: str) -> list[ast.expr]:
    return [
        one.value
        for one in _inside(node)
        if isinstance(one, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == name for to in one.targets)
    ]


def name_of(call: ast.Call) -> str:
    """The last name of a called expression."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_message(node: ast.AST) -> bool:
    """Whether this is `_("...")` or `both("...")`."""
    return isinstance(node, ast.Call) and name_of(node) in ("_", "both")


def messages() -> list[Place]:
    """Every text in `_("...")` or `both("...")`; "" for one that is not a literal."""
    return [
        Place(scope.file, call.lineno, _literal(call.args[0]))
        for scope in scopes()
        for call in scope.calls()
        if is_message(call)
    ]


def help_texts() -> list[tuple[str, str]]:
    """Each command, option and argument of the command line, and its help ("" if it has none)."""
    return list(_help_texts("warsha", get_command(warsha.app)))


def _help_texts(name: str, command: Any) -> Iterator[tuple[str, str]]:
    yield name, command.help or ""
    for parameter in command.params:
        yield f"{name} {parameter.opts[0]}", parameter.help or ""
    for word, inner in getattr(command, "commands", {}).items():
        yield from _help_texts(f"{name} {word}", inner)


def help_paragraphs() -> set[str]:
    """What of the help texts is in the catalogues."""
    texts = [part for _name, text in help_texts() for part in text.split("\n\n")]
    return {" ".join(part.split()) for part in texts}


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def errors() -> set[str]:
    """The names of our known errors, and of the functions that make one."""
    trees = [_tree(file) for file in CODE]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    known, before = set(ROOTS), set[str]()
    while known != before:
        before = set(known)
        for node in nodes:
            if isinstance(node, ast.ClassDef) and before & {ast.unparse(b) for b in node.bases}:
                known.add(node.name)
    made = {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) in known
    }
    return known | made


def plain_texts() -> Iterator[Place]:
    """English texts for people without `_`: in errors, findings, result lines and headings."""
    speaking = errors() | SPEAKERS
    for scope in scopes():
        for call in scope.calls():
            name = name_of(call)
            if name not in speaking and not (name == "__init__" and scope.owner in speaking):
                continue
            texts = [text for given in _given(call) for text in _texts(given, scope)]
            if not any(_ARABIC.search(text) for text in texts):  # it contains its own Arabic
                yield from (Place(scope.file, call.lineno, t) for t in texts if _is_english(t))


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_english(text: str) -> bool:
    if text.startswith("%"):  # the form of a magic
        return False
    pattern = _WORD_AND_PLACE if "{}" in text else _TWO_WORDS
    return bool(pattern.search(text))


def _texts(node: ast.expr, scope: Scope) -> Iterator[str]:
    """The possible texts of an expression, with `{}` for inserted values."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(_literal(part) or "{}" for part in parts)
        case ast.Name(id=name):
            for value in scope.values(name):
                if not _uses(value, name):
                    yield from _texts(value, scope)
        case ast.Call(func=ast.Attribute(attr="format", value=text)) if not is_message(text):
            yield from _texts(text, scope)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from (*_texts(one, scope), *_texts(other, scope))
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value, scope)


def _uses(node: ast.expr, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def unfilled() -> Iterator[Place]:
    """Messages with a field that the `format` of their function does not fill."""
    for scope in scopes():
        for call in scope.calls():
            if not (isinstance(call.func, ast.Attribute) and call.func.attr == "format"):
                continue
            filled = {keyword.arg for keyword in call.keywords}
            messages = _messages(call.func.value, scope)
            if messages and not any(
                {*map(field_name, fields(text))} <= filled for text in messages
            ):
                yield Place(scope.file, call.lineno, messages[0])


def _messages(node: ast.expr, scope: Scope) -> list[str]:
    """The texts of `_("...")`, also through the name of a variable."""
    values = scope.values(node.id) if isinstance(node, ast.Name) else [node]
    return [
        _literal(value.args[0])
        for value in values
        if isinstance(value, ast.Call) and is_message(value)
    ]


def fields(text: str) -> list[str]:
    """The fields of a message for `format`, sorted."""
    return sorted(re.findall(FIELD, text))


def field_name(field: str) -> str:
    """`size` of `{size:g}`."""
    return field.strip("{}").partition("!")[0].partition(":")[0]


CATALOGUES = sorted(ROOT.glob("*/locale/ar.po"))


def entries() -> list[tuple[str, str]]:
    """English and Arabic of all catalogues."""
    found = []
    for file in CATALOGUES:
        with file.open("rb") as source:
            found += [(str(m.id), str(m.string)) for m in read_po(source) if m.id]
    return found
