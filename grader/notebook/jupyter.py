"""Opens JupyterLab on a trainee's course, first the course page.

The settings are in a folder below `build/`; the user's own Jupyter settings are not changed.
"""

import os
import sys
from pathlib import Path

from grader.errors import CourseError
from grader.lab.course import BUILD, course_command
from grader.notebook.course_page.trainee_course import COURSE_URL, is_trainee_course
from hardware.i18n import _
from hardware.paths import build_dir


def settings_folder() -> Path:
    """Make the folder of the settings, a `JUPYTER_CONFIG_DIR`, and return it."""
    folder = build_dir() / "jupyter"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment() -> dict[str, str]:
    """The environment of the server and of its kernels."""
    # Kernels inherit it. PYTHONSAFEPATH: a `hardware.py` next to a notebook must not replace ours.
    return os.environ | {"JUPYTER_CONFIG_DIR": str(settings_folder()), "PYTHONSAFEPATH": "1"}


def command(folder: Path, *, port: int = 8888, browser: bool = True) -> list[str]:
    """The command line of a server on the loopback interface that shows `folder`.

    Raises: CourseError when there is no such folder yet.
    """
    if not folder.is_dir():
        raise CourseError(
            _("there is no course in {folder}").format(folder=folder),
            _("run: {command}").format(command=course_command(BUILD, folder.parent.name)),
        )
    options = ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    options.append(f"--ServerApp.open_browser={browser}")
    if is_trainee_course(folder):
        options.append(f"--LabApp.default_url=/{COURSE_URL}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return [sys.executable, "-P", "-m", "jupyterlab", *options]
