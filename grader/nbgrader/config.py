"""The settings of a built course as nbgrader itself reads them."""

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
from hardware.i18n import _

NAME = "nbgrader_config.py"
TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


def load(root: Path) -> Any:
    """What nbgrader itself would read in that folder. Raises: CourseError."""
    if not (root / NAME).is_file():
        raise CourseError(
            _("there is no built course in {root}").format(root=root),
            _("run: warsha course build"),
        )
    # A new gradebook makes nbgrader call `alembic` by its bare name, which no one finds unless the
    # environment is activated.
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = tools + os.pathsep + os.environ["PATH"]
    try:
        config = Config(PyFileConfigLoader(NAME, path=str(root)).load_config())
    except Exception as error:  # it is a program of the course's own
        raise _wrong(root / NAME, error) from error
    config.CourseDirectory.root = str(root)
    return config


def wrong_setting(root: Path, error: TraitError) -> CourseError:
    """A setting that nbgrader does not take."""
    return CourseError(f"{root / NAME}: {error}", _("mend that setting, then say it again"))


def _wrong(file: Path, error: Exception) -> CourseError:
    lines = [at.lineno for at in extract_tb(error.__traceback__) if at.filename == str(file)]
    line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
    place = _("{file}, line {line}").format(file=file, line=line) if line else str(file)
    said = error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"
    return CourseError(f"{place}: {said}", _("mend that line, then say it again"))


def coursedir(root: Path) -> Any:
    return CourseDirectory(config=load(root))
