"""Pins: their mode, pull and interrupt, electrical faults, and which pins a program drives."""

from dataclasses import dataclass

import numpy as np

from grader.lab.run import Run, once
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import names_of
from hardware.bench.trace.edges import DRIVING

MODES = names_of("MODE_")
PULLS = names_of("PULL_")
EDGES = {1: "rising", 2: "falling", 3: "both"}
LEVELS = {4: "low", 8: "high"}


@dataclass(frozen=True)
class PinSetup:
    """A pin's mode (`off`, `in`, `out`, `open_drain`, `analog`) and pull (`none`, `up`, `down`)
    from a time on (ns since t = 0)."""

    at_ns: int
    mode: str
    pull: str


@dataclass(frozen=True)
class InterruptSetup:
    """The trigger of a pin's interrupt from a time on (ns since t = 0): `rising`, `falling`,
    `both`, `low`, `high`, or `off`."""

    at_ns: int
    trigger: str
    is_hard: bool


def setups(run: Run, role: str) -> list[PinSetup]:
    """Every setup of a pin since power-on, in order (times before t = 0 are negative)."""
    return [
        PinSetup(one.t_ns - run.zero_ns, MODES[one.mode], PULLS[one.pull])
        for one in run.modes(role)
    ]


def setup_at(run: Run, role: str, t_ns: int = 0) -> PinSetup | None:
    """How a pin is set up at a time; None before its first setup."""
    before = [one for one in setups(run, role) if one.at_ns <= t_ns]
    return before[-1] if before else None


def floats(run: Run, role: str) -> bool:
    """Whether an input has no pull (by its last setup): with an open button it reads noise."""
    found = setups(run, role)
    return bool(found) and (found[-1].mode, found[-1].pull) == ("in", "none")


def interrupts(run: Run, role: str) -> list[InterruptSetup]:
    """Every setup of a pin's interrupt since power-on, in order."""
    return [
        InterruptSetup(one.t_ns - run.zero_ns, _trigger(one.bits), one.hard)
        for one in run.trace.irqs(run.pins[role])
    ]


def pwm_was_used(run: Run, role: str) -> bool:
    """Whether a PWM ever ran at a pin."""
    return bool(run.trace.rows(frames.REC_PWM, run.pins[role])["c"].any())


def faults(run: Run, role: str | None = None) -> list[tuple[int, str]]:
    """The electrical faults since power-on, at all pins or at one: when (ns since t = 0), and
    which (`short`, `over_voltage`, `over_current`, …)."""
    names = names_of("FAULT_")
    return [
        (one.t_ns - run.zero_ns, names[one.kind])
        for one in run.trace.faults()
        if role is None or one.gpio == run.pins[role]
    ]


@once
def driven(run: Run) -> dict[int, int]:
    """The GPIOs that the program drives, as an output or with PWM, each with the time at which
    that began (ns since power-on)."""
    rows = run.trace.records
    drives = np.isin(rows["b"] & 15, DRIVING)
    chosen = (rows["kind"] == frames.REC_MODE) & drives
    chosen |= (rows["kind"] == frames.REC_PWM) & (rows["c"] > 0)
    gpios, first = np.unique(rows["a"][chosen], return_index=True)
    return dict(zip(gpios.tolist(), rows["t"][chosen][first].tolist(), strict=True))


def unassigned_pins(run: Run) -> list[int]:
    """The GPIOs that the program drives and that have no role in pins.py."""
    return sorted(driven(run).keys() - set(run.pins.values()))


def other_pin(run: Run, *outputs: str) -> str:
    """The misconception "wrong pin": the program never drives the pin of one of these roles, but
    drives a pin without a role. Returns: the key `other_pin` with its details, or ""."""
    seen, wrong = driven(run), unassigned_pins(run)
    missing = [role for role in outputs if run.pins[role] not in seen]
    if not (missing and wrong) or run.tracebacks():  # it may have ended before it set up the pin
        return ""
    wanted = ", ".join(f"{role} = GPIO {run.pins[role]}" for role in missing)
    return f"other_pin {', '.join(f'GPIO {gpio}' for gpio in wrong)} ≠ {wanted}"


def _trigger(bits: int) -> str:
    return EDGES.get(bits & 3) or LEVELS.get(bits & 12) or "off"
