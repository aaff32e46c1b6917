"""The feedback page of one submission: what was measured and expected, which idea was probably
wrong, where it shows; Arabic, right to left, with English beside it.

It goes to the trainee: no seed, no path, no traceback of ours, no hidden test.
"""

from collections.abc import Iterator, Mapping
from html import escape

from grader.html_text import LATIN, auto_direction, bilingual, latin, lines
from grader.lab.cells import PROGRAM
from grader.reports.document import document, label, titled
from grader.reports.feedback_data import HINTS_FROM, FeedbackData, FeedbackItem
from grader.score.card import number

_STATES = {
    "full": ("✓", "كاملة", "full"),
    "part": ("◐", "جزئية", "in part"),
    "none": ("✗", "لم تتحقق", "missed"),
    "waits": ("…", "تنتظر المدرب", "waits for a person"),
}
"""Sign and words of a state: a colour alone tells nothing to who cannot see it."""

HAPPENED = {
    *("no_ready", "board_died", "exception", "host_failed"),
    *("nothing", "other_pin", "after", "blank"),
}
"""Keys that tell what happened, and of no idea."""
_HEADS = {
    False: ("الفكرة الخاطئة المحتملة", "the idea that is probably wrong"),
    True: ("ما الذي حدث", "what happened"),
}

NO_ANSWER = "No response."
"""What nbgrader writes in a person's place about a cell that is as it was handed out."""

LONGEST_LINE, MOST_LINES = 200, 600
"""So much of the program is shown: a page stays a page, whatever was handed in."""


def feedback_page(sheet: FeedbackData) -> str:
    """The page as HTML."""
    body = "\n".join(
        (
            f'<main class="feedback">{_head(sheet)}',
            _summary(sheet),
            _no_program(sheet),
            *(_item(sheet, entry) for entry in sheet.entries),
            _comments(sheet),
            _program(sheet),
            "</main>",
        )
    )
    return document(f"{sheet.lab} · {sheet.student}", body, ("page.css", "feedback.css"))


def _no_program(sheet: FeedbackData) -> str:
    """Why no board said READY, where there was nothing to start."""
    if sheet.program is not None or all(entry.card.key != "no_ready" for entry in sheet.entries):
        return ""
    magic = f"<code>{LATIN.format(f'%%board {PROGRAM}')}</code>"
    texts = (
        f"<span>لا توجد في الدفتر خلية أول سطر فيها {magic}، فلم يكن على اللوحة برنامج.</span>"
        f'<span class="en" lang="en" dir="ltr">No cell of the notebook has {magic} as its '
        "first line, so the board had no program.</span>"
    )
    return f'<section class="pair">{texts}</section>'


def share(points: float, maximum: float) -> str:
    """`2.5 / 5`, in that order in a right to left line too."""
    return LATIN.format(f"{number(points)} / {number(maximum)}")


def _head(sheet: FeedbackData) -> str:
    name = f"{auto_direction(sheet.name)} · " if sheet.name else ""
    facts = [
        f"<li>{name}{latin(sheet.student)}</li>",
        f"<li>{label('التسليم رقم', 'submission')} <strong>{sheet.number}</strong></li>",
    ]
    if sheet.handed_in:
        facts.append(f"<li>{label('سُلِّم في', 'handed in')} {latin(sheet.handed_in)}</li>")
    return (
        f'<header><p class="lab" dir="ltr">{escape(sheet.lab)}</p><div class="title"><h1>'
        f'{escape(sheet.title.get("ar", ""))}</h1><p class="en" lang="en" dir="ltr">'
        f"{escape(sheet.title.get('en', ''))}</p></div>"
        f'<ul class="facts">{"".join(facts)}</ul></header>{_result(sheet)}'
    )


def _result(sheet: FeedbackData) -> str:
    """The total against mastery, and how it came there from one submission to the next."""
    state = "full" if sheet.mastered else "part"
    part = 100 * sheet.earned / sheet.maximum if sheet.maximum else 0
    need = 100 * sheet.needed / sheet.maximum if sheet.maximum else 0
    return (
        f'<section class="result {state}" aria-labelledby="total"><h2 id="total">'
        f"{label('المجموع', 'total')}</h2>"
        f'<p class="total">{share(sheet.total, sheet.maximum)}</p>'
        f'<div class="bar" aria-hidden="true"><i style="width:{part:.1f}%"></i>'
        f'<b style="inset-inline-start:{need:.1f}%"></b></div>'
        f"{_mastery(sheet)}{_penalty(sheet)}{_history(sheet)}</section>"
    )


def _mastery(sheet: FeedbackData) -> str:
    goal = f'<span class="goal">({share(sheet.needed, sheet.maximum)})</span>'
    if sheet.mastered:
        reached = label("وصلت الدرجة إلى حد الإتقان", "mastery reached")
        return f'<p class="mastery">✓ {reached} {goal}</p>'
    left = LATIN.format(number(sheet.needed - sheet.earned))
    words = label("الباقي حتى حد الإتقان:", "short of mastery by")
    return f'<p class="mastery">{words} <strong>{left}</strong> {goal}</p>'


def _penalty(sheet: FeedbackData) -> str:
    if not sheet.penalty:
        return ""
    words = label("خصم التأخير", "taken off for being late")
    return f'<p class="penalty">{words} {LATIN.format("−" + number(sheet.penalty))}</p>'


def _history(sheet: FeedbackData) -> str:
    if len(sheet.history) < 2:
        return ""
    steps = "".join(
        f'<li><span class="column" aria-hidden="true"><i style="height:'
        f'{100 * points / sheet.maximum if sheet.maximum else 0:.0f}%"></i></span>'
        f"<b>{number(points)}</b><small>{label('تسليم', 'try')} {n}</small></li>"
        for n, points in sheet.history
    )
    words = label("من تسليم إلى تسليم", "from one submission to the next")
    return f'<div class="history"><h3>{words}</h3><ol>{steps}</ol></div>'


def _summary(sheet: FeedbackData) -> str:
    rows = "".join(
        f'<tr class="{entry.state}"><th scope="row"><a href="#item-{_id(entry)}" dir="ltr">'
        f"{escape(entry.card.item)}</a></th><td>{titled(entry.card.title)}</td>"
        f'<td class="state">{_state(entry)}</td>'
        f'<td class="points">{share(entry.points, entry.maximum)}</td></tr>'
        for entry in sheet.entries
    )
    heads = (("البند", "item"), ("موضوعه", "about"), ("النتيجة", "result"), ("الدرجة", "points"))
    head = "".join(f'<th scope="col">{label(*words)}</th>' for words in heads)
    return (
        f'<section aria-label="items"><table class="summary"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _id(entry: FeedbackItem) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in entry.card.item)


def _state(entry: FeedbackItem) -> str:
    sign, arabic, english = _STATES[entry.state]
    return f'<span aria-hidden="true">{sign}</span> {label(arabic, english)}'


def _item(sheet: FeedbackData, entry: FeedbackItem) -> str:
    card = entry.card
    return (
        f'<section class="item {entry.state}" id="item-{_id(entry)}"><header>'
        f'<span class="letter" dir="ltr">{escape(card.item)}</span>'
        f"<h2>{titled(card.title)}</h2>"
        f'<p class="points">{share(entry.points, entry.maximum)} '
        f'<span class="state">{_state(entry)}</span></p></header>'
        f"{''.join(_told(sheet, entry))}</section>"
    )


def _told(sheet: FeedbackData, entry: FeedbackItem) -> Iterator[str]:
    """What stands below an item's head."""
    card = entry.card
    if entry.by_hand:
        yield f'<p class="hand">{label("درجة وضعها المدرب", "points given by a person")}</p>'
    figures = (("القياس", "measured", card.measured), ("المتوقّع", "expected", card.expected))
    rows = "".join(
        f"<div><dt>{label(arabic, english)}</dt><dd><code>{latin(value)}</code></dd></div>"
        for arabic, english, value in figures
        if value
    )
    if rows:
        yield f'<div class="about pair">{bilingual(card.about)}</div>' if card.about else ""
        yield f'<dl class="figures">{rows}</dl>'
    if card.message and any(card.message.values()):
        yield _box("why", label(*_HEADS[card.key in HAPPENED]), card.message)
    if card.key and card.hint and sheet.number >= HINTS_FROM:
        yield _box("hint", label("تلميح", "hint"), card.hint)
    if card.waveform:
        yield _figure(entry)


def _box(kind: str, head: str, texts: Mapping[str, str]) -> str:
    """A text in both languages, side by side where there is room."""
    return f'<div class="{kind}"><h3>{head}</h3><div class="pair">{bilingual(texts)}</div></div>'


def _figure(entry: FeedbackItem) -> str:
    """The waveform; in words what it shows, for who does not see it."""
    card = entry.card
    episode = latin(card.episode)
    arabic, english = f"الشكل الموجي في الجولة {episode}", f"waveform in episode {episode}"
    if card.at_ns is not None:
        at = LATIN.format(f"t = {card.at_ns / 1e9:.4g} s")
        arabic += f"، وموضع الخطأ بالأحمر عند {at}"
        english += f"; the wrong place is red, at {at}"
    return (
        f'<figure><div class="wave" dir="ltr" tabindex="0" role="img" '
        f'aria-label="waveform of item {escape(card.item)}">{card.waveform}</div>'
        f'<figcaption class="pair"><span>{arabic}</span>'
        f'<span class="en" lang="en" dir="ltr">{english}</span></figcaption></figure>'
    )


def _comments(sheet: FeedbackData) -> str:
    """What a person wrote, and that a cell has no answer, which nbgrader notes as a comment."""
    written = [text for text in sheet.comments if text != NO_ANSWER]
    texts = "".join(
        f'<blockquote dir="auto">{"<br>".join(map(escape, lines(text)))}</blockquote>'
        for text in written
    )
    words = label("ملاحظات المدرب", "what the instructor wrote")
    told = f"<h2>{words}</h2>{texts}" if written else ""
    if missing := len(sheet.comments) - len(written):
        told += f"<p>{label('خلايا بلا إجابة:', 'cells without an answer:')} <b>{missing}</b></p>"
    return f'<section class="comments">{told}</section>' if told else ""


def _program(sheet: FeedbackData) -> str:
    if not sheet.program:
        return ""
    found = lines(sheet.program.rstrip())
    shown = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in found]
    # With the magic line the numbers are those of the cell, as the trainee sees them.
    rows = f'<li class="magic">%%board {PROGRAM}</li>'
    rows += "".join(f"<li>{escape(line) or ' '}</li>" for line in shown[:MOST_LINES])
    if len(found) > MOST_LINES:
        rows += "<li>…</li>"
    words = label("البرنامج الذي صُحِّح", "the program that was graded")
    return (
        f'<details class="program"><summary>{words}</summary>'
        f'<ol dir="ltr" translate="no">{rows}</ol></details>'
    )
