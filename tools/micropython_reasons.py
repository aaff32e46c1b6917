"""Why tests of MicroPython do not pass on virtual boards: micropython_tests.toml, and what proves
that the chip's own firmware lacks the feature, too."""

import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hardware.paths import micropython_dir
from tools import firmware_names

FILE = Path(__file__).with_name("micropython_tests.toml")
FIRMWARE = {
    "esp32": "ESP32_GENERIC",
    "esp32_ota": "ESP32_GENERIC",
    "rp2": "RPI_PICO",
    "rp2_w": "RPI_PICO_W",
    "rp2_2": "RPI_PICO2",
    "esp32_c6": "ESP32_GENERIC_C6",
}
"""By board, the official firmware of its chip."""
KNOWN_TO_BUILD = {
    "esp32": (
        *("CONFIG_IDF_TARGET_ESP32=1", "CONFIG_IDF_TARGET_ARCH_XTENSA=1"),
        *("ESP_IDF_VERSION_VAL(a,b,c)=((a)*65536+(b)*256+(c))", "ESP_IDF_VERSION=0x050202"),
    ),
    "rp2": ("PICO_RP2040=1", "PICO_ARM=1"),
    "rp2_2": ("PICO_RP2350=1", "PICO_ARM=1"),
    "esp32_c6": (
        *("CONFIG_IDF_TARGET_ESP32C6=1", "CONFIG_IDF_TARGET_ARCH_RISCV=1"),
        *("ESP_IDF_VERSION_VAL(a,b,c)=((a)*65536+(b)*256+(c))", "ESP_IDF_VERSION=0x050202"),
    ),
}
"""By port, or board where it differs, what the SDK defines and the configuration asks for."""


@dataclass(frozen=True)
class Reason:
    """One row of the file."""

    why: str
    verdict: str
    boards: tuple[str, ...]
    tests: tuple[str, ...]
    lacks: str = ""
    """A name that the chip's firmware has not: `machine.PinBase`, or a module."""
    off: str = ""
    """A condition of the C preprocessor that is false where the chip's firmware is built."""

    @property
    def text(self) -> str:
        """The reason in a sentence."""
        if self.lacks:
            return f"the chip's firmware has no `{self.lacks}`"
        if self.off:
            return f"the chip's firmware is built without `{self.off}`"
        return self.why

    def fits(self, board: str, name: str, verdict: str) -> bool:
        """Whether it is the reason for this verdict on a test."""
        return verdict == self.verdict and board in self.boards and name in self.tests

    def is_true(self, board: str) -> bool:
        """Whether the names and the configuration of the chip's firmware agree."""
        if self.lacks:
            owner, _dot, name = self.lacks.rpartition(".")
            names = firmware_names.facts()[FIRMWARE[board]]
            module = owner.replace(".", "|", 1)
            return name not in names.get(module, {}) if owner else name not in names
        return not (self.off and is_on(board, self.off))


@cache
def reasons() -> tuple[Reason, ...]:
    """All rows, in the order of the file."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["reason"]
    return tuple(
        Reason(
            why=row.get("why", ""),
            verdict=row.get("verdict", "skip"),
            boards=tuple(row.get("boards", FIRMWARE)),
            tests=tuple(f"{name}.py" for name in row["tests"].split()),
            lacks=row.get("lacks", ""),
            off=row.get("off", ""),
        )
        for row in rows
    )


def is_on(board: str, condition: str) -> bool:
    """Whether a condition on `MICROPY_…` holds in the configuration of the chip's firmware."""
    port, firmware = board.partition("_")[0], FIRMWARE[board]
    conditions = frozenset(one.off for one in reasons() if one.off)
    return condition in _on(
        port, firmware, KNOWN_TO_BUILD.get(board, KNOWN_TO_BUILD[port]), conditions
    )


@cache
def _on(
    port: str, firmware: str, known: Iterable[str], conditions: Iterable[str]
) -> frozenset[str]:
    root = micropython_dir()
    listed = sorted(conditions)
    asked = "".join(f"#if {text}\nvb_is_on {n}\n#endif\n" for n, text in enumerate(listed))
    with tempfile.TemporaryDirectory() as stubs:
        places = [root, root / "ports" / port, root / "ports" / port / "boards" / firmware, stubs]
        command = ["gcc", "-E", "-P", "-x", "c", "-"]
        command += [f"-I{place}" for place in places]
        command += [f"-D{name}" for name in known]
        while True:
            done = subprocess.run(
                command,
                input=f'#include "py/mpconfig.h"\n{asked}',
                capture_output=True,
                text=True,
                check=False,
            )
            missing = re.search(r"fatal error: (\S+): No such file", done.stderr)
            if not missing:
                break
            # A header of the chip's SDK: it decides nothing of what is asked here.
            header = Path(stubs) / missing[1]
            header.parent.mkdir(parents=True, exist_ok=True)
            header.touch()
    if done.returncode:
        raise RuntimeError(done.stderr)
    return frozenset(listed[int(n)] for n in re.findall(r"vb_is_on (\d+)", done.stdout))
