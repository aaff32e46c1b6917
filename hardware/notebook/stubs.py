"""The stubs of MicroPython: what the modules of a board have, for completion and type checks.

    python -m hardware.notebook.stubs

installs them, as `make setup` does. The packages of different families have files of the same
names, so that each family has a folder of its own, outside of Python's path.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(sys.prefix) / "share" / "warsha" / "stubs"
NAMES = Path(__file__).with_name("board_names.toml")
PACKAGES = {
    "esp32": "micropython-esp32-stubs~=1.25.0",
    "rp2": "micropython-rp2-rpi-pico-w-stubs~=1.25.0",
}
"""By family; the version is that of the boards' MicroPython."""
RUN = "-m hardware.notebook.stubs"
"""How Python installs them."""


def find(family: str) -> Path | None:
    """The folder with a family's stubs; None when they are not installed."""
    folder = FOLDER / family
    return folder if (folder / "machine-stubs").is_dir() else None


@cache
def names(family: str) -> Mapping[str, frozenset[str]]:
    """What boards of a family have, by module (`os`) or type (`builtins.list`); `modules` has the
    names of all modules."""
    table = tomllib.loads(NAMES.read_text(encoding="utf-8")).get(family, {})
    return {owner: frozenset(text.split()) for owner, text in table.items()}


def install(family: str, package: str) -> None:
    """Install the stubs of one family. Raises: CalledProcessError when pip fails."""
    folder = FOLDER / family
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--upgrade", "--target", str(folder), package], check=True)
    for name, stub in _modules(folder):
        # jedi prefers typeshed to `time.pyi`, and only `time-stubs/` to typeshed (PEP 561).
        place = folder / f"{name}-stubs"
        if stub.is_dir():
            place.symlink_to(stub, target_is_directory=True)
        else:
            place.mkdir()
            (place / "__init__.pyi").symlink_to(stub)


def _modules(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and stub (a file, or a folder) of each module that has no `-stubs` yet; the family's
    own come before those for all of MicroPython."""
    seen: set[str] = set()
    for home in (folder, folder / "stdlib"):
        for stub in sorted(home.iterdir()):
            is_module = stub.suffix == ".pyi" or (stub / "__init__.pyi").is_file()
            if is_module and stub.stem not in seen and not stub.name.endswith("-stubs"):
                seen.add(stub.stem)
                if not (folder / f"{stub.stem}-stubs").exists():
                    yield stub.stem, stub


if __name__ == "__main__":
    for family, package in PACKAGES.items():
        install(family, package)
