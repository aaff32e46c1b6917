"""A rule of the wiring lint, and its findings.

    @rule("led-resistor", "error", both("{part} has no resistor …"), both("Add 220 Ω to 1 kΩ."))
    def led_resistor(circuit: RestingCircuit) -> Iterator[LintPlace]:
        yield LintPlace("led1", "A")

A rule is one function in a file of `rules/`; it is found there, without registration. Its texts
may contain `{part}`, `{pin}`, `{at}` (part and pin), and the words of the place.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from hardware.bench.lint.resting_circuit import RestingCircuit
from hardware.i18n import arabic, language, sanitize

Level = Literal["error", "warning", "info"]
Subject = TypeVar("Subject")


@dataclass(frozen=True)
class LintPlace:
    """A place that breaks a rule: a part (or board), its pin, and words for the message."""

    part: str
    pin: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One finding on a circuit, in English and in Arabic: what is wrong, and the cure."""

    level: Level
    rule: str
    part: str
    pin: str
    message: str
    cure: str
    facts: tuple[tuple[str, str], ...]
    """What the places in the two texts are filled with."""

    @property
    def en(self) -> str:
        """The finding in English."""
        return f"{self.message} {self.cure}".strip().format(**dict(self.facts))

    @property
    def ar(self) -> str:
        """The finding in Arabic. The catalogue is read only for this: it takes its time."""
        return f"{arabic(self.message)} {arabic(self.cure)}".strip().format(**dict(self.facts))

    @property
    def text(self) -> str:
        """The finding in the reader's language."""
        return self.ar if language() == "ar" else self.en


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule with its English texts; the Arabic ones are in the catalogue (`locale/`)."""

    id: str
    level: Level
    message: str
    cure: str
    find: Callable[[Subject], Iterator[LintPlace]]

    def check(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each place that breaks the rule, each place once."""
        for part, pin, words in dict.fromkeys(
            (place.part, place.pin, tuple(place.words.items())) for place in self.find(subject)
        ):
            facts = {"part": part, "pin": pin, "at": f"{part}:{pin}", **dict(words)}
            filled = tuple((name, sanitize(fact)) for name, fact in facts.items())
            yield Finding(self.level, self.id, part, pin, self.message, self.cure, filled)


Maker = Callable[[Callable[[Subject], Iterator[LintPlace]]], Rule[Subject]]


def rule(id_: str, level: Level, message: str, cure: str) -> Maker[RestingCircuit]:
    """Decorator: a function that finds places becomes a rule on the wiring."""
    return lambda find: Rule(id_, level, message, cure, find)


class FileRule(Rule[Mapping[str, Any]]):
    """A rule on the JSON of a circuit file, even if no circuit can be built from it."""


def file_rule(id_: str, level: Level, message: str, cure: str) -> Maker[Mapping[str, Any]]:
    """Decorator: a function that finds places becomes a rule on the file."""
    return lambda find: FileRule(id_, level, message, cure, find)
