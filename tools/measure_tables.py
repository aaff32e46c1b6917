"""Makes docs/reference/measuring.md from the measuring functions.

    python tools/measure_tables.py

A test checks that the page is up to date and that every entry has a docstring.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.lab import limits, line_form, text_limits, units, value_path
from grader.lab.limits import Limit
from grader.lab.units import Quantity
from tests.support.project import ROOT

PAGE = ROOT / "docs" / "reference" / "measuring.md"
OTHERS = [
    ROOT / "grader" / "lab" / "signal.py",
    ROOT / "grader" / "lab" / "line_form.py",
    ROOT / "grader" / "lab" / "value_path.py",
    ROOT / "grader" / "strict_json.py",
]
MEASURE = ROOT / "grader" / "measure"
HEAD = """\
# Measuring

Made by `python tools/measure_tables.py` from the docstrings. A check measures a run and declares a
limit; measuring and judging are separate:

```python
@check("b", points=3, expect=Within(Hertz(1), of=Hertz(20)), on_miss="read_rate")
def read_rate(run: Run) -> list[Hertz]:
    \"\"\"Conversions in each second.\"\"\"
    end_ns = run.end_ns - run.zero_ns
    return rates(conversions(run, "AIN_1").at_ns, seconds(1), 0, end_ns)
```

- `run` is one episode. Times are nanoseconds since t = 0, the end of the READY line.
  `run.signal("LED_G")` is the level of a pin by its role, `run.lines()` is the serial output.
- Measurements with many values are in columns (numpy): `at_ns` has their times in order, and the
  functions of `grader.measure.times` take any such times.
- A value has a unit (mypy refuses `Hertz` for a limit of `Millis`) and a time, which feedback
  marks in the waveform.
- None or an empty list means "there is nothing to measure": the item is missed, and the feedback
  says so. When one value of several is missing, put `Millis(float("inf"), at.ns)` into the list:
  a value that is left out is not judged.
- A number that decides an item and is not in the limit of its check goes into `stated=`:
  `warsha lab check` checks that the lesson states it in the row of the item.
- The step `read_file("log.bin", at=seconds(60))` of an episode keeps the file as it is at that
  time, for `grader.measure.memory`.
"""


@dataclass(frozen=True)
class Entry:
    """A function, or a class with its public members."""

    name: str
    call: str
    text: str
    members: tuple["Entry", ...] = ()


def page() -> str:
    """The whole page."""
    sections = [HEAD, _limits(), _units()]
    for file in sorted(MEASURE.glob("*.py")):
        if file.stem != "__init__":
            sections.append(_section(_module(file), file))
    sections += [_section(_module(file), file) for file in OTHERS]
    return "\n".join(sections)


def _module(file: Path) -> str:
    """The dotted name of a module."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def entries(file: Path) -> list[Entry]:
    """The public functions and classes of a module, in its order."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return list(_public(body))


def _public(body: list[ast.stmt]) -> Iterator[Entry]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield Entry(node.name, _call(node), _docstring(node))
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield Entry(node.name, _class(node), _docstring(node), tuple(_public(node.body)))


def _class(node: ast.ClassDef) -> str:
    """The name of a class with its fields."""
    held = [
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    ]
    return f"class {node.name}: {', '.join(held)}" if held else f"class {node.name}"


def _call(node: ast.FunctionDef) -> str:
    """The signature and the type of the result."""
    given = node.args
    for one in (*given.args, *given.kwonlyargs, *filter(None, [given.vararg])):
        one.annotation = None
    given.args = [one for one in given.args if one.arg != "self"]
    is_property = any(
        ast.unparse(one) in ("property", "cached_property") for one in node.decorator_list
    )
    gives = ast.unparse(node.returns).strip("'") if node.returns else ""
    return node.name + ("" if is_property else f"({ast.unparse(given)})") + f" → {gives}"


def _docstring(node: ast.FunctionDef | ast.ClassDef) -> str:
    return ast.get_docstring(node) or ""


def _section(title: str, file: Path) -> str:
    module = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    rows = [f"## `{title}`", "", module, "", "| | what it measures |", "|---|---|"]
    for entry in entries(file):
        rows.append(f"| `{_cell(entry.call)}` | {_cell(entry.text)} |")
        rows += [f"| · `{_cell(one.call)}` | {_cell(one.text)} |" for one in entry.members]
    return "\n".join([*rows, ""])


def _limits() -> str:
    kinds = [
        kind
        for module in (limits, line_form, text_limits, value_path)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Limit) and kind.__module__ == module.__name__
    ]
    rows = [
        f"| `{kind.__name__}` | `{kind.__module__}` | {_cell(inspect.getdoc(kind) or '')} |"
        for kind in kinds
        if kind is not Limit
    ]
    about = "`partial={limit: points}` gives partial credit. For a check with `safety=True` the "
    about += "minimum over the seeds counts."
    return "\n".join(
        ["## Limits", "", about, "", "| | in | holds when |", "|---|---|---|", *rows, ""]
    )


def _units() -> str:
    kinds = [
        kind
        for kind in vars(units).values()
        if inspect.isclass(kind) and issubclass(kind, Quantity) and kind is not Quantity
    ]
    rows = [f"| `{k.__name__}` | {k.unit} | {_cell(inspect.getdoc(k) or '')} |" for k in kinds]
    return "\n".join(["## Units", "", "| | | |", "|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    """A text on one line of a table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
