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
    Moment,
    Never,
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
from grader.measure.times import delay, inside_of, moments, periods

PUBLIC = {"base": "lamps/hall", "every_ms": 1000}
ALONE, QUICK, QUICK_MS = 3, 5, 120
"""Commands with time between them, then some in quick succession: a program that looks for
messages too rarely falls further behind with each of these."""
COMMANDS, MESSAGES = ALONE + QUICK, 8
ALONE_ORDERS = (("on", "on", "off"), ("on", "off", "off"), ("off", "on", "off"))
"""One of them asks for the state that the lamp has already."""
MOST_MESSAGES, HIGHEST_SEQ = 100, 2**31
OTHER_TOPIC, OTHER_AT = "lamps/garden/set", ms(700)
"""A command for another lamp comes before all others."""
LATEST = ms(300)
"""From a command to the lamp's change."""
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
    orders = [*rng.choice(ALONE_ORDERS), *("off" if n % 2 else "on" for n in range(QUICK))]
    pairs = zip(times, orders, strict=True)
    topic = f"{config['base']}/set"
    return [
        Episode(
            "lamp",
            seconds=15,
            files={"mqtt.json": json.dumps(config).encode()},
            steps=publish(OTHER_TOPIC, b"on", at=OTHER_AT)
            + [step for at, text in pairs for step in publish(topic, text.encode(), at=at)],
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


def told_values(run: Run) -> list[tuple[int, Any, Any]]:
    """When each telemetry message came (ns), its `seq` and its `lamp`; not the rest of a flood."""
    found = mqtt.objects(told(run, "telemetry")[:MOST_MESSAGES])
    return [(one.t_ns, document.get("seq"), document.get("lamp")) for one, document in found]


def wanted_values(run: Run) -> list[str]:
    """`seq` counts from the first one on, and `lamp` is what the lamp was shortly before."""
    lamp = run.signal("LED_G")
    edges = lamp.edges_ns()
    found = []
    for n, (t_ns, seq, told_lamp) in enumerate(told_values(run)):
        if n == 0:
            first = seq if isinstance(seq, int) and abs(seq) < HIGHEST_SEQ else 0
        from_ns = t_ns - LATEST.ns
        is_changing = len(edges[inside_of(edges, from_ns, t_ns)]) > 0
        right = told_lamp if is_changing and told_lamp in (0, 1) else int(lamp.at(from_ns))
        found.append(f"seq {first + n} lamp {right}")
    return found


@gate("a.values", expect=Exactly(wanted_values), on_miss="values", why=why_topic)
def values(run: Run) -> list[Text]:
    """The two numbers of each telemetry message."""
    return [Text(f"seq {seq} lamp {lamp}", t_ns) for t_ns, seq, lamp in told_values(run)]


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


@gate("b.own", expect=Never(""), on_miss="other_lamp")
def foreign(run: Run) -> list[Moment]:
    """When the lamp changed after a command for another lamp, before the first one of its own."""
    edges = run.signal("LED_G").edges_ns()
    return moments(edges[inside_of(edges, OTHER_AT.ns, run.data["times"][0].ns)])


def why_late(run: Run) -> str:
    """It uses the topics of the example; or a command for the state that the lamp has changed
    it."""
    orders = run.data["orders"]
    first = next(n for n, one in enumerate(delays.measure(run) or []) if one > LATEST)
    is_again = orders[first] == ["off", *orders][first]
    return why_topic(run) or ("toggles" if is_again else "")


@check(
    "b",
    points=5,
    expect=AtMost(LATEST),
    on_miss="late",
    why=why_late,
    stated=[COMMANDS, QUICK, QUICK_MS],
)
def delays(run: Run) -> list[Millis]:
    """The time from each command to the lamp's change, 0 when it has that state already; infinite
    where it did not come into that state, or left it before the next command."""
    lamp = run.signal("LED_G")
    rises, falls = lamp.rises_ns(), lamp.falls_ns()
    times, found = [at.ns for at in run.data["times"]], []
    for n, (at_ns, order) in enumerate(zip(times, run.data["orders"], strict=True)):
        changes = rises if order == "on" else falls
        if n >= ALONE:
            found.append(delay(changes, at_ns))
            continue
        is_left = lamp.at(times[n + 1] - 1) != (order == "on")
        inside = changes[inside_of(changes, at_ns, times[n + 1])]
        last_ns = int(inside[-1]) if len(inside) else at_ns
        found.append(Millis(float("inf") if is_left else (last_ns - at_ns) / 1e6, at_ns))
    return found


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
