"""T90: a LED is lit; messages go into SQLite once each, and what is missing is listed."""

import random

from grader import BoardType, Episode, Exactly, Run, check

DB = "site.db"


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Readings of one device with gaps, some of them twice, in any order."""
    rng = random.Random(seed)
    kept = sorted(rng.sample(range(1, 60), 40))
    messages = [{"seq": seq, "value": rng.uniform(10, 30)} for seq in kept]
    messages += rng.sample(messages, 10)
    rng.shuffle(messages)
    missing = [seq for seq in range(kept[0], kept[-1]) if seq not in kept]
    return [Episode("host", seconds=0.5, data={"messages": messages, "missing": missing})]


@check("a", points=2, expect=Exactly(1), on_miss="dark")
def lit(run: Run) -> int:
    """The level of the LED at the end."""
    return int(run.signal("LED_G").at(run.end_ns - run.zero_ns - 1))


def distinct(run: Run) -> int:
    """How many different messages there are."""
    return len({message["seq"] for message in run.data["messages"]})


@check("b", points=6, expect=Exactly(distinct), on_miss="duplicates")
def stored(run: Run) -> int:
    """How many readings the database has in the end."""
    messages = run.data["messages"]
    half = len(messages) // 2
    run.host.call("ingest", DB, messages[:half], answer=int)
    count: int = run.host.call("ingest", DB, messages[half:], answer=int)
    return count


def missing(run: Run) -> list[int]:
    """The numbers between the first and the last that never came."""
    found: list[int] = run.data["missing"]
    return found


@check("c", points=10, expect=Exactly(missing), on_miss="last_gap")
def listed(run: Run) -> list[int]:
    """The gaps that the database shows."""
    run.host.call("ingest", DB, run.data["messages"])
    found: list[int] = run.host.call("gaps", DB, answer=list[int])
    return found
