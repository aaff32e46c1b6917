"""Hints for beginners: what an error of a board program probably means, and what to do.

The board says only "invalid syntax"; the Python of the notebook reads the same cell and knows more
(PEP 617, CPython's Parser/pegen_errors.c). The texts of run-time errors are MicroPython's, the
same on every board (py/runtime.c, py/objint.c, py/argcheck.c).
"""

import ast
import difflib
import re
import warnings

from hardware.i18n import _, arabic, both, language

MODULE_OF = {
    name: module
    for module, names in {
        "machine": "ADC DAC I2C I2S PWM Pin RTC SPI SoftI2C SoftSPI Signal Timer TouchPad UART "
        "WDT time_pulse_us reset deepsleep lightsleep",
        "time": "sleep sleep_ms sleep_us ticks_ms ticks_us ticks_add ticks_diff localtime",
        "neopixel": "NeoPixel",
        "dht": "DHT11 DHT22",
        "onewire": "OneWire",
        "ds18x20": "DS18X20",
        "ssd1306": "SSD1306_I2C SSD1306_SPI",
        "micropython": "const schedule native viper",
        "math": "pi sqrt sin cos log exp floor ceil",
        "random": "randint choice getrandbits",
        "struct": "pack unpack",
    }.items()
    for name in names.split()
}
"""Names that programs use without their import."""

_ONLY_BOARDS = """
bluetooth dht ds18x20 esp esp32 framebuf machine micropython neopixel network ntptime onewire rp2
ssd1306 ujson umqtt uos uselect usocket ustruct utime
"""
_COMPUTERS_TOO = """
array asyncio binascii collections errno gc hashlib json math os random re requests select socket
struct sys time
"""
BOARD_MODULES = frozenset(_ONLY_BOARDS.split())
"""Modules that only boards have."""

MODULES = BOARD_MODULES | frozenset(_COMPUTERS_TOO.split())
"""Modules that programs use without their import."""

DESKTOP = ("numpy", "pandas", "matplotlib", "scipy", "serial", "tkinter", "threading", "datetime")
"""Modules of the computer that beginners expect on a board."""

PIN_NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
"""A lab's name of a pin: `LED_R`."""


RUN_TIME: tuple[tuple[str, str], ...] = (
    (
        rf"ImportError: no module named '({'|'.join(DESKTOP)})(?:\..*)?'",
        both("`{0}` runs on the computer and not on a board: use it in a cell without %%board."),
    ),
    (
        r"ImportError: no module named '(.+)'",
        both(
            "The board has no file {0}.py: check the name, or save that file on the board first."
        ),
    ),
    (
        r"ImportError: can't import name (.+)",
        both("The module exists, but has no `{0}`: check the spelling, and capital letters."),
    ),
    (
        r"OSError: \[Errno (?:5|19)\] (?:EIO|ENODEV)",
        both("No part answers at this address of the bus: check address and wires; %bench lint."),
    ),
    (
        r"OSError: \[Errno (?:110|116)\] ETIMEDOUT",
        both(
            "The part did not answer in time: check its wires and the pin; a sensor can fail once."
        ),
    ),
    (
        r"OSError: \[Errno 2\] ENOENT",
        both("There is no file of this name on the board: print os.listdir()."),
    ),
    (
        r"ValueError: invalid syntax for (?:integer|number).*",
        both(
            "The text is no number, perhaps it is empty or has a space or a unit: print it first."
        ),
    ),
    (
        r"TypeError: unsupported types for __i?add__: '(?:str|int|float)', '(?:str|int|float)'",
        both("A text and a number cannot be added: str(number), or int(text) to calculate."),
    ),
    (
        r"TypeError: unsupported types for __\w+__: '?(\w+)'?, '?(\w+)'?",
        both(
            "This operator does not work between {0} and {1}: print both values and their type()."
        ),
    ),
    (
        r"TypeError: '(\w+)' object isn't callable",
        both("A value of type {0} is called like a function: another line may use its name."),
    ),
    (
        r"AttributeError: 'NoneType' object has no attribute '(\w+)'",
        both("The value is None: the function before the dot returns nothing."),
    ),
    (
        r"TypeError: 'NoneType' object isn't (?:subscriptable|iterable)",
        both("The value is None: the function that made it returns nothing."),
    ),
    (
        r"AttributeError: '(\w+)' object has no attribute '(\w+)'",
        both("A {0} has no `{1}`: check the spelling; dir() of the value lists what it has."),
    ),
    (
        r"TypeError: function takes (\d+) positional arguments but (\d+) were given",
        both(
            "`def` has {0} names in brackets, the call gives {1}; in a class self is one of them."
        ),
    ),
    (
        r"IndexError: .*",
        both("The index is too large: with n elements the last one has index n - 1."),
    ),
    (r"KeyError: (.*)", both("The dictionary has no key {0}: print its keys().")),
    (
        r"ZeroDivisionError: .*",
        both("The divisor is 0 here: check it before the division."),
    ),
    (
        r"TypeError: 'int' object isn't iterable",
        both("A number cannot be gone through: `for i in range(n)`."),
    ),
    (
        r"TypeError: '(\w+)' object (?:isn't subscriptable|doesn't support item assignment)",
        both("[ ] does not work on {0}: a list, a dictionary and a bytearray can be changed."),
    ),
    (
        r"TypeError: can't convert float to int",
        both("A whole number is needed here: int(value), or // in place of /."),
    ),
    (
        r"TypeError: can't convert str to (?:int|float)",
        both("A number is needed here, and this is a text: int(text) or float(text)."),
    ),
    (
        r"ValueError: (?:invalid pin|unknown named pin.*)",
        both("The board has no such pin, or the pin cannot do this: see pins.py and the picture."),
    ),
    (
        r"ValueError: pin can only be input",
        both("GPIO 34 to 39 of the ESP32 are inputs only: choose another pin."),
    ),
    (
        r"ValueError: Pin doesn't have ADC capabilities",
        both("The converters of the Pico are at GPIO 26, 27 and 28."),
    ),
    (
        r"RuntimeError: maximum recursion depth exceeded",
        both("A function calls itself without end: use a loop, or let it return."),
    ),
    (
        r"MemoryError: .*",
        both("The board's memory is full: a list that grows in a loop, or too large a buffer."),
    ),
    (
        r"NameError: local variable referenced before assignment",
        both("The function changes a name from outside: write `global name` as its first line."),
    ),
)
"""Patterns of MicroPython's messages, with the hint for each; `{0}` is the first group."""

SYNTAX: tuple[tuple[str, str], ...] = (
    (r"expected ':'", both("A colon `:` is missing at the end of this line.")),
    (r"'(.)' was never closed", both("The bracket `{0}` is opened here and never closed.")),
    (r"unmatched '(.)'", both("The bracket `{0}` closes nothing that is open.")),
    (
        r"closing parenthesis '(.)' does not match opening parenthesis '(.)'",
        both("`{0}` closes here, but `{1}` is open."),
    ),
    (
        r".*Maybe you meant '==' or.*|cannot assign to .*'=='.*",
        both("`=` gives a value; to compare write `==`."),
    ),
    (
        r"Missing parentheses in call to 'print'.*",
        both("print needs brackets: print(...)."),
    ),
    (
        r"unterminated string literal.*",
        both("A text begins here and its quotation mark does not come back."),
    ),
    (
        r"unterminated triple-quoted.*",
        both("A text in three quotation marks begins here and does not end."),
    ),
    (
        r"expected an indented block after (.*) on line (\d+)",
        both("This line belongs to line {1}: move it to the right by four spaces."),
    ),
    (
        r"unexpected indent",
        both("This line is further to the right than the line before it, without a reason."),
    ),
    (
        r"unindent does not match any outer indentation level",
        both("This line begins between two levels: begin it below the line that it belongs to."),
    ),
    (
        r"inconsistent use of tabs and spaces.*",
        both("Tabs and spaces are mixed at the beginning of lines: use spaces only."),
    ),
    (r".*Perhaps you forgot a comma.*", both("A comma is missing between two values.")),
    (r"leading zeros in decimal.*", both("A number does not begin with 0: write 5, not 05.")),
    (
        r"f-string: .*",
        both("In the f-string a bracket { or } is missing or is empty."),
    ),
    (
        r"cannot assign to (.*?)(?: here.*)?",
        both("A value cannot be given to this: only a name stands left of `=`."),
    ),
    (
        r"'return' outside function",
        both("`return` stands outside of a function: check how far to the right it begins."),
    ),
    (r"'await' outside function", both("`await` works only inside `async def`.")),
    (
        r"invalid decimal literal",
        both("A name does not begin with a digit, and a number has no letters."),
    ),
)
"""The same for the messages of CPython's compiler."""


def runtime_hint(message: str, cell: str = "") -> str:
    """The hint for the last line of MicroPython's traceback; "" when there is none.

    Args:
        message: `NameError: name 'Pin' isn't defined`.
        cell: the program.
    """
    for pattern, text in RUN_TIME:
        if found := re.fullmatch(pattern, message.strip()):
            return _filled(text, found)
    if found := re.fullmatch(r"NameError: name '(\w+)' isn't defined", message.strip()):
        return _unknown_name(found[1], cell)
    return ""


def is_of_board(name: str) -> bool:
    """Whether only programs of a board use this name: a module, or what a module has."""
    in_time = name.startswith("ticks_") or name in ("sleep_ms", "sleep_us")
    return in_time or MODULE_OF.get(name, name) in BOARD_MODULES


def _unknown_name(name: str, cell: str) -> str:
    if module := MODULE_OF.get(name):
        return _("Write `from {module} import {name}` above.").format(module=module, name=name)
    if name in MODULES:
        return _("Write `import {name}` above.").format(name=name)
    if PIN_NAME.fullmatch(name):
        return _("A lab's pin names need `from pins import {name}`.").format(name=name)
    known = set(re.findall(r"[^\W\d]\w*", cell)) - {name}
    known |= {"print", "range", "while", "True", "False", "None", "input", "len"}
    if near := difflib.get_close_matches(name, known, 1, 0.75):
        return _("Is it `{name}`? Capital and small letters differ.").format(name=near[0])
    return _("The program gives `{name}` no value before this line.").format(name=name)


def syntax_hint(cell: str) -> tuple[int, str] | None:
    """The line (from 1) and the cause of the first syntax error in a cell, in the words of the
    notebook's Python; None when it finds none."""
    lines = cell.splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].lstrip().startswith("%%"):
        lines[first] = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile("\n".join(lines) + "\n", "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        for pattern, text in SYNTAX:
            if found := re.match(pattern, error.msg):
                return error.lineno or 1, _filled(text, found)
    return None


def _filled(message: str, found: re.Match[str]) -> str:
    """The message in the reader's language; a pattern without groups has braces of its own."""
    text = arabic(message) if language() == "ar" else message
    return text.format(*found.groups()) if found.groups() else text
