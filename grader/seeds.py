"""Seeds. Hidden seeds are computed from the course secret: nobody can guess them, and a second
grading gets the same ones.

The secret is made at its first use, outside the repository: in `WARSHA_SECRET_FILE`, else in
`~/.config/warsha/secret`. Keep a copy: with another secret, an old submission that is
graded again gets other seeds.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
import tempfile
from pathlib import Path

from grader.errors import GraderError
from hardware.i18n import _
from hardware.paths import ROOT
from hardware.seed import Seed

PUBLIC_SEED = 0
"""The seed that everybody knows: nbgrader's own grading and validating use it."""

HIDDEN_SEEDS = 3
"""With how many hidden seeds a submission is graded."""


class SecretError(GraderError):
    """The course secret is missing, is another one than before, or other users can read it."""


def secret_file() -> Path:
    """The file of the course secret."""
    if named := os.environ.get("WARSHA_SECRET_FILE"):
        return Path(named).expanduser().resolve()
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "warsha" / "secret"


def course_secret(fingerprint: str = "") -> bytes:
    """The course secret. It is made now when there is none and no marks depend on one.

    `fingerprint`: the fingerprint of the secret with which the marks of the course were made; "":
    there are no marks yet. Raises: SecretError.
    """
    file = secret_file()
    if file.is_relative_to(ROOT):
        raise SecretError(
            _("the secret {file} lies in the repository").format(file=file),
            _("set WARSHA_SECRET_FILE to a place outside of it"),
        )
    if not file.exists():
        if fingerprint:
            raise _secret_lost(file)
        _make(file)
    secret = _read(file)
    if fingerprint and fingerprint_of(secret) != fingerprint:
        raise _secret_lost(file)
    return secret


def fingerprint_of(secret: bytes) -> str:
    """12 hex digits that identify a secret. They reveal nothing about the seeds."""
    return hashlib.sha256(b"warsha fingerprint " + secret).hexdigest()[:12]


def hidden_seed(
    secret: bytes, *, course: str, lab: str, trainee: str, stamp: str, number: int
) -> int:
    """Hidden seed `number` of a submission, counted from 1: 63 bits, and never the public seed.

    `lab` is slug and version; `stamp` says when it was handed in, and what.
    """
    message = json.dumps([course, lab, trainee, stamp, number], ensure_ascii=False).encode()
    digest = hmac.digest(secret, message, "sha256")
    return (int.from_bytes(digest[:8], "big") >> 1) or 1


def hidden_seeds(
    secret: bytes, *, course: str, lab: str, trainee: str, stamp: str, count: int = HIDDEN_SEEDS
) -> tuple[int, ...]:
    """All hidden seeds of a submission."""
    return tuple(
        hidden_seed(secret, course=course, lab=lab, trainee=trainee, stamp=stamp, number=n)
        for n in range(1, count + 1)
    )


def check_lab(secret: bytes, *, course: str, module: int, trainee: str, count: int) -> int:
    """Which of the `count` labs of a module is a trainee's module check, from 0."""
    message = json.dumps([course, "check", module, trainee], ensure_ascii=False).encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256")[:8], "big") % count


def episode_seed(seed: int, episode: str) -> int:
    """The seed of one episode's bench (bounce, noise, floating inputs): 31 bits."""
    return Seed(seed).child(episode, bits=31).value


def _secret_lost(file: Path) -> SecretError:
    cause = _("the secret {file} is not the one that this course's marks were given with")
    cure = _(
        "put your backup copy back; without one, delete secret.fingerprint in the built folder of "
        "the course: marks stay, but old submissions that are graded again get other seeds"
    )
    return SecretError(cause.format(file=file), cure)


def _make(file: Path) -> None:
    """Write a new secret in one step: two processes at the same time get the same secret."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(32) + "\n")
    try:
        os.link(name, file)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)


def _read(file: Path) -> bytes:
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretError(
            _("others can read the secret {file}").format(file=file),
            _("run: chmod 600 {file}").format(file=file),
        )
    try:
        secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise SecretError(
            _("{file} holds no secret of 64 hex digits").format(file=file),
            _("put your backup copy back"),
        )
    return secret
