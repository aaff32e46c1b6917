"""L14: the board is on the broker, tells what it measures, obeys commands, and comes back after
outages. The broker's own record is judged: who connected, and what came on which topic."""

from bisect import bisect_left
from itertools import pairwise
from typing import Any

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Celsius,
    Conforms,
    Exactly,
    Millis,
    Quantity,
    Run,
    Text,
    Within,
    check,
    gate,
    ms,
    once,
    seconds,
)
from grader.measure import mqtt, network
from grader.measure.dht import START, DhtReading, dht22
from grader.measure.pins import other_pin
from grader.measure.pulses import pulses
from grader.measure.scenario_item import scenario_item
from grader.measure.times import delay, inside_of, periods

PERIOD, FEWEST = seconds(5), 20
KEEP_ALIVE_S = (1, 30)
FRESH = seconds(4)
"""The longest time from a reading of the sensor to the message that tells it."""
PROMPT = ms(500)
"""The time for the relay to move, and for the answer to come. A right program needs up to 300 ms:
`measure()` alone takes 275 ms."""
OVER = seconds(1)
"""Whatever a command causes has happened after this."""
BACK, MOST_TRIES = seconds(15), 20
MOST_MESSAGES, MOST_EDGES, MOST_STARTS = 1000, 10, 1000
"""A right program makes far fewer of each. The rest is not looked at: it costs time only."""
MQTT_PORT, NEVER = 1883, float("inf")
NUMBER = {"type": "number"}
TELEMETRY = {
    "type": "object",
    "required": ["v", "id", "seq", "m"],
    "properties": {
        "v": {"const": 1},
        "id": {"const": "dev"},
        "seq": {"type": "integer"},
        "m": {"type": "object", "required": ["t", "h"], "properties": {"t": NUMBER, "h": NUMBER}},
    },
}


def told(run: Run, name: str) -> list[Any]:
    """What the board published on one of its topics, without the rest of a flood."""
    topic = f"{run.data['base']}/{name}"
    return run.once(("told", name), lambda: mqtt.published(run, topic)[:MOST_MESSAGES])


def why_topic(run: Run) -> str:
    """It uses the topics of the example."""
    public: str = run.data["public_base"]
    is_public = bool(run.data["base"].startswith(public))
    return "hardcoded" if not is_public and mqtt.published(run, f"{public}/#") else ""


def unhandled(run: Run) -> str:
    """What a lost connection raises was not handled."""
    return "unhandled" if run.raised("OSError", "MQTTException") else ""


# a: the connection.


def wanted_connection(run: Run) -> list[str]:
    """The one connection that the task asks for."""
    least, most = KEEP_ALIVE_S
    return [f"{run.data['dev']}, {least}–{most} s, QoS 1"]


def why_connection(run: Run) -> str:
    """Which of the three is wrong."""
    wanted = wanted_connection(run)[0].split(", ")
    keys = ("client_id", "keep_alive", "qos")
    found = [one.rsplit(", ", 2) for one in connections.measure(run) or []]
    wrong = [[key for key, a, b in zip(keys, one, wanted, strict=True) if a != b] for one in found]
    return next((one[0] for one in wrong if one), "")


@check(
    "a.connect",
    points=1,
    expect=Exactly(wanted_connection),
    on_miss="client_id",
    why=why_connection,
    stated=KEEP_ALIVE_S,
)
def connections(run: Run) -> list[Text]:
    """How the board connected: its client id, the keep-alive, the QoS of its subscription to
    `cmd`; each combination once."""
    found: dict[str, Text] = {}
    for one in mqtt.messages(run, "connect"):
        asked = mqtt.messages(run, "subscribe", client=one.client)
        granted = [sub.qos for sub in asked if is_for_commands(sub)]
        text = f"{one.client}, {kept_for(one)}, QoS {max(granted, default='-')}"
        found.setdefault(text, Text(text, one.t_ns))
    return list(found.values())


def wanted_will(run: Run) -> list[str]:
    """Topic, payload and kind of the last will."""
    return [f"{run.data['base']}/status offline retained"]


def why_will(run: Run) -> str:
    """There is none, it is not retained, or it is that of the example."""
    found = wills.measure(run) or []
    if not found:
        return "no_lwt" if mqtt.messages(run, "connect") else ""
    is_bare = [f"{one} retained" for one in found] == wanted_will(run)
    return "lwt_not_retained" if is_bare else why_topic(run)


@check("a.will", points=1, expect=Exactly(wanted_will), on_miss="wrong_lwt", why=why_will)
def wills(run: Run) -> list[Text]:
    """The last wills of the connections; each of them once."""
    found: dict[str, Text] = {}
    for one in mqtt.messages(run, "connect"):
        if text := will_of(one):
            found.setdefault(text, Text(text, one.t_ns))
    return list(found.values())


def will_of(one: Any) -> str:
    """Topic, payload and kind of the last will in a `connect`; empty without one."""
    payload = one.payload.decode(errors="replace")
    return f"{one.topic} {payload}{' retained' if one.retain else ''}" if one.topic else ""


def kept_for(one: Any) -> str:
    """The keep-alive in a `connect`, as the task states it if it is right."""
    least, most = KEEP_ALIVE_S
    return f"{least}–{most} s" if least <= one.keep_alive_s <= most else f"{one.keep_alive_s} s"


def is_for_commands(one: Any) -> bool:
    """Whether a `subscribe` asks for `cmd`."""
    return one.topic.rpartition("/")[2] in ("cmd", "+", "#")


@once
def each_connection(run: Run) -> list[Text]:
    """How the board connected each time: client id, keep-alive, the QoS of its subscription to
    `cmd` in that connection, and the last will. Where it did not subscribe, which another check
    sees, the QoS is that of the first connection."""
    begun: list[Any] = []
    granted: list[int | None] = []
    place: dict[str, int] = {}
    for one in mqtt.messages(run, "connect", "subscribe"):
        if one.kind == "connect":
            place[one.client] = len(begun)
            begun.append(one)
            granted.append(None)
        elif is_for_commands(one):
            n = place[one.client]
            granted[n] = max(granted[n] or 0, one.qos)
    first = next((qos for qos in granted if qos is not None), "-")
    return [
        Text(
            f"{one.client}, {kept_for(one)}, QoS {first if qos is None else qos}, "
            f"{will_of(one) or '-'}",
            one.t_ns,
        )
        for one, qos in zip(begun, granted, strict=True)
    ]


@check(
    "a.again",
    points=1,
    episode="outage",
    expect=Exactly(lambda run: [str(one) for one in each_connection(run)[:1]]),
    on_miss="connects_otherwise",
    on_error=unhandled,
    after="a.will",
)
def connections_again(run: Run) -> list[Text] | None:
    """The earliest connection that is not like the first one, else the first one; None without
    any."""
    found = each_connection(run)
    return [one for one in found if one != found[0]][:1] or found[:1] or None


# b: telemetry.


def why_few(run: Run) -> str:
    """It uses the topics of the example, or waits for a message before each of its own."""
    found = len(told(run, "telemetry"))
    is_waiting = found <= 2 and bool(mqtt.messages(run, "subscribe"))
    return why_topic(run) or ("wait_msg" if is_waiting else "")


@gate("b.count", expect=AtLeast(FEWEST), on_miss="few_messages", why=why_few)
def count(run: Run) -> int | None:
    """How many messages came; None without any connection."""
    return len(told(run, "telemetry")) if mqtt.messages(run, "connect") else None


@check("b.period", points=1, expect=Within(ms(100), of=PERIOD), on_miss="period", why=why_few)
def intervals(run: Run) -> list[Millis]:
    """The time from each message to the next."""
    return periods(mqtt.times(told(run, "telemetry")))


def why_schema(run: Run) -> str:
    """Messages are retained, or numbers are sent as texts."""
    sent = told(run, "telemetry")
    values = [value for one in mqtt.documents(sent) for value in measured(one)]
    if any(one.retain for one in sent):
        return "retained_telemetry"
    is_text = any(isinstance(value, str) for value in values)
    return "json_string" if is_text else why_few(run)


@check("b.schema", points=2, expect=Conforms(TELEMETRY), on_miss="schema", why=why_schema)
def messages(run: Run) -> list[Text]:
    """Every message. The device's own name is replaced by `dev`, which the schema asks for, and a
    retained message has this word before it."""
    own = f'"{run.data["dev"]}"'
    sent = told(run, "telemetry")
    return [
        Text(("retained " if one.retain else "") + text.replace(own, '"dev"'), one.t_ns)
        for one, text in zip(sent, mqtt.payloads(sent), strict=True)
    ]


def seq_growths(run: Run) -> list[Quantity]:
    """By how much `seq` grows from a message to the next; infinite where one has none."""
    sent = told(run, "telemetry")
    numbers = [
        number_of(one.get("seq") if isinstance(one, dict) else None)
        for one in mqtt.documents(sent)
    ]
    pairs = zip(pairwise(numbers), sent[1:], strict=False)
    return [Quantity(b - a if abs(b - a) < NEVER else NEVER, one.t_ns) for (a, b), one in pairs]


@check("b.seq", points=1, expect=Exactly([1.0]), on_miss="seq", why=why_few)
def seq_steps(run: Run) -> list[Quantity]:
    """The first growth of `seq` that is not 1, else a 1."""
    steps = seq_growths(run)
    return [step for step in steps if step - 1][:1] or steps[:1]


def number_of(value: Any) -> float:
    """A number, also one that was sent as a text; infinite for anything else."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return NEVER


def measured(document: Any) -> list[Any]:
    """Temperature and humidity in a message; None where one is missing."""
    values = document.get("m") if isinstance(document, dict) else None
    return [values.get(name) if isinstance(values, dict) else None for name in ("t", "h")]


@once
def readings(run: Run) -> list[DhtReading]:
    """Every right reading of the sensor."""
    wire = run.signal("DHT")
    if len(pulses(wire, False, shortest=START)) > MOST_STARTS:
        return []
    return [one for one in dht22(wire) if one.is_sound]


def reading_before(run: Run, at_ns: int) -> DhtReading | None:
    """The last reading before a message, if it is fresh."""
    found = readings(run)
    index = bisect_left([one.at_ns for one in found], at_ns) - 1
    is_fresh = index >= 0 and at_ns - found[index].at_ns <= FRESH.ns
    return found[index] if is_fresh else None


def sensed(run: Run) -> list[Celsius]:
    """The temperature, then the humidity that the sensor sent last before each message."""
    found = []
    for one in told(run, "telemetry"):
        reading = reading_before(run, one.t_ns)
        sent = (reading.temperature, reading.humidity) if reading else (0, 0)
        found += [Celsius(value or 0, one.t_ns) for value in sent]
    return found


@check(
    "b.values",
    points=1,
    expect=Within(Celsius(0.1), of=sensed),
    on_miss="values",
    why=why_few,
    stated=[FRESH / 1000],
)
def values(run: Run) -> list[Celsius]:
    """The same two values in each message; infinite where one is missing, or where the sensor was
    not read shortly before."""
    found = []
    sent = told(run, "telemetry")
    for one, document in zip(sent, mqtt.documents(sent), strict=True):
        is_read = reading_before(run, one.t_ns) is not None
        for value in measured(document):
            found.append(Celsius(number_of(value) if is_read else NEVER, one.t_ns))
    return found


# c: the status.


def why_away(run: Run) -> str:
    """It uses the topics of the example, or has lost the Wi-Fi and never joined it again."""
    links = network.links(run)
    return why_topic(run) or ("no_rejoin" if links and not links[-1].up else "")


def why_status(run: Run) -> str:
    """The status was told once, although the board connected again."""
    many = len(mqtt.messages(run, "connect")), len(told(run, "status"))
    return why_away(run) or ("status_once" if many[1] == 1 < many[0] else "")


def online_again(run: Run) -> list[int]:
    """When there is a network, first and after each outage (ns)."""
    return [ms(run.data["late_ms"]).ns, *(ms(away.to_ms).ns for away in run.data["outages"])]


@check(
    "c",
    points=1,
    episode="outage",
    expect=AtMost(BACK),
    on_miss="status",
    why=why_status,
    on_error=unhandled,
)
def status_delays(run: Run) -> list[Millis]:
    """The time from when there is a network, first and after outages, to a retained `online`."""
    sent = [one for one in told(run, "status") if one.retain and one.payload == b"online"]
    times = mqtt.times(sent)
    return [delay(times, at) for at in online_again(run)] if told(run, "status") else []


# d: commands.


def answer_times(run: Run, commands: list[Any]) -> list[Millis]:
    """For each good command the time to the relay's change, then to its `ack`; infinite where it
    did not come, and nothing when the board never connected."""
    relay = run.signal("RELAY_1")
    found = []
    for one in commands:
        at_ns = ms(one.at).ns
        moves = relay.rises_ns() if one.level else relay.falls_ns()
        found += [delay(moves, at_ns), delay(mqtt.times(acks(run, one.id)), at_ns)]
    return found if mqtt.messages(run, "connect") else []


def acks(run: Run, id: int | None) -> list[Any]:
    """The answers to a command; with None those with `err`."""
    return [
        one
        for one, document in mqtt.objects(told(run, "ack"))
        if ("err" in document) == (id is None) and (id is None or document.get("id") == id)
    ]


def levels(run: Run, one: Any) -> list[int]:
    """All levels of the relay in OVER after a command."""
    at_ns = ms(one.at).ns
    relay = run.signal("RELAY_1").since(at_ns)
    edges = relay.edges_ns()[:MOST_EDGES]
    return [int(n) for n in relay.at_all(np.append(at_ns, edges[edges <= at_ns + OVER.ns]))]


def has_moved(run: Run, one: Any) -> bool:
    """Whether the relay moved in OVER after a command."""
    return len(levels(run, one)) > 1


def seen(run: Run, one: Any, with_relay: bool = True) -> Text:
    """What a command caused in OVER: its answer, and the relay with all its levels."""
    at_ns = ms(one.at).ns
    times = mqtt.times(acks(run, one.id))
    is_answered = bool(len(times[inside_of(times, at_ns, at_ns + OVER.ns)]))
    text = f"{'err' if one.id is None else one.id}" if is_answered else "-"
    if with_relay:
        text += f" relay {'→'.join(str(level) for level in levels(run, one))}"
    return Text(text, at_ns)


def why_command(run: Run) -> str:
    """The relay is on another pin, or the topics are those of the example."""
    return why_topic(run) or other_pin(run, "RELAY_1")


@check(
    "d.good",
    points=1,
    episode="cmd",
    expect=AtMost(PROMPT),
    on_miss="command",
    why=why_command,
)
def good_answers(run: Run) -> list[Millis]:
    """The relay's and the answer's time, for the first two commands."""
    return answer_times(run, run.data["commands"][:2])


@check(
    "d.again",
    points=1,
    episode="cmd",
    expect=Exactly(lambda run: [f"{run.data['again'].id} relay 0"]),
    on_miss="dup_action",
    on_error=lambda run: "dup_action" if acks(run, run.data["again"].id)[1:] else "",
    after="d.good",
    stated=[OVER / 1000],
)
def repeat(run: Run) -> list[Text]:
    """What the repeated command caused: an answer, and the relay stays off."""
    return [seen(run, run.data["again"])]


def has_both(run: Run, one: Any) -> bool:
    """Whether answers with `err` and answers without it came to a command in OVER."""
    answers = [
        (said, "err" in document)
        for said, document in mqtt.objects(told(run, "ack"))
        if "err" in document or "id" in document
    ]
    times = mqtt.times([said for said, _ in answers])
    within = inside_of(times, ms(one.at).ns, ms(one.at).ns + OVER.ns)
    return len({is_err for _, is_err in answers[within]}) > 1


def why_bad(run: Run) -> str:
    """A bad command moved the relay, or a command had two answers that contradict each other."""
    if any(has_moved(run, bad) for bad in run.data["bad"]):
        return "bad_obeyed"
    judged = [*run.data["bad"], run.data["last"]]
    return "both_answers" if any(has_both(run, one) for one in judged) else ""


def wanted_bad(run: Run) -> list[str]:
    """The bad ones are answered with `err` and leave the relay alone; the last good one works."""
    return [*["err"] * len(run.data["bad"]), f"{run.data['last'].id} 1"]


@check(
    "d.bad",
    points=1,
    episode="cmd",
    expect=Exactly(wanted_bad),
    on_miss="bad_json",
    why=why_bad,
    on_error=lambda run: "bad_json" if run.raised("ValueError", "KeyError", "TypeError") else "",
    after="d.good",
    stated=[OVER / 1000],
)
def bad_answers(run: Run) -> list[Text]:
    """What the bad commands and the one after them caused; of a bad one the relay if it moved."""
    last = run.data["last"]
    level = int(run.signal("RELAY_1").at(ms(last.at).ns + OVER.ns))
    found = []
    for one in run.data["bad"]:
        text = seen(run, one, with_relay=has_moved(run, one))
        found.append(Text(f"{text}{' + id' if has_both(run, one) else ''}", text.at_ns))
    works = seen(run, last, with_relay=False)
    other = " + err" if has_both(run, last) else ""
    return [*found, Text(f"{works}{other} {level}", works.at_ns)]


# e: outages.


def why_back(run: Run) -> str:
    """The board stays away, or its telemetry waits for the commands."""
    sent = told(run, "telemetry")
    is_waiting = bool(sent) and sent[0].t_ns > ms(run.data["outages"][0].from_ms).ns
    return why_away(run) or ("wait_msg" if is_waiting else "")


@check(
    "e.back",
    points=1,
    episode="outage",
    expect=AtMost(BACK),
    on_miss="not_back",
    why=why_back,
    on_error=unhandled,
)
def back_delays(run: Run) -> list[Millis]:
    """The time from when there is a network, first and after outages, to the next telemetry."""
    times = mqtt.times(told(run, "telemetry"))
    return [delay(times, at) for at in online_again(run)] if len(times) else []


seq_over_outages = check(
    "e.seq",
    points=1,
    episode="outage",
    expect=AtLeast(Quantity(0)),  # messages may be lost in an outage
    on_miss="seq_anew",
    after="e.back",
)(seq_growths)


def why_deaf(run: Run) -> str:
    """A command that was obeyed before the outage was obeyed again, or it did not subscribe."""
    if has_moved(run, run.data["again"]):
        return "ids_lost"
    asked = len(mqtt.messages(run, "subscribe"))
    return why_command(run) or ("no_resubscribe" if asked <= len(run.data["outages"]) else "")


@check(
    "e.command",
    points=1,
    episode="outage",
    expect=AtMost(PROMPT),
    on_miss="deaf",
    why=why_deaf,
    after="e.back",
)
def late_answers(run: Run) -> list[Millis]:
    """The relay's and the answer's time, for the commands after each outage; and the answer's for
    the repeated one, infinite when that moved the relay."""
    again, found = run.data["again"], answer_times(run, run.data["commands"])
    answers = [] if has_moved(run, again) else acks(run, again.id)
    return [*found, delay(mqtt.times(answers), ms(again.at).ns)] if found else []


@check(
    "e.tries",
    points=1,
    episode="outage",
    expect=AtMost(MOST_TRIES),
    on_miss="tight_retry",
    after="e.back",
)
def tries(run: Run) -> list[int]:
    """How often the board tried to connect in each outage, to the Wi-Fi or to the broker."""
    tried = [network.joins(run), network.connects(run, MQTT_PORT)]
    spans = [(0, ms(run.data["late_ms"]).ns)]
    spans += [(ms(away.from_ms).ns, ms(away.to_ms).ns) for away in run.data["outages"]]
    return [max(len(at_ns[inside_of(at_ns, *span)]) for at_ns in tried) for span in spans]


# t: the trainee's own test.

right, found_wrong = scenario_item(
    "t",
    points=2,
    mutants=(
        "bad_json",
        "dup_action",
        "json_string",
        "no_ack",
        "no_resubscribe",
        "one_remembered",
        "only_syntax",
        "stale_data",
    ),
)
