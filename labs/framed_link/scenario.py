"""L12's stimulus: the requests that a computer sends over LINK, with the answers of a right
program, and what the simulated line of item f does.

`data` has `poly` and `init` of proto.json, the `asks` of the episode, and what one check alone
needs. An ask is what was `sent` to the board: its first byte began `at_ns`, its last one had come
at `end_ns` (ns since t = 0); its command and seq; the `answer` of a right program, a frame as in
grader.measure.framing (to READ it is empty); the `level` of the relay's pin afterwards; the
`share` where the knob stands.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader import BoardType, Episode, Step, ms, send_uart, set_control
from grader.measure.framing import ESCAPE, FLAG, crc8, escaped, flagged, unescaped

NEWLINE = 0x0A
GET, SET, TGL, READ, ECHO, ANSWER = 1, 2, 3, 4, 5, 0x80
PUBLIC = {"poly": 0x07, "init": 0x00}
POLYNOMIALS = (0x1D, 0x2F, 0x31, 0x39, 0x9B, 0xA6, 0xD5)
"""Of CRC-8 in the field (SAE J1850, AUTOSAR, MAXIM, DARC, CDMA2000, BLUETOOTH, DVB-S2)."""
NAK_BODY = b"\x00\x00\xff"
BYTE_MS = 10 / 115.2
"""A byte on the wire at 115200 baud."""
SOON_MS = 1900
"""A program whose fail-safe counts from SET and TGL has the relay on for 2 s after them."""
LONG = 70, 90
"""Bytes of data in a long frame."""
REQUESTS, DEAD, MOST_LOST = 40, 3, 10
"""Requests of item f; how many of them get no answer, however often (up to MOST_LOST) they are
sent."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Another CRC, other requests and other times with each seed."""
    rng = random.Random(seed)
    proto = hidden_proto(rng) if seed else PUBLIC
    talks = {make.__name__: make(rng, proto) for make in (good, stuff, noise, dup, quiet)}
    return [*(talk.episode(name) for name, talk in talks.items()), host(rng, proto)]


def hidden_proto(rng: random.Random) -> dict[str, int]:
    """Not the public one. The CRC of its NAK needs no escape, and differs from that of a program
    with the public one, or with a CRC over data only."""
    while True:
        proto = {"poly": rng.choice(POLYNOMIALS), "init": rng.randrange(1, 256)}
        nak_crcs = [crc8(NAK_BODY, **proto), proto["init"], crc8(NAK_BODY, **PUBLIC)]
        if is_plain(bytes(nak_crcs)) and len(set(nak_crcs)) == 3:
            return proto


def is_plain(data: bytes, besides: tuple[int, ...] = ()) -> bool:
    """Whether no byte has to be escaped, or would end a line, besides these."""
    return not {FLAG, ESCAPE, NEWLINE} - set(besides) & set(data)


def on_wire(frame: bytes) -> bytes:
    """A frame as it is sent."""
    return flagged(escaped(frame))


@dataclass
class Talk:
    """What is sent in an episode, one after the other, by the rules of a right program."""

    rng: random.Random
    proto: dict[str, int]
    at_ms: float = 100.0
    relay: int = 0
    share: float = 0.5
    seq: int = 0
    asks: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def pause(self, least_ms: float, most_ms: float) -> None:
        """The next bytes come later."""
        self.at_ms += self.rng.uniform(least_ms, most_ms)

    def send(self, data: bytes) -> None:
        """Bytes go to the board."""
        self.steps += send_uart("link", data, at=ms(self.at_ms))
        self.at_ms += len(data) * BYTE_MS

    def frame(self, seq: int, cmd: int, data: bytes = b"") -> bytes:
        """A frame with its CRC."""
        body = bytes([len(data), seq, cmd]) + data
        return body + bytes([crc8(body, **self.proto)])

    def request(
        self, cmd: int, data: bytes = b"", before: bytes = b"", special: tuple[int, ...] = ()
    ) -> bytes:
        """A right request with a seq that no other one has, so that a program which has missed one
        takes none for its repeat; perhaps after other bytes. No byte of it or of its
        answer is escaped or ends a line, but those that are `special`."""
        if cmd in (SET, TGL):
            self.relay = data[0] if cmd == SET else 1 - self.relay
        result = data if cmd == ECHO else bytes([self.relay])
        while True:
            seq = self.rng.randrange(1, 256)
            sent = self.frame(seq, cmd, data)
            answer = b"" if cmd == READ else self.frame(seq, cmd | ANSWER, result)
            is_new = seq not in {self.seq, *(ask["seq"] for ask in self.asks)}
            if is_new and self.has_own_crc(sent) and is_plain(sent + answer, special):
                break
        self.seq = seq
        self.note(before + on_wire(sent), cmd, answer)
        return on_wire(sent)

    def has_own_crc(self, frame: bytes) -> bool:
        """Whether a program with the public CRC, or with one over data only, sees a wrong one."""
        others = [crc8(frame[3:-1], **self.proto)]
        if self.proto != PUBLIC:
            others.append(crc8(frame[:-1], **PUBLIC))
        return frame[-1] not in others

    def note(self, sent: bytes, cmd: int, answer: bytes) -> None:
        """Send bytes that have an answer."""
        ask = {"sent": sent, "at_ns": round(self.at_ms * 1e6), "cmd": cmd, "seq": self.seq}
        self.send(sent)
        ask |= {"end_ns": round(self.at_ms * 1e6), "answer": answer}
        ask |= {"level": self.relay, "share": self.share}
        self.asks.append(ask)

    def turn_knob(self) -> None:
        """The knob stands elsewhere from now on, far from where it was."""
        places = [n / 100 for n in range(15, 86) if abs(n / 100 - self.share) > 0.1]
        self.share = self.rng.choice(places)
        self.steps += set_control("knob", "position", self.share, at=ms(self.at_ms - 60))

    def text(self, least: int, most: int) -> bytes:
        """Data of an ECHO without a byte that is escaped or ends a line."""
        while True:
            data = self.rng.randbytes(self.rng.randint(least, most))
            if is_plain(data + bytes([len(data)])):
                return data

    def episode(self, name: str) -> Episode:
        """The episode, up to 150 ms after the last byte."""
        files = {"proto.json": json.dumps(self.proto).encode()}
        data = {**self.proto, "asks": self.asks, **self.data}
        return Episode(name, self.at_ms / 1000 + 0.15, files, self.steps, data)


def good(rng: random.Random, proto: dict[str, int]) -> Talk:
    """Every command, in any order; a GET shows what SET and TGL have done. There are so many that
    a program which looks at the line each 40 ms is late at one of them. GET and TGL come soon
    enough for a program whose fail-safe counts from the last SET or TGL."""
    while True:
        talk = in_any_order(rng, proto)
        if all(wait_ms < SOON_MS for wait_ms in waits_while_on(talk)):
            return talk


def waits_while_on(talk: Talk) -> Iterator[float]:
    """How long the relay has been on, without a SET or TGL, at each GET and TGL (ms)."""
    switched_ns, is_on = 0, False
    for ask in talk.asks:
        if is_on and ask["cmd"] in (GET, TGL):
            yield (ask["at_ns"] - switched_ns) / 1e6
        if ask["cmd"] in (SET, TGL):
            switched_ns, is_on = ask["at_ns"], bool(ask["level"])


def in_any_order(rng: random.Random, proto: dict[str, int]) -> Talk:
    """The requests of `good`."""
    talk = Talk(rng, proto)
    groups = [["on", "get"], ["off", "get"], ["toggle", "get"], ["toggle"]]
    groups += [["echo"]] * 3 + [["read"]] * 3 + [["get"]] * 7
    for what in (what for group in rng.sample(groups, k=len(groups)) for what in group):
        talk.pause(120, 180)
        match what:
            case "on" | "off":
                talk.request(SET, bytes([what == "on"]))
            case "toggle":
                talk.request(TGL)
            case "get":
                talk.request(GET)
            case "echo":
                talk.request(ECHO, talk.text(1, 8))
            case _:
                talk.turn_knob()
                talk.request(READ)
    return talk


def stuff(rng: random.Random, proto: dict[str, int]) -> Talk:
    """ECHOs with the three special bytes and a long one, then frames with a wrong bit or two."""
    talk = Talk(rng, proto)
    kinds = [(FLAG, ESCAPE), (NEWLINE,), (FLAG, ESCAPE, NEWLINE), (FLAG, ESCAPE, NEWLINE), ()]
    for special in rng.sample(kinds, k=5):
        talk.pause(120, 200)
        if not special:
            talk.request(ECHO, talk.text(*LONG))
            continue
        kept = [*special, *rng.choices(special, k=5)]
        talk.request(ECHO, bytes(rng.sample(kept, k=len(kept))), special=special)
    nak = NAK_BODY + bytes([crc8(NAK_BODY, **proto)])
    bodies = [(SET, b"\x01"), (TGL, b""), (ECHO, talk.text(3, 6)), (GET, b"")]
    for cmd, data in rng.sample(bodies, k=4):
        talk.pause(120, 200)
        talk.note(on_wire(damaged(talk, cmd, data)), cmd, nak)
    return talk


def damaged(talk: Talk, cmd: int, data: bytes) -> bytes:
    """A frame with a wrong bit or two, not in len and not in cmd; its CRC shows it."""
    rng = talk.rng
    while True:
        right = talk.frame(rng.randrange(1, 256), cmd, data)
        wrong = bytearray(right)
        for _ in range(rng.choice((1, 2))):
            place = rng.choice([1, *range(3, len(wrong))])
            wrong[place] ^= 1 << rng.randrange(8)
        is_bad = crc8(bytes(wrong[:-1]), **talk.proto) != wrong[-1] and wrong[1] != talk.seq
        if is_bad and is_plain(right + wrong):
            return bytes(wrong)


def noise(rng: random.Random, proto: dict[str, int]) -> Talk:
    """Five times garbage, half a frame and a good frame, without a pause in between. Once a frame
    lacks a byte, and its CRC is right."""
    talk = Talk(rng, proto)
    halves = rng.sample([half_frame] * 4 + [short_frame], k=5)
    for cmd, data in rng.sample(
        [(ECHO, b""), (ECHO, b""), (TGL, b""), (GET, b""), (SET, b"\x01")], k=5
    ):
        talk.pause(150, 250)
        before = garbage(talk) + bytes([FLAG]) + halves.pop()(talk)
        talk.request(cmd, talk.text(2, 6) if cmd == ECHO else data, before)
    return talk


def garbage(talk: Talk) -> bytes:
    """Bytes that are no frame: their first one is not the number of data bytes."""
    while True:
        data = talk.text(5, 15)
        if data[0] != len(data) - 4:
            return data


def half_frame(talk: Talk) -> bytes:
    """The beginning of a frame that says how many bytes were to come."""
    while True:
        whole = talk.frame(talk.rng.randrange(1, 256), ECHO, talk.text(8, 8))
        if is_plain(whole):
            return whole[: talk.rng.randint(3, 7)]


def short_frame(talk: Talk) -> bytes:
    """A frame with a byte less than its length says, and a CRC over what is left. The request
    after it has another seq."""
    while True:
        talk.seq = talk.rng.randrange(1, 256)
        body = talk.frame(talk.seq, ECHO, talk.text(4, 8))[:-2]
        whole = body + bytes([crc8(body, **talk.proto)])
        if is_plain(whole):
            return whole


def dup(rng: random.Random, proto: dict[str, int]) -> Talk:
    """Requests that come again, as if their answers had been lost: TGL, READ and SET. A TGL comes
    corrupted before it comes again."""
    talk = Talk(rng, proto)
    toggles = 0
    nak = NAK_BODY + bytes([crc8(NAK_BODY, **proto)])
    for cmd in rng.sample([TGL, TGL, TGL, READ, SET], k=5):
        talk.pause(150, 250)
        if cmd == READ:
            talk.turn_knob()
        data = bytes([talk.relay]) if cmd == SET else b""
        sent = talk.request(cmd, data)
        answer = talk.asks[-1]["answer"]
        toggles += cmd == TGL
        if cmd == TGL and toggles > 1:
            talk.pause(110, 200)
            talk.note(on_wire(with_wrong_crc(talk, sent)), cmd, nak)
        for _ in range(rng.choice((1, 2))):
            talk.pause(110, 200)
            if cmd == READ:
                talk.turn_knob()
            talk.note(sent, cmd, answer)
    talk.data["toggles"] = toggles
    return talk


def with_wrong_crc(talk: Talk, sent: bytes) -> bytes:
    """The frame in what was sent, with a wrong bit in its CRC."""
    *body, crc = sent[1:-1]
    wrong = [crc ^ 1 << bit for bit in range(8)]
    return bytes([*body, talk.rng.choice([one for one in wrong if is_plain(bytes([one]))])])


def quiet(rng: random.Random, proto: dict[str, int]) -> Talk:
    """The relay is switched on; one to three more frames come, the last one twice. Then come only
    bytes without a flag and a corrupted frame; and when the relay must be off, GET and TGL."""
    talk = Talk(rng, proto)
    talk.pause(100, 400)
    talk.request(SET, b"\x01")
    for _ in range(rng.randint(1, 3)):
        talk.pause(1200, 1700)
        sent = talk.request(GET)
    talk.pause(1200, 1700)
    talk.note(sent, GET, talk.asks[-1]["answer"])
    begin_ms, garbled = talk.at_ms, b""
    while talk.at_ms < begin_ms + 1500:
        talk.pause(20, 60)
        if talk.at_ms > begin_ms + 800 and "corrupted_end_ns" not in talk.data:
            spoil(talk, garbled)
            garbled = b""
            talk.send(on_wire(damaged(talk, GET, b"")))
            talk.data["corrupted_end_ns"] = round(talk.at_ms * 1e6)
        else:
            piece = bytes(byte for byte in rng.randbytes(rng.randint(3, 12)) if byte != FLAG)
            talk.send(piece)
            garbled += piece
    spoil(talk, garbled)
    talk.data["noise_end_ns"] = round(talk.at_ms * 1e6)
    talk.data["good"] = len(talk.asks)
    talk.at_ms += 2200
    talk.relay = 0
    for cmd in (GET, TGL):
        talk.request(cmd)
        talk.pause(150, 250)
    return talk


def spoil(talk: Talk, garbled: bytes) -> None:
    """A flag comes after these bytes: if they are a frame with a right CRC by chance, one more
    comes, with which it is wrong."""
    body = unescaped(garbled)
    if len(body) > 1 and crc8(body[:-1], **talk.proto) == body[-1]:
        talk.send(b"\x01")  # the CRC over a frame with its CRC is 0


def host(rng: random.Random, proto: dict[str, int]) -> Episode:
    """The requests for `Link`, each with the fates of its sends: `lost`, `mute` (the answer is
    lost), `late` (it comes after 250 ms), `broken` (it has a wrong bit), or the delay of the
    answer in ms.

    Every kind of loss comes. The answer to a TGL is lost: a repeat with a new seq toggles twice.
    The late answer comes while the next request waits for its own. A few requests get no answer.
    The request before the late one waits long, and is another command than the one before it:
    what is left of an earlier request comes then, and not while the late answer is waited for.
    """
    asks, fates = (
        [host_ask(rng) for _ in range(REQUESTS)],
        [fates_of(rng) for _ in range(REQUESTS)],
    )
    late, mute, lost, broken, *dead = rng.sample(range(0, REQUESTS - 1, 2), k=4 + DEAD)
    asks[mute], fates[mute] = (TGL, b""), ["mute", 20]
    asks[late], fates[late] = (ECHO, b"\x01"), ["late", 10]
    asks[late + 1], fates[late + 1] = (ECHO, b"\x02"), [100]
    fates[lost], fates[broken] = ["lost", 20], ["broken", 20]
    for n in dead:
        asks[n], fates[n] = (GET, b""), ["lost"] * MOST_LOST
    if late:
        asks[late - 1] = (GET, b"") if asks[late - 2][0] != GET else (ECHO, b"\x03")
        fates[late - 1] = [190]
    data = {**proto, "asks": asks, "fates": fates}
    return Episode("host", 0.05, {"proto.json": json.dumps(proto).encode()}, data=data)


def host_ask(rng: random.Random) -> tuple[int, bytes]:
    """A request: its command and its data."""
    cmd = rng.choice((GET, SET, TGL, TGL, ECHO, ECHO))
    special = bytes(rng.choices((FLAG, ESCAPE, NEWLINE, rng.randrange(256)), k=rng.randint(1, 8)))
    return cmd, {SET: bytes([rng.randrange(2)]), ECHO: special}.get(cmd, b"")


def fates_of(rng: random.Random) -> list[str | int]:
    """Of five sends at 20 % loss, at least one of the first three with an answer."""
    kinds = ("lost", "mute", "late", "broken")
    while True:
        found = [
            rng.choice(kinds) if rng.random() < 0.2 else rng.randrange(5, 150) for _ in range(5)
        ]
        if any(isinstance(fate, int) for fate in found[:3]):
            return found
