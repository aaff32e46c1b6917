"""Boards for tests, and which tests run: long ones only with `pytest --all`.

A test that takes `board` runs on a virtual board of each chip, and on a real one with
`pytest --board URL`; with the mark `every_way` also once for each way to reach a virtual board.
A test with the mark `pure` looks into the Python code of the bench.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from grader.schemas import skip_iri_grammars
from hardware import boards, compiled
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board, open_port
from hardware.wire.board import Board
from tests.support.bare_bench import BareBench
from tests.support.project import TESTS

skip_iri_grammars()
pytest_plugins = [
    "tests.support.classroom",
    "tests.support.two_labs",
    "tests.support.attack_class",
    "tests.support.host_course",
    "tests.support.scripted_boards",
    "tests.support.same_trace",
    "tests.support.postgres_server",
    "tests.support.inventories",
]

ROOMS = ("system", "grading", "board", "unit", "benchmarks")
"""Several processes take the tests in this order: the longest first, so that all end together."""
FAMILIES = ("esp32", "rp2")
WAYS = ("realtime", "pty", "socket", "rfc2217")
REAL = "real"

os.environ["WARSHA_LANG"] = "en"  # tests read messages, whatever the machine's locale is


def pytest_addoption(parser: pytest.Parser) -> None:
    """The address of a real board, and whether long tests run."""
    parser.addoption(
        "--board", metavar="URL", help="also run on this board: a device, socket://, rfc2217://"
    )
    parser.addoption("--all", action="store_true", help="run the long tests, too")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    config.addinivalue_line("markers", "every_way: run over every way to reach a virtual board")
    config.addinivalue_line("markers", "long: takes long; runs only with --all")
    config.addinivalue_line("markers", "pure: runs in a process without compiled modules")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a `pure` test in a process of its own."""
    if not pyfuncitem.get_closest_marker("pure") or not compiled.used():
        return None
    command = [sys.executable, "-m", "pytest", "-q", "--all", pyfuncitem.nodeid]
    variables = {name: at for name, at in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command,
        cwd=pyfuncitem.config.rootpath,
        env=variables | {"WARSHA_PURE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tests, unless they are asked for."""
    if not config.getoption("--all"):
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_room)


def _room(item: pytest.Item) -> int:
    """The index of its folder in ROOMS."""
    folder = item.path.relative_to(TESTS).parts[0]
    return ROOMS.index(folder) if folder in ROOMS else 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each board, and for each way to it."""
    if "board" not in metafunc.fixturenames:
        return
    names = [f"{port}-bench" for port in boards.ports()]
    if metafunc.definition.get_closest_marker("every_way"):
        names += [f"{FAMILIES[0]}-{way}" for way in WAYS]
    if metafunc.config.getoption("board"):
        names.append(REAL)
    metafunc.parametrize("board", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    """One board for all tests of a file, as a real one. `fresh` clears the state of the previous
    test."""
    if request.param == REAL:
        with open_board(request.config.getoption("board")) as real:
            yield real
        return
    port, way = request.param.split("-")
    with LiveBench(port, mode="realtime" if way == "realtime" else "virtual") as bench:
        serve: dict[str, Callable[[], str]] = {
            "pty": bench.serve_pty,
            "socket": bench.serve_socket,
            "rfc2217": bench.serve_rfc2217,
        }
        line = open_port(serve[way]()) if way in serve else bench.connect()
        with Board(line) as made:
            yield made


@pytest.fixture
def fresh(board: Board) -> Board:
    """The board with a new interpreter and no program of an earlier test."""
    board.soft_reset()
    for name in ("main.py", "boot.py"):
        if any(entry.name == name for entry in board.files.ls("/")):
            board.files.rm(name)
    return board


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    """Each family of chips that there is a virtual board of."""
    name: str = request.param
    return name


@pytest.fixture
def bare(family: str) -> Iterator[BareBench]:
    """A board of each family at its first prompt, with a bench that only answers frames."""
    with BareBench(family) as made:
        made.until(b">>> ")
        yield made
