"""L09's stimulus: a sensor with its own calibration in changing weather, without a sensor, and
with another chip at its address.

`data` has `oss`, and `path`: the weather from a time on (ms since t = 0), with the lines that are
right then. `gone` has the times in which the sensor does not answer.
"""

import json
import random
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import floordiv, truediv
from typing import Any, NamedTuple

from grader import BoardType, Episode, Step, ms, set_control

SECONDS, WEATHERS = 30, 6
GONE_MS = 3000
OTHER_S = 4
OTHER_ID = "0x58"
"""That of a BMP280, which has the same address."""
T_OFF, P_OFF, FLOATS_T_OFF, FLOATS_P_OFF = 10, 10, 1, 7
"""By how many 0.1 °C or Pa a wrong program must be off at least, or at most with floats."""

Divide = Callable[[Any, Any], Any]
Values = tuple[int, int]
"""0.1 °C and Pa, as in a line."""


def cut(a: int, b: int) -> int:
    """A quotient without its fraction, as in C."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


class Arithmetic(NamedTuple):
    """How a program divides by powers of two and by other numbers. `is_doubled_last`: it doubles
    the quotient by B4, as the data sheet does where 32 bits are too few."""

    by_power: Divide
    by_number: Divide
    is_doubled_last: bool = False


EXACT = [
    Arithmetic(by_power, by_number, is_doubled_last)
    for by_power, by_number in ((floordiv, floordiv), (cut, cut), (floordiv, cut))
    for is_doubled_last in (False, True)
]
"""The ways of a right program: Python's division and shifts, that of C, and shifts in C."""
FLOATS = Arithmetic(truediv, truediv)


class Calibration(NamedTuple):
    """The words of a sensor, by their names in the data sheet."""

    ac1: int
    ac2: int
    ac3: int
    ac4: int
    ac5: int
    ac6: int
    b1: int
    b2: int
    mb: int
    mc: int
    md: int

    @property
    def data(self) -> bytes:
        """The registers AA to BF."""
        return struct.pack(">hhhHHHhhhhh", *self)

    def misread(self, form: str) -> "Calibration":
        """The words that a program has which reads them in another form."""
        return Calibration(*struct.unpack(form, self.data))

    def line(self, ut: int, up: int, oss: int, way: Arithmetic = EXACT[0]) -> Values:
        """0.1 °C and Pa for raw values (data sheet, figure 4). Raises: ZeroDivisionError for some
        raw values of another sensor."""
        shift, divide, is_doubled_last = way
        x1 = shift((ut - self.ac6) * self.ac5, 1 << 15)
        b5 = x1 + divide(self.mc * 2048, x1 + self.md)
        b6 = b5 - 4000
        square = shift(b6 * b6, 1 << 12)
        x3 = shift(self.b2 * square, 1 << 11) + shift(self.ac2 * b6, 1 << 11)
        b3 = shift((self.ac1 * 4 + x3) * (1 << oss) + 2, 4)
        x3 = shift(shift(self.ac3 * b6, 1 << 13) + shift(self.b1 * square, 1 << 16) + 2, 4)
        b4 = shift(self.ac4 * (x3 + 32768), 1 << 15)
        b7 = (up - b3) * (50000 >> oss)
        p = 2 * divide(b7, b4) if is_doubled_last else divide(2 * b7, b4)
        x1 = shift(shift(p, 1 << 8) ** 2 * 3038, 1 << 16)
        return int(shift(b5 + 8, 16)), int(p + shift(x1 + shift(-7357 * p, 1 << 16) + 3791, 16))

    def raw(self, celsius10: int, pascal: int, oss: int) -> tuple[int, int]:
        """The raw values of the sensor in that weather: the least that give it. The formulas have
        a pole, and are for no sensor below it."""

        def is_warm(ut: int) -> bool:
            above = (ut - self.ac6) * self.ac5 // (1 << 15) + self.md
            return above > 0 and self.line(ut, 0, 0)[0] >= celsius10

        ut = least(1 << 16, is_warm)
        return ut, least(1 << 16 + oss, lambda up: self.line(ut, up, oss)[1] >= pascal)


DATA_SHEET = Calibration(408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868)


class Weather(NamedTuple):
    """The weather from a time on, the raw values, and the values that right programs print."""

    at: float
    celsius10: int
    pascal: int
    ut: int
    up: int
    right: Sequence[Values]
    wrong: Mapping[str, Values]
    """What a program with that misconception prints."""


def least(end: int, is_enough: Callable[[int], bool]) -> int:
    """The least number below `end` for which a condition, that holds from there on, holds."""
    low, high = 0, end - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Half a minute of weather with oss 0 and one with another oss; a sensor that is missing at
    first; one that is lost twice; and another chip in its place."""
    rng = random.Random(seed)
    oss = rng.randrange(1, 4)
    known = [weather("oss0", rng, 0), weather("ossn", rng, oss), absent(rng), lost(rng)]
    return [*known, other(rng)]


def a_calibration(rng: random.Random) -> Calibration:
    """Words as real sensors have them."""
    return Calibration(
        ac1=rng.randrange(6500, 9000),
        ac2=rng.randrange(-1250, -900),
        ac3=rng.randrange(-14900, -14100),
        ac4=rng.randrange(32800, 34500),
        ac5=rng.randrange(24000, 26500),
        ac6=rng.randrange(13500, 23500),
        b1=rng.choice([5498, 6190, 6515]),
        b2=rng.randrange(4, 60),
        mb=-32768,
        mc=rng.randrange(-12000, -8700),
        md=rng.randrange(2300, 3000),
    )


def a_weather(rng: random.Random, sensor: Calibration, oss: int, at: float) -> Weather:
    """A weather of Egypt's plains and mountains, in which no wrong program divides by 0."""
    while True:
        wanted = rng.randrange(-40, 450), rng.randrange(78_000, 103_000)
        ut, up = sensor.raw(*wanted, oss)
        right = [sensor.line(ut, up, oss, way) for way in EXACT]
        with suppress(ZeroDivisionError):
            wrong = {
                "datasheet_constants": DATA_SHEET.line(ut, up, oss),
                "signed_16": sensor.misread(">11H").line(ut, up, oss),
                "byte_order": sensor.misread("<hhhHHHhhhhh").line(ut, up, oss),
                "i2c_no_wait": sensor.line(up >> oss, up, oss),  # the result before
                "float_maths": sensor.line(ut, up, oss, FLOATS),
            }
            return Weather(at, *right[0], ut, up, right, wrong)


def weather(name: str, rng: random.Random, oss: int) -> Episode:
    """A sensor with which each wrong program is wrong, in several weathers."""
    at = [0.0]
    for _ in range(WEATHERS - 1):
        at.append(at[-1] + rng.uniform(4200, 5400))
    while True:
        sensor = a_calibration(rng)
        path = [a_weather(rng, sensor, oss, t) for t in at]
        if separates(sensor, path, oss):
            break
    return Episode(name, SECONDS, *told(sensor, path, oss), attrs=attrs(sensor))


def told(
    sensor: Calibration,
    path: Sequence[Weather],
    oss: int,
    gone: Sequence[tuple[float, float]] = (),
) -> tuple[dict[str, bytes | None], list[Step], dict[str, object]]:
    """The files, steps and data of an episode."""
    steps: list[Step] = []
    for one in path:
        steps += set_control("bmp", "temperature", one.celsius10 / 10, at=ms(one.at))
        steps += set_control("bmp", "pressure", one.pascal, at=ms(one.at))
    for begin, end in gone:
        steps += set_control("bmp", "silent", 1, at=ms(begin))
        steps += set_control("bmp", "silent", 0, at=ms(end))
    data = {"oss": oss, "path": path, "gone": gone}
    return {"cfg.json": json.dumps({"oss": oss}).encode()}, steps, data


def attrs(sensor: Calibration) -> dict[str, dict[str, str]]:
    """The sensor on the bench."""
    return {"bmp": {"calibration": sensor.data.hex()}}


def separates(sensor: Calibration, path: Sequence[Weather], oss: int) -> bool:
    """Whether each wrong idea gives wrong lines in each weather; and whether floats, two bytes of
    the result, or another oss give nearly right ones, but not always exact ones."""
    exact = []
    for one in path:
        ideas = dict(one.wrong)
        floats_t, floats_p = ideas.pop("float_maths")
        far = [
            abs(t - one.celsius10) > T_OFF and abs(p - one.pascal) > P_OFF
            for t, p in ideas.values()
        ]
        _, fixed_p = sensor.line(one.ut, one.ut << oss, oss)  # the temperature, for the pressure
        if not all(far) or abs(fixed_p - one.pascal) <= P_OFF:
            return False
        off_t, off_p = abs(floats_t - one.celsius10), abs(floats_p - one.pascal)
        if off_t > FLOATS_T_OFF or off_p > FLOATS_P_OFF:
            return False
        two_bytes = sensor.line(one.ut, one.up >> oss << oss, oss)
        public = sensor.line(*sensor.raw(one.celsius10, one.pascal, 0), 0)
        is_floats = any(abs(floats_p - p) <= 1 for _, p in one.right)
        exact.append(
            (is_floats, oss > 0 and two_bytes in one.right, oss > 0 and public in one.right)
        )
    return not any(all(each) for each in zip(*exact, strict=True))


def absent(rng: random.Random) -> Episode:
    """No sensor until about 5 s."""
    sensor, back = a_calibration(rng), rng.uniform(4400, 5600)
    path = [a_weather(rng, sensor, 0, 0.0)]
    files, steps, data = told(sensor, path, 0, [(0.0, back)])
    bmp = {**attrs(sensor)["bmp"], "silent": "1"}
    return Episode("absent", 10, files, steps, data, attrs={"bmp": bmp})


def lost(rng: random.Random) -> Episode:
    """The sensor goes twice and comes back."""
    sensor, oss = a_calibration(rng), rng.randrange(4)
    begin = rng.uniform(3200, 4600)
    again = begin + GONE_MS + rng.uniform(4200, 5400)
    gone = [(begin, begin + GONE_MS), (again, again + GONE_MS)]
    told_ = told(sensor, [a_weather(rng, sensor, oss, 0.0)], oss, gone)
    return Episode("lost", (again + GONE_MS) / 1000 + 4, *told_, attrs=attrs(sensor))


def other(rng: random.Random) -> Episode:
    """A chip with another id answers at the sensor's address."""
    sensor = a_calibration(rng)
    told_ = told(sensor, [a_weather(rng, sensor, 0, 0.0)], 0)
    bmp = {**attrs(sensor)["bmp"], "chipId": OTHER_ID}
    return Episode("other", OTHER_S, *told_, attrs={"bmp": bmp})
