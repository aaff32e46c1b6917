"""MQTT from a board's program to the broker of the bench, and its records in the trace."""

from collections.abc import Sequence
from functools import partial

import pytest

from hardware.bench.network.mqtt.packets import MqttError
from hardware.bench.protocol.notes import MqttNote
from tests.support.network_bench import JOIN, MS, SECOND, near_ap, printed_lines

CLIENT = (
    JOIN
    + """
from umqtt.simple import MQTTClient
def heard(topic, message):
    print(topic.decode(), message.decode())
client = MQTTClient('dev1', 'broker.warsha', keepalive=20)
client.set_callback(heard)
client.set_last_will(b'lab/status', b'offline', retain=True)
print('session', client.connect())
"""
)


def kinds(notes: Sequence[MqttNote], *wanted: str) -> list[tuple[str, str, bytes]]:
    return [(n.kind, n.topic, n.payload) for n in notes if n.kind in wanted]


def test_a_message_reaches_its_publisher(family: str) -> None:
    program = CLIENT + (
        "client.subscribe(b'lab/+/cmd', qos=1)\n"
        "client.publish(b'lab/1/cmd', b'on', qos=1)\nclient.publish(b'lab/x', 'off')\n"
        "for _ in range(10):\n    client.check_msg()\n    time.sleep_ms(20)\n"
    )
    with near_ap(program, family) as bench:
        bench.run(5 * SECOND)
        notes = bench.trace.mqtt()
        assert printed_lines(bench) == ["session 0", "lab/1/cmd on"]
    assert notes[0] == MqttNote(
        notes[0].t_ns, "dev1", "connect", "lab/status", b"offline", 0, True, False, 20, True
    )
    assert kinds(notes, "subscribe", "publish", "deliver", "acked") == [
        ("subscribe", "lab/+/cmd", b""),
        ("publish", "lab/1/cmd", b"on"),
        ("deliver", "lab/1/cmd", b"on"),
        ("acked", "lab/1/cmd", b"on"),
        ("publish", "lab/x", b"off"),
    ]
    assert [n.qos for n in notes if n.kind == "publish"] == [1, 0]


def test_a_command_of_the_scenario(family: str) -> None:
    program = CLIENT + "client.subscribe(b'cmd')\nwhile True:\n    client.wait_msg()\n"
    with near_ap(program, family) as bench:
        for at, word in ((5, b"on"), (6, b"off")):
            bench.at(at * SECOND, partial(bench.network.broker.publish, "cmd", word))
        bench.run(8 * SECOND)
        notes = bench.trace.mqtt()
        assert printed_lines(bench) == ["session 0", "cmd on", "cmd off"]
    given = [n for n in notes if n.kind == "publish"]
    assert [(n.client, n.t_ns) for n in given] == [("", 5 * SECOND), ("", 6 * SECOND)]
    with pytest.raises(MqttError):
        bench.network.broker.publish("a/#", b"")


def test_a_new_subscriber_gets_a_retained_message() -> None:
    program = CLIENT + "client.subscribe(b'plan/#')\nclient.wait_msg()\n"
    with near_ap(program) as bench:
        bench.network.broker.publish("plan/a", b"old", retain=True)
        bench.network.broker.publish("plan/a", b"new", retain=True)
        bench.network.broker.publish("plan/b", b"gone", retain=True)
        bench.network.broker.publish("plan/b", b"", retain=True)
        bench.run(5 * SECOND)
        assert printed_lines(bench) == ["session 0", "plan/a new"]
        delivered = [n for n in bench.trace.mqtt() if n.kind == "deliver"]
    assert [(n.payload, n.retain) for n in delivered] == [(b"new", True)]


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("client.disconnect()", ["disconnect"]),
        ("client.sock.close()", ["lost", "will"]),
        ("import machine; machine.reset()", ["lost", "will"]),
        ("time.sleep(60)", ["lost", "will"]),
        ("client.sock.write(b'\\x00\\x00')", ["broken", "lost", "will"]),
        ("client.sock.write(b'\\x30\\xff\\xff\\xff\\xff\\x01')", ["broken", "lost", "will"]),
        ("client.sock.write(b'\\x36\\x00')", ["broken", "lost", "will"]),
        ("client.sock.write(b'\\x10\\x02hi')", ["broken", "lost", "will"]),
    ],
)
def test_the_will_is_published_when_a_client_is_lost(end: str, wanted: list[str]) -> None:
    program = "import machine\nif machine.reset_cause() == 1:\n"
    program += "".join(f"    {line}\n" for line in (CLIENT + end).splitlines())
    with near_ap(program) as bench:
        bench.run(60 * SECOND)
        notes = bench.trace.mqtt()
    assert [n.kind for n in notes if n.kind in ("disconnect", "lost", "will", "broken")] == wanted
    if end.startswith("time.sleep"):  # one and a half times the keep-alive after the last packet
        connected, lost = notes[0].t_ns, notes[1].t_ns
        assert 0 <= lost - connected - 30 * SECOND < 10 * MS


def test_a_ping_keeps_a_connection_alive(family: str) -> None:
    program = (
        CLIENT + "while True:\n    client.ping()\n    client.check_msg()\n    time.sleep(15)\n"
    )
    with near_ap(program, family) as bench:
        bench.run(300 * SECOND)
        assert [n.kind for n in bench.trace.mqtt()] == ["connect"]


def test_a_second_client_of_the_same_name_takes_over() -> None:
    program = CLIENT + (
        "other = MQTTClient('dev1', 'broker.warsha')\nother.connect()\n"
        "time.sleep_ms(100)\ntry:\n    client.wait_msg()\nexcept OSError:\n    print('cut')\n"
    )
    with near_ap(program) as bench:
        bench.run(6 * SECOND)
        assert printed_lines(bench) == ["session 0", "cut"]
        notes = bench.trace.mqtt()
    assert [n.kind for n in notes] == ["connect", "lost", "will", "connect"]


SESSION = (
    JOIN
    + """
from umqtt.simple import MQTTClient
def connect():
    client = MQTTClient('dev1', 'broker.warsha')
    client.set_callback(lambda topic, message: print(message.decode()))
    print(client.connect(clean_session=False))
    return client
client = connect()
client.subscribe(b'cmd', qos=1)
client.disconnect()
time.sleep(5)
client = connect()
for _ in range(20):
    client.check_msg()
    time.sleep_ms(20)
"""
)


def test_a_session_keeps_messages_for_a_client_that_is_away() -> None:
    with near_ap(SESSION) as bench:
        for at, qos in ((4, 0), (5, 1), (6, 1)):
            word = f"{at} {qos}".encode()
            bench.at(at * SECOND, partial(bench.network.broker.publish, "cmd", word, qos))
        bench.run(12 * SECOND)
        assert printed_lines(bench) == ["0", "1", "5 1", "6 1"]


ROBUST = (
    JOIN
    + """
from umqtt.robust import MQTTClient
client = MQTTClient('dev1', 'broker.warsha')
client.connect()
n = 0
while True:
    n += 1
    client.publish(b'n', str(n), qos=1)
    time.sleep(1)
"""
)


def test_a_restart_of_the_broker(family: str) -> None:
    with near_ap(ROBUST, family) as bench:
        bench.network.broker.publish("kept", b"x", retain=True)
        bench.control("ap", "broker", 0, 6 * SECOND + 500 * MS)
        bench.control("ap", "broker", 1, 20 * SECOND)
        bench.run(30 * SECOND)
        notes = bench.trace.mqtt()
        assert bench.network.broker.retained("#") == []
    times = [n.t_ns / SECOND for n in notes if n.kind == "connect"]
    assert len(times) == 2 and 20 < times[1] < 23
    assert ("lost", "", b"") in kinds(notes, "lost", "will")
    numbers = [int(n.payload) for n in notes if n.kind == "publish" and n.client]
    assert numbers == sorted(set(numbers)) and numbers[-1] > 10


AT_LEAST_ONCE = (
    JOIN
    + """
from umqtt.simple import MQTTClient
client = MQTTClient('dev1', 'broker.warsha')
connected, n = False, 1
while True:
    try:
        if not connected:
            client.connect()
            connected = True
        client.publish(b'n', str(n), qos=1)
        n += 1
    except OSError:
        connected = False
    time.sleep(1)
"""
)


@pytest.mark.parametrize("what", ["lose_publish", "lose_puback"])
def test_the_scenario_drops_one_message(what: str) -> None:
    with near_ap(AT_LEAST_ONCE) as bench:
        bench.control("ap", what, 3, 0)
        bench.control("ap", "broker", 1, 20 * SECOND)
        bench.run(25 * SECOND)
        notes = bench.trace.mqtt()
    first = [n.payload for n in notes if n.kind == "publish"][:3]
    dropped = kinds(notes, "dropped", "ack dropped")
    if what == "lose_publish":
        assert dropped == [("dropped", "n", b"3")]
        assert first == [b"1", b"2", b"3"]
    else:
        assert dropped == [("ack dropped", "n", b"3")]
        assert first == [b"1", b"2", b"3"]
        assert [n.payload for n in notes if n.kind == "publish"][3] == b"3"


QOS2 = (
    JOIN
    + """
import socket
s = socket.socket()
s.connect(('10.13.37.1', 1883))
s.settimeout(1)
def send(text):
    s.write(bytes(int(text[i:i + 2], 16) for i in range(0, len(text), 2)))
    print(s.recv(100))
send('100d00044d51545404020000000161')
send('8206000100016102')
send('340500016100' + '07')
send('62020007')
"""
)


def test_quality_two_is_delivered_once_and_confirmed_in_two_steps() -> None:
    with near_ap(QOS2) as bench:
        bench.run(8 * SECOND)
        lines = printed_lines(bench)
        published = kinds(bench.trace.mqtt(), "publish")
    assert lines[0] == repr(b" \x02\x00\x00")
    assert lines[1] == repr(b"\x90\x03\x00\x01\x02")
    assert repr(b"P\x02\x00\x07")[2:-1] in lines[2]
    assert repr(b"p\x02\x00\x07")[2:-1] in lines[3]
    assert published == [("publish", "a", b"")]


def test_an_outage_of_the_radio(family: str) -> None:
    with near_ap(ROBUST, family) as bench:
        bench.control("ap", "online", 0, 5 * SECOND)
        bench.control("ap", "online", 1, 8 * SECOND)
        bench.run(20 * SECOND)
        notes = bench.trace.mqtt()
        packets = bench.trace.packets()
    assert [n.kind for n in notes if n.kind in ("connect", "lost")] == ["connect"]
    numbers = [int(n.payload) for n in notes if n.kind == "publish"]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 12
    assert any(p.lost and p.kind == "tcp" for p in packets)


NODE = (
    JOIN
    + """
import machine
from umqtt.simple import MQTTClient
client = MQTTClient('node', 'broker.warsha', keepalive=60)
client.connect()
n = 0
while True:
    n += 1
    client.publish(b'node', str(n), qos=1)
    machine.lightsleep(10_000)
"""
)


def test_a_day_of_a_sleeping_node() -> None:
    with near_ap(NODE) as bench:
        bench.run(86_400 * SECOND)
        notes = bench.trace.mqtt()
    numbers = [int(n.payload) for n in notes if n.kind == "publish"]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 8600
    assert [n.kind for n in notes if n.kind in ("lost", "will")] == []


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace_hash(seed: int) -> str:
        with near_ap(ROBUST, seed=seed) as bench:
            bench.control("ap", "loss", 0.3, 0)
            bench.control("ap", "broker", 0, 9 * SECOND)
            bench.control("ap", "broker", 1, 11 * SECOND)
            bench.run(40 * SECOND)
            return bench.trace.sha256()

    assert len({trace_hash(1) for _ in range(3)}) == 1
    assert trace_hash(1) != trace_hash(2)


FLOOD = (
    JOIN
    + """
import socket
s = socket.socket()
s.connect(('10.13.37.1', 1883))
s.write(bytes((0x10, 13, 0, 4)) + b'MQTT' + bytes((4, 2, 0, 0, 0, 1)) + b'a')
s.write(bytes((0x82, 6, 0, 1, 0, 1)) + b'#' + bytes((0,)))
n = 0
while True:
    n += 1
    topic = bytes((65 + n % 26, 65 + n // 26 % 26))
    s.write(bytes((0x31, 0x84, 0x08, 0, 2)) + topic + bytes(1024))
"""
)


def test_a_flooding_client_that_never_reads_has_bounded_queues() -> None:
    with near_ap(FLOOD) as bench:
        bench.run(3 * SECOND)
        kept = bench.network.broker.retained("#")
        assert 100 < len(kept) <= 1000 and sum(len(m.payload) for m in kept) <= 1 << 20
        assert bench.ended is None
