"""Seeds: every random number follows from one seed and a name.

    bench = Seed(7)
    bench.child("board/pico").value      # the seed of a second board
    bench.rng("touch")                   # a random generator for one purpose

The same seed and name give the same numbers on every machine.
"""

import random
from dataclasses import dataclass

BOOT_STEP = 0x9E3779B9
"""The difference between the seeds of two boots. The golden ratio keeps neighbouring seeds
apart."""


@dataclass(frozen=True)
class Seed:
    """A seed. `joint` stands between the seed and a name in the text that is hashed."""

    value: int
    joint: str = "/"

    def child(self, name: str, bits: int = 32) -> "Seed":
        """The seed of something with a name: a number of this many bits (at most 32)."""
        return Seed(int.from_bytes(self._digest(name)[:4], "big") >> 32 - bits)

    def hex(self, name: str, digits: int) -> str:
        """Hexadecimal digits for a name, at most 64."""
        return self._digest(name).hex()[:digits]

    def rng(self, name: str) -> random.Random:
        """A random generator for one purpose."""
        return random.Random(self._text(name))

    def of_boot(self, number: int) -> "Seed":
        """The seed of a board's boot, counted from 0: 32 bits."""
        return Seed((self.value + BOOT_STEP * number) % 2**32)

    def _digest(self, name: str) -> bytes:
        import hashlib  # it loads OpenSSL, which the lint does not need

        return hashlib.sha256(self._text(name).encode()).digest()

    def _text(self, name: str) -> str:
        return f"{self.value}{self.joint}{name}"
