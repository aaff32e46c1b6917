"""Looks for ways in which a board's program reaches memory that was given back:

    python tools/memory_fuzz.py [--programs 300] [--seed 1] [--keep FOLDER]

It builds the boards in a build folder of their own, with -DVB_POISON=1: memory that is given back
is overwritten. It then runs programs whose objects change a container in each method (`__eq__`,
`__repr__`, `__int__` ...) while C code of MicroPython goes through that container. A board that
dies has used such memory; `--keep` writes its program into a folder. One that used an empty place
(address 0) reached nothing: it ends with exit code 0, and is not counted. The programs depend on
the seed alone.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support import rig

ROOT = Path(__file__).parents[1]
FAMILIES = ("rp2", "esp32")
RUN_MS = 20_000
"""Virtual time of a program."""

HEAD = """
import array, asyncio, collections, framebuf, gc, heapq, io, json, random, re, select, struct, sys
try: from asyncio import core
except ImportError: core = None
random.seed({seed})
budget, kept, depth = {budget}, [], 0
def fill():
    for words in (4, 8, 12, 16, 32, 64):
        kept.append([bytearray(b'\\x15\\0\\0\\0' * words) for n in range(8)])
    del kept[:-12]
def change():
    global budget, depth
    if budget <= 0 or depth > 3: return
    budget -= 1; depth += 1
    try:
        for n in range(random.randint(1, 3)): random.choice(changes)()
        if random.random() < .7: gc.collect()
        fill()
    except Exception as error: pass
    finally: depth -= 1
class Odd:
    def __init__(self, n=0): self.n = n
    def __hash__(self): return self.n % 5
    def __eq__(self, other): change(); return random.random() < .3
    def __lt__(self, other): change(); return random.random() < .5
    def __gt__(self, other): change(); return random.random() < .5
    def __le__(self, other): change(); return random.random() < .5
    def __ge__(self, other): change(); return random.random() < .5
    def __repr__(self): change(); return 'Odd'
    def __str__(self): change(); return 'odd'
    def __int__(self): change(); return random.randint(-9, 70)
    def __float__(self): change(); return 1.5
    def __bool__(self): change(); return random.random() < .5
    def __len__(self): change(); return random.randint(0, 9)
    def __add__(self, other): change(); return self
    def __radd__(self, other): change(); return self
    def __contains__(self, other): change(); return False
    def __getitem__(self, at):
        change()
        if random.random() < .2: raise IndexError
        return self
    def __setitem__(self, at, value): change()
    def __iter__(self): change(); return iter_()
    def __call__(self, *args): change(); return random.randint(0, 9)
    def __getattr__(self, name):
        if name[:2] == '__': raise AttributeError
        change(); return self
class Stream(io.IOBase):
    def write(self, data): change(); return len(data)
    def readinto(self, data): change(); return min(len(data), 5)
    def ioctl(self, request, argument): change(); return 0
class Named(collections.namedtuple('Named', 'a b')): pass
def iter_():
    for n in range(random.randint(0, 9)):
        change(); yield Odd(n)
def odd(): return random.choice((Odd, Odd, lambda: random.randint(0, 70), lambda: 'text'))()
def several(): return [odd() for n in range(random.randint(1, 60))]
L, M, D, E = several(), several(), {}, {}
O, P = collections.OrderedDict(), collections.OrderedDict()
S, T, B, A = set(), set(), bytearray(64), array.array('i', range(20))
Q, V, N = collections.deque((), 40), memoryview(B), [(Odd(1), [Odd(2)]), Named(Odd(3), Odd(4))]
changes = [
    lambda: L.clear(), lambda: L.extend(several()), lambda: [L.append(odd()) for n in range(90)],
    lambda: L.pop(), lambda: [L.pop() for n in range(40)], lambda: L.__setitem__(0, odd()),
    lambda: exec('L[2:] = several()'), lambda: exec('del L[3:]'), lambda: L.reverse(),
    lambda: L.sort(key=lambda one: 1), lambda: L.sort(), lambda: M.clear(), lambda: M.extend(L),
    lambda: N.clear(), lambda: N.extend([(Odd(5), Odd(6)), [Odd(7)]]), lambda: N.pop(),
    lambda: D.clear(), lambda: [D.__setitem__(Odd(n), odd()) for n in range(20)],
    lambda: D.popitem(), lambda: E.clear(), lambda: E.update(D), lambda: O.clear(),
    lambda: [O.__setitem__(n, Odd(n)) for n in range(30)], lambda: O.popitem(), lambda: P.clear(),
    lambda: S.clear(), lambda: [S.add(Odd(n)) for n in range(20)], lambda: S.pop(),
    lambda: T.clear(), lambda: T.update(S), lambda: B.extend(bytes(random.randint(1, 200))),
    lambda: exec('B[3:] = b""'), lambda: A.extend(A), lambda: [A.append(7) for n in range(60)],
    lambda: exec('del L[0]'), lambda: Q.append(odd()), lambda: Q.popleft(),
    lambda: heapq.heapify(L), lambda: heapq.heappop(L), lambda: heapq.heappush(L, odd()),
    lambda: gc.collect(),
]
{new}
uses = [
{uses}
]
for n in range({turns}):
    try: random.choice(uses)()
    except Exception as error:
        if n % 50 == 0: print(type(error).__name__)
    if n % 7 == 0:
        budget = {budget}
        for box in (L, M): box.extend(several()[:max(0, 60 - len(box))])
        for key in range(4):
            for table in (D, E, O, P): table[key] = Odd(key)
        N.extend([(Odd(1), [Odd(2)]), Named(Odd(3), Odd(4))]); del N[9:]
        S.update(range(5)); T.update(range(4))
        if len(B) > 2000: B, V = bytearray(64), None; V = memoryview(B)
        if len(A) > 900: A = array.array('i', range(20))
print('done')
"""
USES = """
L == M; L < M; L >= M; odd() in L; L.index(odd()); L.index(odd(), Odd(), Odd()); L.count(odd())
L.remove(odd()); L[Odd()]; L[Odd():Odd()]; L[::Odd()]; exec('L[Odd():Odd()] = M')
exec('L[Odd()] = odd()'); exec('del L[Odd()]'); exec('del L[Odd():Odd()]'); L.pop(Odd())
exec('L[1:2] = L'); L.extend(L); L.extend(iter_()); L.extend(Odd()); L.insert(Odd(), odd())
L + M; L * Odd(); L.sort(); L.sort(key=Odd()); sorted(L); sorted(L, key=Odd()); repr(L); str(L)
repr(N); N == N[:]; N == [(Odd(), Odd()), Odd()]; tuple(L) == tuple(M); tuple(L) < tuple(M)
tuple(L).index(Odd()); tuple(L).count(Odd()); hash(tuple(N)); N.index((Odd(1), [Odd(2)]))
N.count((Odd(1), [Odd(2)])); N.sort(); heapq.heapify(L); heapq.heappush(L, Odd())
heapq.heappop(L); heapq.heapify(N); heapq.heappop(N); min(L); max(L, key=Odd()); min(N)
sum(L, Odd()); sum(iter_(), Odd()); any(L); all(L); list(map(Odd(), L, M))
list(filter(Odd(), L)); list(zip(L, iter_())); D == E; O == P; repr(D); repr(O); str(D.items())
D.update(E); D.update(O); D.update(iter_()); D | E; D[Odd()]; D.get(Odd()); D.pop(Odd())
D.setdefault(Odd(), odd()); Odd() in D; dict.fromkeys(L, 1); Odd() in O; O[Odd()]; O.pop(Odd())
S == T; S | T; S & T; S - T; S ^ T; S <= T; repr(S); S.update(L); S.add(Odd()); S.discard(Odd())
S.intersection_update(T); S.difference_update(L); S.isdisjoint(L)
S.symmetric_difference_update(T); frozenset(S) == frozenset(T); hash(frozenset(S)); set(N)
frozenset(L); json.dumps(L); json.dumps(D); json.dumps(N); json.dump(O, Stream())
print(L, file=Stream()); print(N, D, file=Stream()); ', '.join(str(one) for one in L)
'%s %r' % (L, D); '{} {!r}'.format(N, L); '%d %s' % (Odd(), L); '{:d}'.format(Odd()); bytes(L)
bytes(iter_()); bytearray(L); bytearray(Odd()); array.array('i', L); array.array('f', iter_())
A.extend(array.array('i', L)); A.append(Odd()); exec('A[Odd()] = Odd()'); A[Odd()]
A[Odd():Odd()]; exec('A[Odd():Odd()] = A'); exec('B[Odd()] = Odd()'); exec('B[Odd():Odd()] = B')
V[Odd()]; V[Odd():Odd()]; exec('V[Odd()] = Odd()'); Odd() in A; Odd() in B
struct.pack_into('<IIffBB', B, Odd(), Odd(), Odd(), Odd(), Odd(), Odd(), Odd())
struct.pack('4I', *iter_()); struct.unpack_from('<II', B, Odd()); int.from_bytes(B, Odd())
B.decode(); bytes(B).find(b'a', Odd(), Odd()); list(L); tuple(iter_()); tuple(Odd())
a, b, *c = L; a, *b = iter_(); Q.extend(iter_()); Q[Odd()]; exec('Q[Odd()] = Odd()'); list(Q)
collections.deque(iter_(), 9); re.sub('a', Odd(), 'banana')
re.sub('(a)', lambda m: (change(), m.group(0))[1], 'banana' * 9); f(*L, **D)
f(*iter_(), **{'a': Odd()}); f(*Odd(), **Odd()); list(enumerate(L, Odd())); list(reversed(L))
range(Odd(), Odd(), 3)[Odd()]; isinstance(Odd(), tuple(L)); getattr(Odd(), 'x', 1); hash(Odd())
divmod(Odd(), Odd()); round(1.5, Odd()); Stream().read(9); Stream().readline()
Stream().write(B); io.BytesIO(B).readinto(B, Odd()); io.BufferedWriter(Stream(), 8).write(B)
select.select([Stream()], [Stream()], [], 0); exec('x = L; x += M')
picture().pixel(Odd(), Odd(), Odd()); picture().text('ab', Odd(), Odd())
picture().blit(picture(), Odd(), 1)
picture().poly(Odd(), 0, array.array('h', [0, 1, 2, 3]), Odd())
picture().fill_rect(Odd(), 0, 9, Odd(), 1); next(iter(L)); [one for one in L if one == 3]
{Odd(n): n for n in range(5)}; {odd() for n in range(5)}; B.extend(Odd())
B.extend(array.array('i', L)); bytes(L).join([b'a', B]); print(Odd(), L, sep=str(Odd()))
sys.print_exception(ValueError(L, Odd()), Stream()); ValueError(L) == ValueError(M)
repr(ValueError(N)); Named(Odd(), Odd()) == Named(Odd(), Odd()); repr(Named(L, D))
Named(*iter_()); slice(Odd(), L) == slice(Odd(), M); repr(slice(L, N)); complex(Odd(), Odd())
chr(Odd()); bin(Odd()); 'ab' * Odd(); b'ab' * Odd(); (1, 2) * Odd()
memoryview(B)[Odd():] == memoryview(B); tasks(); task_iter(); next(generator)
generator.send(odd()); generator.throw(ValueError)
"""
NEW = """
def f(*args, **kws): return len(args) + len(kws)
def picture():
    return framebuf.FrameBuffer(B if len(B) >= 64 else bytearray(64), 8, 8, framebuf.GS8)
def endless():
    while True:
        try: yield change()
        except ValueError: next(generator)
generator = endless()
queues = [core.TaskQueue() for n in range(3)]
def context(): return {'cur_task': None, '_task_queue': queues[0], 'CancelledError': ValueError}
pool = [core.Task(None, context()) for n in range(9)]
def tasks():
    for n in range(20):
        queue, task = random.choice(queues), random.choice(pool)
        try:
            step = random.randint(0, 5)
            if step < 2: queue.push(task, random.randint(0, 99))
            elif step == 2: queue.pop()
            elif step == 3: queue.remove(task)
            elif step == 4: task.cancel(); task.data = random.choice((None, queue, 7, D))
            else:
                queues[random.randint(0, 2)] = core.TaskQueue()
                pool[random.randint(0, 8)] = core.Task(None)
                gc.collect(); fill()
        except (RuntimeError, IndexError, TypeError, KeyError): pass
def task_iter():
    task = random.choice(pool)
    task.state = random.choice((None, True, False, 7, queues[0], task))
    next(task)
"""


def program(seed: int) -> str:
    """The program of this seed."""
    rng = random.Random(seed)
    texts = [one.strip() for one in USES.replace("\n", ";").split(";") if one.strip()]
    chosen = rng.sample(texts, 24)
    uses = "\n".join(f"    lambda: {_expression(one)}," for one in chosen)
    budget, turns = rng.choice((1, 3, 10)), rng.choice((60, 150))
    head = HEAD.replace("{uses}", uses).replace("{new}", NEW).replace("{seed}", str(seed))
    return head.replace("{budget}", str(budget)).replace("{turns}", str(turns))


def _expression(use: str) -> str:
    return f"exec({use!r})" if " = " in use and "exec(" not in use and "lambda" not in use else use


def build(folder: Path) -> None:
    """The boards of both families, with poison."""
    for family in FAMILIES:
        place = folder / "port" / family
        place.mkdir(parents=True, exist_ok=True)
        command = ["make", "-C", str(ROOT / "firmware" / "port"), f"CHIP={family}"]
        command += [f"BUILD={folder / 'objects' / family}", "CFLAGS_EXTRA=-DVB_POISON=1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        made = folder / "objects" / family / f"warsha-{family}"
        (place / made.name).write_bytes(made.read_bytes())
        (place / made.name).chmod(0o755)


def run(family: str, seed: int) -> str | None:
    """How the board of a program ended, if it ended at all."""
    trace = rig.play(family, program(seed), RUN_MS)
    ended = trace.ended()
    reached = ended is not None and ended.detail != "exit code 0"
    return f"{ended} after {rig.printed_lines(trace)[-3:]}" if reached else None


def main() -> int:
    """Build, run the programs, print what died."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        if "WARSHA_BUILD" not in os.environ:
            build(Path(folder))
            os.environ["WARSHA_BUILD"] = folder
        for seed in range(options.seed, options.seed + options.programs):
            for family in FAMILIES:
                ended = run(family, seed)
                if ended:
                    found += 1
                    print(f"{family} {seed}: {ended}")
                    if options.keep:
                        (options.keep / f"{family}_{seed}.py").write_text(program(seed))
    print(f"{options.programs} programs on {len(FAMILIES)} boards, {found} died")
    return found > 0


if __name__ == "__main__":
    sys.exit(main())
