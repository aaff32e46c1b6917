"""The module btree of an ESP32: a database in a file with the layout of Berkeley DB 1.85."""

import struct
from pathlib import Path

from hardware import boards
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.serving.address import find_diagram

SECOND = 1_000_000_000
MAGIC, VERSION = 0x053162, 3
"""The first numbers of a B-tree of Berkeley DB 1.85 (db.h)."""

EVERYTHING = """
import btree, os, random

def opened(mode):
    file = open("x.db", mode)
    return file, btree.open(file, pagesize=512)

random.seed(3)
file, db = opened("w+b")
known = {}
for turn in range(600):
    key = b"%05d" % random.randrange(100) * random.choice((1, 1, 1, 60))
    if random.random() < 0.35 and key in known:
        del db[key]
        del known[key]
    else:
        db[key] = known[key] = bytes([turn & 255]) * random.choice((0, 3, 30, 200, 600))
    if turn % 100 == 0:
        db.flush()
print(list(db.keys()) == sorted(known), all(known[key] == value for key, value in db.items()))
db.close()
file.close()

file, db = opened("r+b")
print([key for key in known if db[key] != known[key]], b"absent" in db)
print(list(db.keys(None, None, btree.DESC)) == sorted(known)[::-1])
low, high = sorted(known)[30], sorted(known)[60]
print([key for key in db.keys(low, high)] == sorted(known)[30:60])
print([key for key in db.keys(high, low, btree.DESC | btree.INCL)] == sorted(known)[60:29:-1])
for key in sorted(known):
    del db[key]
print(list(db), db.seq(3))
size = os.stat("x.db")[6]
for number in range(150):
    db[b"again%03d" % number] = b"x" * 100
db.flush()
print(size, os.stat("x.db")[6] == size, len(list(db.values())))
db.close()
file.close()
"""


def run(program: str, tmp_path: Path) -> tuple[list[str], bytes]:
    """What a program prints on an ESP32, and its file x.db."""
    with Flash(boards.load("esp32_devkit_c_v4"), tmp_path / "flash.bin") as flash:
        flash.put({"main.py": program.encode()})
        with Bench(Circuit(find_diagram("esp32")), flash=flash) as bench:
            bench.run(7200 * SECOND)
            lines = [line.text for line in bench.trace.lines()]
        banner = next(at for at, line in enumerate(lines) if line.startswith("MicroPython v"))
        return lines[:banner], flash.read("x.db")


def leaf_entries(data: bytes) -> list[tuple[bytes, bytes]]:
    """The short entries of a file, by the layout in btree.h of Berkeley DB 1.85."""
    magic, version, size, _free, _count, flags = struct.unpack_from("<6I", data)
    assert (magic, version, flags) == (MAGIC, VERSION, 0x20)
    number, kind = 1, 0
    while True:
        page = data[number * size : (number + 1) * size]
        own, _before, after, kind, lower, _upper = struct.unpack_from("<4IHH", page)
        assert own == number
        if kind == 2:
            break
        first = struct.unpack_from("<H", page, 20)[0]
        number = struct.unpack_from("<I", page, first + 4)[0]
    found = []
    while number:
        page = data[number * size : (number + 1) * size]
        _own, _before, after, kind, lower, _upper = struct.unpack_from("<4IHH", page)
        assert kind == 2
        for (at,) in struct.iter_unpack("<H", page[20:lower]):
            key, value, flags = struct.unpack_from("<IIB", page, at)
            assert flags == 0
            text = page[at + 9 : at + 9 + key + value]
            found.append((text[:key], text[key:]))
        number = after
    return found


def test_what_is_put_in_comes_out_also_from_the_file(tmp_path: Path) -> None:
    lines, data = run(EVERYTHING, tmp_path)
    assert lines[:6] == ["True True", "[] False", "True", "True", "True", "[] None"]
    size, same, count = lines[6].split()
    assert (int(size) % 512, same, count) == (0, "True", "150"), "free pages are used again"
    assert leaf_entries(data) == [(b"again%03d" % n, b"x" * 100) for n in range(150)]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    program = """
import btree
for content in (b"text", b"x" * 600):
    with open("x.db", "wb") as file:
        file.write(content)
    try:
        btree.open(open("x.db", "r+b"))
    except OSError as error:
        print(error)
"""
    assert run(program, tmp_path)[0] == ["[Errno 22] EINVAL"] * 2
