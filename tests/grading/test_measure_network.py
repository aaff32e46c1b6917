"""Measurements of MQTT and radio of real programs, at the broker and at the calls of the board."""

from collections.abc import Callable

import pytest

from grader.lab import lab as labs
from grader.lab.episode import Episode, set_service
from grader.lab.limits import Exactly, Never
from grader.lab.run import Run
from grader.lab.text_limits import Conforms, Matches
from grader.lab.units import seconds
from grader.measure import mqtt, network
from grader.measure.times import moments, periods
from grader.score.run_episodes import run_episode
from hardware.bench.bench import Bench
from tests.support.measured_run import MS, run_of
from tests.support.network_bench import JOIN, SECOND, near_ap

TELEMETRY = (
    JOIN
    + """
import json
from umqtt.simple import MQTTClient
client = MQTTClient('dev1', 'broker.warsha', keepalive=20)
client.set_last_will(b'mcit/a/dev1/status', b'offline', retain=RETAIN)
client.connect()
print('READY')
client.publish(b'mcit/a/dev1/status', b'online', retain=True)
for n in range(4):
    message = {'v': 1, 'id': 'dev1', 'seq': SEQ, 'm': {'t': T}}
    client.publish(b'mcit/a/dev1/telemetry', json.dumps(message), qos=1)
    time.sleep_ms(1000)
"""
)
SCHEMA = {
    "type": "object",
    "required": ["v", "id", "seq", "m"],
    "properties": {
        "v": {"const": 1},
        "id": {"type": "string"},
        "seq": {"type": "integer"},
        "m": {"type": "object", "properties": {"t": {"type": "number"}}, "required": ["t"]},
    },
}


def telemetry(
    t: str = "23.1",
    seq: str = "n",
    retain: bool = True,
    during_run: Callable[[Bench], None] = lambda bench: None,
    program: str = TELEMETRY,
) -> Run:
    text = program.replace("RETAIN", str(retain)).replace("SEQ", seq).replace(": T}", f": {t}}}")
    with near_ap(text, seed=1) as bench:
        during_run(bench)
        bench.run(12 * SECOND)
        return run_of(bench.trace, {})


def test_messages_of_a_board_with_topic_time_and_schema() -> None:
    run = telemetry()
    sent = mqtt.published(run, "mcit/+/+/telemetry")
    assert len(sent) == 4 and {one.qos for one in sent} == {1}
    assert not any(one.retain for one in sent)
    assert all(abs(period - 1000) < 30 for period in periods(mqtt.times(sent)))
    assert Conforms(SCHEMA).judge(mqtt.payloads(sent), run).ok
    assert [document["seq"] for document in mqtt.documents(sent)] == [0, 1, 2, 3]
    assert [what["seq"] for _message, what in mqtt.objects(sent)] == [0, 1, 2, 3]
    assert mqtt.repeated(sent, "id", "seq") == []
    (online,) = mqtt.published(run, "#")[:1]
    assert (online.topic, online.payload, online.retain) == (
        "mcit/a/dev1/status",
        b"online",
        True,
    )


@pytest.mark.parametrize(
    ("t", "message"),
    [("'23.1'", "$.m.t: '23.1' is not of type 'number'"), ("[1]", "$.m.t: [1] is")],
)
def test_numbers_as_text_are_refused_with_their_place(t: str, message: str) -> None:
    run = telemetry(t)
    payloads = mqtt.payloads(mqtt.published(run, "+/+/+/telemetry"))
    verdict = Conforms(SCHEMA).judge(payloads, run)
    assert not verdict.ok and verdict.measured.startswith(message)
    assert verdict.at_ns == payloads[0].at_ns


def test_messages_that_are_no_json_object() -> None:
    numbered = "'text' if n == 0 else [n] if n == 1 else None if n == 2 else {'seq': n}"
    program = TELEMETRY.replace("json.dumps(message)", f"json.dumps({numbered})")
    sent = mqtt.published(telemetry(program=program))
    assert mqtt.documents(sent) == [None, "text", [1], None, {"seq": 3}]  # `online` is no JSON
    assert mqtt.objects(sent) == [(sent[4], {"seq": 3})]


def test_messages_that_were_sent_twice() -> None:
    sent = mqtt.published(telemetry(seq="n // 2"), "mcit/a/dev1/telemetry")
    again = mqtt.repeated(sent, "id", "seq")
    assert [one.t_ns for one in again] == [sent[1].t_ns, sent[3].t_ns]
    assert not Never("again").judge(moments(mqtt.times(again)), telemetry()).ok


@pytest.mark.parametrize("retain", [True, False])
def test_the_will_of_a_connection(retain: bool) -> None:
    run = telemetry(retain=retain)
    (connect,) = mqtt.messages(run, "connect")
    assert (connect.client, connect.topic, connect.payload) == (
        "dev1",
        "mcit/a/dev1/status",
        b"offline",
    )
    assert (connect.keep_alive_s, connect.retain, connect.t_ns < 0) == (20, retain, True)


LISTEN = (
    JOIN
    + """
from umqtt.simple import MQTTClient
client = MQTTClient('dev1', 'broker.warsha', keepalive=20)
client.set_callback(lambda topic, message: client.publish(b'ack', message))
client.connect()
client.subscribe(b'cmd', qos=QOS)
print('READY')
while True:
    client.check_msg()
    time.sleep_ms(50)
"""
)


@pytest.mark.parametrize("qos", [0, 1])
def test_commands_and_their_answers(qos: int) -> None:
    def commands(bench: Bench) -> None:
        for at_s in (6, 8):
            bench.at(at_s * SECOND, lambda: bench.network.broker.publish("cmd", b"on", qos=1))

    run = telemetry(during_run=commands, program=LISTEN.replace("QOS", str(qos)))
    given = mqtt.messages(run, "publish", topic="cmd", client="")
    assert [one.t_ns + run.zero_ns for one in given] == [6 * SECOND, 8 * SECOND]
    delivered = mqtt.messages(run, "deliver", topic="cmd")
    assert [one.qos for one in delivered] == [qos, qos]
    answers = mqtt.published(run, "ack")
    assert Matches("on", "on").judge(mqtt.payloads(answers), run).ok
    assert not Matches("off", "off").judge(mqtt.payloads(answers), run).ok
    waits = [b.t_ns - a.t_ns for a, b in zip(given, answers, strict=True)]
    assert all(0 < wait < 100 * MS for wait in waits)
    (subscribed,) = mqtt.messages(run, "subscribe")
    assert (subscribed.topic, subscribed.qos) == ("cmd", qos)


def test_a_will_is_published_when_the_board_is_gone() -> None:
    run = telemetry(program=TELEMETRY + "import machine\nmachine.deepsleep()\n")
    assert [one.topic for one in mqtt.messages(run, "lost", "will")][-1:] == []
    late = (
        TELEMETRY.replace("keepalive=20", "keepalive=1") + "import machine\nmachine.deepsleep()\n"
    )
    (will,) = mqtt.messages(telemetry(program=late), "will")
    assert (will.topic, will.payload, will.retain) == ("mcit/a/dev1/status", b"offline", True)


TRIES = (
    JOIN
    + """
import socket
print('READY')
for _ in range(4):
    s = socket.socket()
    try:
        s.connect(socket.getaddrinfo('broker.warsha', 1883)[0][-1])
    except OSError:
        pass
    s.close()
    time.sleep_ms(EACH)
wlan.disconnect()
"""
)


@pytest.mark.parametrize("each", [100, 1000])
def test_how_often_a_program_tries(each: int) -> None:
    def broken(bench: Bench) -> None:
        bench.at(3 * SECOND, bench.network.broker.stop)

    run = telemetry(program=TRIES.replace("EACH", str(each)), during_run=broken)
    tried = network.connects(run, 1883)
    assert len(tried) == len(network.lookups(run, "broker.warsha")) == 4
    assert len(network.connects(run, 80)) == len(network.lookups(run, "elsewhere")) == 0
    assert all(each <= period < each + 60 for period in periods(tried))
    assert len(network.joins(run)) == 1
    assert [link.up for link in network.links(run)] == [True, False]
    assert network.links(run)[0].ssid == "workshop"


AIR = """
import network, espnow
network.WLAN(network.WLAN.IF_STA).active(True)
radio = espnow.ESPNow()
radio.active(True)
radio.add_peer(b'\\xff' * 6)
print('READY')
for n in range(3):
    radio.send(b'\\xff' * 6, bytes([n]))
"""


def test_esp_now_messages() -> None:
    with near_ap(AIR, seed=1) as bench:
        bench.run(2 * SECOND)
        run = run_of(bench.trace, {})
    assert (
        Exactly([b"\0", b"\1", b"\2"])
        .judge([m.payload for m in network.espnow_messages(run)], run)
        .ok
    )
    assert network.espnow_messages(run, "received") == []


BOT = b"""
import network, requests, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect('Wokwi-GUEST', '')
while not wlan.isconnected():
    time.sleep_ms(20)
print("READY L02")
API = 'http://api.telegram.org/bot12:TOKEN/'
while not (updates := requests.get(API + 'getUpdates').json()['result']):
    time.sleep_ms(100)
text = updates[0]['message']['text']
requests.get('http://api.thingspeak.com/update?api_key=K&field1=%d' % (text == '/on'))
while True:
    time.sleep(1)
"""


def test_a_lab_tells_a_service_something_and_sees_what_it_got() -> None:
    lab = labs.find("traffic_light")
    steps = set_service("telegram", "17", "/on", at=seconds(3))
    episode = Episode("main", seconds=6, steps=steps)
    board = lab.board("esp32_devkit_c_v4")
    run = run_episode(lab, board, {"main.py": BOT}, episode, 1)
    got = network.service_values(run, "thingspeak", "field1")
    assert got == ["1"] and 3000 * MS < (got[0].at_ns or 0) < 4000 * MS
    assert Matches("1", "1").judge(got, run).ok and not Matches("0", "0").judge(got, run).ok
    assert network.service_values(run, "thingspeak", "field2") == []
