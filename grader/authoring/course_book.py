"""The instructor's book of a course, and a handout of each module for trainees: HTML pages for
paper, and PDF files where Chromium is installed.

All of it comes from the labs: titles, goals, items, lessons, the messages of the mutants, the
references. So it is never older than they are.
"""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode

from grader.authoring.lab_check import GENERIC
from grader.lab import cells
from grader.lab.course import Course, CourseModule
from grader.lab.lab import PREDICT, Lab, find
from grader.notebook.lesson import source_notebook
from grader.notebook.parsons import ANSWER
from grader.notebook.practice import handed_out_question
from grader.reports.html_page import html_page
from grader.score.misconceptions import shared

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""Programs that print a page as PDF, the first that is there."""
PRINT_S = 120
STYLES = ("page.css", "book.css")
_PLACE = re.compile(r"`?\{\w+\}`?")
"""Where a message has a value of the submission."""
_HINT = re.compile(r"<details><summary>[^:<]*: (.*?)</summary>\n(.*?)\n</details>\n*", re.DOTALL)
"""A hint of a lesson: what its title says after `First:`, and its text."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "book": {"ar": "دليل المدرب", "en": "The instructor's book"},
    "handout": {"ar": "كتيّب المتدرب", "en": "Trainee's handout"},
    "minutes": {"ar": "الزمن: {minutes} دقيقة", "en": "{minutes} minutes"},
    "goal": {"ar": "الهدف", "en": "Goal"},
    "ask": {"ar": "اسأل قبل البدء", "en": "Ask before the work"},
    "items": {"ar": "البنود ودرجاتها", "en": "Items and their points"},
    "mistakes": {"ar": "الأخطاء المعتادة ورسائلها", "en": "Typical mistakes and their messages"},
    "answers": {"ar": "الحلول", "en": "Answers"},
    "warm_up": {"ar": "التسخين", "en": "The warm-up"},
    "hints": {"ar": "التلميحات", "en": "Hints"},
    "hint": {"ar": "التلميح {number}: {title}", "en": "Hint {number}: {title}"},
    "hints_at_end": {
        "ar": "تلميحات هذا المعمل في آخر الكتيّب.",
        "en": "The hints of this lab are at the end of the handout.",
    },
    "secret": {
        "ar": "فيه الحلول: لا يُسلَّم إلى المتدربين.",
        "en": "It has the answers: it is not for trainees.",
    },
    "total": {"ar": "زمن المعامل كلها: {hours} ساعة", "en": "All labs: {hours} hours"},
}


def write_book(course: Course, folder: Path, language: str) -> list[Path]:
    """Writes the book and the handouts into a folder. Returns: the files, PDF beside HTML where a
    browser is there. Raises: CourseError, LabError for a lab that cannot be read."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = course.modules or (CourseModule(course.title, course.labs),)
    pages = {"instructor": _book(course, modules, language)}
    for number, module in enumerate(modules, 1):
        pages[f"module_{number}"] = _handout(module, number, language)
    written = []
    for name, (title, body) in pages.items():
        file = folder / f"{name}.{language}.html"
        page = html_page(title, f"<main>{body}</main>", STYLES, language=language, pictures=True)
        file.write_text(page, encoding="utf-8")
        written += [file, *_printed(file)]
    return written


def browser() -> str | None:
    """The program that prints pages; None: there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _printed(file: Path) -> Iterator[Path]:
    if (program := browser()) is None:
        return
    pdf = file.with_suffix(".pdf")
    pdf.unlink(missing_ok=True)  # one of an earlier run is not told as new
    with TemporaryDirectory(prefix="warsha-print-") as profile:
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += [f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={pdf}", file.resolve().as_uri()]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=PRINT_S, check=False)
    if pdf.is_file():
        yield pdf


def _word(name: str, language: str, **values: object) -> str:
    return WORDS[name][language].format(**values)


def _book(course: Course, modules: Sequence[CourseModule], language: str) -> tuple[str, str]:
    minutes = sum(find(slug).minutes for slug in course.labs)
    title = f"{_word('book', language)} · {course.title[language]}"
    parts = [
        f"<h1>{escape(_word('book', language))}</h1>",
        f"<p>{escape(course.title[language])}</p>",
        f'<p class="secret">{escape(_word("secret", language))}</p>',
        f"<p>{escape(_word('total', language, hours=round(minutes / 60, 1)))}</p>",
    ]
    for number, module in enumerate(modules, 1):
        parts.append(f'<h1 class="module">{number} · {escape(module.title[language])}</h1>')
        parts.append(_contents(module, language))
    for module in modules:
        parts += [_lab_of_book(find(slug), language) for slug in module.labs]
    return title, "\n".join(parts)


def _lab_of_book(lab: Lab, language: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(item)}</td><td>{lab.points(item):g}</td>"
        f"<td>{escape(texts[language])}</td></tr>"
        for item, texts in lab.items.items()
    )
    mistakes = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_inline(text)}</td></tr>"
        for name, text in _mistakes(lab, language).items()
    )
    goal = ""
    if lab.goal:
        goal = f"<h3>{escape(_word('goal', language))}</h3><p>{escape(lab.goal[language])}</p>"
    return f"""\
<section class="lab">
<h2><bdi>{escape(lab.id)}</bdi> · {escape(lab.title[language])}</h2>
<p>{escape(_word("minutes", language, minutes=lab.minutes))}</p>
{goal}
{_asked(lab, language)}
<h3>{escape(_word("items", language))}</h3>
<table>{rows}</table>
<h3>{escape(_word("mistakes", language))}</h3>
<table class="mistakes">{mistakes}</table>
<h3>{escape(_word("answers", language))}</h3>
{_answers(lab, language)}
</section>"""


def _asked(lab: Lab, language: str) -> str:
    """The "predict" question; "" in a lab without one."""
    if PREDICT not in lab.items:
        return ""
    question = _markdown(_question(lab, language))
    return f'<h3>{escape(_word("ask", language))}</h3>\n<div dir="auto">{question}</div>'


def _question(lab: Lab, language: str) -> str:
    """The text before the "predict" cell, in one language."""
    notebook = source_notebook(lab.folder, lab.maxima)
    at = next(n for n, cell in enumerate(notebook.cells) if cells.answer_of(cell.source))
    before = [cell for cell in notebook.cells[:at] if _is_in(cell, language)]
    text = before[-1].source if before else handed_out_question(lab.folder, "predict")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def _mistakes(lab: Lab, language: str) -> dict[str, str]:
    """The mutants of a lab, each with the message of the first item that it loses."""
    tables = tomllib.loads((lab.folder / "expected.toml").read_text(encoding="utf-8"))
    texts = {**shared(), **lab.misconceptions}
    found: dict[str, str] = {}
    for name, table in tables.items():
        keys = [row[1] for row in table.values() if isinstance(row, list)]
        key = next((key for key in keys if key in texts and key != "after"), "")
        if key and name not in GENERIC:
            found[name] = _PLACE.sub("…", texts[key][language])
    return found


def _answers(lab: Lab, language: str) -> str:
    names = {
        ANSWER: _word("warm_up", language),
        "reference.py": "main.py",
        cells.HOST_REFERENCE: "%%host",
        cells.SCENARIO_REFERENCE: "%%scenario",
    }
    return "".join(
        f"<h4><bdi>{escape(title)}</bdi></h4><pre>{escape(file.read_text(encoding='utf-8').strip())}</pre>"
        for name, title in names.items()
        if (file := lab.folder / name).is_file()
    )


def _handout(module: CourseModule, number: int, language: str) -> tuple[str, str]:
    title = f"{_word('handout', language)} {number} · {module.title[language]}"
    labs = [find(slug) for slug in module.labs]
    head = f"<h1>{escape(title)}</h1>{_contents(module, language)}"
    lessons = [_lesson(lab, language) for lab in labs]
    return title, head + "\n".join([*lessons, *(_hints(lab, language) for lab in labs)])


def _contents(module: CourseModule, language: str) -> str:
    """The labs of a module in a table: id, title and goal, minutes."""
    rows = []
    for lab in map(find, module.labs):
        goal = f"<br>{escape(lab.goal[language])}" if lab.goal else ""
        minutes = escape(_word("minutes", language, minutes=lab.minutes))
        name = f"<td><strong>{escape(lab.title[language])}</strong>{goal}</td>"
        rows.append(f"<tr><td><bdi>{escape(lab.id)}</bdi></td>{name}<td>{minutes}</td></tr>")
    return f'<table class="contents">{"".join(rows)}</table>'


def _lesson(lab: Lab, language: str) -> str:
    """The texts of a lesson in one language, with the code that is given, without its hints."""
    parts = []
    for cell in source_notebook(lab.folder, lab.maxima).cells:
        if cell.cell_type == "markdown" and _is_in(cell, language):
            text, hints = _HINT.subn("", _with_pictures(cell))
            parts.append(_markdown(text))
            if hints:
                parts.append(f"<p>{escape(_word('hints_at_end', language))}</p>")
        elif cell.cell_type == "code" and not cells.item_of(cell.source):
            parts.append(f"<pre>{escape(cells.released_text(cell.source).strip())}</pre>")
    return f'<section class="lab">{"".join(parts)}</section>'


def _hints(lab: Lab, language: str) -> str:
    """The hints of a lesson, for a page of their own: on paper nothing opens, and who has the task
    before the eyes is not to read them at once. "" in a lab without hints."""
    texts = (
        cell.source
        for cell in source_notebook(lab.folder, lab.maxima).cells
        if _is_in(cell, language)
    )
    hints = [hint for text in texts for hint in _HINT.findall(text)]
    if not hints:
        return ""
    parts = [f"<h2><bdi>{escape(lab.id)}</bdi> · {escape(_word('hints', language))}</h2>"]
    for number, (title, text) in enumerate(hints, 1):
        head = f"<h3>{_word('hint', language, number=number, title=title)}</h3>"
        parts.append(f'<div class="hint">{head}{_markdown(text)}</div>')
    return f'<section class="lab">{"".join(parts)}</section>'


def _is_in(cell: NotebookNode, language: str) -> bool:
    """Whether a text cell is in this language."""
    other = "en" if language == "ar" else "ar"
    return cell.cell_type == "markdown" and f'lang="{other}"' not in cell.source


def _with_pictures(cell: NotebookNode) -> str:
    text = str(cell.source)
    for name, data in cell.get("attachments", {}).items():
        ((mime, content),) = data.items()
        text = text.replace(f"attachment:{name}", f"data:{mime};base64,{content}")
    return text


def _markdown(text: str) -> str:
    return str(markdown2html_mistune(text))


def _inline(text: str) -> str:
    """A message: its words in backticks are code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
