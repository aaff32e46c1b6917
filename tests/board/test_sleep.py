"""Sleep, resets, the state that both keep, the watchdog and the calendar, as on the chips."""

import pytest

from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.trace.trace import Trace
from tests.support.rig import MS, Hand, edge_ms, play, printed_lines
from tests.support.same_trace import Same

families = pytest.mark.parametrize("family", ["esp32", "rp2"])
HEAD = "from machine import Pin, RTC, WDT, Timer\nimport machine, time\n"


def run(family: str, program: str, until_ms: float = 3000, *hands: Hand) -> Trace:
    """The trace of the program."""
    return play(family, HEAD + program, until_ms, hands)


def lines(family: str, program: str, until_ms: float = 3000, *hands: Hand) -> list[str]:
    """The lines that the program printed."""
    return printed_lines(run(family, program, until_ms, *hands))


def states(trace: Trace) -> list[tuple[int, str]]:
    """(time in whole milliseconds, power state) of every change."""
    return [(round(at.t_ns / MS), at.state) for at in trace.power()]


# -- light sleep


@families
def test_light_sleep_takes_its_time_and_shows_in_the_power_trace(family: str) -> None:
    program = """
out = Pin(OUT, Pin.OUT, value=1)
start = time.ticks_ms()
machine.lightsleep(500)
print(time.ticks_diff(time.ticks_ms(), start), out())
"""
    trace = run(family, program)
    (slept, level) = printed_lines(trace)[0].split()
    assert 500 <= int(slept) <= 501 and level == "1"
    assert [state for _, state in states(trace)] == ["active", "light_sleep", "active"]
    (asleep, awake) = [at.t_ns for at in trace.power()[1:]]
    assert awake - asleep == 500 * MS


def test_a_finger_ends_a_sleep_when_the_touch_sensor_measures_next(same: Same) -> None:
    """It measures each 27 ms of a sleep, whenever the board asks the bench."""
    parts = [
        {"type": "board-esp32-devkit-c-v4", "id": "esp"},
        {"type": "warsha-touch-plate", "id": "plate"},
    ]
    wires = [["esp:4", "plate:T", "", []]]
    program = """
import esp32
from machine import TouchPad
pad = TouchPad(Pin(4))
pad.config(pad.read() // 2)
esp32.wake_on_touch(True)
for _ in range(8):
    start = time.ticks_us()
    machine.lightsleep(400)
    slept = time.ticks_diff(time.ticks_us(), start) / 1000
    print(machine.wake_reason() == machine.TOUCHPAD_WAKE, slept)
    time.sleep_ms(60)
"""

    def touched() -> Trace:
        circuit = Circuit(diagram.load({"version": 1, "parts": parts, "connections": wires}))
        with Flash(circuit.board) as flash:
            flash.put({"main.py": (HEAD + program).encode()})
            with Bench(circuit, seed=1, flash=flash) as bench:
                for at_ms in (700, 1250, 2000):
                    bench.control("plate", "touched", 1, at_ms * MS)
                    bench.control("plate", "touched", 0, (at_ms + 50) * MS)
                bench.run(5000 * MS)
                return bench.trace

    rows = [line.split() for line in printed_lines(same.trace(touched))]
    assert [row[0] for row in rows].count("True") == 3
    for woken, slept in rows:
        rest = float(slept) % 27
        assert min(rest, 27 - rest) < 1 if woken == "True" else 400 <= float(slept) < 402


def test_wake_up_sources_of_the_esp32_in_light_sleep() -> None:
    program = """
import esp32
esp32.wake_on_ext0(Pin(BTN, Pin.IN, Pin.PULL_UP), esp32.WAKEUP_ALL_LOW)
machine.lightsleep(5000)
print(machine.wake_reason() == machine.EXT0_WAKE, time.ticks_ms() // 10)
esp32.wake_on_ext0(None)
esp32.wake_on_ext1([Pin(BTN)], esp32.WAKEUP_ANY_HIGH)
machine.lightsleep(5000)
print(machine.wake_reason() == machine.EXT1_WAKE, time.ticks_ms() // 10)
esp32.wake_on_ext1([])
machine.lightsleep(50)
print(machine.wake_reason() == machine.TIMER_WAKE)
"""
    press, leave = Hand(700, "btn", "pressed", 1), Hand(900, "btn", "pressed", 0)
    assert lines("esp32", program, 3000, press, leave) == ["True 70", "True 90", "True"]


def test_a_pin_wakes_the_esp32_from_the_sleep_that_it_names() -> None:
    program = """
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(trigger=Pin.WAKE_LOW, wake=machine.SLEEP)
machine.lightsleep(5000)
print(machine.wake_reason(), time.ticks_ms() // 10)
for wrong in (lambda: Pin(5).irq(trigger=Pin.WAKE_LOW, wake=machine.SLEEP),
              lambda: Pin(4).irq(trigger=Pin.WAKE_LOW, wake=machine.SLEEP),
              lambda: Pin(BTN).irq(trigger=Pin.WAKE_LOW, wake=1)):
    try:
        wrong()
    except ValueError as error:
        print(error)
"""
    assert lines("esp32", program, 3000, Hand(700, "btn", "pressed", 1)) == [
        "2 70",
        "invalid pin for wake",
        "no resources",
        "bad wake value",
    ]


@families
def test_timers_in_light_sleep(family: str) -> None:
    """Timers of the ESP32 stop in light sleep; those of the Pico catch up."""
    program = """
fired = []
timer = Timer(0 if IS_ESP32 else -1)
timer.init(mode=Timer.ONE_SHOT, period=100, callback=lambda t: fired.append(time.ticks_ms()))
start = time.ticks_ms()
machine.lightsleep(400)
time.sleep_ms(150)
print(time.ticks_diff(fired[0], start) // 10)
""".replace("IS_ESP32", str(family == "esp32"))
    assert lines(family, program) == ["50" if family == "esp32" else "40"]


def test_the_pico_refuses_sleeps_beyond_its_timer() -> None:
    program = """
try:
    machine.lightsleep(4294967)
except ValueError as error:
    print(error)
"""
    assert lines("rp2", program) == ["sleep too long"]


# -- deep sleep and resets


def test_deep_sleep_keeps_rtc_memory_calendar_and_reset_cause_of_the_esp32() -> None:
    program = """
rtc = RTC()
n = int(rtc.memory() or b"0")
print(n, machine.reset_cause() == machine.DEEPSLEEP_RESET, machine.wake_reason())
if n == 0:
    rtc.datetime((2024, 5, 6, 0, 7, 8, 9, 0))
else:
    print(rtc.datetime()[:3], rtc.datetime()[4:7], 300 <= time.ticks_ms() < 330)
rtc.memory(str(n + 1).encode())
out = Pin(OUT, Pin.OUT, value=1)
time.sleep_ms(50)
machine.deepsleep(1000)
"""
    trace = run("esp32", program, 2600)
    assert printed_lines(trace) == [
        "0 False 0",
        "1 True 4",
        "(2024, 5, 6) (7, 8, 10) True",
    ]
    assert [state for _, state in states(trace)][:4] == [
        "active",
        "deep_sleep",
        "active",
        "deep_sleep",
    ]
    falls = edge_ms(trace, "esp32", "OUT", False)
    assert falls[0] == pytest.approx(trace.power()[1].t_ns / MS, abs=0.1)  # the pads float


def test_a_held_pad_keeps_its_level_in_deep_sleep() -> None:
    program = """
if machine.reset_cause() == machine.DEEPSLEEP_RESET:
    print("again")
    time.sleep_ms(100)
    Pin(OUT, Pin.OUT, value=0, hold=False)
    time.sleep_ms(100)
    machine.deepsleep()
out = Pin(OUT, Pin.OUT, value=1, hold=True)
time.sleep_ms(20)
out(0)
machine.deepsleep(500)
"""
    trace = run("esp32", program, 2000)
    (mark,) = [line.t_ns / MS for line in trace.lines() if line.text == "again"]
    assert edge_ms(trace, "esp32", "OUT", False) == [pytest.approx(mark + 100, abs=1)]


def test_a_button_ends_the_deep_sleep() -> None:
    program = """
import esp32
print(machine.wake_reason())
esp32.wake_on_ext0(Pin(BTN, Pin.IN, Pin.PULL_UP), esp32.WAKEUP_ALL_LOW)
machine.deepsleep()
"""
    trace = run("esp32", program, 1500, Hand(700, "btn", "pressed", 1))
    assert printed_lines(trace)[:2] == ["0", "2"]
    assert states(trace)[2] == (700, "active")


@families
def test_the_calendar_after_a_reset(family: str) -> None:
    program = """
if machine.reset_cause() == machine.PWRON_RESET:
    RTC().datetime((2030, 1, 2, 0, 3, 4, 5, 0))
    now = (2030, 1, 2, 3, 4, 5)
    print(time.localtime()[:6] == now, time.time() == time.mktime(now + (0, 0)))
    machine.reset()
print(time.localtime()[0])
"""
    kept = "2030" if family == "esp32" else "2021"
    assert lines(family, program) == ["True True", kept]


@families
def test_a_soft_reset_keeps_the_calendar_and_ends_all_else(family: str) -> None:
    program = """
import os, _thread
if "again" in os.listdir():
    time.sleep_ms(300)
    print(RTC().datetime()[0])
else:
    open("again", "w").close()
    RTC().datetime((2030, 1, 2, 0, 3, 4, 5, 0))
    def talk():
        while True:
            time.sleep_ms(10)
            print("thread")
    _thread.start_new_thread(talk, ())
    time.sleep_ms(15)
    machine.soft_reset()
"""
    trace = run(family, program, 2000)
    texts = printed_lines(trace)
    assert texts[-1] == "2030"
    assert "thread" not in texts[texts.index("MPY: soft reboot") :]


# -- the watchdog


@families
def test_a_watchdog_without_feed_resets(family: str) -> None:
    program = """
if machine.reset_cause() == machine.WDT_RESET:
    print("bitten")
else:
    wdt = WDT(timeout=1000)
    for _ in range(3):
        time.sleep_ms(600)
        wdt.feed()
    print("fed")
    while True: pass
"""
    trace = run(family, program, 5000)
    texts = [text for text in printed_lines(trace) if not text.startswith(("E (", "Rebooting"))]
    assert texts == ["fed", "bitten"]
    (fed,) = [line.t_ns / MS for line in trace.lines() if line.text == "fed"]
    assert trace.boots()[1] / MS - fed == pytest.approx(
        1300 if family == "esp32" else 1020, abs=25
    )


@families
def test_the_watchdog_runs_during_a_soft_reset_and_disabled_interrupts(family: str) -> None:
    program = """
import os
if machine.reset_cause() == machine.WDT_RESET:
    print("bitten")
elif "again" in os.listdir():
    machine.disable_irq()
    while True: pass
else:
    open("again", "w").close()
    WDT(timeout=2000)
    machine.soft_reset()
"""
    assert lines(family, program, 5000)[-1] == "bitten"


@pytest.mark.parametrize("kind", ["lightsleep", "deepsleep"])
def test_the_watchdog_of_an_esp32_stops_while_it_sleeps(kind: str) -> None:
    program = f"""
if machine.reset_cause() == machine.PWRON_RESET:
    wdt = WDT(timeout=1000)
    machine.{kind}(5000)
    print("awake")
    while True: pass
print(machine.reset_cause(), machine.wake_reason())
"""
    expected = ["awake", "3 0"] if kind == "lightsleep" else ["4 4"]
    texts = [t for t in lines("esp32", program, 8000) if not t.startswith(("E (", "Rebooting"))]
    assert texts == expected


def test_limits_of_the_watchdogs() -> None:
    program = """
for words in ({"id": 1}, {"timeout": 0}, {"timeout": 9000}):
    try:
        WDT(**words)
        print("ok")
    except ValueError as error:
        print(error)
"""
    assert lines("esp32", program, 500) == ["", "WDT timeout too short", "ok"]
    assert lines("rp2", program.replace('"timeout": 0', '"timeout": 8388'), 500) == [
        "WDT(1) doesn't exist",
        "ok",
        "timeout exceeds 8388",
    ]


# -- the processor's speed and its memory


@families
def test_work_takes_longer_on_a_slower_clock(family: str) -> None:
    program = """
def work():
    start = time.ticks_us()
    for _ in range(20000): pass
    return time.ticks_diff(time.ticks_us(), start)
usual = work()
machine.freq(FREQ)
print(round(work() / usual, 1), machine.freq())
""".replace("FREQ", "80_000_000" if family == "esp32" else "62_500_000")
    mhz = "80000000" if family == "esp32" else "62500000"
    assert lines(family, program, 5000) == [f"2.0 {mhz}"]


def test_the_heap_of_the_esp32_grows() -> None:
    program = """
import gc, micropython
gc.collect()
print(gc.mem_free() // 1024)
kept = [bytearray(1000) for _ in range(90)]
print(gc.mem_free() // 1024)
try:
    bytearray(111_000)
except MemoryError:
    print("no such piece")
"""
    free, then, last = lines("esp32", program)
    assert 155 <= int(free) <= 164 and int(free) - int(then) == pytest.approx(94, abs=6)
    assert last == "no such piece"
