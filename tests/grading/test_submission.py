"""The trust boundary: any submitted files give one submission or a one-line error."""

import base64
import io
import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from PIL import Image

from grader.classrun import submission_folder as handed_in
from grader.classrun.submission import Submission, read_submission
from grader.demo import ANSWER, REASON, filled_in
from grader.errors import NothingHandedIn, SubmissionError
from grader.lab.prediction import LONGEST, OwnPrediction
from tests.support.tiny_lesson import cell_named, released_notebook

PROGRAM = "print('READY L00')\n"


@pytest.fixture
def released(tmp_path: Path) -> NotebookNode:
    return released_notebook(tmp_path / "lab")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "submitted"
    place.mkdir()
    return place


def read(folder: Path, released: NotebookNode) -> Submission:
    return read_submission(folder, "blink", "s1", released)


def hand_in(folder: Path, notebook: Any, name: str = "blink.ipynb") -> None:
    (folder / name).write_text(json.dumps(notebook), encoding="utf-8")


def test_a_plain_submission(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, filled_in(released, PROGRAM))
    found = read(folder, released)
    assert (found.program, found.notes) == (PROGRAM, ())
    assert found.prediction == OwnPrediction(ANSWER, REASON)
    assert found.prediction.share == 1


def test_the_release_itself_has_no_answer(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, released)
    found = read(folder, released)
    assert found.prediction == OwnPrediction("", "")
    assert found.prediction.share == 0
    assert found.program is not None
    assert found.program.endswith("write here\n")


@pytest.mark.parametrize("answer", ["", "  \n\t"])
def test_a_blank_answer_is_none(folder: Path, released: NotebookNode, answer: str) -> None:
    hand_in(folder, filled_in(released, PROGRAM, answer))
    assert read(folder, released).prediction.text == ""


@pytest.mark.parametrize(
    "copied",
    ["", ANSWER, "Why did it blink so often?", "# لماذا؟ · Why?", "..", f"{ANSWER} Why"],
)
def test_a_reason_is_no_copy_of_the_prediction_or_the_question(
    folder: Path, released: NotebookNode, copied: str
) -> None:
    notebook = filled_in(released, PROGRAM)
    cell_named(notebook, "explain").source = f"%%explain\n{copied}"
    hand_in(folder, notebook)
    assert read(folder, released).prediction == OwnPrediction(ANSWER, "")
    assert read(folder, released).prediction.share == 0.5


def test_a_lab_that_was_released_without_a_reason_asks_for_none(
    folder: Path, released: NotebookNode
) -> None:
    released.cells.remove(cell_named(released, "explain"))
    hand_in(folder, filled_in(released, PROGRAM))
    assert read(folder, released).prediction == OwnPrediction(ANSWER, None)
    assert read(folder, released).prediction.share == 1


def test_of_a_text_that_never_ends_the_first_part_is_kept(
    folder: Path, released: NotebookNode
) -> None:
    hand_in(folder, filled_in(released, PROGRAM, "five " * LONGEST))
    assert len(read(folder, released).prediction.text) <= LONGEST


@pytest.mark.parametrize(
    "name",
    ["blink (1).ipynb", "Blink.IPYNB"]
    + [unicodedata.normalize(form, "إشارة أُولى.ipynb") for form in ("NFC", "NFD")],
)
def test_the_name_of_the_file_does_not_matter(
    folder: Path, released: NotebookNode, name: str
) -> None:
    hand_in(folder, filled_in(released, PROGRAM), name)
    found = read(folder, released)
    assert found.program == PROGRAM
    assert len(found.notes) == 1


def test_of_several_files_the_named_one_counts(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, filled_in(released, PROGRAM))
    hand_in(folder, filled_in(released, "other"), "blink (1).ipynb")
    assert read(folder, released).program == PROGRAM


def test_of_several_files_all_are_named_with_their_difference(
    folder: Path, released: NotebookNode
) -> None:
    hand_in(folder, filled_in(released, PROGRAM))
    for text, difference in ((PROGRAM, "the same program"), ("other", "the programs differ")):
        hand_in(folder, filled_in(released, text), "blink (1).ipynb")
        names = f"blink.ipynb, blink (1).ipynb ({difference})"
        assert read(folder, released).notes == (f"blink.ipynb counts, of {names}",)
    (folder / "blink (1).ipynb").write_text("{")
    assert "blink (1).ipynb is not a notebook" in read(folder, released).notes[0]


def test_several_files_and_none_is_named(folder: Path, released: NotebookNode) -> None:
    for number in (1, 2):
        hand_in(folder, released, f"blink ({number}).ipynb")
    with pytest.raises(SubmissionError, match="which notebook") as caught:
        read(folder, released)
    assert str(caught.value).endswith("blink (1).ipynb, blink (2).ipynb (the same program)")


def test_a_program_alone_is_graded(folder: Path, released: NotebookNode) -> None:
    (folder / "main.py").write_text("\ufeff" + PROGRAM, encoding="utf-8")
    found = read(folder, released)
    assert (found.program, found.prediction.share, found.file) == (PROGRAM, 0, "main.py")
    assert found.notes == ("no notebook: main.py is graded",)
    assert [cell.source for cell in found.notebook.cells if "grade" in cell.source]
    with pytest.raises(NothingHandedIn):  # among several labs it is not known whose it is
        read_submission(folder, "blink", "s1", released, exact=True)
    (folder / "main.py").write_bytes(b"\xff\xfe")
    with pytest.raises(SubmissionError, match=r"main\.py is not a text in UTF-8"):
        read(folder, released)
    (folder / "main.py").unlink()
    (folder / "main.py").symlink_to("/etc/hostname")
    with pytest.raises(SubmissionError, match="not a regular file"):
        read(folder, released)
    hand_in(folder, filled_in(released, "other"))
    assert read(folder, released).program == "other\n"


DEEP = "[" * 200_000 + "]" * 200_000


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no notebook",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"cells": 7}',
        b'{"cells": null, "worksheets": []}',
        DEEP.encode(),
        b'{"cells": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "text", "binary", "list", "no-cells", "number", "format-3", "deep", "digits"],
)
def test_a_file_that_is_no_notebook(folder: Path, released: NotebookNode, raw: bytes) -> None:
    (folder / "blink.ipynb").write_bytes(raw)
    with pytest.raises(SubmissionError) as caught:
        read(folder, released)
    assert "blink.ipynb" in str(caught.value)
    assert caught.value.cure


def test_nothing_handed_in(folder: Path, released: NotebookNode) -> None:
    with pytest.raises(SubmissionError, match="no notebook"):
        read(folder, released)


def test_too_big(folder: Path, released: NotebookNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed_in, "MAX_BYTES", 1000)
    hand_in(folder, {"cells": [], "padding": "x" * 1000})
    with pytest.raises(SubmissionError, match="MB"):
        read(folder, released)


def test_too_many_cells(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, {"cells": [{}] * 3000})
    with pytest.raises(SubmissionError, match="too many cells: 3000"):
        read(folder, released)


def test_links_and_pipes_are_not_followed(
    folder: Path, released: NotebookNode, tmp_path: Path
) -> None:
    hand_in(tmp_path, released, "other.ipynb")
    (folder / "blink.ipynb").symlink_to(tmp_path / "other.ipynb")
    with pytest.raises(SubmissionError, match="no notebook"):
        read(folder, released)
    os.mkfifo(folder / "pipe.ipynb")
    with pytest.raises(SubmissionError, match="not a regular file"):
        read(folder, released)


def test_no_program_cell(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, filled_in(released, None))
    found = read(folder, released)
    assert found.program is None
    assert found.prediction.share == 1
    assert "%%board main.py" in found.notes[0]


def test_of_two_program_cells_the_last_counts(folder: Path, released: NotebookNode) -> None:
    notebook = filled_in(released, PROGRAM)
    notebook.cells.append(
        NotebookNode(cell_named(notebook, "program") | {"source": "%%board main.py\nlast"})
    )
    hand_in(folder, notebook)
    found = read(folder, released)
    assert found.program == "last\n"
    assert any("2 program cells" in note for note in found.notes)
    assert len({cell.id for cell in found.notebook.cells}) == len(found.notebook.cells)


def test_a_deleted_graded_cell_comes_back(folder: Path, released: NotebookNode) -> None:
    notebook = filled_in(released, PROGRAM)
    notebook.cells.remove(cell_named(notebook, "b"))
    hand_in(folder, notebook)
    found = read(folder, released)
    assert cell_named(found.notebook, "b").source == 'grade("b")'
    assert any("b was deleted" in note for note in found.notes)


def test_a_doubled_graded_cell_counts_once(folder: Path, released: NotebookNode) -> None:
    notebook = filled_in(released, PROGRAM)
    notebook.cells.insert(0, cell_named(notebook, "b"))
    hand_in(folder, notebook)
    found = read(folder, released).notebook
    named = [
        cell for cell in found.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "b"
    ]
    assert len(named) == 1


def test_metadata_and_outputs_are_ignored(folder: Path, released: NotebookNode) -> None:
    notebook = filled_in(released, PROGRAM)
    forged = cell_named(notebook, "b")
    forged.source = "99"
    forged.metadata.nbgrader |= {"points": 99, "solution": True, "locked": False}
    forged.outputs = [
        {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}}
    ]
    notebook.metadata["warsha"] = {"seeds": "public"}
    hand_in(folder, notebook)
    found = read(folder, released).notebook
    cell = cell_named(found, "b")
    assert cell == cell_named(released, "b") | {"id": cell.id}
    assert found.metadata == released.metadata
    nbformat.validate(found)


@pytest.mark.parametrize(
    "cell",
    [
        7,
        None,
        {},
        {"cell_type": 3, "source": "x"},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "source": ["a", 7], "metadata": []},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": "grade"}},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": ["a"]}}},
        {"cell_type": "code", "source": "\ud800", "metadata": {"nbgrader": {"grade": True}}},
        {"cell_type": "raw", "source": "<script>1</script>"},
    ],
)
def test_a_hostile_cell_harms_no_page(folder: Path, released: NotebookNode, cell: Any) -> None:
    notebook = json.loads(json.dumps(filled_in(released, PROGRAM)))
    notebook["cells"].insert(0, cell)
    hand_in(folder, notebook)
    found = read(folder, released)
    assert found.program == PROGRAM
    nbformat.validate(found.notebook)
    nbformat.writes(found.notebook).encode()


@pytest.mark.parametrize(
    "text",
    [
        "<script>steal()</script>",
        "<img src=x onerror=steal()>",
        "[a](javascript:steal())",
        "[a](&#106;avascript:steal())",
        "~~~\n\n<script>steal()</script>",
        "~~~~~~~~\n<b onclick=steal()>\n~~~",
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_active_text_is_shown_as_it_was_typed(
    folder: Path, released: NotebookNode, text: str, kind: str
) -> None:
    notebook = filled_in(released, PROGRAM)
    notebook.cells.append({"cell_type": kind, "metadata": {}, "source": text})
    hand_in(folder, notebook)
    page, _ = HTMLExporter().from_notebook_node(read(folder, released).notebook)
    shown = page.rpartition("steal()")[0].rpartition("<pre")[2]
    assert "</pre" not in shown
    assert "<script" not in shown
    assert page.count("steal()") == 1


def test_released_text_stays_as_it_is(folder: Path, released: NotebookNode) -> None:
    hand_in(folder, filled_in(released, PROGRAM))
    found = read(folder, released).notebook
    texts = [cell.source for cell in found.cells if cell.cell_type == "markdown"]
    assert texts == [cell.source for cell in released.cells if cell.cell_type == "markdown"]


def picture(kind: str, size: tuple[int, int] = (3, 2)) -> str:
    """A picture as an attachment holds it."""
    data = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", size).save(data, kind)
    return base64.b64encode(data.getvalue()).decode()


def with_report(released: NotebookNode) -> NotebookNode:
    """The released notebook with a cell for a report."""
    marks = {"grade_id": "report", "solution": True, "grade": True, "points": 10}
    marks |= {"locked": False, "schema_version": 3, "task": False, "cell_type": "markdown"}
    cell = nbformat.v4.new_markdown_cell("Write here.", metadata={"nbgrader": marks})
    released.cells.append(cell)
    return released


def test_the_pictures_of_released_texts_are_shown(folder: Path, released: NotebookNode) -> None:
    """Formgrader opens no notebook in which a picture is missing."""
    text = nbformat.v4.new_markdown_cell("The frame: ![](attachment:frame.svg)")
    text.attachments = {"frame.svg": {"image/png": picture("PNG")}}
    released.cells.insert(0, text)
    notebook = filled_in(released, PROGRAM)
    notebook.cells[0].attachments = {"frame.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9eCgpPg=="}}
    hand_in(folder, notebook)
    page, _ = HTMLExporter().from_notebook_node(read(folder, released).notebook)
    assert f"data:image/png;base64,{picture('PNG')}" in page
    assert "PHN2ZyBvbmxvYWQ9eCgpPg==" not in page


def test_pictures_that_were_pasted_into_an_answer_are_shown(
    folder: Path, released: NotebookNode
) -> None:
    notebook = filled_in(with_report(released), PROGRAM)
    report = cell_named(notebook, "report")
    report.source = "![](attachment:a.png) <b>the rig</b>"
    report.attachments = {
        "a.png": {"image/png": picture("PNG")},
        '"><script>steal()': {"text/html": picture("JPEG")},
    }
    hand_in(folder, notebook)
    found = read(folder, released)
    page, _ = HTMLExporter().from_notebook_node(found.notebook)
    assert f"data:image/png;base64,{picture('PNG')}" in page
    assert f"data:image/jpeg;base64,{picture('JPEG')}" in page
    assert "&lt;b&gt;the rig" in page and "steal()" not in page
    assert found.notes == ()


@pytest.mark.parametrize(
    "attachments",
    [
        {"a.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9YWxlcnQoNyk+"}},
        {"a.png": {"image/png": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}},
        {"a.png": {"image/png": "no base64"}},
        {"a.png": {"image/png": ["iVBORw0K"]}},
        {"a.png": "iVBORw0K"},
        {"a.png": {"image/png": picture("PNG", (9000, 9000))}},
    ],
)
def test_what_is_no_picture_is_left_out_of_an_answer(
    folder: Path, released: NotebookNode, attachments: Any
) -> None:
    notebook = json.loads(json.dumps(filled_in(with_report(released), PROGRAM)))
    notebook["cells"][-1] |= {"source": "My report.", "attachments": attachments}
    hand_in(folder, notebook)
    found = read(folder, released)
    assert "My report." in cell_named(found.notebook, "report").source
    assert cell_named(found.notebook, "report").attachments == {}
    (note,) = found.notes
    assert note.startswith("report: 'a.") and "PNG and JPEG up to 50 megapixels" in note


@pytest.mark.parametrize("attachments", [None, 7, [], {str(n): {} for n in range(10_000)}])
def test_hostile_attachments_harm_nobody(
    folder: Path, released: NotebookNode, attachments: Any
) -> None:
    notebook = json.loads(json.dumps(filled_in(with_report(released), PROGRAM)))
    notebook["cells"][-1]["attachments"] = attachments
    hand_in(folder, notebook)
    found = read(folder, released)
    assert len(found.notes) <= 41
    nbformat.validate(found.notebook)
