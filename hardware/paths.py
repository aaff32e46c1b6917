"""Where the built ports and the project's own files are on this machine."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: Warsha runs from its own folder (an editable install)."""


def build_dir() -> Path:
    """The folder for all that is made: `WARSHA_BUILD`, else `build/` in the checkout."""
    return Path(os.environ.get("WARSHA_BUILD") or ROOT / "build")


def port_program(family: str) -> Path:
    """The built MicroPython port of a board family (`esp32` or `rp2`)."""
    return build_dir() / "port" / family / f"warsha-{family}"


def micropython_dir() -> Path:
    """The MicroPython source of the ports: `MICROPY_DIR`, else `build/micropython`."""
    return Path(os.environ.get("MICROPY_DIR") or build_dir() / "micropython")
