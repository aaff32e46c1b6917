"""`run.host`: calls the host functions of a submission, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

from grader.host.plain_data import Shape, fits, parse, to_plain
from grader.host.process import Child, ChildEnded, FailureKind, HostLimits
from grader.host.sandbox import Isolation

LONGEST_DETAIL = 200
ASKS = b"[3,"
"""How a call of host code begins, that is answered before it goes on (child.py)."""


@dataclass(frozen=True)
class HostCode:
    """The host code of a submission, and how it is isolated. Plain data."""

    text: str | None = None
    """The text of the host cell; None: there is none."""
    isolation: Isolation = "bwrap"


class HostError(Exception):
    """A host function gave no result. A check does not catch it: the item is then missed as
    `host_failed`."""

    def __init__(self, name: str, kind: FailureKind, detail: str = "") -> None:
        super().__init__(": ".join(filter(None, (f"{name}()", kind, detail)))[:LONGEST_DETAIL])
        self.kind = kind


class RefusedCall(Exception):
    """Host code has called a method of the grader with wrong arguments."""


class HostFunctions:
    """The host functions of one run. The child process starts with the first call. It keeps its
    state (names, files in its working folder) until the last call."""

    def __init__(
        self,
        text: str | None = None,
        names: Sequence[str] = (),
        isolation: Isolation = "bwrap",
        limits: HostLimits | None = None,
    ) -> None:
        self._text = text
        self._names = names
        self._isolation = isolation
        self._limits = limits or HostLimits()
        self._child: Child | None = None
        self._ended: ChildEnded | None = None
        self._methods: Mapping[str, Callable[..., Any]] = {}
        """What host code may call now."""
        self.was_called = False
        """Whether a check has called host code of this run."""

    def call(self, name: str, *arguments: Any, answer: Shape = Any) -> Any:
        """The result of a function: plain data as `plain_data.parse` returns it. `answer` is the
        shape that the check can use, `list[int]` for example; any other result is a HostError.

        Raises: HostError, which a check does not catch; ValueError when lab.toml does not name
        the function; TypeError when an argument is no plain data; GraderError when the sandbox
        fails.
        """
        return self._call(name, arguments, None, answer)

    def make(self, name: str, methods: Mapping[str, Callable[..., Any]], *arguments: Any) -> None:
        """Make an object of a class of the host code; `call("Link.request", …)` then calls its
        methods. Its first argument is an object with these `methods`: they run here, when host
        code calls them, with plain data, and return plain data. Such an argument may be anything:
        a method raises RefusedCall when it is wrong, and host code gets a ValueError.

        Raises: as `call`.
        """
        self._methods = methods
        self._call(name, arguments, list(methods), None)

    def _call(
        self, name: str, arguments: Sequence[Any], methods: list[str] | None, shape: Shape
    ) -> Any:
        if name.partition(".")[0] not in self._names:
            raise ValueError(f"lab.toml does not name {name} among its host functions")
        self.was_called = True
        if self._text is None:
            raise HostError(name, "missing", "no %%host")
        reply = self._reply(name, (name, to_plain(arguments), methods))
        left = self._limits.answer_bytes
        while reply.startswith(ASKS):
            left -= len(reply)
            if left < 0:  # to read them takes time that no limit of the child counts
                raise self._lost(name, ChildEnded("answer", "too many calls"))
            reply = self._reply(name, self._serve(reply))
        try:
            value = parse(reply)
        except ValueError as error:
            raise HostError(name, "answer", str(error)) from None
        return _result(name, value, shape)

    def _serve(self, call: bytes) -> tuple[bool, Any]:
        """A call of host code: whether it worked, and its result or what is wrong."""
        try:
            _asks, method, arguments, named = parse(call)
            function = self._methods[method]
            signature(function).bind(*arguments, **named)
        except (KeyError, TypeError, ValueError) as error:
            return False, f"{error}"
        try:
            return True, to_plain(function(*arguments, **named))
        except RefusedCall as error:
            return False, f"{method}(): {error}"

    def _reply(self, name: str, question: tuple[Any, ...]) -> bytes:
        """What the child sends next. Raises: HostError."""
        assert self._text is not None
        try:
            return self._ask(self._text, repr(question).encode())
        except ChildEnded as end:
            raise self._lost(name, end) from None

    def _lost(self, name: str, end: ChildEnded) -> HostError:
        """The child has ended, or must end. Returns: the error for the call."""
        self._ended = end
        self.close()
        return HostError(name, end.kind, end.detail)

    def close(self) -> None:
        """End the child process and every process that it started."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _ask(self, text: str, question: bytes) -> bytes:
        if self._ended is not None:  # its state is lost, so every later call fails, too
            raise self._ended
        if self._child is None:
            self._child = Child(text, self._isolation, self._limits)
        return self._child.ask(question)


def _result(name: str, value: Any, shape: Shape) -> Any:
    """The result of a call, from the answer of child.py."""
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


def _kind(error: str) -> FailureKind:
    kinds: dict[str, FailureKind] = {"MemoryError": "memory", "PermissionError": "forbidden"}
    return kinds.get(error, "raised")
