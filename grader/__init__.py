"""What a lab is, and how it is scored.

A lab's `checks.py` imports what it is written with from here, and what it measures with from
`grader.measure`. These names stay; the modules behind them may move, and a lab that was released
years ago must still load:

    from grader import Millis, Run, Within, check, ms
    from grader.measure.pins import setups

    @check("b", points=3, expect=Within(ms(10), of=ms(500)), on_miss="unit_ms_s")
    def phase_length(run: Run) -> list[Millis]:
        # each time for which the green LED is on
        ...

The rooms; each imports only those before it (`tests/unit/test_imports.py` holds the order):

| room | what it is |
|---|---|
| `host` | runs the functions that a submission hands in for the computer, in a sandbox |
| `lab` | what a lab, a course and a class list are |
| `measure` | what can be measured in a run |
| `score` | from a program to points |
| `archive` | labs as they were released, and a record of what each mark was made of |
| `nbgrader` | all that we ask of nbgrader and of its gradebook |
| `classrun` | grades a class, over processes and machines |
| `reports` | the pages and tables that people read |
| `notebook` | from lessons to notebooks, and practice in them |
| `authoring` | for the author of a lab: begin it, check it, review its texts |
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.lab.check import Check, check, gate
    from grader.lab.documents import document
    from grader.lab.episode import (
        Episode,
        HardReset,
        Publish,
        ReadFile,
        Serial,
        SetControl,
        Step,
        hard_reset,
        press,
        publish,
        read_file,
        serial,
        set_control,
    )
    from grader.lab.limits import (
        AtLeast,
        AtMost,
        Between,
        Exactly,
        Limit,
        Never,
        Verdict,
        Within,
        shortened,
    )
    from grader.lab.run import FileSeen, Run, Said, once, said_after
    from grader.lab.signal import Signal, spans_ms
    from grader.lab.text_limits import Conforms, Matches
    from grader.lab.units import (
        NS_PER_MS,
        NS_PER_S,
        NS_PER_US,
        Bytes,
        Celsius,
        Degrees,
        Hertz,
        Micros,
        MilliampHours,
        Millimetres,
        Millis,
        Moment,
        Percent,
        Quantity,
        Text,
        Volts,
        micros_of_ns,
        millis_of_ns,
        moment_of_ns,
        ms,
        place_of,
        seconds,
        us,
    )

__all__ = [
    "NS_PER_MS",
    "NS_PER_S",
    "NS_PER_US",
    "AtLeast",
    "AtMost",
    "Between",
    "Bytes",
    "Celsius",
    "Check",
    "Conforms",
    "Degrees",
    "Episode",
    "Exactly",
    "FileSeen",
    "HardReset",
    "Hertz",
    "Limit",
    "Matches",
    "Micros",
    "MilliampHours",
    "Millimetres",
    "Millis",
    "Moment",
    "Never",
    "Percent",
    "Publish",
    "Quantity",
    "ReadFile",
    "Run",
    "Said",
    "Serial",
    "SetControl",
    "Signal",
    "Step",
    "Text",
    "Verdict",
    "Volts",
    "Within",
    "check",
    "document",
    "gate",
    "hard_reset",
    "micros_of_ns",
    "millis_of_ns",
    "moment_of_ns",
    "ms",
    "once",
    "place_of",
    "press",
    "publish",
    "read_file",
    "said_after",
    "seconds",
    "serial",
    "set_control",
    "shortened",
    "spans_ms",
    "us",
]

_MODULES = ("units", "signal", "episode", "run", "limits", "check", "documents", "text_limits")
"""Of `grader.lab`, in the order in which a name is looked for; the last one loads a JSON schema
library, which few labs need."""


def __getattr__(name: str) -> object:
    """Import a name when it is first used (PEP 562): the command line starts faster."""
    if name in __all__:
        for module in _MODULES:
            if hasattr(home := import_module(f"grader.lab.{module}"), name):
                return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
