"""Hints for the usual errors of beginners, with the texts that real boards print."""

import pytest

from hardware.connect import open_board
from hardware.errors import DeviceError
from hardware.notebook.cell_failure import explain
from hardware.wire.board import Board

RUN_TIME = {
    "Pin(2)": "`from machine import Pin`",
    "utime.sleep(1)": "`import utime`",
    "print(LED_R)": "`from pins import LED_R`",
    "Count = 1\nprint(count)": "Is it `Count`?",
    "prnt(1)": "Is it `print`?",
    "x = y_axis": "gives `y_axis` no value",
    "import numpy.linalg": "`numpy` runs on the computer",
    "import my_module": "no file my_module.py",
    "from machine import Pins": "has no `Pins`",
    "from machine import I2C\nI2C(0).readfrom(60, 1)": "No part answers",
    "import dht, machine\ndht.DHT22(machine.Pin(15)).measure()": "did not answer in time",
    "open('x.txt')": "os.listdir()",
    "int('')": "perhaps it is empty",
    "float('2 V')": "has a space or a unit",
    "'a' + 1": "cannot be added",
    "[] * {}": "print both values",
    "x = 5\nx()": "type int is called like a function",
    "x = print()\nx.on()": "returns nothing",
    "None[0]": "returns nothing",
    "from machine import Pin\nPin(2).vale()": "has no `vale`",
    "def f(a): pass\nf()": "has 1 names in brackets, the call gives 0",
    "[1][3]": "n - 1",
    "{}['a']": "no key a",
    "1 / 0": "divisor is 0",
    "for i in 5: pass": "range(n)",
    "x = 10\nx[0] = 1": "does not work on int",
    "import time\ntime.sleep_ms(0.5)": "whole number",
    "import time\ntime.sleep('1')": "float(text)",
    "from machine import Pin\nPin(99)": "no such pin",
    "def f(): f()\nf()": "calls itself",
    "bytearray(10**7)": "memory is full",
    "def f():\n print(n)\n n = 2\nf()": "global name",
}
SYNTAX = {
    "x = 1\nif x\n    pass": (3, "A colon `:` is missing"),
    "print('a'\nx = 1": (2, "`(` is opened here"),
    "print('a'))": (2, "`)` closes nothing"),
    "x = [1, 2)": (2, "`)` closes here, but `[` is open"),
    "if x = 1:\n    pass": (2, "to compare write `==`"),
    "print 'x'": (2, "print needs brackets"),
    "s = 'abc": (2, "quotation mark"),
    "def f():\nprint(1)": (3, "belongs to line 2"),
    "x = 1\n  y = 2": (3, "further to the right"),
    "x = [1 2]": (2, "A comma is missing"),
    "x = 05": (2, "write 5, not 05"),
    "print(f'{x')": (2, "a bracket { or } is missing"),
    "1 = x": (2, "`==`"),
    "return 1": (2, "outside of a function"),
    "1a = 2": (2, "begin with a digit"),
}


@pytest.fixture(scope="module", params=["esp32", "rp2"])
def virtual(request: pytest.FixtureRequest) -> Board:
    board = open_board(f"bench:{request.param}?mode=virtual")
    request.addfinalizer(board.close)
    return board


def shown(board: Board, program: str) -> list[str]:
    """What a cell with this program shows below the error."""
    with pytest.raises(DeviceError) as caught:
        board.run("\n" + program)
    return explain(caught.value, "%%board\n" + program).lines


@pytest.mark.parametrize(("program", "hint"), RUN_TIME.items())
def test_a_run_time_error_has_a_hint(virtual: Board, program: str, hint: str) -> None:
    assert hint in shown(virtual, program)[-1]


@pytest.mark.parametrize(("program", "place"), SYNTAX.items())
def test_a_syntax_error_has_its_line_and_its_cause(
    virtual: Board, program: str, place: tuple[int, str]
) -> None:
    line, cause = place
    where, source = shown(virtual, program)[-2:]
    assert where.startswith(f"cell line {line}: ")
    assert cause in where
    assert source.strip() == program.splitlines()[line - 2].strip()


def test_an_error_without_a_usual_cause_has_no_hint(virtual: Board) -> None:
    assert shown(virtual, "raise ValueError('mine')")[-1].endswith("mine\x1b[0m")
