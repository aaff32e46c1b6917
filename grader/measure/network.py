"""The network: when a board joined an access point, looked up a name or tried to connect; its
ESP-NOW messages; and what services like ThingSpeak got."""

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.lab.units import Text
from grader.measure.times import Times
from hardware.bench.decode.calls import calls
from hardware.bench.protocol import frames
from hardware.bench.protocol.notes import EspNowNote, LinkNote


def links(run: Run) -> list[LinkNote]:
    """When the board joined an access point or left it since power-on, with times since t = 0
    (`t_ns`)."""
    return [one._replace(t_ns=one.t_ns - run.zero_ns) for one in run.trace.links()]


def joins(run: Run) -> Times:
    """When the program tried to join an access point, with success or not (ns since t = 0)."""
    asked = calls(run.trace, frames.CALL_RADIO_CONNECT, limit=MOST_CALLS)
    return _times(run, [call.t_ns for call in asked])


def lookups(run: Run, name: str) -> Times:
    """When the program looked up that name, with success or not (ns since t = 0)."""
    asked = calls(run.trace, frames.CALL_LOOKUP, limit=MOST_CALLS)
    return _times(run, [call.t_ns for call in asked if call.data == name.encode()])


def connects(run: Run, port: int) -> Times:
    """When the program tried to connect to that TCP port, with success or not (ns since t = 0)."""
    asked = calls(run.trace, frames.CALL_SOCKET_CONNECT, limit=MOST_CALLS)
    return _times(run, [call.t_ns for call in asked if call.c == port])


def espnow_messages(run: Run, kind: str = "sent") -> list[EspNowNote]:
    """The ESP-NOW messages that the board sent, or with "received" those that it received, with
    times since t = 0 (`t_ns`)."""
    return [
        one._replace(t_ns=one.t_ns - run.zero_ns) for one in run.trace.espnow() if one.kind == kind
    ]


def service_values(run: Run, service: str, name: str) -> list[Text]:
    """The values that a service got from the board, each with its time: of a field of ThingSpeak
    (`service_values(run, "thingspeak", "field1")`), in a chat of Telegram … The services and
    their names are in docs/reference/network.md."""
    return [
        Text(one.value, one.t_ns - run.zero_ns)
        for one in run.trace.services()
        if (one.service, one.name) == (service, name)
    ]


def _times(run: Run, t_ns: list[int]) -> Times:
    return np.array(t_ns, np.int64) - run.zero_ns
