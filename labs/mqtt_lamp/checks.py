"""L00M: a lamp on MQTT sends telemetry, obeys commands, tells its state and has a last will."""

import json
import random
from typing import Any

from grader import (
    AtMost,
    BoardType,
    Conforms,
    Episode,
    Exactly,
    Millis,
    Run,
    Text,
    Within,
    check,
    gate,
    ms,
    observe,
    publish,
)
from grader.measure import mqtt
from grader.measure.times import delay, periods

PUBLIC = {"base": "lamps/hall", "every_ms": 1000}
ALONE, QUICK, QUICK_MS = 3, 5, 120
"""Commands with time between them, then some in quick succession: a program that looks for
messages too rarely falls further behind with each of these."""
COMMANDS, MESSAGES = ALONE + QUICK, 8
TELEMETRY = {
    "type": "object",
    "required": ["seq", "lamp"],
    "properties": {"seq": {"type": "integer"}, "lamp": {"enum": [0, 1]}},
}


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """One episode with another topic and interval for each seed. Commands switch on and off. No
    hidden interval is a multiple of 100 ms: a program that looks at the time too rarely misses it.
    """
    rng = random.Random(seed)
    config = {
        "base": f"lamps/room{rng.randrange(100, 1000)}",
        "every_ms": rng.choice([1250, 1350, 1450, 1550]),
    }
    config = PUBLIC if seed == 0 else config
    starts_ms = [1500 * n + rng.randrange(300, 1200) for n in range(1, ALONE + 2)]
    quick_ms = [starts_ms[-1] + QUICK_MS * n for n in range(QUICK)]
    times = [ms(at) for at in starts_ms[:ALONE] + quick_ms]
    orders = ["off" if n % 2 else "on" for n in range(COMMANDS)]
    pairs = zip(times, orders, strict=True)
    topic = f"{config['base']}/set"
    return [
        Episode(
            "lamp",
            seconds=15,
            files={"mqtt.json": json.dumps(config).encode()},
            steps=[step for at, text in pairs for step in publish(topic, text.encode(), at=at)],
            data={**config, "times": times, "orders": orders},
        )
    ]


def told(run: Run, name: str) -> list[Any]:
    """What the board published on one of its topics after READY."""
    sent = mqtt.published(run, f"{run.data['base']}/{name}")
    return [one for one in sent if one.t_ns > 0]


def interval(run: Run) -> Millis:
    """The interval in the file."""
    return ms(run.data["every_ms"])


def why_topic(run: Run) -> str:
    """It uses the topics of the example."""
    public = mqtt.messages(run, topic=f"{PUBLIC['base']}/#")
    return "hardcoded" if public and run.data["base"] != PUBLIC["base"] else ""


@gate("a.form", expect=Conforms(TELEMETRY), on_miss="telemetry", why=why_topic)
def documents(run: Run) -> list[Text]:
    """Every telemetry message."""
    return mqtt.payloads(told(run, "telemetry"))


@check(
    "a",
    points=5,
    expect=Within(ms(100), of=interval),
    on_miss="telemetry",
    why=why_topic,
    stated=[MESSAGES],
)
def intervals(run: Run) -> list[Millis] | None:
    """The time from each telemetry message to the next; None when there are too few."""
    found = periods(mqtt.times(told(run, "telemetry")))
    return found if len(found) >= MESSAGES - 1 else None


@check(
    "b",
    points=5,
    expect=AtMost(ms(300)),
    on_miss="late",
    why=why_topic,
    stated=[COMMANDS, QUICK, QUICK_MS],
)
def delays(run: Run) -> list[Millis]:
    """The time from each command to the lamp's change; infinite where it did not change."""
    lamp = run.signal("LED_G")
    rises, falls = lamp.rises_ns(), lamp.falls_ns()
    pairs = zip(run.data["times"], run.data["orders"], strict=True)
    return [delay(rises if order == "on" else falls, at.ns) for at, order in pairs]


def orders(run: Run) -> list[Text]:
    """The states that the commands asked for."""
    pairs = zip(run.data["orders"], run.data["times"], strict=True)
    return [Text(order, at.ns) for order, at in pairs]


def why_state(run: Run) -> str:
    """The states are right, but not retained."""
    found = mqtt.payloads(told(run, "state"))
    return why_topic(run) or ("not_retained" if found == orders(run) else "")


@check("c", points=4, expect=Exactly(orders), on_miss="state", why=why_state, after="b")
def states(run: Run) -> list[Text]:
    """The retained messages with the lamp's state, in order."""
    return mqtt.payloads(one for one in told(run, "state") if one.retain)


def wanted_will(run: Run) -> list[Text]:
    """Topic, payload and kind of the last will."""
    return [Text(f"{run.data['base']}/status offline retained")]


@check("d", points=4, expect=Exactly(wanted_will), on_miss="no_will", why=why_topic, after="b")
def will(run: Run) -> list[Text]:
    """Topic, payload and kind of the last will of each connection that has one."""
    found = [one for one in mqtt.messages(run, "connect") if one.topic]
    kinds = [" retained" if one.retain else "" for one in found]
    texts = zip(found, mqtt.payloads(found), kinds, strict=True)
    return [Text(f"{one.topic} {payload}{kind}", one.t_ns) for one, payload, kind in texts]


@observe(
    Episode(
        "predict",
        seconds=4,
        steps=publish(f"{PUBLIC['base']}/set", b"on", at=ms(2000)),
        data=PUBLIC,
    )
)
def kept_state(run: Run) -> dict[str, str] | None:
    """The last state that the board published, and whether the broker keeps it."""
    found = told(run, "state")[-1:]
    texts = mqtt.payloads(found)
    return {"state": texts[0], "retain": str(int(found[0].retain))} if found else None
