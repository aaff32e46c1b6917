"""C3: tickets are called in the right order, parcels get their price, and the gate opens only for
a paid one.

A *request* is the keys of one ticket; the board tells its number on `ticket`. Whatever an event
causes has come RESULT after it. The broker's record, the servo, the display, the ring, the buzzer
and the serial line are judged.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from grader import (
    AtMost,
    Conforms,
    Exactly,
    Millis,
    Moment,
    Never,
    Quantity,
    Run,
    Text,
    Within,
    check,
    gate,
    moment_of_ns,
    ms,
    once,
    us,
)
from grader.measure import mqtt
from grader.measure.display import Screen
from grader.measure.glyphs import read
from grader.measure.i2c import transfers
from grader.measure.neopixel import colours
from grader.measure.pins import other_pin
from grader.measure.pwm import pwm, tones

MOST_MESSAGES = 500
"""A right program sends far fewer. The rest is not looked at: it costs time only."""
RESULT, TOLD, PROMPT = ms(800), ms(1000), ms(1000)
"""The time for what a key or a call causes, for a tariff message, and for the gate."""
CLOSED, OPEN, ALLOWED = us(500), us(1500), us(50)
NEVER, LAMPS, COUNTERS = float("inf"), 8, 4
ROW, CELLS, ROWS_PX = 16, 16, range(0, 57, 4)
"""The display's row of what is typed; and where a row of text is looked for."""
LEAK, NEAR_MM = 5, 10
HASH = re.compile(r"\b[0-9a-f]{64}\b")
HIGHEST, RETURN_MS = 2**31, 15_000
"""No ticket has a higher number; and after an outage the board is connected again by then."""
WHOLE, BIT = {"type": "integer", "minimum": 0}, {"enum": [0, 1]}


def shape(**properties: Any) -> dict[str, Any]:
    """The schema of an object that has all these keys."""
    return {"type": "object", "required": list(properties), "properties": properties}


COMMON = {"n": WHOLE, "s": {"enum": ["A", "B", "C"]}, "wait_s": WHOLE}
IDENTITY = {
    "last4": {"type": "string", "pattern": "^[0-9]{4}$"},
    "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
EVENTS = {
    "type": "object",
    "properties": {
        "ticket": {
            "anyOf": [
                shape(**COMMON, p={"const": 0}),
                shape(**COMMON, p={"const": 1}, **IDENTITY),
            ]
        },
        "call": shape(id=WHOLE, counter=WHOLE, n=WHOLE),
        "parcel": shape(
            parcel=WHOLE, g=WHOLE, mm=WHOLE, size={"enum": ["S", "M", "L"]}, price=WHOLE
        ),
        "gate": shape(parcel=WHOLE, open=BIT),
    },
    "additionalProperties": False,
}


# The broker's record.


@once
def sent(run: Run) -> list[Any]:
    """What the board published below its base topic, without its status and the rest of a
    flood."""
    found = mqtt.published(run, f"{run.data['base']}/#")
    return [one for one in found if one.topic != f"{run.data['base']}/status"][:MOST_MESSAGES]


@once
def told(run: Run) -> list[tuple[int, str, dict[str, Any]]]:
    """The events: when (ns since t = 0), which kind, and the JSON object."""
    return [
        (one.t_ns, one.topic.rpartition("/")[2], document)
        for one, document in mqtt.objects(sent(run))
    ]


def caused(run: Run, kind: str, at: float, most: Millis = RESULT) -> list[dict[str, Any]]:
    """The events of a kind that came in this time after a stimulus (ms)."""
    from_ns = ms(at).ns
    return [
        document
        for t_ns, name, document in told(run)
        if name == kind and from_ns <= t_ns < from_ns + most.ns
    ]


@once
def tickets(run: Run) -> list[tuple[Any, dict[str, Any]]]:
    """Each request with its event; an empty one where none came."""
    requests = [event for event in run.data["events"] if hasattr(event, "service")]
    return [(one, next(iter(caused(run, "ticket", one.end)), {})) for one in requests]


@once
def calls(run: Run) -> list[tuple[Any, dict[str, Any]]]:
    """Each call with its event; an empty one where none came."""
    found = [event for event in run.data["events"] if hasattr(event, "counter")]
    return [
        (one, next((e for e in caused(run, "call", one.at) if e.get("id") == one.id), {}))
        for one in found
    ]


def number(run: Run, request: int) -> str:
    """The number that the board gave to a request; 0 for none."""
    return "0" if request < 0 else str(tickets(run)[request][1].get("n", "?"))


def why_topic(run: Run) -> str:
    """It uses the topics of the example."""
    public: str = run.data["public_base"]
    is_public = run.data["base"] == public
    return "hardcoded" if not is_public and mqtt.published(run, f"{public}/#") else ""


def is_connected(run: Run) -> bool:
    """Whether the board ever came to the broker."""
    return bool(mqtt.messages(run, "connect"))


# a: the order of calls.


def wanted_calls(run: Run) -> list[str]:
    """Counter and ticket of each call."""
    return [f"{one.counter}←{number(run, one.ticket)}" for one, _ in calls(run)]


def why_order(run: Run) -> str:
    """No tickets, keys that count although they must not, a queue that the reset has cleared, one
    queue for all, or normal tickets that wait for ever."""
    if not any(event for _, event in tickets(run)):
        return why_topic(run) or ("no_tickets" if is_connected(run) else "")
    if slip := why_slip(run):
        return slip
    found = called.measure(run) or []
    for (one, event), seen, wanted in zip(calls(run), found, wanted_calls(run), strict=False):
        if seen == wanted:
            continue
        if one.at > run.data["reset"] and event.get("n") == 0:
            return "queue_lost"
        urgent = {
            event.get("n"): request.urgent for request, event in tickets(run) if event.get("n")
        }
        is_urgent, must_be = urgent.get(event.get("n")), urgent.get(int_of(wanted))
        if must_be and is_urgent is False:
            return "fifo"
        if is_urgent and must_be is False:
            return "fifo" if is_one_queue(run) else "starvation"
        return ""
    return ""


def is_one_queue(run: Run) -> bool:
    """Whether all tickets were called in the order of their numbers."""
    numbers = [value(event, "n") for _, event in calls(run) if event.get("n")]
    return numbers == sorted(numbers)


def why_slip(run: Run) -> str:
    """The first ticket that is missing, or comes too soon, was typed with keys that do nothing."""
    for request, event in tickets(run):
        from_ns, to_ns = ms(request.at).ns, ms(request.end).ns
        is_early = any(name == "ticket" and from_ns <= at < to_ns for at, name, _ in told(run))
        if is_early or not event:
            return str(request.slip)
    return ""


def int_of(wanted: str) -> int:
    """The ticket in a wanted call."""
    text = wanted.rpartition("←")[2]
    return int(text) if text.isdigit() else -1


@check(
    "a.calls",
    points=13,
    expect=Exactly(wanted_calls),
    on_miss="order",
    why=why_order,
    stated=[0.8],
)
def called(run: Run) -> list[Text] | None:
    """Counter and ticket of each answer; `-` where none came. None without any."""
    found = []
    for one, event in calls(run):
        text = f"{event.get('counter')}←{event.get('n')}" if event else "-"
        found.append(Text(text, ms(one.at).ns))
    return found if any(one != "-" for one in found) else None


def wanted_later(run: Run) -> list[str]:
    """The tickets of the time without the broker have the next numbers; and the call after it."""
    away = run.data["away"]
    asked = tickets(run)
    last = asked[-1][1].get("n")
    since = last + 1 if isinstance(last, int) and last < HIGHEST else 1
    numbers = [str(since + n) for n in range(len(away.tickets))]
    waits = away.call.ticket
    called = number(run, waits) if waits < len(asked) else numbers[waits - len(asked)]
    return [*numbers, f"{away.call.counter}←{called}"]


def why_later(run: Run) -> str:
    """The board did not come back to the broker."""
    connected = mqtt.times(mqtt.messages(run, "connect"))
    return "" if (connected > ms(run.data["away"].to_ms).ns).any() else "no_reconnect"


@check(
    "a.outage",
    points=2,
    expect=Exactly(wanted_later),
    on_miss="events_lost",
    why=why_later,
    after="a.calls",
    stated=[RETURN_MS / 1000],
)
def later(run: Run) -> list[Text]:
    """The tickets and the call as the broker got them when it was back."""
    away = run.data["away"]
    from_ns, to_ns = ms(away.from_ms).ns, ms(away.call.at).ns
    came = [(at, e) for at, name, e in told(run) if name == "ticket" and from_ns <= at < to_ns]
    found = [Text(f"{event.get('n')}", at) for at, event in came]
    called = caused(run, "call", away.call.at)
    return found + [Text(f"{e.get('counter')}←{e.get('n')}", to_ns) for e in called]


# b: the numbers.


@check("b.numbers", points=6, expect=Never(""), on_miss="number_restart", after="a.calls")
def repeated_numbers(run: Run) -> list[Text]:
    """The tickets with a number that another one had."""
    known: set[Any] = set()
    found = []
    for request, event in tickets(run):
        if event and event.get("n") in known:
            found.append(Text(f"{event.get('n')}", ms(request.end).ns))
        known.add(event.get("n"))
    return found


def wanted_tickets(run: Run) -> list[str]:
    """Number, service and priority of each ticket."""
    pairs = enumerate(tickets(run), start=1)
    return [f"{n}: {one.service} {int(one.urgent)}" for n, (one, _) in pairs]


@check("b.tickets", points=2, expect=Exactly(wanted_tickets), on_miss="ticket", after="b.numbers")
def ticket_texts(run: Run) -> list[Text]:
    """The same as the board told it; `-` where it told none."""
    found = []
    for request, event in tickets(run):
        text = f"{event.get('n')}: {event.get('s')} {event.get('p')}" if event else "-"
        found.append(Text(text, ms(request.end).ns))
    return found


# c: the tariff.


@once
def weighed(run: Run) -> list[tuple[Any, dict[str, Any]]]:
    """Each parcel with its tariff message; an empty one where none came."""
    parcels = run.data["parcels"]
    return [(one, next(iter(caused(run, "parcel", one.at, TOLD)), {})) for one in parcels]


def value(event: dict[str, Any], key: str) -> float:
    """A number in an event; infinite when it has none."""
    found = event.get(key)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return float(found)
    return NEVER


def true_weights(run: Run) -> list[Quantity]:
    """What is on the scale."""
    return [Quantity(one.grams + one.over, ms(one.at).ns) for one, _ in weighed(run)]


def why_weight(run: Run) -> str:
    """A message is missing; or all are wrong by nearly the same."""
    if not all(event for _, event in weighed(run)):
        return why_topic(run) or ("no_tariff" if is_connected(run) else "")
    off = [value(event, "g") - one.grams for one, event in weighed(run)]
    return "no_tare" if max(off) - min(off) < 50 and min(map(abs, off)) > 50 else ""


@gate(
    "c.weight",
    episode="parcel",
    expect=Within(Quantity(20), of=true_weights),
    on_miss="weight",
    why=why_weight,
)
def weights(run: Run) -> list[Quantity] | None:
    """The weights that the board told; infinite where it told none; None without any."""
    if not any(event for _, event in weighed(run)):
        return None
    return [Quantity(value(event, "g"), ms(one.at).ns) for one, event in weighed(run)]


def true_heights(run: Run) -> list[Quantity]:
    """How high the parcels are."""
    return [Quantity(one.mm, ms(one.at).ns) for one, _ in weighed(run)]


@gate(
    "c.height",
    episode="parcel",
    expect=Within(Quantity(NEAR_MM), of=true_heights),
    on_miss="height",
)
def heights(run: Run) -> list[Quantity] | None:
    """The heights that the board told; infinite where it told none; None without any."""
    if not any(event for _, event in weighed(run)):
        return None
    return [Quantity(value(event, "mm"), ms(one.at).ns) for one, event in weighed(run)]


def wanted_tariffs(run: Run) -> list[str]:
    """Number, class and price of each parcel."""
    return [f"{n}: {one.size} {one.price}" for n, (one, _) in enumerate(weighed(run), start=1)]


def why_tariff(run: Run) -> str:
    """Only the parcel that weighs a limit when it is rounded is wrong, or only those that weigh as
    much as a limit."""
    pairs = weighed(run)
    wrong = [one for one, e in pairs if (e.get("size"), e.get("price")) != (one.size, one.price)]
    limits = run.data["limits"]
    if wrong and all(one.over for one in wrong):
        return "not_rounded"
    return "boundary" if wrong and all(one.grams in limits for one in wrong) else ""


@check(
    "c",
    points=12,
    episode="parcel",
    expect=Exactly(wanted_tariffs),
    on_miss="tariff",
    why=why_tariff,
    stated=[TOLD / 1000],
)
def tariffs(run: Run) -> list[Text] | None:
    """The same as the board told it; `-` where it told none."""
    found = []
    for one, event in weighed(run):
        text = f"{event.get('parcel')}: {event.get('size')} {event.get('price')}"
        found.append(Text(text if event else "-", ms(one.at).ns))
    return found if any(event for _, event in weighed(run)) else None


# d: the gate.


@once
def openings(run: Run) -> list[tuple[int, int, int]]:
    """The times in which the gate was not closed: from, since when completely open, to (ns)."""
    servo = pwm(run, "SERVO")
    found: list[list[int]] = []
    is_shut = True
    for width in servo.widths():
        if abs(width - CLOSED) <= ALLOWED:
            if not is_shut:
                found[-1][2] = width.at_ns or 0
            is_shut = True
            continue
        if is_shut:
            found.append([width.at_ns or 0, servo.end_ns, servo.end_ns])
        is_shut = False
        if abs(width - OPEN) <= ALLOWED:
            found[-1][1] = min(found[-1][1], width.at_ns or 0)
    return [(one[0], one[1], one[2]) for one in found]


def due(run: Run) -> list[int]:
    """When a payment must open the gate (ns)."""
    return [ms(one.at).ns for one in run.data["paid"] if one.opens]


def is_due(run: Run, at_ns: int) -> bool:
    """Whether an opening is the answer to a payment."""
    return any(0 <= at_ns - since <= PROMPT.ns for since in due(run))


def why_open(run: Run) -> str:
    """What the gate opened for: another parcel, one that had passed, a payment from before the
    tariff message or late; or no payment at all."""
    keys = [key_of(run, begin) for begin, _, _ in openings(run) if not is_due(run, begin)]
    return "" if "" in keys else next(iter(keys), "")


def key_of(run: Run, at_ns: int) -> str:
    """What the gate opened for at this time."""
    parcels = [one for one in run.data["parcels"] if ms(one.at).ns <= at_ns]
    recent = [one for one in run.data["paid"] if 0 <= at_ns - ms(one.at).ns <= PROMPT.ns]
    if not parcels or not recent:
        return "stale_paid" if parcels and parcels[-1].kind in ("stale", "early") else ""
    if recent[-1].parcel != len(parcels):
        return "other_parcel"
    return "paid_twice" if parcels[-1].kind == "again" else "stale_paid"


@gate("d.never", episode="parcel", expect=Never(""), on_miss="gate_open", why=why_open)
def wrong_openings(run: Run) -> list[Moment]:
    """When the gate opened without a payment that is valid."""
    return [moment_of_ns(begin) for begin, _, _ in openings(run) if not is_due(run, begin)]


def why_gate(run: Run) -> str:
    """It never opens: the servo is on another pin, or the topics are those of the example."""
    if openings(run):
        return ""
    is_shut = is_connected(run)
    return other_pin(run, "SERVO") or why_topic(run) or ("gate_shut" if is_shut else "")


@gate(
    "d.time",
    episode="parcel",
    expect=Within(ms(300), of=ms(3000)),
    on_miss="gate_time",
    why=why_gate,
)
def open_times(run: Run) -> list[Millis] | None:
    """How long the gate was not closed, each time; None when it never opened."""
    return [Millis((end - begin) / 1e6, begin) for begin, _, end in openings(run)] or None


@check(
    "d",
    points=12,
    episode="parcel",
    expect=AtMost(PROMPT),
    on_miss="gate_late",
    why=why_gate,
    safety=True,
)
def open_delays(run: Run) -> list[Millis] | None:
    """The time from each valid payment until the gate is open; infinite where it did not open."""
    found = []
    for at_ns in due(run):
        since = [full for begin, full, _ in openings(run) if 0 <= begin - at_ns <= PROMPT.ns]
        found.append(Millis((since[0] - at_ns) / 1e6 if since else NEVER, at_ns))
    return found if openings(run) else None


# e: the national id.


def leaked(run: Run, text: str) -> bool:
    """Whether a text has five digits in a row of one of the ids."""
    return any(part in text for part in parts(run))


@once
def parts(run: Run) -> set[str]:
    """All five digits in a row of each id."""
    ids = [request.national_id for request, _ in tickets(run) if request.urgent]
    return {one[n : n + LEAK] for one in ids for n in range(len(one) - LEAK + 1)}


@once
def screen(run: Run) -> Screen:
    """The display."""
    return Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"})


def shown(run: Run) -> list[Text]:
    """The rows of text on the display while ids are typed, each once."""
    found: dict[str, Text] = {}
    before = None
    for request, _ in tickets(run):
        if not request.urgent:
            continue
        for at in np.arange(request.at, request.end + RESULT, 150):
            pixels = screen(run).pixels(ms(at).ns)
            if before is not None and (pixels == before).all():
                continue
            before = pixels
            for y in ROWS_PX:
                text = read(pixels, 0, y, CELLS)
                found.setdefault(text, Text(text, ms(at).ns))
    return list(found.values())


@gate("e.leak", expect=Never(""), on_miss="id_leak")
def leaks(run: Run) -> list[Text]:
    """Where five digits of an id appear. A hash may have such digits by chance, so what looks
    like one is left out: one that is not right has no points anyhow."""
    found = [Text(line.text, line.at_ns) for line in run.lines() if leaked(run, line.text)]
    for one in mqtt.published(run)[:MOST_MESSAGES]:
        text = f"{one.topic} {one.payload.decode(errors='replace')}"
        if leaked(run, HASH.sub("", text)):
            found.append(Text(text, one.t_ns))
    found += [text for text in shown(run) if leaked(run, text)]
    for transfer in transfers(run):
        if leaked(run, transfer.written.decode("latin-1")):
            found.append(Text("I2C", transfer.t_ns))
    return found


def wanted_identities(run: Run) -> list[str]:
    """The last four digits and the hash of each id."""
    return [
        f"{request.national_id[-4:]} {request.hash}"
        for request, _ in tickets(run)
        if request.urgent
    ]


def why_identity(run: Run) -> str:
    """Only the hash is wrong."""
    pairs = [(request, event) for request, event in tickets(run) if request.urgent]
    fits = [event.get("last4") == request.national_id[-4:] for request, event in pairs]
    return why_topic(run) or ("hash" if all(fits) else "")


@check(
    "e",
    points=8,
    expect=Exactly(wanted_identities),
    on_miss="identity",
    why=why_identity,
    safety=True,
)
def identities(run: Run) -> list[Text] | None:
    """The same in the events of the priority tickets; `-` where there is none."""
    found = [
        Text(f"{event.get('last4')} {event.get('hash')}" if event else "-", ms(request.end).ns)
        for request, event in tickets(run)
        if request.urgent
    ]
    return found if any(one != "-" for one in found) else None


# f: the events, and what people see and hear.


@check(
    "f.schema",
    points=2,
    episode=("queue", "parcel"),
    expect=Conforms(EVENTS),
    on_miss="schema",
    after="a.calls",
)
def all_events(run: Run) -> list[Text]:
    """Every event under its kind. A retained one has this word before it."""
    found = []
    for one, text in zip(sent(run), mqtt.payloads(sent(run)), strict=True):
        kind = one.topic[len(run.data["base"]) + 1 :]
        prefix = "retained " if one.retain else ""
        found.append(Text(f"{prefix}{{{json.dumps(kind)}: {text}}}", one.t_ns))
    return found


def answer(run: Run, one: Any) -> str:
    """The ticket that a command of the repeats calls; `-` for a repetition, and for a bad one."""
    is_new = hasattr(one, "ticket") and one.ticket >= -1
    return number(run, one.ticket) if is_new else "-"


def wanted_repeats(run: Run) -> list[str]:
    """The tickets that are called for the commands at the end."""
    return [answer(run, one) for one in run.data["repeats"]]


def why_repeats(run: Run) -> str:
    """A bad command was answered."""
    pairs = zip(run.data["repeats"], answers(run), strict=True)
    is_bad = any(came != "-" for one, came in pairs if not hasattr(one, "ticket"))
    return "bad_command" if is_bad else ""


def bad_command(run: Run) -> str:
    """A bad command raised what was not handled."""
    raised = run.raised("ValueError", "KeyError", "TypeError", "IndexError", "AttributeError")
    return "bad_command" if raised else ""


@check(
    "f.once",
    points=2,
    expect=Exactly(wanted_repeats),
    on_miss="acts_twice",
    why=why_repeats,
    on_error=bad_command,
    after="a.calls",
)
def repeats(run: Run) -> list[Text]:
    """The same as it came; `-` for none."""
    return answers(run)


def answers(run: Run) -> list[Text]:
    """What was called for each command at the end."""
    found = []
    for one in run.data["repeats"]:
        came = [str(event.get("n")) for event in caused(run, "call", one.at)]
        found.append(Text(" ".join(came) or "-", ms(one.at).ns))
    return found


def true_waits(run: Run) -> list[Quantity]:
    """The estimated wait of each request."""
    device = run.data["device"]
    return [
        Quantity(one.ahead * device["service_s"] // device["counters"], ms(one.end).ns)
        for one, _ in tickets(run)
    ]


@check(
    "f.wait", points=2, expect=Within(Quantity(1), of=true_waits), on_miss="wait", after="a.calls"
)
def waits(run: Run) -> list[Quantity]:
    """The same as the board told it."""
    return [Quantity(value(event, "wait_s"), ms(one.end).ns) for one, event in tickets(run)]


def wanted_lamps(run: Run) -> list[str]:
    """The counters that serve a ticket, after each call. The reset clears them, and that is seen
    before the next call."""
    serving: set[int] = set()
    found, is_reset = [], False
    for one, _ in calls(run):
        if one.at > run.data["reset"] and not is_reset:
            serving, is_reset = set(), True
            found.append("-")
        serving = serving | {one.counter} if one.ticket >= 0 else serving - {one.counter}
        found.append(" ".join(map(str, sorted(serving))) or "-")
    return found


@check(
    "f.ring",
    points=1,
    expect=Exactly(wanted_lamps),
    on_miss="lamps",
    why=lambda run: other_pin(run, "NEOPIXEL"),
    after="a.calls",
)
def lamps(run: Run) -> list[Text]:
    """The pixels that are lit then, from 1 on."""
    shows = colours(run, "NEOPIXEL", LAMPS)
    reset = run.data["reset"]
    times = [one.at for one, _ in calls(run)]
    times.append(next(at for at in times if at > reset) - 2 * RESULT)  # before that call
    found = []
    for at in sorted(times):
        at_ns = ms(at + RESULT).ns
        lit = [str(n) for n, colour in enumerate(shows.at(at_ns), start=1) if any(colour)]
        found.append(Text(" ".join(lit) or "-", ms(at).ns))
    return found if len(shows) else []


def wanted_beeps(run: Run) -> list[Millis]:
    """For each call a tone, or none when no ticket waits."""
    return [ms(200 if one.ticket >= 0 else 0) for one, _ in calls(run)]


@check(
    "f.beep",
    points=1,
    expect=Within(ms(50), of=wanted_beeps),
    on_miss="beep",
    why=lambda run: other_pin(run, "BUZZER"),
    after="a.calls",
)
def beeps(run: Run) -> list[Millis]:
    """How long the buzzer sounds after each call."""
    sounds = tones(run, "BUZZER")
    found = []
    for one, _ in calls(run):
        from_ns = ms(one.at).ns
        to_ns = from_ns + RESULT.ns
        heard = [min(end, to_ns) - max(begin, from_ns) for begin, end in sounds]
        found.append(Millis(sum(max(0, one) for one in heard) / 1e6, from_ns))
    return found if sounds else []


def wanted_gates(run: Run) -> list[str]:
    """For each payment that opens the gate what is told of it."""
    return [f"{one.parcel}: 1, {one.parcel}: 0" for one in run.data["paid"] if one.opens]


@check(
    "f.gate",
    points=1,
    episode="parcel",
    expect=Exactly(wanted_gates),
    on_miss="gate_told",
    after="a.calls",
)
def gates(run: Run) -> list[Text]:
    """The same as it came, the opening and the closing each in its time; `-` for none."""
    found = []
    for one in run.data["paid"]:
        if one.opens:
            opened = caused(run, "gate", one.at, ms(PROMPT + RESULT))
            shut = caused(run, "gate", one.at + PROMPT + RESULT, ms(3300))
            both = [
                [f"{e.get('parcel')}: {e.get('open')}" for e in part] for part in (opened, shut)
            ]
            found.append(Text(", ".join(" ".join(part) or "-" for part in both), ms(one.at).ns))
    return found


def wanted_status(run: Run) -> list[str]:
    """The QoS of the subscription, the last will, and what is told at each connection."""
    return ["QoS 1", "offline retained", *["online retained"] * 3]


def subscriptions(run: Run) -> Text:
    """The QoS of each subscription to the commands; each value once."""
    asked = mqtt.messages(run, "subscribe")
    granted = {sub.qos for sub in asked if sub.topic.rpartition("/")[2] in ("cmd", "+", "#")}
    return Text(" / ".join(f"QoS {qos}" for qos in sorted(granted)) or "-")


def why_status(run: Run) -> str:
    """A subscription has another QoS."""
    return "qos" if subscriptions(run) != wanted_status(run)[0] else ""


@check(
    "f.status",
    points=1,
    expect=Exactly(wanted_status),
    on_miss="status",
    why=why_status,
    after="a.calls",
)
def status(run: Run) -> list[Text]:
    """The same as it came: the QoS of the subscriptions, the will of the connections, then the
    first status after power-on, the reset and the outage; `-` for none."""
    topic = f"{run.data['base']}/status"
    wills = [one for one in mqtt.messages(run, "connect") if one.topic in ("", topic)]
    same = {kind_of(one) if one.topic else "-" for one in wills}
    found = [subscriptions(run), Text(" / ".join(sorted(same)) or "-")]
    begins = [-run.zero_ns, ms(run.data["reset"]).ns, ms(run.data["away"].to_ms).ns]
    ends = [begins[1], ms(run.data["away"].from_ms).ns, ms(run.data["away"].call.at).ns]
    for from_ns, to_ns in zip(begins, ends, strict=True):
        sent = [one for one in mqtt.published(run, topic) if from_ns <= one.t_ns < to_ns]
        found.append(Text(kind_of(sent[0]) if sent else "-", from_ns))
    return found


def kind_of(one: Any) -> str:
    """Payload, and whether it is retained."""
    return f"{one.payload.decode(errors='replace')}{' retained' if one.retain else ''}"


# g: the display.


def why_display(run: Run) -> str:
    """All that is late was typed while the gate was open."""
    late = [Moment(d.at_ns / 1e6) for d in key_delays.measure(run) or [] if d > 200 and d.at_ns]
    spans = [(begin, end) for begin, _, end in openings(run)]
    inside = [any(b <= ms(at).ns <= e for b, e in spans) for at in late]
    return "gate_sleep" if inside and all(inside) else ""


def has_row(text: str) -> Callable[[Any], bool]:
    """Whether a display shows this in the row of what is typed."""
    return lambda display: read(display.pixels(), 0, ROW, CELLS).rstrip() == text


@check("g", points=5, episode="parcel", expect=AtMost(ms(200)), on_miss="display", why=why_display)
def key_delays(run: Run) -> list[Millis] | None:
    """The time from each key until the display shows what was typed; infinite where it does not.
    None when the display never has anything."""
    found = []
    is_dark = True
    for one in run.data["typing"]:
        at_ns = ms(one.at).ns
        is_dark = is_dark and not screen(run).pixels(at_ns).any()
        late = screen(run).first(has_row(one.shows), at_ns, at_ns + RESULT.ns)
        found.append(Millis(NEVER, at_ns) if late is None else late)
    return None if is_dark else found
