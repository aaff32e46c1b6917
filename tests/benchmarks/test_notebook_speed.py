"""Work in a notebook on one serial line, beside other tools.

The line is emulated: 115,200 baud, and 1 MB/s for the long output. A kernel runs the cells of ours
and of micropython-magic; mpremote is a command each time, belay a library in this process. What a
tool has to do more often, it does in each repetition: mpremote connects for each command.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from belay import Device

from hardware.connect import open_board
from tests.support.emulated_line import EmulatedLine
from tests.support.line_clients import KernelClient, MpremoteClient

Measured = Callable[..., None]
REPEATS = 40
MB_BAUD = 10_000_000
"""1 MB/s."""
LINE = "قراءة المقاومة المتغيرة 1234"
LINES = 1_000_000 // (len(LINE.encode()) + 2)


@pytest.fixture
def url() -> Iterator[str]:
    with EmulatedLine("esp32") as line:
        yield line.serve_pty()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[KernelClient]:
    client = KernelClient(tmp_path)
    yield client
    client.close()


def median_ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median time of some work, after it was done once."""
    work()
    times = []
    for _repeat in range(repeats):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return median(times) * 1000


def over_bare_ms(kernel: KernelClient, cell: str, repeats: int = REPEATS) -> float:
    """What a cell takes longer than one that does nothing; the two take turns."""
    extra = []
    for _repeat in range(repeats + 1):
        bare, reply = kernel._cell("pass"), kernel._cell(cell)
        assert reply.good, reply.text
        extra.append(reply.s - bare.s)
    return median(extra[1:]) * 1000


def test_a_cell(measured: Measured, kernel: KernelClient, url: str, tmp_path: Path) -> None:
    kernel.connect(url)
    ours = over_bare_ms(kernel, "%%board\npass")
    measured("a cell with `pass`, over a bare cell", ours, "ms", aim=3)
    kernel.close()
    kernel.connect("esp32")
    kernel._cell(f"%load_ext micropython_magic\n%mpy --select {url}")
    theirs = over_bare_ms(kernel, "%%micropython\npass", 10)
    measured("the same; peer: micropython-magic", ours, "ms", peer=theirs)
    kernel.close()
    mpremote = MpremoteClient(tmp_path)
    mpremote.connect(url)
    command = median_ms(lambda: mpremote.run("pass"), 5)
    measured("the same; peer: a command of mpremote", ours, "ms", peer=command)
    with Device(url) as device:
        belay = median_ms(lambda: device("pass"))
    measured("the same; peer: a call of belay", ours, "ms", peer=belay)


def test_connect(measured: Measured, url: str, tmp_path: Path) -> None:
    def ours() -> None:
        with open_board(url) as board:
            board.run("pass")

    def belay() -> None:
        with Device(url) as device:
            device("pass")

    own = median_ms(ours, 20)
    measured("connect and run `pass`", own, "ms", aim=50)
    mpremote = MpremoteClient(tmp_path)
    mpremote.connect(url)
    command = median_ms(lambda: mpremote.run("pass"), 5)
    measured("the same; peer: a command of mpremote", own, "ms", peer=command)
    measured("the same; peer: belay", own, "ms", peer=median_ms(belay, 5))


def test_a_megabyte_of_output(measured: Measured, kernel: KernelClient, tmp_path: Path) -> None:
    program = f"for _ in range({LINES}): print({LINE!r})"
    with EmulatedLine("esp32", baud=MB_BAUD) as line:
        address = line.serve_pty()
        kernel.connect(address)
        begin = perf_counter()
        assert kernel.run(program).good
        ours = perf_counter() - begin
        file = tmp_path / "board_output" / "1.txt"
        assert file.read_text(encoding="utf-8") == f"{LINE}\n" * LINES
        kernel.close()
        measured("1 MB of Arabic, printed in a cell at 1 MB/s", ours, "s", aim=1.3)
        mpremote = MpremoteClient(tmp_path)
        mpremote.connect(address)
        reply = mpremote.run(program)
        measured("the same; peer: mpremote", ours, "s", peer=reply.s)
