"""nbgrader's HTML templates, changed for Arabic, for sites without internet, and for names that
contain markup: the template of feedback, with our page if there is one, and Formgrader's template
of a submission.

Trust boundary: names come from a class list, and texts from trainees. nbgrader's templates write
names and ids as they are, so that markup in them would run in the instructor's browser.
"""

import re
import shutil
from pathlib import Path

from grader.errors import CourseError
from grader.nbgrader import config
from hardware.i18n import _

STYLE = Path(__file__).parents[1] / "static" / "rtl.css"
OWN = """
.anchor-link { display: none; }
.highlight .err { border: none; color: inherit; }
.input_area pre { unicode-bidi: plaintext; }
.typed { white-space: pre-wrap; }
.text_cell_render > pre, .text_cell_render > pre code {
  white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; }
.text_cell_render th, .text_cell_render td { padding: .2em .8em; border: 1px solid #d0d7de; }
"""
"""No paragraph signs next to headings, no red box around Arabic letters in code, each line in its
own direction, comments and answers as typed, and lines between the columns of tables."""


_CHOICE = (
    '{%- extends "warsha.html.j2" if resources.warsha else "stock.html.j2" -%}\n',
    "{{ resources.warsha }}",
)
"""The template that nbgrader opens, and the one that `grader.reports.feedback_step` fills."""

_MATHJAX = "{{ mathjax() }}"
"""It needs the network."""
_NO_MATHJAX = """<script>
window.MathJax = { Hub: { Startup: { signal: { Interest: call => call("End") } } } };
</script>"""
"""Formgrader's script stops before it knows its keys when there is no MathJax to wait for."""

_IN_SCRIPT = re.compile(r'= "\{\{ (resources\.\w+) \}\}";')
_VALUE = re.compile(r"\{\{-?\s*((?:resources|cell\.metadata\.nbgrader)(?:\.\w+)+)\s*-?\}\}")
"""A value that nbgrader's templates write as it is: into a script, and into HTML."""
_TEXT = '<div class="text_cell_render border-box-sizing rendered_html"'
_TYPED_COMMENT = ('class="comment tabbable">', 'class="comment tabbable" dir="auto">')
"""Answers, and comments while a person types them, have the direction of their first letter."""
_COMMENT = (
    "{{ cell.metadata.nbgrader.comment | markdown2html | strip_files_prefix }}",
    '<div class="typed" dir="auto">{{ cell.metadata.nbgrader.comment | e }}</div>',
)
"""A comment is shown as it was typed, as on our own page."""


def write_templates(folder: Path) -> None:
    """Write the templates into a folder. Raises: CourseError when nbgrader's own templates are not
    as expected."""
    choice, ours = _CHOICE
    name = ("Test cell</a>", "{{ cell.metadata.nbgrader.grade_id }}</a>")
    stock = _styled("feedback", (_MATHJAX, ""), name, _COMMENT)
    macros = _escaped(_stock("formgrade", "formgrade_macros"))
    for place, texts in {
        "feedback": {"index": choice, "warsha": ours, "stock": stock},
        "formgrade": {
            "index": _styled("formgrade", (_MATHJAX, _NO_MATHJAX), _TYPED_COMMENT),
            "formgrade_macros": macros,
        },
    }.items():
        shutil.copytree(config.TEMPLATES / place, folder / place, dirs_exist_ok=True)
        for file, text in texts.items():
            (folder / place / f"{file}.html.j2").write_text(text, encoding="utf-8")


def _styled(template: str, *further: tuple[str, str]) -> str:
    """nbgrader's template with our styles, and with the given replacements.

    A child template does not work: nbgrader's template replaces the whole header block.
    """
    page = _stock(template, "index")
    style = f"<style>\n{STYLE.read_text(encoding='utf-8')}{OWN}</style>\n</head>"
    for stock, ours in (("</head>", style), *further):
        if page.count(stock) != 1:
            cause = _("this nbgrader's {template} template has {text} {count} times")
            raise CourseError(
                cause.format(template=template, text=stock, count=page.count(stock)),
                _("install the nbgrader version that Warsha was tested with"),
            )
        page = page.replace(stock, ours)
    return _escaped(page.replace(_TEXT, f'{_TEXT} dir="auto"'))


def _escaped(template: str) -> str:
    """The template with every value escaped that it would write as it is."""
    return _VALUE.sub(r"{{ \1 | e }}", _IN_SCRIPT.sub(r"= {{ \1 | tojson }};", template))


def _stock(template: str, name: str) -> str:
    return (config.TEMPLATES / template / f"{name}.html.j2").read_text(encoding="utf-8")
