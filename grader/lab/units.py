"""Measured numbers with a unit as their type, and with the time of the run at which they were
measured.

A check that returns `list[Millis]` fits a limit of `Millis` and no other; mypy finds a wrong unit.
In the bench, time is an integer of nanoseconds; limits and feedback use milliseconds.
"""

from typing import ClassVar, Self

from hardware.bench.drawing.time_axis import spelled

NS_PER_US = 1000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
LONG_MS = 10_000
"""From this time on it is told in seconds, minutes and hours."""


class Quantity(float):
    """A number with a unit. `at_ns` is its time in the run (ns since t = 0), which the waveform
    marks; None: it has none."""

    unit: ClassVar[str] = ""
    at_ns: int | None

    def __new__(cls, value: float, at_ns: int | None = None) -> Self:
        quantity = super().__new__(cls, value)
        quantity.at_ns = at_ns
        return quantity

    @classmethod
    def figure(cls, value: float) -> str:
        """A number with this unit as text."""
        return f"{number(value)} {cls.unit}".rstrip()

    def __str__(self) -> str:
        return self.figure(self)


class Millis(Quantity):
    """Milliseconds."""

    unit = "ms"

    @classmethod
    def figure(cls, value: float) -> str:
        """A long one in hours, minutes and seconds: `12.5 s`, `17 h 19 min 30.72 s`."""
        if not LONG_MS <= abs(value) < float("inf"):
            return super().figure(value)
        return spelled(round(value) * NS_PER_MS)

    @property
    def ns(self) -> int:
        """The same as whole nanoseconds."""
        return round(float(self) * NS_PER_MS)


class Micros(Quantity):
    """Microseconds."""

    unit = "µs"

    @property
    def ns(self) -> int:
        """The same as whole nanoseconds."""
        return round(float(self) * NS_PER_US)

    def __str__(self) -> str:
        """Long ones as people say them: `20 ms`, `1.5 s`."""
        if not 10_000 <= abs(self) < float("inf"):
            return super().__str__()
        millis = self / 1000
        return f"{number(millis / 1000)} s" if abs(millis) >= 1000 else str(Millis(millis))


class Hertz(Quantity):
    """Events per second."""

    unit = "Hz"


class Percent(Quantity):
    """Hundredths, for example a duty cycle."""

    unit = "%"


class Volts(Quantity):
    """Volts."""

    unit = "V"


class Degrees(Quantity):
    """Degrees of an angle."""

    unit = "°"


class Celsius(Quantity):
    """Degrees of temperature."""

    unit = "°C"


class Millimetres(Quantity):
    """Millimetres."""

    unit = "mm"


class Amps(Quantity):
    """Amperes of electric current."""

    unit = "A"


class Watts(Quantity):
    """Watts of power."""

    unit = "W"


class WattHours(Quantity):
    """Watt-hours of energy."""

    unit = "Wh"


class Pascals(Quantity):
    """Pascals of pressure."""

    unit = "Pa"


class Kilograms(Quantity):
    """Kilograms."""

    unit = "kg"


class Litres(Quantity):
    """Litres."""

    unit = "L"


class MilliampHours(Quantity):
    """Charge that was taken from a battery."""

    unit = "mAh"


class Bytes(Quantity):
    """Bytes in memory or on a bus."""

    unit = "B"


class Moment(Millis):
    """The time at which something happened, in milliseconds since t = 0."""

    def __str__(self) -> str:
        return f"t = {super().__str__()}"


class Text(str):
    """A text that was printed, sent or shown. `at_ns` is its time in the run (ns since t = 0);
    None: it has none."""

    at_ns: int | None

    def __new__(cls, text: str, at_ns: int | None = None) -> Self:
        made = super().__new__(cls, text)
        made.at_ns = at_ns
        return made


def ms(value: float) -> Millis:
    """A number of milliseconds."""
    return Millis(value)


def us(value: float) -> Micros:
    """A number of microseconds."""
    return Micros(value)


def seconds(value: float) -> Millis:
    """A number of seconds."""
    return Millis(value * 1000)


def millis_of_ns(span_ns: int, at_ns: int | None = None) -> Millis:
    """A span of nanoseconds as milliseconds."""
    return Millis(int(span_ns) / NS_PER_MS, None if at_ns is None else int(at_ns))


def micros_of_ns(span_ns: int, at_ns: int | None = None) -> Micros:
    """A span of nanoseconds as microseconds."""
    return Micros(int(span_ns) / NS_PER_US, None if at_ns is None else int(at_ns))


def moment_of_ns(t_ns: int) -> Moment:
    """A moment of the run, with its `at_ns`."""
    return Moment(int(t_ns) / NS_PER_MS, int(t_ns))


def place_of(value: object) -> int | None:
    """When in the run a value was measured (ns since t = 0); None when it does not say."""
    return value.at_ns if isinstance(value, Quantity | Text) else None


def length_of(value: object) -> int:
    """How long a measured time is (ns); 0 for other values."""
    if isinstance(value, Moment) or not isinstance(value, Millis | Micros):
        return 0
    return abs(value.ns) if abs(value) < float("inf") else 0


def number(value: float) -> str:
    """A number as text: at most three decimals and no zeros at the end; infinity is ∞."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".").replace("inf", "∞")
