"""The feedback page of one submission: what was measured and expected, which misconception is
likely, and where the waveform shows it. Arabic, right to left, with English next to it.

The page goes to the trainee: it has no seed, no path, no traceback of ours, no hidden test.
"""

from collections.abc import Iterator, Mapping
from html import escape

from grader.html_text import LATIN, auto_direction, bilingual, latin, lines
from grader.lab.cells import PROGRAM
from grader.nbgrader.notebook_marks import NO_ANSWER
from grader.reports.feedback_data import HINTS_FROM, FeedbackData, FeedbackItem
from grader.reports.html_page import html_page, label, titled
from grader.score.card import COMPARED, Card, number, own_text_html
from hardware.bench.drawing.time_axis import LONG_NS, SECOND, spelled

_STATES = {
    "full": ("✓", "كاملة", "full"),
    "part": ("◐", "جزئية", "in part"),
    "none": ("✗", "لم تتحقق", "missed"),
    "waits": ("…", "تنتظر المدرب", "waits for a person"),
    "unanswered": ("✗", "بلا إجابة", "no answer"),
}
"""Sign and words of a state: some readers cannot see the colour."""

NO_MISCONCEPTION = {
    *("no_ready", "other_ready", "board_died", "exception", "printed_error", "host_failed"),
    *("crashed", "heap_falls"),
    *("nothing", "unread", "unreached", "form", "other_pin", "after", "blank"),
}
"""Keys that say what happened; they name no misconception."""
_HEADS = {
    False: ("الفكرة الخاطئة المحتملة", "the idea that is probably wrong"),
    True: ("ما الذي حدث", "what happened"),
}

MAX_LINE, MAX_LINES = 200, 600
"""Characters of a line, and lines of the program, that are shown at most."""


def feedback_page(feedback: FeedbackData) -> str:
    """The page as HTML."""
    body = "\n".join(
        (
            f'<main class="feedback">{_head(feedback)}',
            _summary(feedback),
            _no_program(feedback),
            *(_item(feedback, entry) for entry in feedback.entries),
            _comments(feedback),
            _program(feedback),
            "</main>",
        )
    )
    return html_page(f"{feedback.lab} · {feedback.student}", body, ("page.css", "feedback.css"))


def _no_program(feedback: FeedbackData) -> str:
    """An explanation when the notebook has no program: then no board printed READY."""
    if feedback.program is not None or all(
        entry.card.key != "no_ready" for entry in feedback.entries
    ):
        return ""
    magic = f"<code>{LATIN.format(f'%%board {PROGRAM}')}</code>"
    texts = (
        f"<span>لا توجد في الدفتر خلية أول سطر فيها {magic}، فلم يكن على اللوحة برنامج.</span>"
        f'<span class="en" lang="en" dir="ltr">No cell of the notebook has {magic} as its '
        "first line, so the board had no program.</span>"
    )
    return f'<section class="pair">{texts}</section>'


def share(points: float, maximum: float) -> str:
    """`2.5 / 5`, in this order also in a line from right to left."""
    return LATIN.format(f"{number(points)} / {number(maximum)}")


def _head(feedback: FeedbackData) -> str:
    name = f"{auto_direction(feedback.name)} · " if feedback.name else ""
    facts = [
        f"<li>{name}{latin(feedback.student)}</li>",
        f"<li>{label('التسليم رقم', 'submission')} <strong>{feedback.number}</strong></li>",
    ]
    if feedback.counted != feedback.number:
        words = label("تُحسب أفضل درجة، وهي للتسليم رقم", "the best one counts: submission")
        facts.append(f"<li>{words} <strong>{feedback.counted}</strong></li>")
    if feedback.handed_in:
        at = f"{feedback.handed_in.partition('.')[0]} UTC"
        facts.append(f"<li>{label('سُلِّم في', 'handed in')} {latin(at)}</li>")
    return (
        f'<header><p class="lab" dir="ltr">{escape(feedback.lab)}</p><div class="title"><h1>'
        f'{escape(feedback.title.get("ar", ""))}</h1><p class="en" lang="en" dir="ltr">'
        f"{escape(feedback.title.get('en', ''))}</p></div>"
        f'<ul class="facts">{"".join(facts)}</ul></header>{_result(feedback)}'
    )


def _result(feedback: FeedbackData) -> str:
    """The total, the points that mastery needs, and the points of the earlier submissions."""
    state = "full" if feedback.mastered else "waits" if feedback.waiting else "part"
    so_far = label("المجموع حتى الآن", "total so far")
    part = 100 * feedback.earned / feedback.maximum if feedback.maximum else 0
    need = 100 * feedback.needed / feedback.maximum if feedback.maximum else 0
    return (
        f'<section class="result {state}" aria-labelledby="total"><h2 id="total">'
        f"{so_far if feedback.waiting else label('المجموع', 'total')}</h2>"
        f'<p class="total">{share(feedback.total, feedback.maximum)}</p>'
        f'<div class="bar" aria-hidden="true"><i style="width:{part:.1f}%"></i>'
        f'<b style="inset-inline-start:{need:.1f}%"></b></div>'
        f"{_waiting(feedback)}{_mastery(feedback)}{_penalty(feedback)}{_history(feedback)}"
        "</section>"
    )


def _waiting(feedback: FeedbackData) -> str:
    if not feedback.waiting:
        return ""
    words = label("درجات تنتظر تصحيح المدرب:", "points that wait for a person:")
    points = LATIN.format(number(feedback.waiting))
    return f'<p class="mastery">… {words} <strong>{points}</strong></p>'


def _mastery(feedback: FeedbackData) -> str:
    goal = f'<span class="goal">({share(feedback.needed, feedback.maximum)})</span>'
    if feedback.mastered:
        reached = label("وصلت الدرجة إلى حد الإتقان", "mastery reached")
        return f'<p class="mastery">✓ {reached} {goal}</p>'
    if feedback.waiting:
        return ""
    left = LATIN.format(number(feedback.needed - feedback.earned))
    words = label("الباقي حتى حد الإتقان:", "short of mastery by")
    return f'<p class="mastery">{words} <strong>{left}</strong> {goal}</p>'


def _penalty(feedback: FeedbackData) -> str:
    parts = []
    if feedback.lateness:
        words = label("التأخير عن الموعد", "late by")
        parts.append(f"{words} {LATIN.format(feedback.lateness)}")
    if feedback.penalty:
        words = label("خصم التأخير", "taken off for being late")
        parts.append(f"{words} {LATIN.format('−' + number(feedback.penalty))}")
    return "".join(f'<p class="penalty">{part}</p>' for part in parts)


def _history(feedback: FeedbackData) -> str:
    if len(feedback.history) < 2:
        return ""
    steps = "".join(
        f'<li><span class="column" aria-hidden="true"><i style="height:'
        f'{100 * points / feedback.maximum if feedback.maximum else 0:.0f}%"></i></span>'
        f"<b>{number(points)}</b><small>{label('تسليم', 'try')} {n}"
        f"{' ✓' if n == feedback.counted != feedback.number else ''}</small></li>"
        for n, points in feedback.history
    )
    words = label("من تسليم إلى تسليم", "from one submission to the next")
    return f'<div class="history"><h3>{words}</h3><ol>{steps}</ol></div>'


def _summary(feedback: FeedbackData) -> str:
    rows = "".join(
        f'<tr class="{entry.state}"><th scope="row"><a href="#item-{_id(entry)}" dir="ltr">'
        f"{escape(entry.card.item)}</a></th><td>{titled(entry.card.title)}</td>"
        f'<td class="state">{_state(entry)}</td>'
        f'<td class="points">{share(entry.points, entry.maximum)}</td></tr>'
        for entry in feedback.entries
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
    sign, arabic, english = _STATES["unanswered" if entry.unanswered else entry.state]
    return f'<span aria-hidden="true">{sign}</span> {label(arabic, english)}'


def _item(feedback: FeedbackData, entry: FeedbackItem) -> str:
    card = entry.card
    return (
        f'<section class="item {entry.state}" id="item-{_id(entry)}"><header>'
        f'<span class="letter" dir="ltr">{escape(card.item)}</span>'
        f"<h2>{titled(card.title)}</h2>"
        f'<p class="points">{share(entry.points, entry.maximum)} '
        f'<span class="state">{_state(entry)}</span></p></header>'
        f"{''.join(_details(feedback, entry))}</section>"
    )


def _details(feedback: FeedbackData, entry: FeedbackItem) -> Iterator[str]:
    """Everything below the head of an item."""
    card = entry.card
    if entry.by_hand:
        yield f'<p class="hand">{label("درجة وضعها المدرب", "points given by a person")}</p>'
    if entry.unanswered:
        words = (
            "لم يُكتب شيء في هذه الخلية، فدرجتها 0",
            "nothing was written in this cell: 0 points",
        )
        yield f'<p class="hand">{label(*words)}</p>'
    figures = (("القياس", "measured", card.measured), ("المتوقّع", "expected", card.expected))
    rows = "".join(
        f"<div><dt>{label(arabic, english)}</dt><dd><code>{latin(value)}</code></dd></div>"
        for arabic, english, value in figures
        if value
    )
    if rows:
        yield f'<div class="about pair">{bilingual(card.about)}</div>' if card.about else ""
        yield f'<dl class="figures">{rows}</dl>'
    if card.predicted or card.observed:
        yield _comparison(card)
    if card.message and any(card.message.values()):
        yield _box("why", label(*_HEADS[card.key in NO_MISCONCEPTION]), card.message, card.also)
    if card.key and card.hint and feedback.number >= HINTS_FROM:
        yield _box("hint", label("تلميح", "hint"), card.hint)
    if card.waveform:
        yield _figure(entry)


def _comparison(card: Card) -> str:
    """The trainee's prediction, what the run showed of it, and the trainee's reason."""
    texts = {"predicted": own_text_html(card.predicted)}
    if card.observed:
        texts["observed"] = f'<div class="pair">{bilingual(card.observed)}</div>'
    if card.reason is not None:
        texts["reason"] = own_text_html(card.reason)
    rows = (
        f"<div><dt>{label(*COMPARED[name])}</dt><dd>{text}</dd></div>"
        for name, text in texts.items()
    )
    return f'<dl class="compared">{"".join(rows)}</dl>'


def _box(kind: str, head: str, *texts: Mapping[str, str]) -> str:
    """Texts in both languages, side by side where the page is wide enough."""
    pairs = "".join(f'<div class="pair">{bilingual(both)}</div>' for both in texts if both)
    return f'<div class="{kind}"><h3>{head}</h3>{pairs}</div>'


def _figure(entry: FeedbackItem) -> str:
    """The waveform, with a description in words."""
    card = entry.card
    episode = latin(card.episode)
    arabic, english = f"الشكل الموجي في الجولة {episode}", f"waveform in episode {episode}"
    if card.at_ns is not None:
        at = LATIN.format(f"t = {_time(card.at_ns)}")
        arabic += f"، وموضع الخطأ بالأحمر عند {at}"
        english += f"; the wrong place is red, at {at}"
    return (
        f'<figure><div class="wave" dir="ltr" tabindex="0" role="img" '
        f'aria-label="waveform of item {escape(card.item)}">{card.waveform}</div>'
        f'<figcaption class="pair"><span>{arabic}</span>'
        f'<span class="en" lang="en" dir="ltr">{english}</span></figcaption></figure>'
    )


def _time(ns: int) -> str:
    """Four digits of the seconds; a long time to the second."""
    return f"{ns / 1e9:.4g} s" if ns < LONG_NS else spelled(round(ns / SECOND) * SECOND)


def _comments(feedback: FeedbackData) -> str:
    """The comments of a person, and how many cells have no answer (a comment of nbgrader)."""
    written = [text for text in feedback.comments if text != NO_ANSWER]
    texts = "".join(
        f'<blockquote dir="auto">{"<br>".join(map(escape, lines(text)))}</blockquote>'
        for text in written
    )
    words = label("ملاحظات المدرب", "what the instructor wrote")
    parts = f"<h2>{words}</h2>{texts}" if written else ""
    if missing := len(feedback.comments) - len(written):
        parts += f"<p>{label('خلايا بلا إجابة:', 'cells without an answer:')} <b>{missing}</b></p>"
    return f'<section class="comments">{parts}</section>' if parts else ""


def _program(feedback: FeedbackData) -> str:
    if not feedback.program:
        return ""
    found = lines(feedback.program.rstrip())
    shown = [line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in found]
    # The magic line is shown, too: so the line numbers are those of the trainee's cell.
    rows = f'<li class="magic">%%board {PROGRAM}</li>'
    rows += "".join(f"<li>{escape(line) or ' '}</li>" for line in shown[:MAX_LINES])
    if len(found) > MAX_LINES:
        rows += "<li>…</li>"
    words = label("البرنامج الذي صُحِّح", "the program that was graded")
    return (
        f'<details class="program"><summary>{words}</summary>'
        f'<ol dir="ltr" translate="no">{rows}</ol></details>'
    )
