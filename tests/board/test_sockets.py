"""Sockets in a board's program: streams, datagrams, names, time-outs, asyncio."""

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from tests.support.network_bench import AP, BOARDS, JOIN, SECOND, near_ap, play, printed_lines
from tests.support.several_boards import boards, text

EPOCH = 1_735_689_600
"""2025 begins at power-on, for the time servers of the bench."""

REQUEST = (
    JOIN
    + """
import requests, urequests
answer = requests.get('http://example.com/time')
print(answer.status_code, answer.headers['Content-Type'], answer.json()['unixtime'])
answer = urequests.post('http://http.warsha/echo?a=1', json={'b': 2}, headers={'X-Who': 'me'})
said = answer.json()
print(said['method'], said['path'], said['body'], said['headers']['x-who'])
print(requests.get('http://10.13.37.1/status/404').status_code)
"""
)


def test_requests_gets_a_page_of_the_web_server(family: str) -> None:
    lines = play(REQUEST, family=family)
    kind, _space, unix = lines[0].removeprefix("200 ").partition(" ")
    assert (kind, int(unix) - EPOCH in range(1, 5)) == ("application/json", True)
    assert lines[1] == 'POST /echo?a=1 {"b": 2} me'
    assert lines[2] == "404"


SENT_ON = (
    JOIN
    + """
import requests, socket, _thread
ANSWERS = (
    b'HTTP/1.0 302 Found\\r\\nLocation: http://localhost:8080/moved\\r\\n\\r\\n',
    b'HTTP/1.0 200 OK\\r\\n\\r\\nhere',
)
server = socket.socket()
server.bind(('0.0.0.0', 8080))
server.listen(2)
def serve():
    for answer in ANSWERS:
        client, _ = server.accept()
        head = []
        while not head or head[-1]:
            head.append(client.readline().strip().decode())
        hosts = [line for line in head if line.startswith('Host')]
        lengths = [line for line in head if line.startswith('Content-Length')]
        body = client.read(5) if lengths else None
        print(head[0], hosts, lengths, body)
        client.write(answer)
        client.close()
_thread.start_new_thread(serve, ())
print(requests.post('http://127.0.0.1:8080/form', data=b'hello', stream=True).text)
"""
)


def test_requests_follows_a_page_that_has_moved(family: str) -> None:
    """To another host, without the body and its length."""
    assert play(SENT_ON, family=family) == [
        "POST /form HTTP/1.0 ['Host: 127.0.0.1'] ['Content-Length: 5'] b'hello'",
        "GET /moved HTTP/1.0 ['Host: localhost'] [] None",
        "here",
    ]


PIECES = (
    JOIN
    + """
import requests
said = requests.post('http://http.warsha/echo', data=iter([b'one ', b'two'])).json()
print(said['body'], said['headers']['transfer-encoding'])
"""
)


def test_requests_sends_an_iterator_in_chunks(family: str) -> None:
    assert play(PIECES, family=family) == ["one two chunked"]


NTP = (
    JOIN
    + """
import ntptime
now = ntptime.time()
ntptime.settime()
print(now, time.gmtime()[:3])
"""
)


def test_ntptime_sets_the_clock(family: str) -> None:
    with near_ap(NTP, family) as bench:
        bench.control("ap", "utc", EPOCH + 40 * 86_400, 0)
        bench.run(5 * SECOND)
        seconds, _space, date = printed_lines(bench)[0].partition(" ")
    since = 946_684_800 if family == "esp32" else 0  # ESP32 counts from 2000
    assert int(seconds) + since - EPOCH - 40 * 86_400 in range(1, 4)
    assert date == "(2025, 2, 10)"


NAMES = (
    JOIN
    + """
import socket
print(socket.getaddrinfo('broker.warsha', 1883)[0][-1])
print(socket.getaddrinfo('1.2.3.4', 80)[0][-1])
try:
    socket.getaddrinfo('no.such.place', 80)
except OSError as error:
    print(error.errno)
"""
)


def test_names(family: str) -> None:
    error = "-202" if family == "esp32" else "-2"
    assert play(NAMES, family=family) == ["('10.13.38.1', 1883)", "('1.2.3.4', 80)", error]


def test_a_late_answer_of_a_name_server_is_an_error() -> None:
    program = (
        JOIN
        + """
import socket
t0 = time.ticks_ms()
try:
    socket.getaddrinfo('http.warsha', 80)
except OSError as e:
    print(e, time.ticks_diff(time.ticks_ms(), t0) // 100)
"""
    )
    with near_ap(program) as bench:
        bench.control("ap", "latency_ms", 10_000)
        bench.run(20 * SECOND)
        assert printed_lines(bench) == ["-202 42"]


def test_an_access_point_without_internet() -> None:
    program = JOIN + (
        "import socket\nfor place in ('10.13.38.1', '10.13.37.1'):\n    s = socket.socket()\n"
        "    s.settimeout(3)\n    try:\n        s.connect((place, 80))\n        print('open')\n"
        "    except OSError as error:\n        print(error.errno)\n"
    )
    ap = {"ssid": "workshop", "password": "secret99", "internet": "0"}
    assert play(program, ap=ap) == ["116", "open"]


ERRORS = """
import errno, socket
def attempt(what, *args):
    try:
        print(what(*args))
    except OSError as error:
        print(error.errno)
s = socket.socket()
attempt(s.connect, ('10.13.37.1', 80))
attempt(s.recv, 1)
{join}
s = socket.socket()
attempt(s.connect, ('10.13.37.1', 81))
s = socket.socket()
s.settimeout(0.5)
t = time.ticks_ms()
attempt(s.connect, ('10.13.37.77', 80))
print(490 < time.ticks_diff(time.ticks_ms(), t) < 520)
s = socket.socket()
s.connect(('10.13.37.1', 80))
s.settimeout(0.2)
attempt(s.recv, 10)
s.setblocking(False)
attempt(s.recv, 10)
s.close()
attempt(s.send, b'x')
s = socket.socket()
s.setblocking(False)
attempt(s.connect, ('10.13.37.1', 80))
s = socket.socket()
s.bind(('0.0.0.0', 80))
s.listen()
attempt(s.recv, 10)
open_ones = []
try:
    while True:
        open_ones.append(socket.socket())
except OSError as error:
    print(error.errno)
"""


def test_errors_have_the_numbers_of_the_chip(family: str) -> None:
    lines = play(ERRORS.replace("{join}", JOIN), family=family)
    numbers = {
        "esp32": ["118", "128", "104", "116", "True", "116", "11", "9", "119", "128", "23"],
        "rp2": ["113", "107", "104", "110", "True", "110", "11", "9", "115", "107", "23"],
    }[family]
    # Unreachable, not connected, reset, time-out, again, bad file, in progress, not connected,
    # table full.
    assert lines == numbers


NO_REQUEST = (
    JOIN
    + """
import socket
s = socket.socket()
s.connect(socket.getaddrinfo('http.warsha', 80)[0][-1])
s.write(bytes((22, 3, 1, 0, 5)))
print(s.readline())
"""
)


def test_the_web_server_refuses_tls_on_the_port_of_http_at_once() -> None:
    assert play(NO_REQUEST) == ["b'HTTP/1.1 400 Bad Request\\r\\n'"]


LARGE = (
    JOIN
    + """
import socket
s = socket.socket()
s.connect(socket.getaddrinfo('http.warsha', 80)[0][-1])
body = bytes(range(256)) * 100
s.write(b'POST /echo HTTP/1.0\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body))
print(s.write(body))
while s.readline() != b'\\r\\n':
    pass
total = 0
while True:
    piece = s.recv(700)
    if not piece:
        break
    total += len(piece)
print(total > 25600, s.recv(5))
"""
)


def test_more_bytes_than_a_window_holds(family: str) -> None:
    assert play(LARGE, family=family) == ["25600", "True b''"]


def test_the_web_server_serves_an_added_page() -> None:
    program = JOIN + "import requests\nprint(len(requests.get('http://example.com/big').content))"
    with near_ap(program) as bench:
        bench.network.http.pages["/big"] = bytes(20_000)
        bench.run(10 * SECOND)
        assert printed_lines(bench) == ["20000"]


@pytest.mark.parametrize("loss", [0.1, 0.5])
def test_packet_loss_slows_a_stream_and_loses_no_byte(loss: float) -> None:
    program = LARGE.replace("'http.warsha'", "'10.13.37.1'")  # a lost look-up fails at once
    with near_ap(program) as bench:
        bench.control("ap", "loss", loss, 0)
        bench.run(600 * SECOND)
        packets = bench.trace.packets()
        assert printed_lines(bench) == ["25600", "True b''"]
    assert any(packet.lost for packet in packets)


LOOPBACK = (
    JOIN
    + """
import asyncio
async def serve(reader, writer):
    line = await reader.readline()
    writer.write(b'<' + line.strip() + b'>')
    await writer.drain()
    writer.close()
    await writer.wait_closed()
async def ask(word):
    reader, writer = await asyncio.open_connection('127.0.0.1', 8080)
    writer.write(word + b'\\n')
    await writer.drain()
    print(await reader.read(-1))
    writer.close()
async def main():
    server = await asyncio.start_server(serve, '0.0.0.0', 8080)
    await asyncio.gather(ask(b'one'), ask(b'two'))
    server.close()
asyncio.run(main())
"""
)


def test_asyncio_streams(family: str) -> None:
    assert play(LOOPBACK, family=family) == ["b'<one>'", "b'<two>'"]


UDP = (
    JOIN
    + """
import select, socket
a, b = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
a.bind(('0.0.0.0', 5000))
b.sendto(b'hello', ('127.0.0.1', 5000))
poller = select.poll()
poller.register(a, select.POLLIN)
print(len(poller.poll(100)))
data, sender = a.recvfrom(100)
print(data, sender[0])
a.sendto(b'back', sender)
b.settimeout(1)
print(b.recv(2))
print(len(poller.poll(100)))
"""
)


def test_datagrams_and_poll(family: str) -> None:
    assert play(UDP, family=family) == ["1", "b'hello' 127.0.0.1", "b'ba'", "0"]


def test_select_returns_when_the_answer_arrives() -> None:
    program = JOIN + (
        "import select, socket\ns = socket.socket()\n"
        "s.connect(socket.getaddrinfo('http.warsha', 80)[0][-1])\n"
        "s.write(b'GET / HTTP/1.0\\r\\n\\r\\n')\nt = time.ticks_us()\n"
        "print(len(select.select([s], [], [])[0]), time.ticks_diff(time.ticks_us(), t) // 1000)"
    )
    with near_ap(program) as bench:
        bench.control("ap", "latency_ms", 50, 0)
        bench.run(10 * SECOND)
        ready, waited_ms = printed_lines(bench)[0].split()
    assert ready == "1" and 99 <= int(waited_ms) <= 126


STREAM = (
    JOIN
    + """
import socket
s = socket.socket()
s.connect(('10.13.37.1', 1883))
print('open')
try:
    while True:
        s.settimeout(20)
        print(s.recv(10))
        break
except OSError as error:
    print(error.errno, time.ticks_ms() // 1000)
"""
)


def test_a_lost_link_breaks_its_connections() -> None:
    with near_ap(STREAM) as bench:
        bench.control("ap", "online", 0, 5 * SECOND)
        bench.run(20 * SECOND)
        assert printed_lines(bench) == ["open", "113 11"]


def trace_hash(seed: int) -> str:
    with near_ap(REQUEST + LOOPBACK.replace(JOIN, ""), seed=seed) as bench:
        bench.control("ap", "loss", 0.2, 0)
        bench.run(20 * SECOND)
        return bench.trace.sha256()


def test_the_same_seed_gives_the_same_trace() -> None:
    assert len({trace_hash(3) for _ in range(3)}) == 1
    assert trace_hash(3) != trace_hash(4)


BUSY_SERVER = (
    JOIN
    + """
import socket
s = socket.socket()
s.bind(('0.0.0.0', 80))
s.listen(1)
c = s.accept()[0]
print(c.read(3))
x = str(3 ** 5000)  # one call: the next bytes come meanwhile
print(c.read(3), time.ticks_ms() < 9000)
"""
)
SLOW_CLIENT = (
    JOIN
    + """
import socket
time.sleep(1)
s = socket.socket()
s.connect(('10.13.37.3', 80))
s.write(b'one')
time.sleep_ms(3)
s.write(b'two')
time.sleep(10)
s.write(b'end')
"""
)


def test_bytes_that_come_during_a_long_call_end_the_next_wait_at_once() -> None:
    parts: list[dict[str, object]]
    parts = [{"type": BOARDS["esp32"], "id": name} for name in ("a", "b")]
    parts.append({"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP})
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": []}))
    with Flash(circuit.board) as one, Flash(circuit.board) as other:
        one.put({"main.py": BUSY_SERVER.encode()})
        other.put({"main.py": SLOW_CLIENT.encode()})
        with Bench(circuit, flash={"a": one, "b": other}) as bench:
            bench.run(20 * SECOND)
            lines = [line.text for line in bench.traces["a"].lines()]
    assert lines[:2] == ["b'one'", "b'two' True"]


INSTALL = (
    JOIN
    + """
import mip, os
mip.install("ssd1306")
mip.install("ssd1306")
mip.install("nothing")
import ssd1306
print(ssd1306.__file__, os.listdir("/lib"))
"""
)


def test_mip_gets_a_driver_from_the_bench(family: str) -> None:
    lines = play(INSTALL, family=family, seconds=20)
    assert lines[1:3] == ["Copying: /lib/ssd1306.py", "Done"]
    assert lines[4:6] == ["Exists: /lib/ssd1306.py", "Done"]
    assert lines[7].startswith("Package not found: ")
    assert lines[-1] == "/lib/ssd1306.py ['ssd1306.py']"


SERVER = (
    JOIN
    + """
import webrepl
webrepl.start(password="secret")
"""
)
CLIENT = (
    JOIN
    + """
import binascii, socket, struct
def frame(data):
    return struct.pack("BB", 0x81, 0x80 | len(data)) + bytes(4) + data
def send(text):
    s.send(frame(text))
def receive(until):
    got = b""
    while until not in got:
        head = s.recv(2)
        got += s.recv(head[1])
    return got
time.sleep(2)
s = socket.socket()
s.connect(("10.13.37.2", 8266))
s.send(b"GET / HTTP/1.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n")
s.send(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
answer = b""
while not answer.endswith(b"\\r\\n\\r\\n"):
    answer += s.recv(1)
print(answer.split(b"Accept: ")[1].strip())
receive(b"Password: ")
send(b"secret\\r")
receive(b">>> ")
send(b"print(6 * 7)\\r")
print(receive(b"42"))
"""
)


def test_one_board_reaches_the_prompt_of_another_over_webrepl() -> None:
    parts = [
        {"type": "board-esp32-devkit-c-v4", "id": "server"},
        {"type": "board-pi-pico-w", "id": "client"},
        {"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP},
    ]
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": []}))
    with boards(circuit, {"server": SERVER, "client": CLIENT}) as bench:
        bench.run(20 * SECOND)
        server, client = (text(bench, name) for name in ("server", "client"))
    assert "WebREPL server started on http://10.13.37.2:8266/" in server
    assert (
        "WebREPL connection from: ('10.13.37.3'" in bench.traces["server"].serial().data.decode()
    )
    lines = client.splitlines()
    assert lines[0] == "b's3pPLMBiTxaQ9kYGzzhZRbK+xOo='"
    assert "42" in lines[1]
