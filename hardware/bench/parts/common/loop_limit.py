"""A bound for the loops of a custom part: one without an end ends the run with its line.

Turns are counted, and no clock is read: on a slow machine and on a fast one the same run ends at
the same turn, and marks do not depend on the machine. So each loop in the part's file gets a call
that counts at the begin of its body. What loops in C (`list(itertools.count())`) is not counted.
"""

import ast
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware.bench.parts.common.custom_checks import Misuse
from hardware.i18n import _

MOST_TURNS = 500_000
"""In one call by the bench, in which no virtual time passes. A part that colours each dot of a
display of 320 x 240 needs 77,000."""
TURN = "__turn__"
"""The name under which the part's file calls `LoopLimit.turn`; Python changes no such name."""


class LoopLimit(threading.local):
    """Counts the turns of all loops of one part's file, in each thread that runs a bench."""

    _depth = 0
    _turns = 0

    @contextmanager
    def call(self) -> Iterator[None]:
        """A call by the bench. One inside of another, as when a part's output changes its own
        input, has what the other one leaves."""
        if self._depth == 0:
            self._turns = 0
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def turn(self) -> None:
        """A loop begins its next turn. Raises: Misuse."""
        self._turns += 1
        if self._turns > MOST_TURNS and self._depth:
            what = _("a loop without an end: {count} turns in one call")
            cure = _("Let it end. To go on later, call self.after(delay_ns, fn).")
            raise Misuse(what.format(count=MOST_TURNS), cure)


class _Counting(ast.NodeTransformer):
    """Puts the call into the body of each loop."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, ast.While | ast.For | ast.AsyncFor):
            call = ast.Expr(ast.Call(ast.Name(TURN, ast.Load()), [], []))
            counted = ast.fix_missing_locations(ast.copy_location(call, node))
            node.body.insert(0, counted)
        return node


def run_counted(text: bytes, program: Path, names: dict[str, object]) -> LoopLimit:
    """Runs the file of a custom part, which puts its names into `names`; returns the limit of its
    loops. Raises: what the file raises, and SyntaxError."""
    limit = LoopLimit()
    names[TURN] = limit.turn
    tree = ast.parse(text, program)
    _Counting().visit(tree)
    with limit.call():
        exec(compile(tree, program, "exec"), names)
    return limit
