"""What the network writes into the traces of the boards that it concerns."""

from __future__ import annotations

from typing import Any, Protocol

from hardware.bench.network.tcp.host import Address, Host
from hardware.bench.protocol import frames
from hardware.bench.protocol.notes import AirNote, LinkNote, MqttNote, PacketNote, pack


class Recording(Protocol):
    """A board's trace, as far as the network writes into it."""

    def note(self, kind: int, a: int, b: int, c: int, t_ns: int) -> None: ...
    def note_text(self, kind: int, data: bytes, t_ns: int) -> None: ...


class Ticking(Protocol):
    """Whatever knows virtual time."""

    @property
    def now_ns(self) -> int: ...


class NetworkLog:
    """Notes of the network; each stands in the trace of every board that had a part in it."""

    def __init__(self, ticking: Ticking) -> None:
        self._ticking = ticking
        self._boards: dict[Any, Recording] = {}

    def add(self, station: Any, recording: Recording) -> None:
        """A board with a radio."""
        self._boards[station] = recording

    def packet(
        self, kind: str, host: Host, source: tuple[Address, int], target: tuple[Address, int],
        data: bytes, *, lost: bool,
    ) -> None:  # fmt: skip
        """A packet that a board sent, or that was meant for it."""
        self._write(host.station, PacketNote(0, kind, *source, *target, data, lost))

    def mqtt(self, station: object, note: MqttNote) -> None:
        """A message at the broker; without a board it concerns all."""
        for board in [station] if station in self._boards else list(self._boards):
            self._write(board, note)

    def air(self, station: object, note: AirNote) -> None:
        """An ESP-NOW message of a board, or one for it."""
        self._write(station, note)

    def link(self, station: object, note: LinkNote) -> None:
        """A board's WiFi changed."""
        self._write(station, note)

    def _write(self, station: object, note: PacketNote | MqttNote | AirNote | LinkNote) -> None:
        if recording := self._boards.get(station):
            now = self._ticking.now_ns
            kind, data = pack(note)
            recording.note_text(frames.REC_NOTE, data, now)
            recording.note(frames.REC_NOTED, kind, 0, len(data), now)
