"""Hints for beginners: what an error of a board program probably means, and what to do.

The board says only "invalid syntax"; the Python of the notebook reads the same cell and knows more
(PEP 617, CPython's Parser/pegen_errors.c). The texts of run-time errors are MicroPython's, the
same on every board (py/runtime.c, py/objint.c, py/argcheck.c).
"""

import ast
import difflib
import re
import tokenize
import warnings
from contextlib import suppress
from io import StringIO
from keyword import kwlist

from hardware.i18n import _, arabic, both, language
from hardware.notebook.run_time_hints import NETWORK, OF_NETWORK, RUN_TIME

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

FOREIGN = {
    "Serial": "print(...)",
    "printf": "print(...)",
    "delay": "time.sleep_ms(...)",
    "delayMicroseconds": "time.sleep_us(...)",
    "millis": "time.ticks_ms()",
    "micros": "time.ticks_us()",
    "pinMode": "Pin(n, Pin.OUT)",
    "digitalWrite": "Pin(n, Pin.OUT).value(1)",
    "digitalRead": "Pin(n, Pin.IN).value()",
    "analogRead": "ADC(Pin(n)).read_u16()",
    "analogWrite": "PWM(Pin(n)).duty_u16(...)",
    "HIGH": "1",
    "LOW": "0",
    "true": "True",
    "false": "False",
    "null": "None",
    "NULL": "None",
    "this": "self",
}
"""Names of other languages and of Arduino, with what MicroPython has for each."""

_NAME = rf"(?!(?:{'|'.join(kwlist)})\b)[^\W\d]\w*"

PIN_NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
"""A lab's name of a pin: `LED_R`."""

C_BLOCK = r"\s*(if|elif|else|while|for|def|switch)\b[^:]*\{\s*$"
"""A block of C begins. To Python it is a set, so it reports a line inside of it."""

WRITTEN: tuple[tuple[str, str], ...] = (
    (r"\s*(?:\}\s*)?else\s+if\b", both("Python writes `elif` for `else if`.")),
    (
        r"\s*(Import|From|While|For|If|Elif|Else|Def|Return|Class|Try|Except|With)\b",
        both("`{0}` begins with a small letter in Python."),
    ),
    (r"\s*(\w+)\s*(\+|-)\2\s*(?:#|$)", both("Python has no `{1}{1}`: write `{0} {1}= 1`.")),
    (r".*(?:&&|\|\|)", both("Python writes `and` for `&&`, and `or` for `||`.")),
    (
        r"\s*(switch|case)\b[^=]*[{:]",
        both("Python has no `{0}`: write `if x == 1:`, and for the next value `elif x == 2:`."),
    ),
    (
        C_BLOCK,
        both("Python has no `{{`: the line of `{0}` ends with a colon, its block is indented."),
    ),
)
"""Patterns of the line of a syntax error: habits from other languages."""

SYNTAX: tuple[tuple[str, str], ...] = (
    (r"expected ':'", both("A colon `:` is missing at the end of this line.")),
    (r"'(.)' was never closed", both("The bracket `{0}` is opened here and never closed.")),
    (r"unmatched '(.)'", both("The bracket `{0}` closes nothing that is open.")),
    (
        r"closing parenthesis '(.)' does not match opening parenthesis '(.)'",
        both("`{0}` closes here, but `{1}` is open."),
    ),
    (
        r"cannot assign to function call.*",
        both("A call cannot stand left of `=`: its value goes into the brackets, `led.value(1)`."),
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
    (
        r"positional argument follows keyword argument.*",
        both("A value without a name stands behind one with a name: put it first, `f(2, a=1)`."),
    ),
    (
        r"(?:non-default argument|parameter without a default) follows .*",
        both("In `def`, a name without `=` stands behind one with `=`: put it first."),
    ),
    (
        r"duplicate (?:argument|parameter) '(\w+)'.*",
        both("The name `{0}` stands twice in the brackets of `def`."),
    ),
    (
        r"expected '\('",
        both("`def` needs brackets behind the name, also empty ones: `def f():`."),
    ),
    (
        r"':' expected after dictionary key",
        both("In a dictionary each key has a colon and a value: {1: 2, 3: 4}."),
    ),
    (
        r"expected 'except' or 'finally' block",
        both("`try` needs an `except` below it that begins at the same column."),
    ),
    (
        r"'(break|continue)' .*",
        both("`{0}` works only inside a loop: check how far to the right it begins."),
    ),
    (
        r"expected 'else' after 'if' expression",
        both("An `if` inside a value needs `else`: `x = 1 if y else 2`."),
    ),
    (
        r"multiple exception types must be parenthesized",
        both("Python writes `except ValueError as e:`."),
    ),
)
"""The same for the messages of CPython's compiler."""

UNSAID: tuple[tuple[str, str], ...] = (
    (
        rf"\s*({'|'.join(kwlist)})\s*=(?!=)",
        both("`{0}` is a word of Python itself: choose another name."),
    ),
    (
        r"\s*(?:if|elif|while|for)\b.*\b(then|do)\s*:?\s*(?:#.*)?$",
        both("Python has no `{0}`: this line ends with a colon `:` only."),
    ),
    (
        r"\s*for\s+\w+\s+(?!in\b)",
        both("`for` needs `in`: `for i in range(n):`."),
    ),
    (
        r"\s*(?:else|elif)\b",
        both("There is no `if` above this line that begins at the same column."),
    ),
    (
        r"\s*(?:except|finally)\b",
        both("There is no `try` above this line that begins at the same column."),
    ),
    (
        r".*(?:=>|=<|=!|<>)",
        both("Python writes `>=`, `<=` and `!=`."),
    ),
    (
        r".*\b(and|or)\s*[<>=!]",
        both("Behind `{0}` stands a whole comparison again: `x > 5 {0} x < 7`."),
    ),
    (
        r"\s*import\s+(\w+)\s+from\s+(\w+)",
        both("Python writes `from {1} import {0}`."),
    ),
    (
        r"\s*(?:var|let|const|int|float|bool|char|String)\s+(\w+)\s*=",
        both("Python names no type before a name: `{0} = ...`."),
    ),
    (
        r"\s*(?:function|func|void|int|float)\s+(\w+)\s*\(",
        both("A function begins with `def`: `def {0}():`."),
    ),
    (
        r"\s*(if|elif|while|for|with|def|class)\b[^:]*$",
        both("A colon `:` is missing in this line of `{0}`."),
    ),
    (
        r".*?(==|[-=+*/%<>]|\b(?:and|or|not|in|is|import))\s*(?:#.*)?$",
        both("Something is missing behind `{0}`."),
    ),
    (
        r".*\)\s*[A-Za-z_]\w*\s*[(=.]",
        both("Two statements stand in one line: begin a new line for the second."),
    ),
    (r'[^"\'#]*([$?])', both("`{0}` is no sign of Python.")),
    (
        rf"[^\"'#]*?\b((?:\d+|{_NAME}))\s+({_NAME})",
        both(
            "Between `{0}` and `{1}` something is missing: an operator or a comma; a text needs "
            "quotation marks."
        ),
    ),
)
"""The same for the line, where the compiler says only "invalid syntax"."""


def runtime_hint(message: str, cell: str = "", places: str = "") -> str:
    """The hint for the last line of MicroPython's traceback; "" when there is none.

    Args:
        message: `NameError: name 'Pin' isn't defined`.
        cell: the program.
        places: the lines of the traceback above the message.
    """
    missing = re.fullmatch(r"AttributeError: '\w+' object has no attribute '(\w+)'", message)
    if missing and re.search(rf"\.{missing[1]}\s*=(?!=)", cell):
        text = _("`=` cannot set `{name}` here: if it is a function, call it: `{name}(1)`.")
        return text.format(name=missing[1])
    tables = (*NETWORK, *RUN_TIME) if OF_NETWORK.search(places) else RUN_TIME
    for pattern, text in tables:
        if found := re.fullmatch(pattern, message.strip()):
            return _filled(text, found)
    if found := re.fullmatch(r"NameError: name '(\w+)' isn't defined", message.strip()):
        return _unknown_name(found[1], cell)
    return ""


def is_of_board(name: str) -> bool:
    """Whether only programs of a board use this name: a module, what a module has, or a lab's
    names of pins."""
    in_time = name.startswith("ticks_") or name in ("sleep_ms", "sleep_us")
    return in_time or name == "pins" or MODULE_OF.get(name, name) in BOARD_MODULES


def _unknown_name(name: str, cell: str) -> str:
    if module := MODULE_OF.get(name):
        return _("Write `from {module} import {name}` above.").format(module=module, name=name)
    if name in MODULES:
        return _("Write `import {name}` above.").format(name=name)
    if here := FOREIGN.get(name):
        return _("MicroPython writes `{here}` for `{name}`.").format(here=here, name=name)
    if name == "self":
        return _("`self` is missing: it is the first name in the brackets of `def` in a class.")
    if re.search(rf"\bself\.{name}\b|\bdef\s+{name}\s*\(\s*self\b", cell):
        return _("It belongs to an object: inside of its class write `self.{name}`.").format(
            name=name
        )
    if PIN_NAME.fullmatch(name):
        return _("A lab's pin names need `from pins import {name}`.").format(name=name)
    known = set(re.findall(r"[^\W\d]\w*", cell)) - {name}
    known |= {"print", "range", "while", "True", "False", "None", "input", "len"}
    if near := difflib.get_close_matches(name, known, 1, 0.75):
        if near[0].lower() == name.lower():
            return _("Is it `{name}`? Capital and small letters differ.").format(name=near[0])
        return _("Is it `{name}`?").format(name=near[0])
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
        number = error.lineno or 1
        blocks = (n for n in range(1, number + 1) if _begins_c_block(lines[n - 1 :]))
        number = next(blocks, number)
        line = lines[number - 1] if number <= len(lines) else ""
        unsaid = line if error.msg == "invalid syntax" else ""
        for patterns, where in ((WRITTEN, line), (SYNTAX, error.msg), (UNSAID, unsaid)):
            for pattern, text in patterns:
                if found := re.match(pattern, where):
                    return number, _filled(text, found)
    return None


def _begins_c_block(lines: list[str]) -> bool:
    """Whether a block of C begins in the first of these lines. A statement of Python with a set or
    a dictionary looks the same there, but has its colon behind the brackets."""
    if not (lines and re.match(C_BLOCK, lines[0])):
        return False
    depth = 0
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(StringIO("\n".join(lines)).readline):
            if token.type == tokenize.NEWLINE or (token.string == ":" and not depth):
                return token.type == tokenize.NEWLINE
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
    return True


def _filled(message: str, found: re.Match[str]) -> str:
    """The message in the reader's language; a pattern without groups has braces of its own."""
    text = arabic(message) if language() == "ar" else message
    return text.format(*found.groups()) if found.groups() else text
