"""The tray of a station: its slots, the boards in them, and what goes on with each.

A slot is a USB path, or a port that was named by hand; a board is known by its MAC. One thread
looks for boards. Each board has a thread of its own while it is asked who it is and while it is in
work, so an error of one board never stops another one.

All public methods may be called from any thread.
"""

import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from hardware.errors import HardwareError
from hardware.i18n import _, in_both_languages
from station.certify.label import Label
from station.errors import Refused
from station.flash.pico_drive import pico_drives
from station.flash.slot import boards_by_slot
from station.page.board_work import (
    BoardFacts,
    BoardJob,
    BoardOutcome,
    BoardPlace,
    BoardWork,
    Stage,
    TraySettings,
    WorkReport,
    stages_of,
)
from station.page.trouble import (
    Trouble,
    trouble_of,
    trouble_of_bootsel,
    trouble_of_restart,
    trouble_of_warsha,
)

LOOK_S = 0.5
"""The tray is looked at so often."""
FOLLOW_S = 1.0
"""The inventory is asked so often how the boards are in it: a terminal may change that."""
CLOSE_S = 5.0
"""The longest time that `close` waits for a thread."""
SlotState = Literal["asked", "waiting", "working", "done"]


@dataclass(frozen=True)
class TraySlot:
    """A slot with the board in it."""

    place: BoardPlace
    visit: int
    """Counts the boards that were in any slot: a late answer of an earlier board is not taken for
    that of this one."""
    state: SlotState = "asked"
    plugged: bool = True
    wanted: TraySettings | None = None
    """How its work begins, as soon as the board has said who it is."""
    board: BoardFacts | None = None
    note: Trouble | None = None
    """Why the board did not say who it is, or of which type."""
    stages: tuple[Stage, ...] = ()
    """Those of its work."""
    stage: Stage = "identify"
    step: str = ""
    fraction: float = 0.0
    outcome: BoardOutcome | None = None

    @property
    def waits(self) -> bool:
        """Whether the start button starts it."""
        not_tested = self.outcome is not None and self.outcome.verdict == "ERROR"
        return self.state in ("asked", "waiting") or not_tested


def usual_slots(ports: Iterable[str]) -> dict[str, str]:
    """The ports in which a board is now, by slot: boards at USB, the drives of Picos in BOOTSEL,
    and those of `ports` that are there. Whether something answers at an address shows only when it
    is asked. A drive is left out where the system does not say its USB path: it may be that of a
    board in work."""
    named = {port: port for port in ports if ":" in port or Path(port).exists()}
    drives = {drive.usb_path: str(drive.folder) for drive in pico_drives() if drive.usb_path}
    return {**drives, **boards_by_slot(), **named}


class Tray:
    """The slots with boards in them. It works until `close`."""

    def __init__(self, work: BoardWork, find: Callable[[], Mapping[str, str]]) -> None:
        """`find` returns the ports in which a board is now, by slot."""
        self.work = work
        self._find = find
        self._settings = TraySettings()
        self._slots: dict[str, TraySlot] = {}
        self._cables: dict[str, str] = {}
        self._labels: dict[str, Label] = {}
        self._visits = 0
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._on_change: Callable[[str], object] = lambda _slot: None

    def __enter__(self) -> Self:
        self._in_thread("warsha-tray", self._look)
        self._in_thread("warsha-inventory", self._follow)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Look for no more boards, and end the work on those that are being flashed. A board in
        its self test is left as it is; the inventory knows that its job has no end."""
        self._closing.set()
        self.work.stopped.set()
        for thread in list(self._threads):
            thread.join(CLOSE_S)

    def watch(self, on_change: Callable[[str], object]) -> None:
        """`on_change` gets each slot that has changed, in some thread; "" for the settings."""
        self._on_change = on_change

    # -- what is shown

    @property
    def settings(self) -> TraySettings:
        """What is chosen for all boards."""
        return self._settings

    def slots(self) -> list[TraySlot]:
        """All slots with a board, or with an outcome that was not good."""
        with self._lock:
            return list(self._slots.values())

    def slot(self, name: str) -> TraySlot | None:
        """A slot; None when there is no board any more."""
        with self._lock:
            return self._slots.get(name)

    def labels(self) -> list[Label]:
        """The labels of all boards that came through since the start, the last one of each."""
        with self._lock:
            return list(self._labels.values())

    # -- what a person does

    def choose(self, settings: TraySettings) -> None:
        """Set what is chosen for all boards; it counts for the work that begins from now on."""
        self._settings = settings
        self._on_change("")

    def name_cable(self, slot: str, cable: str) -> None:
        """Note which cable is in a slot; it stays there when the board is changed."""
        with self._lock:
            if found := self._slots.get(slot):
                self._cables[slot] = cable
                self._set(found, place=replace(found.place, cable=cable))

    def start(self, names: Sequence[str] | None = None, *, take_back: bool = False) -> None:
        """Start the work on the boards in these slots; None: on all that wait for it, and on those
        that could not be tested. Boards in work, and slots without a board, are left out.

        Args:
            take_back: what the person has read on the button.

        Raises: Refused when that was changed meanwhile, so that no board is erased by surprise.
        """
        with self._lock:
            settings = self._settings
            if settings.take_back != take_back:
                cause = _("another page has changed what the tray does, so nothing was started")
                raise Refused(cause, _("Look at the start button, and press it again."))
            for slot in self.slots():
                wanted = slot.waits if names is None else slot.place.slot in names
                if not (wanted and slot.plugged) or slot.state == "working":
                    continue
                if slot.state == "asked":
                    self._set(slot, wanted=settings)
                else:
                    self._begin(slot, settings)

    # -- the thread that looks

    def _look(self) -> None:
        while not self._closing.is_set():
            self.look_once()
            self._closing.wait(LOOK_S)

    def _follow(self) -> None:
        while not self._closing.wait(FOLLOW_S):
            for slot in self.slots():
                if slot.board and slot.board.mac and slot.state != "working":
                    with suppress(HardwareError):  # the next start tells that it cannot be used
                        self._know(slot, self.work.in_inventory(slot.board))

    def _know(self, slot: TraySlot, board: BoardFacts) -> None:
        """Show a board as the inventory has it, unless the slot has changed meanwhile."""
        with self._lock:
            if self._slots.get(slot.place.slot) is slot and board != slot.board:
                self._set(slot, board=board)

    def look_once(self) -> None:
        """See which boards have come and gone."""
        try:
            found = self._find()
        except OSError:  # a device went away while it was looked at
            return
        with self._lock:
            for slot in self.slots():
                if slot.state != "working" and slot.plugged and slot.place.slot not in found:
                    self._unplugged(slot)
            for name, port in found.items():
                slot_now = self._slots.get(name)
                if slot_now is None or not slot_now.plugged:
                    self._plugged(name, port)
                elif slot_now.place.port != port:
                    self._moved(slot_now, port)

    def _plugged(
        self,
        name: str,
        port: str,
        wanted: TraySettings | None = None,
        note: Trouble | None = None,
    ) -> None:
        self._visits += 1
        place = BoardPlace(name, "", self._cables.get(name, "")).at(port)
        slot = TraySlot(place, self._visits, wanted=wanted, note=note)
        self._slots[name] = slot
        self._on_change(name)
        self._in_thread(f"warsha-ask {name}", lambda: self._ask(slot))

    def _moved(self, slot: TraySlot, port: str) -> None:
        """Native USB: the port got another number. Or a Pico went into its boot ROM, or came back:
        it is asked again, if it has not been in work. A start that was pressed still counts, but
        erases no board."""
        place = slot.place.at(port)
        if place.is_drive != slot.place.is_drive and slot.state in ("asked", "waiting"):
            if slot.wanted and slot.wanted.take_back:
                self._plugged(place.slot, port, note=trouble_of_restart())
            else:
                self._plugged(place.slot, port, slot.wanted)
        else:
            self._set(slot, place=place)

    def _unplugged(self, slot: TraySlot) -> None:
        """A good board may leave without a trace; a bad outcome stays until the next board."""
        if slot.outcome and slot.outcome.verdict != "PASS":
            self._set(slot, plugged=False)
        else:
            del self._slots[slot.place.slot]
            self._on_change(slot.place.slot)

    # -- the threads of the boards

    def _ask(self, slot: TraySlot) -> None:
        board, note = None, slot.note
        try:
            board = self.work.look(slot.place)
            note = note or (None if board.mac else trouble_of_bootsel())
        except HardwareError as error:
            note = trouble_of(error)
        except Exception as error:
            traceback.print_exc()
            note = trouble_of_warsha(error)
        with self._lock:
            now = self._update(slot, state="waiting", board=board, note=note)
            if now and now.wanted:
                self._begin(now, now.wanted)

    def _begin(self, slot: TraySlot, settings: TraySettings) -> None:
        stages = stages_of(settings, slot.board)
        begun = self._set(
            slot,
            state="working",
            stages=stages,
            wanted=None,
            note=None,
            stage="identify",
            step="",
            fraction=0.0,
            outcome=None,
        )
        self._in_thread(f"warsha-work {slot.place.slot}", lambda: self._run(begun, settings))

    def _run(self, slot: TraySlot, settings: TraySettings) -> None:
        report = WorkReport(
            lambda stage, step, part: self._update(slot, stage=stage, step=step, fraction=part),
            lambda board: self._update(slot, board=board),
        )
        try:
            mac = slot.board.mac if slot.board else ""
            outcome = self.work.run(BoardJob(slot.place, mac, settings, slot.stages, report))
        except Exception as error:
            traceback.print_exc()
            outcome = BoardOutcome("ERROR", (trouble_of_warsha(error),))
        with self._lock:
            if outcome.label:
                self._labels[outcome.label.code] = outcome.label
            self._update(slot, state="done", fraction=1.0, outcome=outcome)

    def _in_thread(self, name: str, do: Callable[[], None]) -> None:
        def run() -> None:
            with in_both_languages():
                do()
            self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    # -- changes

    def _update(self, slot: TraySlot, **fields: object) -> TraySlot | None:
        """Change a slot, unless another board is in it now."""
        with self._lock:
            now = self._slots.get(slot.place.slot)
            return self._set(now, **fields) if now and now.visit == slot.visit else None

    def _set(self, slot: TraySlot, **fields: object) -> TraySlot:
        changed = replace(slot, **fields)  # type: ignore[arg-type]
        self._slots[slot.place.slot] = changed
        self._on_change(slot.place.slot)
        return changed
