"""A tiny lesson for tests, and its released and submitted forms."""

import copy
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.lab.cells import released_text
from grader.notebook.lesson import source_notebook

POINTS = {"a": 4.0, "b": 5.0, "p": 2.0}

REFERENCE = '''"""The reference."""

from machine import Pin

led = Pin(2, Pin.OUT)
print("READY L00")
while True:
    led.toggle()
'''

LESSON = """<div dir="rtl" lang="ar">

# الوميض

وميض كل <bdi dir="ltr">500 ms</bdi>.

</div>


# Blink

Every 500 ms.

```python
%load_ext warsha
%lab blink
```

```python
%%predict
# كم مرة؟ · How often?
### BEGIN SOLUTION
twenty times in ten seconds
### END SOLUTION
```

```python
%%board main.py
from machine import Pin

### BEGIN SOLUTION
### REFERENCE
### END SOLUTION
```

Why did it blink so often?

```python
%%explain
# لماذا؟ · Why?
### BEGIN SOLUTION
each flash and its pause take half a second
### END SOLUTION
```

```python
grade()
```

```python
grade("a")
```

```python
grade("b")
```

```python
grade("p")
```
"""


def write_lab(folder: Path, lesson: str = LESSON) -> Path:
    """A lab's folder with that lesson and the reference."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lesson.md").write_text(lesson, encoding="utf-8")
    (folder / "reference.py").write_text(REFERENCE, encoding="utf-8")
    return folder


def released_notebook(folder: Path) -> NotebookNode:
    """The release, as nbgrader makes it (a test of the course compares the two)."""
    notebook = copy.deepcopy(source_notebook(write_lab(folder), POINTS))
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = released_text(cell.source).rstrip("\n")
    return notebook


def cell_named(notebook: Any, grade_id: str) -> NotebookNode:
    """The cell with that grade id."""
    found: NotebookNode = next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found
