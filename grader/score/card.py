"""The card of an item: its points, the measured and the expected value, the likely misconception
and the waveform.

It is HTML with its styles inside, in Arabic from right to left, with English. Notebook, Formgrader
and feedback page show it, so it contains nothing that a trainee must not see: no seed, no path, no
traceback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, Self

from grader.html_text import latin, lines, rich


@dataclass(frozen=True)
class Card:
    """The mark of one item, ready to show. A text in both languages is `{"ar": …, "en": …}`."""

    item: str
    points: float
    maximum: float
    title: Mapping[str, str] = field(default_factory=dict)
    measured: str = ""
    expected: str = ""
    message: Mapping[str, str] = field(default_factory=dict)
    """The message of the likely misconception; empty with full points."""
    waveform: str = ""
    """An SVG, or empty."""
    key: str = ""
    """The key of the misconception; empty with full points."""
    detail: str = ""
    """What completes the message: the program's exception, or the item that must have points
    first."""
    timed_out: bool = False
    """Whether a time limit of this machine ended a run; for the instructor."""
    episode: str = ""
    at_ns: int | None = None
    """The time in that episode (ns since t = 0); None: no particular time."""
    hint: Mapping[str, str] = field(default_factory=dict)
    """The hint for a trainee who has the misconception again; empty when there is none."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What `measured` and `expected` are; empty when the lab does not say it."""
    also: Mapping[str, str] = field(default_factory=dict)
    """What else was missed: the messages of the item's other parts, with their values."""

    predicted: str = ""
    """The trainee's prediction, for the "predict" question."""
    observed: Mapping[str, str] = field(default_factory=dict)
    """What the run showed of it; empty when the lab does not observe it."""
    reason: str | None = None
    """The trainee's reason for what the run showed; None when it is not asked for."""

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The card that `as_dict` wrote. Raises: TypeError for an unknown field."""
        return cls(**data)

    def _repr_html_(self) -> str:
        return card_html(self)


def number(value: float) -> str:
    """Points as text, without zeros at the end: 5, 2.5, 3.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_BOX = (
    "border:1px solid #d0d7de;border-inline-start:6px solid {colour};border-radius:6px;"
    "padding:.5em .9em;margin-block:.4em;margin-inline:0 auto;background:#fff;color:#1f2328;"
    "max-width:60em;"
    "font-family:'Noto Sans','Noto Sans Arabic','DejaVu Sans',sans-serif"
)
_CELL = "text-align:start;padding:.1em .8em"
_VALUE = "overflow-wrap:anywhere"
"""A long word in a value must not push the points out of the box."""
_HINT = "background:#fff8c5;border-radius:4px;padding:.3em .7em;margin:.3em 0"
_LTR = '<bdi dir="ltr">{}</bdi>'
_ENGLISH = (
    '<div class="warsha-en" dir="ltr" lang="en" style="color:#57606a;text-align:left">{}</div>'
)
"""In a course, JupyterLab shows one of `warsha-ar` and `warsha-en` (`one_language.css`)."""


def _colour(points: float, maximum: float) -> str:
    return "#1a7f37" if points >= maximum else "#bf8700" if points > 0 else "#cf222e"


def _both(texts: Mapping[str, str]) -> str:
    arabic = f'<div class="warsha-ar">{rich(texts["ar"])}</div>' if texts.get("ar") else ""
    return arabic + (_ENGLISH.format(rich(texts["en"])) if texts.get("en") else "")


def card_html(card: Card) -> str:
    """One item as HTML."""
    score = _LTR.format(f"{number(card.points)} / {number(card.maximum)}")
    colour = _colour(card.points, card.maximum)
    title = escape(card.title.get("ar", ""))
    head = (
        '<div style="display:flex;gap:1em;align-items:baseline">'
        f'<strong dir="ltr">{escape(card.item)}</strong>'
        f'<strong style="flex:1"><span class="warsha-ar">{title}</span></strong>'
        f'<strong style="color:{colour}">{score}</strong></div>'
    )
    if card.title.get("en"):
        head += _ENGLISH.format(escape(card.title["en"]))
    return (
        f'<div class="warsha-mark" dir="rtl" lang="ar" style="{_BOX.format(colour=colour)}">'
        f"{head}{_comparison(card)}{_measured(card)}{_message(card)}{_waveform(card)}</div>"
    )


COMPARED = {
    "predicted": ("توقّعت", "you predicted"),
    "observed": ("وأظهر التشغيل", "the run showed"),
    "reason": ("والسبب", "your reason"),
}
"""The heads of the texts that stand beside each other for the "predict" question."""


def own_text_html(text: str) -> str:
    """A trainee's own text as HTML, each line in the direction of its first letter. A comment may
    be a line of a diagram: its characters have one width."""
    style, own = (
        "white-space:pre-wrap;text-align:start",
        "white-space:inherit;unicode-bidi:plaintext",
    )
    shown = ((escape(line), "code" if line.startswith("#") else "span") for line in lines(text))
    rows = (
        f'<div dir="auto" style="{style}"><{tag} style="{own}">{line}</{tag}></div>'
        for line, tag in shown
    )
    return "".join(rows) if text else "—"


def comparison_html(card: Card) -> str:
    """What the trainee predicted beside what the run showed, and why, as a box of its own; empty
    for an item that is not the "predict" question, and before there is a prediction."""
    if not card.observed or not card.predicted.strip():
        return ""
    box = _BOX.format(colour="#0969da")
    return f'<div class="warsha-mark" dir="rtl" lang="ar" style="{box}">{_comparison(card)}</div>'


def _comparison(card: Card) -> str:
    if not card.observed and not card.predicted:
        return ""
    observed = {language: text.strip() for language, text in card.observed.items()}
    texts = {
        "predicted": own_text_html(card.predicted),
        "observed": f'<div style="white-space:pre-line">{_both(observed)}</div>' * bool(observed),
        "reason": "" if card.reason is None else own_text_html(card.reason),
    }
    rows = "".join(
        f'<tr><th style="{_CELL};white-space:nowrap;vertical-align:top">{_heads(*COMPARED[name])}'
        f'</th><td style="{_CELL};width:100%">{text}</td></tr>'
        for name, text in texts.items()
        if text
    )
    return (
        f'<table style="margin:.3em 0;border-collapse:collapse;table-layout:auto">{rows}</table>'
    )


def _heads(arabic: str, english: str) -> str:
    return (
        f'<span class="warsha-ar">{arabic}</span> '
        f'<bdi class="warsha-en" dir="ltr" style="font-weight:normal">{english}</bdi>'
    )


def _measured(card: Card) -> str:
    rows = [("القياس", "measured", card.measured), ("المتوقّع", "expected", card.expected)]
    cells = "".join(
        f'<tr><th style="{_CELL}">{_heads(arabic, english)}</th>'
        f'<td style="{_CELL}"><code dir="ltr" style="{_VALUE}">{latin(value)}</code></td></tr>'
        for arabic, english, value in rows
        if value
    )
    table = '<table style="margin:.3em 0;border-collapse:collapse">{}</table>'
    return _both(card.about) + table.format(cells) if cells else ""


def _message(card: Card) -> str:
    if not card.message:
        return ""
    return f'<div style="{_HINT}">{_both(card.message)}{_both(card.also)}</div>'


def _waveform(card: Card) -> str:
    return f'<div dir="ltr" style="overflow-x:auto">{card.waveform}</div>' if card.waveform else ""


def total_html(cards: Sequence[Card]) -> str:
    """All items with the total."""
    rows = "".join(_row(card) for card in cards)
    got, most = sum(card.points for card in cards), sum(card.maximum for card in cards)
    box = _BOX.format(colour=_colour(got, most))
    total = _LTR.format(f"{number(got)} / {number(most)}")
    return (
        f'<div class="warsha-mark" dir="rtl" lang="ar" style="{box}">'
        # JupyterLab sets a fixed layout of tables, which would hide the points behind long texts.
        f'<table style="border-collapse:collapse;width:100%;table-layout:auto">{rows}'
        '<tr style="border-top:2px solid #d0d7de">'
        '<th colspan="2" style="text-align:start"><span class="warsha-ar">المجموع</span> '
        '<bdi class="warsha-en" dir="ltr">total</bdi></th>'
        f'<td style="text-align:end;white-space:nowrap"><strong>{total}</strong></td></tr>'
        "</table></div>"
    )


def _row(card: Card) -> str:
    score = _LTR.format(f"{number(card.points)} / {number(card.maximum)}")
    arabic, english = (escape(card.title.get(language, "")) for language in ("ar", "en"))
    title = (
        f'<span class="warsha-ar">{arabic}</span> '
        f'<bdi class="warsha-en" dir="ltr" style="color:#57606a">{english}</bdi>'
    )
    colour = _colour(card.points, card.maximum)
    return (
        f'<tr><td style="text-align:start"><strong dir="ltr">{escape(card.item)}</strong></td>'
        f'<td style="text-align:start;width:100%">{title}{_comparison(card)}{_measured(card)}'
        f"{_message(card)}</td>"
        f'<td style="text-align:end;white-space:nowrap;color:{colour}">{score}</td></tr>'
    )
