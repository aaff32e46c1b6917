"""A board reaches only allowed addresses of the host's network, among them a real broker."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import BenchError
from hardware.wire.board import Board
from tests.support.network_bench import AP, BOARDS, JOIN, play
from tests.support.real_broker import free_port, real_broker


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    """A real broker on a port of loopback."""
    with real_broker(tmp_path) as port:
        yield port


def diagram() -> dict[str, object]:
    parts = [
        {"type": BOARDS["esp32"], "id": "b"},
        {"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP},
    ]
    return {"version": 1, "parts": parts, "connections": []}


ROUND = """
from umqtt.simple import MQTTClient
c = MQTTClient('board', 'host.wokwi.internal', port=PORT, keepalive=30)
c.set_callback(lambda topic, message: print(topic, len(message)))
c.connect()
c.subscribe(b'lab/#', qos=1)
c.publish(b'lab/a', b'real' * 3000, qos=0)
c.wait_msg()
c.publish(b'lab/b', b'hello', qos=1)
c.disconnect()
"""


def test_a_board_connects_to_a_real_broker(mosquitto: int) -> None:
    with LiveBench(diagram(), reach=[f"localhost:{mosquitto}"]) as bench:
        bench.control("ap", "join_ms", 10)
        with Board(bench.connect()) as board:
            board.run(JOIN)
            output = board.run(ROUND.replace("PORT", str(mosquitto))).split()
    assert output == ["b'lab/a'", "12000", "b'lab/b'", "5"]


REFUSED = """
import socket
for place in PLACES:
    s = socket.socket()
    s.settimeout(3)
    try:
        s.connect(socket.getaddrinfo(*place)[0][-1])
        print('reached', place)
    except OSError as error:
        print(error.errno)
    s.close()
"""


def test_only_allowed_hosts_are_reached(mosquitto: int) -> None:
    other = free_port()
    touched = threading.Event()
    with socket.create_server(("127.0.0.1", other)) as server:
        server.settimeout(0.2)
        places = [("127.0.0.1", other), ("localhost", other), ("host.wokwi.internal", other)]
        places += [("10.13.37.1", other), (socket.gethostbyname("localhost"), other)]
        with LiveBench(diagram(), reach=[f"localhost:{mosquitto}"]) as bench:
            bench.control("ap", "join_ms", 10)
            with Board(bench.connect()) as board:
                board.run(JOIN)
                output = board.run(REFUSED.replace("PLACES", str(places)))
        try:
            server.accept()
            touched.set()
        except TimeoutError:
            pass
    assert "reached" not in output and len(output.split()) == len(places)
    assert not touched.is_set()


def test_without_an_allowed_address_the_host_is_unreachable() -> None:
    program = JOIN + REFUSED.replace("PLACES", "[('host.wokwi.internal', 22), ('localhost', 22)]")
    assert play(program) == ["-202", "104"]


def test_a_host_that_refuses() -> None:
    port = free_port()
    program = (
        "import socket\ns = socket.socket()\n"
        f"place = socket.getaddrinfo('host.wokwi.internal', {port})[0][-1]\n"
        "try:\n    s.connect(place)\n    print(s.recv(1))\n"
        "except OSError as error:\n    print(error.errno)\n"
    )
    with LiveBench(diagram(), reach=[f"127.0.0.1:{port}"]) as bench:
        bench.control("ap", "join_ms", 10)
        with Board(bench.connect()) as board:
            board.run(JOIN)
            assert board.run(program).split() == ["104"]


@pytest.mark.parametrize("place", ["localhost", ":1", "a:b", "a:70000"])
def test_an_invalid_address_is_refused(place: str) -> None:
    with pytest.raises(BenchError, match="not a host and port"):
        LiveBench(diagram(), reach=[place])


def test_only_a_bench_in_real_time_reaches_the_host() -> None:
    with pytest.raises(BenchError, match="real time"):
        LiveBench(diagram(), mode="virtual", reach=["localhost:1883"])
