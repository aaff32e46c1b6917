"""What the network writes into the traces of boards: packets, MQTT, ESP-NOW, WiFi links, what
services got."""

from __future__ import annotations

from hardware.bench.network.host import Address, Host
from hardware.bench.network.simulation import NoteRecorder, Simulation
from hardware.bench.protocol import frames
from hardware.bench.protocol.notes import (
    BleNote,
    EspNowNote,
    LinkNote,
    MqttNote,
    Note,
    PacketNote,
    ServiceNote,
    pack,
)


class NetworkLog:
    """Notes about the network. A note goes into the trace of each board that it concerns."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._recorders: dict[object, NoteRecorder] = {}

    def add(self, board: object, recorder: NoteRecorder) -> None:
        """Record for this board from now on."""
        self._recorders[board] = recorder

    def packet(
        self,
        kind: str,
        source: tuple[Host, int],
        target: tuple[Host, int],
        data: bytes,
        *,
        lost: bool,
    ) -> None:
        """A packet at the end of its way; `source` and `target` are host and port."""
        (sender, source_port), (receiver, target_port) = source, target
        ends = (sender.ip, source_port, receiver.ip, target_port)
        for board in dict.fromkeys((sender.board, receiver.board)):
            self._write(board, PacketNote(0, kind, *ends, data, lost))

    def unroutable(
        self, sender: Host, port: int, target: tuple[Address, int], data: bytes
    ) -> None:
        """A datagram to an address that no host has."""
        self._write(sender.board, PacketNote(0, "udp", sender.ip, port, *target, data, True))

    def mqtt(self, board: object, note: MqttNote) -> None:
        """A message at the broker; without a board it concerns all boards."""
        for each in [board] if board in self._recorders else list(self._recorders):
            self._write(each, note)

    def espnow(self, board: object, note: EspNowNote) -> None:
        """An ESP-NOW message that a board sent or received."""
        self._write(board, note)

    def ble(self, board: object, note: BleNote) -> None:
        """What a board did by Bluetooth, or got."""
        self._write(board, note)

    def link(self, board: object, note: LinkNote) -> None:
        """A board's WiFi connected or disconnected."""
        self._write(board, note)

    def service(self, board: object, note: ServiceNote) -> None:
        """A service got a value from a board."""
        self._write(board, note)

    def _write(self, board: object, note: Note) -> None:
        if recorder := self._recorders.get(board):
            now = self._simulation.now_ns
            kind, data = pack(note)
            recorder.note_with(data, frames.REC_NOTED, kind, 0, len(data), now)
