# A database of sorted keys in a stream. Interface: extmod/modbtree.c. The file has the layout of
# Berkeley DB 1.85, as on the chip; it is read and written in Python here, so that no content of a
# file can reach memory.
import errno
import struct

import uctypes

INCL = 1
DESC = 2
_CURSOR, _FIRST, _LAST, _NEXT, _PREV = 1, 3, 6, 7, 9  # of seq()
_MAGIC, _VERSION, _NO_DUPLICATES = 0x053162, 3, 0x20
_META = "<6I"  # magic, version, bytes of a page, first free page, 0, flags
_HEAD = "<4IHH"  # number, page before, page after, kind, lower, upper
_HEAD_BYTES = 20
_ROOT = 1
_INTERNAL, _LEAF, _OVERFLOW, _KEPT = 1, 2, 4, 0x20  # kinds; _KEPT: a key that two pages name
_BIG_DATA, _BIG_KEY = 1, 2  # flags of an entry: its data, or key, is in pages of its own
_CACHED = 16  # pages that are kept in memory


def open(stream, *, flags=0, cachesize=0, pagesize=0, minkeypage=0):
    return _Btree(stream, pagesize or 4096, minkeypage or 2)


def _bytes(buffer):
    return bytes(memoryview(buffer))


def _aligned(size):
    return (size + 3) & ~3


# entries: of a leaf (flags, key, data), of an internal page (flags, key, page); else bytes.
class _Page:
    def __init__(self, kind, before=0, after=0, entries=None):
        self.kind = kind
        self.before = before
        self.after = after
        self.entries = [] if entries is None else entries
        self.dirty = True

    def needs(self, entry):
        _, key, what = entry
        return 2 + _aligned(9 + len(key) + (len(what) if self.kind == _LEAF else 0))

    def packed(self, number, size):
        page = bytearray(size)
        lower = upper = 0
        if self.kind & _OVERFLOW:
            page[_HEAD_BYTES : _HEAD_BYTES + len(self.entries)] = self.entries
        else:
            lower, upper = _HEAD_BYTES, size
            for flags, key, what in self.entries:
                if self.kind == _LEAF:
                    entry = struct.pack("<IIB", len(key), len(what), flags) + key + what
                else:
                    entry = struct.pack("<IIB", len(key), what, flags) + key
                upper -= _aligned(len(entry))
                page[upper : upper + len(entry)] = entry
                struct.pack_into("<H", page, lower, upper)
                lower += 2
        struct.pack_into(_HEAD, page, 0, number, self.before, self.after, self.kind, lower, upper)
        return page


def _parsed(page):
    _, before, after, kind, lower, _ = struct.unpack_from(_HEAD, page)
    if kind & _OVERFLOW:
        entries = bytes(page[_HEAD_BYTES:])
    else:
        entries = []
        for at in range(_HEAD_BYTES, lower, 2):
            at = struct.unpack_from("<H", page, at)[0]
            size, what, flags = struct.unpack_from("<IIB", page, at)
            at += 9
            key = bytes(page[at : at + size])
            at += size
            entries.append((flags, key, bytes(page[at : at + what]) if kind == _LEAF else what))
    made = _Page(kind, before, after, entries)
    made.dirty = False
    return made


class _Btree:
    def __init__(self, stream, size, fewest):
        if not 512 <= size <= 65536 or size & 1 or fewest < 2:
            raise OSError(errno.EINVAL)
        self._stream = stream
        self._pages = {}
        self._free = 0
        self._last = None  # the key at which seq() is
        meta = bytearray(24)
        got = self._done(stream.readinto(meta))
        end = self._seek(0, 2)
        if got:
            magic, version, size, self._free, _, _ = struct.unpack(_META, meta)
            if got != 24 or (magic, version) != (_MAGIC, _VERSION) or size < 512:
                raise OSError(errno.EINVAL)
        else:
            self._pages[_ROOT] = _Page(_LEAF)
        self._size = size
        self._count = max(end // size, _ROOT + 1)
        self._most = max((size - _HEAD_BYTES) // fewest - 14, 30)  # bytes of an entry in a page

    def __repr__(self):
        return "<btree %x>" % (id(self) if self._stream else 0)

    # ---- pages ----

    def _done(self, got):
        if got < 0:
            raise OSError(-got)
        return got

    def _seek(self, at, whence=0):
        if hasattr(self._stream, "seek"):
            return self._stream.seek(at, whence)
        place = bytearray(struct.pack("<iI", at, whence))  # struct mp_stream_seek_t
        self._done(self._stream.ioctl(2, uctypes.addressof(place)))
        return struct.unpack("<i", place)[0]

    def _page(self, number):
        if number not in self._pages:
            page = bytearray(self._size)
            self._seek(number * self._size)
            if self._done(self._stream.readinto(page)) != self._size:
                raise OSError(errno.EINVAL)
            # littlefs 2.8 takes a seek from the end of a block into the next one for one in the
            # same block, and would read the wrong data next. (lfs2_file_seek)
            self._seek(number * self._size)
            self._pages[number] = _parsed(page)
        return self._pages[number]

    def _write_pages(self):
        meta = bytearray(self._size)
        facts = _MAGIC, _VERSION, self._size, self._free, 0, _NO_DUPLICATES
        struct.pack_into(_META, meta, 0, *facts)
        self._write(0, meta)
        for number in sorted(self._pages):
            page = self._pages[number]
            if page.dirty:
                self._write(number, page.packed(number, self._size))
                page.dirty = False

    def _write(self, number, page):
        self._seek(number * self._size)
        self._done(self._stream.write(page))

    def _add(self, page):
        number = self._free
        if number:
            self._free = self._page(number).after
        else:
            number = self._count
            self._count += 1
        self._pages[number] = page
        return number

    def _remove(self, number):
        page = self._page(number)
        page.before, page.after = 0, self._free
        page.dirty = True
        self._free = number

    # A key or data that is too long for a page: the number of its first page, and its length.
    def _put_big(self, data, after=0):
        room = self._size - _HEAD_BYTES
        for at in range((len(data) - 1) // room * room, -1, -room):
            after = self._add(_Page(_OVERFLOW, 0, after, data[at : at + room]))
        return struct.pack("<II", after, len(data))

    def _get_big(self, place):
        number, size = struct.unpack("<II", place)
        data = b""
        while number and len(data) < size:
            page = self._page(number)
            data += page.entries
            number = page.after
        return data[:size]

    def _remove_big(self, place):
        number = struct.unpack("<II", place)[0]
        while number and not self._page(number).kind & _KEPT:
            after = self._page(number).after
            self._remove(number)
            number = after

    # ---- the tree ----

    def _start(self, key=b""):
        if not self._stream:
            raise ValueError("database closed")
        if len(self._pages) > _CACHED:
            self._write_pages()
            self._pages.clear()
        return _bytes(key)

    def _key(self, entry):
        return self._get_big(entry[1]) if entry[0] & _BIG_KEY else entry[1]

    def _data(self, entry):
        return self._get_big(entry[2]) if entry[0] & _BIG_DATA else entry[2]

    # How many entries from `low` on have a smaller key, or with `equal` the same one.
    def _before(self, page, low, key, equal):
        high = len(page.entries)
        while low < high:
            middle = (low + high) // 2
            other = self._key(page.entries[middle])
            if other < key or equal and other == key:
                low = middle + 1
            else:
                high = middle
        return low

    # The leaf and the place in it where a key is or would be; which entries lead there.
    def _find(self, key):
        path = []
        number = _ROOT
        page = self._page(number)
        while page.kind == _INTERNAL:
            index = self._before(page, 1, key, True) - 1  # the first entry stands for all below
            path.append((number, index))
            number = page.entries[index][2]
            page = self._page(number)
        return path, number, page, self._before(page, 0, key, False)

    def _entry(self, key):
        _, _, page, index = self._find(key)
        if index < len(page.entries) and self._key(page.entries[index]) == key:
            return page.entries[index]
        return None

    def _made(self, key, data):
        flags = 0
        if len(key) > self._most:
            flags, key = _BIG_KEY, self._put_big(key)
        if len(key) + len(data) > self._most:
            flags, data = flags | _BIG_DATA, self._put_big(data)
        if len(key) + len(data) > self._most:
            flags, key = flags | _BIG_KEY, self._put_big(key)
        return flags, key, data

    def _free_entry(self, entry):
        if entry[0] & _BIG_KEY:
            self._remove_big(entry[1])
        if entry[0] & _BIG_DATA:
            self._remove_big(entry[2])

    def _split(self, path, number):
        while True:
            page = self._page(number)
            used = _HEAD_BYTES + sum(map(page.needs, page.entries))
            if used <= self._size:
                return
            index, moved = len(page.entries), _HEAD_BYTES
            while used > self._size // 2:
                need = page.needs(page.entries[index - 1])
                if moved + need > self._size:
                    break
                index -= 1
                used -= need
                moved += need
            right = _Page(page.kind, number, page.after, page.entries[index:])
            del page.entries[index:]
            new = self._add(right)
            if right.after:
                self._page(right.after).before = new
                self._page(right.after).dirty = True
            page.after = new
            page.dirty = True
            flags, key, _ = right.entries[0]
            if flags & _BIG_KEY:
                big = self._page(struct.unpack("<II", key)[0])
                big.kind |= _KEPT
                big.dirty = True
            if number == _ROOT:
                left = _Page(page.kind, 0, new, page.entries)
                page.kind, page.after = _INTERNAL, 0
                right.before = self._add(left)
                page.entries = [(0, b"", right.before), (flags & _BIG_KEY, key, new)]
                return
            number, index = path.pop()
            page = self._page(number)
            page.entries.insert(index + 1, (flags & _BIG_KEY, key, new))
            page.dirty = True

    # ---- what a program calls ----

    def put(self, key, value, flags=0):
        key = self._start(key)
        path, number, page, index = self._find(key)
        if index < len(page.entries) and self._key(page.entries[index]) == key:
            self._free_entry(page.entries.pop(index))
        page.entries.insert(index, self._made(key, _bytes(value)))
        page.dirty = True
        self._split(path, number)
        return 0

    def get(self, key, default=None):
        entry = self._entry(self._start(key))
        return self._data(entry) if entry else default

    def __getitem__(self, key):
        entry = self._entry(self._start(key))
        if not entry:
            raise KeyError
        return self._data(entry)

    def __setitem__(self, key, value):
        self.put(key, value)

    def __delitem__(self, key):
        key = self._start(key)
        path, number, page, index = self._find(key)
        if index == len(page.entries) or self._key(page.entries[index]) != key:
            raise KeyError
        self._free_entry(page.entries.pop(index))
        page.dirty = True
        while not page.entries and number != _ROOT:
            if page.before:
                self._page(page.before).after = page.after
                self._page(page.before).dirty = True
            if page.after:
                self._page(page.after).before = page.before
                self._page(page.after).dirty = True
            self._remove(number)
            number, index = path.pop()
            page = self._page(number)
            page.entries.pop(index)
            page.dirty = True
        if not page.entries:
            page.kind = _LEAF

    def __contains__(self, key):
        return self._entry(self._start(key)) is not None

    def seq(self, flags, key=b"", _value=None):
        key = self._start(key)
        if flags not in (_CURSOR, _FIRST, _LAST, _NEXT, _PREV):
            raise OSError(errno.EINVAL)
        if self._last is None and flags in (_NEXT, _PREV):
            flags = _FIRST if flags == _NEXT else _LAST
        if flags == _LAST:
            page = self._page(_ROOT)
            while page.kind == _INTERNAL:
                page = self._page(page.entries[-1][2])
            index = len(page.entries) - 1
        else:
            if flags != _CURSOR:
                key = b"" if flags == _FIRST else self._last
            _, _, page, index = self._find(key)
            if flags == _PREV:
                index -= 1
            elif flags == _NEXT:
                index = self._before(page, index, key, True)
        while index < 0 and page.before:
            page = self._page(page.before)
            index = len(page.entries) - 1
        while index == len(page.entries) and page.after:
            page = self._page(page.after)
            index = 0
        if not 0 <= index < len(page.entries):
            return None
        self._last = self._key(page.entries[index])
        return self._last, self._data(page.entries[index])

    def _pairs(self, start=None, end=None, flags=0):
        down = flags & DESC
        if start is not None:
            pair = self.seq(_CURSOR, start)
        else:
            pair = self.seq(_LAST if down else _FIRST)
        while pair:
            if end is not None:
                key, last = pair[0], _bytes(end)
                if key == last and not flags & INCL or (key < last if down else key > last):
                    return
            yield pair
            pair = self.seq(_PREV if down else _NEXT)

    def items(self, *limits):
        return self._pairs(*limits)

    def keys(self, *limits):
        return (key for key, _ in self._pairs(*limits))

    def values(self, *limits):
        return (value for _, value in self._pairs(*limits))

    def __iter__(self):
        return self.keys()

    def flush(self):
        self._start()
        self._write_pages()
        if hasattr(self._stream, "flush"):
            self._stream.flush()
        return 0

    def close(self):
        if self._stream:
            self.flush()
            self._stream = None
            self._pages.clear()
        return 0
