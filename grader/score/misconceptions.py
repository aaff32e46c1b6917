"""The messages and hints of misconceptions: the text that a trainee gets for a missed item.

The texts that labs share are in misconceptions.toml; a lab's own are in its lab.toml.
"""

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

from grader.host.process import FailureKind, HostLimits
from grader.html_text import visible
from grader.lab.lab import Lab, Texts
from grader.lab.lab_file import misconception_texts
from grader.score.results import ItemResult
from hardware.bench.board.end_reason import detail_in

FILE = Path(__file__).with_name("misconceptions.toml")

_LINE = re.compile(r" \(main\.py, line (\d+)\)$")
_HOST_ERROR = re.compile(
    rf"([\w.]+)\(\): ({'|'.join(get_args(FailureKind))})(?:: (.*))?", re.DOTALL
)
"""The detail of a HostError: the function, the kind, more."""
_LIMITS = HostLimits()
_WHY = {
    "time": {
        "ar": f"استهلكت أكثر من {_LIMITS.cpu_s} s من زمن المعالج، أو {_LIMITS.wall_s:g} s في "
        "المجموع. هل فيها حلقة لا تنتهي؟",
        "en": f"it used more than {_LIMITS.cpu_s} s of processor time, or {_LIMITS.wall_s:g} s in "
        "all. Is there an endless loop?",
    },
    "memory": {
        "ar": f"طلبت ذاكرة أكثر من {_LIMITS.memory_bytes >> 20} MB.",
        "en": f"it asked for more than {_LIMITS.memory_bytes >> 20} MB of memory.",
    },
    "forbidden": {
        "ar": "فعلت ما لا تسمح به البيئة المعزولة (sandbox){more}.",
        "en": "it did something that the sandbox does not allow{more}.",
    },
    "answer": {
        "ar": "ما أعادته ليس بالنوع المطلوب{more}.",
        "en": "what it returned is not of the kind that is asked for{more}.",
    },
    "raised": {"ar": "توقفت بخطأ{more}.", "en": "it ended with an error{more}."},
}
"""Why a host function gave no answer."""
_WHERE = {
    "ar": "، في السطر {cell} من الخلية (السطر {line} من `main.py`)",
    "en": ", in line {cell} of the cell (line {line} of `main.py`)",
}
"""The magic line is line 1 of the cell, but not of the file."""


@cache
def _shared() -> tuple[dict[str, Texts], dict[str, Texts]]:
    return misconception_texts(FILE, tomllib.loads(FILE.read_text(encoding="utf-8")))


def shared() -> dict[str, Texts]:
    """The messages of the misconceptions that labs share."""
    return _shared()[0]


def known(lab: Lab, key: str) -> bool:
    """Whether there is a message for a key."""
    return key in lab.misconceptions or key in shared()


def message(lab: Lab, result: ItemResult, above: int = 0) -> Texts:
    """The message for a result in each language; empty when nothing was missed.

    `above`: how many blank lines are above the magic line of the cell.
    """
    result = _without_function(result)
    texts = lab.misconceptions.get(result.key) or shared().get(result.key)
    if not result.key or texts is None:
        return {"ar": "", "en": result.key}
    return _completed(lab, texts, result, above)


def hint(lab: Lab, result: ItemResult, above: int = 0) -> Texts:
    """The hint for a trainee who has that misconception again; {} when there is none."""
    result = _without_function(result)
    mine = lab.hints if result.key in lab.misconceptions else _shared()[1]
    return _completed(lab, mine.get(result.key, {}), result, above)


def also(lab: Lab, result: ItemResult, above: int = 0) -> Texts:
    """What else was missed of an item, with the values; {} when there is nothing else. A message
    that was told already is left out, unless it has values of its own."""
    told, parts = [message(lab, result, above)], []
    for part in result.also:
        text, values = message(lab, part, above), _values(part)
        if text not in told or values["en"]:
            parts.append((text, values))
        told.append(text)
    if not parts:
        return {}
    return {
        language: " ".join(
            f"{first} {texts[language]}{values[language]}" for texts, values in parts
        )
        for language, first in (("ar", "وأيضًا:"), ("en", "Also:"))
    }


def _without_function(result: ItemResult) -> ItemResult:
    """The result; where the function is not there at all, with that as its reason."""
    found = _HOST_ERROR.fullmatch(result.detail) if result.key == "host_failed" else None
    if found is None or found[2] != "missing":
        return result
    return replace(result, key="host_missing", detail=found[1])


def _why(language: str, detail: str) -> str:
    """Why a host function gave no answer, from the detail of a HostError."""
    found = _HOST_ERROR.fullmatch(detail)
    if found is None:
        return f"`{detail}`"
    name, kind, more = found.groups()
    return f"`{name}()`: " + _WHY[kind][language].replace("{more}", f": `{more}`" if more else "")


def _values(part: ItemResult) -> Texts:
    measured, expected = (visible(v).replace("`", "'") for v in (part.measured, part.expected))
    if not measured or not expected:
        return {"ar": "", "en": ""}
    return {
        "ar": f" (القياس `{measured}`، والمتوقّع `{expected}`)",
        "en": f" (measured `{measured}`, expected `{expected}`)",
    }


def _completed(lab: Lab, texts: Texts, result: ItemResult, above: int) -> Texts:
    item = result.detail.partition(".")[0]
    place = _LINE.search(result.detail)
    line = int(place[1]) if place else 0
    # The text of an exception is any text that the program wants.
    detail = visible(_LINE.sub("", result.detail)).replace("`", "'")
    return {
        language: text.replace(
            "{where}", _WHERE[language].format(cell=above + line + 1, line=line) if place else ""
        )
        .replace("{item}", item)
        .replace("{ready}", lab.ready_line)
        .replace("{end}", detail_in(language, detail) or f"`{detail}`")
        .replace("{why}", _why(language, detail))
        .replace("{detail}", detail)
        for language, text in texts.items()
    }
