"""Two compilers build boards whose traces are equal, up to the first collection: what lies on the
C stack, at which the collector looks, is theirs."""

from pathlib import Path

import pytest

from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from hardware.paths import micropython_dir
from tests.support import port_build, rig
from tests.support.project import TESTS
from tools import micropython_tests

RUN_MS = 2000.0
MOST_COLLECT = 0.2
"""The share of programs that may collect: only what happens before is compared."""
BYTES = """
import collections, framebuf, io, json, math, re, struct, time
def marked(text):
    print(text, time.ticks_us())
class Valve:
    def set(self, *values):
        return values
def adder(a, b):
    return lambda c, d: a + b + c + d
valve, add = Valve(), adder(1, 2)
for n in range(6):
    marked(valve.set(*range(n)))
marked(add(3, 4))
data = bytearray(range(40))
for n in (1, 2, 3, 4, 7, 8, 16, 33):
    data[n:n + 2] = bytes(n)
    marked(struct.pack('%ds' % n, data[:n]))
    marked(b'a' * n < b'a' * n + b'b')
marked(data.replace(b'\\0\\0', b'xyz'))
marked('-'.join(['a', 'bc', 'def']).split('-'))
marked(sorted([5, 3, 4]) + [1, 2][::-1])
marked(struct.unpack('<hIqf4s', struct.pack('<hIqf4s', -2, 3, 1 << 40, 0.1, b'ab')))
marked((0x123456789abcdef0).to_bytes(9, 'little'))
stream = io.BytesIO(b'0123456789')
stream.seek(4)
marked(stream.write(b'abcdef') + len(stream.getvalue()))
queue = collections.deque((), 4)
queue.extend([1, 2, 3, 4, 5])
marked(list(queue))
marked(json.loads(json.dumps({'a': [1, 2.5, None], 'b': 'text'})))
marked(re.sub('[aeiou]+', '_', 'a queue of values'))
picture = framebuf.FrameBuffer(bytearray(64), 16, 32, framebuf.MONO_VLSB)
picture.text('Hi', 0, 0)
picture.fill_rect(1, 9, 7, 5, 1)
picture.scroll(1, 2)
marked(picture.pixel(2, 11))
for name in ('sin cos tan asin acos atan exp log log2 log10 sqrt sinh cosh tanh asinh atanh expm1 '
             'erf erfc gamma lgamma floor ceil trunc').split():
    marked([getattr(math, name)(x) for x in (0.1, 0.3, 0.7, 0.999)])
for x in (-2.5, -0.1, 0.1, 7.3, 1e20, 1e-20):
    marked([math.atan2(x, 0.7), math.fmod(x, 0.3), 1.7 ** x, math.exp(x / 1e20)])
    marked(float('1.2345e-7') * x)
    marked('%g %.6f %e %s' % (x, x, x, round(x, 2)))
marked(complex(0.3, 0.4) ** complex(0.5, 0.7))
"""
KEYS = """
import json, os, sys, time
class Own:
    pass
def marked(value):
    print(value, time.ticks_us())
marked({(0, 1): 2, (1, 0): 3, (): 4, ('a', None): 5})
marked({int, str, float, ValueError, Own})
marked({None: 1, True: 2, ...: 4, NotImplemented: 5, Own: 6})
marked(len({print: 1, len: 2, sys: 3, os: 4, json: 5}))
marked([id(x) for x in ((), int, None, print, sys, Own())])
kinds = {int: 1, str: 2, (1, 2): 3}
for i in range(20):
    kinds[int], kinds[str], kinds[(1, 2)]
marked(kinds)
"""


def before_a_collection(trace: Trace) -> tuple[bytes, bool]:
    """The records up to the first one about free memory, and whether there is one."""
    heap = trace.records["kind"] == frames.REC_HEAP
    end = int(heap.argmax()) if heap.any() else len(heap)
    return trace.records[:end].tobytes(), bool(heap.any())


def traces(family: str, programs: dict[str, str]) -> dict[str, Trace]:
    """What each program does on the board that `WARSHA_BUILD` has."""
    knob = [rig.Hand(0, "pot", "position", 0.5)]
    return {name: rig.play(family, text, RUN_MS, knob) for name, text in programs.items()}


def check(
    family: str,
    compiler: str,
    programs: dict[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Compare the installed board with one that this compiler builds."""
    ours = traces(family, programs)
    monkeypatch.setenv("MICROPY_DIR", str(micropython_dir()))
    port_build.build(folder, family, f"CC={compiler}")
    monkeypatch.setenv("WARSHA_BUILD", str(folder))
    theirs = traces(family, programs)
    collect, apart = 0, []
    for name, trace in ours.items():
        (a, a_collects), (b, b_collects) = map(before_a_collection, (trace, theirs[name]))
        least = min(len(a), len(b)) if a_collects or b_collects else None
        collect += least is not None
        if a[:least] != b[:least]:
            apart.append(name)
    assert not apart, f"{compiler}, {family}"
    assert collect < MOST_COLLECT * len(programs)


def engine_programs() -> dict[str, str]:
    """Programs that use much of a board; one of MicroPython's C code that copies, compares and
    computes; one of keys whose hash is an address."""
    files = sorted((TESTS / "board" / "second_engine").glob("*.py"))
    return {"bytes": BYTES, "keys": KEYS} | {file.stem: file.read_text() for file in files}


def upstream_programs() -> dict[str, str]:
    """MicroPython's own tests; each prints when it ends. Those of folder `stress` and some others
    are about the C stack: how deep a recursion goes differs between compilers."""
    deep = ("re_stack_overflow", "meminfo")
    root, programs = micropython_dir() / "tests", {}
    for name in micropython_tests.all_tests(("basics", "micropython", "extmod", "float", "misc")):
        if not name.endswith(tuple(f"{test}.py" for test in deep)):
            text = (root / name).read_bytes().decode(errors="replace")
            programs[name] = f"{text}\nimport time\nprint(time.ticks_us())\n"
    return programs


@pytest.fixture(scope="session")
def compilers() -> list[str]:
    """The other compilers of this machine."""
    return port_build.other_compilers() or pytest.skip(
        "no second compiler that makes 32-bit programs: install clang, or another gcc"
    )


def test_another_compiler_builds_the_same_pico(
    compilers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check("rp2", compilers[0], engine_programs(), tmp_path, monkeypatch)


@pytest.mark.long
def test_every_compiler_builds_the_same_boards(
    family: str, compilers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for compiler in compilers:
        with monkeypatch.context() as patch:
            programs = engine_programs() | upstream_programs()
            check(family, compiler, programs, tmp_path / compiler, patch)
