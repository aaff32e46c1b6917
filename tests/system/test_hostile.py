"""Hostile programs: each gets an error or is ended, and no other board is affected."""

import re
import socket
from typing import NamedTuple

import pytest

from hardware.bench.bench import Bench
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from tests.support.neighbour import HONEST, OTHER, undisturbed, with_honest_board
from tests.support.rig import printed_lines

SECOND = 1_000_000_000
UNTIL_NS = 2 * SECOND
MOST_NS = 400 * SECOND
"""By this time also a slow end (CPU time, a full trace) has come."""
SMALL = Limits(cpu_s=2, output_bytes=100_000, records=100_000)
"""Limits that end a board by its use of a resource. The wall-clock limit is far above, also on a
busy machine."""
PINS = """
import machine, time
from machine import Pin
out, back = Pin({out}, Pin.OUT), Pin({back}, Pin.IN)
"""
NUMBERS = {"esp32": {"out": 32, "back": 33}, "rp2": {"out": 16, "back": 17}}
STALE = """
import gc
def stale():
    b = bytearray(8000)
    m = memoryview(b)
    b.extend(bytes(30000))
    return m
m = stale()
gc.collect()
a = [[n] for n in range(900)]
for n in range(len(m)):
    m[n] = 0 if n & 3 else 0x10
print('overwritten')
print(sum(len(x) for x in a))
"""
CRASH = """
a, b = [], []
a.append(a)
b.append(b)
print('compares')
a == b
"""
PIO = (
    PINS
    + """
import rp2
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def fast():
    set(pins, 1)
    set(pins, 0)
rp2.StateMachine(0, fast, freq=125_000_000, set_base=out).active(1)
time.sleep(99)
"""
)


class Harm(NamedTuple):
    """A program on a board of a family, its output, and its possible ends (empty: it runs on)."""

    family: str
    program: str
    output: str = ""
    ends: tuple[int, ...] = ()


OUTPUT, RECORDS = frames.END_OUTPUT, frames.END_RECORDS
BUSY = (frames.END_CPU, OUTPUT, RECORDS)
HARM = {
    "memory": Harm("esp32", "a = []\nwhile True: a.append(bytes(999))", "MemoryError"),
    "a big int": Harm("esp32", "1 << 10 ** 9", "MemoryError"),
    "recursion": Harm("esp32", "def f(): f()\nf()", "RuntimeError: maximum recursion depth"),
    "nested source": Harm("rp2", "eval('(' * 9000)", "MemoryError"),
    "nested data": Harm("esp32", "import json\njson.loads('[' * 20000)", "MemoryError"),
    "a slow pattern": Harm("rp2", "import re\nwhile True: re.match('(a*)*b', 'a' * 900)"),
    "no interrupts": Harm(
        "rp2",
        "import micropython, machine\nmicropython.kbd_intr(-1)\n"
        "machine.disable_irq()\nwhile True: pass",
    ),
    "output": Harm("rp2", "while True: print('x' * 99)", "x{99}", (OUTPUT,)),
    "tracebacks": Harm(
        "esp32",
        "import sys\nwhile True: sys.print_exception(OSError('x' * 999))",
        "x{99}",
        (OUTPUT,),
    ),
    "a full flash": Harm(
        "esp32", "f = open('f', 'w')\nwhile True: f.write('x' * 4096)", "OSError: 28"
    ),
    "edges": Harm(
        "rp2", PINS + "back.init(Pin.OUT)\nwhile True: back(1); back(0)", "", (RECORDS,)
    ),
    "edges at a listening input": Harm("rp2", PINS + "while True: out(1); out(0)", "", BUSY),
    "a PWM at a listening input": Harm(
        "esp32", PINS + "machine.PWM(out, freq=40_000_000, duty_u16=32768)\ntime.sleep(9)"
    ),
    "modes": Harm("esp32", PINS + "while True: out.init(Pin.IN); out.init(Pin.OUT)", "", BUSY),
    "interrupts that cause each other": Harm(
        "esp32", PINS + "back.irq(lambda p: out(not out()), 3)\nout(1)\nwhile True: pass", "", BUSY
    ),
    "timers": Harm(
        "rp2",
        "import machine\nts = []\nwhile True: ts.append(machine.Timer("
        "period=1, callback=lambda t: ts.append(t)))",
        "MemoryError|",
        BUSY,
    ),
    "resets": Harm("esp32", "import machine\nmachine.reset()"),
    "short sleeps": Harm("rp2", "import machine\nmachine.deepsleep(1)"),
    "threads": Harm(
        "esp32",
        "import _thread, time\ndef f():\n while True: time.sleep(1)\n"
        "while True: _thread.start_new_thread(f, ())",
        "OSError: can't create thread",
    ),
    "a UART with a loopback": Harm(
        "rp2",
        PINS + "u = machine.UART(0, 1_000_000, tx=out, rx=back)\n"
        "while True: u.write(bytes(32_000))",
        "",
        BUSY,
    ),
    "a slow UART": Harm(
        "esp32",
        PINS + "u = machine.UART(1, 1, tx=out, rx=back, txbuf=32_000)\n"
        "while True: u.write(bytes(32_000))",
    ),
    "long bit streams": Harm(
        "rp2", PINS + "while True: machine.bitstream(out, 0, (900_000,) * 4, bytes(290))"
    ),
    "PIO": Harm("rp2", PIO, "", BUSY),
    "a crash": Harm("esp32", CRASH, "compares", (frames.END_CRASH,)),
    "a crash of the other family": Harm("rp2", CRASH, "compares", (frames.END_CRASH,)),
    "a view of memory that was given up": Harm("esp32", STALE, "overwritten\n900"),
    "the same on the other family": Harm("rp2", STALE, "overwritten\n900"),
}


@pytest.mark.parametrize("what", HARM)
def test_a_hostile_program_harms_no_other_board(what: str) -> None:
    harm = HARM[what]
    program = harm.program
    for name, pin in NUMBERS[harm.family].items():
        program = program.replace(f"{{{name}}}", str(pin))
    with with_honest_board(harm.family, program, limits=SMALL) as bench:
        bench.run(UNTIL_NS)
        assert bench.traces[HONEST].sha256() == undisturbed(UNTIL_NS)
        await_end(bench, harm)
        other, honest = bench.traces[OTHER], bench.traces[HONEST]
    end = other.ended()
    assert (end is not None and end.cause in harm.ends) if harm.ends else end is None, end
    assert re.search(harm.output, "\n".join(printed_lines(other))), printed_lines(other)[-9:]
    assert honest.ended() is None


def await_end(bench: Bench, harm: Harm) -> None:
    """Runs until the other board has ended or has printed the expected output."""
    while bench.boards[OTHER].ended is None and bench.now_ns < MOST_NS:
        if not harm.ends and re.search(harm.output, "\n".join(printed_lines(bench.traces[OTHER]))):
            return
        bench.run(bench.now_ns + 10 * SECOND)


@pytest.mark.long  # four million records
def test_ten_million_edges_fill_the_trace_and_end_the_board() -> None:
    program = (
        "from machine import Pin\np = Pin(2, Pin.OUT)\nfor n in range(5_000_000): p.on(); p.off()"
    )
    with with_honest_board("rp2", program) as bench:
        bench.run(100 * SECOND)
        end = bench.traces[OTHER].ended()
        assert end is not None and end.cause == RECORDS
        assert len(bench.traces[OTHER].edges(2).t_ns) > 3_900_000
        assert bench.traces[HONEST].ended() is None


def test_modules_of_a_host_are_missing(family: str) -> None:
    tries = (
        "import os; os.fork()",
        "import os; os.system('ls')",
        "import os; os.exec('ls')",
        "import subprocess",
        "import posix",
        "import ctypes",
        "import ffi",
        "import uctypes; uctypes.bytes_at(0x08048000, 64)",
        "import uctypes; uctypes.bytearray_at(0x08048000, 64)",
        "import uctypes; uctypes.struct(0x08048000, {'x': uctypes.UINT32 | 0}).x = 0",
        "open('/etc/passwd')",
        "open('../../../etc/passwd')",
        "open('/proc/self/maps')",
        "open('/dev/mem', 'rb')",
        "import vfs; vfs.VfsPosix('/')",
        "import machine; machine.mem32[0]",
        "import machine; machine.mem8[0xFFFFFFFF] = 1",
        "import micropython\n@micropython.viper\ndef f(): pass",
        "with open('m.mpy', 'wb') as f: f.write(b'M\\x06\\x00\\x1f')\nimport m",
    )
    program = f"for n, what in enumerate({tries!r}):\n" + (
        " try: exec(what); print(n, 'DONE')\n except Exception as e: print(n, repr(e))\n"
        "import os\nprint(sorted(os.listdir('/')))"
    )
    with with_honest_board(family, program) as bench:
        bench.run(UNTIL_NS)
        lines = printed_lines(bench.traces[OTHER])
    wanted = r"\d+ (AttributeError|ImportError|OSError\(2,\)|NotImplementedError\('not simulated"
    wanted += r"|SyntaxError\('invalid micropython decorator)"
    assert len(lines) == len(tries) + 1
    assert [line for line in lines[:-1] if not re.match(wanted, line)] == []
    first = ["boot.py"] if family == "esp32" else []
    assert lines[-1] == f"{[*first, 'm.mpy', 'main.py']}"


def test_no_socket_reaches_the_host(family: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        places = [(ip, port) for ip in ("127.0.0.1", "localhost", "0.0.0.0", "10.13.37.1")]
        places.append(("169.254.169.254", 80))
        program = f"""
import network, socket, time
w = network.WLAN(network.WLAN.IF_STA)
w.active(True)
w.connect('Wokwi-GUEST')
while not w.isconnected(): time.sleep_ms(50)
for place in {places!r}:
    s = socket.socket()
    s.settimeout(3)
    try:
        s.connect(socket.getaddrinfo(*place)[0][-1])
        print('CONNECTED')
    except OSError as e:
        print('OSError')
    s.close()
"""
        with with_honest_board(family, program) as bench:
            bench.run(20 * SECOND)
            lines = printed_lines(bench.traces[OTHER])
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert lines == ["OSError"] * len(places)
