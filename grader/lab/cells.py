"""Which cells of a notebook mean something, told by their text alone.

The build, the trust boundary and the notebook's own magics all ask here, so a program means the
same to each of them. A word that the magic does not know is an error there; whoever hands the cell
in all the same does not lose the program for it.
"""

import re
import shlex

PROGRAM = "main.py"
"""The board program that is graded."""

HOST_REFERENCE = "reference_host.py"
"""In the folder of a lab that asks host functions: the right ones."""

ANSWER_FILE = "predict.txt"
"""In a trainee's lab folder: the "predict" cell as released, so that practice can tell an answer
from it."""

STUB = "# اكتب هنا · write here"
"""What a release has where the solution stood."""

TEXT_STUB = "اكتب إجابتك هنا · write your answer here"
"""The same for a text that a person grades."""

BEGIN, END, REFERENCE = "### BEGIN SOLUTION", "### END SOLUTION", "### REFERENCE"

LONGEST_MAGIC = 1000
"""A longer line is no person's."""

_GRADE = re.compile(r"""\s*grade\(\s*(["'])(\w+)\1\s*\)\s*""")


def _split(source: str) -> tuple[str, str]:
    """First line and body as IPython hands them to a cell magic: no blank lines before, one
    newline at the end."""
    lines = source.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first, body = lines[start], "\n".join(lines[start + 1 :])
    return first.rstrip(), body if not body or body.endswith("\n") else body + "\n"


def program_of(source: str) -> tuple[str, str] | None:
    """File name and text of a `%%board main.py` cell, the text exactly as the magic gets it; None
    for other cells."""
    first, body = _split(source)
    magic, _space, line = first.partition(" ")
    if magic != "%%board" or len(line) > LONGEST_MAGIC:
        return None
    try:
        words = shlex.split(line)
    except ValueError:  # a quote that is not closed is an error of the magic, too
        return None
    name = next((word for word in words if word.endswith(".py")), None)
    return None if name is None else (name, body)


def answer_of(source: str) -> str | None:
    """The text of a `%%predict` cell; None for other cells."""
    first, body = _split(source)
    return body if first.split() == ["%%predict"] else None


def host_of(source: str) -> str | None:
    """The text of a `%%host` cell, exactly as the magic gets it; None for other cells."""
    first, body = _split(source)
    return body if first.split() == ["%%host"] else None


def item_of(source: str) -> str | None:
    """The item of a cell that holds only `grade("b")`; None for other cells."""
    match = _GRADE.fullmatch(source)
    return match[2] if match else None


def is_setup(source: str) -> bool:
    """Whether this is the cell that loads Warsha and names the lab."""
    return "%load_ext warsha" in source.splitlines()


def predicted(answer: str | None, released: str) -> bool:
    """Whether the "predict" question was answered: some text, and not the text that was
    released."""
    return answer is not None and answer.strip() not in ("", released.strip())


def released_text(body: str) -> str:
    """A cell's text as a release has it: the stub in the place of each solution region."""
    lines: list[str] = []
    inside = False
    for line in body.splitlines():
        if BEGIN in line:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + STUB)
        elif END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines) + "\n"
