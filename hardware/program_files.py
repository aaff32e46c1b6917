"""The files that `warsha run` puts onto a board, from paths of this computer."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hardware.errors import HardwareError
from hardware.i18n import _, reason
from hardware.paths import refuse_device

LARGEST, MOST = 100_000, 500_000
"""Bytes of a file beside a program that is no Python, and of all of them: more is hardly meant for
a board."""
LIBRARIES = "lib"
"""MicroPython looks for modules there, too."""
CIRCUIT = "diagram.json"
CHIP = ".chip."
"""The files of a custom part belong to the circuit."""


def content(path: Path) -> bytes:
    """A file for the board. Raises: HardwareError when it cannot be read."""
    try:
        refuse_device(path)
        return path.read_bytes()
    except OSError as error:
        cure = _("Give the path of a file for the board.")
        raise HardwareError(f"{path}: {reason(error)}", cure) from error


def of(path: Path) -> dict[str, bytes]:
    """A file, or a folder with all that is in it, by the name on the board. Raises:
    HardwareError."""
    if not path.is_dir():
        return {path.name: content(path)}
    path = path.absolute() if path.name not in ("", "..") else path.resolve()
    return {
        file.relative_to(path.parent).as_posix(): content(file) for file in sorted(_inside(path))
    }


def beside(program: Path, without: Iterable[Path]) -> dict[str, bytes]:
    """The files beside a program, as Wokwi takes them: every file of its folder, the folder of
    libraries and every package. Raises: HardwareError."""
    left_out = {path.resolve() for path in (program, program.parent / CIRCUIT, *without)}
    found: dict[str, bytes] = {}
    others: list[Path] = []
    for path in sorted(program.parent.iterdir()):
        if path.name.startswith(".") or CHIP in path.name or path.resolve() in left_out:
            continue
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            continue  # of a project that may be somebody else's
        if path.is_dir():
            if path.name == LIBRARIES or (path / "__init__.py").is_file():
                found |= of(path)
        elif path.suffix == ".py":
            found |= of(path)
        elif path.is_file() and path.stat().st_size <= LARGEST:
            others.append(path)
    for path in others:
        if sum(map(len, found.values())) + path.stat().st_size <= MOST:
            found |= of(path)
    return found


def _inside(folder: Path) -> Iterator[Path]:
    """Every file of a folder, without hidden ones and the compiled ones of Python."""
    for path in folder.iterdir():
        if not path.name.startswith((".", "__pycache__")):
            if path.is_dir() and not path.is_symlink():
                yield from _inside(path)
            elif path.is_file():
                yield path
