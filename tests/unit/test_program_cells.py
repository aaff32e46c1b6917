"""Cells that are programs, compared with IPython: grading and practice find the same ones."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from grader.lab.cells import program_of
from hardware.notebook.late_magics import without_mark

BODY = "x = 1\n  y\n"


@pytest.mark.parametrize(
    "source",
    [
        "%%board main.py\n" + BODY,
        "%%board main.py\nx = 1",
        "%%board --detach main.py --seconds 3\n" + BODY,
        "%%board 'main.py'\n" + BODY,
        "%%board  main.py \n" + BODY,
        "\n  \n%%board main.py\n" + BODY,
        "\ufeff%%board main.py\n" + BODY,
        "%%board main.py\n\n\n# \u0639\u0631\u0628\u064a\n\n",
    ],
)
def test_a_program_is_what_the_magic_gets(source: str) -> None:
    shell, seen = InteractiveShell(), list[str]()

    def board(_line: str, cell: str) -> None:
        seen.append(cell)

    shell.input_transformers_cleanup.insert(0, without_mark)
    shell.register_magic_function(board, "cell")  # type: ignore[arg-type]
    shell.run_cell(source)
    assert seen
    assert program_of(source) == ("main.py", seen[0])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n \n",
        "%%boarding main.py\nx",
        "%%board\nx",
        "# a\n%%board main.py\nx",
        "  %%board main.py\nx",
        "%%board\tmain.py\nx",
        "%board main.py\nx",
        "%%board 'main.py\nx",
        "%%board main.python\nx",
        "%%board " + "x" * 100_000 + ".py\nx",
    ],
)
def test_what_is_no_program(source: str) -> None:
    assert program_of(source) is None
