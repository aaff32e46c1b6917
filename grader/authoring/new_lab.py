"""`warsha lab new`: makes the folder of a new lab, as a copy of another lab."""

import re
import tempfile
from pathlib import Path

from grader.errors import LabError
from grader.lab.lab import LABS, contents, find, slugs
from hardware.i18n import _

EXAMPLE = "blinker"
"""The smallest lab."""

_NAME = re.compile("[a-z][a-z0-9_]*")
_TEXTS = {".py", ".md", ".toml", ".json", ".ipynb"}


def new_lab(slug: str, *, like: str = EXAMPLE, id: str = "", labs: Path = LABS) -> Path:
    """Make `labs/<slug>/` as a copy of another lab, with its own name; returns the folder.

    `id` is what the program prints after READY; without it, the slug.
    Raises: LabError when the name is invalid or taken, or when there is no lab to copy.
    """
    if not _NAME.fullmatch(slug):
        raise LabError(
            _("{slug} cannot be the name of a lab").format(slug=repr(slug)),
            _("small letters, digits and _, for example door_bell"),
        )
    if not re.fullmatch("[A-Za-z0-9_]*", id):
        raise LabError(
            _("{id} cannot be the id of a lab").format(id=repr(id)),
            _("letters and digits, for example L21"),
        )
    if taken := [one for one in slugs(labs) if id and find(one, labs).id == id]:
        cause = _("the id {id} is that of the lab {slug}")
        raise LabError(cause.format(id=id, slug=taken[0]), _("choose another id"))
    source = find(like, labs)
    place = labs / slug
    if place.exists():
        raise LabError(_("{folder} exists already").format(folder=place), _("choose another name"))
    names = {source.id: id or slug, source.slug: slug}
    files = contents(source.folder)
    files["lesson.md"] = (source.folder / "lesson.md").read_bytes()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=labs) as temporary:
        for name, content in files.items():
            file = Path(temporary, slug, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_renamed(content, names) if file.suffix in _TEXTS else content)
        Path(temporary, slug).rename(place)
    return place


def _renamed(content: bytes, names: dict[str, str]) -> bytes:
    """The content of a file with the new lab's id and name, and with version 1."""
    text = content.decode("utf-8")
    pattern = rf"\b(?:{'|'.join(map(re.escape, names))})\b"
    text = re.sub(pattern, lambda found: names[found[0]], text)
    return re.sub(r"(?m)^version = \d+", "version = 1", text).encode()


def next_steps(place: Path) -> list[str]:
    """The next steps for the author, in the language of the messages."""
    steps = (
        _("{folder} is a complete lab; adapt it file by file (docs/howto/add-a-lab.md):"),
        _("1. lab.toml: titles, items, misconceptions; diagram*.json and pins.*.py: the circuit"),
        _("2. reference.py: the right program; mutants/: the wrong ones that you expect"),
        _("3. checks.py: what is measured; expected.toml: what each mutant gets"),
        _("4. lesson.md: the notebook, each Arabic cell followed by its English"),
        _("5. after each step: warsha lab check {lab}"),
        _("6. put {lab} into labs in courses/<course>/course.toml, then: warsha course build"),
    )
    return [step.format(folder=place, lab=place.name) for step in steps]
