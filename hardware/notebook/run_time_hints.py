"""What the messages of run-time errors mean: MicroPython's texts, with a hint for each."""

import re

from hardware.i18n import both

DESKTOP = ("numpy", "pandas", "matplotlib", "scipy", "serial", "tkinter", "threading", "datetime")
"""Modules of the computer that beginners expect on a board."""

OF_NETWORK = re.compile(
    r"\b(?:getaddrinfo|connect|recv|recvfrom|accept|requests|umqtt|ntptime|settime|mip)\b"
)
"""In a traceback: the error comes from the network."""
NETWORK: tuple[tuple[str, str], ...] = (
    (
        r"OSError: \[Errno (?:110|116)\] ETIMEDOUT",
        both("The other side did not answer in time: check its address, and whether it is on."),
    ),
    (
        r"OSError: (?:-2|-202)",
        both("No host of this name was found: check it, and that the board is connected."),
    ),
)
"""Patterns that mean something else when the error comes from the network."""

RUN_TIME: tuple[tuple[str, str], ...] = (
    (
        r"ImportError: no module named '(RPi|gpiozero)(?:\..*)?'",
        both("`{0}` is for the Raspberry Pi computer: here `from machine import Pin`."),
    ),
    (
        rf"ImportError: no module named '({'|'.join(DESKTOP)})(?:\..*)?'",
        both("`{0}` runs on the computer and not on a board: use it in a cell without %%board."),
    ),
    (
        r"ImportError: no module named '(bluetooth|esp|esp32|espnow|network|rp2)'",
        both("Other boards have `{0}`, this one does not: choose another board with %board list."),
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
        r"OSError: Wifi Internal .*",
        both("The board is already connecting: wait for `isconnected()`, or call `disconnect()`."),
    ),
    (
        r"OSError: Wifi (?:Not Started|Not Initialized)",
        both("The radio is off: call `active(True)` first."),
    ),
    (
        r"OSError: \[Errno \d+\] EHOSTUNREACH",
        both("The board has no way to this address: connect it first, wait for `isconnected()`."),
    ),
    (
        r"OSError: \[Errno \d+\] ECONN(?:RESET|REFUSED)",
        both("The other side ended the connection: does a program listen at this port?"),
    ),
    (
        r"OSError: \[Errno \d+\] EADDRINUSE",
        both("Another socket still has this port: close it, or empty the board: %board reset."),
    ),
    (
        r"OSError: -2",
        both("There is no folder of this name on the board: print os.listdir()."),
    ),
    (
        r"ValueError: (\w+)\(-?\d+\) (?:does not|doesn't) exist",
        both("The board has no {0} of this number: every board has a {0}(1)."),
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
        r"MemoryError:.*",
        both(
            "The board's memory is full: a list that grows in a loop, or too large a buffer. It "
            "stays full until %board reset."
        ),
    ),
    (
        r"NameError: local variable referenced before assignment",
        both("The function changes a name from outside: write `global name` as its first line."),
    ),
)
"""Patterns of MicroPython's messages, with the hint for each; `{0}` is the first group."""
