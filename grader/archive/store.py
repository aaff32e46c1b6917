"""The store: every lab as it was released, by its content, and a record of every mark.

It lies in the course's built folder, for the instructor alone (mode 0700):

    labs/<digest>/<slug>/…               all that decides marks in a lab, loaded from here to grade
    labs/<slug>.released                 the digest of that lab's last release
    marks/<lab>/<trainee>/<number>.json  one record for each distinct submission that was graded
    marks/<lab>/<trainee>/<number>.scored  the same, until the gradebook has those marks
    marks/<lab>/<trainee>/graded         the number of the one whose marks the gradebook has
    marks/<assignment>.<lab>/…           the same of a lab that is handed in among several
"""

import re
import shutil
import stat
import tempfile
from pathlib import Path

from grader.archive.record import Record
from grader.disk import report_no_access, write_atomically
from grader.errors import GraderError
from grader.lab.lab import Lab, contents, digest_of, load
from hardware.i18n import _, reason

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_DIGEST = re.compile("[0-9a-f]{64}")
_NAME = re.compile(r"(?!\.)[^/\0]+")


class StoreError(GraderError):
    """Something is not in the store, or it was altered or damaged there."""


class Store:
    """The store in a folder (`Course.store`); the folder is made when the first thing comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add_lab(self, lab: Lab) -> str:
        """Keep a lab as it is now, as the one that is released; returns its digest.

        A copy that is already there stays, unless it was altered.
        """
        labs, digest = self._made("labs"), lab.digest
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
                cause.format(lab=lab, folder=self.folder), _("run: warsha course build")
            ) from error

    def has_released(self, lab: str) -> bool:
        """Whether there was a release of it. Raises: NoAccess."""
        with report_no_access():
            return (self.folder / "labs" / f"{lab}.released").is_file()

    def labs(self) -> list[str]:
        """The labs that were released, by name."""
        return sorted(file.stem for file in self.folder.glob("labs/*.released"))

    def lab(self, digest: str) -> Lab:
        """The lab with that digest. Raises: StoreError when it is not there or not whole."""
        folder = self._folder(digest)
        cure = _("put your copy of that folder back; else run warsha course build and grade again")
        if folder is None:
            cause = _("the lab that this was graded by is not in the store: {folder}")
            raise StoreError(cause.format(folder=self.folder / "labs" / digest[:64]), cure)
        # Before anything of it runs: what was altered must not.
        if digest_of(folder) != digest:
            cause = _("the lab's files in the store were changed: {folder}")
            raise StoreError(cause.format(folder=folder), cure)
        return load(folder)

    def keep(self, record: Record) -> None:
        """Keep a record whose marks are not in the gradebook yet. It counts as no submission; a
        run that goes on takes the marks from it (`kept`)."""
        place = _place(record.lab, record.assignment)
        made = self._made("marks", place, record.student)
        write_atomically(made / f"{record.number}.scored", record.to_json() + "\n")

    def kept(self, lab: str, student: str, number: int, assignment: str = "") -> Record | None:
        """What `keep` kept; None when there is nothing, or nothing that can be read."""
        file = self._marks(_place(lab, assignment), student) / f"{number}.scored"
        try:
            return Record.from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def settle(self, record: Record) -> None:
        """The gradebook has its marks: the record takes the place of an earlier one of that
        submission, and counts. Another grader may have settled what was kept."""
        place = self._marks(_place(record.lab, record.assignment), record.student)
        write_atomically(place / f"{record.number}.json", record.to_json() + "\n")
        (place / f"{record.number}.scored").unlink(missing_ok=True)
        write_atomically(place / "graded", f"{record.number}\n")

    def record(
        self, lab: str, student: str, number: int | None = None, assignment: str = ""
    ) -> Record | None:
        """The record of a submission, of the one that was graded last if no number is said
        (somebody may put an earlier one back); None: there is none. `assignment` is what it was
        handed in with, if that is not called as the lab.

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
            cure = _("put your copy of it back, or delete it and run: {command}")
            raise StoreError(
                _("the record {file} is damaged: {why}").format(file=file, why=why),
                cure.format(command=f"warsha grade {assignment or lab} --student {student}"),
            ) from error

    def records(self, lab: str) -> list[Record]:
        """The record of each trainee's marks, by name. Raises: StoreError."""
        students = sorted(place.name for place in self._marks(lab).glob("*/"))
        return [found for student in students if (found := self.record(lab, student))]

    def assignments(self, lab: str, student: str) -> list[str]:
        """With what a trainee's submissions of a lab were handed in that were graded: the lab's
        own name, or that of several labs."""
        self._marks(lab, student)
        names = (place.name for place in self.folder.glob("marks/*/"))
        groups = sorted(name.removesuffix(f".{lab}") for name in names if name.endswith(f".{lab}"))
        return [name for name in (lab, *groups) if self.tries(lab, student, name)]

    def tries(self, lab: str, student: str, assignment: str = "") -> int:
        """How many distinct submissions of a trainee were graded."""
        return _tries(self._marks(_place(lab, assignment), student))

    def number(
        self, lab: str, student: str, submission: str, timestamp: str, assignment: str = ""
    ) -> int:
        """The number of a submission: that of its record when it was graded before, else the
        next one. A record that cannot be read counts as that of another submission."""
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
        """The folder for the pages of that submission's replay."""
        place = _place(record.lab, record.assignment)
        return self.folder / "replays" / place / record.student / str(record.number)

    def _is_whole(self, digest: str) -> bool:
        folder = self._folder(digest)
        return folder is not None and digest_of(folder) == digest

    def _folder(self, digest: str) -> Path | None:
        """Where a lab lies: its folder is called as the lab is."""
        if not _DIGEST.fullmatch(digest):
            return None
        return next(iter(self.folder.glob(f"labs/{digest}/*/")), None)

    def _marks(self, *names: str) -> Path:
        """A folder of records. Names come from the command line too: they lead nowhere else."""
        if not all(map(_NAME.fullmatch, names)):
            raise StoreError(_("there is no trainee or lab {name!r}").format(name=names[-1]))
        return self.folder.joinpath("marks", *names)

    def _made(self, *names: str) -> Path:
        """A folder in the store, made when it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.folder.stat().st_mode & _OTHERS:  # a copy that was put back, say
            self.folder.chmod(0o700)
        place = self.folder.joinpath(*names)
        place.mkdir(parents=True, exist_ok=True)
        return place


def _place(lab: str, assignment: str) -> str:
    """The name of the folder with a lab's records."""
    return lab if assignment in ("", lab) else f"{assignment}.{lab}"


def _tries(place: Path) -> int:
    numbers = (file.stem for file in place.glob("*.json"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _graded(place: Path) -> int:
    try:
        number = (place / "graded").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return _tries(place)
    return int(number) if number.isdecimal() else _tries(place)
