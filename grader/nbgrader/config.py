"""The nbgrader settings of a built course: the file `nbgrader_config.py`. `warsha course build`
writes it; nbgrader and Warsha read it."""

import os
import sys
from pathlib import Path
from traceback import extract_tb
from typing import Any

import nbgrader
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.errors import CourseError
from grader.lab import cells
from grader.lab.course import BUILD, course_command
from hardware.atomic_file import write_atomically
from hardware.i18n import _

NAME = "nbgrader_config.py"
TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


_OURS = """\
# Made by `warsha course build`; what you add below the last line of it is kept.
from pathlib import Path

import nbgrader

try:
    from grader.classrun import autograde_step
    from grader.nbgrader import due_times, shared_marks
    from grader.reports.feedback_step import FeedbackPage
except ImportError as error:
    # nbgrader goes on without a configuration that fails. Without our steps it would execute what
    # trainees handed in, as you: so it ends here.
    raise SystemExit(
        f"{{__file__}}: {{error}}; another version of Warsha built this course. "
        "run: {build}"
    ) from error

HERE = Path(__file__).parent
c = get_config()
c.CourseDirectory.course_id = {course!r}
c.Exchange.root = str(HERE / "exchange")
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
c.ClearSolutions.text_stub = {text!r}
c.Execute.timeout = 300
c.Autograde.autograde_preprocessors = autograde_step.autograde_preprocessors()
autograde_step.lock_course_while_autograding()
due_times.publish_when_set(HERE)
shared_marks.share_when_given(HERE)
c.HTMLExporter.extra_template_basedirs = [
    str(HERE / "templates"),
    str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
]
c.GenerateFeedback.preprocessors.append(FeedbackPage)
c.FeedbackPage.store = str(HERE / "store")
# ---- your own settings ----
"""
"""Our part of the file."""


def write_settings(root: Path, course: str) -> None:
    """Write the file; what an instructor added below our part is kept.

    Raises: CourseError.
    """
    ours = _OURS.format(
        course=course, stub=cells.STUB, text=cells.TEXT_STUB, build=course_command(BUILD, course)
    )
    last = ours.splitlines()[-1]
    file = (root / NAME).resolve()  # it may be a link
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    _ours, found, own = before.partition(last)
    if before and not found:
        raise CourseError(
            _("{file}: the line {line!r} is missing, so your own settings cannot be found").format(
                file=file, line=last
            ),
            _("put that line above your own settings, then build again"),
        )
    write_atomically(file, ours + own.removeprefix("\n"))


_TRAINEES = """\
# Made by `warsha course build`: to which course and exchange JupyterLab's Assignment List belongs.
from pathlib import Path

c = get_config()
# A Jupyter server may be started in another folder than the one that it shows.
c.Exchange.assignment_dir = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = {course!r}
c.Exchange.root = {exchange}
"""


def write_trainee_settings(root: Path, trainee: Path) -> None:
    """Write the nbgrader settings of the trainees' folder. Raises: CourseError."""
    settings = load(root)
    exchange = Path(settings.Exchange.root)
    place = repr(str(exchange))
    if is_own_exchange(root):
        place = f'str(Path(__file__).resolve().parents[1] / "{exchange.name}")'
    text = _TRAINEES.format(course=settings.CourseDirectory.course_id, exchange=place)
    (trainee / NAME).write_text(text, encoding="utf-8")


def course_id(root: Path) -> str:
    """nbgrader's name of the course whose settings are in this folder; "" when they do not say
    it. Raises: CourseError."""
    found = load(root).CourseDirectory.course_id
    return found if isinstance(found, str) else ""


def is_own_exchange(root: Path) -> bool:
    """Whether the exchange is in the course's folder, so that only people who may open the course
    reach it. Raises: CourseError."""
    return Path(load(root).Exchange.root).resolve().parent == root.resolve()


def set_database(root: Path, url: str) -> None:
    """Name the gradebook's database in the instructor's own settings, in the place of another."""
    file = (root / NAME).resolve()
    name = "c.CourseDirectory.db_url"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(name)]
    write_atomically(file, "\n".join([*kept, f"{name} = {url!r}"]) + "\n")


def load(root: Path) -> Any:
    """The settings in that folder (a traitlets `Config`). Raises: CourseError."""
    if not (root / NAME).is_file():
        raise CourseError(
            _("there is no built course in {root}").format(root=root),
            _("run: {command}").format(command=course_command(BUILD, root.name)),
        )
    # For a new gradebook nbgrader runs the program `alembic`. It is found only when the
    # environment is activated, or its folder is on the path.
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = tools + os.pathsep + os.environ["PATH"]
    try:
        config = Config(PyFileConfigLoader(NAME, path=str(root)).load_config())
    except (Exception, SystemExit) as error:  # a Python program, which the instructor may change
        cause = error.__cause__ if isinstance(error, SystemExit) else error
        raise _wrong(root / NAME, cause or error) from error
    config.CourseDirectory.root = str(root)
    return config


def wrong_setting(root: Path, error: TraitError) -> CourseError:
    """The error for a setting that nbgrader does not accept."""
    return CourseError(f"{root / NAME}: {error}", _("correct that setting, then run it again"))


def _wrong(file: Path, error: BaseException) -> CourseError:
    lines = [at.lineno for at in extract_tb(error.__traceback__) if at.filename == str(file)]
    line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
    place = _("{file}, line {line}").format(file=file, line=line) if line else str(file)
    what = error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"
    cure = _("correct that line, then run it again")
    if isinstance(error, ImportError) and (error.name or "").startswith("grader."):
        # The course was built with an older Warsha.
        cure = _("run: {command}").format(command=course_command(BUILD, file.parent.name))
    return CourseError(f"{place}: {what}", cure)


def coursedir(root: Path) -> Any:
    """nbgrader's `CourseDirectory` of a built course. Raises: CourseError."""
    return CourseDirectory(config=load(root))
