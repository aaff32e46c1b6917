"""Runs a board's program with a shortcut of the bench and without it: the traces are the same.

conftest.py registers the fixture.
"""

from collections.abc import Callable

import pytest

from hardware.bench.board import promises
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import ALL, Shortcuts
from hardware.bench.trace.trace import Trace

SHORT_NS = 200_000
"""The mean time between two requests of a board, at most, where horizons are random."""


class Same:
    """Compares runs at the bench's horizons and at random ones."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def trace(self, run: Callable[[], Trace], *without: Shortcuts) -> Trace:
        """The trace of a run with all shortcuts. It is the same with fewer."""
        traces = []
        for mean_ns, share in ((promises.PROMISE_NS, promises.PROMISED_SHARE), (SHORT_NS, 0.0)):
            with self._patch.context() as patch:
                patch.setattr(promises, "PROMISE_NS", mean_ns)
                patch.setattr(promises, "PROMISED_SHARE", share)
                for shortcuts in (ALL, *without):
                    patch.setattr(Circuit, "SHORTCUTS", shortcuts)
                    traces.append(run())
        assert len({trace.sha256() for trace in traces}) == 1
        return traces[0]


@pytest.fixture
def same(monkeypatch: pytest.MonkeyPatch) -> Same:
    return Same(monkeypatch)
