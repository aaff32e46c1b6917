"""The addresses of the course page on the Jupyter server.

Trust boundary: the page shows texts from files that the trainee can change. They are escaped, and
the page's policy lets the browser run no script but the page's own.
"""

import json
import os
import secrets
from contextlib import suppress
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader, Template
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from nbgrader.utils import compute_checksum, is_solution
from tornado import web

from grader.errors import CourseError
from grader.nbgrader import commands, config
from grader.notebook.course_page.trainee_course import read_course
from grader.notebook.display_language import LOCALES, PLUGIN, display_language
from grader.score.card import number
from hardware.i18n import arabic, both

LANGUAGE_URL = "warsha/language"
ANSWERED_URL = "warsha/answered"
FETCH_URL = "warsha/fetch"
HERE = Path(__file__).parent
TEXTS = {
    "open": both("Open JupyterLab"),
    "own_board": both("A board at this computer"),
    "go_on": both("Go on"),
    "begin": both("Begin"),
    "all_mastered": both("You have mastered every lab."),
    "no_lab": both("There is no lab in this course yet."),
    "minutes": both("{n} minutes"),
    "due": both("due:"),
    "best": both("best in practice"),
    "mastered": both("mastered"),
    "not_tried": both("not tried yet"),
    "checks": both("Module checks"),
    "gate": both("Module {n}: {points} points in each lab open its check."),
    "gate_missing": both("Below that in practice:"),
    "gate_reached": both("You have them in practice. Your marks decide."),
    "hand_in": both("Hand in"),
    "again": both("Hand in again"),
    "feedback": both("Points and feedback"),
    "fetch": both("Fetch"),
    "absent": both("not in your folder yet"),
    "no_answer": both("There is no answer in this notebook yet. Hand it in nevertheless?"),
    "not_yet": both("Not yet"),
    "note": both(
        "Points in practice are for you: other numbers are used when your work is graded. "
        "The saved notebook is handed in; you can hand in again."
    ),
    "handed_in": both("handed in {time}"),
    "sending": both("Handing in…"),
    "sent": both("Handed in. Your points and the feedback appear here after grading."),
    "sent_unseen": both("Handed in. This page could not be renewed: load it again."),
    "no_feedback": both("The feedback could not be fetched. Tell your instructor."),
    "not_fetched": both("The lab could not be fetched. Tell your instructor."),
    "no_exchange": both("What is handed in cannot be shown. Load this page again later."),
    "same_language": both(
        "The language could not be changed. Load this page again and press the button again."
    ),
    "failed": both("It was not handed in. Tell your instructor, or give the notebook as a file."),
}
"""The texts of the page."""
OTHER = {"ar": "en", "en": "ar"}


class CoursePage(JupyterHandler):
    """GET: the course page."""

    def initialize(self, course: Path) -> None:
        """`course` is the trainee's folder."""
        self._course = course

    @cached_property
    def _nonce(self) -> str:
        return secrets.token_urlsafe()

    @property
    def content_security_policy(self) -> str:
        """Own styles and own script; requests to this server only."""
        return (
            f"default-src 'none'; style-src 'nonce-{self._nonce}'; "
            f"script-src 'nonce-{self._nonce}'; connect-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'self'"
        )

    @web.authenticated
    async def get(self) -> None:
        """The page in JupyterLab's language."""
        set_kernel_language()
        language = display_language()
        try:
            course = read_course(self._course)
        except (OSError, ValueError, KeyError) as error:
            raise web.HTTPError(500, f"{self._course}: {error}") from error
        page = _template().render(
            course=course,
            language=language,
            other=OTHER[language],
            locales=LOCALES,
            plugin=PLUGIN,
            course_id=self._course_id(),
            base=self.base_url,
            xsrf=self.xsrf_token.decode(),
            nonce=self._nonce,
            titles={lab.slug: f"{lab.id} · {lab.title[language]}" for lab in course.absent},
            text={
                name: arabic(text) if language == "ar" else text for name, text in TEXTS.items()
            },
        )
        await self.finish(page)

    def _course_id(self) -> str:
        """nbgrader's name of the course; empty without its settings: then nothing is handed in."""
        try:
            return config.course_id(self._course)
        except CourseError:
            return ""


class Answered(APIHandler):
    """GET ?lab=SLUG: whether the trainee has written an answer in the notebook of this lab."""

    def initialize(self, course: Path) -> None:
        """`course` is the trainee's folder."""
        self._course = course

    @web.authenticated
    async def get(self) -> None:
        """A notebook that cannot be read is handed in without a question, as nbgrader does."""
        slug, answered = self.get_query_argument("lab"), True
        with suppress(OSError, ValueError, KeyError):
            labs = read_course(self._course).labs
            file = next((lab.notebook for lab in labs if lab.slug == slug), None)
            answered = file is None or _is_answered(self._course / file)
        await self.finish(json.dumps({"answered": answered}))


class Fetch(APIHandler):
    """POST ?lab=SLUG: put a lab of the exchange into the trainee's folder."""

    def initialize(self, course: Path) -> None:
        """`course` is the trainee's folder."""
        self._course = course

    @web.authenticated
    async def post(self) -> None:
        """The answer has the cause and the cure when it fails; else they are empty."""
        problem = ""
        try:
            commands.fetch_assignment(self._course, self.get_query_argument("lab"))
        except CourseError as error:
            problem = f"{error}. {error.cure}"
        await self.finish(json.dumps({"problem": problem}))


class KernelLanguage(APIHandler):
    """POST: new kernels speak JupyterLab's language."""

    @web.authenticated
    async def post(self) -> None:
        """The answer names the language."""
        set_kernel_language()
        await self.finish(json.dumps({"language": os.environ["WARSHA_LANG"]}))


def set_kernel_language() -> None:
    """Let the messages of new kernels be in JupyterLab's language: kernels inherit it."""
    os.environ["WARSHA_LANG"] = display_language()


def _is_answered(notebook: Path) -> bool:
    """Whether something is written in one of the notebook's cells for answers: nbgrader notes in
    each of them the checksum that it has in the release. Raises: OSError, ValueError, KeyError."""
    cells = nbformat.read(notebook, as_version=4).cells
    return any(
        cell.metadata.nbgrader.get("checksum") != compute_checksum(cell)
        for cell in cells
        if is_solution(cell)
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "local": _local_time}
    return environment.get_template("page.html")


def _local_time(time: datetime) -> str:
    """The time on the server's clock: a trainee's own machine, or one in the same building."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
