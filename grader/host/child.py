"""The program in the sandbox: it gets the host code and calls its functions on request.

An interpreter without site packages runs this file, so it imports nothing of ours and nothing that
is slow to import. Host code can damage only its own answers: limits and filter are set before its
first line runs, and the parent trusts no answer.

A frame is a length of 4 bytes (big-endian), then that many bytes. Questions are Python literals
(the parent is trusted here); answers are JSON, in which bytes are `{"$": hexadecimal}`.
"""

from __future__ import annotations  # `typing` costs 5 ms

import ctypes
import gc
import os
import resource
import sys
from _json import encode_basestring_ascii  # `json` costs 4 ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType as Module
    from typing import Any

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SIGKILL, SECCOMP_MODE_FILTER = 9, 2
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
CAPABILITY_VERSION_3, CAPABILITIES = 0x20080522, 64
MOST_FILES = 1000
"""The size of /tmp does not limit empty files, but they use kernel memory."""
DEEPEST = 40
"""The parent accepts less. A list that contains itself must not use up the stack here."""
LONGEST_TEXT = 300
CELL = "%%host"
"""The file name of the host code in a SyntaxError or traceback."""
FINISHED, RAISED, MISSING, ASKS = 0, 1, 2, 3
"""The outcome of a call: the first value of each answer. ASKS: it goes on when the grader has
answered a call of its own."""

libc = ctypes.CDLL(None, use_errno=True)


class Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def must(result: int, what: str) -> None:
    """Check a call of the C library. Raises: OSError when the kernel refuses a protection, so no
    host code runs."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def lock(setup: dict[str, Any]) -> None:
    """Set up private files, drop all privileges, set the limits, and load the filter last."""
    if setup["mount"]:
        options = f"size={setup['tmp_bytes']},nr_inodes={MOST_FILES},mode=700"
        flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC)
        must(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", flags, options.encode()), "tmpfs")
        os.chdir("/tmp")
        for capability in range(CAPABILITIES):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        must(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    must(libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "parent-death signal")
    for name, wanted in setup["limits"].items():
        # Do not raise a lower hard limit.
        hard = resource.getrlimit(getattr(resource, name))[1]
        if hard != resource.RLIM_INFINITY:
            wanted = [min(value, hard) for value in wanted]
        resource.setrlimit(getattr(resource, name), tuple(wanted))
    must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    program = Filter(len(setup["filter"]) // 8, setup["filter"])
    must(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0), "seccomp")


def read_exactly(descriptor: int, count: int) -> bytes:
    """Read this many bytes; at the end of the questions the process ends."""
    got = bytearray()
    while len(got) < count:
        piece = os.read(descriptor, count - len(got))
        if not piece:
            os._exit(0)
        got += piece
    return bytes(got)


def read_frame(descriptor: int) -> Any:
    """The next question."""
    return eval(read_exactly(descriptor, int.from_bytes(read_exactly(descriptor, 4), "big")))


def write_frame(descriptor: int, text: str) -> None:
    """An answer."""
    data = text.encode()
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(descriptor, data) :]


def to_json(value: object, depth: int = 0) -> str:
    """JSON of plain data. Raises: TypeError for anything else."""
    if depth > DEEPEST:
        raise TypeError("the result is nested too deeply")
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return int.__repr__(value)
        case float() if value - value == 0:
            return float.__repr__(value)
        case float():
            raise ValueError(f"the result holds {value!r}")
        case str():
            return encode_basestring_ascii(value)
        case bytes() | bytearray():
            return f'{{"$":"{value.hex()}"}}'
        case list() | tuple():
            return f"[{','.join([to_json(item, depth + 1) for item in value])}]"
        case dict():
            return f"{{{','.join([pair(*item, depth + 1) for item in value.items()])}}}"
    raise TypeError(f"a result of type {type(value).__name__} is no plain data")


def pair(key: object, value: object, depth: int) -> str:
    """One entry of a dictionary. A key with `$` in front gets another one: `$` alone means
    bytes."""
    if not isinstance(key, str):
        raise TypeError(f"a key of type {type(key).__name__} is no text")
    key = "$" + key if key.startswith("$") else key
    return f"{encode_basestring_ascii(key)}:{to_json(value, depth)}"


def error_answer(error: BaseException) -> str:
    """The answer for an exception: its name, its text and the line of the cell."""
    try:
        text = str(error)[:LONGEST_TEXT]
        if line := line_of(error):
            text = f"{text} (line {line})".lstrip()
    except BaseException:
        text = ""
    return to_json([RAISED, type(error).__name__[:LONGEST_TEXT], text])


def line_of(error: BaseException) -> int:
    """The innermost line of host code in the traceback; 0 when there is none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == CELL:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class Outside:
    """An object of the grader: its methods run there, while host code waits."""

    def __init__(self, methods: list[str], questions: int, answers: int) -> None:
        for name in methods:
            setattr(self, name, self._asking(name, questions, answers))

    def _asking(self, name: str, questions: int, answers: int) -> object:
        def ask(*arguments: object, **named: object) -> object:
            write_frame(answers, to_json([ASKS, name, arguments, named]))
            worked, value = read_frame(questions)
            if not worked:
                raise ValueError(value)
            return value

        return ask


class Loaded:
    """The module of the host code, and the objects that the grader has made of its classes."""

    def __init__(self, text: str, questions: int, answers: int) -> None:
        self._module, self._broken = load(text)
        self._pipes = questions, answers
        self._objects: dict[str, object] = {}

    def answer(self, name: str, arguments: list[object], methods: list[str] | None) -> str:
        """Call a function, or a method (`Link.request`) of an object. With `methods`, make the
        object: its first argument has these methods."""
        if self._broken:
            return self._broken
        owner, _dot, method = name.partition(".")
        try:
            function = vars(self._module).get(owner)
            if method:
                function = getattr(self._objects.get(owner), method, None)
            if not callable(function):
                return to_json([MISSING])
            if methods is not None:
                self._objects[name] = function(Outside(methods, *self._pipes), *arguments)
                return to_json([FINISHED, None])
            return to_json([FINISHED, function(*arguments)])
        except BaseException as error:
            return error_answer(error)


def load(text: str) -> tuple[Module, str]:
    """Run the host code as a module. Returns: the module, and the answer to every call when the
    code cannot be loaded ("" otherwise)."""
    module = type(sys)("host")
    sys.modules["host"] = module
    try:
        # The line break replaces the cell's magic line: line numbers are those of the cell.
        exec(compile("\n" + text, CELL, "exec", dont_inherit=True), vars(module))
    except BaseException as error:
        return module, error_answer(error)
    return module, ""


def main() -> None:
    """Answer questions until there are no more."""
    questions, answers = os.dup(0), os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    setup = read_frame(questions)
    try:
        lock(setup)
    except OSError as error:
        write_frame(answers, error_answer(error))
        os._exit(1)
    write_frame(answers, to_json([FINISHED, None]))
    code = Loaded(setup["text"], questions, answers)
    while True:
        write_frame(answers, code.answer(*read_frame(questions)))
        # An sqlite3 connection that was not closed is in a reference cycle and keeps a file open.
        gc.collect(1)


main()
