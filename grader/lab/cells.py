"""The cells of a notebook that have a meaning. Only their text decides.

The build of a course, the reader of submissions and the magics of the notebook all use these
functions, so a cell means the same to each of them. The magic reports a word that it does not know
as an error; a submission with such a cell still has its program.
"""

import re
import shlex

PROGRAM = "main.py"
"""The board program that is graded."""

HOST_REFERENCE = "reference_host.py"
"""The right host functions, in the folder of a lab that has host functions."""

SCENARIO_REFERENCE = "reference_scenario.yaml"
"""A scenario that gets all points, in the folder of a lab that asks for one."""

QUESTIONS = ("predict", "explain")
"""The magics of the cells in which a trainee answers a question: what will the run show, and why
did it show that? `<magic>.txt` in a trainee's lab folder has the question and its cell as
released: practice compares the answer with them."""

SHORTEST_ANSWER = 4
"""Letters, digits and signs that an answer needs beside the words of the question."""

STUB = "# اكتب هنا · write here"
"""The text in place of the solution in a released notebook."""

TEXT_STUB = "اكتب إجابتك هنا · write your answer here"
"""The same for an answer that a person grades."""

NOTES = "✎"
"""A text cell with only this is for the trainee's notes. It belongs to both languages: JupyterLab
hides the cells of the other one, and must never hide what a trainee writes."""

BEGIN, END, REFERENCE = "### BEGIN SOLUTION", "### END SOLUTION", "### REFERENCE"

LONGEST_MAGIC = 1000
"""A longer line is no magic: no person writes one."""

_GRADE = re.compile(r"""\s*grade\(\s*(["'])(\w+)\1\s*\)\s*""")


def _split(source: str) -> tuple[str, str]:
    """First line and body as IPython gives them to a cell magic: without a byte order mark and
    blank lines before, with one newline at the end."""
    lines = source.removeprefix("\ufeff").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first, body = lines[start], "\n".join(lines[start + 1 :])
    return first.rstrip(), body if not body or body.endswith("\n") else body + "\n"


def program_of(source: str) -> tuple[str, str] | None:
    """File name and text of a `%%board main.py` cell, the text exactly as the magic gets it. None
    for other cells."""
    first, body = _split(source)
    magic, _space, line = first.partition(" ")
    if magic != "%%board" or len(line) > LONGEST_MAGIC:
        return None
    try:
        words = shlex.split(line)
    except ValueError:  # a quote is not closed; the magic reports it as an error
        return None
    name = next((word for word in words if word.endswith(".py")), None)
    return None if name is None else (name, body)


def answer_of(source: str) -> str | None:
    """The text of a `%%predict` cell; None for other cells."""
    return body_of(source, "%%predict")


def reason_of(source: str) -> str | None:
    """The text of an `%%explain` cell; None for other cells."""
    return body_of(source, "%%explain")


def host_of(source: str) -> str | None:
    """The text of a `%%host` cell, exactly as the magic gets it. None for other cells."""
    return body_of(source, "%%host")


def scenario_of(source: str) -> str | None:
    """The text of a `%%scenario` cell, exactly as the magic gets it. None for other cells."""
    return body_of(source, "%%scenario")


def body_of(source: str, magic: str) -> str | None:
    """The text of a cell with that magic alone in its first line; None for other cells."""
    first, body = _split(source)
    return body if first.split() == [magic] else None


def item_of(source: str) -> str | None:
    """The item of a cell that holds only `grade("b")`; None for other cells."""
    match = _GRADE.fullmatch(source)
    return match[2] if match else None


def is_setup(source: str) -> bool:
    """Whether this cell loads Warsha and names the lab."""
    return "%load_ext warsha" in source.splitlines()


def is_notes(source: str) -> bool:
    """Whether this text cell is for the trainee's notes."""
    return source.strip() == NOTES


def predicted(answer: str | None, question: str) -> bool:
    """Whether a question has an answer: a text of its own, not a sign and not the words of the
    question. `question`: the question, and its cell as released.

    Nobody reads the answer, so this is no proof of a thought; a question that a person grades is
    made with `manual` (docs/reference/lesson-format.md).
    """
    known = set(_words(question))
    own = "".join(word for word in _words(answer or "") if word not in known)
    return len(own) >= SHORTEST_ANSWER and len(set(own)) > 1


def question_text(text: str) -> str:
    """A question without the tags of its languages, on one line."""
    return " ".join(re.sub(r"</?div\b[^>]*>", "", text).split())


def _words(text: str) -> list[str]:
    """Words, and runs of other signs: a timing diagram is made of those."""
    return re.findall(r"\w+|[^\w\s]+", text.casefold())


def released_text(body: str) -> str:
    """A cell's text as released, with the stub in place of each solution region."""
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
