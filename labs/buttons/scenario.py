"""L03's stimulus: short presses with a glitch, two quick ones, long ones, one since the reset.

Times in `data` are milliseconds since t = 0.
"""

import random
from collections.abc import Sequence

from grader import BoardType, Episode, Step, ms, press, set_control

GLITCH, APART = ms(3), ms(120)
Press = tuple[float, float]
"""When a button is pressed and for how long, in ms."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Many short presses with a glitch; two quick ones; long ones; one held since reset."""
    rng = random.Random(seed)
    return [train(rng), double(rng), hold(rng), held(rng)]


def train(rng: random.Random) -> Episode:
    """8 to 12 presses of BTN_1, some of BTN_2 between them, and a glitch apart from all presses.

    The first press of BTN_2 is so long that a program which sleeps 300 ms sees it, too late.
    """
    count = rng.randrange(8, 13)
    toggling = {0, 1} | set(rng.sample(range(2, count), k=rng.randrange(1, 4)))
    glitch_after = rng.randrange(2, count - 1)
    at, glitch, one, two = rng.uniform(500, 900), 0.0, [], []
    for index in range(count):
        one.append((at, rng.uniform(60, 250 if index == 0 else 700)))
        end = sum(one[-1])
        if index in toggling:
            long = rng.uniform(500, 700) if index == 0 else rng.uniform(60, 400)
            two.append((at + rng.uniform(50, 150), long))
            end = max(end, sum(two[-1]))
        at = end + rng.uniform(400, 900)
        if index == glitch_after:
            glitch = end + rng.uniform(700, 900)
            at = glitch + rng.uniform(700, 900)
    steps = presses("btn1", one) + presses("btn2", two) + press("emi1", at=ms(glitch), hold=GLITCH)
    data = {"one": one, "two": two, "glitch": glitch}
    return Episode("train", seconds=at / 1000, steps=steps, data=data)


def double(rng: random.Random) -> Episode:
    """Two presses of 60 ms, the second 120 ms after the first."""
    twice = [(at := rng.uniform(500, 1500), 60.0), (at + APART, 60.0)]
    return Episode("double", seconds=4, steps=presses("btn1", twice), data={"at": at})


def hold(rng: random.Random) -> Episode:
    """Two or three long presses, each followed by 3 s of rest and a short press.

    The pause after that is longer than a long press: a program that takes the pause for a press
    prints LONG in the pause, and not in the next hold.
    """
    at, long, short = rng.uniform(500, 1000), [], []
    for _ in range(rng.randrange(2, 4)):
        long.append((at, rng.uniform(1800, 2500)))
        short.append((sum(long[-1]) + 3000, rng.uniform(60, 700)))
        at = sum(short[-1]) + rng.uniform(900, 1200)
    steps = presses("btn1", [*long, *short])
    return Episode("hold", seconds=at / 1000, steps=steps, data={"long": long, "short": short})


def held(rng: random.Random) -> Episode:
    """BTN_1 is down from reset to 1.5 s; a press follows."""
    released, again = ms(1500), ms(rng.uniform(2500, 3500))
    steps = [
        *set_control("btn1", "pressed", 1, at=ms(0)),
        *set_control("btn1", "pressed", 0, at=released),
        *press("btn1", at=again, hold=ms(rng.uniform(60, 700))),
    ]
    return Episode("held", seconds=5, steps=steps, data={"released": released}, from_reset=True)


def presses(part: str, times: Sequence[Press]) -> list[Step]:
    """Press a button at each of these times."""
    return [step for at, length in times for step in press(part, at=ms(at), hold=ms(length))]
