"""What a rule of the wiring lint is, and what it finds.

    @rule("led-resistor", "error", both("{part} has no resistor …"), both("Add 220 Ω to 1 kΩ."))
    def led_resistor(bench: Resting) -> Iterator[Spot]:
        yield Spot("led1", "A")

A rule is one function in a file of `rules/`; nothing else has to be told of it. Its texts may name
`{part}`, `{pin}`, `{at}` (both), and what the spot carries.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from hardware.bench.lint.resting_circuit import Resting
from hardware.i18n import arabic, language, sanitize

Level = Literal["error", "warning", "info"]
Subject = TypeVar("Subject")


@dataclass(frozen=True)
class LintPlace:
    """A place where a rule is broken: a part (or board), its pin, and words for the message."""

    part: str
    pin: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One remark on a wiring, in English and in Arabic: what is wrong, and its cure."""

    level: Level
    rule: str
    part: str
    pin: str
    en: str
    ar: str

    @property
    def text(self) -> str:
        """The remark in the reader's language."""
        return self.ar if language() == "ar" else self.en


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule with its texts (English; the Arabic is in the catalogue)."""

    id: str
    level: Level
    message: str
    cure: str
    find: Callable[[Subject], Iterator[LintPlace]]

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Every place where it is broken, once."""
        for spot in dict.fromkeys(
            (s.part, s.pin, tuple(s.words.items())) for s in self.find(subject)
        ):
            part, pin, words = spot
            facts = {"part": part, "pin": pin, "at": f"{part}:{pin}", **dict(words)}
            facts = {name: sanitize(fact) for name, fact in facts.items()}
            en = f"{self.message} {self.cure}".format(**facts)
            ar = f"{arabic(self.message)} {arabic(self.cure)}".format(**facts)
            yield Finding(self.level, self.id, part, pin, en, ar)


Maker = Callable[[Callable[[Subject], Iterator[LintPlace]]], Rule[Subject]]


def rule(id_: str, level: Level, message: str, cure: str) -> Maker[Resting]:
    """Makes a rule on the wiring out of a function that finds its spots."""
    return lambda find: Rule(id_, level, message, cure, find)


class FormRule(Rule[Mapping[str, Any]]):
    """A rule on the circuit file as it stands, which need not be one that can be read."""


def form_rule(id_: str, level: Level, message: str, cure: str) -> Maker[Mapping[str, Any]]:
    """Makes a rule on the file out of a function that finds its spots."""
    return lambda find: FormRule(id_, level, message, cure, find)
