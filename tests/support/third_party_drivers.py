"""Published drivers on virtual boards. `drivers.toml` lists them with their sources. Their files
are downloaded once and kept in `build/drivers`."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hardware.paths import build_dir
from tests.support.parts_bench import Parts, Stage, stage
from tests.support.project import TESTS
from tests.support.rig import MS, Hand

LISTED: dict[str, dict[str, Any]] = tomllib.loads(
    (TESTS / "board" / "drivers.toml").read_text(encoding="utf-8")
)


@contextmanager
def run_with_driver(
    name: str,
    parts: Parts,
    wires: Iterable[str],
    program: str,
    until_ms: float = 3000,
    hands: Iterable[Hand] = (),
    ours: dict[str, bytes] | None = None,
) -> Iterator[Stage]:
    """A board with the released files of a driver and this main.py, run to a virtual time."""
    driver = LISTED[name]
    assert set(driver["parts"]) <= {kind for kind, _attrs in parts.values()}
    files = board_files(name) | (ours or {})
    with stage(parts, wires, program, family=driver["board"], files=files) as shown:
        for hand in hands:
            shown.bench.control(hand.part, hand.control, hand.value, round(hand.t_ms * MS))
        shown.run(until_ms)
        assert not shown.bench.trace.exceptions(), shown.printed_lines()
        yield shown


def board_files(name: str) -> dict[str, bytes]:
    """Board path to content; a name that ends in `/` stands for all of a folder."""
    driver = LISTED[name]
    try:
        release = unpack(fetch(name, driver["sha256"]))
    except ConnectionError as error:
        pytest.skip(str(error))
    found = {}
    for there, here in driver["files"].items():
        for path in release if here.endswith("/") else [here]:
            if path.startswith(here) and path.endswith(".py"):
                found[there + path.removeprefix(here)] = release[path]
    return found


DOWNLOAD = Path(__file__).with_name("download.py")
_unreached: list[str] = []
"""Failed downloads, so that the next test does not wait again."""


@cache
def fetch(project: str, sha256: str) -> bytes:
    """The release file of a project with this hash.

    Raises:
        ConnectionError: no registry can be reached.
        ValueError: it has no such file of the project, or gives another.
    """
    kept = build_dir() / "drivers" / sha256
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _download(project, sha256, kept)
    data = kept.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{kept}: not the file of {project} that it should be")
    return data


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of a wheel, or of a source release without its outermost folder."""
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(fileobj=io.BytesIO(archive)) as source:
        return {
            member.name.partition("/")[2]: opened.read()
            for member in source
            if member.isfile() and (opened := source.extractfile(member)) is not None
        }


def _download(project: str, sha256: str, kept: Path) -> None:
    part = kept.with_suffix(f".{os.getpid()}.part")
    if not _unreached:
        arguments = [sys.executable, str(DOWNLOAD), project, sha256, str(part)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        if done.returncode == 0:
            part.rename(kept)
            return
        if done.stderr.startswith("Traceback"):
            raise ValueError(done.stderr.rstrip().rpartition("\n")[2])
        _unreached.append(project)
    raise ConnectionError("no package registry can be reached")
