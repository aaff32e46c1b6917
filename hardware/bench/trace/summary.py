"""The summary of a trace, as plain data: what `warsha run --json` writes."""

from typing import Any

from hardware.bench.protocol.records import names_of
from hardware.bench.trace.trace import Trace

MOST_EDGES = 1000
"""The most edges of a pin that are listed. `edge_count` counts all."""
STATES = names_of("STATE_")
ENDS = names_of("END_")
FAULTS = names_of("FAULT_")


def summary(trace: Trace) -> dict[str, Any]:
    """Plain data for JSON. Times are virtual nanoseconds.

    `pins` has the pins with a name that did something: `start` is the level at the start, `edges`
    the times at which it changed, `pwm` the settings as [time, Hz, duty of 65535].
    """
    return {
        "board": trace.board,
        "bits": trace.bits,
        "end_ns": trace.end_ns,
        "sha256": trace.sha256(),
        "ended": _ended(trace),
        "serial": trace.serial().data.decode(errors="replace"),
        "pins": {name: pin for name in sorted(trace.nets) if (pin := _pin(trace, name))},
        "exceptions": [failure._asdict() for failure in trace.exceptions()],
        "states": [{"t_ns": s.t_ns, "state": STATES[s.state]} for s in trace.states()],
        "faults": [
            {"t_ns": f.t_ns, "fault": FAULTS[f.kind], "gpio": f.gpio, "detail": f.detail}
            for f in trace.faults()
        ],
        "controls": [control._asdict() for control in trace.controls],
    }


def _ended(trace: Trace) -> dict[str, Any] | None:
    end = trace.ended()
    return end and {"t_ns": end.t_ns, "cause": ENDS[end.cause], "detail": end.detail}


def _pin(trace: Trace, name: str) -> dict[str, Any] | None:
    edges, pwm = trace.edges(name), trace.pwm(name)
    if len(edges.t_ns) < 2 and not pwm and not edges.level[0]:
        return None
    return {
        "gpio": trace.gpio(name),
        "start": bool(edges.level[0]),
        "edge_count": len(edges.t_ns) - 1,
        "edges": edges.t_ns[1 : MOST_EDGES + 1].tolist(),
        "pwm": pwm,
    }
