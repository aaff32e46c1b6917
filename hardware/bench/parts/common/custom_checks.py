"""What the author of a custom part can get wrong: attributes of the class that the bench reads,
methods that it calls, and what these return. Each check raises `Misuse`."""

import inspect
import math
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench.parts.common.buses import I2cPart, SpiPart, UartPart
from hardware.bench.parts.common.chip_json import ChipJson
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import Stamp, Words
from hardware.i18n import _

BYTE, ADDRESSES, MODES, MOST_BAUD = range(256), range(128), range(4), 10_000_000
LEVELS = (True, False, None)


class Misuse(Exception):
    """What is wrong, and what to do. Whoever catches it knows the place."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what, self.cure = what, cure


class AttributeRule(NamedTuple):
    """What an attribute of the class may be."""

    is_good: Callable[[Any], bool]
    wanted: Callable[[], str]
    example: str


def _is_names(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(isinstance(one, str) for one in value)


def _is_table(value: Any, is_good: Callable[[Any], bool]) -> bool:
    is_table = isinstance(value, Mapping) and all(isinstance(name, str) for name in value)
    return is_table and all(map(is_good, value.values()))


def is_number(value: Any) -> bool:
    """Whether it is a number, and not a boolean, infinite or none at all."""
    is_real = isinstance(value, (int, float, np.integer, np.floating))
    return is_real and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any, known: range) -> bool:
    return type(value) is int and value in known


RULES = {
    "OUTPUTS": AttributeRule(
        lambda value: _is_table(value, lambda level: level in LEVELS),
        lambda: _("a dict of pins with their levels, True, False or None"),
        'OUTPUTS = {"OUT": False}',
    ),
    "LISTENS": AttributeRule(_is_names, lambda: _("a tuple of pins"), 'LISTENS = ("IN",)'),
    "ANALOG": AttributeRule(_is_names, lambda: _("a tuple of pins"), 'ANALOG = ("OUT",)'),
    "PULL_UPS": AttributeRule(
        lambda value: _is_table(value, lambda ohms: is_number(ohms) and ohms > 0),
        lambda: _("a dict of pins with their ohms"),
        'PULL_UPS = {"SDA": 4700}',
    ),
    "ATTRS": AttributeRule(
        lambda value: _is_table(value, lambda text: isinstance(text, (str, int, float))),
        lambda: _("a dict of attributes with their defaults, which are texts"),
        'ATTRS = {"alarm": "90"}',
    ),
    "DRAWS": AttributeRule(
        lambda value: is_number(value) and value >= 0,
        lambda: _("a current in amperes"),
        "DRAWS = 0.005",
    ),
    "BAUD": AttributeRule(
        lambda value: _is_whole(value, range(1, MOST_BAUD + 1)),
        lambda: _("a whole number from 1 to 10000000"),
        "BAUD = 9600",
    ),
    "SPI_MODES": AttributeRule(
        lambda value: isinstance(value, (tuple, list)) and all(_is_whole(n, MODES) for n in value),
        lambda: _("a tuple of modes from 0 to 3"),
        "SPI_MODES = (0, 3)",
    ),
}
BUS_PINS = {
    I2cPart: ("SCL", "SDA"),
    SpiPart: ("SCK", "MOSI", "MISO", "CS"),
    UartPart: ("RX", "TX"),
}
"""The attributes that name the pins of a bus."""
NEEDED = ("SCL", "SDA", "SCK", "CS")
"""Those whose pin a part must have; with `CS = ""` it has none."""
HOOKS = (
    *("__init__", "begin", "moved", "level_changed", "power", "stamp", "svg", "words"),
    *("i2c_addresses", "i2c_start", "i2c_write", "i2c_read", "i2c_stop"),
    *("spi_exchange", "uart_received"),
)
"""The methods that an author writes and the bench calls."""


def check_class(own: type[Module], described: ChipJson, file: str) -> None:
    """Looks at the attributes and the methods of a class; `file` is the name of its description.
    Raises: Misuse."""
    for name, rule in RULES.items():
        value = getattr(own, name, None)
        if hasattr(own, name) and not rule.is_good(value):
            raise not_wanted(name, value, rule.wanted(), rule.example)
    for name, pin in _pins(own):
        if pin not in described.pins:
            what = _("{attribute}: {pin} is not a pin of {file}")
            cure = _(
                'The pins there are: {pins}. Write their names, or "" for a CS that is not used.'
            )
            names = ", ".join(one for one in described.pins if one)
            raise Misuse(
                what.format(attribute=name, pin=repr(pin), file=file), cure.format(pins=names)
            )
    if issubclass(own, UartPart) and own.TX in described.pins and own.TX not in own.OUTPUTS:
        raise no_output(own.TX, level=True)
    for name, control in described.controls.items():
        default = own.ATTRS.get(name, control.low)
        if not _is_within(default, control.low, control.high):
            wanted = _("a number from {low:g} to {high:g}")
            wanted = wanted.format(low=control.low, high=control.high)
            raise not_wanted(f"ATTRS[{name!r}]", default, wanted, f'"{name}": "{control.low:g}"')
    for name, value in vars(own).items():
        _check_method(own, name, value)


def _pins(own: type[Module]) -> Iterator[tuple[str, Any]]:
    """The pins that the class names, with the attribute that does."""
    for name in ("OUTPUTS", "LISTENS", "PULL_UPS", "ANALOG"):
        for pin in getattr(own, name):
            yield name, pin
    for base, names in BUS_PINS.items():
        for name in names if issubclass(own, base) else ():
            pin = getattr(own, name)
            if not isinstance(pin, str):
                raise not_wanted(name, pin, _("the name of a pin"), f'{name} = "{name}"')
            if name in NEEDED and (pin or name != "CS"):
                yield name, pin


def _is_within(value: Any, low: float, high: float) -> bool:
    try:
        return low <= float(value) <= high
    except ValueError:
        return False


def not_wanted(name: str, value: Any, wanted: str, example: str) -> Misuse:
    """The error for a value that is not what the bench can take."""
    what, cure = _("{attribute} is {value}, not {wanted}"), _("Write for example {example}.")
    shown = f"{value!r:.60}"
    return Misuse(
        what.format(attribute=name, value=shown, wanted=wanted), cure.format(example=example)
    )


def no_output(pin: str, *, level: bool) -> Misuse:
    """The error for a pin that the part drives, and that is not in its `OUTPUTS`."""
    what, cure = _("{pin} is not in OUTPUTS"), _("Write {example}.")
    example = f"OUTPUTS = {{{pin!r}: {level}}}"
    return Misuse(what.format(pin=repr(pin)), cure.format(example=example))


def _check_method(own: type[Module], name: str, value: Any) -> None:
    """A method that the bench calls must be one, and take what the bench gives."""
    known = getattr(super(own, own), name, None) if name in HOOKS else None
    if known is None:
        return
    if not inspect.isfunction(value):
        raise not_wanted(name, value, _("a method"), f"def {name}(self)")
    given = inspect.signature(known).parameters.values()
    try:
        inspect.signature(value).bind(*given)
    except TypeError:
        what = _("{method} does not take what it gets: {parameters}")
        cure = _("Write {example}.").format(example=f"def {name}({', '.join(_names(known))}):")
        named = ", ".join(_names(known))
        raise Misuse(what.format(method=name, parameters=named), cure) from None


def _names(method: Callable[..., Any]) -> Collection[str]:
    return inspect.signature(method).parameters


def _byte(value: Any) -> int:
    if (number := operator.index(value)) not in BYTE:
        raise ValueError
    return number


def _addresses(value: Any) -> tuple[int, ...]:
    found = tuple(map(operator.index, value))
    if not all(one in ADDRESSES for one in found):
        raise ValueError
    return found


def _truth(value: Any) -> bool:
    if value is None:
        raise ValueError
    return bool(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _words(value: Any) -> Words | None:
    if value is None:
        return None
    message, fields = value
    message.format(**fields)
    return message, fields


RETURNS: Mapping[str, tuple[Callable[[Any], Any], Callable[[], str]]] = {
    "i2c_addresses": (_addresses, lambda: _("addresses from 0 to 127, such as (0x36,)")),
    "i2c_start": (_truth, lambda: _("True (it acknowledges) or False")),
    "i2c_write": (_truth, lambda: _("True (it acknowledges) or False")),
    "i2c_write_all": (operator.index, lambda: _("a count of bytes")),
    "i2c_read": (_byte, lambda: _("a byte from 0 to 255")),
    "spi_exchange": (_byte, lambda: _("a byte from 0 to 255")),
    "spi_exchange_all": (lambda value: bytes(memoryview(value)), lambda: _("bytes")),
    "svg": (_text, lambda: _("the text of a drawing")),
    "words": (_words, lambda: _("None or a message and its fields, such as ('on', {{}})")),
}
"""By method: what makes of its result what the bench takes, and what that is."""


def returned(method: str, value: Any) -> Any:
    """The result of a method, as the bench takes it. Raises: Misuse."""
    if method not in RETURNS:
        return value
    convert, wanted = RETURNS[method]
    try:
        return convert(value)
    except (TypeError, ValueError, LookupError):
        what = _("{method} returned {value}, not {wanted}")
        shown = f"{value!r:.60}"
        raise Misuse(
            what.format(method=method, value=shown, wanted=wanted()),
            _("Correct what it returns."),
        ) from None


def dots(value: Any, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """The dots of a display, as the author has assigned them. Raises: Misuse."""
    found = np.asarray(value)
    is_good = found.shape == (rows, columns, 3) and found.dtype.kind in "uib"
    if not is_good or found.min() < 0 or found.max() not in BYTE:
        what = _("frame is not {rows} rows of {columns} dots of three whole numbers from 0 to 255")
        cure = _("Change the dots that are there: self.frame[row, column] = (red, green, blue).")
        raise Misuse(what.format(rows=rows, columns=columns), cure)
    return found.astype(np.uint8, copy=False)


class CheckedStamp:
    """A `Stamp` that refuses pins that do not exist, and numbers that are none."""

    def __init__(self, net: Stamp, pins: Collection[str]) -> None:
        self._net = net
        self._pins = pins

    def __getattr__(self, name: str) -> Callable[..., None]:
        put = getattr(self._net, name)

        def checked(*args: Any) -> None:
            for value in args:
                is_pin = isinstance(value, str)
                if value not in self._pins if is_pin else not _is_measure(value):
                    wanted = _("a pin of the part or a number")
                    raise not_wanted(name, value, wanted, 'net.resistor("A", "B", 4700)')
            if name != "rail" and not args[-1] > 0:
                raise not_wanted("ohms", args[-1], _("a number above 0"), "0.1")
            put(*args)

        return checked


def _is_measure(value: Any) -> bool:
    return is_number(value) or value == math.inf
