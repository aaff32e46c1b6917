"""Output of the sandbox is untrusted until it is parsed; system call numbers of the filter."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from grader.errors import GraderError
from grader.host import seccomp
from grader.host.plain_data import fits, parse
from tests.support.call_count import calls

HEADERS = (
    Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    Path("/usr/include/asm-generic/unistd.h"),
)
HOSTILE = {
    b"": "no JSON",
    b"[0": "no JSON",
    b"[0] [0]": "no JSON",
    b"\xff": "utf-8",
    b"[" * 100_000: "nested too deeply",
    b"[" * 40 + b"]" * 40: "nested too deeply",
    b'{"a":' * 40 + b"1" + b"}" * 40: "nested too deeply",
    b"NaN": "it holds NaN",
    b"-Infinity": "it holds -Infinity",
    b"1e999": "too large",
    b"9" * 5000: "64 bits",
    b"9223372036854775808": "64 bits",
    b"1" + b"0" * 400 + b".0": "too large",
    b'"\\ud800"': "surrogates",
    b'{"\\udfff": 1}': "surrogates",
    b'{"a": 1, "a": 2}': "twice",
    b'{"$$a": 1, "$$a": 2}': "twice",
    b'{"$": 1}': "no hexadecimal",
    b'{"$": "0g"}': "hexadecimal",
    b"[" + b"0," * 250_000 + b"0]": "too many values",
}


@pytest.mark.parametrize("data", HOSTILE, ids=HOSTILE.values())
def test_hostile_bytes_are_refused_with_a_reason(data: bytes) -> None:
    def refuse() -> None:
        with pytest.raises(ValueError, match=HOSTILE[data]):
            parse(data)

    assert calls(refuse) < 3_000_000


def test_random_bytes_give_plain_data_or_a_value_error() -> None:
    chance = random.Random(5)
    seeds = [b'[0,{"a":[1,2.5,"x",{"$":"00ff"}],"b":null}]', *HOSTILE]
    plain = 0
    for _ in range(5000):
        data = bytearray(chance.choice(seeds)[:200])
        for _change in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.choice(b'[]{}",:$0e9-\\u\xff')
        try:
            json.dumps(parse(bytes(data)), allow_nan=False, default=bytes.hex)
            plain += 1
        except ValueError:
            pass
    assert plain > 100


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        (1, int, True),
        (True, int, False),
        (1, float, True),
        (1.5, int, False),
        (None, int | None, True),
        (None, None, True),
        ("1", int | str, True),
        ([1, 2], list[int], True),
        ([1, "2"], list[int], False),
        ([[1], []], list[list[int]], True),
        ({"a": [1.5]}, dict[str, list[float]], True),
        ({"a": [b""]}, dict[str, list[float]], False),
        (b"", bytes, True),
        ({}, list, False),
        ([object()], list[Any], True),
    ],
)
def test_a_value_is_compared_with_its_shape(value: Any, shape: Any, expected: bool) -> None:
    assert fits(value, shape) is expected


@pytest.mark.skipif(not all(map(Path.is_file, HEADERS)), reason="needs linux-libc-dev")
def test_the_numbers_are_the_kernels() -> None:
    for column, header in enumerate(HEADERS):
        defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text())
        known = {name: int(number) for name, number in defined}
        ours = {name: both[column] for name, both in seccomp.REFUSED.items() if both[column]}
        ours |= {"clone3": seccomp.CLONE3, "prlimit64": seccomp.PRLIMIT64[column]}
        ours |= {"fcntl": seccomp.FCNTL[column], "exit": seccomp.EXIT[column]}
        ours |= {"exit_group": seccomp.EXIT_GROUP[column]}
        assert {name: number for name, number in ours.items() if known.get(name) != number} == {}


def test_every_jump_of_the_filter_stays_inside() -> None:
    for machine in ("x86_64", "aarch64"):
        filtered = seccomp.program(machine)
        steps = [filtered[at : at + 8] for at in range(0, len(filtered), 8)]
        for at, (_code, _high, yes, no, *_value) in enumerate(steps):
            assert at + 1 + max(yes, no) < len(steps) or steps[at][0] == 0x06


def test_a_machine_with_unknown_system_call_numbers_is_refused() -> None:
    with pytest.raises(GraderError, match="riscv64"):
        seccomp.program("riscv64")
