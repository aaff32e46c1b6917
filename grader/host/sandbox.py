"""Starts the interpreter that runs host code: in bubblewrap, or as a plain child process.

The sandbox contains the libraries, the standard library, child.py, an empty `/tmp` of bounded
size, /dev/null and /dev/urandom. It has no /proc, no home, no network and no other process. It
shows nothing of the course, of this repository or of the owner of the machine, not even paths.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Isolation = Literal["bwrap", "none"]
"""How host code is isolated. "none" is a child with the same limits; it sees this machine's
files."""

CHILD = Path(__file__).with_name("child.py")
OPTIONS = ("-P", "-s", "-S", "-B")
"""As -I, but the environment counts: it fixes the order of sets."""
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32")
SHARED = ("/usr/share/zoneinfo", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/urandom")


def start(isolation: Isolation, folder: Path) -> "subprocess.Popen[bytes]":
    """The child process: questions go to its stdin, answers come from its stdout. Without
    bubblewrap it works in `folder`. Raises: OSError when it cannot start."""
    plain = [sys.executable, *OPTIONS, str(CHILD)]
    return subprocess.Popen(
        bubblewrap() if isolation == "bwrap" else plain,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=folder if isolation == "none" else "/",
        start_new_session=True,
    )


def bubblewrap() -> list[str]:
    """The command line of bubblewrap. The child mounts its /tmp itself, because bwrap cannot limit
    the number of files there; it drops the capability for that before it runs host code.

    Raises: FileNotFoundError when bubblewrap is not installed.
    """
    if (program := shutil.which("bwrap")) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "bwrap")
    words = [
        program,
        "--unshare-all",
        "--unshare-user",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    words += ["--uid", "1000", "--gid", "1000", "--hostname", "host"]
    words += ["--cap-add", "CAP_SYS_ADMIN", *_system(), *_python()]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    words += ["--ro-bind", str(CHILD), "/child.py", "--dir", "/tmp", "--remount-ro", "/"]
    return [*words, "--chdir", "/", "/python/bin/python", *OPTIONS, "/child.py"]


def _system() -> Iterator[str]:
    """The libraries of this machine: folders, or links to folders."""
    for folder in SYSTEM:
        if Path(folder).is_dir():
            yield from ("--ro-bind", folder, folder)
    for link in ("/lib", "/lib64", "/lib32"):
        if Path(link).is_symlink():
            yield from ("--symlink", os.readlink(link), link)
        elif Path(link).is_dir():
            yield from ("--ro-bind", link, link)
    for place in SHARED:
        yield from ("--ro-bind-try", place, place)


def _python() -> Iterator[str]:
    """The interpreter, at a path that does not show who owns it."""
    program = Path(sys.executable).resolve()
    yield from ("--ro-bind", str(program), "/python/bin/python")
    for name in ("lib", "lib64"):
        folder = Path(sys.base_prefix) / name
        if folder.is_dir():
            yield from ("--ro-bind", str(folder.resolve()), f"/python/{name}")
    yield from ("--setenv", "PYTHONHOME", "/python")
    yield from ("--setenv", "LD_LIBRARY_PATH", "/python/lib")
