"""A record: what a mark was made of, so that it can be made again and explained years later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from grader.score.card import Card


@dataclass(frozen=True)
class Record:
    """One distinct submission that was graded. It holds seeds: it never leaves the instructor."""

    student: str
    lab: str
    number: int
    """1 for the trainee's first submission of this lab, then 2, 3, …"""
    submission: str
    """SHA-256 of the file as it was handed in."""
    timestamp: str
    """When it was handed in, as the stamp has it; "" when nobody noted it."""
    stamp: Mapping[str, str]
    """What decided the mark: submission, timestamp, lab (its digest), board, seeds, port, engine,
    sandbox."""
    seeds: tuple[int, ...]
    program: str | None
    """The board program; None: the notebook had none."""
    host: str | None
    """The functions that run on the computer; None: there were none."""
    answered: bool
    """Whether the "predict" question had an answer."""
    cards: tuple[Card, ...]
    assignment: str = ""
    """What it was handed in with, if that is not called as the lab: a lab may be handed in by
    itself and among several, and each has its own marks and tries."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What an instructor should know of a mark: `no_sandbox` (its host code was not locked
        up), `timed_out` (this machine's limits of time had a part in it)."""
        said = {
            "no_sandbox": self.stamp.get("sandbox") == "none",
            "timed_out": any(card.timed_out for card in self.cards),
        }
        return tuple(name for name, holds in said.items() if holds)

    def to_json(self) -> str:
        """The record as text, for a file."""
        plain = {**vars(self), "cards": [card.as_dict() for card in self.cards]}
        return json.dumps(plain, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The record that `to_json` wrote. Raises: ValueError, with what is wrong."""
        try:
            data: dict[str, Any] = json.loads(text)
            data["seeds"] = tuple(map(int, data["seeds"]))
            data["cards"] = tuple(Card.from_dict(card) for card in data["cards"])
            if not {"lab", "board"} <= data["stamp"].keys():
                raise ValueError("stamp")
            return cls(**data)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
