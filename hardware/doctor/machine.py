"""Checks of this machine: what Warsha needs, and how to fix what does not work.

Each check tries the thing itself (runs the port, asks for a font) and reads no version number.
"""

import shutil
import subprocess
from functools import partial

from hardware import boards, compiled, paths
from hardware.doctor import Check, CheckResult
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.wire.board import Board

DISK_NEEDED_GB = 2.0
"""The environment, the ports and a course with its submissions."""


def _run(*command: str) -> tuple[int, str]:
    """Exit code and last line of output of a short command; 127 when it cannot start."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, str(error)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode, lines[-1] if lines else ""


def port(port: str) -> CheckResult:
    """The virtual board: whether it is built and starts here, and how many bits it has."""
    name = _("virtual board {port}").format(port=port)
    if not paths.port_program(port).is_file():
        return CheckResult(name, "fail", _("not built"), _("run: make setup"))
    from hardware.bench.serving.live_bench import LiveBench  # slow to import

    try:
        with LiveBench(port) as bench, Board(bench.connect()) as board:
            release = board.eval("__import__('os').uname().release")
            is_wide = board.eval("__import__('sys').maxsize > 2 ** 31")
    except HardwareError as error:
        cure = _("this machine cannot run 32-bit programs; build for 64 bits: make setup BITS=64")
        return CheckResult(name, "fail", str(error), error.cure or cure)
    if is_wide:
        cure = _("good for practice; grade on an x86-64 machine with the 32-bit build")
        found = _("MicroPython {release}, {bits} bit").format(release=release, bits=64)
        return CheckResult(name, "warn", found, cure)
    found = _("MicroPython {release}, {bits} bit").format(release=release, bits=32)
    return CheckResult(name, "ok", found)


def tls_server() -> CheckResult:
    """Whether the servers of the virtual network can speak TLS."""
    from hardware.bench.network.tls.server_process import TlsServerProcess  # slow to import

    name = _("TLS of the virtual network")
    try:
        TlsServerProcess(b"", lambda _name: b"").close()
    except HardwareError as error:
        return CheckResult(name, "fail", str(error), _("run: make setup"))
    return CheckResult(name, "ok", _("works"))


def modules() -> CheckResult:
    """Whether the modules are compiled in which the bench spends its time."""
    name = _("modules of the bench")
    if compiled.used():
        return CheckResult(name, "ok", _("compiled"))
    return CheckResult(name, "warn", _("run as Python, half as fast"), _("run: make setup"))


def fonts() -> CheckResult:
    """An Arabic font for pictures and pages."""
    code, line = _run("fc-match", "--format=%{family}", "Noto Sans Arabic:lang=ar")
    if code == 0 and "Arabic" in line:
        return CheckResult(_("Arabic font"), "ok", line)
    return CheckResult(
        _("Arabic font"), "warn", line or _("none found"), _("apt-get install fonts-noto-core")
    )


def disk() -> CheckResult:
    """Free space for the build folder."""
    folder = paths.build_dir()
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    found = f"{free_gb:.1f} GB"
    if free_gb >= DISK_NEEDED_GB:
        return CheckResult(_("free disk space"), "ok", found)
    return CheckResult(
        _("free disk space"),
        "warn",
        found,
        _("free some space, or set WARSHA_BUILD to a folder on another disk"),
    )


def checks() -> list[Check]:
    """The checks of this machine, the most important ones first."""
    return [*(partial(port, name) for name in boards.ports()), tls_server, modules, fonts, disk]
