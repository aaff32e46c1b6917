"""The version of the engine that decides marks: the release of Warsha, and a hash of its code."""

import hashlib
from functools import cache
from importlib.metadata import version

from hardware.paths import ROOT

_CODE = (
    *("hardware/**/*.py", "hardware/**/*.toml", "grader/**/*.py", "grader/**/*.toml"),
    *("firmware/tls_server/*", "firmware/drivers/*.py"),  # a bench serves them
)


@cache
def engine_version() -> str:
    """The version and 12 hex digits that change with any line of our code:
    `0.1.0+3f9a1c2b7d4e`."""
    total = hashlib.sha256()
    for file in sorted(file for pattern in _CODE for file in ROOT.glob(pattern)):
        total.update(f"{file.relative_to(ROOT)} {file.stat().st_size}\n".encode())
        total.update(file.read_bytes())
    return f"{version('warsha')}+{total.hexdigest()[:12]}"
