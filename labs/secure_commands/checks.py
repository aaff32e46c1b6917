"""L17: the board talks with a broker that has proved who it is, obeys what is signed and new, and
keeps its secrets. The broker's own record, the packets and the relay's pin are judged."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Between,
    Exactly,
    Millis,
    Never,
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
from grader.measure.pins import other_pin
from grader.measure.times import Times, delay, inside_of, periods

PLAIN_PORT, TLS_PORT = 1883, 8883
PROMPT = ms(180)
"""The time for the relay to move, and for the answer to come. A right program needs up to 130 ms:
the HMAC, the file and TLS."""
OVER = seconds(1)
"""Whatever a command causes has happened after this."""
FEWEST = 4
PERIOD, AROUND = seconds(5), ms(500)
"""A program that counts its pauses loses what the commands take in between."""
SETTLED = ms(500)
"""The relay's level in a message counts if it did not change for this long before it."""
MOST_MESSAGES, MOST_EDGES = 1000, 10
"""A right program makes far fewer of each. The rest is not looked at: it costs time only."""
RETRY, LATEST = ms(2500), seconds(12)
"""From one try to the next. A slow program joins the network and sets its clock in between."""
FAKES = ("self-signed", "wrong-host", "expired")
EACH = ("cmd", "replay", *FAKES)


def told(run: Run, name: str) -> list[Any]:
    """What the board published on one of its topics, without the rest of a flood."""
    topic = f"{run.data['base']}/{name}"
    return run.once(("told", name), lambda: mqtt.published(run, topic)[:MOST_MESSAGES])


def code(run: Run, key: str, text: str) -> str:
    """The right code of a text by one of the secrets of `run.data`."""
    secret = bytes.fromhex(run.data[key]["key"])
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


# a: the broker proves who it is.


def why_port(run: Run) -> str:
    """It has used the port without TLS, or TLS did not come about."""
    if len(network.connects(run, PLAIN_PORT)):
        return "plain_mqtt"
    is_refused = len(network.connects(run, TLS_PORT)) and not mqtt.messages(run, "connect")
    return "no_tls" if is_refused else ""


def why_trusted(run: Run) -> str:
    """It checks certificates, but not with today's date: only an old one is good for it."""
    return why_port(run) or ("old_clock" if run.episode.name == "expired" else "")


@check(
    "a.connect",
    points=1,
    episode="cmd",
    expect=Exactly([f"port {TLS_PORT}"]),
    on_miss="no_tls",
    why=why_port,
    stated=[TLS_PORT],
)
def ports(run: Run) -> list[Text]:
    """The ports that the board used for MQTT, each once; nothing without a connection to the
    broker."""
    if not mqtt.messages(run, "connect"):
        return []
    return [
        Text(f"port {port}", int(times[0]))
        for port in (PLAIN_PORT, TLS_PORT)
        if len(times := network.connects(run, port))
    ]


@check(
    "a.qos",
    points=1,
    episode=("cmd", "replay"),
    expect=Exactly(["QoS 1"]),
    on_miss="qos",
    after="a.connect",
)
def subscriptions(run: Run) -> list[Text]:
    """The QoS of each subscription to `cmd`; each value once."""
    found: dict[str, Text] = {}
    for one in mqtt.messages(run, "subscribe")[:MOST_MESSAGES]:
        if one.topic.rpartition("/")[2] in ("cmd", "+", "#"):
            found.setdefault(f"QoS {one.qos}", Text(f"QoS {one.qos}", one.t_ns))
    return list(found.values())


@check(
    "a.refuse",
    points=1,
    episode=FAKES,
    expect=Exactly(["refused"]),
    on_miss="no_verify",
    why=why_trusted,
    safety=True,
    after="a.connect",
)
def trusted(run: Run) -> list[Text]:
    """Whether the board went on with a broker whose certificate is bad."""
    came = mqtt.messages(run, "connect")
    tried = [*network.connects(run, TLS_PORT), *network.connects(run, PLAIN_PORT)]
    if came:
        return [Text("connected", came[0].t_ns)]
    return [Text("refused", int(tried[0]))] if tried else []


def tries(run: Run) -> Times:
    """When it tried to reach the broker through TLS."""
    return network.connects(run, TLS_PORT)[:MOST_MESSAGES]


def why_no_retry(run: Run) -> str:
    """It tried again too soon."""
    return "hurried" if any(gap < RETRY for gap in periods(tries(run))) else ""


@check(
    "a.again",
    points=1,
    episode=FAKES,
    expect=Between(RETRY, LATEST),
    on_miss="no_retry",
    why=why_no_retry,
    after="a.refuse",
)
def between_tries(run: Run) -> list[Millis]:
    """The time from each try to the next; infinite after the only one."""
    at_ns = tries(run)
    return periods(at_ns) or [delay(at_ns[1:], int(only)) for only in at_ns]


# b: secrets.


def words(run: Run, *names: str) -> list[str]:
    """Those secrets, of this board and of the example."""
    return [run.data[whose][name] for whose in ("secrets", "public") for name in names]


@check(
    "b.program",
    points=1,
    episode="cmd",
    expect=Never(""),
    on_miss="key_in_program",
    after="a.connect",
)
def secrets_in_program(run: Run) -> list[Text]:
    """The files of the program that have a password or a key in them."""
    secrets = [one.encode() for one in words(run, "password", "key")]
    secrets += [bytes.fromhex(one) for one in words(run, "key")]
    return [
        Text(name, 0)
        for name, content in run.program.items()
        if any(one in content for one in secrets)
    ]


def shown(run: Run) -> Iterable[tuple[str, int]]:
    """The secrets of this board as they would be printed, each with the time of its line."""
    key = run.data["secrets"]["key"]
    forms = {
        "key": (key, key.upper(), repr(bytes.fromhex(key))[2:-1]),
        "password": (run.data["secrets"]["password"],),
    }
    for line in run.all_lines():
        for name, texts in forms.items():
            if any(text in line.text for text in texts):
                yield name, line.at_ns


@check(
    "b.serial",
    points=1,
    episode=EACH,
    expect=Never(""),
    on_miss="prints_key",
    after="a.connect",
)
def secrets_printed(run: Run) -> list[Text]:
    """Which secret was printed, and when."""
    return [Text(name, at_ns) for name, at_ns in shown(run)][:MOST_EDGES]


def plain_words(run: Run) -> list[Text]:
    """What can be read in the packets: a secret, or a topic of the device."""
    secrets = run.data["secrets"]
    wanted = {
        "key": [secrets["key"].encode(), bytes.fromhex(secrets["key"])],
        "password": [secrets["password"].encode()],
        "topic": [run.data["base"].encode()],
    }
    sent = b"".join(one.payload for one in run.trace.packets())
    return [Text(name, 0) for name, parts in wanted.items() if any(p in sent for p in parts)]


clear = check(
    "b.clear",
    points=1,
    episode=EACH,
    expect=Never(""),
    on_miss="plain_mqtt",
    after="a.connect",
)(plain_words)


# c: signed commands.


def answer_times(run: Run, commands: list[Any]) -> list[Millis]:
    """For each good command the time to the relay's change, then to its `ack`; infinite where it
    did not come, and nothing when the board never connected."""
    relay = run.signal("RELAY_1")
    found = []
    for one in commands:
        at_ns = ms(one.at).ns
        moves = relay.rises_ns() if one.level else relay.falls_ns()
        found += [delay(moves, at_ns), delay(mqtt.times(acks(run, one.n)), at_ns)]
    return found if mqtt.messages(run, "connect") else []


def acks(run: Run, n: int | None) -> list[Any]:
    """The answers to a command; with None those with `err`."""
    return [
        one
        for one, document in mqtt.objects(told(run, "ack"))
        if ("err" in document) == (n is None) and (n is None or document.get("n") == n)
    ]


def answer(run: Run, one: Any) -> Text:
    """Which answer came to a command in OVER: `n`, or `err` to one that must be refused."""
    at_ns = ms(one.at).ns
    times = mqtt.times(acks(run, one.n))
    is_answered = bool(len(times[inside_of(times, at_ns, at_ns + OVER.ns)]))
    right = "err" if one.n is None else "n"
    return Text(right if is_answered else "-", at_ns)


def seen(run: Run, one: Any) -> Text:
    """The same, with all levels of the relay in that time."""
    at_ns = ms(one.at).ns
    relay = run.signal("RELAY_1").since(at_ns)
    edges = relay.edges_ns()[:MOST_EDGES]
    levels = relay.at_all(np.append(at_ns, edges[edges <= at_ns + OVER.ns]))
    shown = "→".join(str(int(level)) for level in levels)
    return Text(f"{answer(run, one)}, relay {shown}", at_ns)


REFUSED = "err, relay 0"


def why_command(run: Run) -> str:
    """The good commands were refused, or the relay is on another pin."""
    refusals = mqtt.times(acks(run, None))
    asked = [ms(one.at).ns for one in run.data["commands"][:4]]
    if all(len(refusals[inside_of(refusals, at_ns, at_ns + OVER.ns)]) for at_ns in asked):
        return "good_refused"
    return other_pin(run, "RELAY_1")


@check(
    "c.good",
    points=2,
    episode="cmd",
    expect=AtMost(PROMPT),
    on_miss="command",
    why=why_command,
)
def good_answers(run: Run) -> list[Millis]:
    """The relay's and the answer's time, for the first four commands."""
    return answer_times(run, run.data["commands"][:4])


@check(
    "c.forged",
    points=2,
    episode="cmd",
    expect=Exactly([REFUSED] * 4),
    on_miss="forged",
    after="c.good",
    stated=[OVER / 1000],
)
def forged(run: Run) -> list[Text]:
    """What each of the forged commands caused."""
    return [seen(run, one) for one in run.data["commands"][4:8]]


def torn(run: Run) -> list[Text]:
    """The first command to which both an `err` and an answer with `n` came in OVER."""
    answers = [
        (said, "err" in document)
        for said, document in mqtt.objects(told(run, "ack"))
        if "err" in document or "n" in document
    ]
    times = mqtt.times([said for said, _ in answers])
    for at_ns in (ms(one.at).ns for one in run.data["commands"]):
        if len({is_err for _, is_err in answers[inside_of(times, at_ns, at_ns + OVER.ns)]}) > 1:
            return [Text("err and n", at_ns)]
    return []


def why_bad(run: Run) -> str:
    """A command had two answers that contradict each other; or the texts had their answers, and
    the good command after them was refused as an old one."""
    if torn(run):
        return "both_answers"
    *bad, last = run.data["commands"][8:]
    refused = [*bad, last._replace(n=None)]
    return "forged_counts" if all(answer(run, one) == "err" for one in refused) else ""


@check(
    "c.bad",
    points=1,
    episode="cmd",
    expect=Exactly(["err", "err", "err", "n, relay 1"]),
    on_miss="bad_json",
    why=why_bad,
    after="c.good",
    stated=[OVER / 1000],
)
def bad_answers(run: Run) -> list[Text]:
    """The answers to the texts that are no commands, and to the good one after them; and of the
    whole episode the first two that contradict each other."""
    *bad, last = run.data["commands"][8:]
    level = int(run.signal("RELAY_1").at(ms(last.at).ns + OVER.ns))
    works = answer(run, last)
    answers = [*(answer(run, one) for one in bad), Text(f"{works}, relay {level}", works.at_ns)]
    return answers + torn(run)


# d: replay.


@check(
    "d.replay",
    points=2,
    episode="replay",
    expect=Exactly(["n, relay 0→1", "n, relay 1→0", REFUSED, REFUSED]),
    on_miss="replay",
    after="c.good",
    stated=[OVER / 1000],
)
def replays(run: Run) -> list[Text]:
    """What two commands caused, and what they caused again."""
    return [seen(run, one) for one in run.data["commands"][:4]]


def why_after_reset(run: Run) -> str:
    """Only the command that came just before the reset was obeyed again."""
    *old, newest, _ = run.data["commands"][5:]
    is_late = seen(run, newest) != REFUSED and all(seen(run, one) == REFUSED for one in old)
    return "saved_late" if is_late else ""


@check(
    "d.reset",
    points=2,
    episode="replay",
    expect=Exactly([REFUSED, REFUSED, REFUSED, "n, relay 0→1"]),
    on_miss="counter_in_ram",
    why=why_after_reset,
    after="d.replay",
    stated=[OVER / 1000],
)
def after_reset(run: Run) -> list[Text]:
    """What the old commands and a new one caused after the reset."""
    return [seen(run, one) for one in run.data["commands"][5:]]


# e: signed telemetry.


@gate("e.count", episode=("cmd", "replay"), expect=AtLeast(FEWEST), on_miss="few_messages")
def count(run: Run) -> int | None:
    """How many messages of telemetry came."""
    return len(told(run, "telemetry")) or None


@once
def verdicts(run: Run) -> list[Text]:
    """Of each message `right`, or what is wrong in it."""
    sent = told(run, "telemetry")
    relay = run.signal("RELAY_1", boot=True)
    edges = relay.edges_ns()
    found, last = [], -1
    for one, document in zip(sent, mqtt.documents(sent), strict=True):
        values = document if isinstance(document, dict) else {}
        n, level, mac = (values.get(name) for name in ("n", "relay", "mac"))
        is_settled = not len(edges[inside_of(edges, one.t_ns - SETTLED.ns, one.t_ns)])
        text = f"telemetry {n} {level}"
        if type(n) is not int or type(level) is not int or not isinstance(mac, str):
            word = "form"
        elif not hmac.compare_digest(mac.encode(), code(run, "secrets", text).encode()):
            word = "mac"
        elif n <= last:
            word = "n"
        elif is_settled and level != int(relay.at(one.t_ns)):
            word = "relay"
        else:
            word = "right"
        last = max(last, n if type(n) is int else last)
        found.append(Text(word, one.t_ns))
    return found


def why_telemetry(run: Run) -> str:
    """Which part of a message is wrong."""
    keys = {
        "form": "telemetry_form",
        "mac": "telemetry_mac",
        "n": "telemetry_n",
        "relay": "relay_value",
    }
    return next((keys[one] for one in verdicts(run) if one in keys), "")


@check(
    "e.signed",
    points=1,
    episode=("cmd", "replay"),
    expect=Exactly(["right"]),
    on_miss="telemetry_mac",
    why=why_telemetry,
)
def telemetry(run: Run) -> list[Text]:
    """The first message with a mistake; else the first message."""
    found = verdicts(run)
    return [one for one in found if one != "right"][:1] or found[:1]


@check(
    "e.period",
    points=1,
    episode="cmd",
    expect=Within(AROUND, of=PERIOD),
    on_miss="period",
    after="e.signed",
)
def intervals(run: Run) -> list[Millis]:
    """The time from each message to the next."""
    return periods(mqtt.times(told(run, "telemetry")))
