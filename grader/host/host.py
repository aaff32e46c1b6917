"""`run.host`: asks the submission's host functions, one call after the other."""

from collections.abc import Sequence
from typing import Any

from grader.host.answer import Shape, fits, parse
from grader.host.errors import HostError, Kind
from grader.host.limits import HostLimits
from grader.host.process import Child, Ended
from grader.host.question import plain
from grader.host.sandbox import Way


class HostFunctions:
    """The host code of one run. Its child starts with the first call and keeps its state (names,
    files in its working folder) to the last one."""

    def __init__(
        self,
        text: str | None = None,
        names: Sequence[str] = (),
        way: Way = "bwrap",
        limits: HostLimits | None = None,
    ) -> None:
        self._text = text
        self._names = names
        self._way = way
        self._limits = limits or HostLimits()
        self._child: Child | None = None
        self._ended: Ended | None = None

    def call(self, name: str, *arguments: Any, answer: Shape = Any) -> Any:
        """What the function returns: plain data as `answer.parse` tells it. `answer` is the shape
        that the check can deal with, `list[int]` say; any other is a HostError, too.

        Raises: HostError, which a check lets pass; ValueError when lab.toml does not name the
        function; TypeError when an argument is no plain data; GraderError when the sandbox is at
        fault.
        """
        if name not in self._names:
            raise ValueError(f"lab.toml does not name {name} among its host functions")
        if self._text is None:
            raise HostError(name, "missing", "no %%host")
        question = repr((name, plain(arguments))).encode()
        try:
            said = self._ask(self._text, question)
        except Ended as end:
            self._ended = end
            self.close()
            raise HostError(name, end.kind, end.detail) from None
        try:
            value = parse(said)
        except ValueError as error:
            raise HostError(name, "answer", str(error)) from None
        return _result(name, value, answer)

    def close(self) -> None:
        """End the child and all that it started."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _ask(self, text: str, question: bytes) -> bytes:
        if self._ended is not None:  # what it knew is lost, and so is every later answer
            raise self._ended
        if self._child is None:
            self._child = Child(text, self._way, self._limits)
        return self._child.ask(question)


def _result(name: str, value: Any, shape: Shape) -> Any:
    """The value of a call from child.py's answer."""
    match value:
        case [0, result] if fits(result, shape):
            return result
        case [0, result]:
            wanted = shape.__name__ if isinstance(shape, type) else str(shape)
            raise HostError(name, "answer", f"{type(result).__name__}, not {wanted}")
        case [1, str(error), str(text)]:
            raise HostError(name, _kind(error), ": ".join(filter(None, (error, text))))
        case [2]:
            raise HostError(name, "missing")
    raise HostError(name, "answer")


def _kind(error: str) -> Kind:
    kinds: dict[str, Kind] = {"MemoryError": "memory", "PermissionError": "forbidden"}
    return kinds.get(error, "raised")
