"""The settings of a built course as nbgrader itself reads them."""

import os
import sys
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grader.errors import CourseError
from hardware.say import _

NAME = "nbgrader_config.py"
TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


def load(root: Path) -> Any:
    """What nbgrader itself would read in that folder."""
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
    config = Config(PyFileConfigLoader(NAME, path=str(root)).load_config())
    config.CourseDirectory.root = str(root)
    return config


def coursedir(root: Path) -> Any:
    return CourseDirectory(config=load(root))
