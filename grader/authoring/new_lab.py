"""`warsha lab new`: a lab's folder that is whole from the first moment, made after another one."""

import re
import tempfile
from pathlib import Path

from grader.errors import LabError
from grader.lab.lab import LABS, contents, find
from hardware.i18n import _

EXAMPLE = "blinker"
"""The smallest lab that there is."""

_NAME = re.compile("[a-z][a-z0-9_]*")
_TEXTS = {".py", ".md", ".toml", ".json", ".ipynb"}


def new_lab(slug: str, *, like: str = EXAMPLE, id: str = "", labs: Path = LABS) -> Path:
    """Make `labs/<slug>/` as a copy of another lab with a name of its own; returns the folder.

    `id` is what the program says after READY, the slug if none is named.
    Raises: LabError when the name is taken or none, or there is no lab to copy.
    """
    if not _NAME.fullmatch(slug):
        raise LabError(
            _("{slug} is no name for a lab").format(slug=repr(slug)),
            _("small letters, digits and _, for example door_bell"),
        )
    if not re.fullmatch("[A-Za-z0-9_]*", id):
        raise LabError(
            _("{id} is no id of a lab").format(id=repr(id)),
            _("letters and digits, for example L21"),
        )
    source = find(like, labs)
    place = labs / slug
    if place.exists():
        raise LabError(
            _("there is a {folder} already").format(folder=place), _("take another name")
        )
    names = {source.id: id or slug, source.slug: slug}
    files = contents(source.folder)
    files["lesson.md"] = (source.folder / "lesson.md").read_bytes()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=labs) as fresh:
        for name, content in files.items():
            file = Path(fresh, slug, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_renamed(content, names) if file.suffix in _TEXTS else content)
        Path(fresh, slug).rename(place)
    return place


def _renamed(content: bytes, names: dict[str, str]) -> bytes:
    """A file in which the other lab's id and name are the new ones, and which is a first
    version."""
    text = content.decode("utf-8")
    pattern = rf"\b(?:{'|'.join(map(re.escape, names))})\b"
    text = re.sub(pattern, lambda found: names[found[0]], text)
    return re.sub(r"(?m)^version = \d+", "version = 1", text).encode()


def next_steps(place: Path) -> list[str]:
    """What its author does now, in the reader's language."""
    steps = (
        _("{folder} is a whole lab; make it yours, file by file (docs/howto/add-a-lab.md):"),
        _("1. lab.toml: titles, items, misconceptions; diagram*.json and pins.*.py: the circuit"),
        _("2. reference.py: the right program; mutants/: the wrong ones that you expect"),
        _("3. checks.py: what is measured; expected.toml: what each mutant gets"),
        _("4. lesson.md: the notebook, each Arabic cell with its English after it"),
        _("5. after each step: warsha lab check {lab}"),
        _("6. put {lab} into labs in courses/<course>/course.toml, then: warsha course build"),
    )
    return [step.format(folder=place, lab=place.name) for step in steps]
