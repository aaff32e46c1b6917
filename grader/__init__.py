"""What a lab is, and how it is graded.

The `checks.py` and `scenario.py` of a lab import from here and from `grader.measure`, and nothing
else of ours. These names stay: a lab that was released years ago must still load. The modules
behind them may move.

    from grader import Millis, Run, Within, check, ms
    from grader.measure.pins import setups

    @check("b", points=3, expect=Within(ms(10), of=ms(500)), on_miss="unit_ms_s")
    def phase_length(run: Run) -> list[Millis]:
        # how long the green LED is on, each time
        ...

The rooms of this package. Each imports only those before it (a test checks the order):

| room | what it is |
|---|---|
| `host` | runs the functions that a submission hands in for the computer, in a sandbox |
| `lab` | what a lab, a course and a class list are |
| `measure` | what can be measured in a run |
| `score` | from a program to points |
| `archive` | the released labs, and a record of all that each mark depends on |
| `nbgrader` | all code that uses nbgrader and its gradebook |
| `classrun` | grades a class, over processes and machines |
| `reports` | the pages and tables that people read |
| `notebook` | from lessons to notebooks, and practice in them |
| `authoring` | for authors: start a lab, check it, review its texts; the book of a course |
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.host.host_functions import RefusedCall
    from grader.host.host_line import HostLine
    from grader.lab.check import Check, check, gate
    from grader.lab.episode import (
        Episode,
        HardReset,
        Publish,
        ReadFile,
        SendUart,
        Serial,
        SetControl,
        SetService,
        SetWave,
        Step,
        chip_id,
        hard_reset,
        press,
        publish,
        read_file,
        send_uart,
        serial,
        set_control,
        set_service,
        wave,
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
    from grader.lab.line_form import HasForm, LineForm
    from grader.lab.prediction import observe
    from grader.lab.run import FileSnapshot, OutputLine, Run, lines_after, once
    from grader.lab.signal import Signal, spans_ms
    from grader.lab.text_limits import Conforms, Matches
    from grader.lab.units import (
        NS_PER_MS,
        NS_PER_S,
        NS_PER_US,
        Amps,
        Bytes,
        Celsius,
        Degrees,
        Hertz,
        Kilograms,
        Litres,
        Micros,
        MilliampHours,
        Millimetres,
        Millis,
        Moment,
        Pascals,
        Percent,
        Quantity,
        Text,
        Volts,
        WattHours,
        Watts,
        micros_of_ns,
        millis_of_ns,
        moment_of_ns,
        ms,
        place_of,
        seconds,
        us,
    )
    from grader.lab.value_path import Follows, ValuePath, correlation
    from grader.strict_json import parse_json
    from hardware.boards import BoardType

__all__ = [
    "NS_PER_MS",
    "NS_PER_S",
    "NS_PER_US",
    "Amps",
    "AtLeast",
    "AtMost",
    "Between",
    "BoardType",
    "Bytes",
    "Celsius",
    "Check",
    "Conforms",
    "Degrees",
    "Episode",
    "Exactly",
    "FileSnapshot",
    "Follows",
    "HardReset",
    "HasForm",
    "Hertz",
    "HostLine",
    "Kilograms",
    "Limit",
    "LineForm",
    "Litres",
    "Matches",
    "Micros",
    "MilliampHours",
    "Millimetres",
    "Millis",
    "Moment",
    "Never",
    "OutputLine",
    "Pascals",
    "Percent",
    "Publish",
    "Quantity",
    "ReadFile",
    "RefusedCall",
    "Run",
    "SendUart",
    "Serial",
    "SetControl",
    "SetService",
    "SetWave",
    "Signal",
    "Step",
    "Text",
    "ValuePath",
    "Verdict",
    "Volts",
    "WattHours",
    "Watts",
    "Within",
    "check",
    "chip_id",
    "correlation",
    "gate",
    "hard_reset",
    "lines_after",
    "micros_of_ns",
    "millis_of_ns",
    "moment_of_ns",
    "ms",
    "observe",
    "once",
    "parse_json",
    "place_of",
    "press",
    "publish",
    "read_file",
    "seconds",
    "send_uart",
    "serial",
    "set_control",
    "set_service",
    "shortened",
    "spans_ms",
    "us",
    "wave",
]

_MODULES = (
    "grader.lab.units",
    "grader.lab.signal",
    "grader.lab.run",
    "grader.lab.episode",
    "grader.lab.limits",
    "grader.lab.line_form",
    "grader.lab.value_path",
    "grader.lab.check",
    "grader.lab.prediction",
    "grader.strict_json",
    "grader.host.host_line",
    "hardware.boards",
    "grader.lab.text_limits",
)
"""Where `__getattr__` looks for a name, in this order. The last one imports jsonschema, which is
slow and which few labs need."""


def __getattr__(name: str) -> object:
    """Import a name when it is first used (PEP 562): the command line starts faster."""
    if name in __all__:
        for module in _MODULES:
            if hasattr(home := import_module(module), name):
                return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
