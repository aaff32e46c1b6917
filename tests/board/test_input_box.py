"""A program on the board that reads a line: the page shows a box, and the line reaches the
program. In a real kernel."""

from collections.abc import Iterator

import pytest

from hardware.bench.serving.live_bench import LiveBench
from tests.support.notebook_kernel import NotebookKernel, started_kernel

ASKS = "The program reads lines. Type one here, then Enter:"
NAMES = "%%board\nfor n in 1, 2:\n    name = input('name? ')\n    print('Hello', name)"


@pytest.fixture(scope="module")
def notebook() -> Iterator[NotebookKernel]:
    with started_kernel() as kernel:
        yield kernel


@pytest.fixture(params=["esp32", "pi_pico_w", "line"])
def connected(notebook: NotebookKernel, request: pytest.FixtureRequest) -> Iterator[str]:
    """A virtual board of each family, and one of which the notebook sees only the serial line."""
    with LiveBench("esp32") as board:
        url = board.serve_pty() if request.param == "line" else request.param
        notebook.run(f"%board connect {url}")
        yield str(request.param)
        notebook.run("%board connect esp32")


def test_each_line_is_asked_for_in_the_cell(notebook: NotebookKernel, connected: str) -> None:
    shown, asked = notebook.answered(NAMES, "Mona", "Ali")
    assert asked[:2] == [ASKS, ASKS]
    assert shown == "name? Mona\nHello Mona\nname? Ali\nHello Ali\n"


def test_a_line_is_read_from_stdin_and_asked_for_in_the_users_language(
    notebook: NotebookKernel, connected: str
) -> None:
    notebook.run("import os\nos.environ['WARSHA_LANG'] = 'ar'")
    try:
        reads = "%%board\nimport sys\nprint('got', sys.stdin.readline().strip())"
        shown, asked = notebook.answered(reads, "علي")
    finally:
        notebook.run("os.environ['WARSHA_LANG'] = 'en'")
    assert shown == "got علي\n"
    assert asked[0].startswith("البرنامج يقرأ أسطرًا. اكتب سطرًا هنا ثم اضغط")


def test_input_drops_arabic_and_the_cell_says_so(notebook: NotebookKernel) -> None:
    notebook.run("%board connect esp32")
    shown, _asked = notebook.answered("%%board\nprint('Hello', input('name? '))", "علي")
    assert "input() on a board takes only Latin letters" in shown and "Hello \n" in shown


def test_a_program_that_reads_nothing_has_no_box(notebook: NotebookKernel) -> None:
    notebook.run("%board connect esp32")
    assert notebook.answered("%%board\nimport time\ntime.sleep(4)\nprint('on')") == ("on\n", [])


def test_a_page_without_a_box_says_how_to_answer(notebook: NotebookKernel) -> None:
    notebook.run("%board connect esp32")
    reads = "the program reads lines"
    said = notebook.run("%%board\ninput('name? ')", stop_at=reads)
    assert f"name? · {reads}" in said and "board.serial.write('...\\r')" in said
    program = "%%board main.py --seconds 300\nprint('Hello', input('name? '))"
    reads = "main.py reads lines: type them in the console of %bench"
    assert reads in notebook.run(program, stop_at=reads)


def test_a_line_may_come_from_elsewhere(notebook: NotebookKernel) -> None:
    notebook.run("%board connect esp32")
    notebook.run("%%board main.py --detach\nprint('Hello', input('name? '))")
    answer = "board.serial.write('Mona\\r')\nprint(*(board.serial.readline(5) for _ in '12'))"
    assert "Hello Mona" in notebook.run(answer)
