"""L15: what becomes of messages with each quality of service while the broker is away."""

import re
from collections import Counter

from grader import Episode, Run, observe, seconds, set_control
from grader.measure import mqtt

DOWN, BACK, LOSES, AGAIN = seconds(60), seconds(1860), seconds(1900), seconds(1912)


@observe(
    Episode(
        "predict",
        seconds=2000,
        steps=[
            *set_control("ap", "broker", 0, at=DOWN),
            *set_control("ap", "broker", 1, at=BACK),
            *set_control("ap", "lose_puback", 1, at=LOSES),
            *set_control("ap", "broker", 1, at=AGAIN),
        ],
        from_reset=True,
    ),
    program="experiment.py",
)
def qualities(run: Run) -> dict[str, str] | None:
    """What became of the messages that were sent in the outage, by their quality of service."""
    values = {}
    for qos in ("0", "1"):
        tried = {
            int(number): (is_error, one.at_ns)
            for one in run.all_lines()
            if (found := re.fullmatch(rf"qos {qos} (\d+)( error)?", one.text))
            for number, is_error in [found.groups()]
        }
        arrived = Counter(mqtt.payloads(mqtt.published(run, f"qos{qos}")))
        outage = [n for n, (_, at_ns) in tried.items() if DOWN.ns <= at_ns < BACK.ns]
        if not outage:
            return None
        values["sent"] = str(len(outage))
        values["lost" + qos] = str(sum(str(n) not in arrived for n in outage))
        values["errors" + qos] = str(sum(bool(tried[n][0]) for n in outage))
    return values | {"twice": str(max(arrived.values()))}
