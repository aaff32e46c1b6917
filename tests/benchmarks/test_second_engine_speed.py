"""Compares with rp2040py, which runs the Pico's real firmware: the same programs, in the same run.

The time of the emulator is that of the program alone; ours begins with the power-on of a board.
"""

from collections.abc import Callable

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from tests.support.stopwatch import Stopwatch

Measured = Callable[..., None]
PICO = load({"version": 1, "parts": [{"type": "wokwi-pi-pico", "id": "b"}], "connections": []})
LONGEST_NS = 3600 * 10**9
REPEATS = 3
HEAD = "import time\nfrom machine import Pin\nled = Pin(2, Pin.OUT)\n"
SLEEPS = HEAD + "for n in range(6000):\n    led(n & 1)\n    time.sleep_ms(100)\nprint('over')\n"
WAITS = (
    HEAD
    + """
def wait(ms):
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        pass
for n in range(10):
    led(n & 1)
    wait(100)
print('over')
"""
)
COMPUTES = (
    HEAD
    + """
def sieve(most):
    prime = bytearray(b'\\1' * (most + 1))
    for n in range(2, most + 1):
        if prime[n]:
            for at in range(n * n, most + 1, n):
                prime[at] = 0
    return sum(prime) - 2
assert sieve(30000) == 3245
led(1)
print('over')
"""
)
PROGRAMS = (
    ("ten minutes of a program that sleeps", SLEEPS, 1000),
    ("a second of a program that waits busily on ticks_ms", WAITS, 100),
    ("a program that computes: primes below 30,000", COMPUTES, 20),
)


@pytest.fixture(scope="module")
def emulator() -> Callable[[str], Stopwatch]:
    """Runs a program on the firmware. Skips where there is none."""
    reason = "PyPI's rp2040py is not installed"
    emulated = pytest.importorskip("tools.emulated_pico", reason=reason)
    if not emulated.firmware().exists():
        pytest.skip("the Pico's firmware is not built: python firmware/pico/build.py")
    pico = emulated.EmulatedPico(emulated.firmware())

    def run(program: str) -> Stopwatch:
        with Stopwatch() as watch:
            ran = pico.run(program)
        assert ran.text == "over\n", ran.error
        return watch

    return run


def ours(program: str) -> Stopwatch:
    """Runs the program on the bench."""
    circuit = Circuit(PICO)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, flash=flash) as bench:
            with Stopwatch(bench.board.pid) as watch:
                bench.run(LONGEST_NS)
            assert bench.trace.lines()[0].text == "over"
    return watch


@pytest.mark.parametrize(("name", "program", "aim"), PROGRAMS)
def test_against_the_emulator(
    emulator: Callable[[str], Stopwatch], measured: Measured, name: str, program: str, aim: int
) -> None:
    theirs = emulator(program)
    best = min((ours(program) for _repeat in range(REPEATS)), key=lambda watch: watch.wall_s)
    peer = theirs.wall_s * 1000
    measured(name, best.wall_s * 1000, "ms", aim=aim, share=best.share, peer=peer)
