"""The sources of the port: allowed includes, and files generated from the table of frames."""

import re
import subprocess
import sys
from pathlib import Path

from hardware.bench.protocol import frames
from tests.support.project import ROOT

PORT = ROOT / "firmware" / "port"
STANDARD = {
    *(
        "alloca.h",
        "math.h",
        "stdarg.h",
        "stdbool.h",
        "stddef.h",
        "stdint.h",
        "stdio.h",
        "stdlib.h",
    ),
    *("setjmp.h", "string.h"),
}
"""Headers that are the same on every platform."""


def test_only_the_host_uses_an_operating_system() -> None:
    """Another platform replaces `core/host_linux.*`, and nothing else."""
    files = sorted({*PORT.rglob("*.c"), *PORT.rglob("*.h")})
    assert PORT / "core" / "host.h" in files
    wrong = [
        f"{file.relative_to(PORT)} includes <{name}>"
        for file in files
        if not file.name.startswith("host_")
        for name in re.findall(r"(?m)^\s*#\s*include\s*<([^>]+)>", file.read_text())
        if name not in STANDARD
    ]
    assert not wrong


def test_the_frames_of_the_bench_are_those_of_the_table(tmp_path: Path) -> None:
    made = tmp_path / "frames.py"
    subprocess.run([sys.executable, PORT / "genframes.py", "python", made], check=True)
    assert Path(frames.__file__).read_text() == made.read_text()
