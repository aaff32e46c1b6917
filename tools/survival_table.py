"""Makes docs/measured/survival.md: what a notebook of ours and mpremote do on a line that suffers.

    python tools/survival_table.py              # some minutes; an idle machine gives good times
    python tools/survival_table.py --only noise # makes these rows again, and keeps the others

Each row is one function: it does something to a board or to its line, lets a client work on that
line, and says what came of it. A test runs some of the rows again.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import NamedTuple

from hardware.bench.bench import Mode
from hardware.bench.serving.serial_tail import SerialTail
from hardware.wire.board import Board
from tests.support.emulated_line import BYTES_PER_S, EmulatedLine
from tests.support.line_clients import HANGS, KernelClient, LineClient, MpremoteClient, Reply
from tests.support.project import DOCS

PAGE = DOCS / "measured" / "survival.md"
HEAD = """\
# What a line survives

Made by `python tools/survival_table.py`. Each row does something to a board or to its line, and
then two programs work on that line: a notebook of Warsha (cells in a real kernel), and unmodified
mpremote {version} with its default options. The line is emulated: 115,200 baud in both directions
(10,000,000 baud in the row with 1 MB), and a receive FIFO of 256 bytes that drops what does not
fit. ✔ means: the person needs no button or wire of the board to go on, and no data is wrong
without a message. “Answers 42”: `print(6 * 7)` then works. “After its reset”: after the program's
own command for a reset, without a hand on the board. Texts in quotation marks are the last line of
what the person sees. Times are those of the wall clock for all commands or cells of the row (the
mean for one time or one file, where there are several); those of mpremote include the start of a
process for each command.

| what is done | Warsha | time | mpremote | time |
|---|---|---:|---|---:|
"""
ASK, ANSWER = "print(6 * 7)", "42"
OLD = b"the old file"
CUTS = 12
NOISE = 1e-4
FILES, TRIES = 4, 3
TIMES = 5
SILENCE_S = 12
MEGABYTE_BAUD = 10_000_000
LINE = "مرحبا يا ورشة 🚦 0123456789"
LINES = 1_000_000 // len(f"{LINE}\r\n".encode())


class Outcome(NamedTuple):
    """What came of one row for one client."""

    good: bool
    text: str
    s: float

    @property
    def cell(self) -> str:
        """Its cell in the table; times are in another one."""
        return f"{'✔' if self.good else '✘'} {self.text}"


class Scene:
    """One line with its board, and one client on it."""

    def __init__(self, line: EmulatedLine, client: LineClient, way: str) -> None:
        self.line = line
        self.client = client
        self._way = way
        self.plug()

    def plug(self) -> None:
        """Connect the client at a new address."""
        pty = self._way == "pty"
        self.client.connect(self.line.serve_pty() if pty else self.line.serve_rfc2217())

    def killed_after(self, count: int) -> None:
        """Kill the client when the line has carried so many more bytes."""
        self.line.after(count, self.client.kill)

    def runs(self, program: str) -> None:
        """Somebody has left this program running on the board."""
        with Board(self.line.connect()) as board:
            board.exec_detached(program)

    def has(self, name: str, data: bytes) -> None:
        """The board has this file."""
        with Board(self.line.connect()) as board:
            board.files.put(name, data)

    def holds(self, name: str, *contents: bytes) -> bool:
        """Whether the board's file has one of these contents."""
        ask = f"__import__('hashlib').sha256(open({name!r}, 'rb').read()).digest()"
        with Board(self.line.connect()) as board:
            names = [entry.name for entry in board.files.ls()]
            return name in names and board.eval(ask) in [
                sha256(each).digest() for each in contents
            ]

    def file(self, name: str, size: int, seed: int) -> Path:
        """A file of random bytes on the host."""
        path = self.client.folder / name
        path.write_bytes(Random(seed).randbytes(size))
        return path

    def asks(self) -> Reply:
        """A cell or command that is answered with 42."""
        return self.client.run(ASK)


def answers(reply: Reply) -> bool:
    """Whether it is the answer."""
    return reply.good and reply.last == ANSWER


def told(reply: Reply) -> str:
    """The reply in a few words."""
    return f"answers {ANSWER}" if answers(reply) else f"“{reply.last}”"


def nothing(scene: Scene) -> Outcome:
    """nothing is wrong"""
    reply = scene.asks()
    return Outcome(answers(reply), told(reply), reply.s)


def _each_time(scene: Scene, prepare: Callable[[], None]) -> Outcome:
    replies = []
    for _time in range(TIMES):
        prepare()
        scene.plug()
        replies.append(scene.asks())
    right = sum(map(answers, replies))
    text = f"answers {ANSWER} in {right} of {TIMES} times"
    if right < TIMES:
        text += "; else " + told(next(reply for reply in replies if not answers(reply)))
    return Outcome(right == TIMES, text, sum(reply.s for reply in replies) / TIMES)


def print_loop(scene: Scene) -> Outcome:
    """a program prints without end"""
    return _each_time(scene, lambda: scene.runs("while True: print('on and on')"))


def long_silence(scene: Scene) -> Outcome:
    """a program is silent for 12 s, then prints"""
    reply = scene.client.run(f"import time\ntime.sleep({SILENCE_S})\n{ASK}")
    return Outcome(answers(reply), told(reply), reply.s)


def _needs_reset(scene: Scene, program: str) -> Outcome:
    scene.has("kept.txt", OLD)
    scene.runs(program)
    first = scene.asks()
    reset = scene.client.reset()
    again = scene.asks()
    good = answers(again) and scene.holds("kept.txt", OLD)
    text = f"{told(first)}; after its reset: {told(again)}"
    return Outcome(good, text + (", files kept" if good else ""), first.s + reset.s + again.s)


def interrupts_off(scene: Scene) -> Outcome:
    """a program has switched Ctrl-C off"""
    return _needs_reset(
        scene, "import micropython, time\nmicropython.kbd_intr(-1)\nwhile True: time.sleep_ms(5)"
    )


def swallowed(scene: Scene) -> Outcome:
    """a program swallows Ctrl-C in a bare `except:`"""
    return _needs_reset(
        scene,
        "import time\nwhile True:\n try:\n  while True: time.sleep_ms(5)\n except: pass",
    )


def soft_reset(scene: Scene) -> Outcome:
    """a soft reset in the middle of a program"""
    first = scene.client.run("print('before')\nimport machine\nmachine.soft_reset()")
    again = scene.asks()
    return Outcome(answers(again), f"{told(first)}; then {told(again)}", first.s + again.s)


def main_py(scene: Scene) -> Outcome:
    """`main.py` already runs, and prints"""
    scene.has("main.py", b"import time\nwhile True:\n print('main')\n time.sleep_ms(20)\n")
    return _each_time(scene, scene.line.bench.reset)


def stop(scene: Scene) -> Outcome:
    """stop is pressed while a program runs; its `finally` switches a motor off"""
    tail = SerialTail()
    scene.line.bench.keep_output(tail)
    program = (
        "import time\ntry:\n while True:\n  print('on')\n  time.sleep_ms(20)\n"
        "finally: print('motor', 'off')"
    )
    first = scene.client.run(program, stop_at="on")
    ended = b"motor off" in tail.since(0)[0]
    again = scene.asks()
    what = "the motor is off" if ended else "the program goes on, the motor stays on"
    return Outcome(ended and answers(again), f"{what}; then {told(again)}", first.s + again.s)


def killed(scene: Scene) -> Outcome:
    """the kernel or process is killed: in a program that prints, and in the copy of a file"""
    path = scene.file("kill.bin", 20_000, 5)
    scene.has(path.name, OLD)
    scene.killed_after(3000)
    scene.client.run("while True: print('on')")
    scene.plug()
    first = scene.asks()
    scene.killed_after(10_000)
    scene.client.put(path)
    scene.plug()
    whole = scene.holds(path.name, OLD, path.read_bytes())
    second = scene.client.put(path)
    right = second.good and scene.holds(path.name, path.read_bytes())
    text = f"{told(first)}; {_file(whole)}; the next copy is {_right(right)}"
    return Outcome(answers(first) and whole and right, text, first.s + second.s)


def unplugged(scene: Scene) -> Outcome:
    """the plug is pulled in the copy of a file, and put in again: at 12 places of the file"""
    path, spent = scene.file("cut.bin", 8000, 4), 0.0
    begin = scene.line.carried
    scene.client.put(path)
    size = scene.line.carried - begin
    noted = whole = right = 0
    for cut in range(CUTS):
        scene.has(path.name, OLD)
        scene.line.cut_after(size * (2 * cut + 1) // (2 * CUTS))
        first = scene.client.put(path)
        scene.plug()
        noted += not first.good and HANGS not in first.text
        whole += scene.holds(path.name, OLD, path.read_bytes())
        second = scene.client.put(path)
        right += second.good and scene.holds(path.name, path.read_bytes())
        spent += first.s + second.s
    text = (
        f"{noted} of {CUTS} give a message; the file on the board is the old or the new one in "
        f"{whole}; the next copy is right in {right}"
    )
    return Outcome(noted == whole == right == CUTS, text, spent / CUTS)


def noise(scene: Scene) -> Outcome:
    """of 10,000 bytes one is lost, changed or late; 4 files of 20 KB are copied"""
    spent, right, wrong, tries = 0.0, 0, 0, 0
    for seed in range(FILES):
        path = scene.file("noise.bin", 20_000, seed)
        for _try in range(TRIES):
            reply = scene.client.put(path)
            spent += reply.s
            tries += 1
            if reply.good:
                break
        with scene.line.without_noise():
            if scene.holds(path.name, path.read_bytes()):
                right += 1
            elif reply.good:
                wrong += 1
    text = f"{right} of {FILES} files are right after {tries} commands"
    if wrong:
        text += f"; {wrong} wrong without a message"
    return Outcome(right == FILES, text, spent / FILES)


def megabyte(scene: Scene) -> Outcome:
    """a program prints 1 MB of Arabic, at 1 MB/s"""
    reply = scene.client.run(f"for _ in range({LINES}): print({LINE!r})")
    written = sorted(
        scene.client.folder.glob("board_output/*.txt"), key=lambda path: int(path.stem)
    )
    text = written[-1].read_text(encoding="utf-8") if written else reply.text
    whole = text.count(f"{LINE}\n")
    what = "all lines are right" if whole == LINES else f"{whole} of {LINES} lines are right"
    return Outcome(whole == LINES, what, reply.s)


def _file(whole: bool) -> str:
    return "the file is the old or the new one" if whole else "the file on the board is damaged"


def _right(right: bool) -> str:
    return "right" if right else "wrong"


class Row(NamedTuple):
    """A trial, and the line that it needs."""

    trial: Callable[[Scene], Outcome]
    way: str = "rfc2217"
    """With modem lines, as a USB adapter has them; a pty has none, but it can be pulled out."""
    noise: float = 0.0
    baud: int = round(BYTES_PER_S * 10)
    mode: Mode = "realtime"


ROWS = {
    row.trial.__name__: row
    for row in (
        Row(nothing),
        Row(print_loop),
        Row(interrupts_off),
        Row(swallowed),
        Row(long_silence),
        Row(soft_reset),
        Row(unplugged, "pty"),
        Row(noise, noise=NOISE),
        Row(stop),
        Row(main_py),
        Row(megabyte, "pty", baud=MEGABYTE_BAUD, mode="virtual"),
        Row(killed),
    )
}


def play(row: Row, client: LineClient) -> Outcome:
    """One row for one client, on a line of its own."""
    with EmulatedLine("esp32", noise=row.noise, seed=1, baud=row.baud, mode=row.mode) as line:
        return row.trial(Scene(line, client, row.way))


@contextmanager
def clients() -> Iterator[list[LineClient]]:
    """The two clients, ours first."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        both: list[LineClient] = [KernelClient(Path(ours)), MpremoteClient(Path(theirs))]
        try:
            yield both
        finally:
            for client in both:
                client.close()


def text_of(name: str, both: Iterable[LineClient]) -> str:
    """A row of the page."""
    cells = [str(ROWS[name].trial.__doc__)]
    for client in both:
        outcome = play(ROWS[name], client)
        cells += [outcome.cell, f"{outcome.s:.1f} s"]
    return "| " + " | ".join(cells) + " |\n"


def rows_of(page: str) -> dict[str, str]:
    """The rows of a page, by name."""
    lines = page.splitlines(keepends=True)
    heads = {name: f"| {row.trial.__doc__} | " for name, row in ROWS.items()}
    return {name: line for name, head in heads.items() for line in lines if line.startswith(head)}


def main() -> None:
    """Play rows and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS, help="these rows only")
    chosen = parser.parse_args().only
    rows = rows_of(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "")
    with clients() as both:
        for name in chosen:
            rows[name] = text_of(name, both)
            print(rows[name], end="", flush=True)
    head = HEAD.format(version=version("mpremote"))
    text = head + "".join(rows[name] for name in ROWS if name in rows)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
