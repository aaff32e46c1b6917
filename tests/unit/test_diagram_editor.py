"""A circuit file is edited: an edit changes its own entry only, everything can be undone, and a
file that another program has changed is not overwritten."""

import json
from pathlib import Path

import pytest

from hardware.bench import parts
from hardware.bench.editing.diagram_editor import ChangedOnDisk, DiagramEditor
from hardware.bench.editing.edited_circuit import EditedCircuit
from hardware.bench.editing.edits import (
    AddPart,
    AddWire,
    BendWire,
    CopyParts,
    Edit,
    HidePart,
    MovePart,
    NudgeParts,
    PaintWire,
    RemoveParts,
    RemoveWire,
    RenamePart,
    RouteWire,
    SetAttribute,
    TurnPart,
    new_ids,
)
from hardware.bench.editing.part_catalogue import GROUPS, entries
from hardware.errors import DiagramError
from tests.support.project import ROOT

FILE = """{
  "version": 1, "author": "ورشة", "future": [ 1,2 ],
  "parts": [
    {"type": "board-esp32-devkit-c-v4", "id": "esp", "left": 0.0, "top": 0, "attrs": {}},
    {
      "id": "led1", "type": "wokwi-led", "left": -100, "top": 20,
      "attrs": { "color": "red", "glow": true }, "new": { "in": [ "Wokwi" ] }
    },
    { "type": "chip-mcp23017", "id": "x", "left": 200, "top": 1e1, "attrs": {"k":1} },
    {"type": "wokwi-resistor", "id": "r1", "top": 90, "attrs": {"value": "220"}}
  ],
  "connections": [
    [ "esp:25", "r1:1", "green", [ "h-10", "*" ] ],
    ["r1:2", "led1:A", "green", []],
    [ "led1:C","esp:GND.1" ],
    [ "x:SDA", "esp:21", "blue", [], "more" ]
  ],
  "serialMonitor": {"display":"auto"}
}"""


def opened(tmp_path: Path, text: str = FILE, name: str = "diagram.json") -> DiagramEditor:
    file = tmp_path / name
    file.write_bytes(text.encode())
    return DiagramEditor(file)


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (MovePart("led1", -95.2, 20), '"left": -100', '"left": -95.2'),
        (MovePart("led1", 4.8 * 3, 40.0), '"left": -100, "top": 20', '"left": 14.4, "top": 40'),
        (MovePart("r1", 0, 91), '"top": 90', '"top": 91'),
        (MovePart("r1", 1, 90), '"value": "220"}}', '"value": "220"}, "left": 1}'),
        (NudgeParts(("led1",), 4.8, 0), '"left": -100', '"left": -95.2'),
        (TurnPart("r1", -90), '"value": "220"}}', '"value": "220"}, "rotate": 270}'),
        (HidePart("r1", True), '"value": "220"}}', '"value": "220"}, "hide": true}'),
        (SetAttribute("led1", "color", "blue"), '"color": "red"', '"color": "blue"'),
        (SetAttribute("led1", "color", ""), '"color": "red", ', ""),
        (SetAttribute("r1", "value", "4.7e3"), '"220"', '"4.7e3"'),
        (SetAttribute("esp", "env", "x"), '"attrs": {}', '"attrs": { "env": "x" }'),
        (SetAttribute("x", "k", "2"), '{"k":1}', '{"k":"2"}'),
        (PaintWire(1, ("r1:2", "led1:A"), "#0af"), '"led1:A", "green"', '"led1:A", "#0af"'),
        (PaintWire(2, ("led1:C", "esp:GND.1"), "red"), '"esp:GND.1" ]', '"esp:GND.1","red" ]'),
        (
            BendWire(0, ("esp:25", "r1:1"), ((0, 0), (40, 0), (40, 12.5), (20, 12.5))),
            '[ "h-10", "*" ]',
            '[ "*", "v-12.5", "h20" ]',
        ),
        (
            BendWire(2, ("led1:C", "esp:GND.1"), ((0, 0), (40, 0))),
            '"esp:GND.1" ]',
            '"esp:GND.1","",[ "h40" ] ]',
        ),
        (RouteWire(0, ("esp:25", "r1:1")), '[ "h-10", "*" ]', "[]"),
        (RemoveWire(1, ("r1:2", "led1:A")), '    ["r1:2", "led1:A", "green", []],\n', ""),
        (AddWire("esp:5V", "x:V"), '"more" ]', '"more" ],\n    [ "esp:5V", "x:V", "red", [] ]'),
        (
            AddPart("wokwi-buzzer", 9.6, -20.004, "buzzer1"),
            '"220"}}',
            '"220"}},\n    { "type": "wokwi-buzzer", "id": "buzzer1", "left": 9.6, "top": -20, '
            '"attrs": {} }',
        ),
    ],
)
def test_an_edit_changes_its_own_entry_only(
    edit: Edit, old: str, new: str, tmp_path: Path
) -> None:
    for text in (FILE, FILE.replace("\n", "\r\n"), f"\ufeff{FILE}"):
        before, after = old.replace("\n", "\r\n") if "\r" in text else old, new
        after = after.replace("\n", "\r\n") if "\r" in text else after
        assert text.count(before) == 1
        editor = opened(tmp_path, text)
        editor.make(edit)
        editor.save()
        assert editor.file.read_bytes().decode() == text.replace(before, after)
        editor.undo()
        assert editor.unsaved
        editor.save()
        assert editor.file.read_bytes().decode() == text


def test_a_file_that_is_only_saved_keeps_its_bytes(tmp_path: Path) -> None:
    files = sorted(ROOT.glob("labs/*/diagram*.json"))
    files += sorted(ROOT.glob("tests/board/wokwi_projects/**/diagram.json"))
    assert len(files) > 20
    for file in files:
        copy = tmp_path / "diagram.json"
        copy.write_bytes(file.read_bytes())
        editor = DiagramEditor(copy)
        editor.make(MovePart(next(iter(EditedCircuit(editor.raw, "d").things)), 1, 1))
        editor.undo()
        editor.save()
        assert copy.read_bytes() == file.read_bytes()


def test_ids_change_in_the_wires_too_and_stay_unique(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    editor.make(RenamePart("r1", "R_1"))
    assert editor.text == FILE.replace('"r1"', '"R_1"').replace('"r1:', '"R_1:')
    for wrong, what in (("", "no 'id'"), ("a:b", "not allowed"), ("led1", "two parts")):
        with pytest.raises(DiagramError, match=what):
            editor.make(RenamePart("R_1", wrong))
    likes = ["wokwi-led", "led1", "wokwi-hc-sr04"]
    assert [*new_ids(editor.text, likes)] == ["led2", "led3", "hc_sr1"]
    editor.make(CopyParts(("led1",), ("led2",)))
    copy = editor.raw["parts"][-1]
    assert copy["id"] == "led2" and copy["new"] == {"in": ["Wokwi"]} and copy["left"] == -80.8


def test_several_parts_are_moved_copied_and_removed_in_one_edit(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    editor.make(NudgeParts(("r1", "led1"), 4.8, -1))
    assert editor.text == FILE.replace('-100, "top": 20', '-95.2, "top": 19').replace(
        '"top": 90, "attrs": {"value": "220"}', '"top": 89, "attrs": {"value": "220"}, "left": 4.8'
    )
    editor.undo()
    assert editor.text == FILE
    editor.make(CopyParts(("r1", "led1"), ("r2", "led2")))
    assert [part["id"] for part in editor.raw["parts"][4:]] == ["r2", "led2"]
    assert editor.raw["connections"][4:] == [["r2:2", "led2:A", "green", []]]
    editor.undo()
    editor.make(RemoveParts(("r1", "led1")))
    assert [part["id"] for part in editor.raw["parts"]] == ["esp", "x"]
    assert [wire[0] for wire in editor.raw["connections"]] == ["x:SDA"]
    with pytest.raises(DiagramError, match="no part 'r1' any more"):
        editor.make(NudgeParts(("x", "r1"), 1, 1))


def test_a_wire_is_led_over_the_corners_that_it_was_given(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    drawn = EditedCircuit(editor.raw, "d").wires[1].corners
    (x, y), (right, bottom) = drawn[0], drawn[-1]
    for corners in (
        ((x, y), (x, y + 31.7), (x - 50.05, y + 31.7), (x - 50.05, bottom), (right, bottom)),
        ((x, y), (x + 7.77, y), (x + 7.77, bottom), (right, bottom)),
        ((x, y), (x, bottom + 12345.67), (right, bottom + 12345.67), (right, bottom)),
        ((x, y), (right, y), (right, bottom)),
    ):
        editor.make(BendWire(1, ("r1:2", "led1:A"), corners))
        led = EditedCircuit(editor.raw, "d").wires[1].corners
        assert led == [(round(a, 2), round(b, 2)) for a, b in corners]


def test_a_new_file_is_made_once_and_never_over_another_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    editor = DiagramEditor(file, FILE)
    assert editor.is_new and not editor.unsaved and not file.exists()
    file.write_text("theirs")
    with pytest.raises(ChangedOnDisk):
        editor.save()
    assert file.read_text() == "theirs" and editor.is_new
    file.unlink()
    editor.save()
    assert file.read_text() == FILE and not editor.is_new


def test_a_part_is_removed_with_its_wires(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    editor.make(RemoveParts(("r1",)))
    assert [part["id"] for part in editor.raw["parts"]] == ["esp", "led1", "x"]
    assert [wire[0] for wire in editor.raw["connections"]] == ["led1:C", "x:SDA"]
    with pytest.raises(DiagramError, match="no part 'r1' any more"):
        editor.make(MovePart("r1", 0, 0))


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (SetAttribute("r1", "value", "4k7"), "attribute 'value' is '4k7', not a number"),
        (AddWire("r1:2", "r1:2"), "two different pins"),
        (AddWire("led1:A", "r1:2"), "joins led1:A and r1:2 already"),
        (AddPart("wokwi-arduino-uno", 0, 0, "a"), "is not simulated"),
        (RemoveWire(0, ("r1:2", "led1:A")), "no wire from r1:2 to led1:A any more"),
        (BendWire(0, ("esp:25", "r1:1"), ((0, 0), (1, 1))), "horizontal or vertical"),
        (BendWire(0, ("esp:25", "r1:1"), ((0, 0), (0, 0))), "horizontal or vertical"),
        (PaintWire(9, ("r1:2", "led1:A"), ""), "no wire from r1:2 to led1:A any more"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    edit: Edit, what: str, tmp_path: Path
) -> None:
    editor = opened(tmp_path)
    with pytest.raises(DiagramError, match=what):
        editor.make(edit)
    assert editor.text == FILE and not editor.can_undo


def test_edits_are_undone_and_made_again_in_order(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    texts = [editor.text]
    for step in range(3):
        editor.make(MovePart("r1", step + 1, 90))
        texts.append(editor.text)
    editor.make(MovePart("r1", 3, 90))  # no change: nothing to undo
    for text in reversed(texts[:-1]):
        editor.undo()
        assert editor.text == text
    assert not editor.can_undo and not editor.unsaved
    for text in texts[1:]:
        editor.redo()
        assert editor.text == text
    editor.undo()
    editor.make(TurnPart("r1", 90))
    assert not editor.can_redo


def test_a_file_that_changed_on_the_disk_is_not_overwritten(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    editor.make(MovePart("r1", 5, 5))
    mine, theirs = editor.text, FILE.replace("220", "330")
    editor.file.write_text(theirs)
    with pytest.raises(ChangedOnDisk):
        editor.save()
    assert editor.file.read_text() == theirs
    editor.read_again()
    assert editor.text == theirs and not editor.unsaved
    editor.undo()
    assert editor.text == mine and editor.unsaved
    editor.save()
    assert editor.file.read_text() == mine
    editor.file.unlink()
    with pytest.raises(ChangedOnDisk):
        editor.save()
    editor.save(overwrite=True)
    assert editor.file.read_text() == mine
    assert [file.name for file in tmp_path.iterdir()] == ["diagram.json"]


def test_a_link_and_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    target = opened(tmp_path, name="real.json").file
    target.chmod(0o640)
    link = tmp_path / "diagram.json"
    link.symlink_to(target)
    editor = DiagramEditor(link)
    editor.make(MovePart("r1", 5, 5))
    editor.save()
    assert link.is_symlink() and target.read_text() == editor.text
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    editor = opened(tmp_path)
    editor.make(MovePart("r1", 5, 5))
    editor.file.unlink()
    tmp_path.rmdir()
    with pytest.raises(DiagramError, match="no such file") as caught:
        editor.save(overwrite=True)
    assert "still here" in caught.value.cure and editor.unsaved


def test_a_file_with_errors_is_shown_with_them() -> None:
    raw = json.loads(FILE)
    raw["parts"] += [
        {"type": "wokwi-resistor", "id": "bad", "attrs": {"value": "4k7"}, "left": "x"},
        {"type": "wokwi-led", "id": "led1", "hide": True},
        {"id": "no type"},
        7,
    ]
    raw["connections"] += [["r1:9", "led1:A", "red"], ["gone:1", "led1:A", "red"], [1], "wire"]
    circuit = EditedCircuit(raw, "d.json")
    assert list(circuit.things) == ["esp", "led1", "x", "r1", "bad"]
    assert "chip-mcp23017" in circuit.drawings["x"].svg
    drawn = {wire.ends for wire in circuit.wires if wire.corners}
    assert drawn == {("esp:25", "r1:1"), ("r1:2", "led1:A"), ("x:SDA", "esp:21")}
    rules = [finding.rule for finding in circuit.findings]
    assert {"duplicate-id", "not-simulated", "invalid-pin", "missing-component"} <= {*rules}
    assert circuit.marks.count("<circle") == sum(
        f.part in circuit.things for f in circuit.findings
    )


def test_attributes_are_drawn_as_the_bench_takes_them() -> None:
    attrs = {"temperature": "31.5", "humidity": None}
    diagram: dict[str, object] = {
        "version": 1,
        "parts": [
            {"type": "wokwi-dht22", "id": "dht1", "attrs": attrs},
            {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": "220k"}},
        ],
        "connections": [],
    }
    drawings = EditedCircuit(diagram, "d.json").drawings
    assert "31.5 °C" in drawings["dht1"].svg
    assert "220 kΩ" in drawings["r1"].caption


def test_every_part_of_the_bench_is_in_the_palette_with_its_title() -> None:
    listed = list(entries())
    assert {entry.type for entry in listed} >= {*parts.types(), "board-pi-pico-w"}
    assert len({entry.type for entry in listed}) == len(listed)
    assert [entry.type for entry in listed if entry.title == entry.type] == []
    assert {entry.group for entry in listed} == {*GROUPS}
