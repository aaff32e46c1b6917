"""nbgrader's templates, made fit for Arabic and for sites without internet: that of feedback, with
our page where there is one, and that of a submission in Formgrader."""

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
.text_cell_render th, .text_cell_render td { padding: .2em .8em; border: 1px solid #d0d7de; }
"""
"""No paragraph signs beside headings, no red box around an Arabic letter in code, each line in its
own direction, and tables whose columns can be told apart."""


_CHOICE = (
    '{%- extends "warsha.html.j2" if resources.warsha else "stock.html.j2" -%}\n',
    "{{ resources.warsha }}",
)
"""What nbgrader opens, and the template that `grader.reports.feedback_step` fills."""


def write_templates(folder: Path) -> None:
    """Write them into a folder of templates. Raises: CourseError for an nbgrader of which they
    cannot be made."""
    choice, ours = _CHOICE
    name = ("Test cell</a>", "{{ cell.metadata.nbgrader.grade_id }}</a>")
    feedback = {"index": choice, "warsha": ours, "stock": _styled("feedback", name)}
    for place, texts in {
        "feedback": feedback,
        "formgrade": {"index": _styled("formgrade")},
    }.items():
        shutil.copytree(config.TEMPLATES / place, folder / place, dirs_exist_ok=True)
        for file, text in texts.items():
            (folder / place / f"{file}.html.j2").write_text(text, encoding="utf-8")


def _styled(template: str, *further: tuple[str, str]) -> str:
    """nbgrader's template with our styles, and without MathJax (it needs the network).

    A child template does not work: nbgrader replaces the whole header block of what it extends.
    """
    page = (config.TEMPLATES / template / "index.html.j2").read_text(encoding="utf-8")
    style = f"<style>\n{STYLE.read_text(encoding='utf-8')}{OWN}</style>\n</head>"
    for stock, ours in (("{{ mathjax() }}", ""), ("</head>", style), *further):
        if page.count(stock) != 1:
            cause = _("this nbgrader's {template} template has {text} {count} times")
            raise CourseError(
                cause.format(template=template, text=stock, count=page.count(stock)),
                _("install the nbgrader version that Warsha was tested with"),
            )
        page = page.replace(stock, ours)
    return page
