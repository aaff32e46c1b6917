"""The magic `%files`: files of the board from a cell.

%files [ls [FOLDER]]        names and sizes
%files put FILE… [FOLDER/]  copy files to the board
%files get NAME [FILE]      copy a file from the board; a file of yours is not overwritten
%files cat NAME             show a text file
%files rm NAME | mkdir NAME
%files sync FOLDER [NAME]   copy a folder with all in it; what is on the board already is skipped
"""

import errno
import posixpath
import shlex
from collections.abc import Iterator
from pathlib import Path

from IPython.core.magic import Magics, line_magic, magics_class

from hardware.errors import HardwareError
from hardware.i18n import _, reason
from hardware.notebook.cell_failure import explain
from hardware.notebook.running import print_note, stopped
from hardware.notebook.session import current
from hardware.wire.files import FileEntry, Files

FORM = "%files ls [FOLDER] | put FILE… [FOLDER/] | get NAME [FILE] | cat | rm | mkdir NAME | sync"


@magics_class
class FilesMagics(Magics):
    """Files of the board of this notebook."""

    @line_magic
    def files(self, line: str) -> None:
        """List, copy, show and remove files of the board."""
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
            _get(name, Path(*file) if file else Path(posixpath.basename(name)))
        case ["cat", name]:
            print(_board_files().cat(name), end="")
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
        _save(folder + source.name, source.read_bytes())


def _save(name: str, data: bytes) -> None:
    _board_files().put(name, data)
    current.note_file(name, data)
    print_note(_("{name}: {size} bytes on the board").format(name=name, size=f"{len(data):,}"))


def _get(name: str, file: Path) -> None:
    data = _board_files().get(name)
    if file.exists() and file.read_bytes() != data:
        raise HardwareError(
            _("{file} exists here, with other content.").format(file=file),
            _("Give another name: {form}").format(form=f"%files get {name} FILE"),
        )
    file.write_bytes(data)
    print_note(_("{name}: {size} bytes are here").format(name=file, size=f"{len(data):,}"))


def _sync(folder: Path, name: str = "") -> None:
    """Copy what differs; files that only the board has stay."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "", str(folder))
    there: dict[str, dict[str, FileEntry]] = {}
    copied = same = 0
    for path in _inside(folder):
        target = posixpath.join(name.strip("/"), path.relative_to(folder).as_posix())
        parent = posixpath.dirname(target)
        if parent not in there:
            there[parent] = _entries(parent)
        data, entry = path.read_bytes(), there[parent].get(path.name)
        if entry and entry.size == len(data) and _board_files().get(target) == data:
            current.note_file(target, data)
            same += 1
        else:
            _save(target, data)
            copied += 1
    told = _("{copied} files were copied, {same} were the same")
    print_note(told.format(copied=copied, same=same))


def _entries(folder: str) -> dict[str, FileEntry]:
    """What a folder of the board has, by name; the folder is made if it is missing."""
    try:
        return {entry.name: entry for entry in _board_files().ls(f"/{folder}")}
    except FileNotFoundError:
        _entries(posixpath.dirname(folder))
        _board_files().mkdir(folder)
        return {}


def _inside(folder: Path) -> Iterator[Path]:
    """The files of a folder and its folders; no hidden files, and no caches of Python."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            yield from _inside(path)
        else:
            yield path


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
    return HardwareError(f"{error.filename}: {why}", cure)
