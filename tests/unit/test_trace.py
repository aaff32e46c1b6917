"""The trace: levels over time, text, the canonical form, and the file."""

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest

from hardware.bench.circuit.pads import Pad
from hardware.bench.decode.calls import calls
from hardware.bench.protocol import frames as f
from hardware.bench.protocol.packed_bytes import PackedBytes
from hardware.bench.protocol.records import (
    FEW,
    PACKER,
    RECORD,
    Row,
    bytes_in,
    pack_text,
    unpack_text,
)
from hardware.bench.trace.recorder import Recorder
from hardware.bench.trace.summary import summary
from hardware.bench.trace.trace import ControlAt, End, Line, Trace, UncaughtException

ON: Row = (f.REC_POWER, 0, f.END_RESET, 1, 0)


def trace(*rows: Row, text: bytes = b"", end_ns: int = 10_000) -> Trace:
    raw = b"".join(PACKER.pack(*row) for row in rows) + text
    return Trace("pi_pico", np.frombuffer(raw, RECORD), end_ns=end_ns, nets={"GP4": 4})


def mode(gpio: int, mode: int, t_ns: int, latch: int = 0) -> Row:
    return (f.REC_MODE, gpio, mode, latch, t_ns)


def out(gpio: int, level: int, t_ns: int) -> Row:
    return (f.REC_OUT, gpio, 0, level, t_ns)


def seen(gpio: int, level: int, t_ns: int) -> Row:
    return (f.REC_IN, gpio, 0, level, t_ns)


def edges(made: Trace, pin: int | str = 4) -> list[tuple[int, bool]]:
    found = made.edges(pin)
    return list(zip(found.t_ns.tolist(), found.level.tolist(), strict=True))


def test_an_output_shows_from_its_mode_on() -> None:
    made = trace(ON, out(4, 1, 10), mode(4, f.MODE_OUT, 20, latch=1), out(4, 0, 30), out(4, 0, 40))
    assert edges(made) == [(0, False), (20, True), (30, False)]
    assert edges(made, "GP4") == edges(made)
    assert made.edges(4).rising().tolist() == [20]
    assert made.edges(4).falling().tolist() == [30]


def test_the_latch_of_an_input_does_not_show() -> None:
    made = trace(
        ON, seen(4, 1, 0), mode(4, f.MODE_IN, 5), out(4, 0, 10), seen(4, 0, 50), out(5, 1, 60)
    )
    assert edges(made) == [(0, True), (50, False)]


def test_an_output_that_becomes_an_input_keeps_its_level_until_one_is_seen() -> None:
    made = trace(ON, mode(4, f.MODE_OUT, 5, 1), mode(4, f.MODE_IN, 20), seen(4, 0, 30))
    assert edges(made) == [(0, False), (5, True), (30, False)]


def test_an_observed_level_overrides_a_driven_one() -> None:
    made = trace(ON, mode(4, f.MODE_OPEN_DRAIN, 5, 1), seen(4, 0, 5), out(4, 1, 9), seen(4, 1, 12))
    assert edges(made) == [(0, False), (9, True)]


def test_power_takes_the_level_away() -> None:
    off, on = (f.REC_POWER, 0, f.END_RESET, 0, 50), (f.REC_POWER, 0, f.END_RESET, 1, 50)
    made = trace(ON, mode(4, f.MODE_OUT, 5, 1), off, on, out(4, 1, 60))
    assert edges(made) == [(0, False), (5, True), (50, False)]


def test_level_at() -> None:
    made = trace(ON, mode(4, f.MODE_OUT, 20, 1), out(4, 0, 30))
    assert [made.level_at(4, t) for t in (0, 19, 20, 29, 30, 99)] == [0, 0, 1, 1, 0, 0]


def test_a_trace_of_nothing() -> None:
    made = trace()
    assert edges(made) == [(0, False)]
    assert (made.lines(), made.exceptions(), made.boots(), made.ended()) == ([], [], [], None)
    assert made.serial().data == b""


def test_a_pin_that_is_unknown_names_those_that_are() -> None:
    with pytest.raises(KeyError, match="GP4"):
        trace().edges("GP5")
    assert edges(trace(ON, mode(5, f.MODE_OUT, 5, 1)).named({"LED": 5}), "LED")[1] == (5, True)


def test_settings_of_a_pin() -> None:
    pull = f.MODE_IN | f.PULL_UP << 4
    made = trace(
        ON,
        mode(4, pull, 3),
        (f.REC_PWM, 4, 32768, 1000, 5),
        (f.REC_IRQ, 4, 3, 1, 6),
        mode(5, 1, 7),
    )
    assert made.modes(4) == [(3, f.MODE_IN, f.PULL_UP, False)]
    assert made.pwm("GP4") == [(5, 1000, 32768)]
    assert made.irqs(4) == [(6, 3, True)]
    assert made.irqs(5) == []


@pytest.mark.parametrize("length", [*range(14), 1000])
def test_text_survives_packing(length: int) -> None:
    data = random.Random(length).randbytes(length)
    packed = np.frombuffer(pack_text(f.REC_TX, data, 77), RECORD)
    assert len(packed) == (length + 5) // 6
    assert unpack_text(packed)[0] == data
    assert set(unpack_text(packed)[1].tolist()) <= {77}


def test_few_and_many_records_give_the_same_bytes() -> None:
    chance, sizes = random.Random(5), set()
    for _ in range(500):
        data = chance.randbytes(chance.randrange(90))
        packed = pack_text(f.REC_DATA, data, 10)
        sizes.add(len(packed) <= FEW)
        assert bytes_in(packed) == data
    assert sizes == {True, False}


def test_lines_have_the_time_of_their_newline() -> None:
    text = (
        pack_text(f.REC_TX, "سطر\r\n".encode(), 100)
        + pack_text(f.REC_TX, b"half", 200)
        + pack_text(f.REC_RX, b"typed\r", 250)
        + pack_text(f.REC_TX, b" done\r\n\xff\nrest", 300)
    )
    made = trace(ON, text=text)
    assert made.lines() == [Line(100, "سطر"), Line(300, "half done"), Line(300, "\ufffd")]
    assert made.sent().data == b"typed\r"
    assert made.serial().t_ns.tolist() == [100] * 8 + [200] * 4 + [300] * 13


def test_a_reset_cuts_a_line() -> None:
    boot = PACKER.pack(f.REC_STATE, f.STATE_BOOT, 1, 0, 200)
    text = pack_text(f.REC_TX, b"one\n>>> ", 100) + boot + pack_text(f.REC_TX, b"two\nthree", 200)
    assert trace(ON, text=text).lines() == [Line(100, "one"), Line(200, "two")]


def test_exceptions_states_faults_and_the_end() -> None:
    first, second = b"Traceback\nValueError: a\n", b"KeyError: 1\n"
    text = (
        pack_text(f.REC_EXC, first, 10)
        + PACKER.pack(f.REC_EXC, 0, 0, 0, 10)
        + pack_text(f.REC_EXC, second, 20)
        + PACKER.pack(f.REC_EXC, 0, 0, 0, 21)
        + PACKER.pack(f.REC_STATE, f.STATE_BOOT, 1, 0, 30)
        + PACKER.pack(f.REC_FAULT, f.FAULT_SHORT, 4, 0, 40)
        + PACKER.pack(f.REC_POWER, 0, f.END_CPU, 0, 50)
    )
    made = trace(ON, text=text)
    made.end_detail = "why"
    assert made.exceptions() == [
        UncaughtException(10, first.decode()),
        UncaughtException(21, second.decode()),
    ]
    assert made.boots() == [30]
    assert made.faults() == [(40, f.FAULT_SHORT, 4, 0)]
    assert made.ended() == End(50, f.END_CPU, "why")
    assert summary(made)["ended"] == {"t_ns": 50, "cause": "cpu", "detail": "why"}


def test_the_order_does_not_depend_on_the_arrival_of_records() -> None:
    """Records of the board in pieces, with notes of the bench between them at random."""
    chance = random.Random(4)
    board = [PACKER.pack(*out(4, n & 1, 10 * (n // 2))) for n in range(200)]
    bench = [seen(5, n & 1, 10 * (n // 3)) for n in range(200)]
    prints = set()
    for _ in range(20):
        recorder, mine, theirs = Recorder(), iter(bench), iter(board)
        recorder.power(True, f.END_RESET, 0)
        for who in chance.sample([0] * 200 + [1] * 200, 400):
            if who:
                recorder.take(next(theirs))
            else:
                recorder.note(*next(mine))
        recorder.power(False, f.END_OFF, 1000)
        prints.add(Trace("pi_pico", recorder.records(1000)).sha256())
    assert len(prints) == 1


class BothSides:
    """A recorder, and beside it all that it was given, as it came."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.recorder.power(True, f.END_RESET, 0)
        self.came = PACKER.pack(*ON)

    def call(self, t_ns: int, data: bytes, answer: bytes) -> None:
        sent = pack_text(f.REC_DATA, data, t_ns)
        row, result = (f.REC_CALL, 1, 21, 400_000, t_ns), (f.REC_RESULT, 1, len(data), 9, t_ns)
        place = len(sent) // 2 // len(PACKER.pack(*row)) * len(PACKER.pack(*row))
        self.recorder.take(PACKER.pack(*out(4, 1, t_ns)) + sent[:place])
        self.recorder.take(sent[place:])
        assert self.recorder.take_call(row) == data
        self.recorder.note_with(answer, *result)
        self.came += PACKER.pack(*out(4, 1, t_ns)) + sent + PACKER.pack(*row)
        self.came += pack_text(f.REC_ANSWER, answer, t_ns) + PACKER.pack(*result)

    def trace(self, until_ns: int) -> Trace:
        recorder = self.recorder
        records = recorder.records(until_ns)
        return Trace("pi_pico", records, end_ns=until_ns, payloads=recorder.payloads)


def test_a_trace_with_payloads_has_the_fingerprint_of_what_came(tmp_path: Path) -> None:
    chance, sides = random.Random(3), BothSides()
    for t_ns in range(10, 5000, 10):
        data = chance.choice([b"", b"\x80\xae", chance.randbytes(chance.randrange(1, 90))])
        sides.call(t_ns, data, chance.choice([b"", chance.randbytes(chance.randrange(9))]))
    made = sides.trace(9000)
    plain = Trace("pi_pico", np.frombuffer(sides.came, RECORD), end_ns=9000)
    assert made.sha256() == plain.sha256()
    made.save(tmp_path / "a.npz")
    assert Trace.load(tmp_path / "a.npz").sha256() == plain.sha256()


def test_packed_bytes_come_back_in_any_order() -> None:
    chance, packed = random.Random(8), PackedBytes()
    picture = bytearray(chance.randbytes(1024))
    added = []
    for number in range(2000):
        picture[chance.randrange(1024)] ^= 0xFF
        added.append(bytes(picture) if chance.random() < 0.9 else chance.randbytes(number % 50))
        assert packed.add(added[-1]) == number
        early = chance.randrange(number + 1)
        assert packed.get(early) == added[early]
    assert [packed.get(number) for number in range(2000)] == added
    assert packed.lengths().tolist() == list(map(len, added))
    assert packed.size < sum(map(len, added)) / 4


def test_equal_payloads_take_no_further_room() -> None:
    sides, picture = BothSides(), bytes(range(256)) * 4
    for t_ns in range(10, 1000, 10):
        sides.call(t_ns, picture, b"")
    assert len(sides.trace(1000).records) == 1 + 3 * 99
    assert len(sides.recorder) < 1 + 3 * 99 + len(picture) // 16 + 2


def test_a_recorder_that_forgets_keeps_the_payloads_of_what_is_left() -> None:
    sides = BothSides()
    for number in range(1, 400):
        sides.call(10 * number, b"%d" % number * 9, b"%d" % -number)
    before = sides.trace(9000)
    hash_before, size_before = before.sha256(), sides.recorder.payloads.size
    sides.recorder.forget()
    assert sides.recorder.payloads.size < 0.6 * size_before
    kept = [(call.data, call.answer) for call in calls(sides.trace(9000))]
    assert kept == [(call.data, call.answer) for call in calls(before)][-len(kept) :]
    assert 150 < len(kept) < 250
    sides.call(5000, b"after", b"")
    assert calls(sides.trace(9000))[-1].data == b"after"
    assert before.sha256() == hash_before


@pytest.mark.parametrize("seed", range(8))
def test_a_recorder_that_forgets_keeps_the_levels_of_pins(seed: int) -> None:
    """Also those of a board that is on again: what is left of it is as before."""
    chance, recorder = random.Random(seed), Recorder()
    recorder.power(True, f.END_RESET, 0)
    t_ns = 0
    for gpio in range(3):
        recorder.take(PACKER.pack(*mode(gpio, f.MODE_OUT, t_ns)))
    for number in range(600):
        t_ns += chance.randrange(1, 9)
        recorder.take(PACKER.pack(*out(chance.randrange(3), chance.randrange(2), t_ns)))
        recorder.note(*seen(4, chance.randrange(2), t_ns))
        if number == 200 and seed % 2:
            recorder.power(False, f.END_OFF, t_ns)
            recorder.power(True, f.END_RESET, t_ns)
            recorder.take(PACKER.pack(*mode(2, f.MODE_OUT, t_ns, 1)))
    whole = Trace("pi_pico", recorder.records(t_ns), end_ns=t_ns)
    for _time in range(3):
        recorder.forget()
        left = Trace("pi_pico", recorder.records(t_ns), end_ns=t_ns)
        assert len(left.records) < 0.7 * len(whole.records) and recorder.begin_ns > 0
        for gpio in range(5):
            for at_ns in range(recorder.begin_ns, t_ns):
                assert left.level_at(gpio, at_ns) == whole.level_at(gpio, at_ns)


def test_the_largest_share_of_a_trace() -> None:
    sides = BothSides()
    for t_ns in range(10, 200, 10):
        sides.call(t_ns, b"%d" % t_ns * 30, b"")
    assert sides.recorder.largest_share() == ("I2C", 87)
    sides.recorder.take(PACKER.pack(*out(5, 1, 300)) * 5000)
    assert sides.recorder.largest_share() == ("GPIO 5", 96)


def test_records_after_a_time_are_not_visible() -> None:
    recorder = Recorder()
    recorder.power(True, f.END_RESET, 0)
    recorder.take(PACKER.pack(*out(4, 1, 10)) + PACKER.pack(*out(4, 0, 20)))
    assert [len(recorder.records(t)) for t in (9, 10, 19, 20)] == [1, 2, 2, 3]
    recorder.power(False, f.END_FORGED, 15)
    assert [len(recorder.records(t)) for t in (9, 10, 19, 20)] == [3, 3, 3, 3]


def test_the_fingerprint_is_of_what_happened() -> None:
    one = trace(ON, mode(4, f.MODE_OUT, 20, 1))
    same = one.named({"LED": 4})
    same.end_detail = "words"
    assert one.sha256() == same.sha256()
    canonical = b"warsha-trace 1\npi_pico\n10000\n" + one.records.tobytes()
    assert one.sha256() == hashlib.sha256(canonical).hexdigest()
    others = [
        trace(ON, mode(4, f.MODE_OUT, 21, 1)),
        trace(ON, mode(4, f.MODE_OUT, 20, 1), end_ns=10_001),
        Trace("esp32_devkit_v1", one.records, end_ns=10_000),
        Trace("pi_pico", one.records, [ControlAt(3, "btn1", "pressed", 1.0)], 10_000),
    ]
    assert len({made.sha256() for made in [one, *others]}) == 5


def test_a_saved_and_loaded_trace_is_the_same(tmp_path: Path) -> None:
    made = trace(ON, mode(4, f.MODE_OUT, 20, 1), text=pack_text(f.REC_TX, b"hello\n", 30))
    made.controls.append(ControlAt(3, "btn1", "pressed", 1.0))
    made.end_detail = "because"
    made.save(tmp_path / "a.npz")
    back = Trace.load(tmp_path / "a.npz")
    assert back.sha256() == made.sha256()
    assert (back.controls, back.nets, back.end_detail) == (made.controls, made.nets, "because")
    assert back.lines() == made.lines()
    assert summary(back) == summary(made)


def test_the_summary_names_what_happened() -> None:
    made = trace(
        ON, mode(4, f.MODE_OUT, 20, 1), out(4, 0, 30), text=pack_text(f.REC_TX, b"hello\n", 40)
    )
    made.nets["GP5"] = 5
    data = summary(made)
    assert data["pins"] == {
        "GP4": {"gpio": 4, "start": False, "edge_count": 2, "edges": [20, 30], "pwm": []}
    }
    assert (data["serial"], data["ended"], data["end_ns"]) == ("hello\n", None, 10_000)


@pytest.mark.parametrize("seed", range(20))
def test_pulses_are_those_of_the_pad_at_every_moment(seed: int) -> None:
    chance = random.Random(seed)
    times = sorted(chance.randrange(400) for _setting in range(12))
    settings = [
        (
            t,
            chance.choice([0, 10**7, 3 * 10**7, 10**8]),
            chance.choice([0, 1, 9999, 40_000, 65535]),
        )
        for t in times
    ]
    rows = [(f.REC_PWM, 4, duty, hz, t) for t, hz, duty in settings]
    latch = [out(4, t // 50 % 2, t) for t in range(0, 400, 50)]
    made = trace(ON, mode(4, f.MODE_OUT, 0), *sorted(latch + rows, key=lambda row: row[4]))
    made.end_ns = 500
    found, plain = made.edges(4, pwm=True), made.edges(4)
    pad, left = Pad(), settings[:]
    for t in range(500):
        while left and left[0][0] <= t:
            at, hz, duty = left.pop(0)
            pad.pwm(hz, duty, at)
        expected = pad.level(t) if pad.freq_hz else plain.level_at(t)
        assert found.level_at(t) == expected, t


def test_what_came_last_at_a_pad_does_not_depend_on_earlier_questions() -> None:
    wave = (f.REC_PWM, 4, 9, 9, 40)
    rows = [mode(4, 2, 10), out(4, 1, 20), out(5, 1, 30), wave, out(4, 0, 50), out(4, 1, 60)]
    asked = Recorder()
    for number, row in enumerate(rows, 1):
        asked.take(PACKER.pack(*row))
        for since in (5, 25, 55, 15, 65):
            fresh = Recorder()
            fresh.take(b"".join(PACKER.pack(*each) for each in rows[:number]))
            assert asked.pad_rows([4], since, 100) == fresh.pad_rows([4], since, 100)
    assert asked.pad_rows([4], 55, 100) == [rows[0], rows[3], rows[4], rows[5]]
    assert asked.pad_rows([4, 5], 45, 55) == rows[:5]
