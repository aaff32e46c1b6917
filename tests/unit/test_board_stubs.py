"""What completion and the check need besides a board: the stubs, mypy, and the family of a board
on a cable."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from hardware.errors import HardwareError
from hardware.notebook import stubs, type_check
from hardware.notebook.board_code import code, place
from hardware.notebook.session import Session, programs


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(programs, "main.py", "import machine\n")


def test_without_mypy_the_check_says_how_to_install_it(
    program: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(HardwareError, match="needs mypy") as refused:
        type_check.check("main.py")
    assert refused.value.cure == "Install it: %pip install mypy"


def test_without_stubs_the_check_says_how_to_install_them_and_nothing_is_completed(
    program: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stubs, "FOLDER", tmp_path)
    with pytest.raises(HardwareError, match="needs the stubs") as refused:
        type_check.check("main.py")
    assert refused.value.cure.endswith("-m hardware.notebook.stubs")
    at = place("%%board\nimport ti", 17)
    assert at and code.complete(at) == []


def test_a_cursor_in_the_line_of_the_magic_is_in_no_program() -> None:
    assert place("%%board\nx", 7) is None
    assert place("%%boards\nx", 10) is None
    assert place("x\n%%board\n", 10) is None
    at = place("\n%%board --timeout 5s\nx\nyy", 26)
    assert at and (at.line, at.column) == (2, 2)


@pytest.mark.parametrize(
    ("vid", "pid", "family"), [(0x2E8A, 0x0005, "rp2"), (0x10C4, 0xEA60, "esp32"), (1, 1, "esp32")]
)
def test_the_usb_id_of_a_real_board_tells_its_family(
    monkeypatch: pytest.MonkeyPatch, vid: int, pid: int, family: str
) -> None:
    port = SimpleNamespace(device="/dev/ttyACM7", vid=vid, pid=pid)
    monkeypatch.setattr(list_ports, "comports", lambda: [port])
    monkeypatch.setattr(
        "hardware.notebook.session.open_port", lambda url: SimpleNamespace(name=url)
    )
    session = Session()
    session.connect("/dev/ttyACM7")
    assert session.family() == family


def test_only_the_copies_of_the_board_s_files_are_written_and_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    precious = tmp_path / "precious.py"
    precious.write_text("mine = 1")
    files = {str(precious): b"", "../" * 9 + str(precious): b"", "lib/a.py": b"mine = 2"}
    monkeypatch.setattr("hardware.notebook.board_code.current.files", lambda: files)
    folder = code.search_path()[0]
    assert (folder / "lib" / "a.py").read_bytes() == b"mine = 2"
    files.clear()
    code.search_path()
    assert not (folder / "lib" / "a.py").exists()
    assert precious.read_text() == "mine = 1"
