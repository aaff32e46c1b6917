"""The extension of the Jupyter server."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join
from traitlets.config import Config

from grader.nbgrader import config
from grader.notebook.course_page.handlers import (
    ANSWERED_URL,
    FETCH_URL,
    LANGUAGE_URL,
    Answered,
    CoursePage,
    Fetch,
    KernelLanguage,
    set_kernel_language,
)
from grader.notebook.course_page.trainee_course import (
    COURSE_URL,
    is_trainee_course,
    read_course,
)
from grader.notebook.display_language import propose_language

HIDDEN = ("labs", "course.toml", config.NAME)
"""What a trainee does not need to see in the list of files."""


def _load_jupyter_server_extension(server: Any) -> None:
    course = Path(server.root_dir)
    if not is_trainee_course(course):
        return
    app = server.web_app
    base = app.settings["base_url"]
    options = {"course": course}
    app.add_handlers(
        ".*$",
        [
            (url_path_join(base, COURSE_URL), CoursePage, options),
            (url_path_join(base, ANSWERED_URL), Answered, options),
            (url_path_join(base, FETCH_URL), Fetch, options),
            (url_path_join(base, LANGUAGE_URL), KernelLanguage),
        ],
    )
    app.settings.setdefault("page_config_data", {})["warshaCourse"] = True
    hidden = [*server.contents_manager.hide_globs, *HIDDEN]
    server.contents_manager.hide_globs = hidden
    # jupytext's extension is loaded later, and makes another contents manager.
    server.update_config(Config({"ContentsManager": {"hide_globs": hidden}}))
    # A course that cannot be read is reported by its page; settings may be read-only.
    with suppress(OSError, ValueError, KeyError):
        propose_language(read_course(course).language)
    set_kernel_language()
