"""C3: tickets in the right order, parcels at the right price, a gate that opens when it is paid.

A *request* is the keys of one ticket; the board tells its number on `ticket`. The broker's record
is judged: what came there after each stimulus, and before the next one.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from grader import (
    Exactly,
    Run,
    Text,
    check,
    ms,
    once,
)
from grader.measure import mqtt

MOST_MESSAGES = 500


@once
def told(run: Run) -> list[tuple[int, str, Any]]:
    """The events that the board published: when, on which topic, and the JSON object."""
    base = run.data["base"]
    sent = [
        one for one in mqtt.published(run, f"{base}/+") if not one.topic.endswith("/status")
    ]
    sent = sent[:MOST_MESSAGES]
    return [
        (one.t_ns, one.topic.rpartition("/")[2], document)
        for one, document in zip(sent, mqtt.documents(sent), strict=True)
    ]


def after(run: Run, name: str, from_ms: float, to_ms: float) -> list[dict[str, Any]]:
    """The events of a kind in this time."""
    return [
        document
        for t_ns, topic, document in told(run)
        if topic == name and isinstance(document, dict) and ms(from_ms).ns <= t_ns < ms(to_ms).ns
    ]


@once
def tickets(run: Run) -> list[dict[str, Any] | None]:
    """For each request the first message on `ticket`; None where none came."""
    found = []
    events = run.data["events"]
    ends = [event.at for event in events[1:]] + [run.data["repeats"][0].at]
    for event, end in zip(events, ends, strict=True):
        if hasattr(event, "service"):
            found.append(next(iter(after(run, "ticket", event.end, end)), None))
    return found


def name(run: Run, request: int) -> str:
    """The number that the board gave to a request."""
    if request < 0:
        return "0"
    ticket = tickets(run)[request]
    return str(ticket.get("n")) if ticket else "?"


def calls(run: Run) -> list[tuple[Any, float]]:
    events = run.data["events"]
    ends = [event.at for event in events[1:]] + [run.data["repeats"][0].at]
    return [(e, end) for e, end in zip(events, ends, strict=True) if hasattr(e, "counter")]


def wanted_calls(run: Run) -> list[str]:
    """The ticket of each call."""
    return [f"{call.counter}: {name(run, call.ticket)}" for call, _ in calls(run)]


@check("a", points=15, expect=Exactly(wanted_calls), on_miss="order")
def called(run: Run) -> list[Text] | None:
    """What was called for each command."""
    found = []
    for call, end in calls(run):
        came = [one for one in after(run, "call", call.at, end) if one.get("id") == call.id]
        text = f"{came[0].get('counter')}: {came[0].get('n')}" if came else "-"
        found.append(Text(text, ms(call.at).ns))
    return found if any(one != "-" for one in found) else None
