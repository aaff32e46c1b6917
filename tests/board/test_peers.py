"""Unmodified belay and micropython-magic: connect, run code, copy a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from belay import Device
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from hardware.bench.serving.live_bench import LiveBench

ARABIC = "WORD = 'مرحبا'\n"


@pytest.fixture
def url(family: str) -> Iterator[str]:
    """The address of a virtual board, for other programs."""
    with LiveBench(family) as bench:
        yield bench.serve_pty()


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")  # belay's own call
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
