"""Starts the interpreter that host code runs in: locked up by bubblewrap, or as a plain child.

What the sandbox holds: libraries, the standard library, one program of ours, an empty `/tmp` of
bounded size, null and random. No /proc, no home, no network, no other process; nothing of the
course, the checkout or the person whose machine it is, paths among them.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Way = Literal["bwrap", "none"]
"""How host code is held; "none" is a child with the same limits that sees this machine's files."""

CHILD = Path(__file__).with_name("child.py")
OPTIONS = ("-P", "-s", "-S", "-B")
"""As -I, but for the environment, which is ours and fixes the order of sets."""
ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/lib32")
SHARED = ("/usr/share/zoneinfo", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/urandom")


def start(way: Way, folder: Path) -> "subprocess.Popen[bytes]":
    """The child, with questions on its stdin and answers on its stdout; a plain one works in
    `folder`. Raises: OSError when it cannot start."""
    plain = [sys.executable, *OPTIONS, str(CHILD)]
    return subprocess.Popen(
        bubblewrap() if way == "bwrap" else plain,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=folder if way == "none" else "/",
        start_new_session=True,
    )


def bubblewrap() -> list[str]:
    """The command line. The child mounts its /tmp itself, as bwrap cannot bound its number of
    files, and gives up the capability for it before any host code.

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
    """Libraries as this machine has them: in folders, or in links to them."""
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
    """The interpreter under a path that tells nothing of its owner."""
    program = Path(sys.executable).resolve()
    yield from ("--ro-bind", str(program), "/python/bin/python")
    for name in ("lib", "lib64"):
        folder = Path(sys.base_prefix) / name
        if folder.is_dir():
            yield from ("--ro-bind", str(folder.resolve()), f"/python/{name}")
    yield from ("--setenv", "PYTHONHOME", "/python")
    yield from ("--setenv", "LD_LIBRARY_PATH", "/python/lib")
