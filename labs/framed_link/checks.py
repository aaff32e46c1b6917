"""L12: frames with a CRC are answered, whatever comes between them.

What the board sends from the end of a request to the start of the next one is its *reply*. Item b
alone judges the escaping of answers; the other items also accept a right answer that is not
escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from grader import (
    NS_PER_MS,
    AtLeast,
    AtMost,
    Episode,
    Exactly,
    HostLine,
    Millis,
    Never,
    Run,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
    observe,
    once,
    send_uart,
)
from grader.measure.framing import crc8, escaped, flagged, unescaped
from grader.measure.pins import other_pin
from grader.measure.scenario_item import scenario_item
from grader.measure.uart import uart_sent

GET, SET, TGL, READ, ECHO, ANSWER, NAK = 1, 2, 3, 4, 5, 0x80, 0xFF
NEWLINE = 0x0A
NEVER = float("inf")
PROMPT, ANSWERED = AtMost(ms(20)), AtMost(ms(100))
READ_PERCENT, SHOWN = 2, 24
LONG = 64
"""Bytes of an answer that is longer than all others."""
SILENCE, ALLOWED = ms(2000), ms(100)
REQUESTS, RETRIES, TIMEOUT, LATE_MS = 40, 3, ms(200), 250


@dataclass(frozen=True)
class Proto:
    """The CRC of proto.json, and frames with it."""

    poly: int
    init: int

    def crc8(self, data: bytes) -> int:
        """The CRC of bytes."""
        return crc8(data, self.poly, self.init)

    def frame(self, seq: int, cmd: int, data: bytes = b"") -> bytes:
        """A frame that is not escaped, without flags."""
        body = bytes([len(data), seq, cmd]) + data
        return body + bytes([self.crc8(body)])

    def is_good(self, frame: bytes) -> bool:
        """Whether its length and its CRC are right."""
        return (
            len(frame) >= 4 and frame[0] == len(frame) - 4 and self.crc8(frame[:-1]) == frame[-1]
        )


PUBLIC, NAK_BODY = Proto(0x07, 0x00), bytes([0, 0, NAK])


def proto_of(run: Run) -> Proto:
    """What the board's proto.json says."""
    return Proto(run.data["poly"], run.data["init"])


@dataclass(frozen=True)
class Reply:
    """What went to the board (see scenario.py), and the `data` that it sent until the next bytes
    came, the last of them at `sent_ns`."""

    sent: bytes
    at_ns: int
    end_ns: int
    cmd: int
    seq: int
    answer: bytes
    level: int
    share: float
    data: bytes
    sent_ns: int

    @property
    def is_corrupted(self) -> bool:
        """Whether a NAK is the right answer."""
        return self.answer[2:3] == bytes([NAK])

    def is_(self, answer: bytes) -> bool:
        """Whether it is this frame and nothing else."""
        return self.data in (flagged(answer), flagged(escaped(answer)))

    def took(self, is_right: bool) -> Millis:
        """The time from the request to the end of the answer; infinite for a wrong one."""
        took_ns = self.sent_ns - self.end_ns
        return millis_of_ns(took_ns, self.end_ns) if is_right else Millis(NEVER, self.end_ns)


@once
def replies(run: Run) -> list[Reply]:
    """The reply to each request."""
    line, asks = uart_sent(run, "LINK_TX"), run.data["asks"]
    until_ns = [ask["at_ns"] for ask in asks[1:]] + [run.end_ns - run.zero_ns]
    found = []
    for ask, next_ns in zip(asks, until_ns, strict=True):
        first, last = np.searchsorted(line.at_ns, (ask["end_ns"], next_ns))
        sent_ns = int(line.at_ns[last - 1]) if last > first else ask["end_ns"]
        found.append(Reply(**ask, data=line.data[first:last], sent_ns=sent_ns))
    return found


def why_deaf(run: Run) -> str:
    """Every frame looks corrupted to the program: it has the CRC of the lesson's example, as its
    NAK shows, or a CRC of its own. One frame of the noise may look right to it by chance."""
    frames = [frame for reply in replies(run) for frame in reply.data.split(b"\x7e") if frame]
    heard = {nak for frame in frames if (nak := unescaped(frame))[:-1] == NAK_BODY}
    others = [frame for frame in frames if unescaped(frame) not in heard]
    if not heard or len(others) > 1:
        return ""
    is_public = heard == {PUBLIC.frame(0, NAK)} and proto_of(run) != PUBLIC
    return "hardcoded" if is_public else "crc_span"


def told(key: str, found: Sequence[Reply], took: Sequence[Millis]) -> str:
    """The key with the last bytes of the first request that got no right answer, with what came
    and with what is right. When all answers are right, they are late."""
    wrong = next((r for r, t in zip(found, took, strict=True) if t == NEVER), None)
    if wrong is None:
        return "slow"
    parts = (wrong.sent, wrong.data, flagged(escaped(wrong.answer)))
    return f"{key} " + " | ".join(part[-SHOWN:].hex(" ").upper() or "-" for part in parts)


# a: valid frames.


def why_wrong(run: Run) -> str:
    """Every frame looks corrupted, or an answer is wrong or late."""
    took = answers.measure(run)
    return (why_deaf(run) or told("wrong_answer", plain(run), took)) if took else ""


def plain(run: Run) -> list[Reply]:
    """The replies to all requests but READ."""
    return [reply for reply in replies(run) if reply.cmd != READ]


@check(
    "a.frames",
    points=2,
    expect=PROMPT,
    partial={AtMost(ms(50)): 1},
    on_miss="wrong_answer",
    why=why_wrong,
)
def answers(run: Run) -> list[Millis] | None:
    """How long each answer took that is not one to READ."""
    took = [reply.took(reply.is_(reply.answer)) for reply in plain(run)]
    return took if any(reply.data for reply in plain(run)) else None


def why_read(run: Run) -> str:
    """The two bytes are swapped."""
    found = [reply for reply in replies(run) if reply.cmd == READ]
    swapped = [is_read(value_in(run, reply)[::-1], reply.share) for reply in found]
    return "byte_order" if all(swapped) else ""


def value_in(run: Run, reply: Reply) -> bytes:
    """The two bytes in an answer to READ; b"" in anything else."""
    inner, proto = reply.data[1:-1], proto_of(run)
    if reply.data != flagged(inner):
        return b""
    head = bytes([2, reply.seq, READ | ANSWER])
    frames = [frame for frame in (inner, unescaped(inner)) if proto.is_good(frame)]
    return next((frame[3:5] for frame in frames if frame.startswith(head)), b"")


def is_read(value: bytes, share: float) -> bool:
    """Whether two bytes are the knob's position."""
    return bool(value) and abs(int.from_bytes(value, "big") / 65535 - share) <= READ_PERCENT / 100


@check(
    "a.read",
    points=1,
    expect=ANSWERED,
    on_miss="wrong_read",
    why=why_read,
    after="a.frames",
    stated=[READ_PERCENT],
)
def readings(run: Run) -> list[Millis]:
    """How long each answer to READ took."""
    found = [reply for reply in replies(run) if reply.cmd == READ]
    return [reply.took(is_read(value_in(run, reply), reply.share)) for reply in found]


def levels_due(run: Run) -> list[int]:
    """The level of the relay's pin after each SET and TGL."""
    return [reply.level for reply in replies(run) if reply.cmd in (SET, TGL)]


@check(
    "a.relay",
    points=1,
    expect=Exactly(levels_due),
    on_miss="relay",
    why=lambda run: other_pin(run, "RELAY_1"),
    after="a.frames",
)
def levels(run: Run) -> list[int]:
    """The level of the relay's pin when the answer to each SET and TGL had been sent."""
    pin = run.signal("RELAY_1")
    return [int(pin.at(reply.sent_ns)) for reply in replies(run) if reply.cmd in (SET, TGL)]


# b: escapes, and frames with wrong bits.


def why_escape(run: Run) -> str:
    """Only frames with a line break get no answer, or only the long one, or others, too."""
    found, took = echoes(run), stuffed.measure(run)
    lost = [reply for reply, t in zip(found, took, strict=True) if t == NEVER]
    if lost and all(NEWLINE in reply.answer for reply in lost):
        return "line_frames"
    if lost and all(len(reply.answer) > LONG for reply in lost):
        return "long_frame"
    return told("no_escape", found, took)


def echoes(run: Run) -> list[Reply]:
    """The replies to the ECHOs with special bytes."""
    return [reply for reply in replies(run) if not reply.is_corrupted]


@check(
    "b.escape",
    points=2,
    episode="stuff",
    expect=ANSWERED,
    on_miss="no_escape",
    why=why_escape,
    after="a.frames",
)
def stuffed(run: Run) -> list[Millis]:
    """How long the answers to ECHOs with special bytes took."""
    return [r.took(r.data == flagged(escaped(r.answer))) for r in echoes(run)]


def edges_in(run: Run, reply: Reply) -> int:
    """How often the relay's pin changed from the end of a request until the reply to it, and
    100 ms after."""
    edges = run.signal("RELAY_1").edges_ns()
    first, last = np.searchsorted(edges, (reply.end_ns, reply.end_ns + ms(100).ns))
    return int(last - first)


def why_corrupted(run: Run) -> str:
    """The command was executed, or nothing was said."""
    found = [reply for reply in replies(run) if reply.is_corrupted]
    is_silent = not any(reply.data for reply in found)
    return "no_nak" if is_silent else told("no_crc_check", found, refused.measure(run))


@check(
    "b.nak",
    points=2,
    episode="stuff",
    expect=ANSWERED,
    on_miss="no_crc_check",
    why=why_corrupted,
    after="a.frames",
)
def refused(run: Run) -> list[Millis]:
    """How long the NAK to each corrupted frame took; infinite where the relay moved."""
    found = [reply for reply in replies(run) if reply.is_corrupted]
    return [r.took(r.is_(r.answer) and not edges_in(run, r)) for r in found]


# c: garbage and half frames.


def why_noise(run: Run) -> str:
    """A frame with another length than it says was answered, or which good frame got no answer."""
    took: list[Millis] = after_noise.measure(run)
    lost = [reply for reply, t in zip(replies(run), took, strict=True) if t == NEVER]
    is_answered = [said(run, one).endswith(flagged(escaped(one.answer))) for one in lost]
    return "no_len" if lost and all(is_answered) else told("no_resync", replies(run), took)


@check(
    "c.answers",
    points=1,
    episode="noise",
    expect=ANSWERED,
    on_miss="no_resync",
    why=why_noise,
    after="a.frames",
)
def after_noise(run: Run) -> list[Millis]:
    """How long the answer to each good frame took. NAKs may come before it."""
    return [took_after_naks(run, reply) for reply in replies(run)]


def said(run: Run, reply: Reply) -> bytes:
    """All that the board sent from the first byte that went to it on, until the next bytes came: a
    NAK to what is before a good frame may come before the end of that frame."""
    line, after = uart_sent(run, "LINK_TX"), [r for r in replies(run) if r.at_ns > reply.at_ns]
    until_ns = after[0].at_ns if after else run.end_ns - run.zero_ns
    first, last = np.searchsorted(line.at_ns, (reply.at_ns, until_ns))
    return line.data[first:last]


def took_after_naks(run: Run, reply: Reply) -> Millis:
    """How long the right answer took, which NAKs may precede."""
    nak, data = flagged(proto_of(run).frame(0, NAK)), said(run, reply)
    while data.startswith(nak):
        data = data[len(nak) :]
    return reply.took(replace(reply, data=data).is_(reply.answer))


@check(
    "c.silent",
    points=1,
    episode="noise",
    expect=Never(""),
    on_miss="nak_noise",
    after="c.answers",
)
def answers_to_noise(run: Run) -> list[Text]:
    """What came beside the answer to a good frame."""
    return [
        Text(said(run, reply).hex(" ").upper(), reply.at_ns)
        for reply in replies(run)
        if not replace(reply, data=said(run, reply)).is_(reply.answer)
    ]


# d: repeated frames.


def why_edges(run: Run) -> str:
    """Only those repeats were executed that came after a corrupted frame."""
    again = [
        before.is_corrupted
        for before, reply in pairwise(replies(run))
        if before.seq == reply.seq and not reply.is_corrupted and edges_in(run, reply)
    ]
    return "nak_forgets" if again and all(again) else ""


@check(
    "d.edges",
    points=2,
    episode="dup",
    expect=Exactly(lambda run: run.data["toggles"]),
    on_miss="dup_action",
    why=why_edges,
    after="a.frames",
)
def toggles(run: Run) -> int:
    """How often the relay's pin changed."""
    return len(run.signal("RELAY_1").edges_ns())


def why_repeat(run: Run) -> str:
    """The action came again, or the repeat got no answer."""
    if toggles.measure(run) != run.data["toggles"]:
        return why_edges(run) or "dup_action"
    return "" if all(reply.data for reply in answered(run)) else "dup_silent"


def answered(run: Run) -> list[Reply]:
    """The replies to all requests that were not corrupted."""
    return [reply for reply in replies(run) if not reply.is_corrupted]


@check(
    "d.answers",
    points=1,
    episode="dup",
    expect=ANSWERED,
    on_miss="dup_other",
    why=why_repeat,
    after="a.frames",
)
def repeated(run: Run) -> list[Millis]:
    """How long the answer to each request and each repeat took; infinite if it is another one than
    the first."""
    found: list[Millis] = []
    first = answered(run)[0]
    for reply in answered(run):
        first = first if reply.seq == first.seq else reply
        right = value_in(run, reply) if reply.cmd == READ else reply.is_(reply.answer)
        found.append(reply.took(bool(right) and reply.data == first.data))
    return found


# e: the fail-safe.


def last_good(run: Run) -> int:
    """The end of the last good frame before the noise (ns)."""
    return int(run.data["asks"][run.data["good"] - 1]["end_ns"])


def why_off(run: Run) -> str:
    """What the program took for a sign of life."""
    off = relay_off.measure(run)
    if off is None:
        return why_deaf(run)
    if off == [NEVER]:
        return "no_failsafe"
    at_ms = off[-1] + last_good(run) / 1e6
    for name, key in (("noise", "failsafe_any_byte"), ("corrupted", "failsafe_bad_frame")):
        if abs(at_ms - run.data[f"{name}_end_ns"] / 1e6 - SILENCE) < ALLOWED:
            return key
    return "failsafe_early" if off[-1] < SILENCE else ""


@check(
    "e",
    points=1,
    episode="quiet",
    expect=Within(ALLOWED, of=SILENCE),
    on_miss="failsafe",
    why=why_off,
    safety=True,
)
def relay_off(run: Run) -> list[Millis] | None:
    """The time from the last good frame to the relay's fall; infinite when it does not fall for
    good before the next one. None when it was never on."""
    pin, last_ns = run.signal("RELAY_1"), last_good(run)
    again_ns = run.data["asks"][run.data["good"]]["at_ns"]
    edges, falls = pin.edges_ns(), pin.falls_ns()
    if not (edges < again_ns).any():
        return [Millis(NEVER, last_ns)] if pin.level[0] else None
    if pin.at(again_ns) or not (falls < again_ns).any():
        return [Millis(NEVER, last_ns)]
    return [millis_of_ns(int(falls[0]) - last_ns, int(falls[0]))]


@gate("e.again", episode="quiet", expect=ANSWERED, on_miss="after_failsafe")
def again(run: Run) -> list[Millis]:
    """How long the answers to GET and TGL took after the relay went off; infinite where the
    relay has another state than the right answer says."""
    pin = run.signal("RELAY_1")
    found = []
    for reply in replies(run)[run.data["good"] :]:
        took = took_after_naks(run, reply)
        is_right = pin.at(reply.sent_ns) == reply.level
        found.append(took if is_right else Millis(NEVER, reply.end_ns))
    return found


# f: the class Link.


@dataclass
class Device:
    """The other end of the simulated line: a right program, with the fates of what is sent."""

    proto: Proto
    fates: Sequence[str | int] = ()
    sends: int = 0
    relay: int = 0
    last_seq: int = -1
    last_answer: bytes = b""

    def begin(self, fates: Sequence[str | int]) -> None:
        """The next request, with the fate of each send."""
        self.fates, self.sends = fates, 0

    def __call__(self, data: bytes) -> list[tuple[float, bytes]]:
        """What it answers to a message, and after how many ms."""
        fate = self.fates[self.sends] if self.sends < len(self.fates) else 10
        self.sends += 1
        if fate == "lost":
            return []
        frame = self.answer(unescaped(data.strip(b"\x7e")))
        if fate == "broken":  # the last byte of its data: with a wrong length, nobody takes it
            frame = frame[:-2] + bytes([frame[-2] ^ 1]) + frame[-1:]
        answer = flagged(escaped(frame))
        match fate:
            case "mute":
                return []
            case "late":
                return [(LATE_MS, answer)]
            case "broken":
                return [(20, answer)]
        return [(int(fate), answer)]

    def answer(self, frame: bytes) -> bytes:
        """The answer to a frame."""
        if not self.proto.is_good(frame):
            return self.proto.frame(0, NAK)
        seq, cmd, data = frame[1], frame[2], frame[3:-1]
        if seq != self.last_seq:
            self.last_seq = seq
            self.last_answer = self.proto.frame(seq, cmd | ANSWER, self.execute(cmd, data))
        return self.last_answer

    def execute(self, cmd: int, data: bytes) -> bytes:
        """The result of a command."""
        if cmd == ECHO:
            return data
        if cmd == SET:
            self.relay = data[0] if data else 0
        elif cmd == TGL:
            self.relay = 1 - self.relay
        return bytes([self.relay])


@dataclass(frozen=True)
class Linked:
    """What `Link` made of the requests: its results, and the times (ms) at which it sent each."""

    results: list[bytes | None]
    sent: list[list[float]]


@once
def linked(run: Run) -> Linked:
    """All requests, one after the other."""
    device = Device(proto_of(run))
    line = HostLine(device)
    run.host.make("Link", line.methods, run.data["poly"], run.data["init"])
    done = Linked([], [])
    for (cmd, data), fates in zip(run.data["asks"], run.data["fates"], strict=True):
        device.begin(fates)
        before = len(line.sent)
        done.results.append(run.host.call("Link.request", cmd, data, answer=bytes | None))
        done.sent.append([at_ms for at_ms, _data in line.sent[before:]])
    return done


def results_due(run: Run) -> list[bytes | None]:
    """The results without losses; None where every send is lost."""
    device = Device(proto_of(run))
    return [
        None if set(fates) == {"lost"} else device.execute(cmd, data)
        for (cmd, data), fates in zip(run.data["asks"], run.data["fates"], strict=True)
    ]


@gate("f.retries", episode="host", expect=AtMost(RETRIES), on_miss="host_too_many")
def most_retries(run: Run) -> int:
    """How often the same request was repeated, at most."""
    return max(len(times) for times in linked(run).sent) - 1


@gate("f.early", episode="host", expect=AtLeast(TIMEOUT), on_miss="host_early")
def pauses(run: Run) -> list[Millis]:
    """The time from each send of a request to the next one."""
    spans = [b - a for times in linked(run).sent for a, b in pairwise(times)]
    return [Millis(span) for span in spans] or [TIMEOUT]


def why_host(run: Run) -> str:
    """Nothing is repeated, or a wrong answer is taken: the first one."""
    done = linked(run)
    if all(len(times) <= 1 for times in done.sent):
        return "host_no_retry"
    rows = zip(run.data["asks"], done.results, results_due(run), strict=True)
    (cmd, data), got, due = next(row for row in rows if row[1] != row[2])
    return f"host_results request({cmd}, {data!r}) | {got!r} | {due!r}"


@check(
    "f.results",
    points=2,
    episode="host",
    expect=Exactly(REQUESTS),
    on_miss="host_results",
    why=why_host,
)
def right_results(run: Run) -> int:
    """How many results are right."""
    pairs = zip(linked(run).results, results_due(run), strict=True)
    return sum(result == due for result, due in pairs)


# t: the trainee's own test.

right, found_wrong = scenario_item(
    "t",
    points=2,
    mutants=(
        "crc_span",
        "dup_action",
        "dup_silent",
        "failsafe_any_byte",
        "no_crc_check",
        "no_escape",
        "no_failsafe",
        "no_nak",
    ),
)


# The "predict" question: with init 00, zeros before a byte do not change its checksum.

TRIED = [bytes([0, 0, TGL, crc]) for crc in range(256)]
TRY_EACH = ms(60)


@observe(
    Episode(
        "predict",
        seconds=16,
        steps=[
            step
            for n, frame in enumerate(TRIED)
            for step in send_uart("link", flagged(escaped(frame)), at=ms((n + 1) * TRY_EACH))
        ],
    )
)
def accepted_checksums(run: Run) -> dict[str, str] | None:
    """Which checksums of a frame that ends in 03 the board accepts."""
    line = uart_sent(run, "LINK_TX")
    accepted = []
    for n, frame in enumerate(TRIED):
        span_ns = ((n + 1) * TRY_EACH * NS_PER_MS, (n + 2) * TRY_EACH * NS_PER_MS)
        first, last = np.searchsorted(line.at_ns, span_ns)
        if unescaped(line.data[first:last].strip(b"\x7e"))[2:3] == bytes([TGL | ANSWER]):
            accepted.append(f"{frame[-1]:02X}")
    return {"accepted": " ".join(accepted[:8])} if accepted else None
