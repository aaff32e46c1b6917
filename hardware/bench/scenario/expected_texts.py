"""Texts that a step expects to come over the network: how many, in which window of time."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.scenario.command import CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.trace.trace import Trace
from hardware.i18n import _

NO_MAXIMUM = 2**31


@dataclass(frozen=True)
class ExpectedTexts:
    """At least one text, or `min`, and at most `max`. If `match` is given, only texts that match
    it count. `for` and `board` as in expect-i2c."""

    KEYS = ("match", "min", "max", "for", "board")
    match: re.Pattern[str] | None
    minimum: int
    maximum: int
    for_ns: int | None
    board: str | None

    @classmethod
    def read(cls, keys: Mapping[str, yaml.Node], nodes: Nodes) -> Self:
        """From the keys of the step."""
        return cls(
            nodes.optional(keys, "match", nodes.pattern),
            nodes.count(keys["min"]) if "min" in keys else 1,
            nodes.count(keys["max"]) if "max" in keys else NO_MAXIMUM,
            nodes.optional(keys, "for", nodes.duration),
            nodes.optional(keys, "board", nodes.text),
        )

    def check(
        self,
        context: CommandContext,
        texts: Callable[[Trace], Iterable[tuple[int, str]]],
        name: str,
    ) -> None:
        """Let the window pass and count the texts (with their times, in ns) of a trace, which came
        under a name. Raises: CommandError for a wrong count."""
        window = context.window(self.for_ns)
        seen = sum(
            window.begin_ns <= t_ns < window.end_ns
            and (self.match is None or self.match.search(text) is not None)
            for t_ns, text in texts(context.trace(self.board))
        )
        if not self.minimum <= seen <= self.maximum:
            what = _("{seen} such messages under {topic}, expected {wanted}")
            most = "" if self.maximum == NO_MAXIMUM else f" {self.maximum}"
            wanted = f"{self.minimum} …{most}"
            raise CommandError(what.format(seen=seen, topic=repr(name), wanted=wanted))
