"""Writes docs/reference/jigs.md, and the circuit and the drawing of each loop-back jig beside it.

    python tools/jig_pages.py

A test checks that the page and the circuits are up to date.
"""

import json
from pathlib import Path

from hardware import boards
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.png import to_png
from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import ROOT
from station.certify.jig import jig_diagram, jig_wires, parts_list
from station.certify.plan import TestPlan, load_plan

PAGE = ROOT / "docs" / "reference" / "jigs.md"
FOLDER = PAGE.with_name("jigs")
HEAD = """# Loop-back jigs

`python tools/jig_pages.py` writes this page from `station/certify/plans/`.
[Certify boards](../howto/certify.md) says how to build and use a jig.

Each jig also needs two rows of sockets for the board, and a piece of stripboard or a breadboard.
The drawings show all resistors with the colour bands of 5 %: the parts list counts. The JSON file
is the same jig for the virtual bench. This tests a virtual board in it:
`warsha certify --jig --type pi_pico --port bench:docs/reference/jigs/pi_pico.json`.
"""


def plans() -> list[TestPlan]:
    """The plans of all board types."""
    return [load_plan(name) for name in boards.names()]


def page() -> str:
    """The page: a parts list, a drawing and a table of wires for each board type."""
    return HEAD + "".join(map(_section, plans()))


def circuit(plan: TestPlan) -> str:
    """The circuit file of a jig."""
    return json.dumps(jig_diagram(plan).raw, indent=1, ensure_ascii=False) + "\n"


def circuit_file(plan: TestPlan) -> Path:
    """Where the circuit file is."""
    return FOLDER / f"{plan.board.name}.json"


def _section(plan: TestPlan) -> str:
    name, i2c, board = plan.board.name, plan.jig.i2c, plan.board
    parts = "".join(f"| {part.count} | {part.what} |\n" for part in parts_list(plan))
    wires = "".join(
        f"| {a} | {'wire' if part == '-' else part} | {b} |\n" for a, part, b in jig_wires(plan)
    )
    sensor = {"SDA": board.pin_of(i2c.sda), "SCL": board.pin_of(i2c.scl)}
    sensor |= {"VCC": "3V3", "GND": "GND"}
    wires += "".join(
        f"| {pin} | wire | {name} of the MPU-6050 |\n" for name, pin in sensor.items()
    )
    return f"""
## {board.title}

`--type {name}` · [{name}.json](jigs/{name}.json)

| count | part |
|---|---|
{parts}
![The jig of {board.title}](jigs/{name}.png)

| pin | between them | pin |
|---|---|---|
{wires}"""


def _picture(plan: TestPlan) -> bytes:
    with LiveBench(jig_diagram(plan), mode="virtual") as live:
        return to_png(live.ask(lambda _bench: draw(live.circuit)))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    for each in plans():
        circuit_file(each).write_text(circuit(each), encoding="utf-8")
        circuit_file(each).with_suffix(".png").write_bytes(_picture(each))
