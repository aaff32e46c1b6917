"""Whether host code can be held on this machine; if not, why, and how to cure it."""

import platform
import shutil
from pathlib import Path

from grader.errors import GraderError
from grader.host.host import HostFunctions
from hardware.doctor import CheckResult
from hardware.i18n import _

_PROBE = "def echo(value):\n    return value\n"
SETTINGS = Path("/proc/sys")


def trouble() -> GraderError | None:
    """Why bubblewrap does not hold host code here, found by trying; None when it does."""
    host = HostFunctions(_PROBE, ("echo",), "bwrap")
    try:
        host.call("echo", 1, answer=int)
    except GraderError as error:
        return GraderError(str(error), _cure() or error.cure)
    finally:
        host.close()
    return None


def finding() -> CheckResult:
    """The same for `warsha doctor`. A warning: only labs with host code need it."""
    error = trouble()
    if error is None:
        return CheckResult(_("sandbox"), "ok", _("host code runs in bwrap"))
    return CheckResult(_("sandbox"), "warn", str(error), error.cure)


def _cure() -> str:
    """The first of the known reasons that holds on this machine."""
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
            "AppArmor keeps bwrap from user namespaces; give it a profile that says userns, "
            "or: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _is_container():
        return _(
            "a container forbids namespaces; start it with --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined"
        )
    return ""


def _setting(name: str) -> str:
    """A kernel setting; "" when this kernel has none of that name."""
    try:
        return (SETTINGS / name).read_text().strip()
    except OSError:
        return ""


def _is_container() -> bool:
    """Docker and Podman leave a file; others say so in the first process's environment."""
    return any(Path(name).exists() for name in ("/.dockerenv", "/run/.containerenv"))
