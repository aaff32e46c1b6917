"""The magic `%files`: files of the board from a cell."""

import errno
import posixpath
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from IPython.core.magic import Magics, line_magic, magics_class

from hardware.atomic_file import check_writable
from hardware.errors import HardwareError
from hardware.i18n import _, at_place, both, reason
from hardware.notebook.cell_failure import explain
from hardware.notebook.cell_output import CellOutput
from hardware.notebook.magic_line import shown_help
from hardware.notebook.progress import TransferProgress
from hardware.notebook.running import print_note, print_saved, stopped
from hardware.notebook.session import current
from hardware.wire.files import Files, inside

MOST_BYTES = 32 << 20
"""More than the flash of any board: no larger file is read here, and no device without an end."""
FORM = (
    "%files ls [FOLDER] | put FILE… [FOLDER/] | get NAME [FILE] | cat | rm | mkdir NAME | "
    "sync FOLDER"
)

FILES_HELP = (
    both("Files of the board."),
    "",
    both("%files [ls [FOLDER]]        names and sizes"),
    both("%files put FILE… [FOLDER/]  copy files to the board"),
    both("%files get NAME [FILE]      copy a file from the board; yours is not overwritten"),
    both("%files cat NAME             show a text file"),
    "%files rm NAME | mkdir NAME",
    both("%files sync FOLDER [NAME]   copy a folder with all in it; what is the same is skipped"),
    "",
    both(
        "A transfer of more than a second shows its progress. After a cut, the same line "
        "goes on where the transfer ended."
    ),
)


@magics_class
class FilesMagics(Magics):
    """Files of the board of this notebook."""

    @line_magic
    @shown_help(FILES_HELP)
    def files(self, line: str) -> None:
        """See `FILES_HELP`."""
        try:
            _files_line(shlex.split(line))
        except HardwareError as error:
            raise explain(error) from None
        except OSError as error:
            raise explain(_told(error)) from None
        except KeyboardInterrupt:
            raise stopped() from None
        except ValueError:
            cause = _("A quotation mark is not closed in the first line.")
            raise explain(HardwareError(cause, _("Close it, or delete it."))) from None


def _files_line(words: list[str]) -> None:
    match words or ["ls"]:
        case ["ls", *folder] if len(folder) <= 1:
            _list(*folder)
        case ["put", *sources] if sources:
            _put(sources)
        case ["get", name, *file] if len(file) <= 1:
            try:
                _get(name, Path(*file) if file else Path(posixpath.basename(name)))
            except IsADirectoryError as error:
                if error.filename != name:
                    raise
                cure = _("Its files come one by one: {form}").format(form="%files get FOLDER/FILE")
                raise HardwareError(at_place(error.filename, reason(error)), cure) from None
        case ["cat", name]:
            with CellOutput() as output:
                output.write(_board_files().cat(name))
        case ["rm", name]:
            _board_files().rm(name)
            current.forget_file(name)
            print_note(_("{name} is removed").format(name=name))
        case ["mkdir", name]:
            _board_files().mkdir(name)
            print_note(_("the folder {name} is made").format(name=name))
        case ["sync", folder, *name] if len(name) <= 1:
            _sync(Path(folder), *name)
        case _:
            raise HardwareError(
                _("Unknown form of this command."), _("Write: {form}").format(form=FORM)
            )


def _board_files() -> Files:
    return current.need_board().files


def _list(folder: str = "/") -> None:
    entries = _board_files().ls(folder)
    for entry in entries:
        print(f"{'':>9} {entry.name}/" if entry.is_dir else f"{entry.size:>9,} {entry.name}")
    if not entries:
        print_note(_("no files"))


def _put(sources: list[str]) -> None:
    folder = sources.pop() if len(sources) > 1 and sources[-1].endswith("/") else ""
    for source in map(Path, sources):
        with source.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(errno.ENOSPC, "", str(source))
        _save(folder + source.name, data)


def _save(name: str, data: bytes) -> None:
    with _sending(name) as progress:
        _board_files().put(name, data, progress)
    current.note_file(name, data)
    print_saved(name, len(data))


@contextmanager
def _sending(name: str) -> Iterator[TransferProgress]:
    """The progress of what goes to the board. Raises: HardwareError when a folder has the name of
    a file."""
    try:
        with TransferProgress(name) as progress:
            yield progress
    except IsADirectoryError as error:
        raise HardwareError(
            _("{name} is a folder on the board.").format(name=error.filename),
            _("Choose another name, or remove it: %files rm NAME"),
        ) from None


def _get(name: str, file: Path) -> None:
    if file.exists():
        if _board_files().hashes([name]).get(name) != sha256(file.read_bytes()).hexdigest():
            _board_files().stat(name)  # its error is about a name that is not on the board
            raise HardwareError(
                _("{file} exists here, with other content.").format(file=file),
                _("Give another name: {form}").format(form=f"%files get {name} FILE"),
            )
        print_note(_("{name} is the same on the board and here").format(name=file))
        return
    check_writable(file)
    begun = current.begun.setdefault(name, bytearray())
    with TransferProgress(name) as progress:
        data = _board_files().get(name, progress, begun)
    del current.begun[name]
    file.write_bytes(data)
    print_note(_("{name}: {size} bytes are here").format(name=file, size=f"{len(data):,}"))


def _sync(folder: Path, name: str = "") -> None:
    """Copy what differs; files that only the board has stay."""
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, "", str(folder))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "", str(folder))
    with _sending(str(folder)) as progress:
        sent = _board_files().sync(folder, name or "/", progress)
    files = [path for path in inside(folder) if (folder / path).is_file()]
    for path in files:
        target = posixpath.join(name.strip("/"), path.as_posix())
        current.note_file(target, (folder / path).read_bytes())
    for target in sent:
        path = folder / posixpath.relpath(target, name or "/")
        print_saved(target.lstrip("/"), path.stat().st_size)
    told = _("{copied} files were copied, {same} were the same")
    print_note(told.format(copied=len(sent), same=len(files) - len(sent)))


def _told(error: OSError) -> HardwareError:
    """An error of a file system, ours or the board's, with a cure."""
    why, cure = reason(error), _("Check the name and the folder.")
    match error.errno:
        case errno.ENOENT:
            cure = _("Check the name: %files ls lists the board's files, !ls those here.")
        case errno.EEXIST:
            why = _("it exists already")
            cure = _("Choose another name, or remove it: %files rm NAME")
        case errno.EISDIR:
            cure = _("A folder is copied by: %files sync FOLDER")
        case errno.ENOTDIR:
            why, cure = _("it is no folder"), _("A file is copied by: %files put FILE")
        case errno.ENOTEMPTY:
            why, cure = _("the folder is not empty"), _("Remove what is in it first.")
        case errno.ENOSPC:
            why, cure = _("the board's flash is full"), _("Remove files: %files rm NAME")
    return HardwareError(at_place(error.filename, why), cure)
