"""Drivers that others wrote, on boards of ours: `drivers.toml` says which and from where."""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from outputbench import Stage, stage
from registry import fetch, unpack
from rig import MS, Hand
from sensorbench import Parts

LISTED: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("drivers.toml").read_text(encoding="utf-8")
)


@contextmanager
def trying(
    name: str,
    parts: Parts,
    wires: Iterable[str],
    program: str,
    until_ms: float = 3000,
    hands: Iterable[Hand] = (),
    ours: dict[str, bytes] | None = None,
) -> Iterator[Stage]:
    """A board with a driver, as its release has it, and this main.py, run to a virtual time."""
    driver = LISTED[name]
    assert set(driver["parts"]) <= {kind for kind, _attrs in parts.values()}
    files = board_files(name) | (ours or {})
    with stage(parts, wires, program, family=driver["board"], files=files) as shown:
        for hand in hands:
            shown.bench.control(hand.part, hand.control, hand.value, round(hand.t_ms * MS))
        shown.run(until_ms)
        assert not shown.bench.trace.exceptions(), shown.said()
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
