"""The folders of the project, for tests and tools."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
LABS = ROOT / "labs"
DOCS = ROOT / "docs"
TESTS = ROOT / "tests"
DRIVERS = ROOT / "firmware" / "drivers"
"""Drivers that a program brings along, as no firmware has them."""


def drivers_for(program: str) -> dict[str, bytes]:
    """The drivers that a program imports: board path to content."""
    words = set(re.findall(r"\w+", program))
    return {path.name: path.read_bytes() for path in DRIVERS.glob("*.py") if path.stem in words}
