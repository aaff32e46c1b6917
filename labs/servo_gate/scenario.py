"""L06's stimulus: a knob that is turned, orders for the gate, and wrong orders.

An *order* is a line `GATE …` or a press of the button (the text is empty). All times are
milliseconds since t = 0.
"""

import json
import random
from typing import NamedTuple

from grader import BoardType, Episode, Step, ms, press, serial, set_control

PUBLIC = {"us_0": 500, "us_90": 1500}
SPEED = 60
RAMP_MS = 3000
"""The time for a ramp, long enough for a gate of half the speed, too: that costs item d only."""
REST_MS = 600
"""The shortest time from the end of a ramp to the next order."""
REFUSED_MS = 2400
"""The time after a wrong order: a gate that obeys would move that long, far out of its range."""


class Order(NamedTuple):
    """An order to the gate at a time, and the angle to which it goes; None: it does not move."""

    at: float
    text: str
    angle: int | None
    rests: bool = True
    """Whether the gate comes to rest before the next order."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """The lamp; orders, some of them during a ramp; orders out of range."""
    rng = random.Random(seed)
    servo = hidden_servo(rng) if seed else PUBLIC
    return [dim(rng), gate("gate", servo, orders(rng)), gate("range", servo, refused(rng))]


def hidden_servo(rng: random.Random) -> dict[str, int]:
    """Pulse widths for 0 and 90 degrees that no tutorial uses: with the public ones the speed is
    off by more than a tenth."""
    while True:
        closed, open_ = rng.randrange(550, 801), rng.randrange(1500, 2351)
        if open_ - closed >= 1150:
            return {"us_0": closed, "us_90": open_}


def dim(rng: random.Random) -> Episode:
    """The knob jumps to both ends and to positions between them, in any order. At its upper end an
    index that is too large shows."""
    places = [rng.uniform(0, 0.04), 1.0, *(0.2 + 0.1 * n for n in range(7))]
    path = [place + rng.uniform(0, 0.02) if 0.15 < place < 0.9 else place for place in places]
    rng.shuffle(path)
    at, steps, moments = 300.0, [], []
    for place in path:
        steps += set_control("knob", "position", place, at=ms(at))
        moments.append((at, place))
        at += rng.uniform(200, 400)
    return Episode("dim", seconds=at / 1000, steps=steps, data={"path": moments})


def gate(name: str, servo: dict[str, int], orders: list[Order]) -> Episode:
    """The gate gets its orders. A press is so long that a busy program sees it, too. Without noise
    a missing pull-up does not move the gate: it costs its own parts only."""
    steps: list[Step] = []
    for order in orders:
        if order.text:
            steps += serial(f"{order.text}\n".encode(), at=ms(order.at))
        else:
            steps += press("btn1", at=ms(order.at), hold=ms(1500))
    files = {"servo.json": json.dumps(servo).encode()}
    return Episode(
        name,
        seconds=(orders[-1].at + RAMP_MS + REST_MS) / 1000,
        files=files,
        steps=steps,
        data={"servo": servo, "public": PUBLIC, "orders": orders},
        is_quiet=True,
    )


def orders(rng: random.Random) -> list[Order]:
    """Two ramps, one that a new order reverses, and one that the button reverses."""
    near, far = rng.randrange(5, 20), rng.randrange(70, 91)
    back, last = rng.randrange(5, 25), rng.randrange(30, 91)
    orders: list[Order] = []
    at = rng.uniform(400, 700)
    for angle in rng.sample([far, near], 2):
        orders.append(Order(at, f"GATE {angle}", angle))
        at += RAMP_MS + rng.uniform(REST_MS, 900)
    end = 90 - orders[-1].angle if orders[-1].angle == near else near
    orders.append(Order(at, f"GATE {end}", end, rests=False))
    at += rng.uniform(300, 600)
    orders.append(Order(at, f"GATE {back}", back))
    at += RAMP_MS + rng.uniform(REST_MS, 900)
    orders.append(Order(at, f"GATE {far}", far, rests=False))
    at += rng.uniform(200, 350)
    orders.append(Order(at, "", 0))
    at += RAMP_MS + rng.uniform(REST_MS, 900)
    return [*orders, Order(at, f"GATE {last}", last)]


def refused(rng: random.Random) -> list[Order]:
    """Wrong orders with right ones between them, both ends among these, each when the gate is at
    rest. Nothing behind GATE, and a word that is no number, end many a program: they come last, so
    that the others show what the program refuses."""
    wrong = ["-5", "91", "400", "-90", str(rng.randrange(92, 400))]
    wrong = ["abc", "", *rng.sample(wrong, k=len(wrong))]  # the last one is sent first
    first, last = rng.sample((0, 90), 2)
    angles = [rng.randrange(20, 71), None, None, first, None, None, last, None, None, None]
    orders: list[Order] = []
    at = rng.uniform(400, 700)
    for angle in angles:
        text = wrong.pop() if angle is None else str(angle)
        orders.append(Order(at, f"GATE {text}".rstrip(), angle))
        at += (REFUSED_MS if angle is None else RAMP_MS + REST_MS) + rng.uniform(0, 200)
    return orders
