"""Boards that send invalid records: each is ended with a reason, and the bench continues."""

import os
import random
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from hardware.bench.board.record_validation import RecordValidator
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import RECORD, Row
from hardware.errors import BenchError
from tests.support.scripted_boards import SECOND, MakeBench
from tests.support.workbench import bench_with

INVALID = {
    "a time before the previous one": (
        "say(OUT, 2, 0, 1, 5000); say(OUT, 2, 0, 0, 4000)",
        "time goes back",
    ),
    "a time before the boot": ("ask(SYNC, t=10 ** 9); say(OUT, 2, t=1)", "time goes back"),
    "a request in the past": ("say(OUT, 2, 0, 1, 5000); ask(SYNC, t=4999)", "time goes back"),
    "a time after the grant": (
        f"say(OUT, 2, 0, 1, {4 * SECOND + 1})",
        "time beyond what was granted",
    ),
    "a request too far ahead": ("ask(SYNC, t=2 ** 64 - 1)", "time far beyond"),
    "pin writes that take no time": (
        "for n in range(40): say(OUT, 2, 0, n & 1, 1000 + 10 * n)",
        "pin writes closer than the chip can do",
    ),
    "a record kind of the bench": ("say(32, 2, 0, 1, 10)", "unknown kind 32"),
    "an unknown record kind": ("say(200, t=10)", "unknown kind 200"),
    "an unknown pin": ("say(OUT, 64, 0, 1, 10)", "impossible values"),
    "an invalid level": ("say(OUT, 2, 0, 7, 10)", "impossible values"),
    "an invalid mode": ("say(MODE, 2, 9, 0, 10)", "impossible values"),
    "too much text": ("say(TX, 200, t=10)", "impossible values"),
    "a request for an unknown pin": ("ask(18, 64, t=10)", "impossible values"),
    "an interrupt character out of range": ("ask(SYNC, c=300, t=10)", "impossible values"),
    "an invalid reset cause": ("say(STATE, 6, 0, 70000, 10); os._exit(0)", "impossible"),
    "a record during a wait": (
        "link.sendall(struct.pack('<BBHIQBBHIQ', SYNC, 1, 0, 255, 10, OUT, 2, 0, 1, 20))",
        "speaks while it waits",
    ),
    "a second hello": ("ask(HELLO, 1, 1, 32, 10)", "hello is not the first word"),
    "another version after a reset": (
        "say(STATE, 6, 0, 4, 10); ask(HELLO, 99, 1, 32, 10)",
        "hello of another board",
    ),
    "a build of 33 bits": ("say(STATE, 6, t=10); ask(HELLO, 2, 1, 33, 10)", "another board"),
    "bytes without a call": ("say(DATA, 6, t=10); say(OUT, 2, 0, 1, 20)", "does not come"),
    "bytes before a request": ("say(DATA, 6, t=10); ask(SYNC, t=20)", "does not come"),
    "an unknown call": ("call(255)", "a call 255"),
    "too many bytes of a call": ("call(2, 8, 1, bytes(32_769))", "too many bytes"),
    "an invalid radio channel": ("call(70, 300, 2, bytes(2))", "a channel that no radio has"),
    "more than a UART holds": (
        "call(3, 1, 300, bytes((17, 16, 8, 0, 1, 0)))\n"
        "for n in range(9): call(4, 1, 0, bytes(9000))",
        "more bytes than a UART has room for",
    ),
    "endless calls": (
        "call(64, 0, 1, bytes(6))\nfor n in range(99): call(65)",
        "calls in the middle of too many others",
    ),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_record_ends_the_board(hostile: MakeBench, case: str) -> None:
    acts, reason = INVALID[case]
    with hostile(acts + "\nask(SYNC, t=10 ** 12)") as bench:
        bench.run(3 * SECOND)
    assert bench.ended is not None
    assert bench.ended.cause == frames.END_FORGED
    assert reason in bench.ended.detail


def test_valid_records_before_an_invalid_one_stay(hostile: MakeBench) -> None:
    acts = "say(MODE, 2, 2, 0, 500); say(OUT, 2, 0, 1, 5000); say(OUT, 2, 0, 0, 9000); say(99)"
    with hostile(acts) as bench:
        bench.run(SECOND)
    assert bench.trace.edges(2).t_ns.tolist() == [0, 5000, 9000]
    end = bench.trace.ended()
    assert end is not None and (end.t_ns, end.cause) == (9000, frames.END_FORGED)


def test_an_invalid_record_after_the_end_of_a_run_does_not_affect_it(hostile: MakeBench) -> None:
    acts = f"say(MODE, 2, 2, 0, 500); say(OUT, 2, 0, 1, {SECOND}); say(99, t={SECOND})"
    with hostile(acts) as bench:
        bench.run(SECOND // 2)
        assert bench.ended is None
        assert len(bench.trace.edges(2).t_ns) == 1
        bench.run(2 * SECOND)
        assert bench.ended is not None


def test_a_board_of_another_version_is_an_internal_error(hostile: MakeBench) -> None:
    with pytest.raises(BenchError, match="version 99") as caught, hostile("", version=99) as bench:
        bench.run(SECOND)
    assert "make" in caught.value.cure


def test_a_board_that_is_not_built_has_a_cure(
    hostile: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = hostile("")
    monkeypatch.setenv("WARSHA_BUILD", "/nowhere")
    with pytest.raises(BenchError, match="not built") as caught:
        bench.start()
    assert "make" in caught.value.cure


def test_a_program_that_the_machine_cannot_execute_is_named(
    hostile: MakeBench, tmp_path: Path
) -> None:
    bench = hostile("")
    (tmp_path / "port" / "esp32" / "warsha-esp32").write_bytes(b"\x7fELF\x01 not for this machine")
    with pytest.raises(BenchError, match="32-bit"):
        bench.start()


def test_the_board_inherits_no_file_or_variable(family: str) -> None:
    with open(os.devnull, "wb") as leak, bench_with("while True: pass", family) as bench:
        os.set_inheritable(leak.fileno(), True)
        bench.reset()
        bench.run(SECOND)
        process = Path(f"/proc/{bench.board.pid}")
        assert sorted(file.name for file in (process / "fd").iterdir()) == list("01234")
        assert (process / "environ").read_bytes() == b""


def test_single_and_batched_records_are_validated_alike() -> None:
    chance = random.Random(11)
    verdicts = set()
    for _ in range(3000):
        rows = honest_rows(chance)
        if chance.random() < 0.7:
            corrupt(rows, chance)
        one, many = RecordValidator(400, 0), RecordValidator(400, 0)
        for validator in (one, many):
            validator.granted(10**9)
        batch = np.array(rows, RECORD)
        before = deepcopy(state_of(many))
        valid = many.all_valid(batch)
        reason = next((why for row in rows if (why := one.check(row))), None)
        assert valid == (reason is None)
        assert state_of(many) == (state_of(one) if valid else before)
        verdicts.add(reason and reason.split()[0])
    assert verdicts == {None, "pin", "time", "unknown", "a", "speaks", "bytes"}


def state_of(validator: RecordValidator) -> dict[str, object]:
    """The whole state of a validator, as plain data."""
    rates = {"_program", "_engine"}
    state = fields_of(validator).items()
    return {name: fields_of(value) if name in rates else value for name, value in state}


def fields_of(thing: object) -> dict[str, object]:
    """Its attributes; a compiled class has no `__dict__`."""
    names = [name for name in dir(thing) if not name.startswith("__")]
    values = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in values.items() if not callable(value)}


def honest_rows(chance: random.Random) -> list[Row]:
    kinds = [frames.REC_OUT] * 9 + [frames.REC_MODE, frames.REC_TX, frames.REC_PWM]
    kinds.append(frames.REC_STATE)
    rows, t_ns = [], 0
    for _ in range(chance.randrange(1, 60)):
        t_ns += chance.randrange(400, 2000)
        rows.append((chance.choice(kinds), chance.randrange(1, 7), 1, 1, t_ns))
    return rows


def corrupt(rows: list[Row], chance: random.Random) -> None:
    at = chance.randrange(len(rows))
    kind, a, b, c, t_ns = rows[at]
    invalid: list[Row] = [
        (kind, 99, b, c, t_ns),
        (chance.choice((0, 1, 9, 40, 255)), a, b, c, t_ns),
        (frames.REC_SYNC, a, b, c, t_ns),
        (kind, a, b, c, max(0, t_ns - 3000)),
        (kind, a, b, c, 2 * 10**9 + 1),
        (frames.REC_MODE, a, 7, c, t_ns),
    ]
    rows[at] = chance.choice(invalid)
    if chance.random() < 0.3:
        rows[at:at] = [(frames.REC_OUT, 1, 0, n & 1, rows[at][4]) for n in range(20)]
