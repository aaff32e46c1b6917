"""A mark records the build of the board and the version of the engine."""

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.version import engine_version
from hardware import paths
from hardware.errors import BenchError


def test_a_board_is_known_by_its_program(family: str) -> None:
    program = paths.port_program(family)
    assert paths.port_build(family) == hashlib.sha256(program.read_bytes()).hexdigest()


def test_a_board_that_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_BUILD", str(tmp_path))
    with pytest.raises(BenchError, match="is not built"):
        paths.port_build.__wrapped__("esp32")


def test_the_engine_is_the_version_and_its_code() -> None:
    assert re.fullmatch(rf"{re.escape(version('warsha'))}\+[0-9a-f]{{12}}", engine_version())
