"""C3's stimulus: a morning of tickets and calls with a reset in it, then parcels and payments.

A *request* is the keys of one ticket, a *call* is a command `next`. `data` of `queue` has both in
order (`events`), when the `reset` is, and the `repeats`: calls at the end, one of them repeated,
with commands between them that are not right; then the time without the broker (`away`). `data` of
`parcel` has the `parcels`, the commands `paid`, and the `typing` of which the display is
judged. Times are milliseconds since t = 0.
"""

import hmac
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader import BoardType, Episode, Step, hard_reset, ms, publish, set_control

PUBLIC = {
    "ssid": "workshop",
    "password": "blue-desert-17",
    "broker": "broker.warsha",
    "office": "ataba",
    "counters": 3,
    "service_s": 180,
    "key": "9d2f4c61a8b3e07715fa62c0",
    "counts_per_kg": 420,
    "mount_mm": 700,
}
PUBLIC_TARIFF = {
    "weight": [[1000, 15], [3000, 25], [8000, 45], [30000, 90]],
    "size": [[100, "S", 0], [250, "M", 10], [500, "L", 30]],
}
OFFICES = ("banha", "dokki", "helwan", "qalyub", "shubra", "tanta")
FIRST_MS, BACK_MS = 10_000, 10_000
"""The board is connected by then, after power-on and after the reset."""
GAP_MS = (800, 1100)
"""From one event to the next. What an event causes has come before the next one."""
HOLD_MS, BETWEEN_MS = (45, 70), (60, 90)
EVENTS = 60
TAIL, AWAY = 10, 3
"""Calls at the end, and tickets while the broker is away."""
TO_AWAY_MS, AWAY_MS, RETURN_MS = 2000, 6000, 15_000
"""From the end of the broker to the first key, how long it is away then, and when the board is
connected again."""
REPEATED = -2
CALLED = 2
"""Calls between the second rush and the reset."""
OVER_G = 3
"""A parcel weighs this much more than a limit. That is more than a step of the scale, and rounded
to 10 g it is the limit."""
LATEST_TOLD_MS, PAY_MS, LATEST_OPEN_MS, OPEN_MS = 1000, 5000, 1000, 3000


@dataclass(frozen=True)
class Request:
    """One ticket; with an id it is a priority ticket.

    `end` is its last key, `ahead` how many wait before it, `hash` the HMAC of the id. `slip`: what
    is wrong in the typing; the ticket is the same (see `keys`).
    """

    service: str
    national_id: str = ""
    at: float = 0
    end: float = 0
    ahead: int = 0
    hash: str = ""
    slip: str = ""

    @property
    def urgent(self) -> bool:
        """Whether it is a priority ticket."""
        return bool(self.national_id)

    @property
    def keys(self) -> str:
        """What is typed: digits before `*`, a letter too soon, or a digit too many."""
        half = len(self.national_id) // 2
        match self.slip:
            case "short_id":
                return f"*{self.national_id[:half]}B{self.national_id[half:]}{self.service}"
            case "long_id":
                return f"*{self.national_id}5{self.service}"
        stray = "62" if self.slip else ""
        return f"{stray}*{self.national_id}{self.service}" if self.urgent else stray + self.service


@dataclass(frozen=True)
class Call:
    """A command `next` of a counter. `ticket` is the number of the request that must be called;
    -1: none waits; REPEATED: nothing is called."""

    id: int
    counter: int
    at: float = 0
    ticket: int = -1

    @property
    def text(self) -> str:
        """The message."""
        return json.dumps({"id": self.id, "do": "next", "counter": self.counter})


@dataclass(frozen=True)
class Bad:
    """A message on `cmd` that is no right command."""

    text: str
    at: float = 0


@dataclass(frozen=True)
class Away:
    """The time without the broker, the tickets in it, and the call after it."""

    from_ms: float
    to_ms: float
    tickets: list[Request]
    call: Call


@dataclass(frozen=True)
class Parcel:
    """A parcel on the scale; `kind`: how it is paid (see `payments`), `at`: when D is pressed.

    `grams` are rounded as for the tariff, `over` is what it weighs more."""

    grams: int
    mm: int
    size: str
    price: int
    kind: str
    at: float
    over: int = 0


@dataclass(frozen=True)
class Paid:
    """A command `paid`; `opens`: the gate must open."""

    id: int
    parcel: int
    at: float
    opens: bool

    @property
    def text(self) -> str:
        """The message."""
        return json.dumps({"id": self.id, "do": "paid", "parcel": self.parcel})


@dataclass(frozen=True)
class Typed:
    """A key, and what the second row of the display shows after it."""

    key: str
    at: float
    hold: float
    shows: str


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """A morning, and parcels."""
    rng = random.Random(seed)
    device = hidden_device(rng) if seed else PUBLIC
    tariff = hidden_tariff(rng) if seed else PUBLIC_TARIFF
    return [queue(rng, device, tariff), parcel(rng, device, tariff)]


def hidden_device(rng: random.Random) -> dict[str, Any]:
    """Another network, office, key and place of the sensor."""
    return {
        "ssid": f"hall-{rng.randrange(10, 100)}",
        "password": f"{rng.choice(('red', 'green', 'white'))}-river-{rng.randrange(100, 1000)}",
        "broker": PUBLIC["broker"],
        "office": rng.choice(OFFICES),
        "counters": rng.choice((2, 4)),
        "service_s": rng.randrange(120, 300, 10),
        "key": rng.randbytes(rng.randrange(12, 33)).hex(),
        "counts_per_kg": 420,
        "mount_mm": rng.randrange(620, 900, 5),
    }


def hidden_tariff(rng: random.Random) -> dict[str, Any]:
    """Other limits and prices."""
    weights = [*sorted(rng.sample(range(500, 9001, 500), 3)), 30_000]
    heights = [rng.randrange(90, 140, 5), rng.randrange(220, 300, 5), 500]
    prices = sorted(rng.sample(range(10, 96), 4))
    extras = [0, *sorted(rng.sample(range(5, 50), 2))]
    return {
        "weight": [list(pair) for pair in zip(weights, prices, strict=True)],
        "size": [list(row) for row in zip(heights, "SML", extras, strict=True)],
    }


def episode(
    name: str,
    rng: random.Random,
    seconds: float,
    device: dict[str, Any],
    tariff: dict[str, Any],
    steps: list[Step],
    **data: Any,
) -> Episode:
    """One of an office."""
    files = {
        "device.json": json.dumps(device).encode(),
        "tariff.json": json.dumps(tariff).encode(),
    }
    return Episode(
        name,
        seconds,
        files,
        steps,
        {
            "device": device,
            "base": f"mcit/post/{device['office']}",
            "public_base": f"mcit/post/{PUBLIC['office']}",
            "limits": [row[0] for row in tariff["weight"]],
            **data,
        },
        attrs={
            "ap": {name: device[name] for name in ("ssid", "password")},
            "scale": {"weight": "0", "offset": str(rng.randrange(300, 5000))},
        },
    )


def command(base: str, text: str, at: float, retain: bool = False) -> list[Step]:
    """A message on the topic `cmd`."""
    return publish(f"{base}/cmd", text.encode(), at=ms(at), qos=1, retain=retain)


def key_steps(key: str, at: float, hold: float) -> list[Step]:
    """A key is pressed and released."""
    return [
        *set_control("keypad", key, 1, at=ms(at)),
        *set_control("keypad", key, 0, at=ms(at + hold)),
    ]


def typed(rng: random.Random, keys: str, at: float) -> list[tuple[str, float, float]]:
    """When each key is pressed, and for how long."""
    found = []
    for key in keys:
        hold = rng.uniform(*HOLD_MS)
        found.append((key, at, hold))
        at += hold + rng.uniform(*BETWEEN_MS)
    return found


# The queue.


def queue(rng: random.Random, device: dict[str, Any], tariff: dict[str, Any]) -> Episode:
    """60 events in a plan that each wrong order fails, with a reset; then repeated commands and
    bad ones; then tickets without the broker."""
    while not separates(plan := events(rng, device["counters"])):
        pass
    calls = [event for event in plan[EVENTS : EVENTS + TAIL] if isinstance(event, Call)]
    last = plan[EVENTS + TAIL :]
    plan = plan[:EVENTS]
    base = f"mcit/post/{device['office']}"
    reset_after = reset_place(plan)
    steps: list[Step] = []
    timed: list[Request | Call] = []
    at = float(FIRST_MS)
    for number, event in enumerate(plan):
        timed.append(when(rng, device, event, at, steps))
        at = max(at, getattr(timed[-1], "end", 0)) + rng.uniform(*GAP_MS)
        if number == reset_after:
            reset = at
            steps += hard_reset(at=ms(at))
            at += BACK_MS
    repeats = list(repeated(rng, calls, bad_commands(rng, device["counters"]), at))
    for one in repeats:
        steps += command(base, one.text, one.at)
    away = without_broker(rng, device, last, repeats[-1].at + GAP_MS[1], steps)
    return episode(
        "queue",
        rng,
        (away.call.at + 1500) / 1000,
        device,
        tariff,
        steps,
        events=timed,
        repeats=repeats,
        reset=reset,
        away=away,
    )


def when(
    rng: random.Random,
    device: dict[str, Any],
    event: Request | Call,
    at: float,
    steps: list[Step],
) -> Any:
    """The event at that time; what causes it is added to the steps."""
    if isinstance(event, Call):
        steps += command(f"mcit/post/{device['office']}", event.text, at)
        return replace(event, at=at)
    presses = typed(rng, event.keys, at)
    steps += [step for press in presses for step in key_steps(*press)]
    return replace(event, at=at, end=presses[-1][1], hash=hash_of(device, event))


def without_broker(
    rng: random.Random,
    device: dict[str, Any],
    plan: Sequence[Request | Call],
    at: float,
    steps: list[Step],
) -> Away:
    """Tickets while the broker is away, and a call when the board is connected again."""
    steps += set_control("ap", "broker", 0, at=ms(at))
    back = at + TO_AWAY_MS + AWAY_MS
    steps += set_control("ap", "broker", 1, at=ms(back))
    *requests, call = plan
    tickets = []
    key_at = at + TO_AWAY_MS
    for event in requests:
        tickets.append(when(rng, device, event, key_at, steps))
        key_at = tickets[-1].end + rng.uniform(*GAP_MS)
    return Away(at, back, tickets, when(rng, device, call, back + RETURN_MS, steps))


def events(rng: random.Random, counters: int) -> list[Request | Call]:
    """60 requests and calls, the calls that will be repeated, and what comes while the broker is
    away. First two priority tickets are called, and then nobody waits. There are rushes with three
    and five priority tickets; the reset comes behind two calls of the second one."""
    ids = iter(rng.sample(range(100, 10_000), EVENTS))

    def ask(*urgent: bool, slips: Sequence[str] = ()) -> list[Request | Call]:
        found = [Request(rng.choice("ABC"), national_id(rng) if one else "") for one in urgent]
        slipped = [replace(one, slip=slip) for one, slip in zip(found, slips, strict=False)]
        found[: len(slipped)] = slipped
        return rng.sample(found, len(found))

    def call(count: int) -> list[Request | Call]:
        return [Call(next(ids), rng.randrange(1, counters + 1)) for _ in range(count)]

    found = ask(True, True) + call(3)  # the last one finds nobody
    found += ask(*[True] * 3, *[False] * 4, slips=("short_id", "long_id", "stray_digit")) + call(5)
    middle = ask(*[False] * 8, slips=("stray_digit",) * 2) + call(8)
    found += rng.sample(middle, len(middle))
    found += ask(*[True] * 5, *[False] * 5, slips=("long_id", "short_id")) + call(CALLED)
    found += call(5)  # the reset is before these
    rest = ask(*[False] * 6) + call(4)
    found += rng.sample(rest, len(rest))
    return in_order(found + call(TAIL) + ask(*[False] * AWAY) + call(1))


def reset_place(plan: Sequence[Request | Call]) -> int:
    """The reset comes behind the rush with the last priority ticket, and two calls: it was
    priority's turn twice."""
    last = max(n for n, event in enumerate(plan) if isinstance(event, Request) and event.urgent)
    while isinstance(plan[last + 1], Request):
        last += 1
    return last + CALLED


def in_order(plan: Sequence[Request | Call], most: int = 2) -> list[Request | Call]:
    """The plan with the ticket of each call: priority first, but after `most` priority calls in a
    row a normal one that waits."""
    found: list[Request | Call] = []
    waiting: list[tuple[int, bool]] = []
    streak = asked = 0
    for event in plan:
        if isinstance(event, Request):
            ahead = sum(urgent >= event.urgent for _, urgent in waiting)
            waiting.append((asked, event.urgent))
            asked += 1
            found.append(replace(event, ahead=ahead))
            continue
        urgent = [one for one in waiting if one[1]]
        normal = [one for one in waiting if not one[1]]
        ticket = (-1, False)
        if urgent and not (normal and streak >= most):
            ticket, streak = urgent[0], streak + 1
        elif normal:
            ticket, streak = normal[0], 0
        if ticket in waiting:
            waiting.remove(ticket)
        found.append(replace(event, ticket=ticket[0]))
    return found


def order(plan: Sequence[Request | Call]) -> list[int]:
    """The requests in the order of their calls."""
    return [event.ticket for event in plan if isinstance(event, Call)]


def separates(plan: Sequence[Request | Call]) -> bool:
    """Whether both wrong orders differ: one queue for all, and priority without an end. And three
    of each kind wait at the reset, and two tickets at the end; a lamp goes out, and one is lit at
    the reset. When the broker goes away nobody waits: a program that does a repeated call twice
    has called the same tickets by then."""
    one_queue = [
        replace(event, national_id="") if isinstance(event, Request) else event for event in plan
    ]
    right = order(plan)
    before = plan[: reset_place(plan) + 1]
    asked = [event for event in before if isinstance(event, Request)]
    waiting = [asked[n].urgent for n in range(len(asked)) if n not in order(before)]
    return (
        order(in_order(one_queue)) != right != order(in_order(plan, most=EVENTS))
        and waiting.count(True) >= 3
        and waiting.count(False) >= 3
        and min(order(plan[EVENTS:])[:2]) >= 0
        and darkens(before)
        and order(before)[-1] >= 0
        and sum(isinstance(event, Request) for event in plan[: EVENTS + TAIL])
        == sum(ticket >= 0 for ticket in order(plan[: EVENTS + TAIL]))
    )


def darkens(plan: Sequence[Request | Call]) -> bool:
    """Whether a counter that serves finds nobody."""
    calls = [event for event in plan if isinstance(event, Call)]
    serving: dict[int, bool] = {}
    for call in calls:
        if call.ticket < 0 and serving.get(call.counter):
            return True
        serving[call.counter] = call.ticket >= 0
    return False


def bad_commands(rng: random.Random, counters: int) -> list[Bad]:
    """Texts that are no right commands."""
    first, second, third, fourth = rng.sample(range(10_000, 20_000), 4)
    found = [
        "next",
        json.dumps([first, "next", 1]),
        json.dumps({"do": "next", "counter": 1}),
        json.dumps({"id": first, "do": "next"}),
        json.dumps({"id": second, "do": "next", "counter": 0}),
        json.dumps({"id": third, "do": "next", "counter": counters + 1}),
        json.dumps({"id": fourth, "do": "last", "counter": 1}),
    ]
    return [Bad(text) for text in rng.sample(found, len(found))]


def repeated(
    rng: random.Random, calls: Sequence[Call], bad: Sequence[Bad], at: float
) -> Iterator[Call | Bad]:
    """Calls, the first of them four times, and bad commands; a repetition calls nobody. Its last
    one is still among the last 16 commands."""
    first, second, *rest = calls
    again = replace(first, ticket=REPEATED)
    sent: list[Call | Bad] = [first, again, second, again, *bad, *rest, again]
    for one in sent:
        yield replace(one, at=at)
        at += rng.uniform(*GAP_MS)


def national_id(rng: random.Random) -> str:
    """Fourteen digits: century, date of birth, governorate, serial number, check digit."""
    year, month, day = rng.randrange(30, 99), rng.randrange(1, 13), rng.randrange(1, 29)
    return f"2{year:02}{month:02}{day:02}{rng.randrange(1, 35):02}{rng.randrange(10**5):05}"


def hash_of(device: dict[str, Any], request: Request) -> str:
    """HMAC-SHA256 of its id."""
    key = bytes.fromhex(device["key"])
    return hmac.new(key, request.national_id.encode(), "sha256").hexdigest()


# Parcels.


def parcel(rng: random.Random, device: dict[str, Any], tariff: dict[str, Any]) -> Episode:
    """Parcels at the limits of the classes, and payments: right, late, of another parcel, from
    before the tariff message (one of them retained from the day before), and a second one of a
    parcel that has passed."""
    base = f"mcit/post/{device['office']}"
    ids = iter(rng.sample(range(100, 10_000), 20))
    kinds = ["right", "right", "again", "other", "late", "early"]
    rng.shuffle(kinds)
    stale = Paid(next(ids), 1, 100, opens=False)
    steps = command(base, stale.text, stale.at, retain=True)
    parcels: list[Parcel] = []
    paid: list[Paid] = []
    typing: list[Typed] = []
    at = float(FIRST_MS)
    loads = zip(["stale", *kinds], weights(rng, tariff), heights(rng, tariff), strict=True)
    for number, (kind, grams, (size, mm)) in enumerate(loads, start=1):
        price = price_of(tariff, grams, size)
        over = OVER_G if grams == tariff["weight"][1][0] else 0
        one = Parcel(grams, mm, size, price, kind, at + rng.uniform(1200, 1500), over)
        parcels.append(one)
        steps += set_control("scale", "load", (grams + over) / 1000, at=ms(at))
        steps += set_control("sonar", "distance", (device["mount_mm"] - one.mm) / 10, at=ms(at))
        steps += key_steps("D", one.at, rng.uniform(*HOLD_MS))
        new = payments(rng, ids, number, one)
        paid += new
        opened = [message.at for message in new if message.opens]
        if kind != "early":
            entry = opened[0] + LATEST_OPEN_MS + 100 if opened else one.at + 1500
            typing += entered(rng, entry)
        # If the gate opens by mistake, it is closed again before the next parcel.
        at = max(moment + 2500 for moment in (one.at, *(message.at for message in new)))
        at = max([at, *(since + LATEST_OPEN_MS + OPEN_MS + 700 for since in opened)])
        steps += set_control("scale", "load", 0, at=ms(at))
        steps += set_control("sonar", "distance", device["mount_mm"] / 10, at=ms(at))
        at += 500
    for message in paid:
        steps += command(base, message.text, message.at)
    for key in typing:
        steps += key_steps(key.key, key.at, key.hold)
    seconds = (at + 300) / 1000
    return episode(
        "parcel", rng, seconds, device, tariff, steps, parcels=parcels, paid=paid, typing=typing
    )


def weights(rng: random.Random, tariff: dict[str, Any]) -> list[int]:
    """Three parcels weigh as much as a limit, two a little more. Grams."""
    low, middle, high = (row[0] for row in tariff["weight"][:3])
    found = [low, middle, high, low + 30, middle + 30]
    found += [low - rng.randrange(100, 300, 10), high + rng.randrange(300, 4000, 10)]
    return rng.sample(found, len(found))


def heights(rng: random.Random, tariff: dict[str, Any]) -> list[tuple[str, int]]:
    """Class of size and height, never near a limit. Millimetres."""
    limits = [20, *(row[0] for row in tariff["size"])]
    found = []
    for size in [0, 1, 2, 0, 1, 2, rng.randrange(3)]:
        found.append(("SML"[size], rng.randrange(limits[size] + 15, limits[size + 1] - 15)))
    return rng.sample(found, len(found))


def price_of(tariff: dict[str, Any], grams: int, size: str) -> int:
    """By weight and by size."""
    by_weight: int = next(price for most, price in tariff["weight"] if grams <= most)
    by_size: int = next(more for _, name, more in tariff["size"] if name == size)
    return by_weight + by_size


def payments(rng: random.Random, ids: Iterator[int], number: int, one: Parcel) -> list[Paid]:
    """The messages for a parcel. Its tariff message comes up to a second after the key."""
    if one.kind == "early":
        return [Paid(next(ids), number, one.at - 700, opens=False)]
    if one.kind == "late":
        at = one.at + LATEST_TOLD_MS + PAY_MS + rng.uniform(200, 900)
        return [Paid(next(ids), number, at, opens=False)]
    if one.kind == "again":
        first = Paid(next(ids), number, one.at + rng.uniform(1100, 1200), opens=True)
        return [first, Paid(next(ids), number, first.at + OPEN_MS + 500, opens=False)]
    if one.kind == "other":
        wrong = Paid(next(ids), number - 1, one.at + rng.uniform(1100, 1300), opens=False)
        return [wrong, Paid(next(ids), number, one.at + rng.uniform(2600, 4500), opens=True)]
    if one.kind == "right":
        return [Paid(next(ids), number, one.at + rng.uniform(1100, 4500), opens=True)]
    return []


def entered(rng: random.Random, at: float) -> list[Typed]:
    """The beginning of an id, and # that clears it."""
    digits = "".join(rng.choices("0123456789", k=5))
    found = []
    for place, (key, when, hold) in enumerate(typed(rng, f"*{digits}#", at)):
        found.append(Typed(key, when, hold, "" if key == "#" else "ID" + "*" * place))
    return found
