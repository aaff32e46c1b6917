"""Hints for the usual errors of beginners, with the texts that real boards print."""

import re

import pytest

from hardware.connect import open_board
from hardware.errors import DeviceError
from hardware.notebook.cell_failure import explain
from hardware.wire.board import Board

JOIN = """
import network, socket, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect('Wokwi-GUEST', '')
while not wlan.isconnected():
    time.sleep_ms(50)
s = socket.socket()
s.settimeout(1)
"""
RUN_TIME = {
    "Pin(2)": "`from machine import Pin`",
    "utime.sleep(1)": "`import utime`",
    "print(LED_R)": "`from pins import LED_R`",
    "Count = 1\nprint(count)": "Is it `Count`?",
    "prnt(1)": "Is it `print`?",
    "Print(1)": "Is it `print`? Capital",
    "x = y_axis": "gives `y_axis` no value",
    "import numpy.linalg": "`numpy` runs on the computer",
    "import my_module": "no file my_module.py",
    "import esp32, rp2": ", this one does not",
    "from machine import Pins": "has no `Pins`",
    "from machine import I2C\nI2C(0).readfrom(60, 1)": "No part answers",
    "import dht, machine\ndht.DHT22(machine.Pin(15)).measure()": "The part did not answer in time",
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
    "def f():\n a = []\n while True: a.append(bytes(20))\nf()": "until %board reset",
    "import os\nos.chdir('/nothing')": "no folder of this name",
    "from machine import UART\nUART(7)": "every board has a UART(1)",
    "def f():\n print(n)\n n = 2\nf()": "global name",
    "from machine import Pin\nPin(2, Pin.OUT).value = 1": "call it: `value(1)`",
    "x = null": "`None` for `null`",
    "while true: pass": "`True` for `true`",
    "Serial.println('hi')": "`print(...)` for `Serial`",
    "delay(500)": "`time.sleep_ms(...)` for `delay`",
    "digitalWrite(2, HIGH)": "`Pin(n, Pin.OUT).value(1)` for `digitalWrite`",
    "class A:\n def f(x): self.y = 1\nA().f()": "`self` is missing",
    "class A:\n def f(): pass\nA().f()": "in a class self is one of them",
    "class A:\n n = 1\n def f(self): print(self.n, n)\nA().f()": "write `self.n`",
    "class A:\n def f(self): g()\n def g(self): pass\nA().f()": "write `self.g`",
    "import RPi.GPIO": "`RPi` is for the Raspberry Pi computer",
}
NETWORK = {
    "import socket\nsocket.getaddrinfo('broker.warsha', 1883)": "No host of this name",
    "import socket\nsocket.socket().connect(('10.1.1.1', 80))": "wait for `isconnected()`",
    "import socket\na = [socket.socket() for _ in 'ab']\nfor s in a: s.bind(('', 80))": "close it",
    JOIN + "s.connect(('10.13.37.1', 9))": "does a program listen at this port",
    JOIN + "s.connect(('10.13.37.1', 1883))\ns.recv(1)": "The other side did not answer in time",
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
    "if 1:\n    pass\nelse if 2:\n    pass": (4, "`elif`"),
    "While True:\n    pass": (2, "`While` begins with a small letter"),
    "x = 5\nx++": (3, "write `x += 1`"),
    "x--": (2, "write `x -= 1`"),
    "if 1 && 2:\n    pass": (2, "`and` for `&&`"),
    "f(a=1, 2)": (2, "put it first, `f(2, a=1)`"),
    "def f(a=1, b):\n    pass": (2, "without `=` stands behind"),
    "def f(a, a):\n    pass": (2, "`a` stands twice"),
    "def f:\n    pass": (2, "`def f():`"),
    "x = {1: 2, 3}": (2, "each key has a colon"),
    "try:\n    x = 1\nprint(2)": (4, "needs an `except`"),
    "x = 1 if 2": (2, "needs `else`"),
    "for i in range(3) print(i)": (2, "A colon `:` is missing in this line of `for`"),
    "if 1 == 1 then:\n    pass": (2, "no `then`"),
    "for i range(3):\n    pass": (2, "`for` needs `in`"),
    "x = 1\nelse:\n    pass": (3, "no `if` above"),
    "x = 1\nif x => 5:\n    pass": (3, "`>=`, `<=` and `!=`"),
    "x = 1\nif x > 5 and < 7:\n    pass": (3, "`x > 5 and x < 7`"),
    "import Pin from machine": (2, "`from machine import Pin`"),
    "int x = 5": (2, "names no type"),
    "void f():\n    pass": (2, "`def f():`"),
    "x = 5 +": (2, "missing behind `+`"),
    "print(1) print(2)": (2, "Two statements"),
    "class = 5": (2, "`class` is a word of Python"),
    "if 1 || 2:\n    pass": (2, "`or` for `||`"),
    "y = z = 1\nx = y z": (3, "Between `y` and `z`"),
    "x = 5 volts": (2, "Between `5` and `volts`"),
    "print(a b)": (2, "A comma is missing"),
    "x = 1\nswitch (x) {\n  case 1: y = 2;\n}": (3, "no `switch`"),
    "x = 1\nswitch x:\n    case 1:\n        pass": (3, "no `switch`"),
    "if 1:\n    pass\ncase 2:\n    pass": (4, "no `case`"),
    "x = 1\nif (x == 1) {\n  x = 2;\n}": (3, "the line of `if` ends with a colon"),
    "for i in {\n  1, 2\n}:\n    x = 5 volts": (5, "Between `5` and `volts`"),
    "x = 1\nif x == {\n    1: 2\n} or x:\n    pass\nwhile (x) {\n  x = 2;\n}": (
        7,
        "the line of `while` ends with a colon",
    ),
    "x = abs() = 1": (2, "goes into the brackets"),
}


@pytest.fixture(scope="module", params=["esp32", "rp2"])
def virtual(request: pytest.FixtureRequest) -> Board:
    board = open_board(f"bench:{request.param}?mode=virtual")
    request.addfinalizer(board.close)
    return board


@pytest.fixture(scope="module", params=["esp32", "pico_w"])
def with_radio(request: pytest.FixtureRequest) -> Board:
    board = open_board(f"bench:{request.param}?mode=virtual")
    request.addfinalizer(board.close)
    return board


def shown(board: Board, program: str) -> list[str]:
    """What a cell with this program shows below the error."""
    with pytest.raises(DeviceError) as caught:
        board.run("\n" + program)
    return explain(caught.value, "%%board\n" + program).lines


def test_only_a_name_that_differs_in_capitals_is_told_so(virtual: Board) -> None:
    assert shown(virtual, "prnt(1)")[-1] == "Is it `print`?"


@pytest.mark.parametrize(("program", "hint"), RUN_TIME.items())
def test_a_run_time_error_has_a_hint(virtual: Board, program: str, hint: str) -> None:
    assert hint in shown(virtual, program)[-1]


@pytest.mark.parametrize(("program", "hint"), NETWORK.items())
def test_an_error_of_the_network_has_a_hint(with_radio: Board, program: str, hint: str) -> None:
    assert hint in shown(with_radio, program)[-1]


@pytest.mark.parametrize(("program", "place"), SYNTAX.items())
def test_a_syntax_error_has_its_line_and_its_cause(
    virtual: Board, program: str, place: tuple[int, str]
) -> None:
    line, cause = place
    where, source = shown(virtual, program)[-2:]
    assert where.startswith(f"cell line {line}: ")
    assert cause in where
    assert source.strip() == program.splitlines()[line - 2].strip()


def test_a_hint_in_arabic_has_the_line_of_the_cell(
    virtual: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    where, source = shown(virtual, "x = 1\nfor i in range(3) print(i)")[-2:]
    assert "سطر الخلية 3" in re.sub("[\u2066-\u2069]", "", where) and "تنقص نقطتان" in where
    assert source == "    for i in range(3) print(i)"
    assert re.search("[\u0620-\u064a]", shown(virtual, "1 / 0")[-1])


def test_an_error_without_a_usual_cause_has_no_hint(virtual: Board) -> None:
    assert shown(virtual, "raise ValueError('mine')")[-1].endswith("mine\x1b[0m")
