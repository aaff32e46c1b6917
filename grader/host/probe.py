"""Checks whether this machine can isolate host code; if not, finds the reason and the cure."""

import platform
import shutil
from pathlib import Path

from grader.errors import GraderError
from grader.host.host_functions import HostFunctions
from hardware.doctor import CheckResult
from hardware.i18n import _

_PROBE = "def echo(value):\n    return value\n"
SETTINGS = Path("/proc/sys")


def isolation_error() -> GraderError | None:
    """Try to run host code in bubblewrap. Returns: the reason why it fails; None when it works."""
    host = HostFunctions(_PROBE, ("echo",), "bwrap")
    try:
        host.call("echo", 1, answer=int)
    except GraderError as error:
        return GraderError(str(error), _cure() or error.cure)
    finally:
        host.close()
    return None


def check_sandbox() -> CheckResult:
    """The same as a check of `warsha doctor`. A failure is a warning: only labs with host code
    need it."""
    error = isolation_error()
    if error is None:
        return CheckResult(_("sandbox"), "ok", _("host code runs in bwrap"))
    return CheckResult(_("sandbox"), "warn", str(error), error.cure)


def _cure() -> str:
    """The cure for the first known reason that is found on this machine; "" when none is."""
    if platform.system() != "Linux":
        return _("grade on Linux; on Windows, in WSL2")
    if not shutil.which("bwrap"):
        return _("install bubblewrap: apt-get install bubblewrap")
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return _("allow user namespaces: sysctl kernel.unprivileged_userns_clone=1")
    if _setting("user/max_user_namespaces") == "0":
        return _("allow user namespaces: sysctl user.max_user_namespaces=10000")
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return _(
            "AppArmor forbids user namespaces to bwrap; give it a profile with userns, "
            "or: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _is_container():
        return _(
            "a container forbids namespaces; start it with --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined"
        )
    return ""


def _setting(name: str) -> str:
    """The value of a kernel setting; "" when this kernel does not have it."""
    try:
        return (SETTINGS / name).read_text().strip()
    except OSError:
        return ""


def _is_container() -> bool:
    """Whether this is a container of Docker or Podman, which both create a file."""
    return any(Path(name).exists() for name in ("/.dockerenv", "/run/.containerenv"))
