"""The class page of one lab, for the instructor: the distribution of the points, how often each
misconception occurs and with whom, who needs help, and every item of every trainee.

It contains names, so it is for the instructor alone. It is one file; the table is sorted by need,
and can be sorted by any column.
"""

from collections import Counter
from html import escape
from urllib.parse import quote

from grader.html_text import LATIN, auto_direction, bilingual, latin, message
from grader.reports.class_register import ClassRegister, MisconceptionCount, TraineeRow
from grader.reports.feedback_data import MASTERY, FeedbackData, FeedbackItem
from grader.reports.feedback_page import share
from grader.reports.html_page import html_page, label, titled
from grader.score.card import number

NEEDS = {
    "ungraded": ("لم يُصحَّح", "not graded"),
    "waiting": ("نص ينتظر تصحيح المدرب", "a text waits for a person"),
    "second_look": (
        "درجات المدرب أقدم من آخر تصحيح",
        "a person's points, older than the last grading",
    ),
    "late": ("متأخر: خُصمت درجات", "late: points were taken off"),
    "missing": ("لم يُسلَّم: بلا درجات", "missing: no points"),
    "absent": ("لم يسلّم", "nothing handed in"),
    "below": ("دون الإتقان", "below mastery"),
    "tries": ("تسليمات كثيرة", "many submissions"),
    "stuck": ("بلا تقدّم", "no progress"),
}
"""Why the instructor should look at a trainee's work."""
REMARKS = {
    "no_sandbox": ("صُحِّح خارج البيئة المعزولة", "graded without a sandbox"),
    "timed_out": ("أوقفه الحد الزمني لهذا الجهاز", "ended by this machine's limits of time"),
}
"""What the instructor should know about how a mark was made."""
BARS = 10
"""The number of bars in the distribution of the points."""
SHOWN_NAMES = 12
"""The number of names that are shown for a misconception; the others can be opened."""
MANY_ITEMS = 8
"""A table with more of them may be wider than a window, and scrolls by itself."""
NONE = "–"
"""In place of a mean of nobody."""


def class_page(register: ClassRegister) -> str:
    """The page as HTML."""
    misconceptions = register.misconceptions
    ranks = {one.key: rank for rank, one in enumerate(misconceptions, 1)}
    body = "\n".join(
        (
            f'<main class="class">{_head(register)}',
            _figures(register),
            f'<div class="two">{_spread(register)}{_items(register)}</div>',
            _misconceptions(register, misconceptions),
            _waiting(register),
            _remarks(register),
            _table(register, ranks),
            "</main>",
        )
    )
    return html_page(
        f"{register.lab} · {register.slug}", body, ("page.css", "class.css"), "class.js"
    )


def _head(register: ClassRegister) -> str:
    return (
        f'<header><p class="lab" dir="ltr">{escape(register.lab)}</p><div class="title"><h1>'
        f"{escape(register.title.get('ar', ''))}</h1>"
        f'<p class="en" lang="en" dir="ltr">{escape(register.title.get("en", ""))}</p></div>'
        f'<p class="course">{titled(register.course)}</p></header>'
    )


def _figures(register: ClassRegister) -> str:
    """The numbers at the top."""
    graded = register.graded
    means = register.median_and_mean or (None, None)
    middle, average = (NONE if n is None else share(round(n, 2), register.maximum) for n in means)
    needy = sum(bool(row.needs) for row in register.rows)
    mastered = ("بلغوا الإتقان", "mastered")
    if any(feedback.penalty for feedback in graded):
        mastered = ("بلغوا الإتقان قبل خصم التأخير", "mastered, before late penalties")
    facts = [
        ("متدربون", "trainees", str(len(register.rows))),
        ("صُحِّح لهم", "graded", str(len(graded))),
        (*mastered, str(sum(feedback.mastered for feedback in graded))),
        ("يحتاجون إلى متابعة", "need a look", str(needy)),
        ("الوسيط", "median", middle),
        ("المتوسط", "mean", average),
    ]
    if register.waiting:
        facts.append(("ينتظرون تصحيح المدرب", "wait for a person", str(register.waiting)))
    boxes = "".join(
        f"<div><dt>{label(arabic, english)}</dt><dd>{value}</dd></div>"
        for arabic, english, value in facts
    )
    return f'<section aria-label="figures"><dl class="numbers">{boxes}</dl></section>'


def _spread(register: ClassRegister) -> str:
    """The distribution of the points."""
    counts = [0] * BARS
    for feedback in register.graded:
        part = feedback.total / register.maximum if register.maximum else 0.0
        counts[min(BARS - 1, int(part * BARS))] += 1
    most = max(*counts, 1)
    step = register.maximum / BARS
    bars = "".join(
        f'<li class="{"full" if place >= MASTERY * BARS else "part"}"><b>{count or ""}</b>'
        f'<i style="height:{100 * count / most:.0f}%"></i>'
        f"<small>{number(place * step)}–{number((place + 1) * step)}</small></li>"
        for place, count in enumerate(counts)
    )
    words = label("توزيع الدرجات", "distribution of the points")
    note = label("الأخضر: بلغوا الإتقان", "green: mastery")
    return (
        f'<section class="spread"><h2>{words}</h2><ol dir="ltr">{bars}</ol><p>{note}</p></section>'
    )


def _items(register: ClassRegister) -> str:
    """The mean of each item: it shows what the class as a whole has not understood."""
    rows = []
    for item, (title, most) in register.items.items():
        found = register.points_of(item)
        average = sum(found) / len(found) if found else 0.0
        part = average / most if most else 0.0
        full = sum(points >= most for points in found)
        rows.append(
            f'<tr><th scope="row" dir="ltr">{escape(item)}</th><td>{titled(title)}</td>'
            f"<td>{share(round(average, 2), most) if found else NONE}</td>"
            f'<td class="meter"><i class="{shade(part)}" style="width:{100 * part:.0f}%"></i>'
            f"</td><td>{full if found else NONE}</td></tr>"
        )
    heads = (
        ("البند", "item"),
        ("موضوعه", "about"),
        ("المتوسط", "mean"),
        ("", ""),
        ("نالوا الدرجة كاملة", "full"),
    )
    return (
        f'<section class="items"><h2>{label("البنود", "items")}</h2><table><thead><tr>'
        f"{_heads(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def _heads(words: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        f'<th scope="col">{label(*pair)}</th>' if pair[0] else "<td></td>" for pair in words
    )


def _misconceptions(register: ClassRegister, found: list[MisconceptionCount]) -> str:
    """The misconceptions: how many trainees have each, its text, and their names."""
    head = f"<h2>{label('الأفكار الخاطئة', 'misconceptions')}</h2>"
    if not found:
        return f'<section class="ideas">{head}<p>{label("لا شيء", "none")}</p></section>'
    rows = "".join(_misconception(register, rank, one) for rank, one in enumerate(found, 1))
    heads = (
        ("رقم", "no."),
        ("عدد", "count"),
        ("الفكرة", "idea"),
        ("البنود", "items"),
        ("المتدربون", "who"),
    )
    return (
        f'<section class="ideas">{head}<div class="scroll" tabindex="0"><table><thead><tr>'
        f"{_heads(heads)}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _misconception(register: ClassRegister, rank: int, one: MisconceptionCount) -> str:
    part = 100 * len(one.rows) / (len(register.graded) + register.waiting)
    items = LATIN.format(escape(" ".join(one.items)))
    return (
        f'<tr id="idea-{rank}"><th scope="row">{rank}</th><td class="count">'
        f"<b>{len(one.rows)}</b> <small>{part:.0f} %</small>"
        f'<span class="meter"><i class="h1" style="width:{part:.0f}%"></i></span></td>'
        f"<td>{bilingual(one.texts)}<code>{latin(one.key)}</code></td><td>{items}</td>"
        f"<td>{_names(register, one.rows)}</td></tr>"
    )


def _names(register: ClassRegister, rows: tuple[TraineeRow, ...]) -> str:
    """Links to trainees; those whose name another trainee has, too, with their id."""
    count = Counter(row.name for row in register.rows)
    names = [
        _person(row) + (f" {latin(row.student)}" if row.name and count[row.name] > 1 else "")
        for row in rows
    ]
    shown, others = names[:SHOWN_NAMES], names[SHOWN_NAMES:]
    text = "، ".join(shown)
    if others:
        words = label(f"و{len(others)} غيرهم", f"and {len(others)} more")
        text += f"<details><summary>{words}</summary>{'، '.join(others)}</details>"
    return text


def _person(row: TraineeRow) -> str:
    """The name, or the id when there is no name, as a link to the trainee's row."""
    words = auto_direction(row.name) if row.name else latin(row.student)
    return f'<a href="#who-{quote(row.student)}">{words}</a>'


def _waiting(register: ClassRegister) -> str:
    """What was handed in and is not graded, with the reason."""
    rows = "".join(
        f"<li>{_person(row)} {latin(row.student)}: {_in_both(row.not_graded)}</li>"
        for row in register.rows
        if row.not_graded
    )
    if not rows:
        return ""
    words = label("سُلِّم ولم يُصحَّح", "handed in, not graded")
    return f'<section class="waiting none"><h2>{words}</h2><ul>{rows}</ul></section>'


def _in_both(text: str) -> str:
    """A message that may quote untrusted text, in both languages as far as it has them."""
    texts = {"ar": getattr(text, "arabic", ""), "en": getattr(text, "english", text)}
    return bilingual({language: message(words) for language, words in texts.items()})


def _remarks(register: ClassRegister) -> str:
    """The trainees whose marks have a remark."""
    lines = []
    for name, words in REMARKS.items():
        rows = tuple(row for row in register.rows if row.feedback and name in row.feedback.remarks)
        if rows:
            lines.append(f"<li>{label(*words)} ({len(rows)}): {_names(register, rows)}</li>")
    if not lines:
        return ""
    head = label("كيف صُحِّح", "how it was graded")
    return f'<section class="waiting part"><h2>{head}</h2><ul>{"".join(lines)}</ul></section>'


def _table(register: ClassRegister, ranks: dict[str, int]) -> str:
    """The heat map: a row for each trainee; the trainee who needs help most comes first."""
    columns = [
        ("المتدرب", "trainee"),
        *((item, "") for item in register.items),
        ("المجموع", "total"),
        ("التأخير", "late"),
        ("تسليمات", "tries"),
        ("السبب", "why to look"),
    ]
    heads = "".join(
        # No button element: Chromium does not repeat it in the table head of each printed page.
        f'<th scope="col" aria-sort="none"><span class="sort" role="button" tabindex="0">'
        f"{label(escape(arabic), english) if english else LATIN.format(escape(arabic))}"
        f"{_out_of(register, arabic)}</span></th>"
        for arabic, english in columns
    )
    rows = "".join(_row(register, row, ranks) for row in register.by_need)
    kind = "heat many" if len(register.items) > MANY_ITEMS else "heat"
    words = label(
        "كل متدرب وكل بند، والأحوج إلى المساعدة أولًا",
        "every trainee and item, who needs help first",
    )
    note = label(
        "الرقم الصغير رقم الفكرة الخاطئة أعلاه",
        "the small number is that of the misconception above",
    )
    return (
        f'<section class="{kind}"><h2>{words}</h2><p class="note">{note}</p>'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _out_of(register: ClassRegister, item: str) -> str:
    if item not in register.items:
        return ""
    return f"<small>{LATIN.format('/ ' + number(register.items[item][1]))}</small>"


def _row(register: ClassRegister, row: TraineeRow, ranks: dict[str, int]) -> str:
    feedback = row.feedback
    by_item = {entry.card.item: entry for entry in feedback.entries} if feedback else {}
    cells = "".join(_cell(by_item.get(item), ranks) for item in register.items)
    if feedback:
        is_full = feedback.total >= feedback.needed
        state = "waits" if feedback.waiting else "full" if is_full else "part"
        total = number(feedback.total) + (" + …" if feedback.waiting else "")
        rest = (
            f'<td class="total {state}" data-sort="{feedback.total}">{LATIN.format(total)}</td>'
            f'<td data-sort="{feedback.seconds_late}">{_late(feedback)}</td>'
            f'<td data-sort="{feedback.number}">{_steps(feedback.history)}</td>'
        )
    else:
        rest = '<td data-sort="-1">–</td><td></td><td data-sort="0"></td>'
    reasons = [NEEDS[need] for need in row.needs]
    reasons += [REMARKS[name] for name in feedback.remarks] if feedback else []
    needs = "".join(f"<li>{label(*words)}</li>" for words in reasons)
    return (
        f'<tr id="who-{quote(row.student)}"><th scope="row" data-sort="{escape(row.student)}">'
        f'{_who(row)}</th>{cells}{rest}<td data-sort="{len(row.needs)}"><ul>{needs}</ul></td></tr>'
    )


def _late(feedback: FeedbackData) -> str:
    """How late it was, and what that costs."""
    cost = f" (−{number(feedback.penalty)})" if feedback.penalty else ""
    return LATIN.format(feedback.lateness + cost) if feedback.lateness or cost else ""


def _who(row: TraineeRow) -> str:
    name = auto_direction(row.name) if row.name else ""
    words = f"{name} <small>{latin(row.student)}</small>" if name else latin(row.student)
    return f'<a href="{escape(quote(row.page))}">{words}</a>' if row.page else words


def _cell(entry: FeedbackItem | None, ranks: dict[str, int]) -> str:
    """The points with their colour, and the number of the misconception."""
    if entry is None:
        return '<td class="hn" data-sort="-1">–</td>'
    part = entry.points / entry.maximum if entry.maximum else 1.0
    rank = ranks.get(entry.card.key)
    about = f'<a class="idea" href="#idea-{rank}">{rank}</a>' if rank else ""
    points = "…" if entry.waits else number(entry.points)
    return f'<td class="{shade(part)}" data-sort="{entry.points}">{points}{about}</td>'


def shade(part: float) -> str:
    """`h0` (nothing) to `h4` (all)."""
    return "h4" if part >= 1 else f"h{min(3, 1 + int(part * 3))}" if part > 0 else "h0"


def _steps(history: tuple[tuple[int, float], ...]) -> str:
    """The number of submissions, and the points of the last ones."""
    if not history:
        return ""
    count = f"<b>{history[-1][0]}</b>"
    if len(history) < 2:
        return count
    return f"{count} <small>{LATIN.format(' → '.join(number(p) for _, p in history[-4:]))}</small>"
