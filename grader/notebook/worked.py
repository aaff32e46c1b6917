"""What somebody worked on in the folder that trainees get: `make lab` opens that folder."""

import filecmp
from itertools import count
from pathlib import Path


def kept_place(trainee: Path, release: Path) -> Path | None:
    """A name beside that folder, which nothing has, to keep it under; None when nobody worked in
    it. `release`: what was handed out there."""
    if not _is_worked_in(trainee, release):
        return None
    names = (trainee.with_name(f"{trainee.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _is_worked_in(trainee: Path, release: Path) -> bool:
    """Whether anything lies there that was not handed out."""
    for file in trainee.rglob("*"):
        name = file.relative_to(trainee)
        ours = name.parts[0] in ("labs", "course.toml") or ".ipynb_checkpoints" in name.parts
        if ours or not file.is_file():
            continue
        if not (release / name).is_file() or not filecmp.cmp(file, release / name, shallow=False):
            return True
    return False
