"""The tables of the inventory, for SQLite and PostgreSQL.

A board is known by its MAC. What a board's state is follows from facts and is stored nowhere:
whether it is retired, has an open loan or an open fault, and what its flash holds. The database
itself refuses a second open loan of a board, and every change of an event.
"""

from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    case,
    event,
    exists,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

Condition = Literal["new", "ready", "half-written"]
"""What a board's flash holds: `new` is not known, `ready` was read back, `half-written` needs
another flash."""
State = Literal["new", "ready", "lent", "faulty", "half-written", "retired"]
STATES: tuple[State, ...] = get_args(State)

NAME, CODE = 120, 40
"""The most characters of a name, and of a code that is printed on a label."""


class UtcTime(TypeDecorator[datetime]):
    """A moment, in UTC. SQLite has no time zones, so both databases store the UTC time."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as it is stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The stored moment, with its zone."""
        return value.replace(tzinfo=UTC) if value else None


class InventoryTable(DeclarativeBase):
    """The base of all tables."""


class SchemaRow(InventoryTable):
    """The version of the tables, in its only row; see `database`."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class KitRow(InventoryTable):
    """A kit: boards that point to it, and parts."""

    __tablename__ = "kit"

    name: Mapped[str] = mapped_column(String(CODE), primary_key=True)
    """In capital letters; it is also the code on the kit's label."""
    parts: Mapped[list["KitPartRow"]] = relationship(order_by="KitPartRow.part")
    boards: Mapped[list["BoardRow"]] = relationship(order_by="BoardRow.mac", viewonly=True)


class PartRow(InventoryTable):
    """A consumable: parts of one kind, which are counted and not followed one by one."""

    __tablename__ = "part"

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    count: Mapped[int] = mapped_column(CheckConstraint("count >= 0"), default=0)
    minimum: Mapped[int] = mapped_column(default=0)
    """Below this count it is time to buy."""


class KitPartRow(InventoryTable):
    """How many parts of one kind belong into a kit."""

    __tablename__ = "kit_part"

    kit: Mapped[str] = mapped_column(ForeignKey(KitRow.name), primary_key=True)
    part: Mapped[str] = mapped_column(ForeignKey(PartRow.name), primary_key=True)
    count: Mapped[int] = mapped_column(CheckConstraint("count > 0"))


class LoanRow(InventoryTable):
    """A board that a trainee has, or had."""

    __tablename__ = "loan"

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(ForeignKey("board.mac"), index=True)
    course: Mapped[str] = mapped_column(String(NAME))
    trainee: Mapped[str] = mapped_column(String(NAME))
    """The id in the class list."""
    name: Mapped[str] = mapped_column(String(NAME), default="")
    """The trainee's name on the day of the loan: a class list may be gone later."""
    since: Mapped[datetime] = mapped_column(UtcTime)
    lent_by: Mapped[str] = mapped_column(String(NAME))
    due: Mapped[date | None]
    """The last day, by the clock of the place; None: there is no such day."""
    kit: Mapped[str] = mapped_column(String(CODE), default="")
    """The kit whose scan lent it; "": the board was lent by itself."""
    returned: Mapped[datetime | None] = mapped_column(UtcTime)
    returned_by: Mapped[str] = mapped_column(String(NAME), default="")
    board: Mapped["BoardRow"] = relationship(viewonly=True)

    def is_overdue(self, today: date) -> bool:
        """Whether the board should be back by now."""
        return self.returned is None and self.due is not None and self.due < today


OPEN_LOAN = LoanRow.returned.is_(None)
Index(
    "one_open_loan", LoanRow.mac, unique=True, sqlite_where=OPEN_LOAN, postgresql_where=OPEN_LOAN
)


class FaultRow(InventoryTable):
    """A fault of a board, until somebody mends it."""

    __tablename__ = "fault"

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(ForeignKey("board.mac"), index=True)
    what: Mapped[str] = mapped_column(Text)
    found: Mapped[datetime] = mapped_column(UtcTime)
    found_by: Mapped[str] = mapped_column(String(NAME))
    mended: Mapped[datetime | None] = mapped_column(UtcTime)
    mended_by: Mapped[str] = mapped_column(String(NAME), default="")


class BoardRow(InventoryTable):
    """A board. It stays in this table when it is retired."""

    __tablename__ = "board"

    mac: Mapped[str] = mapped_column(String(23), primary_key=True)
    """As `24:0a:c4:00:01:10`. A Pico has no MAC: it is the 8 bytes of its `unique_id()`."""
    asset_tag: Mapped[str | None] = mapped_column(String(CODE), unique=True)
    """The school's own number, in capital letters."""
    chip: Mapped[str] = mapped_column(String(CODE), default="")
    type: Mapped[str] = mapped_column(String(NAME), default="")
    flash_bytes: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    condition: Mapped[Condition] = mapped_column(String(CODE), default="new")
    retired: Mapped[datetime | None] = mapped_column(UtcTime)
    kit: Mapped[str | None] = mapped_column(ForeignKey(KitRow.name), index=True)
    state: Mapped[State] = column_property(
        case(
            (retired.is_not(None), "retired"),
            (exists().where(LoanRow.mac == mac, OPEN_LOAN), "lent"),
            (exists().where(FaultRow.mac == mac, FaultRow.mended.is_(None)), "faulty"),
            else_=condition,
        )
    )
    loan: Mapped[LoanRow | None] = relationship(
        primaryjoin=lambda: (BoardRow.mac == LoanRow.mac) & OPEN_LOAN, viewonly=True
    )
    """The open loan."""
    faults: Mapped[list[FaultRow]] = relationship(
        primaryjoin=lambda: (BoardRow.mac == FaultRow.mac) & FaultRow.mended.is_(None),
        order_by=FaultRow.id,
        viewonly=True,
    )
    """The open faults."""
    slot: Mapped["SlotRow | None"] = relationship(viewonly=True)

    @property
    def label(self) -> str:
        """How messages name the board: its asset tag, else its MAC."""
        return self.asset_tag or self.mac


class SlotRow(InventoryTable):
    """A place at the station where a board is plugged in: a USB path, which stays the same for as
    long as the hub stays in its port."""

    __tablename__ = "slot"

    usb_path: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    """The name of the computer, and the path as Linux names it: `lab-pc:1-1.4.2`."""
    name: Mapped[str] = mapped_column(String(CODE), default="")
    hub: Mapped[str] = mapped_column(String(NAME), default="")
    port: Mapped[str] = mapped_column(String(CODE), default="")
    mac: Mapped[str | None] = mapped_column(ForeignKey(BoardRow.mac), unique=True)
    """The board that is in it now."""


class ImageRow(InventoryTable):
    """A firmware image, known by its SHA-256."""

    __tablename__ = "image"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME))
    version: Mapped[str] = mapped_column(String(CODE), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    by_hand: Mapped[bool] = mapped_column(default=False)
    """A file that a person gave, and not one of the known releases."""


FlashResult = Literal["good", "half-written", "failed"]
"""`failed`: the flash of the board was not changed."""


class FlashRow(InventoryTable):
    """One attempt to write an image to a board; or, with the speed 0, an image that was found on
    it and read back."""

    __tablename__ = "flash"

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(ForeignKey(BoardRow.mac), index=True)
    slot: Mapped[str] = mapped_column(String(NAME), default="")
    """The USB path. It stays when the slot is gone."""
    image: Mapped[str] = mapped_column(ForeignKey(ImageRow.sha256))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(NAME))
    baud: Mapped[int]
    result: Mapped[FlashResult] = mapped_column(String(CODE))
    """`half-written` from the first moment on, so that it is true after a power cut."""
    before: Mapped[Condition] = mapped_column(String(CODE))
    """What the board's flash held before."""
    verified: Mapped[bool]
    """Whether the image was read back from the chip, as a hash."""


CertificateResult = Literal["pass", "fail", "error"]
"""`error`: the test itself did not work, and says nothing about the board."""


class CertificateRow(InventoryTable):
    """The record of one self test of a board."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    mac: Mapped[str] = mapped_column(ForeignKey(BoardRow.mac), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(NAME))
    result: Mapped[CertificateResult] = mapped_column(String(CODE))
    record: Mapped[str] = mapped_column(Text)
    """The signed JSON, byte for byte."""
    key_id: Mapped[str] = mapped_column(String(NAME), default="")
    """The key that signed it."""


JobResult = Literal["", "pass", "fail", "error"]
"""`""`: it goes on, or the station was killed."""


class JobRow(InventoryTable):
    """The work of a station on one board: from its start to a verdict. A board that never said who
    it is has a row, too: a bad cable shows in no other table."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(NAME), index=True)
    slot: Mapped[str] = mapped_column(String(NAME))
    """The USB path, or the address of the port."""
    hub: Mapped[str] = mapped_column(String(NAME), default="")
    cable: Mapped[str] = mapped_column(String(CODE), default="")
    """What a person has written on the cable."""
    batch: Mapped[str] = mapped_column(String(CODE), default="")
    """The boards that came together."""
    mac: Mapped[str] = mapped_column(String(23), default="")
    image: Mapped[str] = mapped_column(String(NAME), default="")
    """The name and version of what the board held at the end."""
    began: Mapped[datetime] = mapped_column(UtcTime, index=True)
    ended: Mapped[datetime | None] = mapped_column(UtcTime)
    result: Mapped[JobResult] = mapped_column(String(CODE), default="")
    what: Mapped[str] = mapped_column(Text, default="")
    """What was wrong."""


class EventRow(InventoryTable):
    """Something that happened. Rows are added and never changed."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(NAME))
    mac: Mapped[str | None] = mapped_column(ForeignKey(BoardRow.mac), index=True)
    """The board, if it is about one."""
    kind: Mapped[str] = mapped_column(String(CODE))
    detail: Mapped[str] = mapped_column(Text)
    """A JSON object of texts, which fill in the sentence of `history`."""


_REFUSE = "the history of the inventory is never changed"
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$",
        "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "EXECUTE FUNCTION event_refuse()",
    ],
}


@event.listens_for(EventRow.__table__, "after_create")
def _guard_history(_table: object, connection: Connection, **_options: object) -> None:
    for statement in _TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
