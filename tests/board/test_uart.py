"""machine.UART: bytes from one pin arrive at another, with the timing of the line."""

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from tests.support.rig import printed_lines
from tests.support.several_boards import boards, circuit, text

SECOND = 1_000_000_000
LOOPS = {
    "esp32": ("board-esp32-devkit-c-v4", "17", "16", "UART(2"),
    "rp2": ("wokwi-pi-pico", "GP4", "GP5", "UART(1"),
}
BOTH = pytest.mark.parametrize("family", ["esp32", "rp2"])


def run(family: str, program: str, until_ns: int = 2 * SECOND) -> Trace:
    """A board with TX wired to RX; `UART(` in the program stands for this UART."""
    kind, tx, rx, uart = LOOPS[family]
    wires = [[f"b:{tx}", f"b:{rx}", "", []]]
    circuit = Circuit(
        load({"version": 1, "parts": [{"type": kind, "id": "b"}], "connections": wires})
    )
    head = "from machine import UART\nimport time\n"
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (head + program.replace("UART(", f"{uart}, ")).encode()})
        with Bench(circuit, flash=flash) as bench:
            bench.run(until_ns)
            return bench.trace


@BOTH
def test_bytes_arrive_in_the_time_of_the_line(family: str) -> None:
    program = """
u = UART(baudrate=9600)
t = time.ticks_us()
print(u.write(b'hello\\n'), u.any(), u.txdone())
while u.any() < 6:
    pass
us = time.ticks_diff(time.ticks_us(), t)
print(u.txdone(), u.read(), u.read(), 6250 <= us < 7500)
"""
    assert printed_lines(run(family, program)) == ["6 0 False", "True b'hello\\n' None True"]


@BOTH
def test_a_read_waits_for_its_time_out(family: str) -> None:
    program = """
u = UART(baudrate=9600, timeout=50)
t = time.ticks_ms()
print(u.read(1), 50 <= time.ticks_diff(time.ticks_ms(), t) <= 52)
u.write(b'ab\\n')
print(u.readline())
"""
    assert printed_lines(run(family, program)) == ["None True", "b'ab\\n'"]


@BOTH
def test_bytes_that_do_not_fit_into_the_buffer_are_lost(family: str) -> None:
    program = (
        "u = UART(baudrate=115200)\nu.write(b'x' * 1000)\ntime.sleep(1)\nprint(len(u.read()))\n"
    )
    assert printed_lines(run(family, program)) == ["256"]


@BOTH
def test_a_long_write_waits_for_the_line(family: str) -> None:
    program = """
u = UART(baudrate=9600, rxbuf=2000)
t = time.ticks_ms()
u.write(bytes(1000))
u.flush()
print(1041 <= time.ticks_diff(time.ticks_ms(), t) <= 1060, len(u.read()))
"""
    assert printed_lines(run(family, program)) == ["True 1000"]


@BOTH
def test_an_interrupt_reports_an_idle_line(family: str) -> None:
    program = """
u = UART(baudrate=9600)
heard = []
u.irq(lambda x: heard.append(x.read()), UART.IRQ_RXIDLE)
u.write(b'first')
time.sleep_ms(50)
u.write(b'second')
time.sleep_ms(50)
print(heard)
""".replace("UART.", "u.")
    assert printed_lines(run(family, program)) == ["[b'first', b'second']"]


@BOTH
def test_seven_bits_and_a_parity(family: str) -> None:
    program = """
u = UART(baudrate=9600, bits=7, parity=0, stop=2)
u.write(b'\\xc1')
time.sleep_ms(5)
print(u.read())
"""
    assert printed_lines(run(family, program)) == ["b'A'"]


@BOTH
def test_a_break_is_a_zero(family: str) -> None:
    program = "u = UART(baudrate=9600)\nu.sendbreak()\ntime.sleep_ms(5)\nprint(u.read())\n"
    assert printed_lines(run(family, program)) == ["b'\\x00'"]


@BOTH
def test_a_soft_reset_ends_a_uart(family: str) -> None:
    program = """
import machine
try:
    open('twice')
    u = UART(baudrate=9600)
    print(u.any())
except OSError:
    open('twice', 'w').close()
    UART(baudrate=300).write(b'late')
    machine.soft_reset()
"""
    assert printed_lines(run(family, program))[-1] == "0"


def test_wrong_arguments_are_refused_as_on_the_chip() -> None:
    program = """
from machine import UART as U
for make in (lambda: U(9), lambda: U(1, bits=9), lambda: U(1, invert=1), lambda: U(1, flow=8)):
    try:
        print(make())
    except ValueError as error:
        print(error)
"""
    assert printed_lines(run("esp32", program)) == [
        "UART(9) does not exist",
        "invalid data bits",
        "invalid inversion mask",
        "invalid flow control mask",
    ]


def test_a_rate_that_no_chip_reaches() -> None:
    program = "try: print(UART(baudrate=50_000_000))\nexcept OSError as e: print(e)"
    assert printed_lines(run("esp32", program)) == ["(-1, 'ESP_FAIL')"]
    assert "baudrate=7812500," in printed_lines(run("rp2", program))[0]


def test_a_register_takes_only_its_bits_of_a_number() -> None:
    assert (
        "bits=8, parity=None, stop=2,"
        in printed_lines(run("rp2", "print(UART(bits=64, stop=4))"))[0]
    )


@BOTH
def test_a_break_of_a_uart_that_is_off_does_nothing(family: str) -> None:
    program = "u = UART(baudrate=9600)\nu.deinit()\nu.sendbreak()\nprint('on')"
    assert printed_lines(run(family, program)) == ["on"]


def test_two_boards_exchange_bytes_over_two_wires() -> None:
    asks = """
from machine import UART
import time
u = UART(2, baudrate=115200, timeout=100)
time.sleep_ms(50)
slowest = 0
for n in range(20):
    start = time.ticks_us()
    u.write(b'ping%02d\\n' % n)
    answer = u.readline()
    slowest = max(slowest, time.ticks_diff(time.ticks_us(), start))
    assert answer == b'pong%02d\\n' % n, answer
print(slowest)
"""
    answers = """
from machine import UART
u = UART(1, baudrate=115200, timeout=1000)
while True:
    line = u.readline()
    if line:
        u.write(b'pong' + line[4:])
"""
    made = circuit(("esp:17", "pico:GP5"), ("pico:GP4", "esp:16"))
    with boards(made, {"esp": asks, "pico": answers}) as bench:
        bench.run(SECOND // 5)
        slowest_us = int(text(bench, "esp"))
    on_the_line_us = 14 * 10 * 1e6 / 115200
    assert on_the_line_us < slowest_us < on_the_line_us + 1000


SQUARE = """
from machine import Pin
import time
out = Pin(26, Pin.OUT)
due = time.ticks_us()
while True:
    out(not out())
    due = time.ticks_add(due, 500)
    while time.ticks_diff(due, time.ticks_us()) > 0:
        pass
"""
"""A program that drives the wire as a plain pin: 1 kHz."""
POLLED = """
    changes, was, end = 0, inp(), time.ticks_ms() + 100
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        now = inp()
        changes += now != was
        was = now
    print(changes)
"""
READERS = {
    "polled": POLLED,
    "handler": """
    changes = 0
    def count(pin):
        global changes
        changes += 1
    inp.irq(count, Pin.IRQ_RISING | Pin.IRQ_FALLING)
    time.sleep_ms(100)
    inp.irq(None)
    print(changes)
"""
    + POLLED,
    "pulse": """
    while inp():
        pass
    print(time_pulse_us(inp, 1) // 5 + 100)
""",
    "state machine": """
    @asm_pio()
    def rises():
        wait(0, pin, 0)
        wait(1, pin, 0)
        irq(rel(0))
    changes = 0
    def count(sm):
        global changes
        changes += 2
    machine = StateMachine(0, rises, in_base=inp)
    machine.irq(count)
    machine.active(1)
    time.sleep_ms(100)
    machine.active(0)
    print(changes)
""",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("again", [False, True], ids=["once", "set up again"])
def test_the_pin_of_a_uart_can_be_read_as_a_pin(reader: str, again: bool) -> None:
    program = f"""
from machine import Pin, UART, time_pulse_us
from rp2 import StateMachine, asm_pio
import time
uart = UART(1, 9600, tx=4, rx=5)
inp = Pin(5)
for turn in range({1 + again}):
{READERS[reader]}
    uart.init(9600)
"""
    made = circuit(("esp:26", "pico:GP5"))
    with boards(made, {"esp": SQUARE, "pico": program}) as bench:
        bench.run(SECOND)
        counts = [int(line) for line in text(bench, "pico").split()]
        assert len(counts) in (1 + again, 2 + 2 * again), text(bench, "pico")
        assert all(197 <= count <= 202 for count in counts), counts


@pytest.mark.parametrize("rxbuf", [100, 20_000])
def test_a_board_that_sleeps_keeps_what_fits_into_its_buffer(rxbuf: int) -> None:
    program = f"""
from machine import UART
import time
uart = UART(1, 115200, tx=4, rx=5, rxbuf={rxbuf})
time.sleep(3)
got = uart.read()
print(len(got), got == bytes(n & 255 for n in range(len(got))), uart.any())
"""
    sends = "from machine import UART\nimport time\ntime.sleep_ms(100)\n"
    sends += "UART(1, 115200, tx=26, rx=27).write(bytes(n & 255 for n in range(15_000)))\n"
    made = circuit(("esp:26", "pico:GP5"))
    with boards(made, {"esp": sends, "pico": program}) as bench:
        bench.run(4 * SECOND)
        assert text(bench, "pico").strip() == f"{min(rxbuf, 15_000)} True 0"


def test_two_senders_on_one_wire_arrive_in_the_order_of_time() -> None:
    """The second one is set up in the middle of the first one's bytes, and is slower to begin."""
    hears = "from machine import UART\nimport time\nuart = UART(1, 1200, tx=4, rx=5, rxbuf=200)\n"
    hears += "time.sleep(2)\nprint(uart.read())\n"
    sends = "from machine import UART\nimport time\n"
    one = f"{sends}time.sleep_ms(100)\nUART(1, 1200, tx=26, rx=27).write(b'aaaaaaaa')\n"
    two = f"{sends}time.sleep_ms(120)\nUART(1, 1200, tx=Pin(4), rx=Pin(5)).write(b'bbbb')\n"
    two = two.replace("import UART", "import Pin, UART")
    made = circuit(
        ("esp:26", "pico:GP5"), ("third:GP4", "pico:GP5"), boards=("esp", "pico", "third")
    )
    with boards(made, {"esp": one, "third": two, "pico": hears}) as bench:
        bench.run(3 * SECOND)
        got = text(bench, "pico").strip()
    assert got.count("a") == 8 and got.count("b") == 5 and "ab" in got and "ba" in got


MONITORED = {
    "esp32": ("board-esp32-devkit-c-v4", "esp:17", "UART(2, 115200)"),
    "rp2": ("wokwi-pi-pico", "esp:GP0", "UART(0, 9600, tx=Pin(0), rx=Pin(1))"),
}


@BOTH
def test_the_serial_monitor_shows_the_pin_that_is_wired_to_it(family: str) -> None:
    kind, pin, uart = MONITORED[family]
    wires = [[pin, "$serialMonitor:RX", "", []]]
    circuit = Circuit(
        load({"version": 1, "parts": [{"type": kind, "id": "esp"}], "connections": wires})
    )
    program = f"""
from machine import UART, Pin
u = {uart}
print("printed")
u.write("sent by the UART\\n")
u.flush()
print("printed later")
"""
    heard: list[tuple[bytes, int]] = []
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, flash=flash) as bench:
            bench.on_tx(lambda data, t_ns: heard.append((data, t_ns)))
            bench.run(SECOND)
            lines = printed_lines(bench.trace)
    assert lines[:3] == ["printed", "sent by the UART", "printed later"]
    assert b"sent by the UART" in b"".join(data for data, _ in heard)


@BOTH
def test_what_a_uart_sends_to_the_serial_monitor_counts_as_output(family: str) -> None:
    kind, pin, uart = MONITORED[family]
    wires = [[pin, "$serialMonitor:RX", "", []]]
    circuit = Circuit(
        load({"version": 1, "parts": [{"type": kind, "id": "esp"}], "connections": wires})
    )
    program = f"""
from machine import UART, Pin
u = {uart.replace("9600", "115200")}
while True:
    u.write(b"x" * 100)
    u.flush()
"""
    shown = bytearray()
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, flash=flash, limits=Limits(output_bytes=5000)) as bench:
            bench.on_output(shown.extend)
            bench.run(3 * SECOND)
            assert bench.ended is not None and bench.ended.cause == frames.END_OUTPUT
            assert bench.ended.t_ns < SECOND
            assert bench.ended.detail == "more output than allowed"
            assert len(bench.trace.serial().data) == len(shown) == 5000


def test_other_uarts_are_not_shown() -> None:
    trace = run("rp2", "u = UART()\nu.write('sent')\nu.flush()\nprint('printed')")
    assert printed_lines(trace)[0] == "printed"
