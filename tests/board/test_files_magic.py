"""The magic `%files` in a real IPython, on a real virtual board."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from hardware.notebook import cell_output, progress
from hardware.notebook.files_magic import FilesMagics
from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import current
from hardware.wire.board import Board
from tests.support.emulated_line import EmulatedLine
from tests.support.notebook_shell import printed, shell_with


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "QUIET_S", 600)  # on a busy machine, a short transfer is long
    with shell_with(BoardMagics, FilesMagics) as shell:
        current.connect("esp32")  # a test before may have left a lab's bench to be opened
        yield shell


def run(shell: InteractiveShell, cell: str) -> list[str]:
    """The lines that a cell prints, with those of its error."""
    return printed(shell, cell).splitlines()


def test_files_go_to_the_board_and_back(shell: InteractiveShell, tmp_path: Path) -> None:
    run(shell, "%files rm boot.py")
    assert run(shell, "%files") == ["· no files"]
    (tmp_path / "log.csv").write_text("time,level\n")
    assert run(shell, "%files put log.csv") == ["· log.csv: 11 bytes on the board"]
    run(shell, "%files mkdir data")
    assert run(shell, "%files put log.csv data/") == ["· data/log.csv: 11 bytes on the board"]
    assert run(shell, "%files ls") == ["          data/", "       11 log.csv"]
    assert run(shell, "%files cat data/log.csv") == ["time,level"]
    run(shell, "%files rm log.csv")
    assert run(shell, "%%board\nimport os\nprint(os.listdir())") == ["['data']"]
    assert run(shell, "%files get data/log.csv copy.csv") == ["· copy.csv: 11 bytes are here"]
    assert (tmp_path / "copy.csv").read_text() == "time,level\n"


def test_a_long_transfer_shows_bytes_and_rate_in_one_line(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "noise.bin").write_bytes(random.Random(1).randbytes(12_000))
    assert run(shell, "%files put src/noise.bin") == ["· noise.bin: 12,000 bytes on the board"]
    monkeypatch.setattr(progress, "QUIET_S", 0)
    monkeypatch.setattr(progress, "EVERY_S", 0.001)
    for command in ("put src/noise.bin x/", "get noise.bin", "sync src y"):
        run(shell, "%files mkdir x")
        with capture_output() as shown:
            shell.run_cell(f"%files {command}")
        *drawn, empty, told = shown.stdout.split("\r")
        assert re.search(r"· \S+: [\d,]+ of 12,000 bytes, [\d.]+ KB/s", drawn[-1])
        widths = [len(line) for line in (*drawn, empty)]
        assert widths == sorted(widths), "each line covers the one before"
        assert empty.isspace() and told.startswith("· ")
    run(shell, "%files rm noise.bin")
    monkeypatch.setenv("WARSHA_LANG", "ar")
    assert "بايت، " in " ".join(run(shell, "%files put src/noise.bin"))


def test_the_same_line_goes_on_after_a_cut(shell: InteractiveShell, tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(data := random.Random(2).randbytes(8_000))
    with EmulatedLine("esp32", baud=None) as line:
        line.cut_after(9_000)
        with Board(line.connect()) as current.board:
            cause, cure = run(shell, "%files put noise.bin")
        assert "was lost" in cause and "Connect again." in cure
        with Board(line.connect()) as current.board:
            assert [entry.name for entry in current.board.files.ls()] == [
                "boot.py",
                "noise.bin.part",
            ]
            assert run(shell, "%files put noise.bin") == ["· noise.bin: 8,000 bytes on the board"]
            assert current.board.files.get("noise.bin") == data


def test_a_file_from_the_board_goes_on_after_a_cut(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = random.Random(2).randbytes(8_000)
    monkeypatch.setattr(progress, "QUIET_S", 0)
    monkeypatch.setattr(progress, "EVERY_S", 0.001)
    with EmulatedLine("esp32", baud=None) as line:
        with Board(line.connect()) as current.board:
            current.board.files.put("noise.bin", data)
            line.cut_after(7_000)
            assert "was lost" in printed(shell, "%files get noise.bin")
        with Board(line.connect()) as current.board:
            first, *_more = re.findall(
                r"([\d,]+) of 8,000", printed(shell, "%files get noise.bin")
            )
    assert int(first.replace(",", "")) > 3000
    assert (tmp_path / "noise.bin").read_bytes() == data


def test_a_long_text_file_is_shown_as_its_end(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    monkeypatch.setattr(cell_output, "MOST", 1000)
    (tmp_path / "log.txt").write_text("line\n" * 500)
    run(shell, "%files put log.txt")
    with capture_output() as shown:
        shell.run_cell("%files cat log.txt")
    assert "2,500" in shown.outputs[-1].data["text/html"]
    assert (tmp_path / "board_output" / "1.txt").read_text() == "line\n" * 500


def test_a_file_that_is_here_already_is_not_fetched_again(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text("time\n")
    run(shell, "%files put log.csv")
    assert run(shell, "%files get log.csv") == ["· log.csv is the same on the board and here"]


def test_a_file_of_the_trainee_is_not_overwritten(shell: InteractiveShell, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("old\n")
    run(shell, "%files put log.csv")
    (tmp_path / "log.csv").write_text("new\n")
    cause, cure = run(shell, "%files get log.csv")
    assert "log.csv exists here, with other content." in cause
    assert cure == "Give another name: %files get log.csv FILE"
    assert (tmp_path / "log.csv").read_text() == "new\n"


def test_a_folder_is_copied_and_what_is_the_same_is_skipped(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    deep = tmp_path / "src" / "lib" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "src" / ".hidden").write_text("")
    (tmp_path / "src" / "main.py").write_text("import lib.deep.a")
    (deep / "a.py").write_text("print('here')")
    assert run(shell, "%files sync src")[-1] == "· 2 files were copied, 0 were the same"
    (deep / "a.py").write_text("print('HERE')")
    assert run(shell, "%files sync src") == [
        "· lib/deep/a.py: 13 bytes on the board",
        "· 1 files were copied, 1 were the same",
    ]
    assert run(shell, "%%board\nimport lib.deep.a") == ["HERE"]
    assert run(shell, "%files sync src web/app")[-1] == "· 2 files were copied, 0 were the same"
    assert run(shell, "%files ls web/app/lib/deep") == ["       13 a.py"]


@pytest.mark.parametrize(
    ("line", "cause", "cure"),
    [
        ("rm nope", "the board has no file nope", "Check the name"),
        ("cat nope", "the board has no file nope", "Perhaps the program has not written"),
        ("ls nope", "the board has no folder nope", "Check the name"),
        ("put nope", "nope: there is no such file", "Check the name"),
        ("put folder", "folder: it is a folder", "%files sync FOLDER"),
        ("sync nope", "nope: there is no such file", "Check the name"),
        ("sync file.txt", "file.txt: it is no folder", "%files put FILE"),
        ("mkdir data", "data: it exists already", "%files rm NAME"),
        ("rm data", "data: the folder is not empty", "Remove what is in it first."),
        ("put copy/data", "data is a folder on the board.", "%files rm NAME"),
        ("sync copy", "data is a folder on the board.", "%files rm NAME"),
        ("get data", "data: it is a folder", "%files get FOLDER/FILE"),
        ("put /dev/zero", "/dev/zero: the board's flash is full", "Remove files"),
        (
            "get data/file.txt no/file.txt",
            "no: there is no such folder",
            "a path that is writable",
        ),
        ("send file.txt", "Unknown form of this command.", "Write: %files ls"),
        ("put 'file.txt", "A quotation mark is not closed", "Close it, or delete it."),
    ],
)
def test_an_error_is_a_line_of_cause_and_a_line_of_cure(
    shell: InteractiveShell, tmp_path: Path, line: str, cause: str, cure: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("text")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "data").write_text("text")
    run(shell, "%files mkdir data")
    run(shell, "%files put file.txt data/")
    told = run(shell, f"%files {line}")
    assert len(told) == 2
    assert cause in told[0] and cure in told[1]


def test_an_error_in_arabic_begins_on_the_right(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    for line in ("%files rm nope.txt", "%board connect nope.json", "%%board no/x.py\n1"):
        cause = run(shell, line)[0]
        outside = re.sub("\u2066.*?\u2069|\u2068.*?\u2069|\x1b\\[\\d+m", "", cause)
        assert re.search(r"\w", outside)[0] > "\u0620", cause  # type: ignore[index]
        assert "No such" not in cause
