"""The port, tested through its frames and without the real bench: REPL, time, memory, faults and
sandbox."""

import re
import signal

import pytest

from hardware import boards
from hardware.bench.protocol import frames
from tests.support.bare_bench import ANSWER_S, BareBench, S, text

MACHINES = {
    "esp32": "Generic ESP32 module with ESP32",
    "esp32c3": "ESP32C3 module with ESP32C3",
    "esp32c6": "ESP32C6 module with ESP32C6",
    "esp32s2": "Generic ESP32S2 module with ESP32S2",
    "esp32s3": "Generic ESP32S3 module with ESP32S3",
    "rp2": "Raspberry Pi Pico with RP2040",
    "rp2350": "Raspberry Pi Pico2 with RP2350",
}
PROMPT = b">>> "
US = 1000
MS = 1_000_000
RP2_LOOP_US = 3.2 * 1.12
"""One iteration of an empty `for` on a Pico: the time on an emulated RP2040, times 1.12 for a real
Pico (costs.h)."""


def timed(bare: BareBench, statement: str) -> float:
    """Virtual microseconds of a statement, measured by the board."""
    before = "import time\ntime.sleep_ms(100)\na = time.ticks_us()"  # the serial line is idle
    after = "print('', time.ticks_diff(time.ticks_us(), a))"
    output, error = bare.raw(f"{before}\n{statement}\n{after}")
    assert not error
    return float(output.split()[-1])


def states(bare: BareBench) -> list[tuple[int, int, int]]:
    """(state, reset cause, detail) of every STATE record, in order."""
    return [(a, b, c) for _, a, b, c, _ in bare.of(frames.REC_STATE)]


# -- the prompt ---------------------------------------------------------------------------------


@pytest.mark.parametrize("port", boards.ports())
def test_boots_with_the_banner_of_its_firmware(port: str) -> None:
    with BareBench(port) as bare:
        banner = bare.until(PROMPT).decode()
        setup = "Performing initial setup\r\n" if port.startswith("esp32") else ""
        head = f"{setup}MicroPython v1.25.0 on 2025-04-15; {MACHINES[port]}\r\n"
        assert banner.startswith(head)
        hello = bare.rows[0]
        assert hello[:4] == (
            frames.REC_HELLO,
            frames.VERSION,
            2 if port.startswith("rp2") else 1,
            hello[3],
        )
        assert states(bare) == [(frames.STATE_BOOT, 1, 0), (frames.STATE_REPL, 1, 0)]


def test_the_uname_of_a_pico_with_a_radio(family: str) -> None:
    name = "Raspberry Pi Pico W with RP2040" if family == "rp2" else MACHINES[family]
    with BareBench(family, ["--radio", "1"]) as bare:
        assert f"; {name}\r\n" in bare.until(PROMPT).decode()
        output, _error = bare.raw(
            "import sys, os\nprint(sys.implementation._machine)\nprint(os.uname().machine)"
        )
    assert output == f"{name}\n{name}\n"


def test_friendly_prompt_answers(bare: BareBench) -> None:
    bare.type(b"1+1\r")
    assert bare.until(PROMPT) == b"1+1\r\n2\r\n>>> "


def test_raw_paste_runs_code_that_is_longer_than_the_receive_buffer(bare: BareBench) -> None:
    code = b"".join(b"v%d = %d\n" % (i, i) for i in range(200)) + b"print(v199)\n"
    bare.type(b"\x01")
    bare.until(b"CTRL-B to exit\r\n>")
    bare.type(b"\x05A\x01")
    assert bare.until(b"R\x01\x80\x00\x01")
    bare.type(code + b"\x04")
    assert re.fullmatch(rb"\x01*\x04199\r\n\x04\x04>", bare.until(b"\x04\x04>"))


def test_uname_and_platform(bare: BareBench, family: str) -> None:
    output, _ = bare.raw("import os, sys\nprint(os.uname().machine, sys.platform, os.uname()[2])")
    assert output == f"{MACHINES[family]} {family} 1.25.0\n"


@pytest.mark.parametrize(
    "program",
    [
        "while True: pass",
        "while True: print('x' * 50)",
        "import time\ntime.sleep(1e6)",
        "l = []\nwhile True: l = [1, 2, 3]",
        "def f(): f()\nwhile True:\n  try: f()\n  except RuntimeError: pass",
    ],
)
def test_ctrl_c_ends_a_running_program(bare: BareBench, program: str) -> None:
    bare.start(program)
    for _ in range(20):
        bare.serve()
    bare.type(b"\x03")
    bare.wake()
    assert b"KeyboardInterrupt" in bare.until(b"\x04>")
    assert bare.raw("print(1+1)") == ("2\n", "")


def test_ctrl_c_does_nothing_while_interrupts_are_disabled(bare: BareBench) -> None:
    bare.start(
        "import machine\ns = machine.disable_irq()\nfor _ in range(9**5): pass\nprint('on')\n"
    )
    bare.type(b"\x03")
    bare.wake()
    assert b"on" in bare.until(b"\x04>")


def test_soft_reset_stays_in_the_process(bare: BareBench, family: str) -> None:
    bare.type(b"left = 1\r")
    bare.until(PROMPT)
    bare.type(b"\x04")
    assert b"MPY: soft reboot\r\n" in bare.until(PROMPT)
    bare.type(b"left\r")
    assert b"NameError" in bare.until(PROMPT)
    cause = 5 if family == "esp32" else 1
    assert states(bare)[2:] == [
        (frames.STATE_SOFT_RESET, 1, 0),
        (frames.STATE_BOOT, cause, 0),
        (frames.STATE_REPL, cause, 0),
    ]


def test_a_hard_reset_names_the_cause_and_sends_a_new_hello(bare: BareBench, family: str) -> None:
    bare.type(b"import machine; left = 1; machine.reset()\r")
    bare.until(PROMPT)
    bare.type(b"left\r")
    assert b"NameError" in bare.until(PROMPT)
    cause = 2 if family == "esp32" else 3
    assert (frames.STATE_HARD_RESET, 1, cause) in states(bare)
    assert states(bare)[-2:] == [
        (frames.STATE_BOOT, cause, 0),
        (frames.STATE_REPL, cause, 0),
    ]
    assert len(bare.of(frames.REC_HELLO)) == 2


# -- programs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "least_ns", "most_ns"), [(1, 0, MS), (3, 20 * MS, S)])
def test_a_reset_takes_the_time_of_the_chip(
    family: str, cause: int, least_ns: int, most_ns: int
) -> None:
    with BareBench(family, ["--cause", str(cause)]) as bare:
        bare.until(PROMPT)
        boot = next(t for _, a, _, _, t in bare.of(frames.REC_STATE) if a == frames.STATE_BOOT)
    assert least_ns <= boot <= most_ns


def test_main_py_runs_and_its_exception_is_recorded(bare: BareBench) -> None:
    bare.raw("open('main.py', 'w').write('print(123)\\n1/0\\n')")
    bare.type(b"\x02")
    bare.until(PROMPT)
    bare.type(b"\x04")
    assert b"123\r\n" in bare.until(PROMPT)
    message = b"".join(text(row) for row in bare.of(frames.REC_EXC)).decode()
    assert (
        message
        == 'Traceback (most recent call last):\n  File "main.py", line 2, in <module>\n'
        + ("ZeroDivisionError: divide by zero\n")
    )
    assert [a for a, _, _ in states(bare)[-3:]] == [
        frames.STATE_MAIN,
        frames.STATE_MAIN_END,
        frames.STATE_REPL,
    ]
    assert states(bare)[-2][2] == 1


def test_memory_is_the_chips_and_fills_with_an_error(bare: BareBench, family: str) -> None:
    output, _ = bare.raw("import gc\ngc.collect()\nprint(gc.mem_free())")
    least, most = {"esp32": (150_000, 170_000), "rp2": (238_000, 246_000)}[family]
    assert least < int(output) < most  # the Pico's own firmware: 241,936 (docs/measured/timing.md)
    _, error = bare.raw("l = []\nwhile True: l.append(bytearray(1000))")
    assert "MemoryError: memory allocation failed" in error


def test_deep_recursion_is_an_error(bare: BareBench) -> None:
    _, error = bare.raw("def f(n): return f(n + 1)\nf(0)")
    assert error.endswith("RuntimeError: maximum recursion depth exceeded\n")
    assert bare.raw("print(1+1)") == ("2\n", "")


def test_overrun_of_the_c_stack_is_a_panic_record(bare: BareBench) -> None:
    # Comparing lists that contain each other recurses in C without a check (py/objlist.c).
    bare.start("a = []; b = [a]; a.append(b)\nc = []; d = [c]; c.append(d)\nprint(a == c)")
    with pytest.raises(EOFError):
        bare.until(b"never")
    assert states(bare)[-1] == (frames.STATE_PANIC, 1, signal.SIGSEGV)
    assert bare.process.wait(ANSWER_S) == 7


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import builtins\nbuiltins.ViperTypeError", "not simulated: builtins.ViperTypeError"),
        ("from machine import Pin, Pim", "ImportError: can't import name Pim"),
        ("import machine\nmachine.Pim", "AttributeError: 'module' object has no attribute 'Pim'"),
        ("import uctype", "ImportError: no module named 'uctype'"),
        ("import ssd1306", "ImportError: no module named 'ssd1306'"),
    ],
)
def test_a_name_that_only_the_chip_has_is_not_simulated(
    bare: BareBench, code: str, error: str
) -> None:
    assert bare.raw(code)[1].endswith(f"{error}\n")


def test_the_boot_leaves_the_names_of_the_chip(bare: BareBench, family: str) -> None:
    names = "['bdev', 'gc', 'vfs']" if family == "esp32" else "['machine', 'rp2']"
    code = "print(sorted(n for n in globals() if n[0] != '_' and n != 'inisetup'))"
    assert bare.raw(code) == (f"{names}\n", "")


# -- time ---------------------------------------------------------------------------------------


def test_an_interrupt_character_outside_of_a_byte_never_matches(bare: BareBench) -> None:
    bare.raw("import micropython, time; micropython.kbd_intr(300); time.sleep(3)")
    assert all(c <= 255 for _, _, _, c, _ in bare.of(frames.REC_SYNC))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("os.urandom(-1)", "MemoryError"),
        ("flash.writeblocks(0, b'x', flash.ioctl(4, 0) * 4096)", "OSError"),
        ("flash.writeblocks(flash.ioctl(4, 0) - 1, b'x', 4096)", "OSError"),
        ("flash.readblocks(1, bytearray(8), -4)", "OSError"),
    ],
)
def test_invalid_sizes_and_addresses(bare: BareBench, family: str, call: str, error: str) -> None:
    module = "from flashbdev import bdev as flash" if family == "esp32" else "import rp2"
    made = "" if family == "esp32" else "flash = rp2.Flash()"
    assert error in bare.raw(f"import os\n{module}\n{made}\n{call}")[1]


def test_an_hour_of_sleep_passes_at_once(bare: BareBench) -> None:
    start = bare.t_ns
    bare.step_ns = 10_000 * S
    assert bare.raw("import time\ntime.sleep(3600)") == ("", "")
    assert 3600 * S < bare.t_ns - start < 3601 * S


def test_a_loop_takes_the_time_of_a_pico() -> None:
    with BareBench("rp2") as bare:
        bare.until(PROMPT)
        bare.raw("def turns(n):\n    for _ in range(n): pass")
        turn_us = timed(bare, "turns(10000)") / 10_000
    assert turn_us == pytest.approx(RP2_LOOP_US, rel=0.2)


def test_builtins_and_straight_lines_take_time(bare: BareBench) -> None:
    assert 50e3 < timed(bare, "sum(range(30_000))") < 100e3
    assert timed(bare, "x = 1\n" * 100) > 10
    assert timed(bare, "import gc\ngc.collect()") > 200


def test_sleeps_are_exact(bare: BareBench) -> None:
    overhead_us = 100  # of the names, the call and its return; 67 on the Pico's firmware
    assert 250_000 < timed(bare, "time.sleep_ms(250)") < 250_000 + overhead_us
    assert 690 < timed(bare, "time.sleep_us(700)") < 700 + overhead_us


def test_printing_waits_for_the_line_when_its_fifo_is_full(family: str, bare: BareBench) -> None:
    took_us = timed(bare, "print('x' * 998)")
    if family == "esp32":  # 115200 baud, less the 128 bytes of the FIFO
        assert took_us == pytest.approx((1000 - 128) * 86.8, rel=0.05)
    else:
        assert took_us < 5000


def test_ticks_begin_at_the_value_of_the_bench(family: str) -> None:
    with BareBench(family, ["--ticks0", "5000", "--t0", str(7 * S)]) as bare:
        bare.until(PROMPT)
        output, _ = bare.raw("import time\nprint(time.ticks_ms(), time.time())")
    ticks_ms, seconds = map(int, output.split())
    assert 5000 <= ticks_ms < 5300
    assert seconds == {"esp32": 0, "rp2": 1609459200}[family]


def test_asyncio_runs_on_virtual_time(bare: BareBench) -> None:
    code = """
import asyncio, time
async def work(ms, times):
    for _ in range(times):
        await asyncio.sleep_ms(ms)
async def main():
    await asyncio.gather(work(100, 50), work(333, 15), work(5000, 1))
start = time.ticks_ms()
asyncio.run(main())
print(time.ticks_diff(time.ticks_ms(), start))
"""
    output, error = bare.raw(code)
    assert not error
    assert 5000 <= int(output) < 5100


# -- pins ---------------------------------------------------------------------------------------


def test_a_polling_loop_sees_the_level_from_the_bench(bare: BareBench) -> None:
    bare.start(
        "from machine import Pin\np = Pin(4, Pin.IN, Pin.PULL_UP)\nprint(p.value())\n"
        "while not p.value(): pass\nprint('high')\n"
    )
    bare.until(b"0\r\n")
    asks = len(bare.rows)
    bare.levels = 1 << 4
    bare.until(b"high\r\n")
    assert len(bare.rows) - asks < 20, "a poll within the horizon must not ask"
    pull = frames.MODE_IN | frames.PULL_UP << 4
    assert (frames.REC_MODE, 4, pull, 0) in [row[:4] for row in bare.rows]


def test_outputs_are_recorded_with_their_times(bare: BareBench) -> None:
    bare.raw(
        "from machine import Pin\nimport time\np = Pin(2, Pin.OUT, value=1)\n"
        "for _ in range(3):\n    p.toggle()\n    time.sleep_ms(10)\n"
    )
    outs = bare.of(frames.REC_OUT)
    assert [row[3] for row in outs] == [0, 1, 0]
    assert outs[1][4] - outs[0][4] == pytest.approx(10 * MS, abs=100 * US)


def test_an_edge_runs_its_handler_and_a_pin_without_one_does_not(bare: BareBench) -> None:
    bare.start(
        "from machine import Pin\nimport time\nseen = []\n"
        "p = Pin(4, Pin.IN)\np.irq(lambda pin: seen.append(pin is p), Pin.IRQ_RISING)\n"
        "print('ready')\ntime.sleep(3)\nprint(seen)\n"
    )
    bare.until(b"ready\r\n")
    bare.edges = (1 << 4 | 1 << 5, 1 << 4)
    assert b"[True]\r\n" in bare.until(b"\x04>")
    assert (frames.REC_IRQ, 4, 1, 0) in [row[:4] for row in bare.rows]


@pytest.mark.parametrize(
    ("family", "code", "error"),
    [
        ("esp32", "Pin(24)", "ValueError: invalid pin"),
        ("esp32", "Pin('LED')", "ValueError: invalid pin"),
        ("esp32", "Pin(34, Pin.OUT)", "ValueError: pin can only be input"),
        ("esp32", "Pin(4).irq(print, hard=True)", "TypeError: extra keyword arguments given"),
        ("rp2", "Pin(30)", "ValueError: invalid pin"),
        ("rp2", "Pin('GP99')", 'ValueError: unknown named pin "GP99"'),
        ("rp2", "Pin(4).irq(print, wake=1)", "TypeError: extra keyword arguments given"),
    ],
)
def test_pin_errors_are_the_chips(family: str, code: str, error: str) -> None:
    with BareBench(family) as bare:
        bare.until(PROMPT)
        assert bare.raw(f"from machine import Pin\n{code}")[1].endswith(f"{error}\n")


def test_pico_names_its_pins() -> None:
    with BareBench("rp2") as bare:
        bare.until(PROMPT)
        output, _ = bare.raw(
            "from machine import Pin\nprint(Pin('LED', Pin.OUT), Pin('GP15', Pin.IN, Pin.PULL_UP))"
        )
    assert output == "Pin(GPIO25, mode=OUT) Pin(GPIO15, mode=IN, pull=PULL_UP)\n"


RADIO = ("--radio", "1")


def test_the_led_of_a_pico_w_is_at_its_wifi_chip() -> None:
    with BareBench("rp2", RADIO) as bare:
        bare.until(PROMPT)
        code = "from machine import Pin\nled = Pin('LED', Pin.OUT)\nled.on()\nprint(led, led())"
        assert bare.raw(code) == ("Pin(EXT_GPIO0, mode=OUT) 1\n", "")
        assert (frames.REC_OUT, 30, 0, 1) in [row[:4] for row in bare.rows]
        bare.raw("Pin(25, Pin.OUT).on()")
        assert (frames.REC_OUT, 25, 0, 1) in [row[:4] for row in bare.rows]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("Pin('GP25')", 'unknown named pin "GP25"'),
        ("Pin('LED', Pin.OUT, Pin.PULL_UP)", "pulls are not supported for external pins"),
        ("Pin('LED', Pin.OPEN_DRAIN)", "only Pin.OUT and Pin.IN are supported for this pin"),
        ("PWM(Pin('LED'))", "expecting a regular GPIO Pin"),
        ("Pin('LED').irq(print)", "expecting a regular GPIO Pin"),
    ],
)
def test_a_pin_of_the_wifi_chip_has_its_limits(code: str, error: str) -> None:
    with BareBench("rp2", RADIO) as bare:
        bare.until(PROMPT)
        assert bare.raw(f"from machine import PWM, Pin\n{code}")[1].endswith(f"{error}\n")


def test_the_heap_of_a_pico_w_is_smaller() -> None:
    free = []
    for args in ((), RADIO):
        with BareBench("rp2", args) as bare:
            bare.until(PROMPT)
            free.append(int(bare.raw("import gc\ngc.collect()\nprint(gc.mem_free())")[0]))
    assert 40_000 < free[0] - free[1] < 70_000


def test_the_clock_of_spi_on_a_pico_is_made_from_48_mhz() -> None:
    program = """
import machine
from machine import SPI
def hz(asked):
    return str(SPI(0, asked)).split("baudrate=")[1].split(",")[0]
print(hz(1_000_000), hz(10_000_000), hz(62_500_000))
machine.freq(125_000_000, 125_000_000)
print(hz(62_500_000))
machine.freq(125_000_000)
print(hz(62_500_000))
"""
    with BareBench("rp2") as bare:
        bare.until(PROMPT)
        assert bare.raw(program) == ("1000000 8000000 24000000\n62500000\n24000000\n", "")


# -- the same again, and the lock ---------------------------------------------------------------


def test_the_same_input_gives_the_same_records(family: str) -> None:
    code = """
import os, random, time
class Thing: pass
things = {Thing() for _ in range(5)}
print(things, id(things), hash('x'), random.random(), os.urandom(8), time.ticks_us())
"""
    runs = []
    for padding in ("", "x" * 4000):
        with BareBench(family, ["--seed", "7", "--uid", f"0{len(padding)}"]) as bare:
            bare.until(PROMPT)
            bare.raw(code)
            runs.append([row for row in bare.rows if row[0] != frames.REC_HELLO])
    assert runs[0] == runs[1]


def test_a_board_enables_its_own_sandbox(bare: BareBench) -> None:
    bare.raw("pass")
    with open(f"/proc/{bare.process.pid}/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    assert lines["Seccomp"].strip() == "2"
    assert lines["NoNewPrivs"].strip() == "1"


def test_a_board_ends_with_its_bench_also_in_a_busy_loop(family: str) -> None:
    bare = BareBench(family)
    bare.until(PROMPT)
    bare.start("while True: pass")
    with bare:
        pass
    assert bare.process.returncode == 4
