"""L13's stimulus: all keys, then codes that open, are wrong or are cleared, then a lock-out.

An *entry* is the keys of one try, `#` the last of them. `data` has the `presses` of the episode
`keys`, and the entries of the others.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from grader import BoardType, Episode, Step, ms, set_control

KEYPAD, ALL_KEYS = "keypad", "123A456B789C*0#D"
PUBLIC_CODE = "2580"
HOLDS_MS, SHORT_MS = (30, 400), (30, 120)
OPEN_MS, DENY_MS, LOCKED_MS = 3000, 1000, 10_000
KEPT_MS, CLEARED_MS = 4000, 6000
LAST_IN_LOCK_MS, FIRST_AFTER_MS = 9700, 10_300


@dataclass(frozen=True)
class Press:
    """A key that is held (ms since t = 0)."""

    key: str
    at: float
    hold: float

    @property
    def end(self) -> float:
        """When it is released."""
        return self.at + self.hold

    def steps(self) -> list[Step]:
        """The two moves of the key."""
        return [
            *set_control(KEYPAD, self.key, 1, at=ms(self.at)),
            *set_control(KEYPAD, self.key, 0, at=ms(self.end)),
        ]


@dataclass(frozen=True)
class Entry:
    """One try: its presses, whether it must open, and its kind. `plain`; or what happens to the
    keys that were typed before: `star` and `idle` clear them, a short pause does not (`kept`), and
    all of them count (`long`). In the second lock-out (`again`), and after it (`zero`)."""

    presses: Sequence[Press]
    opens: bool
    kind: str = "plain"

    @property
    def start(self) -> float:
        """When its first key is pressed (ms)."""
        return self.presses[0].at

    @property
    def end(self) -> float:
        """When `#` is pressed (ms)."""
        return self.presses[-1].at


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Each seed has another code."""
    rng = random.Random(seed)
    code = hidden_code(rng) if seed else PUBLIC_CODE
    return [keys(rng, code), codes(rng, code), lock(rng, code)]


def hidden_code(rng: random.Random) -> str:
    """Four different digits, of which the public code has two at most."""
    while len(set(PUBLIC_CODE) & set(code := digits(rng))) > 2:
        pass
    return code


def digits(rng: random.Random, without: str = "") -> str:
    """Four different digits, none of them in `without`, and not the public code: a program that
    knows only that one opens the door for no other."""
    left = [d for d in "0123456789" if d not in without]
    while (found := "".join(rng.sample(left, 4))) == PUBLIC_CODE:
        pass
    return found


def files(rng: random.Random, code: str, echo: int) -> dict[str, bytes | None]:
    """The salted hash of the code, and whether keys are printed."""
    salt = rng.randbytes(8)
    hashed = sha256(salt + code.encode()).hexdigest()
    return {
        "codes.json": json.dumps([salt.hex(), hashed]).encode(),
        "cfg.json": json.dumps({"echo": echo}).encode(),
    }


def steps(presses: Sequence[Press]) -> list[Step]:
    """The moves of all keys."""
    return [step for press in presses for step in press.steps()]


# All keys.


def keys(rng: random.Random, code: str) -> Episode:
    """Each key alone, `#` the last, and one key twice in a row. Two pairs overlap: in one the
    first key is released first, in the other the second key. Their keys come alone, too: a pair
    that is wrong then says something of pairs only."""
    order = rng.sample([key for key in ALL_KEYS if key != "#"], 15)
    left = [*order]
    groups = [pair(rng, left, 150, is_column=True), pair(rng, left, 320, is_column=False)]
    holds = [*HOLDS_MS, *(rng.uniform(*HOLDS_MS) for _ in order)]
    singles = [[Press(key, 0, hold)] for key, hold in zip(order, holds, strict=False)]
    groups = rng.sample([*groups, *singles], len(groups) + len(singles))
    twice = groups.index(rng.choice(singles))
    groups.insert(twice, groups[twice])
    groups.append([Press("#", 0, holds[-1])])
    presses: list[Press] = []
    at = rng.uniform(400, 700)
    for group in groups:
        presses += shifted(group, at)
        at = max(press.end for press in presses) + rng.uniform(100, 250)
    data = {"presses": presses}
    return Episode("keys", (at + DENY_MS) / 1000, files(rng, code, 1), steps(presses), data)


def pair(rng: random.Random, order: list[str], hold: float, is_column: bool) -> list[Press]:
    """Two keys, taken out of `order`: the first is held for so long, the second from 80 to 230
    ms. They are in one column, or in two."""
    first = order.pop()
    place = ALL_KEYS.index(first)
    fits = [key for key in order if ((ALL_KEYS.index(key) - place) % 4 == 0) == is_column]
    second = rng.choice(fits)
    order.remove(second)
    return [Press(first, 0, hold), Press(second, 80, 150)]


def shifted(presses: Sequence[Press], by: float) -> list[Press]:
    """The same presses, later."""
    return [Press(press.key, press.at + by, press.hold) for press in presses]


# Codes.


def typed(
    rng: random.Random, text: str, at: float, pause: tuple[int, int] = (0, 0)
) -> list[Press]:
    """The presses of these keys; one of the last four digits is held. `pause`: so many ms more
    before the key of that number."""
    presses: list[Press] = []
    long = rng.randrange(len(text) - 5, len(text) - 1)
    for number, key in enumerate(text):
        at += pause[1] if number == pause[0] else 0
        hold = HOLDS_MS[1] if number == long and key.isdigit() else rng.uniform(*SHORT_MS)
        presses.append(Press(key, at, hold))
        at += hold + rng.uniform(80, 160)
    return presses


def codes(rng: random.Random, code: str) -> Episode:
    """Two wrong codes and the right one, twice. Then the entries that are cleared or kept, and a
    longer code. Each of these that must not open comes before one that must, or last: there are
    never three wrong in a row, also for a program that gets one kind wrong."""
    other = digits(rng, code)
    place = rng.randrange(4)
    wrong = [code[:place] + other[0] + code[place + 1 :], code[1] + code[0] + code[2:]]
    plans = [(text, (0, 0), False, "plain") for text in rng.sample(wrong, 2)]
    plans += [(code, (0, 0), True, "plain")] * 2
    half, junk = f"{code[:2]}*{code[2:]}", other[1:3]
    opening = [
        (f"{junk}*{code}", (0, 0), True, "star"),
        (junk + code, (2, CLEARED_MS), True, "idle"),
        (code, (rng.randrange(1, 4), KEPT_MS), True, "kept"),
    ]
    rng.shuffle(opening)
    shut = [(half, (0, 0), False, "star"), (code, (2, CLEARED_MS), False, "idle")]
    rng.shuffle(shut)
    plans += [shut[0], opening[0], shut[1], opening[1], opening[2]]
    plans += [(code, (0, 0), True, "long"), (other[3] + code, (0, 0), False, "long")]
    entries: list[Entry] = []
    at = rng.uniform(400, 700)
    for text, pause, opens, kind in plans:
        entries.append(Entry(typed(rng, text + "#", at, pause), opens, kind))
        at = entries[-1].end + (OPEN_MS if opens else DENY_MS) + rng.uniform(600, 800)
    return episode(rng, "codes", code, entries, at)


def lock(rng: random.Random, code: str) -> Episode:
    """Three wrong codes, the right one twice in the lock-out, and once after it. Then three wrong
    codes again, the right one in the second lock-out, and after that a wrong and the right one."""
    entries: list[Entry] = []
    at = locked(rng, code, entries, rng.uniform(400, 700))
    entries.append(Entry(typed(rng, code + "#", at), opens=False))
    last = Entry(typed(rng, code + "#", 0), opens=False)
    shift = entries[2].end + LAST_IN_LOCK_MS - rng.uniform(0, 100) - last.end
    entries.append(Entry(shifted(last.presses, shift), opens=False))
    at = entries[2].end + FIRST_AFTER_MS + rng.uniform(0, 200)
    entries.append(Entry(typed(rng, code + "#", at), opens=True))
    at = locked(rng, code, entries, entries[-1].end + OPEN_MS + rng.uniform(600, 800))
    third = entries[-1].end
    entries.append(Entry(typed(rng, code + "#", at), opens=False, kind="again"))
    at = third + FIRST_AFTER_MS + rng.uniform(0, 200)
    entries.append(Entry(typed(rng, digits(rng, code) + "#", at), opens=False, kind="zero"))
    at = entries[-1].end + DENY_MS + rng.uniform(600, 800)
    entries.append(Entry(typed(rng, code + "#", at), opens=True, kind="zero"))
    return episode(rng, "lock", code, entries, entries[-1].end + OPEN_MS + 700)


def locked(rng: random.Random, code: str, entries: list[Entry], at: float) -> float:
    """Adds three wrong codes. Returns a time soon after the lock-out has begun (ms)."""
    for _ in range(3):
        entries.append(Entry(typed(rng, digits(rng, code) + "#", at), opens=False))
        at = entries[-1].end + DENY_MS + rng.uniform(600, 800)
    return at + rng.uniform(0, 1500)


def episode(rng: random.Random, name: str, code: str, entries: list[Entry], end: float) -> Episode:
    """An episode without echo."""
    presses = [press for entry in entries for press in entry.presses]
    data = {"entries": entries}
    return Episode(name, end / 1000, files(rng, code, 0), steps(presses), data)
