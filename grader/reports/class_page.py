"""The class page of one lab, for the instructor: how the points lie, which ideas were wrong how
often and whose, who needs help, and every item of every trainee.

It is a page of the instructor's own: names stand in it. It is one file, sorted by need, and can be
sorted by any column.
"""

from html import escape
from urllib.parse import quote

from grader.html_text import LATIN, auto_direction, bilingual, latin
from grader.reports.class_register import ClassRegister, MisconceptionCount, TraineeRow
from grader.reports.document import document, label, titled
from grader.reports.feedback import share
from grader.reports.feedback_data import MASTERY, FeedbackItem
from grader.score.card import number

NEEDS = {
    "waiting": ("لم يُصحَّح", "not graded"),
    "missing": ("لم يُسلَّم: بلا درجات", "missing: no points"),
    "absent": ("لم يسلّم", "nothing handed in"),
    "below": ("دون الإتقان", "below mastery"),
    "tries": ("تسليمات كثيرة", "many submissions"),
    "stuck": ("بلا تقدّم", "no progress"),
}
"""Why somebody should look at a trainee's work."""
REMARKS = {
    "no_sandbox": ("صُحِّح خارج البيئة المعزولة", "graded without a sandbox"),
    "timed_out": ("أوقفه الحد الزمني لهذا الجهاز", "ended by this machine's limits of time"),
}
"""What there is to know of how a mark came about."""
BARS = 10
"""The points lie in so many steps from nothing to all."""
SHORT = 12
"""So many names stand beside a misconception; the others can be opened."""


def class_page(register: ClassRegister) -> str:
    """The page as HTML."""
    ideas = register.ideas
    places = {idea.key: place for place, idea in enumerate(ideas, 1)}
    body = "\n".join(
        (
            f'<main class="class">{_head(register)}',
            _figures(register),
            f'<div class="two">{_spread(register)}{_items(register)}</div>',
            _ideas(register, ideas),
            _waiting(register),
            _remarks(register),
            _table(register, places),
            "</main>",
        )
    )
    return document(
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
    """A handful of numbers."""
    graded = register.graded
    middle, average = register.middle
    needy = sum(bool(row.needs) for row in register.rows)
    facts = (
        ("متدربون", "trainees", str(len(register.rows))),
        ("صُحِّح لهم", "graded", str(len(graded))),
        ("بلغوا الإتقان", "mastered", str(sum(sheet.mastered for sheet in graded))),
        ("يحتاجون إلى متابعة", "need a look", str(needy)),
        ("الوسيط", "median", share(middle, register.maximum)),
        ("المتوسط", "mean", share(round(average, 2), register.maximum)),
    )
    boxes = "".join(
        f"<div><dt>{label(arabic, english)}</dt><dd>{value}</dd></div>"
        for arabic, english, value in facts
    )
    return f'<section aria-label="figures"><dl class="numbers">{boxes}</dl></section>'


def _spread(register: ClassRegister) -> str:
    """How many trainees have how many points."""
    counts = [0] * BARS
    for sheet in register.graded:
        part = sheet.total / register.maximum if register.maximum else 0.0
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
    """The mean of each item: what the class as a whole has not understood."""
    rows = []
    for item, (title, most) in register.items.items():
        found = [e.points for s in register.graded for e in s.entries if e.card.item == item]
        average = sum(found) / len(found) if found else 0.0
        part = average / most if most else 0.0
        full = sum(points >= most for points in found)
        rows.append(
            f'<tr><th scope="row" dir="ltr">{escape(item)}</th><td>{titled(title)}</td>'
            f"<td>{share(round(average, 2), most)}</td>"
            f'<td class="meter"><i class="{_shade(part)}" style="width:{100 * part:.0f}%"></i>'
            f"</td><td>{full}</td></tr>"
        )
    heads = (("البند", "item"), ("موضوعه", "about"), ("المتوسط", "mean"), ("", ""),
             ("نالوا الدرجة كاملة", "full"))  # fmt: skip
    return (
        f'<section class="items"><h2>{label("البنود", "items")}</h2><table><thead><tr>'
        f"{_heads(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"
    )


def _heads(words: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        f'<th scope="col">{label(*pair)}</th>' if pair[0] else "<td></td>" for pair in words
    )


def _ideas(register: ClassRegister, ideas: list[MisconceptionCount]) -> str:
    """The misconceptions: how many have each, what it says, and who."""
    head = f"<h2>{label('الأفكار الخاطئة', 'misconceptions')}</h2>"
    if not ideas:
        return f'<section class="ideas">{head}<p>{label("لا شيء", "none")}</p></section>'
    rows = "".join(_idea(register, place, idea) for place, idea in enumerate(ideas, 1))
    heads = (("رقم", "no."), ("عدد", "count"), ("الفكرة", "idea"), ("البنود", "items"),
             ("المتدربون", "who"))  # fmt: skip
    return (
        f'<section class="ideas">{head}<div class="scroll" tabindex="0"><table><thead><tr>'
        f"{_heads(heads)}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _idea(register: ClassRegister, place: int, idea: MisconceptionCount) -> str:
    part = 100 * len(idea.rows) / max(1, len(register.graded))
    items = LATIN.format(escape(" ".join(idea.items)))
    return (
        f'<tr id="idea-{place}"><th scope="row">{place}</th><td class="count">'
        f"<b>{len(idea.rows)}</b> <small>{part:.0f} %</small>"
        f'<span class="meter"><i class="h1" style="width:{part:.0f}%"></i></span></td>'
        f"<td>{bilingual(idea.texts)}<code>{latin(idea.key)}</code></td><td>{items}</td>"
        f"<td>{_names(idea.rows)}</td></tr>"
    )


def _names(rows: tuple[TraineeRow, ...]) -> str:
    names = [_person(row) for row in rows]
    shown, others = names[:SHORT], names[SHORT:]
    text = "، ".join(shown)
    if others:
        words = label(f"و{len(others)} غيرهم", f"and {len(others)} more")
        text += f"<details><summary>{words}</summary>{'، '.join(others)}</details>"
    return text


def _person(row: TraineeRow) -> str:
    """Name, or id; the other one is what appears when it is pointed at."""
    words = auto_direction(row.name) if row.name else latin(row.student)
    return f'<a href="#who-{quote(row.student)}">{words}</a>'


def _waiting(register: ClassRegister) -> str:
    """What was handed in and is not graded, with the reason."""
    rows = "".join(
        f"<li>{_person(row)} {latin(row.student)}: {auto_direction(row.waits)}</li>"
        for row in register.rows
        if row.waits
    )
    if not rows:
        return ""
    words = label("سُلِّم ولم يُصحَّح", "handed in, not graded")
    return f'<section class="waiting none"><h2>{words}</h2><ul>{rows}</ul></section>'


def _remarks(register: ClassRegister) -> str:
    """Whose marks came about in a way that an instructor should know."""
    lines = []
    for name, words in REMARKS.items():
        rows = tuple(row for row in register.rows if row.sheet and name in row.sheet.remarks)
        if rows:
            lines.append(f"<li>{label(*words)} ({len(rows)}): {_names(rows)}</li>")
    if not lines:
        return ""
    head = label("كيف صُحِّح", "how it was graded")
    return f'<section class="waiting part"><h2>{head}</h2><ul>{"".join(lines)}</ul></section>'


def _table(register: ClassRegister, places: dict[str, int]) -> str:
    """The heat map: who needs help first."""
    columns = [
        ("المتدرب", "trainee"), *((item, "") for item in register.items), ("المجموع", "total"),
        ("خصم التأخير", "late"), ("تسليمات", "tries"), ("السبب", "why to look"),
    ]  # fmt: skip
    heads = "".join(
        # No button element: Chromium leaves it out where a header is printed again.
        f'<th scope="col" aria-sort="none"><span class="sort" role="button" tabindex="0">'
        f"{label(escape(arabic), english) if english else LATIN.format(escape(arabic))}"
        f"{_out_of(register, arabic)}</span></th>"
        for arabic, english in columns
    )
    rows = "".join(_row(register, row, places) for row in register.by_need)
    words = label(
        "كل متدرب وكل بند، والأحوج إلى المساعدة أولًا",
        "every trainee and item, who needs help first",
    )
    note = label(
        "الرقم الصغير رقم الفكرة الخاطئة أعلاه",
        "the small number is that of the misconception above",
    )
    return (
        f'<section class="heat"><h2>{words}</h2><p class="note">{note}</p>'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _out_of(register: ClassRegister, item: str) -> str:
    if item not in register.items:
        return ""
    return f"<small>{LATIN.format('/ ' + number(register.items[item][1]))}</small>"


def _row(register: ClassRegister, row: TraineeRow, places: dict[str, int]) -> str:
    sheet = row.sheet
    by_item = {entry.card.item: entry for entry in sheet.entries} if sheet else {}
    cells = "".join(_cell(by_item.get(item), places) for item in register.items)
    if sheet:
        state = "full" if sheet.mastered else "part"
        late = number(sheet.penalty) if sheet.penalty else ""
        rest = (
            f'<td class="total {state}" data-sort="{sheet.total}">{number(sheet.total)}</td>'
            f'<td data-sort="{sheet.penalty}">{LATIN.format("−" + late) if late else ""}</td>'
            f'<td data-sort="{sheet.number}">{_steps(sheet.history)}</td>'
        )
    else:
        rest = '<td data-sort="-1">–</td><td></td><td data-sort="0"></td>'
    told = [NEEDS[need] for need in row.needs]
    told += [REMARKS[name] for name in sheet.remarks] if sheet else []
    needs = "".join(f"<li>{label(*words)}</li>" for words in told)
    return (
        f'<tr id="who-{quote(row.student)}"><th scope="row" data-sort="{escape(row.student)}">'
        f'{_who(row)}</th>{cells}{rest}<td data-sort="{len(row.needs)}"><ul>{needs}</ul></td></tr>'
    )


def _who(row: TraineeRow) -> str:
    name = auto_direction(row.name) if row.name else ""
    words = f"{name} <small>{latin(row.student)}</small>" if name else latin(row.student)
    return f'<a href="{escape(quote(row.page))}">{words}</a>' if row.page else words


def _cell(entry: FeedbackItem | None, places: dict[str, int]) -> str:
    """Points, their colour, and the misconception's number."""
    if entry is None:
        return '<td class="hn" data-sort="-1">–</td>'
    part = entry.points / entry.maximum if entry.maximum else 1.0
    place = places.get(entry.card.key)
    about = f'<a class="idea" href="#idea-{place}">{place}</a>' if place else ""
    points = "…" if entry.waits else number(entry.points)
    return f'<td class="{_shade(part)}" data-sort="{entry.points}">{points}{about}</td>'


def _shade(part: float) -> str:
    """`h0` (nothing) to `h4` (all)."""
    return "h4" if part >= 1 else f"h{min(3, 1 + int(part * 3))}" if part > 0 else "h0"


def _steps(history: tuple[tuple[int, float], ...]) -> str:
    """How many, and the points from one to the next."""
    if not history:
        return ""
    count = f"<b>{history[-1][0]}</b>"
    if len(history) < 2:
        return count
    return f"{count} <small>{LATIN.format(' → '.join(number(p) for _, p in history[-4:]))}</small>"
