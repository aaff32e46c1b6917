"""L10: two pages on an OLED display: text, a bar, a label, and no more traffic than they need.

What the display shows comes from the bytes on its bus (`grader.measure.display`). The scenario has
*rests*: times in which nothing changes, from an event to the next one. A rest is read just before
its end; a page after a press also while the button is held.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from grader import (
    NS_PER_S,
    AtLeast,
    AtMost,
    Bytes,
    Exactly,
    Millis,
    Quantity,
    Run,
    Text,
    Volts,
    Within,
    check,
    gate,
    ms,
    once,
)
from grader.measure.adc import conversions
from grader.measure.display import Screen
from grader.measure.glyphs import SIDE, UNKNOWN, read
from grader.measure.i2c import traffic, transfers
from grader.measure.pins import PinSetup, setup_at
from grader.measure.source import imported

Pixels = NDArray[np.uint8]
HEIGHT, WIDTH, NEVER = 64, 128, float("inf")
FIRST, SECOND = 16, 32
"""The rows of the texts: V and MIN, and MAX."""
BEFORE_END, PRESSED = ms(50), ms(300)
"""When a rest is read: so long before its end, and so long after a press."""
HELD_FROM, HELD_STEP = ms(1000), ms(500)
"""During and after a long press the page is read again and again, from that time on."""
BOX_X, BOX_Y, BOX_WIDE, BOX_HIGH, BAR_PX = 13, 32, 102, 10, 100
NEAR, LATEST, QUIET_AFTER = Volts(0.02), ms(150), ms(500)
MOST_BYTES = Bytes(12_000)
"""In any second. Ten frames in a second are 10 370 bytes; a second can hold eleven that come
every 100 ms."""
LEAST_PICTURES = 10
"""Different voltages that the display shows during the ramp of 3 s."""
NUMBER = re.compile(r"\s*=?\s*(\d+(?:\.\d*)?)\s*V?\s*", re.IGNORECASE)


class Dots(Quantity):
    """Dots of the display."""

    unit = "px"


@dataclass(frozen=True)
class Rest:
    """A time in which nothing changes (see scenario.py), in ms since t = 0."""

    event: str
    at: float
    until: float
    held: float
    page: int
    volts: float
    least: float
    most: float

    @property
    def read_ns(self) -> int:
        """When it is read."""
        return ms(self.until - BEFORE_END).ns


# What the display shows.


def rests(run: Run) -> list[Rest]:
    """All rests, in order."""
    return [Rest(**rest) for rest in run.data["rests"]]


def after_steps(run: Run) -> list[Rest]:
    """The rests after a step of the knob."""
    return [rest for rest in rests(run) if rest.event == "step"]


def after_presses(run: Run) -> list[Rest]:
    """The rests after a press of the button, a long one, or two quick ones."""
    return [rest for rest in rests(run) if rest.held]


def screen(run: Run) -> Screen:
    """The display."""
    attrs = run.episode.attrs["oled"]
    return Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"}, attrs)


@once
def pictures(run: Run) -> dict[int, Pixels]:
    """What the display shows at all times that are read, and at each frame of the ramp."""
    pressed = [t_ns for _, t_ns, _ in pages_read(run)]
    begins = [ms(rest.at).ns for rest in rests(run)]
    ends = [rest.read_ns for rest in rests(run)]
    times = {*pressed, *begins, *ends, *frames_of_ramp(run)}
    display = screen(run)
    return {t_ns: display.pixels(t_ns) for t_ns in sorted(times)}


def frames_of_ramp(run: Run) -> list[int]:
    """When something was written to the display's memory during the ramp."""
    begin, end = (ms(at).ns for at in run.data["ramp"])
    return [
        one.t_ns
        for one in transfers(run, address(run))
        if begin <= one.t_ns < end and len(one.written) > 2
    ]


def address(run: Run) -> int:
    """The display's address."""
    number: int = run.data["config"]["addr"]
    return number


def row(pixels: Pixels, y: int) -> str:
    """The text in a row of the display."""
    return read(pixels, 0, y, WIDTH // SIDE).rstrip()


def number_in(pixels: Pixels, y: int, name: str) -> float | None:
    """The number behind a name in a row; None when the row does not show that."""
    text = row(pixels, y)
    match = NUMBER.fullmatch(text[len(name) :]) if text.startswith(name) else None
    return float(match[1]) if match else None


def volts_shown(pixels: Pixels) -> float | None:
    """The voltage on the first page; None when it shows none."""
    return number_in(pixels, FIRST, "V")


def is_dark(run: Run) -> bool:
    """Whether the display never showed anything when it was read."""
    return not any(pixels.any() for pixels in pictures(run).values())


def is_written(run: Run) -> bool:
    """Whether anything was sent to the display after READY."""
    return bool(transfers(run, address(run)))


def why_all(run: Run) -> str:
    """What spoils all items: the program works, and draws only in its own memory; or the button
    reads as pressed since the start."""
    works = len(conversions(run, "AIN_1")) > 0
    if works and is_dark(run) and not is_written(run):
        return "no_show"
    setup = button_setup(run)
    return "pull_down" if setup and setup.pull == "down" else ""


def button_setup(run: Run) -> PinSetup | None:
    """How the button's pin is set up at the end; None when it is no input."""
    setup = setup_at(run, "BTN_1", run.end_ns - run.zero_ns)
    return setup if setup and setup.mode == "in" else None


def is_overprinted(run: Run) -> bool:
    """Whether the text of the first rest can be read and later ones cannot."""
    rows = [row(pictures(run)[rest.read_ns], FIRST) for rest in rests(run)]
    is_clear = [UNKNOWN not in text for text in rows]
    return is_clear[0] and not all(is_clear)


# a: the text of the first page.


def true_volts(run: Run) -> list[Volts]:
    """The right voltage in each rest."""
    return [Volts(rest.volts, rest.read_ns) for rest in rests(run)]


def why_volts(run: Run) -> str:
    """Nothing is sent, the old text is not erased, codes are shown, or the public full scale."""
    if key := why_all(run):
        return key
    if is_overprinted(run):
        return "overprint"
    return why_scale(shown_volts.measure(run), true_volts(run), run)


def why_scale(shown: list[Volts] | None, true: list[Volts], run: Run) -> str:
    """Codes are shown, the converter is read without the given module, one decimal, or the public
    full scale."""
    pairs = [(s, t) for s, t in zip(shown or [], true, strict=False) if s < NEVER]
    if not pairs:
        return ""
    full_v, public_v = run.data["config"]["full_v"], run.data["public"]["full_v"]
    if all(s > 5 * full_v for s, _ in pairs):
        return "raw_counts"
    if not imported(run.program, "ain"):
        return "own_adc"
    if all(abs(s - t) <= 0.05 + NEAR and round(s, 1) == s for s, t in pairs):
        return "rounded"
    return "hardcoded" if all(abs(s - t * public_v / full_v) <= NEAR for s, t in pairs) else ""


@check(
    "a.volts",
    points=2,
    expect=Within(NEAR, of=true_volts),
    partial={Within(Volts(0.1), of=true_volts): 1},
    on_miss="wrong_volts",
    why=why_volts,
)
def shown_volts(run: Run) -> list[Volts] | None:
    """The voltage that is shown at the end of each rest; infinite without one."""
    if is_dark(run):
        return None
    found = [(volts_shown(pictures(run)[rest.read_ns]), rest) for rest in rests(run)]
    return [Volts(NEVER if v is None else v, rest.read_ns) for v, rest in found]


def delay(display: Screen, rest: Rest) -> Millis:
    """The time from the start of a rest to its voltage on the display; infinite without it."""
    begin, end = ms(rest.at).ns, ms(rest.until).ns
    found = display.first(lambda shown: is_right(shown.pixels(), rest.volts), begin, end)
    return Millis(NEVER, begin) if found is None else found


def is_right(pixels: Pixels, volts: float) -> bool:
    """Whether the first page shows this voltage."""
    shown = volts_shown(pixels)
    return shown is not None and abs(shown - volts) <= NEAR


@check("a.time", points=1, expect=AtMost(LATEST), on_miss="late", why=why_volts)
def delays(run: Run) -> list[Millis] | None:
    """The time from each step to the right voltage."""
    display = screen(run)
    return None if is_dark(run) else [delay(display, rest) for rest in after_steps(run)]


def titles_due(run: Run) -> list[Text]:
    """The title in cfg.json, in each rest."""
    return [Text(run.data["config"]["title"], rest.read_ns) for rest in rests(run)]


def why_title(run: Run) -> str:
    """The public title."""
    shown = {str(text) for text in titles.measure(run)}
    return "hardcoded" if shown == {run.data["public"]["title"]} else ""


@check(
    "a.title",
    points=1,
    expect=Exactly(titles_due),
    on_miss="wrong_title",
    why=why_title,
    after="a.volts",
)
def titles(run: Run) -> list[Text]:
    """The first row of the first page."""
    return [Text(row(pictures(run)[rest.read_ns], 0), rest.read_ns) for rest in rests(run)]


# b: the bar.


def bar_in(pixels: Pixels) -> int | None:
    """The length of the bar; None when its box does not show just the frame and a bar."""
    seen = pixels[BOX_Y : BOX_Y + BOX_HIGH, BOX_X : BOX_X + BOX_WIDE] > 0
    length = int(seen[1, 1:-1].sum())
    wanted = np.ones_like(seen)
    wanted[1:-1, 1 + length : -1] = False
    return length if np.array_equal(seen, wanted) else None


def has_text(pixels: Pixels) -> bool:
    """Whether there are characters in the box, at least three different from a blank in a row."""
    for y in range(BOX_Y - 1, BOX_Y + 4):
        for x in range(BOX_X - 1, BOX_X + SIDE + 1):
            cells = read(pixels, x, y, BOX_WIDE // SIDE - 1)
            if re.search(r"[#=*|\->]{3}", cells):
                return True
    return False


def why_bar(run: Run) -> str:
    """Nothing is sent, old dots are not erased, the bar is text, the box has more or less in it,
    or the converter is read without the given module."""
    if key := why_all(run):
        return key
    seen = [pictures(run)[rest.read_ns] for rest in rests(run)]
    if any(has_text(pixels) for pixels in seen):
        return "text_bar"
    if is_overprinted(run):
        return "overprint"
    if is_dark(run):
        return ""
    if all(bar_in(pixels) is None for pixels in seen):
        return "wrong_box"
    return "" if imported(run.program, "ain") else "own_adc"


def lengths_due(run: Run) -> list[Dots]:
    """The right length of the bar in each rest."""
    full_v = run.data["config"]["full_v"]
    return [Dots(BAR_PX * rest.volts / full_v, rest.read_ns) for rest in rests(run)]


@check(
    "b",
    points=4,
    expect=Within(Dots(1), of=lengths_due),
    partial={Within(Dots(3), of=lengths_due): 2},
    on_miss="wrong_bar",
    why=why_bar,
)
def lengths(run: Run) -> list[Dots] | None:
    """The length of the bar at the end of each rest; infinite when its box is wrong."""
    if is_dark(run):
        return None
    found = [(bar_in(pictures(run)[rest.read_ns]), rest) for rest in rests(run)]
    return [Dots(NEVER if n is None else n, rest.read_ns) for n, rest in found]


# c: the pages.


def page_in(pixels: Pixels) -> str:
    """Which page is shown: 1, 2, or ? when it cannot be read."""
    if volts_shown(pixels) is not None:
        return "1"
    both = number_in(pixels, FIRST, "MIN"), number_in(pixels, SECOND, "MAX")
    return "?" if None in both else "2"


def pages_read(run: Run) -> Iterator[tuple[Rest, int, int]]:
    """When the page after each press is read: while the button is held, and later; and which page
    it has to be. After the first one of two quick presses it is the other one."""
    for rest in after_presses(run):
        first = 3 - rest.page if rest.event == "twice" else rest.page
        yield rest, ms(rest.at + PRESSED).ns, first
        at = rest.at + HELD_FROM
        while rest.event == "hold" and at < rest.until - BEFORE_END:
            yield rest, ms(at).ns, rest.page
            at += HELD_STEP
        yield rest, rest.read_ns, rest.page


MISSED_PRESSES = {"hold": "press_repeated", "twice": "press_lost"}
"""What a wrong page means that comes after a right one of the same press."""


def pages_due(run: Run) -> list[Text]:
    """The right pages."""
    return [Text(str(page), t_ns) for _, t_ns, page in pages_read(run)]


def why_page(run: Run) -> str:
    """Nothing is sent, old text is not erased, a long press changes the page again, the second one
    of two quick presses is lost, or bounces change the page."""
    if key := why_all(run):
        return key
    if is_dark(run):
        return ""
    seen = [str(text) for text in pages.measure(run)]
    if "?" in seen:
        return "overprint" if is_overprinted(run) else ""
    read = list(zip(pages_read(run), seen, strict=True))
    wrong = next((n for n, ((*_, due), page) in enumerate(read) if page != str(due)), 0)
    (rest, *_), _page = read[wrong]
    is_later = wrong > 0 and read[wrong - 1][0][0] == rest
    if is_later and rest.event in MISSED_PRESSES:
        return MISSED_PRESSES[rest.event]
    plain = [(str(due), page) for (rest, _, due), page in read if rest.event == "press"]
    if {page for _, page in plain[::2]} == {"2"} and {page for _, page in plain[1::2]} == {"1"}:
        return "level_page"
    right = [due == page for due, page in plain]
    is_late = all(right[1::2]) and not any(right[::2])  # it waits for the release
    return "page_bounce" if len(set(seen)) > 1 and not is_late else ""


@gate("c.input", episode="pages", expect=Exactly("pull-up"), on_miss="no_pullup", why=why_all)
def pull(run: Run) -> str | None:
    """The pull of the button's pin."""
    setup = button_setup(run)
    if setup is None:
        return None
    return "no pull-up" if setup.pull == "none" else f"pull-{setup.pull}"


@gate(
    "c.pages",
    episode="pages",
    expect=Exactly(pages_due),
    on_miss="wrong_page",
    why=why_page,
    stated=[PRESSED],
)
def pages(run: Run) -> list[Text] | None:
    """The page that is shown after each press, twice; after a long one more often."""
    if is_dark(run):
        return None
    return [Text(page_in(pictures(run)[t_ns]), t_ns) for _, t_ns, _ in pages_read(run)]


def on_page_2(run: Run) -> list[Rest]:
    """The rests with the second page."""
    return [rest for rest in rests(run) if rest.page == 2]


def extremes_due(run: Run) -> list[Volts]:
    """The right MIN and MAX in each rest with the second page."""
    return [
        Volts(value, rest.read_ns) for rest in on_page_2(run) for value in (rest.least, rest.most)
    ]


def why_extremes(run: Run) -> str:
    """Only what came while the button was held is missing; or the scale is wrong."""
    shown, true = extremes.measure(run), extremes_due(run)
    is_right = [abs(s - t) <= NEAR for s, t in zip(shown, true, strict=True)]
    before = takewhile(lambda rest: rest.event != "hold", on_page_2(run))
    count = 2 * len(list(before))
    return "held_blocks" if all(is_right[:count]) else why_scale(shown, true, run)


@check(
    "c.extremes",
    points=2,
    episode="pages",
    expect=Within(NEAR, of=extremes_due),
    partial={Within(Volts(0.1), of=extremes_due): 1},
    on_miss="wrong_extremes",
    why=why_extremes,
)
def extremes(run: Run) -> list[Volts]:
    """MIN and MAX at the end of each rest with the second page; infinite without them."""
    found = []
    for rest in on_page_2(run):
        seen = pictures(run)[rest.read_ns]
        for value in (number_in(seen, FIRST, "MIN"), number_in(seen, SECOND, "MAX")):
            found.append(Volts(NEVER if value is None else value, rest.read_ns))
    return found


def required(run: Run) -> NDArray[np.bool_]:
    """The places of what the first page has to show."""
    right, _wrong, x, y = label(run)
    places = np.zeros((HEIGHT, WIDTH), bool)
    places[:SIDE] = places[FIRST : FIRST + SIDE] = True
    places[BOX_Y : BOX_Y + BOX_HIGH, BOX_X : BOX_X + BOX_WIDE] = True
    places[y : y + right.shape[0], x : x + right.shape[1]] = True
    return places


@check(
    "c.first",
    points=1,
    episode="pages",
    expect=AtMost(Dots(0)),
    on_miss="page_1_partial",
    after="c.extremes",
)
def lost_dots(run: Run) -> list[Dots]:
    """How many dots of the first page are not as they were before the second one was shown, where
    the voltage has not moved in between."""
    first = [rest for rest in rests(run) if rest.page == 1]
    still = [(a, b) for a, b in pairwise(first) if (a.volts, a.least) == (b.volts, b.least)]
    found = []
    for before, after in still:
        differs = (pictures(run)[before.read_ns] > 0) != (pictures(run)[after.read_ns] > 0)
        found.append(Dots(int((differs & required(run)).sum()), after.read_ns))
    return found


# d: what goes over the bus.


def idle_times(run: Run) -> list[tuple[int, int, int]]:
    """When nothing changes on the display, and the page that it shows then: from 0.5 s after each
    step on; and, if it shows the second page, while the knob stays between MIN and MAX."""
    found = [
        (ms(rest.at + QUIET_AFTER).ns, ms(rest.until).ns, rest.page) for rest in after_steps(run)
    ]
    for rest in rests(run):
        if rest.event == "sweep" and page_in(pictures(run)[ms(rest.at).ns]) == "2":
            found.append((ms(rest.at).ns, ms(rest.until).ns, rest.page))
    return found


def why_still(run: Run) -> str:
    """It is so only while the second page is shown."""
    pairs = zip(idle_times(run), idle_bytes.measure(run), strict=True)
    return "page_2_flood" if all(page == 2 for (*_, page), sent in pairs if sent) else ""


@check(
    "d.still",
    points=2,
    episode=("main", "pages"),
    expect=AtMost(Bytes(0)),
    on_miss="refresh_flood",
    why=why_still,
    after="b",
    stated=[QUIET_AFTER],
)
def idle_bytes(run: Run) -> list[Bytes]:
    """The bytes to the display in each time in which nothing changes on it."""
    load = traffic(transfers(run, address(run)))
    return [Bytes(load.between(begin, end), begin) for begin, end, _page in idle_times(run)]


@gate("d.live", expect=AtLeast(LEAST_PICTURES), on_miss="ramp_missed")
def ramp_pictures(run: Run) -> int | None:
    """How many different voltages the display shows during the ramp."""
    seen = {volts_shown(pictures(run)[t_ns]) for t_ns in frames_of_ramp(run)}
    return len(seen - {None}) or None


@check("d.ramp", points=2, expect=AtMost(MOST_BYTES), on_miss="refresh_fast", after="b")
def busiest_second(run: Run) -> Bytes:
    """The largest number of bytes to the display in any second of the ramp."""
    begin, end = (ms(at).ns for at in run.data["ramp"])
    load = traffic([one for one in transfers(run, address(run)) if begin <= one.t_ns < end])
    return Bytes(load.most_in(NS_PER_S), begin)


# e: the label.


def label(run: Run) -> tuple[Pixels, Pixels, int, int]:
    """The dots of the label, the same with the bits of each byte reversed, and its place."""
    _magic, size, data = run.data["label"].split(b"\n", 2)
    wide, high = (int(number) for number in size.split())
    bits = np.frombuffer(data, np.uint8).reshape(high, -1)
    right, wrong = (np.unpackbits(bits, axis=1, bitorder=order) for order in ("big", "little"))
    return right[:, :wide], wrong[:, :wide], run.data["config"]["x"], run.data["config"]["y"]


def differing(pixels: Pixels, dots: Pixels, x: int, y: int) -> int:
    """How many dots differ from these at a place."""
    high, wide = dots.shape
    return int(((pixels[y : y + high, x : x + wide] > 0) != (dots > 0)).sum())


def why_label(run: Run) -> str:
    """Nothing is sent, the bits are in the wrong order, or the label is at another place."""
    if key := why_all(run):
        return key
    right, wrong, x, y = label(run)
    last, public = pictures(run)[rests(run)[-1].read_ns], run.data["public"]
    if not differing(last, wrong, x, y):
        return "bit_order"
    return "" if differing(last, right, public["x"], public["y"]) else "hardcoded"


@check("e", points=3, episode="alt", expect=AtMost(Dots(0)), on_miss="wrong_label", why=why_label)
def label_errors(run: Run) -> list[Dots] | None:
    """How many dots of the label are wrong, in each rest."""
    if is_dark(run):
        return None
    right, _wrong, x, y = label(run)
    times = [rest.read_ns for rest in rests(run)]
    return [Dots(differing(pictures(run)[t_ns], right, x, y), t_ns) for t_ns in times]
