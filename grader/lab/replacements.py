"""A mutant as a TOML file: what it replaces in the reference, instead of a copy of it.

    # Misconception: one threshold is enough
    [[replace]]
    old = 'volts > config["v_off"]'
    new = 'volts > config["v_on"]'

Each `old` must be in the reference exactly once, so a later change of the reference cannot leave a
mutant without its mistake. Texts of several lines stand between three quotation marks.
"""

import tomllib
from pathlib import Path

from grader.errors import lab_error
from hardware.i18n import _

SUFFIX = ".toml"


def replaced_text(file: Path, reference: Path) -> str:
    """The program that the mutant's file makes of the reference. Raises: LabError, which names the
    replacement that does not fit."""
    text = reference.read_text(encoding="utf-8")
    for number, (old, new) in enumerate(_replacements(file), start=1):
        count = text.count(old)
        if count != 1:
            place = _("replacement {number}").format(number=number)
            what = _("its text is {count} times in {reference}, and must be there once")
            raise lab_error(file, place, what.format(count=count, reference=reference.name))
        text = text.replace(old, new)
    return text


def _replacements(file: Path) -> list[tuple[str, str]]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise lab_error(file, "", _("is not TOML: {why}").format(why=error)) from error
    match rows:
        case {"replace": [_first, *_more] as tables, **rest} if not rest:
            pairs = [(t.get("old"), t.get("new")) for t in tables if set(t) == {"old", "new"}]
            texts = [pair for pair in pairs if all(isinstance(text, str) for text in pair)]
            if len(texts) == len(tables):
                return texts
    what = _("must have tables [[replace]] with the texts old and new, and nothing else")
    raise lab_error(file, "replace", what)
