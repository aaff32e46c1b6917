"""L03's stimulus: short presses, then glitches; two quick ones; long ones; one since the reset.

Times in `data` are milliseconds since t = 0.
"""

import random
from collections.abc import Sequence
from itertools import accumulate

from grader import BoardType, Episode, Step, ms, press, set_control

GLITCH, APART, SHORTEST = ms(3), ms(170), ms(80)
GLITCHES = 40
"""So many that a program which looks each 20 ms sees one, on every seed."""
TICKS_PERIOD, WRAP_AFTER = 1 << 30, 400
"""After so many ms `ticks_ms()` begins again at 0; and how long after the press in `held`."""
Press = tuple[float, float]
"""When a button is pressed and for how long, in ms."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Many short presses, then glitches; two quick ones; long ones; one held since reset."""
    rng = random.Random(seed)
    return [train(rng), double(rng), hold(rng), held(rng)]


def train(rng: random.Random) -> Episode:
    """36 to 44 presses of each button, mostly short ones, and glitches after all of them.

    They are so many that a program which looks each 50 ms, without any debounce, takes a bounce
    for a press on every seed. One press is so long that a program which counts the level each
    300 ms counts it twice. The first press of BTN_2 is so long that a program which sleeps
    300 ms sees it, too late.
    """
    count = rng.randrange(36, 45)
    longest, *longer = rng.sample(range(2, count), k=5)
    at, one, two = rng.uniform(500, 900), [], []
    for index in range(count):
        low, high = (650, 700) if index == longest else (100, 700 if index in longer else 150)
        one.append((at, rng.uniform(low, high)))
        two.append(
            (at + rng.uniform(50, 150), rng.uniform(*((100, 150) if index else (640, 700))))
        )
        at = max(sum(one[-1]), sum(two[-1])) + rng.uniform(400, 500)
    steps, data = (
        presses("btn1", one) + presses("btn2", two),
        {"one": one, "two": two, "quiet": at},
    )
    for _ in range(GLITCHES):
        steps += press("emi1", at=ms(at), hold=GLITCH)
        at += rng.uniform(60, 100)
    return Episode("train", seconds=at / 1000 + 0.3, steps=steps, data=data)


def double(rng: random.Random) -> Episode:
    """Six times two presses of 80 ms, the second 170 ms after the first. Each has a bounce of its
    own: a program that wants the level still for too long misses one on every seed."""
    starts = list(accumulate(rng.uniform(700, 1200) for _ in range(6)))
    twice = [(at + later, SHORTEST) for at in starts for later in (0, APART)]
    seconds = starts[-1] / 1000 + 1
    return Episode("double", seconds, steps=presses("btn1", twice), data={"pairs": starts})


def hold(rng: random.Random) -> Episode:
    """Two or three long presses, each followed by 3 s of rest and a short press.

    The pause after that is longer than a long press: a program that takes the pause for a press
    prints LONG in the pause, and not in the next hold.
    """
    at, long, short = rng.uniform(500, 1000), [], []
    for _ in range(rng.randrange(2, 4)):
        long.append((at, rng.uniform(1800, 2500)))
        short.append((sum(long[-1]) + 3000, rng.uniform(100, 700)))
        at = sum(short[-1]) + rng.uniform(900, 1200)
    steps = presses("btn1", [*long, *short])
    return Episode("hold", seconds=at / 1000, steps=steps, data={"long": long, "short": short})


def held(rng: random.Random) -> Episode:
    """BTN_1 is down from reset to 1.5 s; in a long press after 5 s `ticks_ms()` begins again at 0.

    READY comes before that press, and so the wrap is in it for every program."""
    released, again, hold = ms(1500), rng.uniform(5200, 5800), rng.uniform(1800, 2500)
    steps = [
        *set_control("btn1", "pressed", 1, at=ms(0)),
        *set_control("btn1", "pressed", 0, at=released),
        *press("btn1", at=ms(again), hold=ms(hold)),
    ]
    return Episode(
        "held",
        seconds=(again + hold) / 1000 + 0.5,
        steps=steps,
        data={"released": released, "long": [(again, hold)]},
        from_reset=True,
        ticks0_ms=TICKS_PERIOD - round(again) - WRAP_AFTER,
    )


def presses(part: str, times: Sequence[Press]) -> list[Step]:
    """Press a button at each of these times."""
    return [step for at, length in times for step in press(part, at=ms(at), hold=ms(length))]
