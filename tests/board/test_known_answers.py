"""What the board knows without a request: the answers to some calls, the levels that follow from
its own writes, the pulse with which a sensor answers, the next readings of the ADC. It asks less
often, and its trace is the same, also when something comes in between."""

from collections.abc import Sequence
from itertools import groupby

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import ALL, NONE
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from tests.support.grant_count import GrantCount
from tests.support.network_bench import JOIN, near_ap
from tests.support.parts_bench import SONAR, SONAR_WIRES, Parts, play
from tests.support.rig import Hand, printed_lines
from tests.support.same_trace import Same
from tests.support.scripted_boards import SECOND, MakeBench

FAMILIES = ("esp32", "rp2")
TIMER = {"esp32": "Timer(0)", "rp2": "Timer()"}
OLED: Parts = {"o": ("board-ssd1306", {}), "p": ("board-ssd1306", {"i2cAddress": "0x3d"})}
OLED_WIRES = ["o:VCC b:3V3", "o:GND b:GND.1", "o:SCL b:22", "o:SDA b:21"]
OLED_WIRES += ["p:VCC b:3V3", "p:GND b:GND.1", "p:SCL b:22", "p:SDA b:21"]
KEYPAD: Parts = {"k": ("wokwi-membrane-keypad", {}), "r": ("wokwi-resistor", {"value": "10000"})}
ROWS, COLUMNS = (25, 26, 27, 32), (33, 14, 12, 13)
KEYPAD_WIRES = [f"k:R{n} b:{gpio}" for n, gpio in enumerate(ROWS, 1)]
KEYPAD_WIRES += [f"k:C{n} b:{gpio}" for n, gpio in enumerate(COLUMNS, 1)]
PICO = dict(zip((*ROWS, *COLUMNS, 22, 21, 18, 19), (*range(2, 10), 21, 20, 18, 19), strict=True))
"""The pins of the ESP32 here, and what a Pico uses in their place."""


def on(family: str, program: str, wires: Sequence[str]) -> tuple[str, list[str]]:
    """A program and its wires for a family."""
    if family == "esp32":
        return program, [*wires]
    places = {f"b:{old}": f"b:GP{new}" for old, new in PICO.items()}
    wires = [" ".join(places.get(end, end) for end in wire.split()) for wire in wires]
    program = program.replace("I2C(0, scl=Pin(22), sda=Pin(21)", "I2C(0, scl=Pin(21), sda=Pin(20)")
    for name, pins in (("rows", ROWS), ("columns", COLUMNS)):
        program = program.replace(f"{name} = {pins}", f"{name} = {tuple(PICO[p] for p in pins)}")
    return program, wires


def run(
    parts: Parts,
    wires: Sequence[str],
    program: str,
    family: str,
    hands: Sequence[Hand] = (),
    until_ms: float = 1500,
) -> Trace:
    """The trace of a program."""
    program, wires = on(family, program, wires)
    return play(parts, wires, program, hands=hands, family=family, until_ms=until_ms)


# -- writes to a display -----------------------------------------------------------------------

BUS = """
from machine import Pin, I2C
import time
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400000)
time.sleep_ms(20)
def write(address, data):
    try:
        print(i2c.writeto(address, data), time.ticks_us())
    except OSError as e:
        print('error', e.errno, time.ticks_us())
"""
WRITES = {
    "many": "for n in range(40):\n    write(0x3c, bytes((0x80, 0xA4)))\n"
    "    write(0x3c, b'\\x40' + bytes(n))",
    "two displays": "for n in range(20):\n    write(0x3c + n // 3 % 2, bytes((0x80, 0xA4)))",
    "an empty one": "for n in range(5):\n    write(0x3c, b'')\nprint(i2c.scan())",
    "scans": "for n in range(9):\n    print(i2c.scan(), i2c.scan())\n"
    "    write(0x3c + n % 2, b'\\x00\\xA4')\n"
    "    write(0x70, b''); time.sleep_ms(n)",
    "another bus": "other = I2C(1, scl=Pin(19), sda=Pin(18), freq=100000)\nfor n in range(4):\n"
    "    print(i2c.scan(), other.scan() == [])\n    write(0x50, b'')",
    "a pin of its own": "sda = Pin(21, Pin.OUT, value=1)\nwrite(0x3c, b'\\x00\\xA4')\nsda(0)\n"
    "write(0x3c, b'\\x00\\xA4'); sda(1); write(0x3c, b'\\x00\\xA4')",
    "reads between": "for n in range(9):\n    write(0x3c, b'\\x00\\xA4')\n"
    "    print(i2c.readfrom(0x3c, 2), i2c.writeto(0x3c, b'\\x00', False))\n"
    "    i2c.readfrom(0x3d, 1)",
    "nobody there": "for n in range(4):\n    write(0x3c, b'\\x00\\xA4'); write(0x50, b'\\x00')",
    "a slow bus": "i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=10000)\n"
    "for n in range(9):\n    write(0x3c, bytes(60))",
    "garbage": "for n in range(300):\n    i2c.writeto(0x3c, b'\\x40' + bytes(n))\nimport gc\n"
    "print(gc.mem_free() > 0)",
}
OFTEN = "while True:\n    write(0x3c, b'\\x00\\xA4'); time.sleep_ms(3)"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("program", WRITES)
def test_writes_to_a_display_give_the_same_trace(program: str, family: str, same: Same) -> None:
    trace = same.trace(
        lambda: run(OLED, OLED_WIRES, BUS + WRITES[program], family),
        ALL._replace(posted_calls=False),
    )
    printed = printed_lines(trace)
    assert printed and not any("Error" in line for line in printed)
    lacks_one = program in ("nobody there", "scans", "another bus", "a pin of its own")
    assert ("error" in "".join(printed)) == lacks_one


@pytest.mark.parametrize("family", FAMILIES)
def test_a_display_that_falls_silent_answers_no_write_any_more(family: str, same: Same) -> None:
    hands = [Hand(t_ms, "o", "silent", t_ms % 2) for t_ms in (501, 700, 801, 804, 811, 900)]
    trace = same.trace(
        lambda: run(OLED, OLED_WIRES, BUS + OFTEN, family, hands), ALL._replace(posted_calls=False)
    )
    outcomes = [line.split()[0] for line in printed_lines(trace)]
    changes = [outcome for outcome, _all in groupby(outcomes)]
    assert changes == ["2", "error", "2", "error", "2", "error", "2"]


def test_writes_to_a_display_take_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    program = BUS + "for n in range(200):\n    i2c.writeto(0x3c, b'\\x00\\xA4')"
    run(OLED, OLED_WIRES, program, "esp32")
    assert asked.count < 50


def test_a_scan_of_a_bus_takes_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    run(OLED, OLED_WIRES, BUS + "for n in range(10):\n    i2c.scan()", "esp32")
    assert asked.count < 150  # 1120 addresses


MEMORY: Parts = {"m": ("warsha-24lc256", {})}
MEMORY_WIRES = ["m:VCC b:3V3", "m:GND b:GND.1", "m:SCL b:22", "m:SDA b:21"]
POLLS = """
for n in range(4):
    i2c.writeto(0x50, bytes((0, n, 7)))
    polls = 0
    while True:
        polls += 1
        try:
            i2c.writeto(0x50, b'')
            break
        except OSError:
            pass
    print(polls, i2c.scan(), i2c.readfrom_mem(0x50, n, 1, addrsize=16))
"""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_memory_that_is_polled_while_it_is_busy_gives_the_same_trace(
    family: str, same: Same
) -> None:
    trace = same.trace(
        lambda: run(MEMORY, MEMORY_WIRES, BUS + POLLS, family), ALL._replace(posted_calls=False)
    )
    printed = printed_lines(trace)
    assert len(printed) == 4 and all(line.endswith(r"b'\x07'") for line in printed)


# -- pixels ------------------------------------------------------------------------------------

RING: Parts = {"n": ("wokwi-led-ring", {"pixels": "8"})}
RING_WIRES = ["n:VCC b:3V3", "n:GND b:GND.1", "n:DIN b:18"]
SHOWS = """
from machine import Pin, bitstream, PWM
from neopixel import NeoPixel
import time
ring = NeoPixel(Pin(18), 8)
for n in range(40):
    ring[n % 8] = (n, 2 * n, 255 - n)
    ring.write()
    time.sleep_us(70 * n)
bitstream(Pin(18), 0, (400, 850, 800, 450), bytes(range(24)))
bitstream(Pin(18), 0, (100_000_000, 100_000_000, 1000, 1000), b'\\x81')
print(time.ticks_us())
"""


@pytest.mark.parametrize("family", FAMILIES)
def test_pixels_give_the_same_trace(family: str, same: Same) -> None:
    trace = same.trace(
        lambda: run(RING, RING_WIRES, SHOWS, family, until_ms=2000),
        ALL._replace(posted_calls=False),
    )
    (ended,) = printed_lines(trace)
    assert int(ended) > 1_000_000


def test_pixels_take_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    program = SHOWS.split("bitstream(Pin")[0]
    run(RING, RING_WIRES, program, "esp32")
    assert asked.count < 40


# -- the state of the radio --------------------------------------------------------------------

ASKS = (
    JOIN
    + """
import socket
for n in range(6):
    wlan.disconnect()
    while wlan.isconnected():
        time.sleep_ms(1)
    print(wlan.status(), wlan.ifconfig()[0])
    wlan.connect('workshop', 'secret99' if n % 2 else 'wrong')
    for _ in range(150):
        time.sleep_ms(20)
        if wlan.isconnected():
            break
    print(wlan.status(), wlan.ifconfig()[0], wlan.isconnected())
client = socket.socket()
client.connect(socket.getaddrinfo('http.warsha', 80)[0][-1])
client.write(b'GET /time HTTP/1.0\\r\\n\\r\\n')
print(client.read(12))
"""
)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_program_that_asks_for_the_radio_gives_the_same_trace(family: str, same: Same) -> None:
    def joined() -> Trace:
        with near_ap(ASKS, family) as bench:
            bench.run(20 * SECOND)
            return bench.trace

    trace = same.trace(joined, ALL._replace(posted_calls=False))
    printed = printed_lines(trace)
    assert printed[-1] == repr(b"HTTP/1.1 200")
    assert [line.endswith("True") for line in printed[1:-1:2]] == [False, True] * 3


WAITS = (
    JOIN
    + """
import gc, select, socket
server = socket.getaddrinfo('http.warsha', 80)[0][-1]
objects = [bytes(16) for _ in range(1500)]
for n in range(30):
    client = socket.socket()
    client.connect(server)
    client.write(b'GET /time HTTP/1.0\\r\\n\\r\\n')
    poller = select.poll()
    poller.register(client, select.POLLIN)
    start = time.ticks_ms()
    gc.collect()
    time.sleep_us(53 * n)
    gc.collect()
    poller.poll(3000)
    print(time.ticks_diff(time.ticks_ms(), start))
    client.close()
"""
)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_that_comes_while_the_board_collects_garbage_ends_a_poll(
    family: str, same: Same
) -> None:
    def polled() -> Trace:
        with near_ap(WAITS, family) as bench:
            bench.run(100 * SECOND)
            return bench.trace

    waits_ms = [
        int(line) for line in printed_lines(same.trace(polled, ALL._replace(posted_calls=False)))
    ]
    assert len(waits_ms) == 30 and max(waits_ms) < 100


FORGED = {
    "a read": (frames.CALL_I2C, "bytes((7, 0x3c, 1, 0))"),
    "a write without a stop": (frames.CALL_I2C, "bytes((1, 0x3c, 0, 0, 1))"),
    "no head": (frames.CALL_I2C, "b'\\1'"),
    "a datagram": (frames.CALL_SOCKET_SEND_TO, "bytes(4)"),
}


@pytest.mark.parametrize(("op", "data"), FORGED.values(), ids=FORGED)
def test_a_board_that_does_not_wait_for_an_answer_that_it_cannot_know_ends(
    op: int, data: str, hostile: MakeBench
) -> None:
    post = f"""data = {data}
say({frames.REC_DATA}, len(data), *struct.unpack('<HI', data.ljust(6, bytes(1))), 10)
say({frames.REC_POSTED}, {op}, 22 | 21 << 8, 400000, 10)
ask(SYNC, 0, 255, t=20)
time.sleep(9)"""
    with hostile(post) as bench:
        bench.run(SECOND)
        (end,) = bench.board.ends
    assert (end.cause, end.detail) == (frames.END_FORGED, "a call without a wait for its answer")


# -- sockets -----------------------------------------------------------------------------------

NET = (
    JOIN
    + """
import gc, select, socket
server = socket.getaddrinfo('http.warsha', 80)[0][-1]
GET = b'GET /time HTTP/1.0\\r\\n\\r\\n'
def tell(*words):
    print(*words, time.ticks_us())
def attempt(fn, *args):
    try:
        tell(fn(*args))
    except OSError as e:
        tell('errno', e.errno)
def opened(where=server):
    client = socket.socket()
    client.connect(where)
    return client
"""
)
SOCKETS = {
    "pages": "for n in range(12):\n    client = opened(); client.write(GET[:5]); tell(n)\n"
    "    client.write(GET[5:]); tell(client.read(9))\n"
    "    time.sleep_ms(7 * n); tell(len(client.read())); client.close()",
    "unread": "for n in range(9):\n    client = opened(); client.write(GET); "
    "time.sleep_ms(3 * n)\n"
    "    client.close(); tell(n)",
    "closed while it connects": "for n in range(9):\n    client = socket.socket()\n"
    "    client.setblocking(False); attempt(client.connect, server)\n"
    "    time.sleep_us(900 * n); client.close(); tell(n)",
    "does not wait": "for n in range(6):\n    client = socket.socket(); "
    "client.setblocking(False)\n"
    "    attempt(client.connect, server); attempt(client.send, GET); time.sleep_ms(2 * n)\n"
    "    attempt(client.send, GET); attempt(client.recv, 99); time.sleep_ms(20)\n"
    "    attempt(client.recv, 9); attempt(client.recv, 2000)\n"
    "    attempt(client.recv, 9); attempt(client.connect, server); client.close(); "
    "attempt(client.send, GET)",
    "as many as there are": "many = []\nfor n in range(20):\n    try:\n"
    "        many.append(opened())\n"
    "    except OSError as e:\n        tell(len(many), e.errno)\nfor client in many[::2]:\n"
    "    client.write(GET)\nfor client in many:\n    client.close()\n"
    "client = opened(); client.write(GET); tell(client.read(12))",
    "nobody there": "for n in range(5):\n    client = socket.socket()\n"
    "    attempt(client.connect, (server[0], 9)); attempt(client.send, GET)\n"
    "    attempt(client.connect, server); client.close()",
    "addresses": "for name in ('10.13.38.1', '1.2.3', '1.2.3.256', '01.002.3.4', '1..2.3',\n"
    "        '1.2.3.4.', '127.0.0.1', 'localhost', '1.2.3.4.5', '', 'http.warsha', '1.2.3.4 ',\n"
    "        '0001.2.3.4'):\n    attempt(socket.getaddrinfo, name, 80)",
    "more than a window": "client = opened(); client.settimeout(3)\n"
    "client.write(b'POST /time HTTP/1.0\\r\\nContent-Length: 60000\\r\\n\\r\\n')\n"
    "for n in range(16):\n    attempt(client.write, bytes(n * 500)); time.sleep_ms(n)\n"
    "tell(client.read(12))",
    "its own server": "mine = socket.socket(); mine.bind(('0.0.0.0', 8080)); mine.listen(2)\n"
    "for n in range(6):\n    to = wlan.ifconfig()[0] if n % 2 else '127.0.0.1'\n"
    "    client = opened((to, 8080))\n"
    "    other, where = mine.accept(); client.write(b'ab'); tell(other.read(2))\n"
    "    other.write(b'cd'); other.close(); tell(client.read())\n    client.close()",
    "datagrams": "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "udp.connect(server)\nfor n in range(9):\n    attempt(udp.send, b'x' * n)\n"
    "    client = opened(); client.write(GET)\n"
    "    tell(client.read(3)); client.close()",
    "poll": "poller = select.poll()\nfor n in range(9):\n    client = opened()\n"
    "    poller.register(client, select.POLLIN); client.write(GET); gc.collect()\n"
    "    tell(len(poller.poll(50))); tell(client.recv(40)); time.sleep_ms(n)\n"
    "    tell(len(poller.poll(50))); poller.unregister(client); client.close()",
    "garbage": "for n in range(40):\n    client = opened(); client.write(GET); client.read(2)\n"
    "    tell(n)\ngc.collect(); tell('done')",
    "a thread": "import _thread\nseen = []\ndef other():\n    while True:\n"
    "        seen.append(time.ticks_us()); time.sleep_us(777)\n"
    "_thread.start_new_thread(other, ())\nfor n in range(9):\n    client = opened()\n"
    "    client.write(GET); tell(client.read(9), len(seen), seen[-1]); client.close()",
    "two threads": "import _thread\ndef fetch(name):\n    for n in range(6):\n"
    "        client = opened(); client.write(GET); tell(name, len(client.read())); "
    "client.close()\n"
    "_thread.start_new_thread(fetch, ('other',))\nfetch('main'); time.sleep(2)",
    "a timer": "from machine import Timer\nseen = []\nt = Timer(T)\n"
    "t.init(period=1, callback=lambda t: seen.append(time.ticks_us()))\nfor n in range(9):\n"
    "    client = opened()\n    client.write(GET); tell(client.read(9), len(seen), seen[-1])\n"
    "    client.close()",
    "a timer that opens sockets": "from machine import Timer\nheld = []\n"
    "def again(t):\n    for udp in held:\n        udp.close()\n"
    "    held[:] = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]\n"
    "Timer(T).init(period=7, callback=again)\nfor n in range(9):\n"
    "    client = socket.socket(); client.settimeout(1); held.append(client)\n"
    "    attempt(client.connect, ('1.2.3.4', 80)); time.sleep_us(900 * n)",
    "interrupts off": "import machine\nfor n in range(9):\n    client = opened()\n"
    "    client.write(GET); state = machine.disable_irq(); start = time.ticks_us()\n"
    "    while time.ticks_diff(time.ticks_us(), start) < 2000 * n:\n        pass\n"
    "    client.close(); client = socket.socket(); machine.enable_irq(state)\n"
    "    client.setblocking(False); attempt(client.connect, server)\n"
    "    attempt(client.recv, 9); client.close()",
    "a collection while it receives": "keep = [bytes(16) for _ in range(900)]\n"
    "client = opened(socket.getaddrinfo('broker.warsha', 1883)[0][-1])\n"
    "client.send(b'\\x10\\x0f\\x00\\x04MQTT\\x04\\x02\\x00\\x00\\x00\\x03abc')\n"
    "tell(client.recv(4)); poller = select.poll(); poller.register(client, select.POLLIN)\n"
    "gc.threshold(1000)\nfor n in range(40):\n    client.send(b'\\xc0\\x00')\n"
    "    time.sleep_us(300 + 97 * n); client.send(b'\\xc0\\x00'); poller.poll(100)\n"
    "    tell(client.recv(1400), len(poller.poll(0))); time.sleep_ms(30)\n"
    "    if poller.poll(0):\n        client.recv(1400)",
    "a thread that polls": "import _thread, sys\ndef other():\n    for n in range(8):\n"
    "        client = opened(); client.send(GET); client.read(5); client.close()\n"
    "        time.sleep_ms(3)\n_thread.start_new_thread(other, ())\n"
    "poller = select.poll(); poller.register(sys.stdin, select.POLLIN)\n"
    "for n in range(20):\n    poller.poll(40); tell(n)",
    "the network leaves": "for n in range(5):\n    client = opened(); client.write(GET)\n"
    "    wlan.disconnect(); time.sleep_ms(n)\n    attempt(client.write, GET); client.close()\n"
    "    attempt(socket.getaddrinfo, '10.13.38.1', 80); wlan.connect('workshop', 'secret99')\n"
    "    while not wlan.isconnected():\n        time.sleep_ms(20)",
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("program", SOCKETS)
def test_sockets_give_the_same_trace(program: str, family: str, same: Same) -> None:
    text = NET + SOCKETS[program].replace("Timer(T)", TIMER[family])

    def ran() -> Trace:
        with near_ap(text, family) as bench:
            bench.run(60 * SECOND)
            return bench.trace

    printed = printed_lines(same.trace(ran, ALL._replace(posted_calls=False)))
    assert len(printed) > 4 and not any("Error" in line for line in printed[:-1])


PUBLISHES = (
    JOIN
    + """
from umqtt.simple import MQTTClient
client = MQTTClient('board', 'broker.warsha', keepalive=60)
client.connect()
for n in range(50):
    client.publish('workshop/temperature', '{"t": %d}' % n, qos=n & 1)
print('done')
"""
)


def test_a_message_takes_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    with near_ap(PUBLISHES) as bench:
        bench.run(5 * SECOND)
        assert printed_lines(bench.trace)[-1] == "done"
    assert asked.count < 150  # 4 writes each, and an answer to each second one


UNTOLD = {
    "a write": f"data = bytes((3, 0x3c, 0, 0))\nsay({frames.REC_DATA}, 4, "
    "*struct.unpack('<HI', data.ljust(6, bytes(1))), 10)\n"
    f"say({frames.REC_POSTED}, {frames.CALL_I2C}, 22 | 21 << 8, 400000, 10)",
    "a reading": f"say({frames.REC_READING}, 34, 0, 0, 10)",
}


@pytest.mark.parametrize("post", UNTOLD.values(), ids=UNTOLD)
def test_a_board_that_is_told_nothing_has_to_wait_for_each_answer(
    post: str, hostile: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Circuit, "SHORTCUTS", ALL._replace(posted_calls=False))
    with hostile(f"{post}\nask(SYNC, 0, 255, t=20)\ntime.sleep(9)") as bench:
        bench.run(SECOND)
        (end,) = bench.board.ends
    detail = "does not wait for an answer that it was not told"
    assert (end.cause, end.detail) == (frames.END_FORGED, detail)


# -- readings of the ADC -----------------------------------------------------------------------

DIALS: Parts = {
    name: ("wokwi-potentiometer", {"value": value}) for name, value in (("x", "300"), ("y", "700"))
}
DIAL_WIRES = ["x:SIG b:34", "y:SIG b:35", "x:VCC b:3V3", "y:VCC b:3V3"]
DIAL_WIRES += ["x:GND b:GND.1", "y:GND b:GND.1"]
ADC_PINS = {"esp32": (34, 35), "rp2": (26, 27)}
READS = """
from machine import ADC, Pin, PWM
import time
x, y = ADC(Pin(X)), ADC(Pin(Y))
led = Pin(2, Pin.OUT)
"""
READINGS = {
    "each second": "while True:\n    print(x.read_u16(), y.read_u16()); time.sleep_ms(600)",
    "often": "while True:\n    print(x.read_u16(), y.read_u16()); time.sleep_ms(3)",
    "one of them": "while True:\n    print(x.read_u16()); time.sleep_ms(40)\n"
    "    if time.ticks_ms() % 7 == 0:\n        print(y.read_u16())",
    "many at once": "while True:\n    print(sum(x.read_u16() + y.read_u16() for n in range(40)))\n"
    "    time.sleep_ms(90)",
    "a lamp between": "while True:\n    led(1); print(x.read_u16()); led(0); print(y.read_u16())\n"
    "    time.sleep_ms(9)",
    "a timer": "from machine import Timer\nt = Timer(T)\n"
    "t.init(period=30, callback=lambda t: print(y.read_u16()))\n"
    "while True:\n    print(x.read_u16()); time.sleep_ms(31)",
}
DIAL_MOVES = [Hand(60 + 61.7 * n, "xy"[n % 2], "position", n * 0.037 % 1) for n in range(40)]
DIAL_NOISE = [Hand(400 + 300 * n, "x", "noise", 0.1 * (n % 2)) for n in range(6)]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("program", READINGS)
def test_readings_give_the_same_trace(program: str, family: str, same: Same) -> None:
    x, y = ADC_PINS[family]
    text = READS.replace("X", str(x)).replace("Y", str(y)) + READINGS[program]
    text = text.replace("Timer(T)", TIMER[family])
    prefix = "" if family == "esp32" else "GP"
    wires = [f"{dial}:SIG b:{prefix}{pin}" for dial, pin in (("x", x), ("y", y))]
    ground = "b:GND.1"
    wires += [f"{dial}:VCC b:3V3" for dial in "xy"] + [f"{dial}:GND {ground}" for dial in "xy"]
    trace = same.trace(
        lambda: play(
            DIALS, wires, text, hands=(*DIAL_MOVES, *DIAL_NOISE), family=family, until_ms=3000
        ),
        ALL._replace(posted_calls=False),
        ALL._replace(same_readings=False),
    )
    printed = printed_lines(trace)
    assert len({*printed}) > 2 and not any("Err" in line for line in printed)


STEPS: dict[str, tuple[Parts, list[str], str]] = {
    "a distance": (
        SONAR,
        ["b:18 u:TRIG", "b:34 u:ECHO", "u:VCC b:3V3", "u:GND b:GND.1"],
        "trig, adc = Pin(18, Pin.OUT), ADC(Pin(34))\nfor n in range(9):\n"
        "    print(adc.read_uv()); trig(1); time.sleep_us(10); trig(0)\n"
        "    for k in range(40):\n        print(adc.read_uv() > 999999); time.sleep_us(97)\n"
        "    time.sleep_ms(30)",
    ),
    "a temperature": (
        {"d": ("wokwi-dht22", {}), "r": ("wokwi-resistor", {"value": "10000"})},
        ["d:VCC b:3V3", "d:GND b:GND.1", "d:SDA b:32", "r:1 b:3V3", "r:2 b:32"],
        "time.sleep_ms(1100)\nadc = ADC(Pin(32)); line = Pin(32, Pin.OPEN_DRAIN, value=1)\n"
        "print(adc.read_uv()); line(0); time.sleep_ms(2); line(1)\n"
        "for k in range(90):\n    print(adc.read_uv() > 999999); time.sleep_us(23)",
    ),
}


@pytest.mark.parametrize("answer", STEPS)
def test_the_voltage_of_an_announced_answer_gives_the_same_trace(answer: str, same: Same) -> None:
    parts, wires, program = STEPS[answer]
    text = "from machine import ADC, Pin\nimport time\n" + program
    trace = same.trace(
        lambda: play(parts, wires, text, until_ms=1400),
        ALL._replace(posted_calls=False),
        ALL._replace(same_readings=False),
        NONE,
    )
    assert {"True", "False"} < {*printed_lines(trace)}


def test_noise_that_comes_and_goes_gives_the_same_trace(same: Same) -> None:
    text = READS.replace("X", "34").replace("Y", "35")
    text += "while True:\n    print(x.read_uv(), y.read_uv()); time.sleep_us(700)"
    hands = [
        Hand(100 + 20 * n + after_ms, dial, control, value)
        for n in range(20)
        for after_ms, dial, control, value in (
            (0, "x", "noise", 0.5),
            (1.1, "x", "noise", 0),
            (1.3, "y", "position", n * 0.04),
            (1.5, "x", "noise", 0.5),
            (10, "x", "noise", 0),
        )
    ]
    trace = same.trace(
        lambda: play(DIALS, DIAL_WIRES, text, hands=hands, until_ms=600),
        ALL._replace(posted_calls=False),
    )
    assert len({*printed_lines(trace)}) > 40


def test_two_dials_take_one_request_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    text = READS.replace("X", "34").replace("Y", "35") + READINGS["often"]
    moves = [Hand(60 + n, "xy"[n % 2], "position", n * 0.037 % 1) for n in range(600)]
    play(DIALS, DIAL_WIRES, text, hands=moves, until_ms=700)
    assert asked.count < 900  # one for each move, and few for 400 readings


# -- a keypad ----------------------------------------------------------------------------------

SCAN = f"""
from machine import Pin
import time
rows = {ROWS}
columns = {COLUMNS}
MODE = Pin.OUT
rows = [Pin(n, MODE, value=1) for n in rows]
columns = [Pin(n, Pin.IN, Pin.PULL_UP) for n in columns]
def scan():
    found = ''
    for row in rows:
        row(0)
        found += ''.join(str(column()) for column in columns)
        row(1)
    return found
"""
SCANS = {
    "all rows": "last = ''\nwhile True:\n    now = scan()\n    if now != last:\n"
    "        print(now, time.ticks_ms())\n    last = now; time.sleep_ms(5)",
    "without a pause": "for n in range(150):\n    print(scan())",
    "rows that are read": "for n in range(60):\n    rows[n % 4](n & 1); time.sleep_ms(5)\n"
    "    print(rows[0](), rows[1](), columns[0](), columns[1]())",
    "a mode": "for n in range(60):\n    rows[0](n & 1)\n    if n % 7 == 3:\n"
    "        rows[0].init(Pin.IN); print(rows[0](), columns[0](), scan())\n"
    "        rows[0].init(Pin.OUT)\n    print(columns[0](), columns[1]()); time.sleep_ms(4)",
    "an interrupt": "seen = []\ndef saw(pin):\n    seen.append(time.ticks_us())\n"
    "columns[1].irq(saw, Pin.IRQ_FALLING)\nfor n in range(60):\n"
    "    print(scan(), len(seen)); time.sleep_ms(5)\n"
    "columns[1].irq(None)\nprint(scan(), seen)",
    "a pull": "columns[0].init(Pin.IN)\nfor n in range(50):\n    print(scan()); time.sleep_ms(9)",
    "a pwm": "from machine import PWM\npwm = PWM(rows[0], freq=1000, duty_u16=20000)\n"
    "for n in range(30):\n    print(scan()); time.sleep_us(9777)\npwm.deinit()\n"
    "rows[0].init(Pin.OUT)\nprint(scan())",
}
PRESSES = [
    Hand(100 + 7.3 * n + 40 * (n % 3), "k", key, 1 - n // 8 % 2)
    for n, key in enumerate("1A5*1A5*290#290#" * 4)
]


@pytest.mark.parametrize("mode", ["OUT", "OPEN_DRAIN"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("program", SCANS)
def test_a_scan_of_a_keypad_gives_the_same_trace(
    program: str, family: str, mode: str, same: Same
) -> None:
    text = (SCAN + SCANS[program]).replace("Pin.OUT", f"Pin.{mode}")
    trace = same.trace(
        lambda: run(KEYPAD, KEYPAD_WIRES, text, family, PRESSES, 900),
        ALL._replace(read_tables=False),
    )
    printed = printed_lines(trace)
    assert len({*printed}) > 1 and not any("Err" in line for line in printed)


def test_a_scan_of_a_keypad_takes_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    run(KEYPAD, KEYPAD_WIRES, SCAN + "for n in range(100):\n    scan()", "esp32")
    assert asked.count < 60


# -- a distance sensor -------------------------------------------------------------------------

MEASURE = """
from machine import Pin, time_pulse_us, Timer
import time
trig, echo = Pin(18, Pin.OUT, value=0), Pin(19, Pin.IN)
led = Pin(2, Pin.OUT)
time.sleep_ms(10)
def trigger(us=10):
    trig(1); time.sleep_us(us); trig(0)
seen = []
def saw(pin):
    seen.append((pin(), time.ticks_us()))
def measure(us=10):
    trigger(us)
    return time_pulse_us(echo, 1, 30000)
"""
PULSES = {
    "a timer triggers": "timer = Timer(0)\ntimer.init(period=3, callback=lambda t: trigger())\n"
    "for n in range(9):\n    print(time_pulse_us(echo, 1, 30000))\ntimer.deinit()",
    "often": "for n in range(60):\n    print(measure())",
    "short triggers": "for us in (1, 5, 8, 9, 10, 11, 30):\n    print(us, measure(us))",
    "again too soon": "for ms in (0, 1, 3, 5, 6, 7, 9, 20):\n    trigger()\n"
    "    time.sleep_ms(ms); trigger()\n"
    "    print(time_pulse_us(echo, 1, 30000)); time.sleep_ms(40)",
    "by hand": "for n in range(9):\n    trigger()\n    while not echo():\n        pass\n"
    "    t = time.ticks_us()\n    while echo():\n        led(not led())\n"
    "    print(time.ticks_diff(time.ticks_us(), t))",
    "an interrupt": "echo.irq(saw)\nfor n in range(9):\n    trigger(); time.sleep_ms(20)\n"
    "echo.irq(None)\nprint(measure(), seen)",
    "a late interrupt": "for n in range(9):\n    trigger(); time.sleep_us(700 * n)\n"
    "    echo.irq(saw); time.sleep_ms(20); echo.irq(None)\n    print(seen)",
    "a mode": "for n in range(9):\n    trigger(); trig.init(Pin.IN); time.sleep_us(300 * n)\n"
    "    trig.init(Pin.OUT, value=0); print(echo(), measure())",
    "a timer": "t = Timer(0)\nt.init(period=1, callback=lambda t: led(echo()))\n"
    "for _ in range(9):\n    print(measure())\nt.deinit()",
    "a held trigger": "trig(1); time.sleep_ms(30); trig(1); trig(0)\n"
    "print(time_pulse_us(echo, 1, 30000))",
    "sleep": "for n in range(9):\n    trigger(); time.sleep_ms(n); print(echo())\n"
    "    time.sleep_ms(30)",
    "a thread": "import _thread\ndef blink():\n    while True:\n        led(echo())\n"
    "        time.sleep_us(333)\n"
    "_thread.start_new_thread(blink, ())\nfor n in range(12):\n    print(measure())",
}
MOVES = [Hand(40 + 61.7 * n, "u", "distance", 20 + 37 * n % 300) for n in range(20)]
SONAR_FAULTS = [
    Hand(90 + 33.1 * n, "u", ("silent", "noise", "stuck", "ghost", "out_of_range")[n % 5], on)
    for n, on in enumerate((1, 0.1, 1, 50, 1, 0, 0, 0, 0, 0) * 3)
]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("program", PULSES)
def test_a_distance_sensor_gives_the_same_trace(program: str, family: str, same: Same) -> None:
    text = MEASURE + PULSES[program]
    if family == "rp2":
        text = text.replace("Timer(0)", "Timer()")
    trace = same.trace(
        lambda: run(SONAR, SONAR_WIRES, text, family, MOVES, 1200),
        ALL._replace(pulse_answers=False),
    )
    printed = printed_lines(trace)
    assert printed and not any("Err" in line for line in printed)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_distance_sensor_with_faults_gives_the_same_trace(family: str, same: Same) -> None:
    text = MEASURE + "while True:\n    print(measure()); time.sleep_ms(7)"
    trace = same.trace(
        lambda: run(SONAR, SONAR_WIRES, text, family, (*MOVES, *SONAR_FAULTS)),
        ALL._replace(pulse_answers=False),
    )
    assert len({*printed_lines(trace)}) > 8


def test_the_voltage_of_an_echo_gives_the_same_trace(same: Same) -> None:
    wires = [wire.replace("b:19", "b:34") for wire in SONAR_WIRES]
    text = (
        MEASURE.replace("Pin(19, Pin.IN)", "Pin(32, Pin.IN)")
        + "from machine import ADC\nadc = ADC(Pin(34))\nfor n in range(9):\n"
        "    print(adc.read_u16() > 9999, end=' '); trigger(); time.sleep_us(700 * n)\n"
        "    print(adc.read_u16() > 9999); time.sleep_ms(20)"
    )
    trace = same.trace(
        lambda: run(SONAR, wires, text, "esp32", MOVES), ALL._replace(pulse_answers=False)
    )
    assert {"False True", "False False"} == {*printed_lines(trace)}


def test_a_measurement_of_a_distance_takes_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    run(SONAR, SONAR_WIRES, MEASURE + "for n in range(100):\n    measure()", "esp32")
    assert asked.count < 60
