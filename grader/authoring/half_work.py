"""Cheats that take something away from the right program, so that some of the work is missing."""

import ast
import re
from collections.abc import Iterator, Mapping

from grader.authoring.cheats import (
    MAIN,
    PLAYER,
    TAPE,
    CheaterKnowledge,
    CheatFunction,
    program_with,
    tape_text,
)
from grader.score.run_episodes import Program

CLOCK = "clock.py"


def without_a_pin(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but one pin that it names, or every output, is another pin to which
    nothing is connected."""
    own = [role for role in known.pins if re.search(rf"\b{role}\b", known.reference.decode())]
    for names in [[role] for role in own] + [known.outputs] * (len(known.outputs) > 1):
        moved = "".join(f"pins.{name} = {known.free_gpio}\n" for name in names)
        name = names[0] if len(names) == 1 else "all outputs"
        yield name, {MAIN: b"import pins\n" + moved.encode() + known.reference}


def without_a_function(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but one of the given functions does nothing."""
    for module, name in known.functions:
        change = f"import {module}\n{module}.{name} = lambda *values: 0\n"
        yield f"{module}.{name}", {MAIN: change.encode() + known.reference}


def without_lines(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but it prints nothing of its own after READY."""
    calls = (node for node in ast.walk(ast.parse(known.reference)) if isinstance(node, ast.Call))
    prints = [call for call in calls if getattr(call.func, "id", "") == "print"]
    if len(prints) > 1:  # the first one is READY
        yield "", {MAIN: program_with(known)(_SILENT)[MAIN] + known.reference}


def without_interrupts(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but a second thread, or long callbacks of a timer, poll the pins in place
    of interrupts. This is tried where a given function keeps the board busy."""
    polls, count = re.subn(r"([\w.]+)\.irq\(", r"watch(\1, ", known.reference.decode())
    if count and known.functions:
        for name, start in _POLLERS.items():
            yield name, {MAIN: (_POLL + start + polls).encode()}


def order_only(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but each of its pauses takes 200 ms: the order without the times."""
    tree, found = ast.parse(known.reference), False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in _PAUSES:
                node.args, found = [ast.Constant(_PAUSES[name])], True
    if found:
        yield "", {MAIN: ast.unparse(tree).encode()}


def by_the_clock(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but one output changes when it did in an episode of the public seed, and
    not when the program says."""
    for role in known.outputs:
        gpio = known.pins[role]
        for one in known.public:
            tape = [event for event in one.events if event.gpio == gpio]
            if any(event.t_us > 0 for event in tape):
                moved = f"import pins\npins.{role} = {known.free_gpio}\nfrom clock import print\n"
                clock = program_with(known)(PLAYER, f"TAPE = {TAPE!r}\n", _CLOCK)[MAIN]
                files = {CLOCK: clock, TAPE: tape_text(tape)}
                name = f"{role}, {one.episode}"
                yield name, {MAIN: moved.encode() + known.reference, **files}


def nudged(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but each PWM goes only a fiftieth of the way from its first duty to the
    one that it gets."""
    text, count = re.subn(r"\bPWM\(", "SmallMoves(", known.reference.decode())
    if count:
        yield "", {MAIN: (_SMALL_MOVES + text).encode()}


HALF_WORK: tuple[CheatFunction, ...] = (
    without_a_pin,
    without_a_function,
    without_lines,
    without_interrupts,
    order_only,
    by_the_clock,
    nudged,
)
"""Right programs from which something is taken: they may earn less than all points."""


_PAUSES: Mapping[str, float] = {"sleep": 0.2, "sleep_ms": 200, "sleep_us": 200_000}
_SILENT = """\
real_print = print

def print(*words, **options):
    if words and str(words[0]) == READY:
        real_print(*words)

"""
_POLL = """\
import _thread, sys, time
from machine import Pin, Timer

watched = []

def watch(pin, handler, trigger, **options):
    watched.append([pin, handler, trigger, pin.value()])

def poll(ms):
    end = time.ticks_add(time.ticks_ms(), ms)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        for one in watched:
            pin, handler, trigger, last = one
            one[3] = pin.value()
            edge = Pin.IRQ_FALLING if one[3] < last else Pin.IRQ_RISING
            if one[3] != last and trigger & edge:
                handler(pin)
        time.sleep_ms(1)

def poll_for_ever():
    while True:
        poll(1000)

def poll_again(timer):
    poll(100)
    timer.init(period=25, mode=Timer.ONE_SHOT, callback=poll_again)

"""
_POLLERS = {
    "thread": "_thread.start_new_thread(poll_for_ever, ())\n",
    "timer": "poller = Timer(3 if sys.platform == 'esp32' else -1)\npoll_again(poller)\n",
}
_CLOCK = """\
from machine import Timer

tape, begun, line = open(TAPE), 0, ''
real_print = print

def tick(timer):
    global line
    line = line or tape.readline()
    while line and time.ticks_diff(time.ticks_us(), begun) >= int(line.split(" ", 1)[0]):
        _t_us, kind, gpio, what = line.rstrip("\\n").split(" ", 3)
        act(kind, int(gpio), what)
        line = tape.readline()

def print(*words, **options):
    global begun
    real_print(*words, **options)
    if words and str(words[0]) == READY:
        begun = time.ticks_us()
        number = 3 if __import__('sys').platform == 'esp32' else -1  # labs have 0 themselves
        Timer(number).init(period=5, callback=tick)
"""
_SMALL_MOVES = """\
import machine

class SmallMoves:
    def __init__(self, *values, **options):
        self.pwm = machine.PWM(*values, **options)
        self.first = {}

    def go(self, name, value):
        set_duty = getattr(self.pwm, name)
        first = self.first.setdefault(name, set_duty())
        set_duty(first + (value - first) // 50)

    def duty_u16(self, value):
        self.go("duty_u16", value)

    def duty_ns(self, value):
        self.go("duty_ns", value)

"""
