"""L06: a lamp whose brightness follows a knob (gamma), and a gate that follows orders.

An *order* is a line `GATE …` or a press of the button. A *ramp* is a movement of the gate in one
direction. servo.json says which angle belongs to a pulse width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import (
    AtMost,
    Between,
    Degrees,
    Episode,
    HasForm,
    Hertz,
    Limit,
    LineForm,
    Micros,
    Millis,
    Moment,
    Never,
    Percent,
    Quantity,
    Run,
    Text,
    Verdict,
    Within,
    check,
    gate,
    millis_of_ns,
    moment_of_ns,
    ms,
    observe,
    serial,
    us,
)
from grader.measure.pins import floats, other_pin
from grader.measure.pwm import Pwm, pwm
from grader.measure.serial import read_lines

GAMMA = 2.2
ANSWER, OBEYED = ms(100), ms(250)
STILL, ANGLE, JUMP = us(5), us(15), Degrees(3)
GOES = Percent(40)
"""An order is obeyed by a gate that goes at least this much of the way to its angle. A gate
also goes this far when the program has the pulse widths of another servo, or divides the angle by
180 in place of 90."""
MOST_HZ = 333
"""Above this frequency there is no room for a pulse of 2400 µs and the pause after it."""
LONGEST_BY_NS = us(10)
"""The longest pulse of a program that writes microseconds where nanoseconds are due."""
TICK, WINDOW, LEAST_RAMP = ms(150), ms(250), Degrees(15)
"""A gate that stands still for more than TICK has ended its ramp. A ramp shorter than LEAST_RAMP
has no clear speed."""
NEVER = float("inf")
REFUSAL = LineForm("ERR RANGE")


class Speed(Quantity):
    """Degrees per second."""

    unit = "°/s"


# a: the lamp.


@dataclass(frozen=True, eq=False)
class Rising(Limit[Percent]):
    """The duty rises with the knob's position, from below `low` to above `high`."""

    low: Percent
    high: Percent

    def judge(self, measured: Percent | Sequence[Percent], run: Run) -> Verdict:
        """All duties are in order, and both ends are in their range."""
        duties = list(measured) if isinstance(measured, Sequence) else [measured]
        pairs = zip(moments(run), duties, strict=True)
        ranked = [duty for _, duty in sorted(pairs, key=lambda pair: pair[0][1])]
        ok = ranked == sorted(ranked) and ranked[0] < self.low and ranked[-1] > self.high
        return Verdict(ok, f"{ranked[0]} … {ranked[-1]}", self.window(run))

    def window(self, run: Run) -> str:
        """The range that the duty must cover."""
        return f"< {self.low} … > {self.high}"


def moments(run: Run) -> list[tuple[int, float]]:
    """When the lamp is judged (ns), 100 ms after each step and before the next; and the knob's
    position then."""
    path: list[tuple[float, float]] = run.data["path"]
    ends = [at for at, _ in path[1:]] + [run.episode.seconds * 1000]
    pairs = zip(path, ends, strict=True)
    return [(ms(t).ns, place) for (at, place), end in pairs for t in (at + ANSWER, end - 1)]


def gamma_law(run: Run) -> list[Percent]:
    """The duty for the knob's position."""
    return [Percent(100 * place**GAMMA) for _, place in moments(run)]


def fits(seen: Sequence[float], wanted: Sequence[float], most: float) -> bool:
    """Whether all differences are smaller than `most`."""
    return all(abs(a - b) < most for a, b in zip(seen, wanted, strict=True))


def why_dim(run: Run) -> str:
    """It drives another pin, uses the position as the duty, or a duty scale of 1023."""
    if (seen := duties.measure(run)) is None:
        return other_pin(run, "LED_G")
    if fits(seen, [100 * place for _, place in moments(run)], 5):
        return "linear_dimming"
    return "duty_scale" if max(seen) < 2 else ""


@gate("a.freq", expect=Within(percent=1, of=Hertz(1000)), on_miss="led_freq")
def led_frequency(run: Run) -> list[Hertz] | None:
    """The frequency at each of these moments; None if the lamp has no PWM at one of them."""
    lamp = pwm(run, "LED_G")
    found = [freq for t_ns, _ in moments(run) if (freq := lamp.frequency_at(t_ns)) is not None]
    return found if len(found) == len(moments(run)) else None


@check(
    "a",
    points=3,
    expect=Within(Percent(2), of=gamma_law),
    partial={Rising(Percent(5), Percent(90)): 1},
    on_miss="dimming",
    why=why_dim,
)
def duties(run: Run) -> list[Percent] | None:
    """The duty at each of these moments; None if it is always the same."""
    lamp = pwm(run, "LED_G")
    found = [duty for t_ns, _ in moments(run) if (duty := lamp.duty_at(t_ns)) is not None]
    return found if len(found) == len(moments(run)) and len(set(found)) > 1 else None


# The gate: its orders, and its movements.


def windows(run: Run) -> list[tuple[Any, int, int]]:
    """Each order with its time and the time of the next one, in ns."""
    orders = run.data["orders"]
    ends = [ms(order.at).ns for order in orders[1:]] + [run.end_ns - run.zero_ns]
    return [(order, ms(order.at).ns, end) for order, end in zip(orders, ends, strict=True)]


def finals(run: Run) -> list[tuple[int, int]]:
    """When the gate is at rest (ns) and its angle then: before each order but the first, and at
    the end."""
    found, angle, rests = [], 0, False
    for order in run.data["orders"]:
        if rests:
            found.append((ms(order.at).ns, angle))
        rests, angle = order.rests, angle if order.angle is None else order.angle
    return [*found, (run.end_ns - run.zero_ns - 1, angle)]


def moves(run: Run) -> tuple[Any, Any]:
    """Each change of the angle in columns: when (ns), and the angle from then on."""
    servo, ends = frames(run), run.data["servo"]
    angles = 90 * (servo.width_us - ends["us_0"]) / (ends["us_90"] - ends["us_0"])
    changed = np.append(True, np.diff(angles) != 0)[: len(angles)]
    return servo.at_ns[changed], angles[changed]


def running(run: Run) -> Pwm:
    """The settings of the servo's PWM, without those in which it is off."""
    return below(run, NEVER)


def frames(run: Run) -> Pwm:
    """Of these, those with a frame that has room for the pulses of a servo."""
    return below(run, MOST_HZ)


def below(run: Run, most_hz: float) -> Pwm:
    """The settings of the servo's PWM with a frequency up to that."""
    servo = pwm(run, "SERVO")
    on = (servo.freq_hz > 0) & (servo.freq_hz <= most_hz)
    return Pwm(servo.at_ns[on], servo.freq_hz[on], servo.duty_u16[on], servo.end_ns)


# c: where the gate comes to rest.


def wanted_widths(run: Run) -> list[Micros]:
    """The pulse width for each angle at which the gate is at rest."""
    return [us(width(run.data["servo"], angle)) for _, angle in finals(run)]


def width(servo: dict[str, int], angle: float) -> float:
    """The pulse width for an angle, in µs."""
    return servo["us_0"] + (servo["us_90"] - servo["us_0"]) * angle / 90


def why_width(run: Run) -> str:
    """The program drives another pin, writes microseconds as nanoseconds, uses another frequency,
    the angle as the duty, or the widths of tutorials."""
    if len(widths := running(run).width_us) and widths.max() < LONGEST_BY_NS:
        return "unit_ns"
    if any(abs(freq - 50) > 0.5 for freq in running(run).frequencies()):
        return "servo_freq"
    if not (seen := final_widths.measure(run)):
        return other_pin(run, "SERVO")
    angles = [angle for _, angle in finals(run)]
    if fits(seen, [20_000 * angle / 180 for angle in angles], 20):
        return "duty_is_angle"
    public = [width(run.data["public"], angle) for angle in angles]
    return "hardcoded" if fits(seen, public, 20) else ""


def far_orders(run: Run) -> list[tuple[Any, int, int, float]]:
    """The orders to a gate at rest that it cannot do with a small move: the order, from when to
    when it lasts (ns), and the way in degrees, below 0 to close."""
    found, angle, rests = [], 0, True
    for order, start_ns, end_ns in windows(run):
        if rests and order.text and abs(order.angle - angle) >= LEAST_RAMP:
            found.append((order, start_ns, end_ns, order.angle - angle))
        rests, angle = order.rests, order.angle
    return found


def is_moving(at_ns: Any, when_ns: int) -> bool:
    """Whether the angle changed just before that time."""
    return bool(((at_ns > when_ns - TICK.ns) & (at_ns < when_ns)).any())


def starts(run: Run) -> list[Millis]:
    """The time from each of these orders to the first step in its direction; infinite if the gate
    was still moving, or has time for the whole way and does not go far. Empty without pulses."""
    at_ns, angles = moves(run)
    if not len(angles):
        return []
    at_ns, steps, found = at_ns[1:], np.diff(angles), []
    for order, start_ns, end_ns, way in far_orders(run):
        now = (at_ns >= start_ns) & (at_ns < end_ns)
        first = at_ns[now & (steps * way > 0)]
        is_far = not order.rests or 100 * steps[now].sum() / way >= GOES
        obeyed = len(first) and is_far and not is_moving(at_ns, start_ns)
        late = millis_of_ns(first[0] - start_ns, start_ns) if obeyed else Millis(NEVER, start_ns)
        found.append(late)
    return found


@gate("c.moves", episode="gate", expect=AtMost(OBEYED), on_miss="not_obeyed", why=why_width)
def half_obeyed(run: Run) -> Millis | None:
    """The median of these times, the lower one, of all orders and of those with time for the whole
    way: many items count only for a gate that obeys half of both. One order could be met by
    chance, all of them are c.obeys."""
    found = starts(run)
    whole = [one for one, (order, *_) in zip(found, far_orders(run), strict=False) if order.rests]
    middles = [sorted(times)[(len(times) - 1) // 2] for times in (found, whole) if times]
    return max(middles, default=None)


all_obeyed = check(
    "c.obeys", points=1, episode="gate", expect=AtMost(OBEYED), on_miss="not_obeyed", why=why_width
)(starts)


@check(
    "c.rest",
    points=2,
    episode="gate",
    expect=Within(ANGLE, of=wanted_widths),
    on_miss="angle",
    why=why_width,
)
def final_widths(run: Run) -> list[Micros] | None:
    """The pulse width each time that the gate is at rest; None if it never changed."""
    servo = running(run)
    found = [w for t_ns, _ in finals(run) if (w := servo.width_at(t_ns)) is not None]
    return found if len(found) == len(finals(run)) and len(set(servo.width_us)) > 1 else None


@check(
    "c.start",
    points=1,
    episode="gate",
    expect=Within(ANGLE, of=lambda run: us(run.data["servo"]["us_0"])),
    on_miss="no_start",
)
def first_width(run: Run) -> Micros:
    """The pulse width before the first order; 0 without a pulse."""
    first = ms(run.data["orders"][0].at).ns
    return running(run).width_at(first) or Micros(0, first)


# b: the frame.


@gate(
    "b.freq",
    episode=("gate", "range"),
    expect=Within(percent=1, of=Hertz(50)),
    on_miss="servo_freq",
)
def frame_rate(run: Run) -> list[Hertz]:
    """The frequency of each setting."""
    return running(run).frequencies()


def why_unsafe(run: Run) -> str:
    """A wrong order was obeyed, or the widths are wrong already."""
    return why_refused(run) or why_width(run)


@check(
    "b",
    points=2,
    episode=("gate", "range"),
    expect=Between(us(500), us(2400)),
    on_miss="unsafe_pulse",
    why=why_unsafe,
    safety=True,
    after="c.moves",
)
def all_widths(run: Run) -> list[Micros]:
    """The pulse width of each setting, rounded to a microsecond."""
    return [Micros(round(width), width.at_ns) for width in running(run).widths()]


# d: how it moves.


def wrong_starts(run: Run) -> Any:
    """Which changes of the angle are jumps just after an order that came while the gate moved: the
    new ramp began at another angle than the gate's."""
    at_ns, angles = moves(run)
    at_ns, is_wrong = at_ns[1:], np.zeros(max(len(angles) - 1, 0), bool)
    for _, start_ns, _ in windows(run):
        if is_moving(at_ns, start_ns):
            is_wrong |= (at_ns >= start_ns) & (at_ns <= start_ns + OBEYED.ns)
    return is_wrong & (np.abs(np.diff(angles)) > JUMP)


def why_jump(run: Run) -> str:
    """The widths are wrong already, or the gate jumps only where a new ramp begins while it
    moves."""
    is_jump = np.abs(np.diff(moves(run)[1])) > JUMP
    starts_wrong = is_jump.any() and (wrong_starts(run) == is_jump).all()
    return why_width(run) or ("ramp_start" if starts_wrong else "")


@check(
    "d.ramp",
    points=2,
    episode="gate",
    expect=AtMost(JUMP),
    on_miss="servo_jump",
    why=why_jump,
    after="c.moves",
)
def jumps(run: Run) -> list[Degrees]:
    """The angle of each change."""
    at_ns, angles = moves(run)
    return [Degrees(abs(a), int(t)) for a, t in zip(np.diff(angles), at_ns[1:], strict=True)]


def is_jumping(run: Run) -> bool:
    """Whether one of them is too large, not counting those of `wrong_starts`."""
    sizes = np.array(jumps.measure(run) or [])
    return bool((sizes[~wrong_starts(run)] > JUMP).any())


def why_speed(run: Run) -> str:
    """The widths are wrong already, or the gate jumps."""
    if key := why_width(run) or ("servo_jump" if is_jumping(run) else ""):
        return key
    rest = final_widths.measure(run)
    return "" if rest and fits(rest, wanted_widths(run), ANGLE) else "angle"


@check(
    "d.speed",
    points=2,
    episode="gate",
    expect=Within(Speed(6), of=Speed(60)),
    on_miss="servo_speed",
    why=why_speed,
    after="c.moves",
)
def speeds(run: Run) -> list[Speed]:
    """The speed in each quarter of a second of a ramp. A gate that jumps to its angle has no
    ramp. A jump of `wrong_starts` is not part of a ramp: it costs d.ramp."""
    at_ns, angles = moves(run)
    steps, waits, is_wrong = np.diff(angles), np.diff(at_ns), wrong_starts(run)
    is_cut = is_wrong[1:] | is_wrong[:-1]
    ends = np.flatnonzero(is_cut | (waits[1:] > TICK.ns) | (steps[1:] * steps[:-1] < 0)) + 1
    found = []
    for part in np.split(np.arange(len(steps)), ends):
        if len(part) and abs(steps[part].sum()) >= LEAST_RAMP:
            whole = part[:-1] + 1  # the last step of a ramp is shorter
            found += ramp_speeds(at_ns[whole], angles[whole])
    return found


def ramp_speeds(at_ns: Any, angles: Any) -> list[Speed]:
    """The speeds of one ramp, one window after the other, from change to change; a shorter ramp
    has one."""
    found, start, last = [], 0, len(at_ns) - 1
    for index in range(1, len(at_ns)):
        if (start == 0 and index == last) or at_ns[index] - at_ns[start] >= WINDOW.ns:
            span_s = (at_ns[index] - at_ns[start]) / 1e9
            found.append(Speed(abs(angles[index] - angles[start]) / span_s, int(at_ns[start])))
            start = index
    return found


# e: what is refused, and the button.


def moved(run: Run, from_ns: int, to_ns: int) -> bool:
    """Whether the width changed in that window."""
    widths = running(run).between(from_ns, to_ns).width_us
    return len(widths) > 0 and bool(np.ptp(widths) > STILL)


def why_refused(run: Run) -> str:
    """The gate began to move at a wrong order."""
    wrong = (
        moved(run, start, end) and not moved(run, start - TICK.ns, start)
        for order, start, end in windows(run)
        if order.angle is None
    )
    return "unclamped" if any(wrong) else ""


@check(
    "e.range",
    points=1,
    episode="range",
    expect=AtMost(ANSWER),
    on_miss="no_refusal",
    why=why_refused,
    reads=REFUSAL,
)
def refusals(run: Run) -> list[Millis] | None:
    """The time from each wrong order to `ERR RANGE`; infinite if the gate moved, or if the line
    comes twice. None if it never comes."""
    printed = read_lines(run, REFUSAL).at_ns.tolist()
    if not printed:
        return None
    found = []
    for order, start, end in windows(run):
        if order.angle is None:
            mine = [t for t in printed if start <= t < end]
            right = len(mine) == 1 and not moved(run, start, end)
            found.append(millis_of_ns(mine[0] - start, start) if right else Millis(NEVER, start))
    return found


def few_refused(run: Run) -> str:
    """Two or more of the wrong orders were not refused as e.range asks. One alone, perhaps the
    one that ended the program, costs e.range only; then the last order, which it did not see, does
    not count."""
    missed = [delay > ANSWER for delay in refusals.measure(run) or []]
    last_ns = windows(run)[-1][1]
    if any(one.at_ns < last_ns for one in run.tracebacks()):
        missed = missed[:-1]
    return "" if missed and sum(missed) <= 1 else "after e.range"


@check(
    "e.only",
    points=1,
    episode="range",
    expect=Never("ERR RANGE"),
    on_miss="no_refusal",
    why=few_refused,
)
def wrongly_refused(run: Run) -> list[Moment] | None:
    """When a right order was refused; None if few wrong ones were."""
    if few_refused(run):
        return None
    printed = read_lines(run, REFUSAL).at_ns.tolist()
    right = [(start, end) for order, start, end in windows(run) if order.angle is not None]
    return [moment_of_ns(t) for t in printed if any(a <= t < b for a, b in right)]


@check(
    "e.form",
    points=1,
    episode="range",
    expect=HasForm((REFUSAL,)),
    on_miss="form",
    why=few_refused,
    reads=REFUSAL,
)
def refused_with(run: Run) -> list[Text] | None:
    """The lines that refuse an order, as they are; None if few wrong ones were refused."""
    return None if few_refused(run) else list(read_lines(run, REFUSAL).lines)


def why_late(run: Run) -> str:
    """The button floats, or the gate jumps: it does not move any more when the button is
    pressed."""
    if floats(run, "BTN_1"):
        return "no_pullup"
    return "servo_jump" if is_jumping(run) else ""


@check(
    "e.park",
    points=2,
    episode="gate",
    expect=AtMost(ANSWER),
    on_miss="deaf_ramp",
    why=why_late,
    after="c.moves",
)
def park_delay(run: Run) -> Millis:
    """The time from the press of the button to the gate's first step back; infinite if it did not
    move then, or with a button that floats."""
    pressed = next(ms(order.at).ns for order in run.data["orders"] if not order.text)
    at_ns, angles = moves(run)
    back = at_ns[1:][(np.diff(angles) < 0) & (at_ns[1:] >= pressed)]
    is_seen = len(back) and is_moving(at_ns[1:], pressed) and not floats(run, "BTN_1")
    return millis_of_ns(back[0] - pressed, pressed) if is_seen else Millis(NEVER, pressed)


# The "predict" question.


@observe(Episode("predict", seconds=3, steps=serial(b"GATE 45\n", at=ms(200))))
def pulse_for_45(run: Run) -> dict[str, str] | None:
    """The pulse when the gate has stopped."""
    servo, end_ns = pwm(run, "SERVO"), ms(2900).ns
    width, duty = servo.width_at(end_ns), servo.duty_at(end_ns)
    return None if width is None or duty is None else {"width": str(width), "duty": str(duty)}
