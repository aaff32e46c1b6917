"""No program reads or writes memory of its process that is not its own: ways that MicroPython
leaves open, and that the port closes (`firmware/port/safe/`)."""

from typing import NamedTuple

import pytest

from tests.support import rig


class Attempt(NamedTuple):
    """A program, and what it prints if it reaches nothing."""

    program: str
    printed: list[str]


SECRET = """
def look(see):
    secret = b'a secret' * 8
    others = [bytearray(secret) for n in range(300)]
    print('reads others' if b'secret' in bytes(see()) else 'own memory')
"""
"""Fills freed memory with objects of its own, and looks whether a view shows them."""
STREAM = """
import io
class Stream(io.IOBase):
    def __init__(self, more=0): self.kept, self.more = [], more
    def write(self, data):
        self.kept.append(data)
        if len(data) > 1000: print('all memory')
        return len(data) + self.more
"""
REFUSED = """
def refused(what):
    try:
        print('gets', what())
    except (ValueError, TypeError, NotImplementedError, RuntimeError) as error:
        print(type(error).__name__)
"""
NUMBERS = """
kept = []
def fill(words):
    kept.extend(bytearray(b'\\x15\\0\\0\\0' * words) for n in range(50))
"""
"""Fills freed memory with words that are the number 10 where MicroPython expects an object."""
KEYS = (
    REFUSED
    + NUMBERS
    + """
class Key:
    def __hash__(self): return 1
    def __eq__(self, other):
        d.clear()
        for words in (4, 8, 12): fill(words)
        return isinstance(d, dict)
"""
)
ATTEMPTS = {
    "a view of an array that grows": Attempt(
        SECRET + "b = bytearray(64)\nview, wall = memoryview(b), bytearray(64)\n"
        "b.extend(bytes(600))\nlook(lambda: view)\n",
        ["own memory"],
    ),
    "a view of an array that grows by appending": Attempt(
        SECRET + "import array\nb = array.array('I', [0] * 16)\n"
        "view, wall = memoryview(b), bytearray(64)\nfor n in range(99): b.append(0)\n"
        "look(lambda: view)\n",
        ["own memory"],
    ),
    "a view of an array that grows by a slice": Attempt(
        SECRET + "b = bytearray(64)\nview, wall = memoryview(b), bytearray(64)\n"
        "b[3:4] = bytes(600)\nlook(lambda: view)\n",
        ["own memory"],
    ),
    "a picture in an array that grows": Attempt(
        SECRET + "import framebuf\nb = bytearray(64)\n"
        "f, wall = framebuf.FrameBuffer(b, 8, 8, framebuf.GS8), bytearray(64)\n"
        "b.extend(bytes(600))\n"
        "look(lambda: [f.pixel(x, y) for y in range(8) for x in range(8)])\n",
        ["own memory"],
    ),
    "an array of a sequence with a false length": Attempt(
        "class False_:\n    def __len__(self): return 1\n"
        "    def __iter__(self): return iter([7] * 400)\n"
        "made, other = bytearray(False_()), bytearray(16)\nprint(len(made), sum(made))\n",
        ["400 2800"],
    ),
    "an array of a list that grows": Attempt(
        "class Grows:\n    def __int__(self):\n        if len(values) < 400: values.append(self)\n"
        "        return 7\n"
        "values = [Grows()]\nmade = bytearray(values)\nprint(len(made), sum(made))\n",
        ["400 2800"],
    ),
    "an array that grows while it grows": Attempt(
        "class Appends:\n    def __int__(self):\n        b.extend(bytes(b'\\x01' * 7))\n"
        "        return 7\n"
        "b = bytearray(1)\nb.append(0)\nb.append(Appends())\n"
        "for n in range(400): b.append(1)\nprint(len(b), sum(b))\n",
        ["410 414"],
    ),
    "a picture without room": Attempt(
        REFUSED + "import framebuf\n"
        "refused(lambda: framebuf.FrameBuffer(bytearray(16), 32768, 16384, framebuf.GS8))\n"
        "refused(lambda: framebuf.FrameBuffer1(bytearray(16), 65535, 65528))\n"
        "f = framebuf.FrameBuffer(bytearray(8), 8, 8, framebuf.MONO_VLSB)\nprint(f.pixel(7, 7))\n",
        ["ValueError", "ValueError", "0"],
    ),
    "any number as an object": Attempt(
        REFUSED + "import array, struct\n"
        "refused(lambda: struct.unpack('O', b'\\x00\\x00\\x00\\x20' + bytes(4)))\n"
        "refused(lambda: struct.unpack('S', b'\\x00\\x00\\x00\\x20' + bytes(4)))\n"
        "refused(lambda: len(array.array('O', b'\\x00\\x00\\x00\\x20')))\n",
        ["NotImplementedError"] * 3,
    ),
    "a format longer than all memory": Attempt(
        REFUSED + "import struct\nfar = '1073741823x' * 4 + 'I'\n"
        "refused(lambda: struct.unpack(far, bytes(4)))\n"
        "refused(lambda: struct.pack_into('1' + '0' * 30 + 's', bytearray(4), 0, b''))\n",
        ["ValueError", "ValueError"],
    ),
    "a buffer of the interpreter that is kept": Attempt(
        STREAM + "s = Stream()\nprint('a line', file=s)\nprint(bytes(s.kept[0]))\n"
        "s.kept[0].extend(bytes(99))\nprint(len(s.kept[0]))\n",
        ["b'a line'", "105"],
    ),
    "a write of more than there is": Attempt(
        STREAM + REFUSED + "refused(lambda: print('a line', file=Stream(more=3)))\n",
        ["ValueError"],
    ),
    "a block that is kept": Attempt(
        "import vfs\nkept = []\n"
        "class Disk:\n    def __init__(self): self.data = bytearray(16 * 512)\n"
        "    def readblocks(self, n, into, at=0):\n        kept.append(into)\n"
        "        into[:] = self.data[n * 512 + at:n * 512 + at + len(into)]\n"
        "    def writeblocks(self, n, data, at=0):\n        kept.append(data)\n"
        "        self.data[n * 512 + at:n * 512 + at + len(data)] = data\n"
        "    def ioctl(self, op, arg): return (None, 0, 0, 0, 16, 512, 0)[op]\n"
        "disk = Disk()\nvfs.VfsLfs2.mkfs(disk)\nvfs.mount(disk, '/d')\n"
        "with open('/d/f', 'w') as f: f.write('kept ' * 99)\n"
        "print(len(open('/d/f').read()), any(b'kept' in one for one in kept))\n",
        ["495 True"],
    ),
    "a ring in a part of an array": Attempt(
        REFUSED + "import micropython\n"
        "refused(lambda: micropython.RingIO(memoryview(bytearray(64))[8:]))\n"
        "print(micropython.RingIO(memoryview(bytearray(64))).write(b'abc'))\n",
        ["TypeError", "3"],
    ),
    "a list that grows while it is sorted": Attempt(
        NUMBERS + "values, wall, seen = [bytes(1) for n in range(64)], bytearray(64), set()\n"
        "def key(one):\n    seen.add(type(one))\n"
        "    if len(values) == 64:\n        values.extend(values * 4)\n        fill(256)\n"
        "    return 0\n"
        "values.sort(key=key)\nprint(int in seen)\n",
        ["False"],
    ),
    "a list that changes while it is sorted": Attempt(
        REFUSED + "values = [3, 1, 2]\nadd = lambda one: values.append(one) or 1\n"
        "refused(lambda: values.sort(key=add))\n"
        "print(values)\n"
        "try: values.sort(key=lambda one: 1 // 0)\nexcept ZeroDivisionError: print(len(values))\n",
        ["ValueError", "[3, 1, 2]", "3"],
    ),
    "a list whose items change it while they are sorted": Attempt(
        NUMBERS + "class Item:\n"
        "    def __lt__(self, other):\n        seen.add(type(other))\n"
        "        if len(values) == 64:\n            values.extend(values * 4)\n"
        "            fill(256)\n        return False\n"
        "values, wall, seen = [Item() for n in range(64)], bytearray(64), set()\n"
        "values.sort()\nprint(int in seen)\n",
        ["False"],
    ),
    "a sort inside of a sort": Attempt(
        "inner = [[3, 1, 2], [9, 8, 7]]\n"
        "def key(one):\n    one.sort(key=lambda n: n)\n    return one[0]\n"
        "outer = [inner[1], inner[0]]\nouter.sort(key=key)\nprint(outer, inner)\n",
        ["[[1, 2, 3], [7, 8, 9]] [[1, 2, 3], [7, 8, 9]]"],
    ),
    "a dict that changes while it is searched": Attempt(
        KEYS + "for search in (lambda: d[Key()], lambda: d.get(Key()), lambda: d.pop(Key())):\n"
        "    d = {}\n    d[Key()] = b'own'\n    refused(search)\n",
        ["RuntimeError"] * 3,
    ),
    "an ordered dict that changes while it is searched": Attempt(
        KEYS + "from collections import OrderedDict\n"
        "d = OrderedDict()\nd[Key()] = b'own'\nrefused(lambda: d[Key()])\n",
        ["RuntimeError"],
    ),
    "a set that changes while it is searched": Attempt(
        KEYS + "for search in (lambda: Key() in d, lambda: d.add(Key())):\n"
        "    d = set()\n    d.add(Key())\n    refused(search)\n",
        ["RuntimeError"] * 2,
    ),
    "objects that are polled while they are polled": Attempt(
        "import io, select\np = select.poll()\n"
        "class Ready(io.IOBase):\n"
        "    def __init__(self, again): self.again, self.count = again, 0\n"
        "    def ioctl(self, request, argument):\n        self.count += 1\n"
        "        if self.again and self.count == 1: p.poll(0)\n"
        "        return self.count > 1 and not (self.again and self.count == 2)\n"
        "kept = [Ready(n == 60) for n in range(61)]\nfor one in kept: p.register(one)\n"
        "found = p.poll(0)\nwalls = [[n] for n in range(200)]\n"
        "print(len(found) < 61, {len(one) for one in found}, all(one[0] < 200 for one in walls))\n"
        "print(len(p.poll(0)))\n",
        ["True {2} True", "61"],
    ),
    "a heap whose items change it": Attempt(
        REFUSED + NUMBERS + "import heapq\n"
        "class Item:\n    def __lt__(self, other):\n        seen.add(type(other))\n"
        "        heap.clear()\n        fill(64)\n        return True\n"
        "seen = set()\n"
        "for use in (lambda: heapq.heappush(heap, Item()), lambda: heapq.heappop(heap),\n"
        "            lambda: heapq.heapify(heap)):\n"
        "    heap = [Item() for n in range(64)]\n    refused(use)\nprint(int in seen)\n",
        ["RuntimeError"] * 3 + ["False"],
    ),
    "a list whose items change it while it is compared": Attempt(
        NUMBERS + "class Item:\n    def __eq__(self, other):\n        seen.add(type(other))\n"
        "        if len(values) == 64:\n            values.extend(values * 4)\n"
        "            gc.collect()\n            for words in (64, 68): fill(words)\n"
        "        return type(other) is Item and self is values[0]\n"
        "    def __repr__(self):\n        self.__eq__(self)\n        return 'Item'\n"
        "import gc\nseen = set()\n"
        "for use in (lambda: values == others, lambda: others == values,\n"
        "            lambda: Item() in values, lambda: values.count(Item()),\n"
        "            lambda: repr(values), lambda: values < others):\n"
        "    values, wall = [Item() for n in range(64)], bytearray(64)\n    kept.clear()\n"
        "    others = [Item() for n in range(64)]\n    try: use()\n    except TypeError: pass\n"
        "print(int in seen)\n",
        ["False"],
    ),
    "a tuple that is compared after it was dropped": Attempt(
        NUMBERS + "import gc\nclass Item:\n    def __eq__(self, other):\n"
        "        seen.add(type(other))\n        values[0] = others[0] = None\n"
        "        gc.collect()\n        for words in (4, 8, 12): fill(words)\n        return True\n"
        "seen = set()\nvalues, others = [(Item(),) * 6], [(Item(),) * 6]\n"
        "print(values == others, int in seen)\n",
        ["True False"],
    ),
    "a dict that changes while it is printed or compared": Attempt(
        NUMBERS + "import gc, json\nclass Value:\n"
        "    def __repr__(self):\n        d.clear()\n        gc.collect()\n"
        "        for words in (16, 32, 64): fill(words)\n        return 'own'\n"
        "    __eq__ = lambda self, other: bool(repr(self))\n"
        "for use in (repr, json.dumps, lambda d: d == other):\n"
        "    d = {n: Value() for n in range(12)}\n    other = dict(d)\n    print(use(d))\n",
        ["{0: own}", '{"0": own}', "True"],
    ),
    "an index that changes its list": Attempt(
        REFUSED.replace("RuntimeError", "IndexError") + "class Index:\n"
        "    def __int__(self):\n        values.clear()\n        return 60\n"
        "def store(): values[Index()] = 7\ndef cut(): del values[Index():]\n"
        "for use in (lambda: values[Index()], lambda: values.pop(Index()), store, cut,\n"
        "            lambda: len(values[Index():])):\n"
        "    values = [b'own'] * 64\n    refused(use)\n",
        ["IndexError"] * 3 + ["gets None", "gets 0"],
    ),
    "a number that moves the array into which it is packed": Attempt(
        NUMBERS + "import gc, struct\nclass Number:\n    def __int__(self):\n"
        "        b.extend(bytes(600))\n        gc.collect()\n        fill(16)\n        return 99\n"
        "b, wall = bytearray(64), bytearray(64)\n"
        "struct.pack_into('<4I', b, 8, 0, Number(), 1, 2)\n"
        "print(all(bytes(one) == b'\\x15\\0\\0\\0' * (len(one) // 4) for one in kept))\n",
        ["True"],
    ),
    "a match that is kept": Attempt(
        "import re\nkept = []\n"
        "print(re.sub('(a+)', lambda m: kept.append(m) or 'A', 'baaad' * 3))\n"
        "def deep(n): return deep(n - 1) + 1 if n else 0\ndeep(9)\n"
        "print(len({id(m) for m in kept}), kept[0].group(0) in (None, 'aaa'))\n",
        ["bAdbAdbAd", "1 True"],
    ),
    "a queue of no tasks": Attempt(
        REFUSED + "from asyncio.core import Task, TaskQueue\nq, t = TaskQueue(), Task(None)\n"
        "for other in (7, 'text', q, (1, 2, 3)):\n"
        "    refused(lambda: q.push(other))\n    refused(lambda: q.remove(other))\n"
        "refused(lambda: Task(None, 7))\nt.state = 7\n"
        "Task(None, {'cur_task': t})\nrefused(lambda: next(t))\n"
        "q.push(t)\nrefused(lambda: q.push(t))\nprint(q.pop() is t)\n",
        ["TypeError"] * 10 + ["RuntimeError", "True"],
    ),
    "a deque longer than all memory": Attempt(
        "from collections import deque\n"
        "for length in (0x40000001, 0x3fffffff, 0x7ffffffe):\n"
        "    try: print(len(deque((), length)))\n    except MemoryError: print('no room')\n",
        ["no room"] * 3,
    ),
}


@pytest.mark.parametrize("what", ATTEMPTS)
def test_a_program_reaches_only_its_own_memory(family: str, what: str) -> None:
    attempt = ATTEMPTS[what]
    trace = rig.play(family, attempt.program, 4000)
    lines = rig.printed_lines(trace)
    assert trace.ended() is None, lines
    assert [line for line in lines if "<" not in line] == attempt.printed
