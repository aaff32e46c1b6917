"""Which board is in which slot, what was written to it, and how it was tested.

A flash is noted before its first byte is written, as half-written: when the station loses power,
the inventory says so, and the next run heals the board.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from station.inventory import boards, codes
from station.inventory.database import Change
from station.inventory.tables import (
    CODE,
    NAME,
    BoardRow,
    CertificateResult,
    CertificateRow,
    FlashResult,
    FlashRow,
    ImageRow,
    SlotRow,
)


def slots(session: Session) -> list[SlotRow]:
    """All slots that ever had a board, by USB path."""
    return list(session.scalars(select(SlotRow).order_by(SlotRow.usb_path)))


def place(
    change: Change,
    usb_path: str,
    code: str | None,
    *,
    name: str = "",
    hub: str = "",
    port: str = "",
) -> SlotRow:
    """Note which board is in a slot now; None: it is empty. The board leaves any other slot. What
    is "" stays. Raises: Refused when the board is not known or retired."""
    mac = boards.locked_in_use(change, code).mac if code else None
    change.session.execute(
        update(SlotRow)
        .where(SlotRow.mac == mac, SlotRow.usb_path != usb_path)
        .values(mac=None)
        .execution_options(synchronize_session="fetch")
    )
    slot = change.session.get(SlotRow, usb_path)
    if slot is None:
        slot = change.add_unless_there(SlotRow(usb_path=codes.plain(usb_path, NAME)))
    slot.mac = mac
    slot.name = codes.plain(name, CODE) or slot.name
    slot.hub = codes.plain(hub, NAME) or slot.hub
    slot.port = codes.plain(port, CODE) or slot.port
    change.session.flush()
    return slot


def keep_image(
    change: Change,
    sha256: str,
    name: str,
    *,
    version: str = "",
    source: str = "",
    by_hand: bool = False,
) -> ImageRow:
    """The image with this hash; it is added when it is new. An image that is known once stays as
    it is. Raises: Refused."""
    image = change.session.get(ImageRow, sha256)
    if image is None:
        image = ImageRow(
            sha256=sha256,
            name=codes.plain(name, NAME),
            version=codes.plain(version, CODE),
            source=codes.plain(source, boards.NOTE),
            by_hand=by_hand,
        )
        image = change.add_unless_there(image)
    return image


def begin_flash(change: Change, code: str, image: ImageRow, *, slot: str, baud: int) -> FlashRow:
    """Note that a board will be written now; it is half-written until `end_flash`.

    Raises: Refused when the board is not known or retired.
    """
    board = boards.locked_in_use(change, code)
    flash = _added(change, board, image, slot, "half-written", baud=baud)
    board.condition = "half-written"
    change.note("flash begun", board.mac, image=_title(image))
    change.session.flush()
    return flash


def end_flash(
    change: Change, flash_id: int, result: FlashResult, *, verified: bool, baud: int = 0
) -> FlashRow:
    """Note how a flash ended. `baud`: the speed at the end, if it was lowered.

    Raises: ValueError for a good flash that was not read back.
    """
    if result == "good" and not verified:
        raise ValueError("a flash that was not read back is not good")
    flash = change.session.get_one(FlashRow, flash_id)
    board = boards.locked(change, flash.mac)
    flash.result, flash.verified, flash.baud = result, verified, baud or flash.baud
    match result:
        case "good":
            board.condition = "ready"
        case "failed":
            board.condition = flash.before
    image = change.session.get_one(ImageRow, flash.image)
    change.note("flashed", board.mac, image=_title(image), result=result)
    change.session.flush()
    return flash


def found_image(change: Change, code: str, image: ImageRow, *, slot: str) -> None:
    """Note that a board holds an image that was not written here: it was read back. Raises:
    Refused."""
    board = boards.locked_in_use(change, code)
    _added(change, board, image, slot, "good", verified=True)
    board.condition = "ready"
    change.note("image found", board.mac, image=_title(image))
    change.session.flush()


def _added(
    change: Change,
    board: BoardRow,
    image: ImageRow,
    slot: str,
    result: FlashResult,
    *,
    baud: int = 0,
    verified: bool = False,
) -> FlashRow:
    """A new entry of the log. The board has the condition from before."""
    flash = FlashRow(
        mac=board.mac,
        slot=slot,
        image=image.sha256,
        at=change.at,
        by=change.by,
        baud=baud,
        result=result,
        before=board.condition,
        verified=verified,
    )
    change.session.add(flash)
    return flash


def last_flash(session: Session, mac: str) -> FlashRow | None:
    """The last flash that may have changed a board."""
    last = select(FlashRow).where(FlashRow.mac == mac, FlashRow.result != "failed")
    return session.scalars(last.order_by(FlashRow.id.desc())).first()


def held_image(session: Session, mac: str) -> ImageRow | None:
    """The image that was written to a board last, or found on it, and read back; None when that is
    not known, or when a later flash changed the board."""
    flash = last_flash(session, mac)
    if flash is None or flash.result != "good":
        return None
    return session.get(ImageRow, flash.image)


def record_certificate(
    change: Change,
    code: str,
    result: CertificateResult,
    record: str,
    *,
    key_id: str,
    what: str = "",
) -> CertificateRow:
    """Keep the record of a self test, a signed JSON text. `what`: what failed, in one line; it
    becomes a fault of the board.

    Raises: Refused when the board is not known or retired, or when a failure has no `what`.
    """
    board = boards.locked_in_use(change, code)
    certificate = CertificateRow(
        mac=board.mac, at=change.at, by=change.by, result=result, record=record, key_id=key_id
    )
    change.session.add(certificate)
    change.note("certified", board.mac, result=result)
    if result == "fail":
        boards.report_fault(change, board.mac, what)
    change.session.flush()
    return certificate


def _title(image: ImageRow) -> str:
    return f"{image.name} {image.version}".strip()
