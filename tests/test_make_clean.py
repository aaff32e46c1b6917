"""`make clean` takes away what can be made again, and nothing else."""

import subprocess
from pathlib import Path

from hardware.paths import ROOT


def test_work_and_marks_outlive_it(tmp_path: Path) -> None:
    course = tmp_path / "build" / "course" / "iot_micropython"
    for place in (tmp_path / ".venv", tmp_path / "build" / "port", course / "submitted"):
        place.mkdir(parents=True)
    (course / "gradebook.db").write_text("marks")
    command = ["make", "-C", str(tmp_path), "-f", str(ROOT / "Makefile"), "clean"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "build/course/ stays" in done.stdout
    assert {place.name for place in tmp_path.iterdir()} == {"build"}
    assert {place.name for place in (tmp_path / "build").iterdir()} == {"course"}
    assert (course / "gradebook.db").read_text() == "marks"
