"""The messages between the station page and the station, and the page's own texts.

To the page:

- first `{"station": {language, arabic, types: [{name, title}], stopped: [text],
  half_written: [name]}}`; `arabic` has the Arabic of each text of the page;
- then `{"settings": {type, flash, jig, batch, back}}`, `{"slots": [...]}` with all slots that have
  changed, `{"gone": [name]}` with those that are empty now, and
  `{"figures": {today, trends}}`; `{"refused": {cause, cure}}`: why an action was not done.

A text of the station is `{en, ar}`, so that the page can change its language.

From the page: `{"do": "start", slots, back}` (slots is null: all that wait),
`{"do": "choose", type, flash, jig, batch, back}`, `{"do": "cable", slot, cable}`. `back`: boards
are taken back, and not flashed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hardware import boards
from hardware.bench.drawing.live_picture import plain_arabic
from hardware.i18n import both, language
from station.certify.plan import FOLDER
from station.errors import StationError
from station.inventory import jobs
from station.inventory.codes import plain
from station.inventory.database import Inventory
from station.inventory.jobs import TRAITS, Tally
from station.inventory.tables import CODE
from station.page.board_work import TraySettings
from station.page.tray import TraySlot
from station.page.trouble import Trouble

TREND_DAYS = 30
"""Trends are those of so many days."""
MOST_COMPARED = 10
"""Of cables, hubs, batches and images, the worst ones are shown."""
TEXTS = (
    both("Station"),
    both("A board at this computer"),
    both("Boards in the tray"),
    both("Plug a board in: its card appears here."),
    both("Start"),
    both("Start 1 board"),
    both("Start {count} boards"),
    both("Start this board again"),
    both("Take back"),
    both("Take back 1 board"),
    both("Take back {count} boards"),
    both("Take this board back"),
    both("What the tray does"),
    both("Flash and certify"),
    both("All programs and passwords on the boards are erased."),
    both("Board type"),
    both("as the board says"),
    both("Write MicroPython first"),
    both("The boards are in their jigs"),
    both("Batch"),
    both("Cable"),
    both("Slot {slot}"),
    both("Cable in slot {slot}"),
    both("asking the board"),
    both("ready to start"),
    both("does not answer yet"),
    both("in work"),
    both("Good"),
    both("Faulty"),
    both("Not tested"),
    both("unplugged"),
    both("identify"),
    both("flashing"),
    both("wiping"),
    both("certify"),
    both("label"),
    both("check in"),
    both("done"),
    both("now"),
    both("to come"),
    both("stopped here"),
    both("What to do:"),
    both("In the inventory:"),
    both("Print the labels"),
    both("Today"),
    both("Good boards of those that were tested: {percent} %"),
    both("No board was tested today."),
    both("The last 30 days"),
    both("There is nothing to compare yet."),
    both("Cables"),
    both("Hubs"),
    both("Batches"),
    both("Images"),
    both("name"),
    both("Yield"),
    both("The station was stopped while these boards were in work:"),
    both("These boards are half-written. Plug them in and start them again:"),
    both("The connection to the station was lost. It is tried again."),
    both("Slot {slot}: {board}: {result}"),
    both("Log in"),
    both("Code of this station"),
    both("The code is in the window in which the station was started."),
    both("This is not the code of this station."),
)
"""The texts of the page; its scripts name them in English."""
RESULTS = {"PASS": "Good", "FAIL": "Faulty", "ERROR": "Not tested"}


@dataclass(frozen=True)
class StartBoards:
    """Start the boards in these slots; None: all that wait."""

    slots: tuple[str, ...] | None
    take_back: bool


@dataclass(frozen=True)
class ChooseSettings:
    """Set what counts for all boards."""

    settings: TraySettings


@dataclass(frozen=True)
class NameCable:
    """Name the cable that is in a slot."""

    slot: str
    cable: str


StationAction = StartBoards | ChooseSettings | NameCable


def parse(message: str | bytes) -> StationAction:
    """The action that a page asks for. Raises: ValueError for anything else; Refused for a text
    that cannot be kept.

    Trust boundary: whoever is logged in writes these messages. They start the work that a person
    has prepared and name cables; they name no file and no port.
    """
    try:
        match json.loads(message):
            case {"do": "start", "slots": None, "back": bool(back)}:
                return StartBoards(None, back)
            case {"do": "start", "slots": list(names), "back": bool(back)} if all(
                isinstance(name, str) for name in names
            ):
                return StartBoards(tuple(names), back)
            case {
                "do": "choose",
                "type": str(kind),
                "flash": bool(flash),
                "jig": bool(jig),
                "batch": str(batch),
                "back": bool(back),
            } if kind in ("", *_types()):
                return ChooseSettings(TraySettings(kind, flash, jig, plain(batch, CODE), back))
            case {"do": "cable", "slot": str(slot), "cable": str(cable)}:
                return NameCable(slot, plain(cable, CODE))
    except (RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not an action") from error
    raise ValueError("not an action")


def page_words() -> Mapping[str, Any]:
    """The language of the station, and the Arabic of each text of its pages."""
    arabic = {text: plain_arabic(text) for text in TEXTS}
    return {"language": language(), "arabic": arabic}


def first_message(stopped: Sequence[str], half_written: Sequence[str]) -> Mapping[str, Any]:
    """What a page needs to know once."""
    station = {
        **page_words(),
        "types": [{"name": name, "title": boards.load(name).title} for name in _types()],
        "stopped": stopped,
        "half_written": half_written,
    }
    return {"station": station}


def settings_message(settings: TraySettings) -> Mapping[str, Any]:
    """What is chosen for all boards."""
    chosen = {
        "type": settings.board_type,
        "flash": settings.flash,
        "jig": settings.with_jig,
        "batch": settings.batch,
        "back": settings.take_back,
    }
    return {"settings": chosen}


def slot_words(slot: TraySlot) -> Mapping[str, Any]:
    """A slot as the page shows it."""
    board, outcome = slot.board, slot.outcome
    troubles = outcome.troubles if outcome else ()
    if outcome and outcome.verdict == "PASS" and board and board.still_faulty:
        troubles = (*troubles, board.still_faulty)
    return {
        "slot": slot.place.slot,
        "cable": slot.place.cable,
        "state": slot.state,
        "plugged": slot.plugged,
        "wanted": slot.wanted is not None,
        "board": board
        and {
            "mac": board.mac,
            "label": board.label,
            "kind": both_languages_of(board.kind),
            "state": both_languages_of(board.state),
        },
        "note": slot.note and _trouble(slot.note),
        "stages": slot.stages,
        "stage": slot.stage,
        "step": both_languages_of(slot.step),
        "fraction": round(slot.fraction, 3),
        "labelled": bool(outcome and outcome.label),
        "result": outcome and RESULTS[outcome.verdict],
        "loan": outcome
        and outcome.loan
        and {"text": both_languages_of(outcome.loan.text), "overdue": outcome.loan.is_overdue},
        "troubles": [_trouble(trouble) for trouble in troubles],
    }


def refused_message(error: StationError) -> Mapping[str, Any]:
    """Why something was not done."""
    return {"refused": _trouble(Trouble(error.cause, error.cure))}


def figures_message(inventory: Inventory) -> Mapping[str, Any]:
    """Today's yield, and how cables, hubs, batches and images compare. Raises: NoInventory."""
    now = datetime.now().astimezone()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=TREND_DAYS)
    with inventory.read() as session:
        today = jobs.boards_since(session, midnight)
        trends = {trait: jobs.compared(session, trait, since) for trait in TRAITS}
    shown = {
        trait: [{"name": name, **_tally(tally)} for name, tally in found[:MOST_COMPARED]]
        for trait, found in trends.items()
    }
    return {"figures": {"today": _tally(today), "trends": shown}}


def _types() -> list[str]:
    """The board types that have a self test."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def _trouble(trouble: Trouble) -> Mapping[str, Any]:
    return {"cause": both_languages_of(trouble.cause), "cure": both_languages_of(trouble.cure)}


def both_languages_of(text: str) -> Mapping[str, str]:
    """A text of the station as a message has it."""
    return {"en": getattr(text, "english", text), "ar": getattr(text, "arabic", text)}


def _tally(tally: Tally) -> Mapping[str, Any]:
    return {
        "good": tally.good,
        "faulty": tally.faulty,
        "not_tested": tally.not_tested,
        "percent": tally.yield_percent,
    }
