"""Finds the custom parts of a circuit: `chip-NAME` is `NAME.chip.py` with `NAME.chip.json` beside
the circuit file (each may also begin with `chip-`, as the type does).

A trust boundary: the Python file runs in this process, with all its rights. So it is looked for
only beside a circuit file that was opened by its path (`Diagram.folder`): one of a lab, or one of
the person who runs this program. A circuit that came as a value has no folder, and no file of a
submission is ever put beside a circuit: a submission is one program for the board, and what it
hands in for the computer runs in a sandbox (`grader.host`).
"""

import functools
import inspect
import re
from pathlib import Path
from types import ModuleType

from hardware.bench.parts.common import chip_json
from hardware.bench.parts.common.custom_checks import Misuse, check_class
from hardware.bench.parts.common.custom_part import (
    CustomDisplay,
    CustomPart,
    guarded,
    program_error,
)
from hardware.bench.parts.common.loop_limit import LoopLimit, run_counted
from hardware.bench.parts.common.part import CUSTOM, Part
from hardware.errors import DiagramError
from hardware.i18n import _, at_place

SUPPLY = ("VCC", "GND", 2.0)
NAME = re.compile(r"chip-[\w-]+(\.[\w-]+)*")
"""The types of custom parts: no path leads out of the folder of the circuit."""


def find(part_type: str, folder: Path) -> type[Part] | None:
    """The class of a custom part; None when there are no files of it. Raises: DiagramError."""
    if not NAME.fullmatch(part_type):
        return None
    description = _file(folder, part_type, ".chip.json")
    program = _file(folder, part_type, ".chip.py")
    if program is None and description is None:
        return None
    if program is None or description is None:
        missing = f"{part_type.removeprefix(CUSTOM)}.chip.{'json' if program else 'py'}"
        what = at_place(program or description, _("there is no {file} beside it"))
        cure = _("Write it: docs/howto/own-part.md. Chips in C are not run.")
        raise DiagramError(what.format(file=missing), cure)
    return _load(part_type, program, description, program.read_bytes(), description.read_bytes())


def files(part_type: str, folder: Path) -> list[Path]:
    """The files of a custom part."""
    found = [_file(folder, part_type, ending) for ending in (".chip.py", ".chip.json")]
    return [file for file in found if file] if NAME.fullmatch(part_type) else []


def _file(folder: Path, part_type: str, ending: str) -> Path | None:
    names = (part_type.removeprefix(CUSTOM) + ending, part_type + ending)
    return next((folder / name for name in names if (folder / name).is_file()), None)


@functools.lru_cache(64)
def _load(
    part_type: str, program: Path, description: Path, text: bytes, _described: bytes
) -> type[Part]:
    """The class; loaded again when the content of a file is another one."""
    described = chip_json.read(description)
    own, limit = _class_of(program, text)
    try:
        check_class(own, described, description.name)
    except Misuse as error:
        raise DiagramError(at_place(program, error.what), error.cure) from error
    bases = (own, CustomDisplay) if any(described.dots) else (own,)
    has_supply = {"VCC", "GND"} <= {*described.pins}
    lowest = {name: repr(control.low) for name, control in described.controls.items()}
    defaults = {name: number.removesuffix(".0") for name, number in lowest.items()}
    made = {
        "TYPES": (part_type,),
        "TITLE": described.name,
        "CHIP": described,
        "PROGRAM": program,
        "LIMIT": limit,
        "PINS": described.places,
        "SIZE": described.size,
        "CONTROLS": described.controls,
        "ATTRS": {**defaults, **{name: str(value) for name, value in own.ATTRS.items()}},
        "SUPPLY": SUPPLY if has_supply else None,
        "__doc__": own.__doc__,
        "__module__": own.__module__,
    }
    methods = {
        name: guarded(value, program, limit)
        for name, value in vars(own).items()
        if inspect.isfunction(value)
    }
    return type(own.__name__, bases, methods | made)


def _class_of(program: Path, text: bytes) -> tuple[type[CustomPart], LoopLimit]:
    """The class in the Python file, and the limit of its loops. Raises: DiagramError."""
    module = ModuleType(program.name)
    module.__file__ = str(program)
    try:
        limit = run_counted(text, program, vars(module))
    except (Exception, SystemExit) as error:
        raise program_error(error, program) from error
    found = [
        member
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, CustomPart)
        and member.__module__ == module.__name__
    ]
    if len(found) != 1:
        what = at_place(program, _("it has {count} classes of a CustomPart, not one"))
        cure = _("Write one class: class MyPart(CustomPart).")
        raise DiagramError(what.format(count=len(found)), cure)
    return found[0], limit
