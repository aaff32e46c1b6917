"""`machine` behaves on the virtual boards as on the real chips: pins, interrupts, timers.

What differs between the chips is taken from MicroPython 1.25's ports/esp32 and ports/rp2.
"""

import pytest

from hardware import boards
from hardware.bench.protocol.frames import MODE_ANALOG, MODE_IN, MODE_OUT, PULL_UP
from hardware.bench.trace.trace import Trace
from tests.support.rig import MS, PINS, Hand, edge_ms, play, printed_lines

every_chip = pytest.mark.parametrize("port", boards.ports())
HEAD = "from machine import ADC, PWM, Pin, Signal, Timer\nimport machine, time\n"


def lines(port: str, program: str, until_ms: float = 2000, *hands: Hand) -> list[str]:
    """What the program printed."""
    return printed_lines(play(port, HEAD + program, until_ms, hands))


def timers(port: str) -> int:
    """How many timers the chip has at least."""
    return 2 if port in ("esp32c3", "esp32c6") else 4


def run(port: str, program: str, until_ms: float = 2000, *hands: Hand) -> Trace:
    """The trace of the program."""
    return play(port, HEAD + program, until_ms, hands)


# -- pins


@every_chip
def test_a_pin_reads_the_level_of_its_wire(port: str) -> None:
    program = """
out, inp = Pin(OUT, Pin.OUT, value=1), Pin(IN, Pin.IN)
print(out(), inp())
out.off()
print(out.value(), inp.value())
out.toggle()
print(inp())
"""
    assert lines(port, program) == ["1 1", "0 0", "1"]


@every_chip
def test_pulls_decide_an_open_pin(port: str) -> None:
    program = "print(Pin(FREE, Pin.IN, Pin.PULL_UP)(), Pin(FREE, Pin.IN, Pin.PULL_DOWN)())"
    assert lines(port, program) == ["1 0"]


@every_chip
def test_modes_are_in_the_trace(port: str) -> None:
    trace = run(port, "Pin(BTN, Pin.IN, Pin.PULL_UP)\nPin(OUT, Pin.OUT, value=1)\nADC(Pin(AIN))")
    pins = PINS[port]
    assert [(mode.mode, mode.pull) for mode in trace.modes(pins["BTN"])] == [(MODE_IN, PULL_UP)]
    assert (trace.modes(pins["OUT"])[-1].mode, trace.modes(pins["OUT"])[-1].latch) == (
        MODE_OUT,
        True,
    )
    assert trace.modes(pins["AIN"])[-1].mode == MODE_ANALOG


@every_chip
def test_signal_inverts(port: str) -> None:
    program = """
pin = Pin(OUT, Pin.OUT)
led = Signal(pin, invert=True)
led.on()
print(pin(), led.value())
"""
    assert lines(port, program) == ["0 1"]


def test_input_only_pins_of_the_esp32() -> None:
    program = """
try:
    Pin(34, Pin.OUT)
except ValueError as error:
    print(error)
try:
    Pin(24)
except ValueError as error:
    print(error)
"""
    assert lines("esp32", program) == ["pin can only be input", "invalid pin"]


# -- interrupts

IRQ = """
seen = []
inp, out = Pin(IN, Pin.IN), Pin(OUT, Pin.OUT, value=0)
inp.irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
for _ in range(3):
    out.on()
    time.sleep_ms(2)
    out.off()
    time.sleep_ms(2)
print(seen)
inp.irq(None)
out.on()
time.sleep_ms(2)
print(len(seen))
"""


@every_chip
def test_edges_of_a_wire_call_the_handler(port: str) -> None:
    assert lines(port, IRQ) == ["[1, 0, 1, 0, 1, 0]", "6"]


OPEN_DRAIN = """
pad = Pin(OUT, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
other = Pin(IN, Pin.OPEN_DRAIN, value=1)
STEPS = (pad.off, pad.on, other.off, pad.off, pad.on, other.on)
"""
MODES = """
pad = Pin(OUT, Pin.IN, Pin.PULL_UP)
STEPS = (
    lambda: pad.init(Pin.OUT, Pin.PULL_UP, value=0),
    lambda: pad.init(Pin.IN, Pin.PULL_UP),
    lambda: pad.init(Pin.OPEN_DRAIN, Pin.PULL_UP, value=0),
    lambda: pad.init(Pin.OPEN_DRAIN, Pin.PULL_UP, value=1),
)
"""
EDGES = """
for trigger in Pin.IRQ_FALLING, Pin.IRQ_RISING:
    seen = []
    pad.irq(lambda pin: seen.append(step), trigger)
    for step, act in enumerate(STEPS):
        act()
        time.sleep_ms(1)
    print(seen)
"""


@every_chip
def test_an_open_drain_interrupts_at_the_edges_of_its_line(port: str) -> None:
    """Not at its writes: another pad may hold the line low."""
    assert lines(port, OPEN_DRAIN + EDGES) == ["[0, 2]", "[1, 5]"]


@every_chip
def test_a_mode_that_changes_the_level_at_its_pad_interrupts(port: str) -> None:
    assert lines(port, MODES + EDGES) == ["[0, 2]", "[1, 3]"]


@every_chip
def test_a_button_interrupts_a_busy_loop(port: str) -> None:
    program = """
when = []
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
button.irq(lambda pin: when.append(time.ticks_ms()), Pin.IRQ_FALLING)
start = time.ticks_ms()
while not when:
    pass
print(when)
"""
    (text,) = lines(port, program, 2000, Hand(700, "btn", "pressed", 1))
    assert 699 <= int(text.strip("[]")) <= 702


def test_only_the_rp2_has_hard_handlers() -> None:
    program = "Pin(IN).irq(lambda pin: None, Pin.IRQ_RISING, hard=True)\nprint('hard')"
    assert lines("rp2", program) == ["hard"]
    assert "extra keyword arguments given" in run("esp32", program).exceptions()[0].text


def test_a_hard_handler_may_not_allocate() -> None:
    program = """
Pin(IN, Pin.IN).irq(lambda pin: [pin], Pin.IRQ_RISING, hard=True)
Pin(OUT, Pin.OUT).on()
time.sleep_ms(1)
"""
    assert any("MemoryError" in line for line in lines("rp2", program))


def test_a_hard_handler_may_cause_the_next_interrupt() -> None:
    program = """
count, out = 0, Pin(OUT, Pin.OUT)
def again(pin):
    global count
    count += 1
    if count < 1000:
        out.toggle()
out.irq(again, hard=True)
out.toggle()
print(count)
"""
    assert lines("rp2", program) == ["1000"]


def test_a_hard_handler_interrupts_a_collection() -> None:
    program = """
import gc
out, kept = Pin(OUT, Pin.OUT), [[n] for n in range(3000)]
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(lambda pin: out.on(), Pin.IRQ_FALLING, hard=True)
while True:
    gc.collect()
    out.off()
"""
    presses_ms = [100.3, 151.9, 203.1, 254.7]
    hands = [Hand(t, "btn", "pressed", 1) for t in presses_ms]
    hands += [Hand(t + 25, "btn", "pressed", 0) for t in presses_ms]
    trace = run("rp2", program, 300, *hands)
    late = [
        at - pressed
        for at, pressed in zip(edge_ms(trace, "rp2", "OUT", rising=True), presses_ms, strict=True)
    ]
    assert 0 < min(late) <= max(late) < 0.1


PRESSES_MS = [100 + 3.7 * n for n in range(40)]
"""More than the 40 turns of a loop whose body takes 2 ms."""


@pytest.mark.parametrize(("hard", "lost"), [(True, True), (False, False)])
def test_a_hard_handler_runs_between_any_two_opcodes(hard: bool, lost: bool) -> None:
    """The classic race: `n += 1` reads, adds and stores. A soft handler runs only at a jump."""
    body = "    " + "; ".join(["n += 1"] * 300)
    program = f"""
n = presses = 0
def pressed(pin):
    global n, presses
    n += 1
    presses += 1
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(pressed, Pin.IRQ_FALLING, hard={hard})
turns = 0
while time.ticks_ms() < 260:
{body}
    turns += 1
print(presses, turns * 300 + presses - n > 0, turns * 300 + presses - n < 40)
"""
    hands = [Hand(t + up, "btn", "pressed", up == 0) for t in PRESSES_MS for up in (0, 1)]
    assert lines("rp2", program, 500, *hands) == [f"40 {lost} True"]


def test_a_hard_handler_interrupts_a_long_call() -> None:
    program = """
import array
seen, at = array.array("i", [0] * 40), 0
def pressed(pin):
    global at
    seen[at] = time.ticks_us()
    at += 1
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(pressed, Pin.IRQ_FALLING, hard=True)
data = [n * 7919 % 1000 for n in range(1000)]
while time.ticks_ms() < 260:
    sorted(data)
print(list(seen))
"""
    hands = [Hand(t + up, "btn", "pressed", up == 0) for t in PRESSES_MS for up in (0, 1)]
    trace = run("rp2", program, 500, *hands)
    (line,) = printed_lines(trace)
    late_us = [at - t * 1000 for at, t in zip(eval(line), PRESSES_MS, strict=True)]
    assert 0 < min(late_us) <= max(late_us) < 60


@pytest.mark.parametrize(
    "work", ["time.sleep_ms(30)", "sorted(data)", "neopixel.NeoPixel(Pin(FREE), 200).write()"]
)
def test_a_hard_handler_waits_while_interrupts_are_off(work: str) -> None:
    program = f"""
import neopixel
seen = []
def pressed(pin):
    global at
    at = time.ticks_us()
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(pressed, Pin.IRQ_FALLING, hard=True)
data, at = [n * 7919 % 1000 for n in range(2000)], 0
time.sleep_ms(500 - time.ticks_ms())
state = machine.disable_irq()
{work}
end = time.ticks_us()
machine.enable_irq(state)
print(at == 0 or at > end, at > 0)
"""
    (line,) = lines("rp2", program, 1000, Hand(501, "btn", "pressed", 1))
    assert line == "True True"


@every_chip
def test_disabled_interrupts_are_kept(port: str) -> None:
    program = """
seen = []
Pin(IN, Pin.IN).irq(lambda pin: seen.append(1), Pin.IRQ_RISING)
out = Pin(OUT, Pin.OUT, value=0)
state = machine.disable_irq()
out.on()
for _ in range(1000): pass
print(seen)
machine.enable_irq(state)
for _ in range(100): pass
print(seen)
"""
    assert lines(port, program) == ["[]", "[1]"]


# -- timers


@every_chip
def test_a_timer_does_not_drift(port: str) -> None:
    program = """
out = Pin(OUT, Pin.OUT, value=0)
timer = Timer(TIMER)
timer.init(period=10, callback=lambda t: out.toggle())
while True: pass
""".replace("TIMER", "0" if port.startswith("esp32") else "")
    rises = edge_ms(run(port, program, 1500), port, "OUT", True)
    assert len(rises) >= 70
    assert all(abs(rises[n] - rises[0] - 20 * n) < 0.1 for n in range(len(rises)))


@every_chip
def test_one_shot_fires_once_and_deinit_stops(port: str) -> None:
    program = """
fired = []
def note(timer):
    fired.append(timer is t)
t = Timer(TIMER)
t.init(mode=Timer.ONE_SHOT, period=5, callback=note)
time.sleep_ms(50)
print(fired)
t.init(freq=100, callback=note)
time.sleep_ms(35)
t.deinit()
time.sleep_ms(50)
print(len(fired))
""".replace("TIMER", "0" if port.startswith("esp32") else "-1")
    assert lines(port, program) == ["[True]", "4"]


@every_chip
def test_a_pulse_is_measured_at_an_output(port: str) -> None:
    program = """
out = Pin(OUT, Pin.OUT, value=0)
out(1)
print(machine.time_pulse_us(out, 1, 500), machine.time_pulse_us(out, 0, 500))
"""
    assert lines(port, program) == ["-1 -2"]


@every_chip
def test_the_queue_holds_eight_calls(port: str) -> None:
    # time_pulse_us() is one long call in C, on the chips too: no scheduled call runs during it.
    program = """
fired = []
t = Timer(TIMER)
t.init(period=1, callback=lambda timer: fired.append(1))
print(machine.time_pulse_us(Pin(OUT, Pin.OUT, value=0), 1, 50000))
t.deinit()
for _ in range(100): pass
print(len(fired))
""".replace("TIMER", "1" if port.startswith("esp32") else "")
    assert lines(port, program) == ["-2", "8"]


@every_chip
def test_alarms_while_interrupts_are_off(port: str) -> None:
    program = """
fired = []
t = Timer(TIMER)
t.init(period=10, callback=lambda timer: fired.append(1))
state = machine.disable_irq()
time.sleep_us(55000)
print(fired)
machine.enable_irq(state)
for _ in range(100): pass
print(len(fired))
""".replace("TIMER", "1" if port.startswith("esp32") else "")
    assert lines(port, program) == ["[]", "1" if port.startswith("esp32") else "5"]


@every_chip
def test_timers_faster_than_their_interrupts_end_with_the_run(port: str) -> None:
    program = """
timers = [Timer(i) if IS_ESP32 else Timer() for i in range(COUNT)]
for t in timers:
    t.init(period=0, callback=lambda timer: None)
print("armed")
while True: pass
""".replace("IS_ESP32", str(port.startswith("esp32")))
    trace = run(port, program.replace("COUNT", str(timers(port))), 1000)
    assert trace.ended() is None and trace.end_ns == 1000 * MS
    assert [line.text for line in trace.lines()] == ["armed"]


def test_a_hard_handler_without_an_end_is_seen_by_the_bench() -> None:
    program = """
def stay(pin):
    while True: pass
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(stay, Pin.IRQ_FALLING, hard=True)
print("armed")
time.sleep(60)
"""
    trace = run("rp2", program, 1000, Hand(500, "btn", "pressed", 1))
    assert trace.ended() is None and trace.end_ns == 1000 * MS


def test_timer_ids() -> None:
    program = """
for number in (-1, 0, 3, 4):
    try:
        Timer(number)
        print(number, 'ok')
    except ValueError as error:
        print(number, error)
"""
    wrong = "invalid Timer number"
    assert lines("esp32", program) == [f"-1 {wrong}", "0 ok", "3 ok", f"4 {wrong}"]
    missing = "Timer doesn't exist"
    assert lines("rp2", program) == ["-1 ok", f"0 {missing}", f"3 {missing}", f"4 {missing}"]


@every_chip
def test_a_timer_without_a_reference(port: str) -> None:
    """On the Pico it is garbage-collected; on the ESP32 the hardware timer runs on."""
    program = """
import gc
fired = []
def start(number):
    Timer(number).init(period=50, callback=lambda t: fired.append(1))
for number in range(COUNT):
    start(NUMBER)
gc.collect()
fired.clear()
time.sleep_ms(220)
print(len(fired))
""".replace("NUMBER", "number" if port.startswith("esp32") else "-1")
    (count,) = map(int, lines(port, program.replace("COUNT", str(timers(port)))))
    # The collector is conservative, so it may keep the last of them.
    assert count == 4 * timers(port) if port.startswith("esp32") else count <= 4


@every_chip
def test_a_soft_reset_ends_timers(port: str) -> None:
    program = """
import os
if 'again' in os.listdir():
    print('again')
else:
    open('again', 'w').close()
    out = Pin(OUT, Pin.OUT, value=0)
    t = Timer(TIMER)
    t.init(period=10, callback=lambda timer: out.toggle())
    time.sleep_ms(300)
    machine.soft_reset()
""".replace("TIMER", "0" if port.startswith("esp32") else "")
    trace = run(port, program, 3000)
    (mark,) = [line.t_ns / 1e6 for line in trace.lines() if line.text == "again"]
    rises = edge_ms(trace, port, "OUT", True)
    assert len(rises) > 10
    assert max(rises) < mark


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_a_pwm_interrupts_at_each_of_its_edges(port: str) -> None:
    program = """
from machine import PWM, Pin
import time
rises = []
Pin(IN, Pin.IN).irq(lambda pin: rises.append(time.ticks_us()), Pin.IRQ_RISING)
PWM(Pin(OUT), freq=1000, duty_u16=32768)
time.sleep_ms(100)
print(len(rises), {time.ticks_diff(b, a) // 100 for a, b in zip(rises, rises[1:])} <= {9, 10})
"""
    count, even = printed_lines(play(port, program, 500))[0].split()
    assert 99 <= int(count) <= 101 and even == "True"
