"""nbgrader's feedback template: our page where there is one, else nbgrader's own, made fit for
Arabic and for sites without internet."""

import shutil
from pathlib import Path

from grader.errors import CourseError
from grader.gradebook import config
from hardware.say import _

STYLE = Path(__file__).parents[1] / "static" / "rtl.css"
_STOCK = config.TEMPLATES / "feedback"


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
"""What nbgrader opens, and the template of our page: `grader.pages.hook` makes all of it."""


def write_template(folder: Path) -> None:
    """Write the template that nbgrader's feedback is made with."""
    folder.mkdir(parents=True, exist_ok=True)
    choice, ours = _CHOICE
    texts = {"index": choice, "warsha": ours, "stock": _stock()}
    for name, text in texts.items():
        (folder / f"{name}.html.j2").write_text(text, encoding="utf-8")
    shutil.copyfile(_STOCK / "conf.json", folder / "conf.json")


def _stock() -> str:
    """nbgrader's template with our styles, and without MathJax (it needs the network).

    A child template does not work: nbgrader replaces the whole header block of what it extends.
    """
    page = (_STOCK / "index.html.j2").read_text(encoding="utf-8")
    style = STYLE.read_text(encoding="utf-8")
    changes = {
        "{{ mathjax() }}": "",
        "</head>": f"<style>\n{style}{OWN}</style>\n</head>",
        "Test cell</a>": "{{ cell.metadata.nbgrader.grade_id }}</a>",
    }
    for stock, ours in changes.items():
        if page.count(stock) != 1:
            cause = _("this nbgrader's feedback template has {text} {count} times")
            raise CourseError(
                cause.format(text=stock, count=page.count(stock)),
                _("install the nbgrader version that Warsha was tested with"),
            )
        page = page.replace(stock, ours)
    return page
