"""MQTT at the broker: what a board connected with, published, subscribed to, and was given."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grader.lab.documents import document
from grader.lab.run import Run
from grader.lab.units import Text
from grader.measure.times import Times
from hardware.bench.network.mqtt.session import matches
from hardware.bench.protocol.notes import MqttNote


def messages(run: Run, *kinds: str, topic: str = "#", client: str | None = None) -> list[MqttNote]:
    """The messages at the broker since power-on, with times since t = 0 (`t_ns`): of these kinds
    (`publish`, `deliver`, `connect`, `will`, … as `MqttNote` names them), on topics that a filter
    wants, of one client ("" is the scenario's).

    Of a `connect` topic, payload, qos and retain are those of the will; an empty topic is none.
    """
    return [
        one
        for one in run.once("mqtt", lambda: _notes(run))
        if (not kinds or one.kind in kinds)
        and (matches(topic, one.topic) or (topic == "#" and not one.topic))
        and client in (None, one.client)
    ]


def _notes(run: Run) -> list[MqttNote]:
    return [one._replace(t_ns=one.t_ns - run.zero_ns) for one in run.trace.mqtt()]


def published(run: Run, topic: str = "#") -> list[MqttNote]:
    """What the board's own clients published, in order; what the scenario published is left
    out."""
    return [one for one in messages(run, "publish", topic=topic) if one.client]


def times(found: Sequence[MqttNote]) -> Times:
    """When they came to the broker (ns since t = 0): for periods, rates and gaps."""
    return np.array([one.t_ns for one in found], np.int64)


def payloads(found: Iterable[MqttNote]) -> list[Text]:
    """What they say, each with its place; bytes that are no UTF-8 become U+FFFD."""
    return [Text(one.payload.decode(errors="replace"), one.t_ns) for one in found]


def documents(found: Iterable[MqttNote]) -> list[Any]:
    """Their payloads read as JSON; None for one that is none (or says null)."""
    return [_document(one.payload) for one in found]


def repeated(found: Sequence[MqttNote], *keys: str) -> list[MqttNote]:
    """Those whose values under these keys of their JSON object were in an earlier one: duplicates.
    A message that lacks one of them is none."""
    seen: set[str] = set()
    again = []
    for one, said in zip(found, documents(found), strict=True):
        if not isinstance(said, dict) or any(key not in said for key in keys):
            continue
        what = json.dumps([said[key] for key in keys])
        if what in seen:
            again.append(one)
        seen.add(what)
    return again


def _document(payload: bytes) -> Any:
    try:
        return document(payload)
    except ValueError:
        return None
