"""What a person sees of a mark: points, measured against expected, the likely misconception, the
waveform.

Plain HTML with its styles inside, right to left with English beside it. It is shown in the
notebook, in Formgrader and in the feedback page, so it carries nothing that a trainee must not
see: no seed, no path, no traceback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, Self

from grader.html_text import latin, rich


@dataclass(frozen=True)
class Card:
    """One item's mark, ready to be shown. Texts of people are `{"ar": …, "en": …}`."""

    item: str
    points: float
    maximum: float
    title: Mapping[str, str] = field(default_factory=dict)
    measured: str = ""
    expected: str = ""
    message: Mapping[str, str] = field(default_factory=dict)
    """The likely misconception; empty when the item is full."""
    waveform: str = ""
    """An SVG, or empty."""
    key: str = ""
    """The misconception's key; empty when the item is full."""
    detail: str = ""
    """What the key's text was completed with: the program's last words, the item it waits for."""
    timed_out: bool = False
    """Whether this machine's limits of time had a part in it; for the instructor."""
    episode: str = ""
    at_ns: int | None = None
    """Where in that episode, since t = 0; None: nowhere in particular."""
    hint: Mapping[str, str] = field(default_factory=dict)
    """What helps who meets the misconception again; empty when there is no such text."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What `measured` and `expected` are; empty where the lab does not say it."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The card that `as_dict` wrote. Raises: TypeError for a field that is not known."""
        return cls(**data)

    def _repr_html_(self) -> str:
        return card_html(self)


def number(value: float) -> str:
    """The shortest text of a mark: 5, 2.5, 3.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_BOX = (
    "border:1px solid #d0d7de;border-inline-start:6px solid {colour};border-radius:6px;"
    "padding:.5em .9em;margin:.4em 0;background:#fff;color:#1f2328;max-width:60em;"
    "font-family:'Noto Sans','Noto Sans Arabic','DejaVu Sans',sans-serif"
)
_CELL = "text-align:start;padding:.1em .8em"
_HINT = "background:#fff8c5;border-radius:4px;padding:.3em .7em;margin:.3em 0"
_LTR = '<bdi dir="ltr">{}</bdi>'
_ENGLISH = '<div dir="ltr" lang="en" style="color:#57606a;text-align:left">{}</div>'


def _colour(points: float, maximum: float) -> str:
    return "#1a7f37" if points >= maximum else "#bf8700" if points > 0 else "#cf222e"


def _both(texts: Mapping[str, str]) -> str:
    arabic = f"<div>{rich(texts.get('ar', ''))}</div>" if texts.get("ar") else ""
    return arabic + (_ENGLISH.format(rich(texts["en"])) if texts.get("en") else "")


def card_html(mark: Card) -> str:
    """One item as HTML."""
    score = _LTR.format(f"{number(mark.points)} / {number(mark.maximum)}")
    colour = _colour(mark.points, mark.maximum)
    title = escape(mark.title.get("ar", ""))
    head = (
        '<div style="display:flex;gap:1em;align-items:baseline">'
        f'<strong dir="ltr">{escape(mark.item)}</strong><strong style="flex:1">{title}</strong>'
        f'<strong style="color:{colour}">{score}</strong></div>'
    )
    if mark.title.get("en"):
        head += _ENGLISH.format(escape(mark.title["en"]))
    return (
        f'<div class="warsha-mark" dir="rtl" lang="ar" style="{_BOX.format(colour=colour)}">'
        f"{head}{_measured(mark)}{_message(mark)}{_waveform(mark)}</div>"
    )


def _measured(mark: Card) -> str:
    rows = [("القياس", "measured", mark.measured), ("المتوقّع", "expected", mark.expected)]
    cells = "".join(
        f'<tr><th style="{_CELL}">{arabic} <bdi dir="ltr" style="font-weight:normal">'
        f'{english}</bdi></th><td style="{_CELL}"><code dir="ltr">{latin(value)}</code></td></tr>'
        for arabic, english, value in rows
        if value
    )
    table = '<table style="margin:.3em 0;border-collapse:collapse">{}</table>'
    return _both(mark.about) + table.format(cells) if cells else ""


def _message(mark: Card) -> str:
    if not mark.message:
        return ""
    return f'<div style="{_HINT}">{_both(mark.message)}</div>'


def _waveform(mark: Card) -> str:
    return f'<div dir="ltr" style="overflow-x:auto">{mark.waveform}</div>' if mark.waveform else ""


def total_html(marks: Sequence[Card]) -> str:
    """All items with the total."""
    rows = "".join(_row(mark) for mark in marks)
    got, most = sum(mark.points for mark in marks), sum(mark.maximum for mark in marks)
    box = _BOX.format(colour=_colour(got, most))
    total = _LTR.format(f"{number(got)} / {number(most)}")
    return (
        f'<div class="warsha-mark" dir="rtl" lang="ar" style="{box}">'
        # JupyterLab fixes the layout of tables: the words would push the points out of sight.
        f'<table style="border-collapse:collapse;width:100%;table-layout:auto">{rows}'
        '<tr style="border-top:2px solid #d0d7de">'
        '<th colspan="2" style="text-align:start">المجموع <bdi dir="ltr">total</bdi></th>'
        f'<td style="text-align:end;white-space:nowrap"><strong>{total}</strong></td></tr>'
        "</table></div>"
    )


def _row(mark: Card) -> str:
    score = _LTR.format(f"{number(mark.points)} / {number(mark.maximum)}")
    title = escape(mark.title.get("ar", ""))
    title += f' <bdi dir="ltr" style="color:#57606a">{escape(mark.title.get("en", ""))}</bdi>'
    colour = _colour(mark.points, mark.maximum)
    return (
        f'<tr><td style="text-align:start"><strong dir="ltr">{escape(mark.item)}</strong></td>'
        f'<td style="text-align:start;width:100%">{title}{_message(mark)}</td>'
        f'<td style="text-align:end;white-space:nowrap;color:{colour}">{score}</td></tr>'
    )
