"""Circuit files: reading, unknown keys, and errors of one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware.bench.circuit import tolerant
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import PinRef, load
from hardware.bench.drawing.wires import route
from hardware.errors import DiagramError

ESP = {"type": "board-esp32-devkit-c-v4", "id": "esp"}
LED = {"type": "wokwi-led", "id": "led1", "left": -3.5, "top": 10, "rotate": 90}


def raw(*parts: object, wires: list[Any] | None = None, **more: object) -> dict[str, Any]:
    return {"version": 1, "parts": [ESP, *parts], "connections": wires or [], **more}


def test_reads_parts_wires_and_paths() -> None:
    wire = ["esp:GND.1", "led1:C", "black", ["h5", "*", "v-8.5"]]
    diagram = load(raw(LED, wires=[wire, ["esp:25", "led1:A"]]))
    assert diagram.parts[1].left == -3.5 and diagram.parts[1].rotate == 90
    first, second = diagram.connections
    assert first.a == PinRef("esp", "GND.1") and first.path == ("h5", "*", "v-8.5")
    assert second.colour == "" and second.path == ()


def test_marks_of_wokwi_s_editor_are_no_steps_of_a_path() -> None:
    plugged = load(raw(LED, wires=[["esp:25", "led1:A", "", ["$bb"]]]))
    assert plugged.connections[0].path == ("$bb",)
    ends, outward = ((0.0, 0.0), (50.0, 40.0)), ((1, 0), (-1, 0))
    assert route(*ends, ("$bb",), outward, 5) == route(*ends, (), outward, 5)
    assert route(*ends, ("h10", "$x"), outward, 5) == route(*ends, ("h10",), outward, 5)


def test_a_pin_name_may_hold_a_colon_and_signs() -> None:
    diagram = load(raw(wires=[["a:D/C", "b:V+ 1:2", ""]]))
    assert diagram.connections[0].b == PinRef("b", "V+ 1:2")


def test_unknown_keys_survive_a_rewrite(tmp_path: Path) -> None:
    source = raw(LED | {"future": 1}, author="ورشة", serialMonitor={"display": "auto"}, x=[1])
    file = tmp_path / "diagram.json"
    file.write_text(json.dumps(source), encoding="utf-8")
    load(file).save(file)
    assert json.loads(file.read_text(encoding="utf-8")) == source


@pytest.mark.parametrize(
    "source, what",
    [
        ([], "one JSON object"),
        ({"version": 1, "connections": []}, "no list 'parts'"),
        (raw() | {"version": 2}, "version 2"),
        (raw({"id": "a"}), "part 'a': has no 'type'"),
        (raw({"type": "wokwi-led"}), "part 2: has no 'id'"),
        (raw(LED, LED), "part 'led1': two parts have this id"),
        (raw(LED | {"id": "a:b"}), "part 'a:b': this id is not allowed"),
        (raw(LED | {"id": "a\nb"}), r"part 'a\\nb': this id is not allowed"),
        (raw(LED | {"id": "\ud800"}), "a character is not complete"),
        (raw(LED | {"x": 1}), "part 'led1': its position is given as x, y"),
        (raw(LED | {"left": "1"}), "part 'led1': 'left' is '1'"),
        (raw(LED | {"attrs": []}), "part 'led1': 'attrs' is not an object"),
        (raw(wires=[["esp:1"]]), "connection number 1: not a wire"),
        (raw(wires=[["esp", "esp:2"]]), "connection number 1: 'esp' is not a pin"),
        (raw(wires=[["esp:2", "esp:4", "", ["x3"]]]), "its path is"),
        (raw(wires=[["esp:2", "esp:4", "", ["*", "*"]]]), "its path is"),
        (raw(dependencies={"chip-x": "github:a/b"}), "custom chips are not simulated"),
    ],
)
def test_bad_form_is_one_line(source: Any, what: str, tmp_path: Path) -> None:
    file = tmp_path / "diagram.json"
    file.write_text(json.dumps(source), encoding="utf-8")
    with pytest.raises(DiagramError, match=what) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: ") and "\n" not in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("read", [load, tolerant.load])
@pytest.mark.parametrize(
    ("made", "what"),
    [
        (raw(*[LED] * 10_000), "'parts' has 10001 entries; a circuit has at most 5000"),
        (raw(wires=[["esp:2", "esp:4"]] * 20_001), "'connections' has 20001 entries"),
    ],
)
def test_a_circuit_that_is_too_large_is_refused_by_its_count(
    read: Callable[[Path], object], made: Any, what: str, tmp_path: Path
) -> None:
    file = tmp_path / "diagram.json"
    file.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(DiagramError) as caught:
        read(file)  # the entries are equal: what looks at one of them has another complaint
    assert str(caught.value).startswith(f"{file}: {what}")
    assert caught.value.cure == "Take some away, or divide the circuit."


def test_broken_json_names_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "diagram.json"
    file.write_text('{\n "parts": [,]\n}')
    with pytest.raises(DiagramError, match=r"diagram\.json:2:12: not JSON"):
        load(file)
    for text in ("[" * 100_000, '{"version": ' + "1" * 5000 + "}"):
        file.write_text(text)
        with pytest.raises(DiagramError, match="nested too deeply"):
            load(file)
    with pytest.raises(DiagramError, match="there is no such file"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "source, what, cure",
    [
        (raw(LED | {"type": "wokwi-ledd"}), "part 'led1': the type 'wokwi-ledd'", "'wokwi-led'"),
        (raw(LED, wires=[["led:A", "esp:2"]]), "there is no part 'led'", "'led1'"),
        (raw(LED, wires=[["led1:a", "esp:2"]]), "part 'led1' has no pin 'a'", "A"),
        (raw(LED, wires=[["led1:A", "esp:GND.9"]]), "part 'esp' has no pin 'GND.9'", "'GND."),
        (raw(wires=[["esp:3V3", "esp:GND.1"]]), "a short circuit", "Take away the wire"),
        ({"version": 1, "parts": [LED], "connections": []}, "there is no board", "board-esp32"),
        (
            raw({"type": "wokwi-resistor", "id": "r", "attrs": {"value": "4k7"}}),
            "part 'r': attribute 'value' is '4k7'",
            '"value": "1000"',
        ),
        (
            raw({"type": "wokwi-pushbutton", "id": "b", "attrs": {"bounceMs": "9-1"}}),
            "part 'b': attribute 'bounceMs'",
            "bounceMs",
        ),
    ],
)
def test_bad_wiring_is_one_line_with_a_cure(source: Any, what: str, cure: str) -> None:
    with pytest.raises(DiagramError, match=what) as caught:
        Circuit(load(source, "d.json"))
    assert str(caught.value).startswith("d.json: ") and "\n" not in str(caught.value)
    assert cure in caught.value.cure


def test_the_serial_monitor_may_be_wired() -> None:
    wires = [["esp:TX", "$serialMonitor:RX", ""], ["esp:RX", "$serialMonitor:TX", ""]]
    assert Circuit(load(raw(wires=wires))).used() == 1 << 1 | 1 << 3


def test_errors_exist_in_arabic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    with pytest.raises(DiagramError, match=r"النوع .'wokwi-ledd'. غير متاح") as caught:
        Circuit(load(raw(LED | {"type": "wokwi-ledd"}), "d.json"))
    assert caught.value.cure == "هل تقصد \u2068'wokwi-led'\u2069؟"
