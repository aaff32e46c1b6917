"""Put the one MicroPython version that this port is built from into a folder, with Mbed TLS.

    python source.py build/micropython

From Debian's source package where a suite of this machine has the version (apt checks its
signature), else from the official release archive (checked by SHA-256 here). `MICROPY_DIR=…` names
a source tree of your own instead; then nothing is fetched. The version is set here, once.

The release archive contains Mbed TLS. Debian has it as a package of its own: any version of the
long-term series that MicroPython uses.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

VERSION = "1.25.0"
ARCHIVE = (
    "https://github.com/micropython/micropython/releases/download/"
    f"v{VERSION}/micropython-{VERSION}.tar.xz"
)
# The digest that Homebrew's formula of this release records for the same file.
SHA256 = "9fe99ad5808e66bb40d374f5cad187c32c7d1c49cf47f72b38fd453c28c2aebe"
MBEDTLS_SERIES = "3.6."
ENOUGH = ("py/py.mk", "extmod/extmod.mk", "lib/littlefs/lfs2.c", "tests/run-tests.py")
MBEDTLS, ENOUGH_MBEDTLS = "lib/mbedtls", ("library/ssl_tls.c", "include/mbedtls/ssl.h")


class SourceError(Exception):
    """The source is not available here; the text says what to do."""


def complete(folder: Path, names: tuple[str, ...] = ENOUGH) -> bool:
    """Whether `folder` holds what the port is built and tested from."""
    return all((folder / name).is_file() for name in names)


def from_debian(work: Path, name: str = "micropython", version: str = VERSION) -> Path | None:
    """Unpack Debian's source package below `work`, a new folder; None if no suite here has the
    version (or one that begins with it).

    The machine's package lists are not changed: they rarely name sources, so a copy that does is
    made from them.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-source")):
        return None
    (work / "lists" / "partial").mkdir(parents=True)
    places = work / "sources"
    places.mkdir()
    for entry in [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]:
        if entry.is_file() and entry.suffix in (".list", ".sources"):
            text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", entry.read_text())
            (places / entry.name).write_text(re.sub(r"(?m)^deb\s", "deb-src ", text))
    apt = ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={places}"]
    apt += ["-o", f"Dir::State::Lists={work / 'lists'}", "-o", "APT::Sandbox::User=root", "-qq"]
    subprocess.run(["apt-get", *apt, "update"], check=False, capture_output=True)
    shown = subprocess.run(
        ["apt-cache", *apt, "showsrc", name], check=False, capture_output=True, text=True
    ).stdout
    versions = re.findall(rf"(?m)^Version: ({re.escape(version)}\S*)$", shown)
    if not versions:
        return None
    subprocess.run(
        ["apt-get", *apt, "source", f"{name}={versions[0]}"],
        check=True,
        cwd=work,
        capture_output=True,
    )
    return next((p for p in work.glob(f"{name}-{version}*") if p.is_dir()), None)


def from_archive(work: Path) -> Path:
    """Fetch, check and unpack the release archive below `work`."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "micropython.tar.xz"
    try:
        with urllib.request.urlopen(ARCHIVE, timeout=60) as answer, file.open("wb") as out:
            shutil.copyfileobj(answer, out)
    except OSError as error:
        raise SourceError(
            f"MicroPython {VERSION} is not in this machine's package sources, and its archive "
            f"cannot be fetched ({error}): unpack {ARCHIVE} yourself and say "
            "MICROPY_DIR=/its/folder"
        ) from error
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SourceError(f"{ARCHIVE} has SHA-256 {digest}, not {SHA256}: it is not used")
    with tarfile.open(file) as archive:
        archive.extractall(work, filter="data")
    return work / f"micropython-{VERSION}"


def bring(folder: Path) -> None:
    """Make `folder` the source tree; nothing is left behind when it fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        work = Path(name).resolve()
        if not complete(folder):
            tree = from_debian(work / "micropython") or from_archive(work / "archive")
            _put(tree, folder, ENOUGH)
        if not complete(folder / MBEDTLS, ENOUGH_MBEDTLS):
            tree = (
                from_debian(work / "mbedtls", "mbedtls", MBEDTLS_SERIES)
                or from_archive(work / "archive") / MBEDTLS
            )
            _put(tree, folder / MBEDTLS, ENOUGH_MBEDTLS)


def _put(tree: Path, folder: Path, names: tuple[str, ...]) -> None:
    if not complete(tree, names):
        raise SourceError(f"{tree.name} lacks one of {', '.join(names)}")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(tree, folder)


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        bring(Path(sys.argv[1]))
    except SourceError as error:
        print(f"source.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
