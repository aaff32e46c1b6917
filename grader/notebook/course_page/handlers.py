"""The addresses of the course page on the Jupyter server.

Trust boundary: the page shows texts from files that the trainee can change. They are escaped, and
the page's policy lets the browser run no script but the page's own.
"""

import json
import os
import secrets
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from grader.errors import CourseError
from grader.nbgrader import config
from grader.notebook.course_page.trainee_course import read_course
from grader.notebook.display_language import LOCALES, PLUGIN, display_language
from grader.score.card import number
from hardware.i18n import arabic, both

LANGUAGE_URL = "warsha/language"
HERE = Path(__file__).parent
TEXTS = {
    "open": both("Open JupyterLab"),
    "go_on": both("Go on"),
    "begin": both("Begin"),
    "all_mastered": both("You have mastered every lab."),
    "no_lab": both("There is no lab in this course yet."),
    "minutes": both("{n} minutes"),
    "due": both("due:"),
    "best": both("best in practice"),
    "mastered": both("mastered"),
    "not_tried": both("not tried yet"),
    "hand_in": both("Hand in"),
    "feedback": both("Feedback"),
    "note": both(
        "Points in practice are for you: other numbers are used when your work is graded. "
        "The saved notebook is handed in; you can hand in again."
    ),
    "handed_in": both("handed in {time}"),
    "sending": both("Handing in…"),
    "sent": both("Handed in."),
    "no_feedback": both("The feedback could not be fetched. Tell your instructor."),
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
