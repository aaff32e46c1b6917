"""MQTT at the broker: how a board connected, what it published and subscribed to, and which
messages it received."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from grader.lab.run import Run
from grader.lab.units import Text
from grader.measure.times import Times
from grader.strict_json import parse_json
from hardware.bench.network.mqtt.session import matches
from hardware.bench.protocol.notes import MqttNote


def messages(run: Run, *kinds: str, topic: str = "#", client: str | None = None) -> list[MqttNote]:
    """The messages at the broker since power-on, with times since t = 0 (`t_ns`).

    Only those of these kinds (`publish`, `deliver`, `connect`, `will` … as in `MqttNote`), on
    topics that match the filter, of one client ("" is the scenario). In a `connect`, topic,
    payload, qos and retain are those of the will; an empty topic means that there is no will.
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
    """What the board's own clients published, in order; messages of the scenario are left out."""
    return [one for one in messages(run, "publish", topic=topic) if one.client]


def times(found: Sequence[MqttNote]) -> Times:
    """When messages came to the broker (ns since t = 0), for periods, rates and gaps."""
    return np.array([one.t_ns for one in found], np.int64)


def payloads(found: Iterable[MqttNote]) -> list[Text]:
    """The payloads as text, each with its time; bytes that are not UTF-8 become U+FFFD."""
    return [Text(one.payload.decode(errors="replace"), one.t_ns) for one in found]


def documents(found: Iterable[MqttNote]) -> list[Any]:
    """The payloads read as JSON; None for a payload that is not JSON (or is null)."""
    return [_document(one.payload) for one in found]


def objects(found: Iterable[MqttNote]) -> list[tuple[MqttNote, dict[str, Any]]]:
    """The messages whose payload is a JSON object, each with that object."""
    return [(one, what) for one in found if isinstance(what := _document(one.payload), dict)]


def repeated(found: Sequence[MqttNote], *keys: str) -> list[MqttNote]:
    """The duplicates: messages whose JSON object has the same values under these keys as an
    earlier one. A message without one of the keys is no duplicate."""
    seen: set[str] = set()
    repeats = []
    for one, value in objects(found):
        if any(key not in value for key in keys):
            continue
        what = json.dumps([value[key] for key in keys])
        if what in seen:
            repeats.append(one)
        seen.add(what)
    return repeats


def _document(payload: bytes) -> Any:
    try:
        return parse_json(payload)
    except ValueError:
        return None
