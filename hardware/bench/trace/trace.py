"""The trace: all that one board did and all that was done to it, with virtual nanoseconds.

A trace is one numpy array of 16-byte records, sorted by time, and a list of the controls that were
moved. Edges, lines and pulses are computed from these when they are needed.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from os import PathLike
from typing import IO, NamedTuple

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.notes import (
    BleNote,
    EspNowNote,
    LinkNote,
    MqttNote,
    PacketNote,
    ServiceNote,
    notes,
)
from hardware.bench.protocol.payloads import Payloads
from hardware.bench.protocol.records import RECORD, Records, Times, among, unpack_text
from hardware.bench.trace.driving import driving_of
from hardware.bench.trace.edges import Edges, edges_of
from hardware.bench.trace.pwm_edges import unfolded

ControlValue = float | str | bool

FORMAT = "warsha-trace 1"
MOST_LISTED = 500_000
"""The most entries in a list of modes, settings or faults; later ones are left out. A program that
never pauses makes millions, and a list of all of them would take gigabytes."""


class ControlAt(NamedTuple):
    """A control of a part (a button, a knob) was moved."""

    t_ns: int
    part: str
    control: str
    value: ControlValue


class ModeAt(NamedTuple):
    """A pin was set up. `mode` and `pull` are those of frames.py; `latch` is the level that it
    drives."""

    t_ns: int
    mode: int
    pull: int
    latch: bool


class PwmAt(NamedTuple):
    """The PWM of a pin changed; 0 Hz: off."""

    t_ns: int
    freq_hz: int
    duty_u16: int


class IrqAt(NamedTuple):
    """The interrupt of a pin was set up. `bits`: 1 rising, 2 falling, 4 low level, 8 high level,
    0 off."""

    t_ns: int
    bits: int
    hard: bool


class StateAt(NamedTuple):
    """The interpreter entered a state (`STATE_…` of frames.py)."""

    t_ns: int
    state: int
    cause: int
    detail: int


class PowerAt(NamedTuple):
    """The power state from now on: `active`, `light_sleep`, `deep_sleep` or `off`."""

    t_ns: int
    state: str


class FaultAt(NamedTuple):
    """An electrical fault at a pin (`FAULT_…` of frames.py)."""

    t_ns: int
    kind: int
    gpio: int
    detail: int


class Line(NamedTuple):
    """A line that the board printed, with the time of its newline."""

    t_ns: int
    text: str


class UncaughtException(NamedTuple):
    """An exception that ended main.py: the traceback as the board prints it."""

    t_ns: int
    text: str


class GivenAt(NamedTuple):
    """A function that a lab gives to programs ran, from when to when. It says so itself, apart
    from the serial output; meanwhile only interrupts and scheduled calls ran."""

    from_ns: int
    to_ns: int
    text: str


class SerialLog(NamedTuple):
    """Bytes on the serial line and the time of each."""

    data: bytes
    t_ns: Times


class End(NamedTuple):
    """The end of a board: when, the cause (`END_…` of frames.py), and details for people."""

    t_ns: int
    cause: int
    detail: str = ""


@dataclass
class Trace:
    """What happened on one board until `end_ns`. A pin is a GPIO number, or a name in `nets`."""

    board: str
    records: Records
    controls: list[ControlAt] = field(default_factory=list)
    end_ns: int = 0
    nets: dict[str, int] = field(default_factory=dict)
    end_detail: str = ""
    bits: int = 0
    """The word size of the board's build: 32 as on the chip, or 64."""
    joined: list[list[int]] = field(default_factory=list)
    """The GPIOs of the board that wires join with each other: a list for each such net."""
    payloads: Payloads = field(default_factory=Payloads)
    """The bytes of its calls and notes."""
    begin_ns: int = 0
    """From when on everything is here: a bench that runs for days drops what is older, except what
    decides the levels of pins."""

    def edges(self, pin: int | str, pwm: bool = False) -> Edges:
        """The level at the pin over time. The first entry is the level at the start. The pulses of
        a PWM are there only with `pwm`: there may be millions."""
        edges = edges_of(self.records, self.gpio(pin))
        if pwm and len(settings := self.rows(frames.REC_PWM, pin)):
            return unfolded(edges, settings, self.end_ns)
        return edges

    def driving(self, pin: int | str) -> Edges:
        """When the board itself drives the net of a pin, at this or at another of its pins there;
        `level` is True while it does."""
        gpio = self.gpio(pin)
        return driving_of(self.records, next((net for net in self.joined if gpio in net), [gpio]))

    def level_at(self, pin: int | str, t_ns: int) -> bool:
        """The level at the pin at a time. An edge counts from its own time on."""
        return self.edges(pin).level_at(t_ns)

    def gpio(self, pin: int | str) -> int:
        """The GPIO number of a pin. Raises: KeyError, with all names that there are."""
        if isinstance(pin, int):
            return pin
        if pin not in self.nets:
            raise KeyError(f"no pin {pin!r}; there are {', '.join(sorted(self.nets))}")
        return self.nets[pin]

    def rows(self, kind: int, pin: int | str) -> Records:
        """The records of a kind at a pin: there may be millions, and a list takes ten times the
        memory."""
        chosen = (self.records["kind"] == kind) & (self.records["a"] == self.gpio(pin))
        rows: Records = self.records[chosen]
        return rows

    def was_set_up(self, pin: int | str) -> bool:
        """Whether the pin got a mode or a PWM."""
        setups = among(self.records["kind"], (frames.REC_MODE, frames.REC_PWM))
        return bool((setups & (self.records["a"] == self.gpio(pin))).any())

    def modes(self, pin: int | str) -> list[ModeAt]:
        """How the pin was set up, in order."""
        rows = self._of(frames.REC_MODE, pin)
        return [ModeAt(t, b & 15, b >> 4, bool(c)) for _, _, b, c, t in rows]

    def pwm(self, pin: int | str) -> list[PwmAt]:
        """PWM settings of the pin, in order."""
        return [PwmAt(t, c, b) for _, _, b, c, t in self._of(frames.REC_PWM, pin)]

    def irqs(self, pin: int | str) -> list[IrqAt]:
        """Interrupt settings of the pin, in order."""
        return [IrqAt(t, b, bool(c)) for _, _, b, c, t in self._of(frames.REC_IRQ, pin)]

    def states(self) -> list[StateAt]:
        """The states of the interpreter, in order."""
        return [StateAt(t, a, b, c) for _, a, b, c, t in self._of(frames.REC_STATE)]

    def power(self) -> list[PowerAt]:
        """When the chip was active, asleep or off; each entry is a change."""
        names = {frames.SLEEP_LIGHT: "light_sleep", frames.SLEEP_DEEP: "deep_sleep"}
        chosen = among(self.records["kind"], (frames.REC_POWER, frames.REC_SLEEP))
        out: list[PowerAt] = []
        for kind, a, _b, c, t_ns in self.records[chosen].tolist():
            on = kind == frames.REC_SLEEP or c
            state = names.get(a, "active") if on else "off"
            if out and out[-1].t_ns == t_ns:
                out.pop()  # a reset takes no time
            if not out or out[-1].state != state:
                out.append(PowerAt(t_ns, state))
        return out

    def boots(self) -> list[int]:
        """When the interpreter started: power on, hard and soft resets (virtual ns)."""
        return [s.t_ns for s in self.states() if s.state == frames.STATE_BOOT]

    def faults(self) -> list[FaultAt]:
        """Electrical faults, in order."""
        return [FaultAt(t, a, b, c) for _, a, b, c, t in self._of(frames.REC_FAULT)]

    def ended(self) -> End | None:
        """Why the board was off at the end of the trace; None if it was on."""
        rows = self._of(frames.REC_POWER)
        if not rows or rows[-1][3]:
            return None
        return End(rows[-1][4], rows[-1][2], self.end_detail)

    def serial(self) -> SerialLog:
        """What the board sent on its serial line."""
        return self._text(frames.REC_TX)

    def sent(self) -> SerialLog:
        """The serial input of the board, at the times at which it took it."""
        return self._text(frames.REC_RX)

    def lines(self) -> list[Line]:
        """The lines that the board completed. A line that a reset cut off is left out.

        Bytes that are not UTF-8 become U+FFFD.
        """
        log = self.serial()
        cuts = [0, *np.searchsorted(log.t_ns, self.boots()).tolist()]
        lines, at = [], 0
        for line in log.data.split(b"\n")[:-1]:
            end = at + len(line)
            start = max(at, cuts[bisect_right(cuts, end) - 1])
            text = log.data[start:end].removesuffix(b"\r").decode(errors="replace")
            lines.append(Line(int(log.t_ns[end]), text))
            at = end + 1
        return lines

    def exceptions(self) -> list[UncaughtException]:
        """The uncaught exceptions, as the board reported them, apart from its serial output."""
        return [UncaughtException(t, text) for t, _c, text in self._texts(frames.REC_EXC)]

    def given(self) -> list[GivenAt]:
        """The calls of given functions that ran to their end, in the order of their ends."""
        ends = self._texts(frames.REC_GIVEN)
        return [GivenAt(t - us * 1000, t, text) for t, us, text in ends]

    def packets(self) -> list[PacketNote]:
        """Packets from the board or to it, at their arrival."""
        return notes(self.records, self.payloads, PacketNote)

    def mqtt(self) -> list[MqttNote]:
        """MQTT messages of the board's clients, and messages that others published."""
        return notes(self.records, self.payloads, MqttNote)

    def espnow(self) -> list[EspNowNote]:
        """ESP-NOW messages that the board sent or received."""
        return notes(self.records, self.payloads, EspNowNote)

    def bluetooth(self) -> list[BleNote]:
        """What the board did by Bluetooth: advertising, connections, PDUs."""
        return notes(self.records, self.payloads, BleNote)

    def links(self) -> list[LinkNote]:
        """When the board joined an access point, left it, or did not find it."""
        return notes(self.records, self.payloads, LinkNote)

    def services(self) -> list[ServiceNote]:
        """What services on the network got from the board."""
        return notes(self.records, self.payloads, ServiceNote)

    def sha256(self) -> str:
        """The SHA-256 of what happened, in hexadecimal digits.

        These bytes are hashed (text in UTF-8), in this order: the line `warsha-trace 1`, a line
        with the board type, a line with `end_ns` in decimal, the records (little-endian, in the
        order of the trace, payloads as the records in which they came), and a line of JSON for
        each control. `nets`, `joined` and
        `end_detail` do not count."""
        digest = hashlib.sha256(f"{FORMAT}\n{self.board}\n{self.end_ns}\n".encode())
        for piece in self.payloads.expanded(self.records):
            digest.update(piece)
        for control in self.controls:
            digest.update((json.dumps(control, ensure_ascii=False) + "\n").encode())
        return digest.hexdigest()

    def save(self, file: str | PathLike[str] | IO[bytes]) -> None:
        """Writes the trace as a compressed numpy archive."""
        binary = ("records", "payloads")
        meta = {k: v for k, v in vars(self).items() if k not in binary} | {"format": FORMAT}
        text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
        whole, ends = self.payloads.columns()
        rows = self.records.view(np.uint8)
        np.savez_compressed(file, records=rows, payloads=whole, payload_ends=ends, meta=text)

    @classmethod
    def load(cls, file: str | PathLike[str] | IO[bytes]) -> "Trace":
        """Reads what `save` wrote. Raises: ValueError for another format."""
        with np.load(file, allow_pickle=False) as archive:
            meta = json.loads(archive["meta"].tobytes())
            records = archive["records"].view(RECORD)
            payloads = Payloads.of_columns(archive["payloads"], archive["payload_ends"])
        if meta.pop("format") != FORMAT:
            raise ValueError(f"{file} is no {FORMAT}")
        meta["controls"] = [ControlAt(*row) for row in meta["controls"]]
        return cls(records=records, payloads=payloads, **meta)

    def named(self, nets: Mapping[str, int]) -> "Trace":
        """The same trace with more names for its pins."""
        return Trace(**{**vars(self), "nets": self.nets | dict(nets)})

    def _of(self, kind: int, pin: int | str | None = None) -> list[tuple[int, int, int, int, int]]:
        own = self.records["kind"] == kind
        chosen = self.records[own] if pin is None else self.rows(kind, pin)
        rows: list[tuple[int, int, int, int, int]] = chosen[:MOST_LISTED].tolist()
        return rows

    def _texts(self, kind: int) -> list[tuple[int, int, str]]:
        """The texts of a kind that has records which end them: time and field c of that record,
        and the text."""
        rows = self.records[self.records["kind"] == kind]
        is_end, data = rows["a"] == 0, unpack_text(rows)[0]
        ends = rows[is_end]
        cuts = np.cumsum(rows["a"], dtype=np.int64)[is_end].tolist()
        texts = [data[a:b].decode(errors="replace") for a, b in pairwise([0, *cuts])]
        return list(zip(ends["t"].tolist(), ends["c"].tolist(), texts, strict=True))

    def _text(self, kind: int) -> SerialLog:
        return SerialLog(*unpack_text(self.records[self.records["kind"] == kind]))
