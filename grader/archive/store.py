"""The store: every lab as it was released, by its digest, and a record of every mark.

It is in the course's built folder and only its owner can read it (mode 0700):

    labs/<digest>/<slug>/…                 the files of a lab that decide marks; graded from here
    labs/<slug>.released                   the digest of that lab's last release
    marks/<lab>/<trainee>/<number>.json    one record for each distinct graded submission
    marks/<lab>/<trainee>/<number>.scored  the same, until its marks are in the gradebook
    marks/<lab>/<trainee>/graded           the number that was graded last, if not the highest
    marks/<lab>/<trainee>/counts           the number whose marks are in the gradebook, if another
    marks/<assignment>.<lab>/…             the same for a lab of an assignment with several labs
"""

import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from grader.archive.record import Record
from grader.disk import close_to_others, report_no_access
from grader.errors import GraderError
from grader.lab.course import BUILD, course_command
from grader.lab.lab import Lab, contents, digest_of, load
from hardware.atomic_file import write_atomically
from hardware.i18n import _, reason

_DIGEST = re.compile("[0-9a-f]{64}")
_NAME = re.compile(r"(?!\.)[^/\0]+")


class StoreError(GraderError):
    """Something is missing in the store, or was changed or damaged there."""


class Store:
    """The store in a folder (`Course.store`). The folder is created with its first content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def command(self, words: str) -> str:
        """The command `warsha` with these words for the course of this store."""
        return course_command(words, self.folder.parent.name)

    def add_lab(self, lab: Lab) -> str:
        """Store a lab as it is now, as its last release. Returns: its digest.

        A copy that is there already stays, unless it was changed.
        """
        labs, digest = self._make_folder("labs"), lab.digest
        if not self._is_whole(digest):
            with tempfile.TemporaryDirectory(prefix=".new-", dir=labs) as fresh:
                for name, content in contents(lab.folder).items():
                    file = Path(fresh, digest, lab.slug, name)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
                shutil.rmtree(labs / digest, ignore_errors=True)
                Path(fresh, digest).rename(labs / digest)
        write_atomically(labs / f"{lab.slug}.released", digest + "\n")
        return digest

    def released(self, lab: str) -> str:
        """The digest of a lab's last release. Raises: StoreError when there was none; NoAccess."""
        file = self.folder / "labs" / f"{lab}.released"
        try:
            with report_no_access():
                return file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            cause = _("there is no release of {lab} in the store {folder}")
            raise StoreError(
                cause.format(lab=lab, folder=self.folder),
                _("run: {command}").format(command=self.command(BUILD)),
            ) from error

    def has_released(self, lab: str) -> bool:
        """Whether a lab was released. Raises: NoAccess."""
        with report_no_access():
            return (self.folder / "labs" / f"{lab}.released").is_file()

    def labs(self) -> list[str]:
        """The names of the released labs."""
        return sorted(file.stem for file in self.folder.glob("labs/*.released"))

    def lab(self, digest: str) -> Lab:
        """The lab with that digest. Raises: StoreError when it is missing or was changed."""
        folder = self._folder(digest)
        cure = _("put your backup copy of that folder back; or run {command} and grade again")
        cure = cure.format(command=self.command(BUILD))
        if folder is None:
            cause = _("the lab that graded this is not in the store: {folder}")
            raise StoreError(cause.format(folder=self.folder / "labs" / digest[:64]), cure)
        # Check before loading: changed code must not run.
        if digest_of(folder) != digest:
            cause = _("the lab's files in the store were changed: {folder}")
            raise StoreError(cause.format(folder=folder), cure)
        return load(folder)

    def keep(self, record: Record) -> None:
        """Keep a record whose marks are not in the gradebook yet. It does not count as a graded
        submission. A resumed run takes the marks from it (`kept`)."""
        place = _place(record.lab, record.assignment)
        folder = self._make_folder("marks", place, record.student)
        write_atomically(folder / f"{record.number}.scored", record.to_json() + "\n")

    def kept(self, lab: str, student: str, number: int, assignment: str = "") -> Record | None:
        """The record that `keep` wrote; None when there is none, or it cannot be read."""
        file = self._marks(_place(lab, assignment), student) / f"{number}.scored"
        try:
            return Record.from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def settle(self, record: Record, counts: int | None = None) -> None:
        """The submission of a record that `keep` has written is graded now. The record replaces an
        earlier one of that submission. Another grader may have settled it before.

        `counts` is the number whose marks are in the gradebook; None: those of this record.
        """
        place = self._marks(_place(record.lab, record.assignment), record.student)
        settled = place / f"{record.number}.json"
        try:
            settled.with_suffix(".scored").replace(settled)
        except FileNotFoundError:
            if not settled.exists():
                raise
        _note(place / "graded", record.number, unless=_tries(place))
        _note(place / "counts", counts or record.number, unless=record.number)

    def record(
        self, lab: str, student: str, number: int | None = None, assignment: str = ""
    ) -> Record | None:
        """The record of a submission; None: there is none. Without a number it is the one that was
        graded last, which may have a lower number than others. `assignment`: as in `Record`.

        Raises: StoreError when it cannot be read.
        """
        place = self._marks(_place(lab, assignment), student)
        file = place / f"{number or _graded(place)}.json"
        try:
            return Record.from_json(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            cure = _("put your backup copy back, or delete it and run: {command}")
            raise StoreError(
                _("the record {file} is damaged: {why}").format(file=file, why=why),
                cure.format(
                    command=self.command(f"grade {assignment or lab} --student {student}")
                ),
            ) from error

    def counted(self, lab: str, student: str, assignment: str = "") -> Record | None:
        """The record whose marks are in the gradebook: of the submission that was graded last, or
        of a better one before it. Raises: StoreError when it cannot be read."""
        number = _number(self._marks(_place(lab, assignment), student) / "counts")
        return self.record(lab, student, number, assignment)

    def attempts(self, record: Record) -> list[Record]:
        """All records of that trainee, lab and assignment in their order; this one in the place of
        its number. Those that cannot be read are left out."""
        found = {}
        for number in range(1, self.tries(record.lab, record.student, record.assignment) + 1):
            with suppress(StoreError):
                found[number] = self.record(record.lab, record.student, number, record.assignment)
        found[record.number] = record
        return [one for _number, one in sorted(found.items()) if one]

    def records(self, lab: str) -> list[Record]:
        """The last record of each trainee, in the order of their ids. Raises: StoreError."""
        students = sorted(place.name for place in self._marks(lab).glob("*/"))
        return [found for student in students if (found := self.record(lab, student))]

    def trainees(self) -> set[str]:
        """Who has a record of a graded submission."""
        return {file.parent.name for file in self.folder.glob("marks/*/*/*.json")}

    def assignments(self, lab: str, student: str) -> list[str]:
        """The assignments with which a trainee's graded submissions of a lab were handed in: the
        lab's own name, or the name of an assignment with several labs."""
        self._marks(lab, student)
        names = (place.name for place in self.folder.glob("marks/*/"))
        groups = sorted(name.removesuffix(f".{lab}") for name in names if name.endswith(f".{lab}"))
        return [name for name in (lab, *groups) if self.tries(lab, student, name)]

    def tries(self, lab: str, student: str, assignment: str = "") -> int:
        """How many distinct submissions of a lab by a trainee were graded."""
        return _tries(self._marks(_place(lab, assignment), student))

    def number(
        self, lab: str, student: str, submission: str, timestamp: str, assignment: str = ""
    ) -> int:
        """The number of a submission: the number of its record when it was graded before, else the
        next number. A record that cannot be read counts as another submission."""
        newest = self.tries(lab, student, assignment)
        for number in range(newest, 0, -1):
            try:
                found = self.record(lab, student, number, assignment)
            except StoreError:
                continue
            if found and (found.submission, found.timestamp) == (submission, timestamp):
                return number
        return newest + 1

    def replays(self, record: Record) -> Path:
        """The folder for the pages of a submission's replay."""
        place = _place(record.lab, record.assignment)
        return self.folder / "replays" / place / record.student / str(record.number)

    def _is_whole(self, digest: str) -> bool:
        folder = self._folder(digest)
        return folder is not None and digest_of(folder) == digest

    def _folder(self, digest: str) -> Path | None:
        """The folder of a stored lab, whose name is the lab's slug."""
        if not _DIGEST.fullmatch(digest):
            return None
        return next(iter(self.folder.glob(f"labs/{digest}/*/")), None)

    def _marks(self, *names: str) -> Path:
        """A folder of records. Names may come from the command line, so they are checked: none
        leads out of the store."""
        if not all(map(_NAME.fullmatch, names)):
            raise StoreError(_("there is no trainee or lab {name!r}").format(name=names[-1]))
        return self.folder.joinpath("marks", *names)

    def _make_folder(self, *names: str) -> Path:
        """A folder in the store; it is created when it is missing."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        close_to_others(self.folder)  # for example after a backup was put back
        place = self.folder.joinpath(*names)
        place.mkdir(parents=True, exist_ok=True)
        return place


def _place(lab: str, assignment: str) -> str:
    """The name of the folder for a lab's records."""
    return lab if assignment in ("", lab) else f"{assignment}.{lab}"


def _note(file: Path, number: int, *, unless: int) -> None:
    """Write a number into a file. There is no file for the number that it has without one."""
    if number == unless:
        file.unlink(missing_ok=True)
    else:
        write_atomically(file, f"{number}\n")


def _tries(place: Path) -> int:
    numbers = (file.stem for file in place.glob("*.json"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _graded(place: Path) -> int:
    return _number(place / "graded") or _tries(place)


def _number(file: Path) -> int | None:
    """The number in a file; None when it has none."""
    try:
        number = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(number) if number.isdecimal() else None
