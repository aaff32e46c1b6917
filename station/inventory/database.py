"""Opens the inventory: a file of SQLite, or a PostgreSQL server that several stations share.

`WARSHA_INVENTORY` is the path of a file or the URL of a database. Without it the inventory is
`$XDG_DATA_HOME/warsha/inventory.db` (`~/.local/share`): not in `build/`, which can be made again.

A table of one number says which version of the tables a database has, and `UPGRADES` has one
function for each step to the next version. It opens a file of any age in one transaction, without
a second tool or a second set of files to keep (as Alembic needs), and it works on both databases.
"""

import getpass
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.orm import Session

from grader.disk import alone_in_folder, is_nearly_full, report_disk_full
from grader.errors import DiskFull
from hardware.i18n import _, reason
from station.errors import NoInventory, Refused
from station.inventory import history
from station.inventory.tables import EventRow, InventoryTable, JobRow, SchemaRow

VARIABLE = "WARSHA_INVENTORY"
Row = TypeVar("Row", bound=InventoryTable)


def _add_jobs(connection: Connection) -> None:
    InventoryTable.metadata.create_all(connection, tables=[JobRow.metadata.tables["job"]])


def _add_kit_of_loan(connection: Connection) -> None:
    column = "ALTER TABLE loan ADD COLUMN kit VARCHAR(40) DEFAULT '' NOT NULL"
    connection.exec_driver_sql(column)
    connection.exec_driver_sql(  # what is lent now comes back by the kit's card, as before
        "UPDATE loan SET kit = board.kit FROM board "
        "WHERE board.mac = loan.mac AND board.kit IS NOT NULL AND loan.returned IS NULL"
    )


UPGRADES: tuple[Callable[[Connection], None], ...] = (_add_jobs, _add_kit_of_loan)
"""The n-th function changes the tables from version n to version n + 1."""
WAIT_S = 20
"""How long one station waits for another one that is writing. A write takes milliseconds."""
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# What SQLite says of a full disk with WAL: sqlite.org/rescode.html, SQLITE_IOERR_SHMSIZE.
_NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_CREATING = 0x7761727368610001
"""The advisory lock of PostgreSQL for making the tables."""


def address() -> str:
    """The URL of the inventory that the environment names."""
    named = os.environ.get(VARIABLE, "")
    if "://" in named:
        return named
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    file = Path(named) if named else Path(data) / "warsha" / "inventory.db"
    return f"sqlite:///{file.expanduser().absolute()}"


@dataclass(frozen=True)
class Change:
    """One transaction that writes: what is done with it is saved as a whole, or not at all."""

    session: Session
    by: str
    """Who does it."""
    at: datetime

    def note(self, kind: history.Kind, mac: str | None = None, **detail: str) -> None:
        """Add an event to the history; `detail` fills in its sentence."""
        text = history.packed(detail)
        self.session.add(EventRow(at=self.at, by=self.by, mac=mac, kind=kind, detail=text))

    def add_unless_there(self, row: Row) -> Row:
        """Add a row that was not there. Another station may have added it since it was looked for:
        then it is that one, and is locked."""
        try:
            with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError:
            key = inspect(type(row)).primary_key_from_instance(row)
            found = self.session.get(type(row), key, with_for_update=True)
            if found is None:  # another rule of the table
                raise
            return found
        return row


class Inventory:
    """An open inventory, a context manager. Several processes may use the same one at once.

    Raises: NoInventory when it cannot be opened.
    """

    def __init__(self, url: str = "", by: str = "", *, make: bool = True) -> None:
        """`url`: else that of the environment. `by`: who works with it; else the account of this
        process. `make`: a file that a person named is made when it is not there."""
        self._url = url or address()
        self._by = by or getpass.getuser()
        with _reporting(self._url):
            if not make:
                _require_named(self._url)
            self._engine = _open(self._url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._engine.dispose()

    @contextmanager
    def change(self) -> Iterator[Change]:
        """A transaction that writes. An error within undoes all of it.

        Raises: NoInventory, DiskFull.
        """
        with _reporting(self._url), Session(self._engine, expire_on_commit=False) as session:
            yield Change(session, self._by, datetime.now(UTC))
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that reads; it neither waits for writers nor holds them up.

        Raises: NoInventory.
        """
        reader = self._engine.execution_options(only_reads=True)
        with _reporting(self._url), Session(reader, expire_on_commit=False) as session:
            yield session


def _require_named(url: str) -> None:
    """Raises: NoInventory when the environment names a file that is not there."""
    file = make_url(url).database if url.startswith("sqlite") else None
    if file and os.environ.get(VARIABLE) and not Path(file).exists():
        cure = _("correct {variable}; the first board makes a new one: warsha boards add MAC")
        cause = _("there is no inventory: {file}").format(file=file)
        raise NoInventory(cause, cure.format(variable=VARIABLE))


def _open(url: str) -> Engine:
    engine = create_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _set_up_sqlite)
            event.listen(engine, "begin", _begin)
            with _alone_in_folder(Path(make_url(url).database or "")):
                _prepare(engine)
        else:
            _prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def _alone_in_folder(file: Path) -> Iterator[None]:
    """Make the file if there is none, and wait for others who do so. Two processes that set WAL
    for the first time would refuse each other at once: sqlite.org/wal.html."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)  # it has the names of trainees
    with alone_in_folder(file.parent):
        yield


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # pysqlite begins a transaction too late, so two writers could interfere:
    # docs.sqlalchemy.org, "Serializable isolation / Savepoints"
    connection.isolation_level = None
    for setting in (f"busy_timeout={WAIT_S * 1000}", "journal_mode=WAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection) -> None:
    """A writer takes its turn at once: a lock that is taken later can be refused."""
    reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare(engine: Engine) -> None:
    """Make the tables, or bring them up to date. Raises: NoInventory for those of the future."""
    newest = len(UPGRADES) + 1
    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(select(func.pg_advisory_xact_lock(_CREATING)))
        connection = session.connection()
        if not inspect(connection).has_table(SchemaRow.__tablename__):
            InventoryTable.metadata.create_all(connection)
            session.add(SchemaRow(version=newest))
        row = session.scalars(select(SchemaRow)).one()
        if row.version > newest:
            cause = _("the inventory has tables of version {found}, this Warsha knows {newest}")
            raise NoInventory(
                cause.format(found=row.version, newest=newest),
                _("use the newest Warsha on every station"),
            )
        for upgrade in UPGRADES[row.version - 1 :]:
            upgrade(connection)
        row.version = newest
        session.commit()


@contextmanager
def _reporting(url: str) -> Iterator[None]:
    """Turn errors of the database that a person can mend into known errors."""
    file = make_url(url).database if url.startswith("sqlite") else None
    try:
        with report_disk_full(Path(file or "/")):
            yield
    except (ImportError, NoSuchModuleError, ArgumentError) as error:
        cure = _(
            "write {variable} as the path of a file, or as postgresql+psycopg://USER@HOST/NAME"
        )
        if isinstance(error, ImportError):
            cure = _("run in the Warsha folder: {command}; and write postgresql+psycopg://")
        command = ".venv/bin/pip install -e '.[postgresql]'"
        raise _closed(str(error), cure.format(variable=VARIABLE, command=command)) from error
    except OSError as error:
        raise _closed(f"{error.filename}: {reason(error)}", _cure_of_file()) from error
    except IntegrityError as error:
        cause = _("another station changed the same entry at the same moment")
        raise Refused(cause, _("nothing was changed: do it again")) from error
    except DatabaseError as error:
        text = str(error.orig).partition("\n")[0]
        if file is None:
            if not isinstance(error, OperationalError):
                raise
            cure = _("start its server, or check {variable}; a password belongs in ~/.pgpass")
            raise _closed(text, cure.format(variable=VARIABLE)) from error
        if not isinstance(error, OperationalError) and _sqlite_code(error) not in _DAMAGED:
            raise
        if _sqlite_code(error) in _NO_ROOM and is_nearly_full(Path(file).parent):
            raise DiskFull(Path(file)) from error
        raise _closed(f"{file}: {text}", _cure_of(_sqlite_code(error))) from error


def _sqlite_code(error: DatabaseError) -> int:
    """Which error of SQLite it is, without its details."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


def _closed(why: str, cure: str) -> NoInventory:
    return NoInventory(_("the inventory cannot be used: {reason}").format(reason=why), cure)


def _cure_of(code: int) -> str:
    """What to do about an error of SQLite."""
    if code in _IN_USE:
        return _("another program writes to it: wait until it is done, and try again")
    if code in _DAMAGED:
        return _("the file is damaged, or no inventory: put a copy in its place ({guide})").format(
            guide=_("docs/howto/inventory.md")
        )
    if code == sqlite3.SQLITE_IOERR:
        return _("look whether its disk is full, unplugged or broken")
    return _cure_of_file()


def _cure_of_file() -> str:
    return _("check the file and its permissions, or name another one: {variable}").format(
        variable=VARIABLE
    )
