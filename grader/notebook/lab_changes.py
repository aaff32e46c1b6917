"""What has changed in a lab since it passed `warsha lab check`, and since its last release: the
build of a course says it, because marks may move."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.archive.store import Store
from grader.errors import GraderError
from grader.lab.lab import Lab
from hardware.atomic_file import write_atomically
from hardware.i18n import _
from hardware.paths import build_dir


def remember_check(lab: Lab) -> None:
    """Note that the lab, as it is now, has passed its check."""
    file = _file(lab)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, lab.digest + "\n")


def lab_changes(store: Store, lab: Lab) -> Iterator[str]:
    """A line for each change that may move marks; `store` has the last release.

    Nothing is said of a lab that was never checked here, for example in a new checkout.
    """
    file = _file(lab)
    if file.is_file() and file.read_text(encoding="ascii").strip() != lab.digest:
        text = _("{lab} has changed since it passed its check; run: warsha lab check {lab}")
        yield text.format(lab=lab.slug)
    if not store.has_released(lab.slug) or (before := store.released(lab.slug)) == lab.digest:
        return
    with suppress(GraderError):  # a release of an older Warsha may not load any more
        if store.lab(before).version == lab.version:
            text = _(
                "{lab} is not as it was released, so marks may differ: increase version in its "
                "lab.toml, which is still {version}"
            )
            yield text.format(lab=lab.slug, version=lab.version)


def _file(lab: Lab) -> Path:
    return build_dir() / "checked" / lab.slug
