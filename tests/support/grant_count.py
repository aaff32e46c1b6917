"""Counts the grants that a bench answers its boards with: each costs a round trip."""

import pytest

from hardware.bench.board.process import LinuxProcess
from hardware.bench.protocol.frames import REPLY_GRANT


class GrantCount:
    """How many grants were sent since `forget`, or since the beginning."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        send = LinuxProcess.send

        def counted(process: LinuxProcess, data: bytes) -> bool:
            self.count += data[0] == REPLY_GRANT
            return send(process, data)

        patch.setattr(LinuxProcess, "send", counted)

    def forget(self) -> None:
        """Begin to count again."""
        self.count = 0
