# Tries: a notebook that begins with a byte order mark, and texts with such marks, NUL bytes, separators and control characters in every place.
# Ends: texts are escaped where they are shown; the program is the text behind one exact line.
import json

ODD = "\ufeff\x00\x01\x07\x08\x0b\x0c\x1a\x1b[31m\x7f\x85\u2028\u2029\ufffe\uffff"


def attack(folder, notebook):
    for number, kind in enumerate(("markdown", "code", "raw")):
        cell = {"cell_type": kind, "id": f"{ODD}{number}", "source": [ODD, "\n", "\ufeff%%board main.py\nprint('READY L01')", ODD], "metadata": {ODD: ODD}}
        notebook["cells"].append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    notebook["metadata"][ODD] = {"nbgrader": ODD}
    return "\ufeff" + json.dumps(notebook, ensure_ascii=False)
