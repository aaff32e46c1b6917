"""Which programs have a device open (proc(5), `/proc/PID/fd`). Linux only; elsewhere nothing is
known."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Holder:
    """A program that has a device open."""

    pid: int
    program: str
    user: str

    def __str__(self) -> str:
        return f"{self.program} (PID {self.pid}, {self.user})"


def holders(device: str) -> list[Holder]:
    """The programs that have this device open. An account other than root sees only its own."""
    path = Path(device).resolve()
    found = []
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or belongs to somebody else
            if any(one.readlink() == path for one in (folder / "fd").iterdir()):
                found.append(_holder(folder))
    return sorted(found, key=lambda one: one.pid)


def _holder(folder: Path) -> Holder:
    try:
        user = folder.owner()
    except KeyError:  # an account without a name
        user = str(folder.stat().st_uid)
    program = "".join(filter(str.isprintable, _program(folder)))
    return Holder(int(folder.name), program, user)


def _program(folder: Path) -> str:
    """The program's name; of a Python program the script or module, which says more."""
    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    name = Path(words[0]).name or (folder / "comm").read_text().strip()
    if not name.startswith("python"):
        return name
    rest = [word for word in words[1:] if word and (word == "-m" or not word.startswith("-"))]
    if rest[:1] == ["-m"]:
        rest = rest[1:]
    return Path(rest[0]).name if rest else name
