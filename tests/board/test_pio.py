"""The state machines of PIO on the Pico (RP2040 datasheet, chapter 3), as MicroPython's rp2 module
gives them to a program.
"""

import numpy as np
import pytest

from hardware.bench.trace.trace import Trace
from tests.support.project import TESTS
from tests.support.rig import MS, PINS, Hand, play, printed_lines

HEAD = """
from machine import Pin
from rp2 import PIO, StateMachine, asm_pio, asm_pio_encode, PIOASMError
import machine, rp2, time
"""


def run(program: str, until_ms: float = 1000, *hands: Hand) -> Trace:
    """The trace of a program for the rig."""
    trace = play("rp2", HEAD + program, until_ms, hands)
    assert not trace.exceptions(), trace.exceptions()[0].text
    return trace


def lines(program: str, until_ms: float = 1000, *hands: Hand) -> list[str]:
    """The lines that the program printed."""
    return printed_lines(run(program, until_ms, *hands))


def steps(trace: Trace, role: str) -> list[int]:
    """Nanoseconds between the edges at a pin of the rig."""
    return [int(gap) for gap in np.diff(trace.edges(PINS["rp2"][role]).t_ns[1:])]


def test_pio_blinks_a_led_while_the_program_sleeps() -> None:
    program = """
@asm_pio(set_init=PIO.OUT_LOW)
def blink():
    wrap_target()
    set(pins, 1) [31]
    nop() [31]
    set(pins, 0) [31]
    nop() [31]
    wrap()
sm = StateMachine(0, blink, freq=2000, set_base=Pin(OUT))
sm.active(1)
time.sleep_ms(500)
sm.active(0)
print(sm, sm.active(), Pin(IN, Pin.IN)())
"""
    trace = run(program)
    gaps = steps(trace, "OUT")
    assert set(gaps) == {32 * MS}
    assert len(gaps) == 15
    assert printed_lines(trace) == ["StateMachine(0) False 0"]


def test_every_cycle_counts() -> None:
    """Side-set with delays at 8 MHz: the WS2812 program of the RP2040 documentation."""
    program = """
@asm_pio(sideset_init=PIO.OUT_LOW, out_shiftdir=PIO.SHIFT_LEFT, autopull=True, pull_thresh=24)
def ws2812():
    label("bitloop")
    out(x, 1)               .side(0)    [2]
    jmp(not_x, "do_zero")   .side(1)    [1]
    jmp("bitloop")          .side(1)    [4]
    label("do_zero")
    nop()                   .side(0)    [4]
sm = StateMachine(0, ws2812, freq=8_000_000, sideset_base=Pin(FREE))
sm.active(1)
sm.put(0xA00001, 8)
time.sleep_ms(1)
"""
    edges = run(program).edges(PINS["rp2"]["FREE"])
    highs = np.round((edges.falling() - edges.rising()) / 125).astype(int).tolist()
    assert highs == [7 if 0xA00001 >> bit & 1 else 2 for bit in range(23, -1, -1)]
    assert set(np.diff(edges.rising()).tolist()) <= {1248, 1250, 1252, 1256, 1240}


def test_a_serial_line_by_pio() -> None:
    program = """
@asm_pio(sideset_init=PIO.OUT_HIGH, out_init=PIO.OUT_HIGH, out_shiftdir=PIO.SHIFT_RIGHT)
def uart_tx():
    pull()
    set(x, 7)  .side(0)       [7]
    label("bitloop")
    out(pins, 1)              [6]
    jmp(x_dec, "bitloop")
    nop()      .side(1)       [6]
sm = StateMachine(0, uart_tx, freq=8 * 115200, sideset_base=Pin(FREE), out_base=Pin(FREE))
sm.active(1)
for c in b"Hi!":
    sm.put(c)
time.sleep_ms(1)
"""
    edges = run(program).edges(PINS["rp2"]["FREE"])
    starts = [int(t) for t in edges.falling()]
    text, t = "", 0
    for start in starts:
        if start >= t:
            bits = [edges.level_at(round(start + (n + 1.5) * 1e9 / 115200)) for n in range(8)]
            text += chr(sum(bit << n for n, bit in enumerate(bits)))
            t = start + round(9.5e9 / 115200)
    assert text == "Hi!"


def test_fifos_hold_four_or_eight_words_and_block() -> None:
    program = """
@asm_pio()
def slow():
    pull()
    mov(isr, osr)
    push()
    nop() [31]
sm = StateMachine(0, slow, freq=2000)
for n in range(4):
    sm.put(n)
print(sm.tx_fifo(), sm.rx_fifo())
start = time.ticks_ms()
sm.active(1)
sm.put(4)
print(sm.tx_fifo())
print([sm.get() for _ in range(5)], 60 < time.ticks_diff(time.ticks_ms(), start) < 80)
words = sm.put(memoryview(b"abc")) or bytearray(3)
sm.get(words)
print(words)
@asm_pio(fifo_join=PIO.JOIN_TX)
def wide():
    nop()
other = StateMachine(1, wide)
for n in range(8):
    other.put(n)
print(other.tx_fifo())
"""
    assert lines(program) == ["4 0", "4", "[0, 1, 2, 3, 4] True", "bytearray(b'abc')", "8"]


def test_a_state_machine_waits_for_a_pin_and_counts() -> None:
    """A state machine measures the time of a press in cycles of 1 µs."""
    program = """
@asm_pio()
def pulse():
    wait(0, pin, 0)
    mov(x, invert(null))
    label("more")
    jmp(pin, "over")
    jmp(x_dec, "more")
    label("over")
    mov(isr, invert(x))
    push()
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
sm = StateMachine(3, pulse, freq=2_000_000, in_base=button, jmp_pin=button)
sm.active(1)
print(sm.get())
"""
    hands = [Hand(200, "btn", "pressed", 1), Hand(250, "btn", "pressed", 0)]
    (count,) = lines(program, 1000, *hands)
    assert abs(int(count) - 50_000) <= 2, count


@pytest.mark.parametrize("hard", [False, True])
def test_a_machine_interrupts_the_program(hard: bool) -> None:
    program = f"""
@asm_pio()
def tick():
    irq(rel(0))
    nop() [31]
    nop() [31]
times = [0] * 20
count = 0
def seen(sm):
    global count
    times[count] = time.ticks_ms()
    count += 1
sm = StateMachine(2, tick, freq=2000)
sm.irq(seen, hard={hard})
sm.active(1)
time.sleep_ms(200)
sm.active(0)
print(count, {{b - a for a, b in zip(times[:count], times[1:count])}} <= {{32, 33}})
"""
    assert lines(program) == ["7 True"]


def test_a_block_interrupts_and_a_machine_waits_for_the_answer() -> None:
    program = """
@asm_pio()
def ask():
    irq(block, 1)
    set(x, 21)
    mov(isr, x)
    push()
def seen(pio):
    print(pio, hex(pio.irq().flags()))
PIO(0).irq(seen)
sm = PIO(0).state_machine(1, ask, freq=1_000_000)
sm.active(1)
print(sm.get())
"""
    printed = lines(program)
    assert printed.count("21") == 1
    assert set(printed) == {"21", "PIO(0) 0x200"}  # it asks again until its FIFO is full


def test_a_program_executes_single_pio_instructions() -> None:
    program = """
@asm_pio(set_init=PIO.OUT_LOW, out_shiftdir=PIO.SHIFT_RIGHT)
def idle():
    nop()
sm = StateMachine(0, idle, set_base=Pin(OUT))
sm.exec("set(pins, 1)")
wire = Pin(IN, Pin.IN)
print(wire())
sm.exec("set(x, 9)")
sm.exec("mov(isr, x)")
sm.exec("in_(x, 4)")
sm.exec("push()")
print(sm.get(), hex(asm_pio_encode("pull(noblock)", 0)))
Pin(OUT, Pin.OUT, value=0)
sm.exec("set(pins, 1)")
print(wire(), Pin(OUT))
"""
    printed = lines(program)
    assert printed == ["1", "153 0x8080", "0 Pin(GPIO2, mode=OUT)"]


def test_the_assembler_names_the_error() -> None:
    program = """
def tried(make):
    try:
        make()
    except Exception as error:
        print(type(error).__name__, error)
@asm_pio(set_init=PIO.OUT_LOW)
def fine():
    set(pins, 1)
def body(f, **how):
    return lambda: asm_pio(**how)(f)
def far(): jmp("nowhere")
def long(): nop() [32]
def many(): out(pins, 33)
def aside(): nop().side(1)
for wrong in (far, long, many, aside):
    tried(body(wrong))
tried(lambda: StateMachine(0, fine, freq=1))
tried(lambda: StateMachine(8))
tried(lambda: PIO(2))
tried(lambda: [PIO(0).add_program(fine) for _ in range(33)])
"""
    assert lines(program) == [
        "PIOASMError unknown label nowhere",
        "PIOASMError delay too large",
        "PIOASMError invalid bit count 33",
        "PIOASMError no sideset",
        "ValueError freq out of range",
        "ValueError invalid StateMachine",
        "ValueError invalid PIO",
        "OSError [Errno 12] ENOMEM",
    ]


def test_an_edge_from_pio_fires_an_interrupt_of_its_pin() -> None:
    program = """
@asm_pio(set_init=PIO.OUT_LOW)
def square():
    set(pins, 1) [24]
    set(pins, 0) [24]
seen = []
sm = StateMachine(0, square, freq=2000, set_base=Pin(FREE))
Pin(FREE).irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING)
wired = []
Pin(IN, Pin.IN, Pin.PULL_DOWN).irq(lambda pin: wired.append(1), Pin.IRQ_FALLING)
sm.active(1)
time.sleep_ms(130)
sm.init(square, freq=2000, set_base=Pin(OUT))
sm.active(1)
time.sleep_ms(130)
print(len(seen), len(wired))
"""
    assert lines(program) == ["6 5"]


WIDTHS = """
@asm_pio(fifo_join=PIO.JOIN_RX)
def widths():
    wrap_target()
    mov(x, invert(null))
    wait(0, pin, 0)
    label("low")
    jmp(pin, "high")
    jmp(x_dec, "low")
    label("high")
    mov(isr, invert(x))
    push(noblock)
    wrap()
data = [n * 7919 % 1000 for n in range(1000)]
def spin():
    until = time.ticks_add(time.ticks_ms(), 60)
    while time.ticks_diff(until, time.ticks_ms()) > 0:
        pass
def sort():
    for _ in range(4):
        sorted(data)
def measured(sm):
    return [sm.get() for _ in range(sm.rx_fifo())]
"""
"""The length of each low pulse, in turns of 0.2 µs."""


@pytest.mark.parametrize("busy", ["time.sleep_ms(60)", "spin()", "sort()"])
def test_machines_keep_step_with_the_world_whatever_the_processor_does(busy: str) -> None:
    program = (
        WIDTHS
        + f"""
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
sm = StateMachine(0, widths, freq=10_000_000, in_base=button, jmp_pin=button)
sm.active(1)
time.sleep_ms(500 - time.ticks_ms())
{busy}
print(measured(sm))
"""
    )
    hands = [Hand(505 + edge * 0.025, "btn", "pressed", 1 - edge % 2) for edge in range(16)]
    (line,) = lines(program, 1000, *hands)
    assert all(abs(turns - 125) <= 1 for turns in eval(line)), line
    assert len(eval(line)) == 8


def test_a_machine_sees_what_the_program_writes_at_its_time() -> None:
    program = (
        WIDTHS
        + """
pin = Pin(FREE, Pin.OUT, value=1)
sm = StateMachine(0, widths, freq=10_000_000, in_base=pin, jmp_pin=pin)
sm.active(1)
for us in (1000, 100, 3000):
    pin(0)
    time.sleep_us(us)
    pin(1)
print(measured(sm))
"""
    )
    trace = run(program)
    edges = trace.edges(PINS["rp2"]["FREE"])
    lows = (edges.rising()[1:] - edges.falling()) / 200
    assert eval(printed_lines(trace)[0]) == pytest.approx(lows.tolist(), abs=2)


def test_a_machine_hears_another_one_while_the_processor_is_busy() -> None:
    """The wire of the rig leads from the output of one machine to the input of the other one. The
    Pico's own firmware prints the same."""
    program = (TESTS / "board" / "second_engine" / "pio_pulses.py").read_text()
    assert lines(program) == ["[25, 25, 25, 25]"]
