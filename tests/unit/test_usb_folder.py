"""The folder of a bench's USB devices."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hardware.bench.serving.usb_folder import UsbFolder


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, mine = (tmp_path / f"warsha-usb-{pid}-x" for pid in (ended.pid, os.getpid()))
    for folder in (left, mine):
        (folder / "serial").mkdir(parents=True)
    usb = UsbFolder()
    link = usb.serial_link("usb-board")
    assert not left.exists()
    assert mine.exists() and link.parent.is_dir()
    usb.close()
    assert not link.parent.exists()
