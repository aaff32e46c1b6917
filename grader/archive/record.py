"""A record: all that a mark depends on. With it the mark can be repeated and explained years
later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from grader.score.card import Card


@dataclass(frozen=True)
class Record:
    """One distinct submission that was graded. It contains hidden seeds: only the instructor may
    see it."""

    student: str
    lab: str
    number: int
    """1 for the trainee's first submission of this lab, then 2, 3, …"""
    submission: str
    """SHA-256 of the file as it was handed in."""
    timestamp: str
    """When it was handed in; "" when that is not known."""
    stamp: Mapping[str, str]
    """What decided the mark, with the keys submission, timestamp, lab (its digest), board, seeds,
    port, engine and sandbox."""
    seeds: tuple[int, ...]
    program: str | None
    """The board program; None: the notebook had none."""
    host: str | None
    """The host code; None: there was none."""
    answered: float
    """Which share of the texts of the "predict" question was there (see `OwnPrediction`)."""
    cards: tuple[Card, ...]
    scenario: str | None = None
    """The trainee's own scenario; None: there was none."""
    assignment: str = ""
    """The assignment with which it was handed in, if its name is not the lab's: a lab may be an
    assignment of its own and part of another one; each has its own marks and tries."""

    @property
    def points(self) -> float:
        """The automatic points of all items."""
        return round(sum(card.points for card in self.cards), 2)

    @property
    def handed_in(self) -> datetime | None:
        """The time stamp as a time (UTC); None when it is not known."""
        return datetime.fromisoformat(self.timestamp) if self.timestamp else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What an instructor should know about the mark: `no_sandbox` (its host code was not
        isolated), `timed_out` (a time limit of the machine ended a run)."""
        remarks = {
            "no_sandbox": self.stamp.get("sandbox") == "none",
            "timed_out": any(card.timed_out for card in self.cards),
        }
        return tuple(name for name, holds in remarks.items() if holds)

    def without_pictures(self) -> Self:
        """The record without the waveforms of its cards: those of a class of thousands would fill
        the memory."""
        return replace(self, cards=tuple(replace(card, waveform="") for card in self.cards))

    def to_json(self) -> str:
        """The record as JSON, for a file."""
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
