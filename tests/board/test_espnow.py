"""ESP-NOW between boards, and WiFi between boards."""

from collections.abc import Mapping
from typing import Any

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from tests.support.network_bench import AP, BOARDS, JOIN, SECOND, play
from tests.support.several_boards import boards, text

SETUP = """
import network, espnow, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
now = espnow.ESPNow()
now.active(True)
"""


def near(*names: str, ap: Mapping[str, str] | None = None, kind: str = "esp32") -> Circuit:
    """Boards that are connected by radio only."""
    parts: list[dict[str, Any]] = [{"type": BOARDS[kind], "id": name} for name in names]
    if ap is not None:
        parts.append({"type": "wokwi-wifi-ap", "id": "ap", "attrs": dict(ap)})
    return Circuit(load({"version": 1, "parts": parts, "connections": []}))


ALONE = (
    SETUP
    + """
def attempt(what, *args):
    try:
        print(what(*args))
    except (OSError, ValueError) as error:
        print(error.args[-1])
peer = b'\\x02\\x03\\x04\\x05\\x06\\x07'
attempt(now.send, peer, b'x')
now.add_peer(peer)
attempt(now.add_peer, peer)
attempt(now.send, peer, b'x')
attempt(now.send, peer, b'')
now.add_peer(b'\\xff' * 6, b'0123456789abcdef')
attempt(now.send, b'\\xff' * 6, b'all')
attempt(now.add_peer, b'short')
print(now.stats(), now.peer_count(), len(now.get_peers()), now.recv(100))
now.mod_peer(peer, channel=9)
attempt(now.send, peer, b'x')
now.active(False)
attempt(now.send, peer, b'x')
"""
)


def test_esp_now_without_a_second_board() -> None:
    assert play(ALONE, ap=None) == [
        "ESP_ERR_ESPNOW_NOT_FOUND",
        "ESP_ERR_ESPNOW_EXIST",
        "False",
        "ESP_ERR_ESPNOW_ARG",
        "True",
        "invalid buffer length",
        "(2, 2, 1, 0, 0) (2, 1) 1 (None, None)",
        "ESP_ERR_ESPNOW_CHAN",
        "ESP_ERR_ESPNOW_NOT_INIT",
    ]


EVERYBODY = (
    SETUP
    + """
everybody = b'\\xff' * 6
now.add_peer(everybody)
"""
)
TALKER = (
    EVERYBODY
    + """
time.sleep(1)
now.send(everybody, b'who?')
host, name = now.recv()
now.add_peer(host)
for n in range(5):
    print(now.send(host, b'%d' % n))
    time.sleep_ms(100)
print(name, now.stats(), now.peers_table[host][0])
"""
)
ANSWERER = (
    EVERYBODY
    + """
host, word = now.recv()
now.add_peer(host)
time.sleep_ms(50)
now.send(host, b'me')
while True:
    host, word = now.recv()
    print(word)
"""
)


def talk(seed: int = 1, loss: float = 0) -> tuple[str, str, str, str]:
    """The output and the trace hashes of both boards."""
    made = near("one", "two", ap=AP)
    with boards(made, {"one": TALKER, "two": ANSWERER}, seed=seed) as bench:
        bench.control("ap", "espnow_loss", loss, 2 * SECOND)
        bench.run(4 * SECOND)
        prints = [bench.traces[name].sha256() for name in ("one", "two")]
        return text(bench, "one"), text(bench, "two"), prints[0], prints[1]


def test_two_boards_find_each_other_and_exchange_messages() -> None:
    one, two, _first, _second = talk()
    assert one == "True\n" * 5 + "b'me' (6, 6, 0, 1, 0) -45\n"
    assert two == "".join(f"b'{n}'\n" for n in range(5))


def test_the_same_seed_gives_the_same_traces() -> None:
    assert len({talk(3) for _ in range(5)}) == 1
    assert talk(3)[2:] != talk(4)[2:]


def test_the_sender_learns_that_a_message_was_lost() -> None:
    sender = (
        SETUP
        + "peer = b'\\x24\\x0a\\xc4\\x00\\x00\\x02'\nnow.add_peer(peer)\n"
        + ("time.sleep(1)\nprint(sum(now.send(peer, b'%d' % n) for n in range(100)))")
    )
    receiver = SETUP + (
        "wlan.config(mac=b'\\x24\\x0a\\xc4\\x00\\x00\\x02')\n"
        "n = 0\nwhile now.recv(2000)[0]:\n    n += 1\nprint(n)"
    )
    made = near("one", "two", ap=AP)
    with boards(made, {"one": sender, "two": receiver}) as bench:
        bench.control("ap", "espnow_loss", 0.4, 0)
        bench.run(8 * SECOND)
        got = int(text(bench, "one"))
        assert (30 < got < 90, int(text(bench, "two"))) == (True, got)
        sent = bench.traces["one"].espnow()
        assert [sum(n.lost for n in sent), len(sent)] == [100 - got, 100]
        assert len(bench.traces["two"].espnow()) == got


def test_asyncio_and_a_callback() -> None:
    sender = EVERYBODY + "time.sleep(1)\nfor n in range(3):\n    now.send(everybody, b'%d' % n)\n"
    waits = SETUP.replace("espnow.ESPNow", "aioespnow.AIOESPNow").replace(
        "espnow, time", "aioespnow, time"
    ) + (
        "import asyncio\nasync def main():\n    async for host, word in now:\n"
        "        print(bytes(word))\nasyncio.run(main())\n"
    )
    called = SETUP + (
        "def heard(now):\n    while now.any():\n        print(bytes(now.irecv(0)[1]))\n"
        "now.irq(heard)\nwhile True:\n    pass\n"
    )
    made = near("one", "two", "three")
    with boards(made, {"one": sender, "two": waits, "three": called}) as bench:
        bench.run(2 * SECOND)
        assert text(bench, "two") == text(bench, "three") == "b'0'\nb'1'\nb'2'\n"


SERVER = (
    JOIN
    + """
import socket
s = socket.socket()
s.bind(('', 7))
s.listen(2)
while True:
    c, place = s.accept()
    print(place[0])
    while True:
        word = c.recv(100)
        if not word:
            break
        c.send(word + b'!')
    c.close()
"""
)
ASKER = (
    JOIN
    + """
import socket
time.sleep(2)
for n in range(3):
    s = socket.socket()
    s.connect(('10.13.37.2' if wlan.ifconfig()[0] != '10.13.37.2' else '10.13.37.3', 7))
    s.send(b'hi%d' % n)
    print(s.recv(10))
    s.close()
"""
)


@pytest.mark.parametrize("kind", ["esp32", "rp2"])
def test_a_board_serves_another_over_wifi(kind: str) -> None:
    made = near("one", "two", ap=AP, kind=kind)
    with boards(made, {"one": SERVER, "two": ASKER}) as bench:
        bench.run(8 * SECOND)
        assert text(bench, "two") == "b'hi0!'\nb'hi1!'\nb'hi2!'\n"
        assert len(text(bench, "one").split()) == 3


def test_a_board_is_the_access_point_of_another() -> None:
    host = """
import network, socket
ap = network.WLAN(network.AP_IF)
ap.config(ssid='mine', password='12345678')
ap.active(True)
s = socket.socket()
s.bind(('0.0.0.0', 80))
s.listen(1)
c, place = s.accept()
print(place[0], len(ap.status('stations')), ap.isconnected())
c.send(b'welcome')
c.close()
"""
    guest = JOIN.replace("'workshop', 'secret99'", "'mine', '12345678'") + (
        "import socket\ns = socket.socket()\ns.connect(('192.168.4.1', 80))\n"
        "print(wlan.ifconfig()[0], s.recv(20))\n"
    )
    with boards(near("one", "two"), {"one": host, "two": guest}) as bench:
        bench.run(8 * SECOND)
        assert text(bench, "one") == "192.168.4.2 1 True\n"
        assert text(bench, "two") == "192.168.4.2 b'welcome'\n"


def test_two_boards_meet_at_the_broker() -> None:
    connect = JOIN + (
        "from umqtt.simple import MQTTClient\nc = MQTTClient('{id}', 'broker.warsha')\n"
        "c.set_callback(lambda topic, message: print(message))\nc.connect()\n"
    )
    subscriber = (
        connect.replace("{id}", "a") + "c.subscribe(b'x')\nwhile True:\n    c.wait_msg()\n"
    )
    publisher = connect.replace("{id}", "b") + "time.sleep(2)\nc.publish(b'x', b'hello', qos=1)\n"
    made = near("one", "two", ap=AP)
    with boards(made, {"one": subscriber, "two": publisher}) as bench:
        bench.run(8 * SECOND)
        assert text(bench, "one") == "b'hello'\n"
        assert [n.kind for n in bench.traces["two"].mqtt()] == ["connect", "publish"]
