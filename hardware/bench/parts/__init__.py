"""Every part type. One file here is one part; it is found by the `TYPES` of its class, which are
written out in the file, and nothing registers it.
"""

import importlib
import inspect
from functools import cache
from pathlib import Path

from hardware.bench.parts.common.part import CUSTOM, Part


@cache
def _sources() -> dict[str, str]:
    """The text of each file, by the name of its module."""
    files = sorted(file for folder in __path__ for file in Path(folder).glob("[!_]*.py"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


@cache
def _classes(module: str) -> dict[str, type[Part]]:
    """Part type in a diagram to the class in this module that simulates it."""
    found: dict[str, type[Part]] = {}
    for member in vars(importlib.import_module(f"{__name__}.{module}")).values():
        if inspect.isclass(member) and issubclass(member, Part) and "TYPES" in vars(member):
            found |= dict.fromkeys(member.TYPES, member) if member is not Part else {}
    return found


@cache
def _registry() -> dict[str, type[Part]]:
    """The same of all modules."""
    return {name: kind for module in _sources() for name, kind in _classes(module).items()}


def find(part_type: str, folder: Path | None = None) -> type[Part] | None:
    """The class for a part type of a diagram; None when the type is not simulated. Raises:
    DiagramError.

    Args:
        folder: where the diagram is (`Diagram.folder`); a custom part, `chip-NAME`, is there.
    """
    if folder and part_type.startswith(CUSTOM):
        from hardware.bench.parts.common import custom_files  # imports the library of pictures

        return custom_files.find(part_type, folder)
    return _find(part_type)


def has_program(part_type: str, folder: Path) -> bool:
    """Whether a custom part has a Python file in this folder, which is not run here."""
    if not part_type.startswith(CUSTOM):
        return False
    from hardware.bench.parts.common import custom_files

    return any(file.suffix == ".py" for file in custom_files.files(part_type, folder))


@cache
def _find(part_type: str) -> type[Part] | None:
    """Only modules that name the type are imported: all of them take 0.1 s."""
    for module, text in _sources().items():
        if f'"{part_type}"' in text and (kind := _classes(module).get(part_type)):
            return kind
    return None


def types() -> tuple[str, ...]:
    """Every part type that is simulated."""
    return tuple(sorted(_registry()))
