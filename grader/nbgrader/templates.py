"""nbgrader's HTML templates, changed for Arabic and for sites without internet: the template of
feedback, with our page if there is one, and Formgrader's template of a submission."""

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
"""No paragraph signs next to headings, no red box around Arabic letters in code, each line in its
own direction, and lines between the columns of tables."""


_CHOICE = (
    '{%- extends "warsha.html.j2" if resources.warsha else "stock.html.j2" -%}\n',
    "{{ resources.warsha }}",
)
"""The template that nbgrader opens, and the one that `grader.reports.feedback_step` fills."""


def write_templates(folder: Path) -> None:
    """Write the templates into a folder. Raises: CourseError when nbgrader's own templates are not
    as expected."""
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

    A child template does not work: nbgrader's template replaces the whole header block.
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
