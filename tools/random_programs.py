"""Random programs for boards by seed: waits, interrupts, buses, threads, collections, sockets.

Every call is allowed, but in an order that nobody would choose. A program prints each result and
the time. The same number gives the same texts.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from tests.support import rig
from tests.support.network_bench import JOIN
from tests.support.rig import Hand

Words = Sequence[str]
FAMILIES = ("esp32", "rp2")
BOOT_MS = 1000.0
"""No hand moves before this time."""


class Case(NamedTuple):
    """Boards with programs in a circuit, and what people do there."""

    circuit: Callable[[], Circuit]
    programs: Mapping[str, str]
    """By the id of the board."""
    hands: Sequence[Hand]
    typed: Sequence[tuple[float, bytes]]
    """Bytes to the serial port, and when (ms)."""
    run_ms: float


def case(number: int) -> Case:
    """The case of a number: one board, two boards with wires and radio, two that may have state
    machines, too, or one with sockets."""
    kinds = (_alone, _pair_with_machines, _online, _alone, _pair, _online)
    return kinds[number % len(kinds)](Random(number))


COMMON = """
import asyncio, gc, io, machine, micropython, select, sys, time, _thread
from machine import ADC, PWM, Pin, Timer, UART
counts = [0, 0, 0, 0]
log, kept = [], []
poller = select.poll()
def tell(*words):
    print(*words, time.ticks_us())
def attempt(call, *args):
    try:
        tell(call(*args))
    except (OSError, AttributeError, MemoryError) as error:
        tell(repr(error))
def spin(us):
    start = time.ticks_us()
    while time.ticks_diff(time.ticks_us(), start) < us:
        pass
def locked(us, call, *args):
    state = machine.disable_irq()
    try:
        spin(us)
        return call(*args)
    finally:
        machine.enable_irq(state)
class Stream(io.IOBase):
    def ioctl(self, request, flags):
        if request != 3:
            return -1
        counts[3] += 1
        return flags if READY else 0
def polled(ms):
    return [event for _, event in poller.poll(ms)], counts
def tasks(n):
    async def one(m):
        for turn in range(m):
            counts[2] += 1
            await asyncio.sleep_ms(3 + turn)
    async def both():
        await asyncio.gather(one(n), one(n // 2))
    asyncio.run(both())
def texts(n):
    return len([str(at) for at in range(n)])
def keep(n):
    kept.append('x' * n)
def add(n):
    counts[2] += n
def schedule(n):
    try:
        micropython.schedule(add, n)
    except RuntimeError:
        pass
def idle(n):
    for _ in range(n):
        machine.idle()
"""
PINS = """
heard, free = Pin(IN, Pin.IN, Pin.PULL_UP), Pin(FREE, Pin.OUT)
def pulse(level, us):
    return machine.time_pulse_us(heard, level, us)
def write(n):
    return uart.write(bytes(n))
"""
THREAD = """
def work():
    for _ in range(60):
        time.sleep_ms({})
        schedule(5)
        texts({})
_thread.start_new_thread(work, ())
"""
PULSES = """
import rp2
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    set(pins, 1) [9]
    set(pins, 0) [24]
rp2.StateMachine(4, pulses, freq={}, set_base=Pin({})).active(1)
"""
MEETINGS = """
import rp2
@rp2.asm_pio()
def meetings():
    wait(1, pin, 0)
    wait(0, pin, 0)
    irq(rel(0))
def meet(machine):
    counts[2] += 1
    {}
machine0 = rp2.StateMachine(0, meetings, freq={}, in_base=heard)
machine0.irq(meet{})
machine0.active(1)
"""


def _head(chance: Random, ready: Words, streams: Words) -> tuple[str, str]:
    """The helpers, and the lines that register some of these streams with the poller."""
    registered = [f"poller.register({stream})\n" for stream in streams if chance.random() < 0.5]
    return COMMON.replace("READY", chance.choice(ready)), "".join(registered)


def _timer(chance: Random, family: str, acts: Words) -> str:
    """A timer whose callback does one of these."""
    number, period_ms = 0 if family == "esp32" else -1, chance.choice([1, 3, 7, 17])
    return (
        f"def tick(timer):\n    counts[0] += 1\n    {chance.choice(acts)}\n"
        f"clock = Timer({number})\nclock.init(period={period_ms}, callback=tick)\n"
    )


def _interrupt(chance: Random, family: str, pin: str, count: int) -> str:
    """An interrupt at the edges of a pin that counts, and perhaps moves the free pin."""
    name, is_hard = f"edge{count}", family == "rp2" and chance.random() < 0.5
    act = chance.choice(["pass", f"free(counts[{count}] & 1)"])
    edges = chance.choice(
        ["Pin.IRQ_FALLING", "Pin.IRQ_RISING", "Pin.IRQ_FALLING | Pin.IRQ_RISING"]
    )
    return (
        f"def {name}(pin):\n    counts[{count}] += 1\n    {act}\n"
        f"{pin}.irq({name}, {edges}{', hard=True' * is_hard})\n"
    )


def _thread(chance: Random) -> str:
    return THREAD.format(chance.randrange(12), chance.randrange(60))


def _body(chance: Random, count: int, call: Callable[[Random], str]) -> str:
    lines = [f"attempt({call(chance)})\n" for _ in range(count)]
    return "".join(lines) + "tell('end', counts)\n"


def _common_call(chance: Random) -> str:
    """A call that every board has."""
    return chance.choice(
        [
            f"time.sleep_ms, {chance.randrange(40)}",
            f"time.sleep_us, {chance.randrange(9000)}",
            f"polled, {chance.randrange(60)}",
            f"polled, {chance.randrange(60)}",
            f"idle, {chance.randrange(30)}",
            f"tasks, {chance.randrange(8)}",
            f"texts, {chance.randrange(400)}",
            "gc.collect",
            f"spin, {chance.randrange(9000)}",
            f"keep, {chance.randrange(300)}",
            "schedule, 1",
        ]
    )


def _wire_call(chance: Random) -> str:
    """A call about pins and the UART."""
    inner = chance.choice(["heard.value", "write, 3", "free.value, 1"])
    return chance.choice(
        [
            f"uart.read, {chance.randrange(1, 40)}",
            f"write, {chance.randrange(60)}",
            f"write, {chance.randrange(6)}",
            "uart.any",
            "uart.readline, 50",
            f"pulse, {chance.randrange(2)}, {chance.randrange(30000)}",
            f"locked, {chance.randrange(6000)}, {inner}",
        ]
    )


# One board: the rig of the tests, with a button, a knob and a wire.

ALONE = """
button, knob = Pin(BTN, Pin.IN, Pin.PULL_UP), ADC(Pin(AIN))
typed = select.poll()
typed.register(sys.stdin, select.POLLIN)
def line(ms):
    return sys.stdin.read(1) if typed.poll(ms) else None
def press(level, us):
    return machine.time_pulse_us(button, level, us)
"""


def _alone(chance: Random) -> Case:
    family = chance.choice(FAMILIES)
    program = _alone_program(chance, family, family == "esp32" and chance.random() < 0.5)
    hands, typed, t_ms = [], [], BOOT_MS
    for turn in range(50):
        t_ms += chance.uniform(0.2, 60)
        hands.append(Hand(t_ms, "btn", "pressed", turn + 1 & 1))
        if chance.random() < 0.3:
            hands.append(Hand(t_ms + chance.uniform(0, 10), "pot", "position", chance.random()))
        if chance.random() < 0.3:
            typed.append((t_ms + chance.uniform(0, 10), b"abc\n"[: chance.randrange(1, 5)]))
    return Case(lambda: rig.rig(family), {"b": program}, hands, typed, 8000)


def _alone_program(chance: Random, family: str, hears_itself: bool) -> str:
    """A program for the rig; its UART may use the wire, and hears itself then."""
    ready = ["button() == 0", "counts[0] % 3 == 1", "heard()", "False", "counts[1] & 1"]
    streams = ["uart, select.POLLIN", "Stream(), select.POLLIN", "sys.stdin, select.POLLIN"]
    helpers, polls = _head(chance, ready, streams)
    text = "".join(f"{role} = {gpio}\n" for role, gpio in rig.PINS[family].items())
    text += helpers + PINS + ALONE
    text += f"uart = UART(1, 9600, {'tx=OUT, rx=IN, ' * hears_itself}timeout=3)\n" + polls
    acts = ["free(counts[0] & 1)", "pass", "log.append(1) if len(log) < 50 else log.clear()"]
    maybe = [
        (0.6, _timer(chance, family, [*acts, "uart.write('ab')", "spin(300)"])),
        (0.5, _interrupt(chance, family, "button", 1)),
        (0.35, _thread(chance)),
    ]
    own = ["knob.read_u16", f"line, {chance.randrange(30)}"]
    own += [f"press, {chance.randrange(2)}, {chance.randrange(30000)}"]
    if not hears_itself:
        freq, duty = chance.choice([50, 333, 1000]), chance.randrange(65536)
        text += "out = Pin(OUT, Pin.OUT)\n"
        maybe += [(0.5, f"pwm = PWM(Pin(OUT), freq={freq}, duty_u16={duty})\n")]
        maybe += [(0.3, _interrupt(chance, family, "heard", 2))]
        own += [f"machine.lightsleep, {chance.randrange(1, 30)}"]
    if family == "rp2":
        maybe += [(0.3, PULSES.format(chance.choice([2000, 20000]), "FREE"))]
    text += "".join(part for share, part in maybe if chance.random() < share)

    def call(chance: Random) -> str:
        return chance.choice([_common_call(chance)] * 10 + [_wire_call(chance)] * 7 + own)

    return text + _body(chance, 50, call)


# Two boards: their UARTs and a line each way, and ESP-NOW between two ESP32.

PAIR_TYPES = {"esp32": "board-esp32-devkit-c-v4", "rp2": "board-pi-pico"}
PAIR_PINS = {
    "esp32": {"TX": "25", "RX": "26", "OUT": "27", "IN": "32", "FREE": "33"},
    "rp2": {"TX": "GP4", "RX": "GP5", "OUT": "GP2", "IN": "GP6", "FREE": "GP9"},
}
PAIR = """
out = Pin(OUT, Pin.OUT)
uart = UART(1, 9600, tx=Pin(TX), rx=Pin(RX), timeout=3)
def toggle(n):
    for _ in range(n):
        out(not out())
        counts[1] += heard()
"""
RADIO = """
import espnow, network
network.WLAN(network.WLAN.IF_STA).active(True)
now = espnow.ESPNow()
now.active(True)
EVERYONE = b'\\xff' * 6
now.add_peer(EVERYONE)
def send(n):
    return now.send(EVERYONE, bytes(n), False)
def received(ms):
    return len(now.recv(ms)[1] or b'')
"""


def _pair(chance: Random) -> Case:
    families = chance.choice([("esp32", "esp32"), ("esp32", "rp2"), ("rp2", "rp2")])
    has_radio = families == ("esp32", "esp32") and chance.random() < 0.7
    return _two_boards(chance, families, has_radio, [""] * 2)


def _pair_with_machines(chance: Random) -> Case:
    # Two Picos are left out: with state machines and hard interrupts they ask the bench at each
    # nanosecond while C code runs, and a case does not end within minutes.
    return _two_boards(chance, ("esp32", "rp2"), False, ["", _machines(chance)])


def _machines(chance: Random) -> str:
    """State machines of a Pico: one that makes pulses, and one that waits for those of others."""
    pulses = PULSES.format(chance.choice([2000, 20000]), chance.choice(["OUT", "FREE"]))
    act = chance.choice(["pass", "free(counts[2] & 1)", "out(counts[2] & 1)"])
    hard = chance.choice(["", ", hard=True"])
    meetings = MEETINGS.format(act, chance.choice([2000, 125_000, 125_000_000]), hard)
    return chance.choice([pulses, meetings, pulses + meetings])


def _two_boards(
    chance: Random, families: tuple[str, str], has_radio: bool, machines: Sequence[str]
) -> Case:
    programs = {
        board: _pair_program(chance, family, has_radio, extra)
        for board, family, extra in zip("ab", families, machines, strict=True)
    }
    a, b = (PAIR_PINS[family] for family in families)
    wires = [(a["TX"], b["RX"]), (a["RX"], b["TX"]), (a["OUT"], b["IN"]), (a["IN"], b["OUT"])]
    diagram = {
        "version": 1,
        "parts": [
            {"type": PAIR_TYPES[family], "id": board}
            for board, family in zip("ab", families, strict=True)
        ],
        "connections": [
            [f"a:{one}", f"b:{other}", "", []] for one, other in [*wires, ("GND.1", "GND.1")]
        ],
    }
    return Case(lambda: Circuit(load(diagram)), programs, [], [], 6000)


def _pair_program(chance: Random, family: str, has_radio: bool, machines: str) -> str:
    ready = ["heard() == 0", "counts[0] % 3 == 1", "False", "counts[1] & 1"]
    streams = ["uart, select.POLLIN", "Stream(), select.POLLIN"]
    if has_radio:
        streams += ["now, select.POLLIN"]
    helpers, polls = _head(chance, ready, streams)
    text = "".join(
        f"{role} = {name.removeprefix('GP')}\n" for role, name in PAIR_PINS[family].items()
    )
    text += helpers + PINS + PAIR + RADIO * has_radio + machines + polls
    if chance.random() < 0.5:
        acts = ["free(counts[0] & 1)", "out(counts[0] & 1)", "uart.write('a')"]
        text += _timer(chance, family, [*acts, "log.append(1) if len(log) < 50 else log.clear()"])
    if chance.random() < 0.5:
        text += _interrupt(chance, family, "heard", 1)
    if chance.random() < 0.3:
        text += _thread(chance)

    def call(chance: Random) -> str:
        own = [f"toggle, {chance.randrange(30)}"]
        if has_radio:
            own += [f"send, {chance.randrange(1, 200)}", "now.any"]
            own += [f"received, {chance.randrange(60)}"] * 2
        else:
            own += [f"machine.lightsleep, {chance.randrange(1, 30)}"]
        return chance.choice([_common_call(chance)] * 8 + [_wire_call(chance)] * 6 + own)

    return text + _body(chance, 40, call)


# One board with sockets, near an access point that comes and goes.

ONLINE = """
import socket
gc.threshold({threshold})
kept += [bytes(16) for _ in range({kept})]
http = socket.getaddrinfo('http.warsha', 80)[0][-1]
broker = socket.getaddrinfo('broker.warsha', 1883)[0][-1]
own = wlan.ifconfig()[0]
GET = b'GET /time HTTP/1.0\\r\\n\\r\\n'
POST = b'POST /time HTTP/1.0\\r\\nContent-Length: 20000\\r\\n\\r\\n'
CONNECT = b'\\x10\\x0f\\x00\\x04MQTT\\x04\\x02\\x00\\x00\\x00\\x03abc'
SUBSCRIBE = b'\\x82\\x06\\x00\\x01\\x00\\x01a\\x00'
PING = b'\\xc0\\x00'
sockets, server = [None] * 4, None
def publish(n):
    rest = n + 3
    length = bytes([rest]) if rest < 128 else bytes([rest & 127 | 128, rest >> 7])
    return b'\\x30' + length + b'\\x00\\x01a' + bytes(n)
def connect(at, where, timeout):
    sockets[at] = socket.socket()
    sockets[at].settimeout(timeout)
    sockets[at].connect(where)
def close(at):
    sockets[at].close()
def drop(at):
    sockets[at] = None
def receive(at, n):
    data = sockets[at].recv(n)
    return len(data), hash(data)
def send(at, data):
    return sockets[at].send(data)
def timeout(at, s):
    sockets[at].settimeout(s)
def state(at, flags):
    one = select.poll()
    one.register(sockets[at], flags)
    return [event for _, event in one.poll(0)]
def datagram(n):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect((http[0], 123))
    sent = udp.send(bytes(n))
    udp.close()
    return sent
def serve():
    global server
    server = socket.socket()
    server.bind(('0.0.0.0', 8080))
    server.listen(2)
    server.setblocking(False)
def accept(at):
    sockets[at], where = server.accept()
    sockets[at].setblocking(False)
    return where
def unserve():
    server.close()
def rejoin():
    wlan.disconnect()
    wlan.connect('workshop', 'secret99')
    while not wlan.isconnected():
        time.sleep_ms(20)
def quiet(call, *args):
    try:
        log.append(call(*args))
    except (OSError, AttributeError, MemoryError) as error:
        log.append(repr(error))
attempt(connect, 0, broker, 1)
attempt(send, 0, CONNECT + SUBSCRIBE)
"""
RESETS = """
if machine.reset_cause() != machine.{cause}:
    machine.{call}
"""
ONLINE_TYPES = {"esp32": "board-esp32-devkit-c-v4", "rp2": "board-pi-pico-w"}
NETWORK_VALUES: Mapping[str, Sequence[float]] = {
    "latency_ms": (0, 0.01, 0.7, 1, 3, 8),
    "loss": (0, 0.2),
    "online": (0, 1, 1, 1),
    "broker": (0, 1, 1),
    "lose_publish": (1,),
}
WHERE = ["http"] * 4 + ["broker"] * 5 + ["(own, 8080)"] * 2
WHERE += ["(http[0], 9)", "('1.2.3.4', 80)", "('127.0.0.1', 8080)"]


def _online(chance: Random) -> Case:
    family = chance.choice(FAMILIES)
    helpers, _ = _head(chance, ["False"], [])
    text = JOIN + helpers
    text += ONLINE.format(
        threshold=chance.choice([300, 1000, 3000, -1]), kept=chance.choice([0, 300, 900, 1500])
    )
    other = chance.randrange(4)
    if other == 1:
        lines = [f"    quiet({_socket_call(chance)})\n" for _ in range(25)]
        text += f"def work():\n{''.join(lines)}_thread.start_new_thread(work, ())\n"
    if other == 2:
        calls = [
            call for call in (_socket_call(chance) for _ in range(12)) if "rejoin" not in call
        ]
        text += f"calls = [{', '.join(f'({call},)' for call in calls)}]\n"
        text += _timer(chance, family, ["quiet(*calls[counts[0] % len(calls)])"])

    def call(chance: Random) -> str:
        return chance.choice([_socket_call(chance)] * 3 + [_common_call(chance)])

    text += _body(chance, 60, call)
    if chance.random() < 0.4:
        cause, reset = chance.choice(
            [("DEEPSLEEP_RESET", "deepsleep(90)"), ("SOFT_RESET", "soft_reset()")]
            if family == "esp32"
            else [("WDT_RESET", "reset()")]
        )
        text += RESETS.format(cause=cause, call=reset)
    diagram = {
        "version": 1,
        "parts": [
            {"type": ONLINE_TYPES[family], "id": "b"},
            {
                "type": "wokwi-wifi-ap",
                "id": "ap",
                "attrs": {"ssid": "workshop", "password": "secret99"},
            },
        ],
        "connections": [],
    }
    hands, t_ms = [], BOOT_MS + 300
    for _ in range(chance.choice([0, chance.randrange(8, 40)])):
        t_ms += chance.uniform(0, 60)
        control = chance.choice(list(NETWORK_VALUES))
        hands.append(Hand(t_ms, "ap", control, chance.choice(NETWORK_VALUES[control])))
    hands += [Hand(t_ms + 1, "ap", "online", 1), Hand(t_ms + 2, "ap", "loss", 0)]
    return Case(lambda: Circuit(load(diagram)), {"b": text}, hands, [], 40_000)


def _socket_call(chance: Random) -> str:
    at = chance.randrange(4)
    timeout = chance.choice(["0", "0.03", "1"])
    data = chance.choice(
        [
            "GET",
            "GET",
            "CONNECT",
            "CONNECT + SUBSCRIBE",
            f"CONNECT + SUBSCRIBE + publish({chance.randrange(300)})",
            "PING",
            "SUBSCRIBE",
            f"publish({chance.randrange(1400)})",
            f"publish({chance.randrange(1500)}) + publish({chance.randrange(1500)})",
            f"POST + bytes({chance.randrange(6000)})",
            f"bytes({chance.choice([0, 1, 5760, 5759, 5761, 2000])})",
        ]
    )
    call = chance.choice(
        [f"connect, {at}, {chance.choice(WHERE)}, {timeout}"] * 5
        + [f"receive, {at}, {chance.choice([1, 2, 4, 100, 300, 1000, 1460, 2000, 3000])}"] * 5
        + [f"send, {at}, {data}"] * 6
        + [f"state, {at}, {chance.choice([1, 4, 5])}"] * 3
        + [f"close, {at}"] * 2
        + [f"accept, {at}"] * 2
        + [f"drop, {at}", f"timeout, {at}, {timeout}", f"datagram, {chance.randrange(40)}"]
        + [chance.choice(["serve", "unserve"]), chance.choice(["gc.collect"] * 4 + ["rejoin"])]
    )
    # With a lock nothing else happens: a call that waits would not end.
    waits = timeout != "0" or "rejoin" in call
    if not waits and chance.random() < 0.12:
        return f"locked, {chance.randrange(9000)}, {call}"
    return call
