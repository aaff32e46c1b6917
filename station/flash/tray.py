"""Flashes a tray of boards side by side: a thread for each board, and for an ESP32 a process of
esptool.

A hub has one line to the computer, and its supply has a limit: so only some of its boards are
flashed at once. At 921600 baud a board takes 92 KB/s, and a USB hub of full speed carries about
1 MB/s.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from station.flash.board_files import BoardData
from station.flash.flash_outcome import FlashOutcome, Stage
from station.flash.flasher import BAUD, flash_board, places
from station.flash.images import Choice
from station.flash.slot import slot_at
from station.inventory.database import Inventory
from station.thread_per_board import thread_per_board

PER_HUB = 8
AT_ONCE = 16
"""Boards that one computer flashes at once: esptool misses answers of a chip when the computer is
too busy."""
OnTrayStage = Callable[[str, Stage, float], None]
"""Gets the port, the stage, and how much of it is done. It is called from several threads."""
OnFlashed = Callable[[FlashOutcome], None]


def flash_all(
    ports: Sequence[str],
    choice: Choice,
    inventory: Inventory,
    on_progress: OnTrayStage = lambda _port, _stage, _part: None,
    on_done: OnFlashed = lambda _outcome: None,
    *,
    per_hub: int = PER_HUB,
    baud: int = BAUD,
    erase: bool = False,
    data: BoardData | None = None,
    drive: Path | None = None,
    dry_run: bool = False,
    stopped: threading.Event | None = None,
) -> list[FlashOutcome]:
    """Flash the boards at these ports; the arguments are those of `flash_board`.

    An error of one board does not stop the others. Ctrl-C ends all of them: the outcomes and the
    inventory say what each board holds then.

    Args:
        per_hub: so many boards of one hub at once.
        on_done: gets each outcome as soon as it is there, from the thread of its board.

    Returns: the outcomes, in the order of the ports.
    """
    stopped = stopped or threading.Event()
    slots = {port: slot_at(port) for port in ports}
    before = places(inventory)  # of all, before the first board is put into its slot
    turns: dict[str, AbstractContextManager[object]] = defaultdict(
        lambda: threading.Semaphore(per_hub), {"": nullcontext()}
    )
    for slot in slots.values():
        turns[slot.hub]  # made here: the threads only read

    at_once = threading.Semaphore(AT_ONCE)

    def one(port: str) -> FlashOutcome:
        with turns[slots[port].hub], at_once:  # in this order: boards of one hub keep no other out
            outcome = flash_board(
                port,
                choice,
                inventory,
                partial(on_progress, port),
                baud=baud,
                erase=erase,
                data=data,
                drive=drive,
                dry_run=dry_run,
                stopped=stopped,
                before=before,
            )
        on_done(outcome)
        return outcome

    return thread_per_board(one, ports, stopped)
