"""Generic cheats: programs that want a lab's points without its work. One function is one cheat.

A cheat knows what every trainee can know: the lab's pins and given files, and recordings of a
right program on seeds of practice. It makes one program or several. `grader.authoring.lab_attack`
runs them with hidden seeds.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from grader.authoring.recording import SIGN_NAMES, SIGNS, Recording, TapeEvent
from grader.score.run_episodes import Program

MAIN, TAPE = "main.py", "tape.txt"

PLAYER = """\
import time
from machine import PWM, Pin

pins = {}

def act(kind, gpio, what):
    try:
        if kind == "print":
            print(what)
        elif kind == "pwm":
            freq, duty = what.split()
            if gpio not in pins:
                pins[gpio] = PWM(Pin(gpio), freq=int(freq) or 1000)
            if int(freq):
                pins[gpio].freq(int(freq))
            pins[gpio].duty_u16(int(duty))
        else:
            level, *spans = map(int, what.split())
            pin = pins.get(gpio) or Pin(gpio, Pin.OUT, value=level)
            pins[gpio] = pin
            pin.value(level)
            for us in spans:
                time.sleep_us(us - 10)  # about what the other steps of this loop take
                level = 1 - level
                pin.value(level)
    except ValueError:
        pass  # this pin cannot be an output

def play(name):
    due, last, is_ready = time.ticks_us(), 0, False
    with open(name) as tape:
        for line in tape:
            t_us, kind, gpio, what = line.rstrip("\\n").split(" ", 3)
            if int(t_us) >= 0 and not is_ready:
                print(READY)
                due, is_ready = time.ticks_us(), True
            if is_ready:
                due = time.ticks_add(due, int(t_us) - last)
                last = int(t_us)
                left = time.ticks_diff(due, time.ticks_us())
                if left > 300:
                    time.sleep_us(left - 100)
                while time.ticks_diff(due, time.ticks_us()) > 0:
                    pass
            act(kind, int(gpio), what)
    if not is_ready:
        print(READY)
"""
"""Plays a tape: one event of a recording in each line. Behind a level come the microseconds to the
next changes, if these are too quick for a line each."""
QUICK_US = 1000

REPEAT = """\
print(READY)
while True:
    for line in LINES:
        print(line)
        time.sleep_ms(PAUSE_MS)
    time.sleep_ms(1)
"""
"""Prints the same lines for ever."""


@dataclass(frozen=True)
class CheaterKnowledge:
    """What a trainee can know of a lab on a board without understanding it."""

    ready_line: str
    pins: Mapping[str, int]
    free_gpio: int
    """A pin to which nothing is connected."""
    given: Mapping[str, bytes]
    reference: bytes
    recordings: Sequence[Recording]

    @property
    def public(self) -> list[Recording]:
        """The recordings of the public seed."""
        return [one for one in self.recordings if one.seed == self.recordings[0].seed]

    @property
    def outputs(self) -> list[str]:
        """The roles that the right program drives in some episode."""
        return [role for role in self.pins if any(role in one.outputs for one in self.public)]

    @property
    def inputs(self) -> list[str]:
        """The roles that it only reads."""
        return [role for role in self.pins if role not in self.outputs]

    @property
    def functions(self) -> list[tuple[str, str]]:
        """Module and name of each given function."""
        return [
            (name.removesuffix(".py"), function)
            for name, text in self.given.items()
            if name.endswith(".py")
            for function in _functions(ast.parse(text).body)
        ]

    def gpios(self, roles: Sequence[str]) -> list[int]:
        """Their GPIO numbers."""
        return [self.pins[role] for role in roles]


CheatFunction = Callable[[CheaterKnowledge], Iterator[tuple[str, Program]]]
"""Gives the programs of a cheat, each with the name of its variant."""


def only_ready(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Says that it is ready, and does nothing."""
    yield "", _program(known)("print(READY)")


def replayed_lines(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Prints what the right program printed on the public seed, and touches no pin."""
    for one in known.public:
        yield one.episode, _replay(known, [e for e in one.events if e.kind == "print"])


def replayed_pins(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Drives the outputs as on the public seed, and prints nothing."""
    driven = known.gpios(known.outputs)
    for one in known.public:
        kept = [e for e in one.events if e.kind != "print" and e.gpio in driven]
        yield one.episode, _replay(known, kept)


def replayed_run(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Prints and drives everything as on the public seed."""
    for one in known.public:
        yield one.episode, _replay(known, _printed_and_driven(known, one))


def replayed_inputs(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The same, and drives the inputs too: it answers itself as the sensors did."""
    if known.inputs:
        for one in known.public:
            yield one.episode, _replay(known, one.events)


def driven_input(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Holds one input at a level, or puts a PWM on it, and replays the public seed's run."""
    ways = {"low": ("level", "0"), "high": ("level", "1"), "PWM": ("pwm", "10 32768")}
    for role in known.inputs:
        for name, (kind, what) in ways.items():
            own = TapeEvent(-1, kind, known.pins[role], what)
            events = [own, *_printed_and_driven(known, known.public[0])]
            yield f"{role} {name}", _replay(known, sorted(events))


def constant_answers(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Prints one example of each kind of line for ever; the outputs stand still or blink."""
    driven = known.gpios(known.outputs)
    ways = {
        "no pin": "",
        "low": f"for n in {driven}: act('level', n, '0')\n",
        "high": f"for n in {driven}: act('level', n, '1')\n",
        "PWM": f"for n in {driven}: act('pwm', n, '1000 32768')\n",
        "blink": (
            f"from machine import Timer\nfor n in {driven}: act('level', n, '0')\n"
            "toggle = lambda timer: [pin.value(not pin.value()) for pin in pins.values()]\n"
            f"Timer({{}}).init(period=500, callback=toggle)\n"
        ),
    }
    for name, code in ways.items():
        if driven or not code:
            made = _program(known)
            yield name, made(PLAYER, code.format(_TIMER), _lines(known), REPEAT)


def replies_in_order(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Answers each line that it gets with the next line of the public seed's run."""
    answer = (
        "import sys\nprint(READY)\nfor line in LINES:\n    sys.stdin.readline()\n    print(line)\n"
    )
    for one in known.public:
        if one.lines:
            yield one.episode, _program(known)(f"LINES = {one.lines!r}\n", answer)


def given_files(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Calls all functions of the given modules and prints all values of the given data.
    Besides these it prints only one example of each kind of line, from the public seed."""
    data = [name for name in known.given if name.endswith(".json")]
    if data or known.functions:
        made, calls = _program(known), known.functions
        yield "", made(f"DATA = {data!r}\nCALLS = {calls!r}\n", _lines(known), _GIVEN)


def memorised_runs(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Knows the runs of several seeds of practice. It finds the present one by a sign (the time,
    the chip's id, a random number, the files) and replays it; else the first one."""
    tapes = {f"tape{n}.txt": one for n, one in enumerate(known.recordings)}
    files = {name: _tape(_printed_and_driven(known, one)) for name, one in tapes.items()}
    own = (MAIN, *tapes)
    for sign in SIGN_NAMES:
        if len({one.signs.get(sign) for one in known.recordings}) == 1:
            continue  # it tells nothing
        table = {one.signs.get(sign, ""): name for name, one in reversed(tapes.items())}
        choose = f"play({table!r}.get(signs({own!r})[{sign!r}], 'tape0.txt'))\n"
        yield sign, _program(known)(SIGNS, PLAYER, choose) | files


def right_in_practice(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """Is the right program where a sign says that this is practice, and gives constant answers
    elsewhere. A sign that is the same on two seeds says nothing, and is left out."""
    for sign in ("uid", "random"):
        seen = {(one.signs.get(sign, ""), one.seed) for one in known.recordings}
        values = {value for value, _seed in seen}
        if len(values) == len(seen):
            own = (MAIN, "right.py")
            choose = f"if signs({own!r})[{sign!r}] in {sorted(values)!r}:\n    import right\n"
            constant = "import time\n" + _lines(known) + REPEAT
            yield sign, {**_program(known)(SIGNS, choose, constant), "right.py": known.reference}


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
        yield "", {MAIN: _program(known)(_SILENT)[MAIN] + known.reference}


def without_interrupts(known: CheaterKnowledge) -> Iterator[tuple[str, Program]]:
    """The right program, but a second thread, or long callbacks of a timer, poll the pins in place
    of interrupts. This is tried where a given function keeps the board busy."""
    polls, count = re.subn(r"([\w.]+)\.irq\(", r"watch(\1, ", known.reference.decode())
    if count and known.functions:
        for name, start in _POLLERS.items():
            yield name, {MAIN: (_POLL + start + polls).encode()}


NO_WORK: tuple[CheatFunction, ...] = (
    only_ready,
    replayed_lines,
    replayed_pins,
    replayed_run,
    replayed_inputs,
    driven_input,
    constant_answers,
    replies_in_order,
    given_files,
    memorised_runs,
    right_in_practice,
)
"""Cheats that do none of the work: they may earn what `expected.toml` declares."""
HALF_WORK: tuple[CheatFunction, ...] = (
    without_a_pin,
    without_a_function,
    without_lines,
    without_interrupts,
)
"""Right programs from which something is taken: they may earn less than all points."""

_TIMER = "0 if __import__('sys').platform == 'esp32' else -1"
_GIVEN = """\
import json, time

values = []

def collect(value):
    if isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            collect(one)
    else:
        values.append(value)

def call(function):
    try:
        return print(function())
    except TypeError:
        pass
    for value in values:
        try:
            print(function(value))
        except Exception:
            pass

for name in DATA:
    try:
        with open(name) as file:
            collect(json.load(file))
    except (OSError, ValueError):
        pass
functions = [getattr(__import__(module), name) for module, name in CALLS]
print(READY)
while True:
    for function in functions:
        call(function)
    for line in values + LINES:
        print(line)
        time.sleep_ms(PAUSE_MS)
    time.sleep_ms(PAUSE_MS)
"""
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


def _functions(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The functions of a module, also those that one kind of board has."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.If):
            yield from _functions([*node.body, *node.orelse])


def _program(known: CheaterKnowledge) -> Callable[..., dict[str, bytes]]:
    """Makes a program of pieces of text, which know the READY line."""
    head = f"READY = {known.ready_line!r}\n"
    return lambda *pieces: {MAIN: (head + "".join(pieces)).encode()}


def _replay(known: CheaterKnowledge, events: Sequence[TapeEvent]) -> Program:
    program = _program(known)(PLAYER, f"play({TAPE!r})\n")
    return {**program, TAPE: _tape(events)}


def _tape(events: Sequence[TapeEvent]) -> bytes:
    """A line for each event; quick changes of one pin, as on a bus, are one line."""
    lines: list[str] = []
    for before, event in zip([None, *events], events, strict=False):
        gap_us = event.t_us - before.t_us if before else QUICK_US
        same = before is not None and before[1:3] == event[1:3] == ("level", event.gpio)
        if same and event.t_us >= 0 and gap_us < QUICK_US:
            lines[-1] += f" {gap_us}"
        else:
            lines.append(f"{event.t_us} {event.kind} {event.gpio} {event.what}")
    return "".join(line + "\n" for line in lines).encode()


def _printed_and_driven(known: CheaterKnowledge, one: Recording) -> list[TapeEvent]:
    """The events of a recording without those of the inputs."""
    driven = known.gpios(known.outputs)
    return [e for e in one.events if e.kind == "print" or e.gpio in driven]


def _lines(known: CheaterKnowledge) -> str:
    """The first example of each kind of line (without its numbers) on the public seed, and the
    usual pause between two lines."""
    prints = [[e for e in one.events if e.kind == "print"] for one in known.public]
    kinds: dict[str, str] = {}
    for event in (e for events in prints for e in events):
        kinds.setdefault(re.sub(r"-?\d+(\.\d+)?", "0", event.what), event.what)
    gaps = [b.t_us - a.t_us for events in prints for a, b in pairwise(events)]
    pause_ms = max(20, round(median(gaps) / 1000)) if gaps else 100
    return f"LINES = {json.dumps(list(kinds.values()))}\nPAUSE_MS = {pause_ms}\n"
