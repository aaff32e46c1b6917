# Structures in memory. Interface: extmod/moductypes.c. Memory is a buffer whose address addressof()
# gave, or the registers that machine.mem32 knows; no other address can be reached.
import struct as _struct

import machine
import warsha

LITTLE_ENDIAN = 0
BIG_ENDIAN = 1
NATIVE = 2
UINT8 = VOID = 0
INT8 = 0x08000000
UINT16 = USHORT = 0x10000000
INT16 = SHORT = 0x18000000
UINT32 = UINT = ULONG = 0x20000000
INT32 = INT = LONG = 0x28000000
UINT64 = ULONGLONG = 0x30000000
INT64 = LONGLONG = 0x38000000
BFUINT8 = -0x40000000
BFINT8 = -0x38000000
BFUINT16 = -0x30000000
BFINT16 = -0x28000000
BFUINT32 = -0x20000000
BFINT32 = -0x18000000
FLOAT32 = -0x10000000
FLOAT64 = -0x08000000
BF_POS = 17
BF_LEN = 22
PTR = 0x20000000
ARRAY = -0x40000000

_FORMATS = "BbHhIiQqBbHhIifd"  # by the type of a scalar; those of bit fields are from 8 on
_FIRST_FIELD = 8
_LAST_FIELD = 13


def addressof(buf):
    if isinstance(buf, struct):
        return buf._address()
    return warsha.address(buf)


# The buffer at an address, and the offset in it; None for registers.
def _place(address):
    return warsha.place(address) or (None, address)


def bytes_at(address, size):
    buf, offset = _place(address)
    if buf is None:
        return bytes(machine.mem8[offset + n] for n in range(size))
    return _load(buf, offset, "<%ds" % size)


def bytearray_at(address, size):
    buf, offset = _place(address)
    if buf is None:
        raise NotImplementedError("not simulated: memory outside of a buffer")
    return _view(buf, offset, size)


# The chip has a bytearray here.
def _view(buf, at, size):
    found = memoryview(buf)[at : at + size]
    if len(found) < size:
        raise NotImplementedError("not simulated: memory behind a buffer")
    return found


def _scalar(kind):
    return _FORMATS[kind >> 27 & 15]


def _size(desc, layout):
    try:
        return _extent(desc, layout)[0]
    except IndexError:
        raise TypeError("syntax error in uctypes descriptor")


# The size of a description in bytes, and that of its largest scalar, to which the native layout
# rounds the size of a structure.
def _extent(desc, layout):
    if desc and isinstance(desc, tuple):
        kind = desc[0] >> 29 & 3
        if len(desc) > 2 + (kind == 2) or kind == 3:
            raise IndexError
        if kind == 0:
            return _extent(desc[1], layout)
        if kind == 1:
            desc[1]  # raises where there is none
            return 4, 4
        item, count = _item(desc)
        size, largest = _extent(item, layout) if isinstance(item, dict) else (_bytes(item),) * 2
        return size * count, largest
    if not isinstance(desc, dict):
        raise TypeError("can't unambiguously get sizeof scalar")
    total, largest = 0, 1
    for field in desc.values():
        if isinstance(field, tuple):
            size, most = _extent(field, layout)
            end = (field[0] & 0x1FFFFFFF) + size
        else:
            most = _bytes(field)
            end = _offset(field) + most
        total, largest = max(total, end), max(largest, most)
    if layout == NATIVE:
        total = (total + largest - 1) // largest * largest
    return total, largest


def _bytes(field):
    return _struct.calcsize("<" + _scalar(field))


def _is_bits(field):
    return _FIRST_FIELD <= field >> 27 & 15 <= _LAST_FIELD


def _offset(field):
    return field & (0x1FFFF if _is_bits(field) else 0x7FFFFFF)


# The items of an array: their description, and how many there are.
def _item(desc):
    count = desc[1] & 0x7FFFFFF
    return (desc[2] if len(desc) == 3 else desc[1] - count), count


def sizeof(what, layout=None):
    if isinstance(what, struct):
        if layout is not None:
            raise TypeError
        return _size(what._desc, what._layout)
    if isinstance(what, (bytearray, memoryview)):
        return len(what)
    return _size(what, NATIVE if layout is None else layout)


class struct(memoryview):
    def __init__(self, address, desc, layout=NATIVE):  # inside this module, address: a place
        buf, at = address if isinstance(address, tuple) else _place(address)
        try:
            whole = b"" if buf is None else memoryview(buf)[at : at + _size(desc, layout)]
        except TypeError:  # a wrong description shows when a field is used
            whole = b""
        super().__init__(whole)
        for name, value in (("_buf", buf), ("_at", at), ("_desc", desc), ("_layout", layout)):
            object.__setattr__(self, name, value)

    def _address(self):
        return self._at if self._buf is None else addressof(self._buf) + self._at

    def _inner(self, at, desc):
        return struct((self._buf, self._at + at), desc, self._layout)

    def _code(self, kind):
        return (">" if self._layout == BIG_ENDIAN else "<") + _scalar(kind)

    def _get(self, kind, at):
        return _load(self._buf, self._at + at, self._code(kind))

    def _put(self, kind, at, value):
        code = self._code(kind)
        if code[1] not in "fd":  # as the chip, which takes the lower bits
            bits = 8 * _struct.calcsize(code)
            value &= (1 << bits) - 1
            if code[1] > "a":
                value -= (value >> bits - 1) << bits
        if self._buf is not None:
            _view(self._buf, self._at + at, _struct.calcsize(code))
            _struct.pack_into(code, self._buf, self._at + at, value)
        else:
            _registers(code)[self._at + at] = value

    def _field(self, name):
        if not isinstance(self._desc, dict):
            raise TypeError("struct: no fields")
        return self._desc[name]

    def __getattr__(self, name):
        field = self._field(name)
        if isinstance(field, tuple):
            at = field[0] & 0x1FFFFFFF
            kind = field[0] >> 29 & 3
            if kind == 0:
                return self._inner(at, field[1])
            if kind == 2 and len(field) == 2 and field[1] >> 27 & 15 == 0 and self._buf is not None:
                return _view(self._buf, self._at + at, field[1] & 0x7FFFFFF)
            return self._inner(at, field)
        value = self._get(field, _offset(field))
        if _is_bits(field):
            value = value >> (field >> BF_POS & 31) & (1 << (field >> BF_LEN & 31)) - 1
        return value

    def __setattr__(self, name, value):
        field = self._field(name)
        if isinstance(field, tuple):
            raise TypeError("syntax error in uctypes descriptor")
        at = _offset(field)
        if _is_bits(field):
            first = field >> BF_POS & 31
            mask = (1 << (field >> BF_LEN & 31)) - 1
            value = self._get(field, at) & ~(mask << first) | (value & mask) << first
        self._put(field, at, value)

    def _place_of(self, index):
        if not isinstance(self._desc, tuple):
            raise TypeError("struct: can't index")
        if self._desc[0] >> 29 & 3 == 1:
            buf, at = _place(self.__int__())
            item = self._desc[1]
        else:
            buf, at = self._buf, self._at
            item, count = _item(self._desc)
            if index >= count:
                raise IndexError("struct: index out of range")
        size = _size(item, self._layout) if isinstance(item, dict) else _bytes(item)
        return buf, at + index * size, item

    def __getitem__(self, index):
        buf, at, item = self._place_of(index)
        if isinstance(item, dict):
            return struct((buf, at), item, self._layout)
        return _load(buf, at, self._code(item))

    def __setitem__(self, index, value):
        buf, at, item = self._place_of(index)
        struct((buf, at), {"value": item}, self._layout).value = value

    def __int__(self):
        return _load(self._buf, self._at, "<I")

    def __repr__(self):
        kind = "ERROR"
        if isinstance(self._desc, dict):
            kind = "STRUCT"
        elif isinstance(self._desc, tuple):
            kind = "PTR" if self._desc[0] >> 29 & 3 == 1 else "ARRAY"
        return "<struct %s %x>" % (kind, self._address())


def _registers(code):
    size = _struct.calcsize(code)
    if size > 4:
        raise NotImplementedError("not simulated: registers of 64 bits")
    return machine.mem8 if size == 1 else machine.mem16 if size == 2 else machine.mem32


def _load(buf, at, code):
    if buf is not None:
        _view(buf, at, _struct.calcsize(code))
        return _struct.unpack_from(code, buf, at)[0]
    value = _registers(code)[at]
    if code[1] > "a" and code[1] not in "fd":
        bits = 8 * _struct.calcsize(code)
        value -= (value >> bits - 1) << bits
    return value
