"""Decorators for machine code: `native` functions run as bytecode, the others are refused."""

import pytest

from tests.support.bare_bench import BareBench

LOOP = """
import time
@micropython.{decorator}
def loop(turns):
    total = 0
    for turn in range(turns):
        total += turn
    return total
start = time.ticks_us()
assert loop(1000) == 499500
print(time.ticks_diff(time.ticks_us(), start))
"""


def took_us(bare: BareBench, decorator: str) -> int:
    """Virtual microseconds of a thousand loop iterations."""
    output, error = bare.raw(LOOP.format(decorator=decorator))
    assert not error
    return int(output)


def test_a_native_function_runs_and_takes_time(bare: BareBench) -> None:
    native = took_us(bare, "native")
    assert native > 1000
    assert native == pytest.approx(took_us(bare, "bytecode"), rel=0.1)


def test_ctrl_c_ends_a_native_loop(bare: BareBench) -> None:
    bare.start("@micropython.native\ndef spin():\n    while True:\n        pass\nspin()")
    bare.type(b"\x03")
    assert "KeyboardInterrupt" in bare.until(b"\x04>").decode()


def test_methods_and_generators_may_be_native(bare: BareBench) -> None:
    output, error = bare.raw("""
class Counter:
    @micropython.native
    def up(self, to):
        for number in range(to):
            yield number
print(list(Counter().up(3)))
""")
    assert (output, error) == ("[0, 1, 2]\n", "")


def refused(bare: BareBench, decorator: str) -> str:
    """The error of the board for a function in the third line."""
    return bare.raw(f"print('never')\n\n@micropython.{decorator}\ndef f(x):\n    pass")[1]


def test_viper_raises_that_it_is_not_simulated(bare: BareBench) -> None:
    error = refused(bare, "viper")
    assert "line 3" in error
    assert error.endswith("SyntaxError: invalid micropython decorator: viper is not simulated\n")


def test_the_assembler_is_the_picos(bare: BareBench, family: str) -> None:
    error = refused(bare, "asm_thumb")
    reason = ": asm_thumb is not simulated" if family == "rp2" else ""
    assert error.endswith(f"SyntaxError: invalid micropython decorator{reason}\n")


def test_other_names_are_syntax_errors_as_before(bare: BareBench) -> None:
    assert refused(bare, "fast").endswith("SyntaxError: invalid micropython decorator\n")
