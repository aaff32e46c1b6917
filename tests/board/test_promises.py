"""What an answer tells the board about the future: nothing that a program could use. And when the
board asks changes nothing."""

from itertools import pairwise
from random import Random

import pytest

from hardware.bench.bench import Bench
from hardware.bench.board import promises
from hardware.bench.board.process import LinuxProcess
from hardware.bench.board.promises import PROMISE_NS, PROMISED_SHARE
from hardware.bench.flash import Flash
from hardware.bench.protocol.frames import LAYOUT_GRANT, REPLY_GRANT
from hardware.seed import Seed
from tests.support import rig
from tests.support.grant_count import GrantCount

BUSY = "n = 0\nwhile True: n += 1\n"
READS = """
from machine import I2C
bus = I2C(0)
while True:
    try:
        bus.readfrom(0x50, 1)
    except OSError:
        pass
"""
ASKS_FOR_THE_TIME = """
import network, ntptime, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while True:
    for _ in range(300):
        time.sleep(1)
    ntptime.settime()
    print("asked")
"""
PRESS_MS, RUN_MS = 18_000.0, 20_000.0
SHARES = (1, 400, 40, 4000)
"""By what the mean of the promises is divided in each run."""
LISTS = """
import gc, time
big = []
for i in range(3000):
    big.append(('k%d' % i, i * 1.5))
    if len(big) > 500:
        big.sort(key=lambda pair: pair[0])
        del big[:400]
    if i % 200 == 0:
        print(i, gc.mem_free(), time.ticks_us())
"""
ERRORS = """
import gc, time
from machine import Pin
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
def fail(depth):
    if depth == 0:
        raise ValueError('x' * 20, [depth])
    fail(depth - 1)
for i in range(300):
    try:
        fail(i % 12)
    except ValueError as error:
        kept = error.args
    if button() and i % 30 == 0:
        print(i, gc.mem_free())
    time.sleep_us(i % 5 * 100)
"""
TIMERS = """
import gc, sys, time
from machine import Pin, Timer
led = Pin(OUT, Pin.OUT)
seen = []
def tick(timer):
    led(not led())
    seen.append([len(seen)] * 5)
    if len(seen) > 40:
        seen.clear()
Timer(0 if sys.platform == 'esp32' else -1).init(period=3, callback=tick)
for i in range(300):
    texts = ['%d' % j for j in range(i % 30)]
    time.sleep_us(700)
    if i % 40 == 0:
        print(i, gc.mem_free())
"""
WIRED_PWM = """
import time
from machine import PWM, Pin
pwm = PWM(Pin(OUT), freq=1000, duty_u16=30000)
for i in range(300):
    pwm.duty_u16(i * 37 % 65536)
    time.sleep_us(100)
"""
THREADS = """
import _thread, gc, time
from machine import Pin
led = Pin(OUT, Pin.OUT)
done = False
def work():
    global done
    for i in range(200):
        led(i & 1)
        texts = [str(j) for j in range(20)]
        time.sleep_ms(1)
    done = True
_thread.start_new_thread(work, ())
count = 0
while not done:
    text = 'x%d' % count
    count += 1
    time.sleep_us(300)
print(count, gc.mem_free())
"""
SCHEDULED = """
import _thread, micropython, time
def call(n):
    print('call', n, time.ticks_us())
def work():
    for n in range(200):
        for _ in range(n % 37 * 90):
            pass
        try:
            micropython.schedule(call, n)
        except RuntimeError:
            pass
        for _ in range(n % 23 * 110):
            pass
        time.sleep_us(n * 7 % 900)
_thread.start_new_thread(work, ())
for n in range(60):
    time.sleep_ms(3 + n % 7)
    print(time.ticks_us())
"""
POLLED_UART = """
import select, sys, time
from machine import UART, Timer
calls = 0
def tick(timer):
    global calls
    calls += 1
Timer(0 if sys.platform == 'esp32' else -1).init(period=9, callback=tick)
poller = select.poll()
poller.register(UART(1, 9600), select.POLLIN)
for n in range(60):
    poller.poll(3 + n % 5 * 20)
    print(time.ticks_us(), calls)
"""
POLLED_PROGRAM = """
import io, select, sys, time
from machine import Timer
calls = looks = 0
def tick(timer):
    global calls
    calls += 1
class Third(io.IOBase):
    def ioctl(self, op, arg):
        global looks
        looks += op == 3
        return arg if op == 3 and calls % 3 == 0 else 0
Timer(0 if sys.platform == 'esp32' else -1).init(period=17, callback=tick)
poller = select.poll()
poller.register(Third(), select.POLLIN)
for n in range(60):
    poller.poll(3 + n % 5 * 20)
    print(time.ticks_us(), calls, looks)
"""
OWN_EDGES = """
import machine, time
from machine import Pin
line = Pin(OUT, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
other = Pin(IN, Pin.OPEN_DRAIN, value=1)
seen = []
line.irq(lambda pin: seen.append(time.ticks_us()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
for n in range(60):
    line(0)
    print(machine.time_pulse_us(line, 1, 90))
    other(0)
    line(1)
    other(1)
    line(0)
    machine.lightsleep(1)
    line(1)
    for _ in range(n):
        pass
print(seen)
"""
HARD_OWN_EDGES = """
import time
from machine import Pin
line, calls = Pin(OUT, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1), 0
def again(pin):
    global calls
    calls += 1
    if calls & 3:
        line(not pin())
line.irq(again, Pin.IRQ_RISING | Pin.IRQ_FALLING, hard=True)
for n in range(150):
    line(n & 1)
    time.sleep_us(100 + n)
    line(1)
    sorted(range(n))
    print(calls, time.ticks_us())
"""
HARD = """
import machine, time
from machine import PWM, Pin
heard, free, button = Pin(IN, Pin.IN), Pin(FREE, Pin.OUT), Pin(BTN, Pin.IN, Pin.PULL_UP)
n = 0
def edge(pin):
    global n
    n += 1
    free.toggle()
heard.irq(edge, Pin.IRQ_RISING | Pin.IRQ_FALLING, hard=True)
pwm = PWM(Pin(OUT), freq=777, duty_u16=20000)
seen = 0
for turn in range(12):
    sorted([j * 7919 % 300 for j in range(300)])
    seen += sum(map(Pin.value, [heard] * 777))
    state = machine.disable_irq()
    sum(map(Pin.value, [button] * 50))
    machine.enable_irq(state)
    for _ in range(20 * turn):
        pass
print(time.ticks_us(), n, seen)
"""
DMA = """
import rp2, time
from machine import Pin
@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=32)
def sample():
    in_(pins, 1)
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    set(pins, 1) [9]
    set(pins, 0) [24]
samples, sums = bytearray(400), []
dma = rp2.DMA()
eye = rp2.StateMachine(0, sample, freq=1_000_000, in_base=Pin(IN, Pin.IN))
ctrl = dma.pack_ctrl(inc_read=False, treq_sel=4)
dma.config(read=eye, write=samples, count=100, ctrl=ctrl, trigger=True)
mouth = rp2.StateMachine(4, pulses, freq=1_000_000, set_base=Pin(OUT))
eye.active(1)
mouth.active(1)
for _ in range(20):
    sums.append(sum(samples))
    sorted(range(20))
print(sums, dma.count, time.ticks_us())
eye.active(0)
mouth.active(0)
"""
AWAITED = """
import machine, rp2, time
from machine import Pin
@rp2.asm_pio()
def slow():
    set(x, 31)
    label('wait')
    jmp(x_dec, 'wait') [31]
    in_(x, 32)
    push()
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    set(pins, 1) [9]
    set(pins, 0) [24]
source = rp2.StateMachine(0, slow, freq=4_000)
rp2.StateMachine(4, pulses, freq=2_000, set_base=Pin(OUT)).active(1)
source.active(1)
for _ in range(6):
    source.get()
    print(time.ticks_us())
for _ in range(100):
    machine.idle()
print(time.ticks_us())
"""


def _promises(
    family: str, program: str, press_ms: float, until_ms: float, patch: pytest.MonkeyPatch
) -> list[tuple[int, int]]:
    """When each promise to the board was given, and when it ends (ns)."""
    promises: list[tuple[int, int]] = []
    send = LinuxProcess.send
    circuit = rig.rig(family)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, seed=1, flash=flash) as bench:

            def noted(process: LinuxProcess, data: bytes) -> bool:
                kind, _steps, _received, horizon_ns, *_ = LAYOUT_GRANT.unpack_from(data)
                assert kind == REPLY_GRANT
                promises.append((bench.now_ns, horizon_ns))
                return send(process, data)

            patch.setattr(LinuxProcess, "send", noted)
            bench.control("btn", "pressed", 1, round(press_ms * rig.MS))
            bench.run(round(until_ms * rig.MS))
    return promises


def test_the_horizon_does_not_tell_when_a_button_is_pressed(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board knows the next press only as the end of one of many promises; the others end
    where nothing happens."""
    press_ns = round(PRESS_MS * rig.MS)
    promises = _promises(family, BUSY, PRESS_MS, RUN_MS, monkeypatch)
    # Nothing happens before the press: the means grow with the time.
    shares = [
        (end - start) / max(PROMISE_NS, start * PROMISED_SHARE)
        for start, end in promises
        if start < press_ns
    ]
    assert len(shares) > 12
    assert sum(end == press_ns for _, end in promises) == 1
    assert 0.4 < sum(shares) / len(shares) < 2
    assert max(shares) < 10


def test_a_board_that_asks_often_gets_the_same_promise_until_it_ends(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call to a bus is answered. Of many promises by chance the latest would end at the next
    press."""
    promises = _promises(family, READS, 9000, 3000, monkeypatch)
    early = [
        (end, following) for (_start, end), (start, following) in pairwise(promises) if start < end
    ]
    assert len(early) > 1000
    assert all(end == following for end, following in early)


def test_the_answers_to_its_own_requests_do_not_disturb_a_board(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It asks for the time every five minutes, and sleeps a second at a time."""
    grants = GrantCount(monkeypatch)
    trace = rig.play("esp32", ASKS_FOR_THE_TIME, 3600 * 1000)
    assert rig.printed_lines(trace) == ["asked"] * 11
    assert grants.count < 200


def test_a_board_that_sleeps_through_a_quiet_hour_asks_rarely(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wakes each second, 3,600 times. Each answer promises quiet for a part of the time for
    which it has been quiet."""
    assert _answers(family, [], monkeypatch) < 60


def test_a_knob_that_is_moved_disturbs_the_sleep_once(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No input reads it: only a conversion shows that it was moved, and a conversion asks."""
    turned = [(t_s, "pot", "position", 0.1 + t_s % 100 / 1000) for t_s in range(60, 3600, 30)]
    assert _answers(family, turned, monkeypatch) < 60 + 2 * len(turned)


def _answers(
    family: str, hands: list[tuple[int, str, str, float]], patch: pytest.MonkeyPatch
) -> int:
    """How often the bench answers a board in an hour in which it sleeps a second at a time."""
    circuit = rig.rig(family)
    with Flash(circuit.board) as flash, patch.context() as context:
        flash.put({"main.py": b"import time\nwhile True: time.sleep(1)\n"})
        with Bench(circuit, seed=1, flash=flash) as bench:
            for t_s, part, control, value in hands:
                bench.control(part, control, value, t_s * 1000 * rig.MS)
            grants = GrantCount(context)
            bench.run(3600 * 1000 * rig.MS)
    return grants.count


@pytest.mark.parametrize(
    "program",
    [
        LISTS,
        ERRORS,
        TIMERS,
        THREADS,
        SCHEDULED,
        WIRED_PWM,
        POLLED_UART,
        POLLED_PROGRAM,
        OWN_EDGES,
    ],
)
def test_a_trace_does_not_depend_on_when_the_board_asks(
    family: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the collector runs, which looks at words that earlier calls left on the stack."""
    _the_same_with_all_promises(family, program, monkeypatch)


CHAIN = """
import rp2, time
slow, copy = rp2.DMA(), rp2.DMA()
source, target, spare = b"abcd", bytearray(4), bytearray(4)
copy.config(read=source, write=target, count=1, ctrl=copy.pack_ctrl())
ctrl = slow.pack_ctrl(chain_to=copy.channel, inc_read=False, inc_write=False)
for turn in range(4):
    target[0], copy.read, copy.write = 0, source, target
    slow.config(read=source, write=spare, count=100_000 + 1000 * turn, ctrl=ctrl, trigger=True)
    while target[0] == 0:
        pass
    print(time.ticks_us())
"""
SOFT = """
import rp2
from machine import Pin
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    wrap_target()
    set(pins, 1)
    set(pins, 0) [30]
    wrap()
free = Pin(FREE, Pin.OUT)
Pin(OUT, Pin.OUT, value=0)
machine = rp2.StateMachine(1, pulses, freq=20_000, set_base=Pin(OUT))
calls = lambda pin: free.toggle()
Pin(IN, Pin.IN).irq(calls, Pin.IRQ_RISING | Pin.IRQ_FALLING)
machine.active(1)
for _ in range(5000):
    pass
machine.active(0)
"""


@pytest.mark.parametrize("program", [HARD, DMA, CHAIN, SOFT, AWAITED, HARD_OWN_EDGES])
def test_nor_do_interrupts_and_dma(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _the_same_with_all_promises("rp2", program, monkeypatch)


def _the_same_with_all_promises(
    family: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes, rng_of = set(), Seed.rng
    for number, share in enumerate(SHARES):

        def rng(seed: Seed, name: str, number: int = number) -> Random:
            return Random(number) if name == "promises" else rng_of(seed, name)

        monkeypatch.setattr(Seed, "rng", rng)
        monkeypatch.setattr(promises, "PROMISE_NS", PROMISE_NS // share)
        monkeypatch.setattr(promises, "PROMISED_SHARE", PROMISED_SHARE / share)
        hashes.add(rig.play(family, program, RUN_MS).sha256())
    assert len(hashes) == 1
