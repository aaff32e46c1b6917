"""Unmodified programs of other authors: they connect, run code, copy files; mpremote's own tests.
tools/client_table.py has the whole table."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from belay import Device
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import micropython_dir
from tests.support.peers import PEERS
from tools import client_table

BELAY = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
"""It calls what another package gives up."""
ARABIC = "WORD = 'مرحبا'\n"


@pytest.fixture
def url(family: str) -> Iterator[str]:
    """The address of a virtual board, for other programs."""
    with LiveBench(family) as bench:
        yield bench.serve_pty()


@BELAY
def test_belay(url: str, family: str, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(ARABIC, encoding="utf-8")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "table.bin").write_bytes(bytes(range(256)) * 20)
    with Device(url) as device:
        assert device.implementation.platform == family
        assert device.implementation.emitters == ("native",), "machine code runs nowhere"
        assert device("2 ** 10") == 1024

        @device.task  # type: ignore[untyped-decorator]  # belay's own is so
        def double(number: int) -> int:
            return 2 * number

        assert double(21) == 42
        for _again in range(2):  # the second time it compares hashes
            device.sync(tmp_path)
        assert device("__import__('helper').WORD") == "مرحبا"
        assert device("open('lib/table.bin', 'rb').read() == bytes(range(256)) * 20") is True


def test_micropython_magic(url: str) -> None:
    cells = [
        f"%load_ext micropython_magic\n%mpy --select {url}",
        "%%micropython\nx = 6 * 7\nprint('مرحبا', x)",
        f"%%micropython --writefile helper.py\n{ARABIC}",
        "%%micropython\nimport helper\nprint(helper.WORD, x)",
        "y = %mpy --eval x\nprint(y + 1)",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    printed = ["".join(out.get("text", "") for out in cell.outputs) for cell in notebook.cells]
    printed = [text.replace("\r\n", "\n") for text in printed]
    assert printed[1:] == ["مرحبا 42\n", "", "مرحبا 42\n", "43\n"]


LONGEST = "test_filesystem.sh"


def each(names: Iterable[str], short: str) -> list[ParameterSet]:
    """All of these on each board and way; only the pty of one board is no long test."""
    return [
        pytest.param(
            name,
            kind,
            way,
            marks=[] if (kind, way) == (short, "pty") and name != LONGEST else [pytest.mark.long],
        )
        for name in names
        for kind in client_table.BOARDS
        for way in client_table.WAYS
    ]


@BELAY
@pytest.mark.parametrize(("name", "kind", "way"), each(PEERS, "pi_pico"))
def test_a_program_runs_puts_and_gets_a_file(name: str, kind: str, way: str) -> None:
    with client_table.served(kind, way) as url:
        row = client_table.row(PEERS[name], url)
    devices = {client_table.DEVICES} if way != "pty" else set()
    assert set(row) <= {""} or set(row) == devices, row


@pytest.mark.skipif(
    not micropython_dir().is_dir(), reason="no MicroPython source: see MICROPY_DIR"
)
@pytest.mark.parametrize(("name", "kind", "way"), each(client_table.scripts(), "esp32"))
def test_a_script_of_mpremote(name: str, kind: str, way: str) -> None:
    with client_table.served(kind, way) as url:
        assert client_table.run_script(name, url) == "OK"
