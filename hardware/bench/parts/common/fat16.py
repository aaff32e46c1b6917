"""A FAT16 file system in memory, for a small memory card: it is made from files, and read back.

Layout and fields: Microsoft FAT specification (fatgen103), FAT12/16. There is no partition table,
and a cluster is one sector. Names that are not in 8.3 format also get long-name entries.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping

SECTOR = 512
FATS, ROOT_ENTRIES, ENTRY = 2, 512, 32
MAX_FOLDERS, MAX_DEPTH = 500, 30
END_OF_CHAIN, DIRECTORY, LONG_NAME = 0xFFFF, 0x10, 0x0F
DATE = (2026 - 1980) << 9 | 1 << 5 | 1
_SHORT = re.compile(r"[A-Z0-9_~!#$%&'()@^`{}-]{1,8}(\.[A-Z0-9_~!#$%&'()@^`{}-]{1,3})?")


class Fat16:
    """A volume with a number of sectors. `image` is the card's memory, and the card may write
    it."""

    def __init__(self, sectors: int, files: Mapping[str, bytes]) -> None:
        """Raises: ValueError when the files do not fit, or FAT cannot hold one of their names."""
        self.image = bytearray(sectors * SECTOR)
        self._fat_sectors = -(-(sectors + 2) * 2 // SECTOR)
        self._root = (1 + FATS * self._fat_sectors) * SECTOR
        self._data = self._root + ROOT_ENTRIES * ENTRY
        self._next = 2
        self._boot(sectors)
        self._link(0, 0xFFF8)
        self._link(1, END_OF_CHAIN)
        entries = b"".join(self._entries(_tree(files)))
        if len(entries) > ROOT_ENTRIES * ENTRY:
            raise ValueError("too many files")
        self.image[self._root : self._root + len(entries)] = entries

    # -- making it ------------------------------------------------------------------------------

    def _boot(self, sectors: int) -> None:
        small = sectors if sectors < 0x10000 else 0
        fields = struct.pack(
            "<3s8sHBHBHHBHHHII",
            b"\xeb\x3c\x90",
            b"WARSHA  ",
            SECTOR,
            1,
            1,
            FATS,
            ROOT_ENTRIES,
            small,
            0xF8,
            self._fat_sectors,
            32,
            2,
            0,
            0 if small else sectors,
        )
        more = struct.pack("<BBBI11s8s", 0x80, 0, 0x29, 0x20260101, b"WARSHA     ", b"FAT16   ")
        self.image[: len(fields) + len(more)] = fields + more
        self.image[510:512] = b"\x55\xaa"

    def _link(self, cluster: int, value: int) -> None:
        for fat in range(FATS):
            struct.pack_into(
                "<H", self.image, (1 + fat * self._fat_sectors) * SECTOR + 2 * cluster, value
            )

    def _store(self, data: bytes) -> int:
        """Write data into free clusters. Returns the first of them, or 0 for no data."""
        count = -(-len(data) // SECTOR)
        first = self._next
        start = self._data + (first - 2) * SECTOR
        if start + count * SECTOR > len(self.image):
            raise ValueError("the files do not fit")
        self.image[start : start + len(data)] = data
        for number in range(count):
            last = number == count - 1
            self._link(first + number, END_OF_CHAIN if last else first + number + 1)
        self._next += count
        return first if count else 0

    def _entries(self, tree: "Mapping[str, Tree | bytes]") -> Iterator[bytes]:
        """The entries of one folder; its files and folders are stored first."""
        taken: set[str] = set()
        for name, content in tree.items():
            short = _short(name, taken)
            if short != name:
                yield from _long(name, short)
            if isinstance(content, bytes):
                yield _entry(short, 0x20, self._store(content), len(content))
            else:
                inside = b"".join(self._entries(content))
                yield _entry(short, DIRECTORY, self._store(inside or bytes(SECTOR)), 0)

    # -- reading it -----------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """All files by path, also those that a program wrote, even if it damaged the file
        system."""
        root = bytes(self.image[self._root : self._root + ROOT_ENTRIES * ENTRY])
        found, room = {}, len(self.image)
        for path, content in self._walk(root, "", set()):
            if (room := room - len(content)) < 0:
                break  # chains that share clusters: the file system is damaged
            found[path] = content
        return found

    def _walk(self, folder: bytes, prefix: str, seen: set[int]) -> Iterator[tuple[str, bytes]]:
        """The files in and below a folder; a folder whose cluster is in `seen` is not read
        again."""
        long = ""
        for at in range(0, len(folder), ENTRY):
            entry = folder[at : at + ENTRY]
            if entry[0] == 0:
                return
            if entry[0] == 0xE5 or (entry[11] & 0x08 and entry[11] != LONG_NAME):
                long = ""
            elif entry[11] == LONG_NAME:
                raw = entry[1:11] + entry[14:26] + entry[28:32]
                long = raw.decode("utf-16-le", "replace").split("\0")[0].rstrip("\uffff") + long
            else:
                name, long = prefix + (long or _name(entry)), ""
                cluster, size = struct.unpack_from("<HI", entry, 26)
                data = self._chain(cluster)
                if entry[11] & DIRECTORY:
                    if entry[:1] != b"." and cluster not in seen and len(seen) < MAX_FOLDERS:
                        seen.add(cluster)
                        yield from self._walk(data, name + "/", seen)
                else:
                    yield name, data[:size]

    def _chain(self, cluster: int) -> bytes:
        """The data of a file's clusters; a circular chain ends where it repeats."""
        found = bytearray()
        seen: set[int] = set()
        while 2 <= cluster < 0xFFF0 and cluster not in seen:
            seen.add(cluster)
            start = self._data + (cluster - 2) * SECTOR
            found += self.image[start : start + SECTOR]
            cluster = struct.unpack_from("<H", self.image, SECTOR + 2 * cluster)[0]
        return bytes(found)


Tree = dict[str, "Tree | bytes"]


def _tree(files: Mapping[str, bytes]) -> Tree:
    """Paths with slashes as nested folders. Raises: ValueError for paths that FAT cannot hold."""
    root: Tree = {}
    if len(files) > ROOT_ENTRIES or any(path.count("/") > MAX_DEPTH for path in files):
        raise ValueError("too many files, or too deep folders")
    for path, content in files.items():
        *folders, name = path.split("/")
        here = root
        for folder in folders:
            inner = here.setdefault(folder, {})
            if isinstance(inner, bytes):
                raise ValueError(f"{folder} is a file and a folder")
            here = inner
        here[name] = content
    if any(not part or len(part) > 255 for path in files for part in path.split("/")):
        raise ValueError("a file has no name, or too long a one")
    return root


def _short(name: str, taken: set[str]) -> str:
    """The name in 8.3 format; if the real name is not, a new one such as `README~1.TXT`."""
    short = name
    if not _SHORT.fullmatch(name):
        stem, _dot, extension = name.upper().rpartition(".")
        stem, extension = (stem, extension) if stem else (extension, "")
        body = re.sub(r"[^A-Z0-9_]", "_", stem)[:6]
        end = "." + re.sub(r"[^A-Z0-9_]", "_", extension)[:3] if extension else ""
        tries = (f"{body[: 7 - len(str(n))]}~{n}{end}" for n in range(1, 10_000))
        short = next(word for word in tries if word not in taken)
    taken.add(short)
    return short


def _padded(short: str) -> bytes:
    stem, _dot, extension = short.partition(".")
    return stem.ljust(8).encode() + extension.ljust(3).encode()


def _name(entry: bytes) -> str:
    stem, extension = entry[:8].decode("cp437").rstrip(), entry[8:11].decode("cp437").rstrip()
    return f"{stem}.{extension}" if extension else stem


def _entry(short: str, attributes: int, cluster: int, size: int) -> bytes:
    return struct.pack(
        "<11sBBBHHHHHHHI",
        _padded(short),
        attributes,
        0,
        0,
        0,
        DATE,
        DATE,
        0,
        0,
        DATE,
        cluster,
        size,
    )


def _long(name: str, short: str) -> Iterable[bytes]:
    """The entries of a long name, the last piece first."""
    check = 0
    for byte in _padded(short):
        check = ((check >> 1) + ((check & 1) << 7) + byte) & 0xFF
    text = name.encode("utf-16-le")
    pieces = [text[at : at + 26] for at in range(0, len(text), 26)]
    for number in range(len(pieces), 0, -1):
        raw = pieces[number - 1]
        raw = (raw + b"\0\0").ljust(26, b"\xff") if len(raw) < 26 else raw
        order = number | (0x40 if number == len(pieces) else 0)
        head = struct.pack("<B10sBBB", order, raw[:10], LONG_NAME, 0, check)
        yield head + raw[10:22] + b"\0\0" + raw[22:]
