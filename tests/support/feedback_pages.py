"""Feedback pages and class pages for tests, and a real browser to measure them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from grader.reports.class_register import ClassRegister, TraineeRow
from grader.reports.feedback_data import FeedbackData, FeedbackItem
from grader.score.card import Card
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.protocol.frames import MODE_OUT, REC_MODE, REC_OUT
from hardware.bench.protocol.records import RECORD
from hardware.bench.trace.trace import ControlAt, Trace
from tests.support.browser import Chromium

S = 1_000_000_000
EVIL = (
    "</code><script>window.pwned=1</script>\"'<img src=x onerror=window.pwned=1>\u202eevil\u2066"
)
"""Markup, quotes, a direction override, and an isolate that is never closed."""
WIDTHS = (360, 800, 1400)
"""The widths of a telephone, a tablet and a desktop window, in pixels."""

OVERFLOWS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
PALE = """
const lum = c => { const [r, g, b] = c.map(v => v / 255).map(
  v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b; };
const rgba = s => {
  const n = s.match(/[\\d.]+/g).map(Number);
  return [n.slice(0, 3), n[3] ?? 1];
};
const ground = e => {
  const layers = [];
  for (; e; e = e.parentElement) {
    const [colour, alpha] = rgba(getComputedStyle(e).backgroundColor);
    if (alpha) layers.push([colour, alpha]);
    if (alpha === 1) break;
  }
  return layers.reverse().reduce(
    (below, [c, a]) => c.map((v, i) => v * a + below[i] * (1 - a)), [255, 255, 255]);
};
const found = [];
for (const e of document.querySelectorAll("body *:not(svg *):not(script):not(style)")) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.checkVisibility()) continue;
  const a = lum(rgba(getComputedStyle(e).color)[0]), b = lum(ground(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) found.push([e.textContent.trim().slice(0, 40), ratio]);
}
return found;
"""
"""Texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""


class Opened:
    """A page in a real browser."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def js(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        return self.driver.execute_script(script)

    def texts(self, selector: str) -> list[str]:
        """The text of every element that a CSS selector finds."""
        return list(
            self.js(
                f"return [...document.querySelectorAll({selector!r})]"
                ".map(e => e.textContent.trim())"
            )
        )

    def style(self, selector: str, name: str) -> set[str]:
        """The values that a style property has in these elements."""
        return set(
            self.js(
                f"return [...document.querySelectorAll({selector!r})]"
                f".map(e => getComputedStyle(e)[{name!r}])"
            )
        )

    def resize(self, width: int, height: int = 900) -> None:
        """Set the width of the window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def paper(self, media: str) -> None:
        """Emulate this CSS medium: `print`, or an empty text for the screen."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})


@contextmanager
def browser(place: Path) -> Iterator[Opened]:
    """A browser with its profile in that folder."""
    with Chromium(place / "profile") as chromium:
        yield Opened(chromium.driver)


def show(opened: Opened, folder: Path, html: str) -> Opened:
    """Open a page from a file, as a trainee does."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    opened.driver.get(file.as_uri())
    return opened


def picture(label: str = "812.5 ms") -> str:
    """A waveform with a stimulus and a marked error."""
    rows = [(REC_MODE, 27, MODE_OUT, 0, 1), *((REC_OUT, 27, 0, i % 2, i * S) for i in range(9))]
    moved = [ControlAt(2 * S, "btn1", "pressed", 1), ControlAt(3 * S, "btn1", "pressed", 0)]
    trace = Trace("esp32_devkit_c_v4", np.array(rows, RECORD), moved, 10 * S, {"LED_G": 27})
    return waveform(trace, ["LED_G"], marks=[WaveformMark(4 * S, 4 * S, label)], serial=True)


def full(item: str, maximum: float = 4) -> FeedbackItem:
    """An item with all of its points."""
    card = Card(item, maximum, maximum, {"ar": f"البند {item}", "en": f"item {item}"}, "1", "1")
    return FeedbackItem(card, maximum, maximum)


def missed(
    item: str, points: float = 0, maximum: float = 4, key: str = "drift", measured: str = "48.9 ms"
) -> FeedbackItem:
    """A missed item with all its feedback."""
    card = Card(
        item=item,
        points=points,
        maximum=maximum,
        title={"ar": f"البند {item}", "en": f"item {item}"},
        measured=measured,
        expected="20 ± 5 ms",
        message={"ar": "تتأخر الأطوار: `ticks_add`.", "en": "The phases are late: `ticks_add`."},
        waveform=picture(),
        key=key,
        detail=measured,
        episode="plan",
        at_ns=4 * S,
        hint={"ar": "احسب من الموعد السابق.", "en": "Reckon from the last deadline."},
    )
    return FeedbackItem(card, points, maximum)


def feedback_data(*entries: FeedbackItem, number: int = 1, student: str = "s1") -> FeedbackData:
    """A submission with these items."""
    return FeedbackData(
        student=student,
        name="منى عبد الرحمن",
        lab="L02",
        title={"ar": "الوميض وإشارة المرور", "en": "Blink and the traffic light"},
        number=number,
        counted=number,
        handed_in="2026-01-15 10:00:00",
        entries=entries,
        history=tuple((n, float(n)) for n in range(1, number + 1)),
        program="from machine import Pin\n\tprint('READY L02')\n",
    )


def register(*rows: TraineeRow, items: str = "abc") -> ClassRegister:
    """A class with these trainees."""
    about = {item: ({"ar": f"البند {item}", "en": f"item {item}"}, 4.0) for item in items}
    course = {"ar": "دورة", "en": "a course"}
    title = {"ar": "الوميض", "en": "Blink"}
    return ClassRegister(course, "L02", "traffic_light", title, about, rows)


def row(student: str, *entries: FeedbackItem, number: int = 1, **more: Any) -> TraineeRow:
    """A trainee with these items; without any nothing was graded."""
    marks = replace(feedback_data(*entries, number=number, student=student)) if entries else None
    return TraineeRow(student, more.pop("first_name", "علي"), "حسن", feedback=marks, **more)
