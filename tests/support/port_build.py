"""Builds of the port beside the installed one: with another compiler, or with other costs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from hardware import paths

PORT = paths.ROOT / "firmware" / "port"
COMPILER = re.compile(r"(gcc|clang)(-\d+)?")


def flags_32(compiler: str) -> list[str]:
    """The flags with which a compiler makes a board's 32-bit program; none if it cannot."""
    told = subprocess.run(
        ["sh", str(PORT / "cc32.sh")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "CC": compiler},
    )
    return told.stdout.split()


def other_compilers() -> list[str]:
    """The compilers of this machine, without `gcc` itself, that can build a board."""
    found = {os.path.realpath(shutil.which("gcc") or ""): "gcc"}
    for folder in os.get_exec_path():
        for file in sorted(Path(folder).glob("*")):
            if COMPILER.fullmatch(file.name) and os.access(file, os.X_OK):
                found.setdefault(os.path.realpath(file), file.name)
    return [name for name in found.values() if name != "gcc" and flags_32(name)]


def build(folder: Path, port: str, *settings: str) -> None:
    """Make `port/<port>/warsha-<port>` in a folder, which is a `WARSHA_BUILD` then.

    `settings` are variables of the Makefile. Raises: CalledProcessError.
    """
    place = folder / "port" / port
    place.mkdir(parents=True, exist_ok=True)
    command = ["make", "-C", str(PORT), f"CHIP={port}", "-j2"]
    command += [f"MICROPY_DIR={paths.micropython_dir()}", f"BUILD={place}"]
    command += [f"MPYCROSS_BUILD={paths.build_dir() / 'objects' / 'mpy-cross'}", *settings]
    # Scripts of MicroPython import their neighbours.
    env = {name: text for name, text in os.environ.items() if name != "PYTHONSAFEPATH"}
    with (place / "build.log").open("w") as log:
        subprocess.run(command, check=True, stdout=log, stderr=subprocess.STDOUT, env=env)
