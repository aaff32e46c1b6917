"""Where the built ports, the project's own files and the sockets of benches are."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from hardware.errors import BenchError
from hardware.i18n import _

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: Warsha runs from its own folder (an editable install)."""


def build_dir() -> Path:
    """The folder of all build products: `WARSHA_BUILD`, else `build/` in the checkout."""
    return Path(os.environ.get("WARSHA_BUILD") or ROOT / "build")


def port_program(port: str) -> Path:
    """A build of the MicroPython port (`BoardType.port`)."""
    return build_dir() / "port" / port / f"warsha-{port}"


@cache
def port_build(port: str) -> str:
    """SHA-256 of a build of the port: marks name the build that they were made with.

    Raises: BenchError when the port is not built.
    """
    import hashlib  # loads OpenSSL, which not every verb needs

    program = port_program(port)
    try:
        return hashlib.sha256(program.read_bytes()).hexdigest()
    except OSError as error:
        cause = _("The virtual board {port} is not built: {program} is missing.")
        cure = _("Run `make setup` in the Warsha folder.")
        raise BenchError(cause.format(port=port, program=program), cure) from error


def tls_server_program() -> Path:
    """The program that speaks TLS for the servers of a bench (`firmware/tls_server`)."""
    return build_dir() / "port" / "tls_server" / "warsha-tls-server"


def micropython_dir() -> Path:
    """The MicroPython source of the ports: `MICROPY_DIR`, else `build/micropython`."""
    return Path(os.environ.get("MICROPY_DIR") or build_dir() / "micropython")


def bench_sockets() -> Path:
    """The folder of the sockets of this user's notebooks. Raises: OSError when it is not one of
    this user alone."""
    from jupyter_core.paths import jupyter_runtime_dir  # only notebooks need it

    folder = Path(jupyter_runtime_dir()) / "warsha"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{folder} is open to others")
    return folder


def refuse_device(path: Path) -> None:
    """Raises: OSError when this is no file or folder: a device such as /dev/zero has no end."""
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise OSError(errno.EINVAL, _("it is no regular file"), str(path))


@contextmanager
def short_path(socket: Path) -> Iterator[str]:
    """A short name of a socket's path, as long as the block runs: the system takes at most 107
    bytes (unix(7)), and a home folder under a hub may be longer. Raises: OSError without its
    folder."""
    folder = os.open(socket.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{socket.name}"
    finally:
        os.close(folder)
