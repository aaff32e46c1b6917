"""Circuits of other people: what is not simulated is left out, and each remark says so."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware.bench.circuit import tolerant
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import Diagram
from hardware.errors import DiagramError

ESP = {"type": "board-esp32-devkit-c-v4", "id": "esp"}
LED = {"type": "wokwi-led", "id": "led1"}
DHT = {"type": "wokwi-dht22", "id": "dht1"}
OLED = {"type": "board-ssd1306", "id": "oled1"}

Loaded = Callable[..., Diagram]


@pytest.fixture
def load(tmp_path: Path) -> Loaded:
    """A function that reads a circuit with these parts and wires, and builds it."""

    def loaded(*parts: object, wires: object = (), **more: object) -> Diagram:
        raw = {"version": 1, "parts": list(parts), "connections": wires, **more}
        file = tmp_path / "diagram.json"
        file.write_text(json.dumps(raw), encoding="utf-8")
        diagram = tolerant.load(file)
        Circuit(diagram)
        assert all(remark.startswith(f"{file}: ") for remark in diagram.remarks)
        return diagram

    return loaded


def wires_of(diagram: Diagram) -> list[tuple[str, str]]:
    return [(str(wire.a), str(wire.b)) for wire in diagram.connections]


def only_remark(diagram: Diagram) -> str:
    (remark,) = diagram.remarks
    return remark.partition("diagram.json: ")[2]


def test_a_circuit_without_faults_has_no_remarks(load: Loaded) -> None:
    wire = ["esp:25", "led1:A", "green", ["h5", "*", "v-8.5"]]
    diagram = load(ESP, LED, wires=[wire], author="ورشة")
    assert diagram.remarks == ()
    assert diagram.raw["author"] == "ورشة" and diagram.connections[0].path == ("h5", "*", "v-8.5")


def test_both_grounds_of_a_stepper_driver_have_wokwi_s_names(load: Loaded) -> None:
    driver = {"type": "wokwi-a4988", "id": "drv1"}
    wires = [["esp:3V3", "drv1:VDD"], ["esp:5V", "drv1:VMOT"], ["esp:GND.1", "drv1:GND.2"]]
    wires += [["esp:GND.1", "drv1:GND.1"], ["esp:GND.1", "drv1:GND"]]
    diagram = load(ESP, driver, wires=[[*wire, "", []] for wire in wires])
    assert diagram.remarks == () and wires_of(diagram) == [(a, b) for a, b in wires]


@pytest.mark.parametrize(
    ("pins", "taken"),
    [
        (("esp:GPIO36", "led1:A"), ("esp:VP", "led1:A")),
        (("esp:D25", "led1:A"), ("esp:25", "led1:A")),
        (("esp:GP4", "led1:a"), ("esp:4", "led1:A")),
        (("esp:GND", "led1:K"), ("esp:GND.1", "led1:C")),
        (("esp:GND.9", "led1:C"), ("esp:GND.1", "led1:C")),
        (("esp:3.3V", "led1:A"), ("esp:3V3", "led1:A")),
        (("esp:VIN", "led1:A"), ("esp:5V", "led1:A")),
    ],
)
def test_another_name_of_a_pin_is_taken_as_the_pin(
    load: Loaded, pins: tuple[str, str], taken: tuple[str, str]
) -> None:
    diagram = load(ESP, LED, wires=[[*pins, "green", []]])
    assert wires_of(diagram) == [taken]
    changed = sum(a != b for a, b in zip(pins, taken, strict=True))
    assert len(diagram.remarks) == changed
    assert "taken as" in diagram.remarks[0]


def test_names_of_supplies_and_lines_of_parts_are_understood(load: Loaded) -> None:
    wires = [
        ["esp:3V3", "dht1:VDD", "", []],
        ["esp:GND.1", "dht1:-", "", []],
        ["esp:4", "dht1:OUT", "", []],
    ]
    diagram = load(ESP, DHT, wires=wires)
    assert [b for _a, b in wires_of(diagram)] == ["dht1:VCC", "dht1:GND", "dht1:SDA"]
    assert diagram.remarks[0].endswith("part 'dht1' has no pin 'VDD'; taken as VCC")


@pytest.mark.parametrize(
    ("wire", "remark"),
    [
        (["esp:77", "led1:A", "", []], "part 'esp' has no pin '77'; left out"),
        (["esp:4", "led1:X", "", []], "part 'led1' has no pin 'X'; left out"),
        (["esp:4", "gone:A", "", []], "connection gone:A: there is no part 'gone'; left out"),
        (["esp:4"], "connection number 1: not a wire: ['esp:4']; left out"),
        (["esp:4", "led1", "", []], "connection number 1: 'led1' is not a pin; left out"),
    ],
)
def test_a_wire_that_leads_nowhere_is_left_out(load: Loaded, wire: list[Any], remark: str) -> None:
    diagram = load(ESP, LED, wires=[wire, ["esp:25", "led1:A", "", []]])
    assert wires_of(diagram) == [("esp:25", "led1:A")]
    assert only_remark(diagram) == remark


def test_a_part_that_is_not_simulated_is_left_out_with_its_wires(load: Loaded) -> None:
    unknown = {"type": "wokwi-flux-capacitor", "id": "flux"}
    diagram = load(ESP, LED, unknown, wires=[["esp:4", "flux:IN", "", []]])
    assert [part.id for part in diagram.parts] == ["esp", "led1"] and not diagram.connections
    what = "part 'flux': the type 'wokwi-flux-capacitor' is not simulated; left out"
    assert only_remark(diagram) == what


def test_a_type_with_the_other_prefix_is_taken(load: Loaded) -> None:
    diagram = load({"type": "wokwi-pi-pico-w", "id": "pico"})
    assert diagram.parts[0].type == "board-pi-pico-w"
    assert only_remark(diagram).endswith("taken as board-pi-pico-w")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("4.7k", "4700"),
        ("10 kΩ", "10000"),
        ("1M", "1000000"),
        (None, None),
        ("", None),
        ("a lot", None),
        (["1"], None),
    ],
)
def test_an_attribute_is_read_as_the_number_it_means(
    load: Loaded, value: object, kept: str | None
) -> None:
    diagram = load(ESP, {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": value}})
    assert diagram.parts[1].attrs.get("value") == kept
    assert only_remark(diagram).startswith(f"part 'r1': attribute 'value' is {value!r}; taken as")


def test_a_word_may_be_in_capitals(load: Loaded) -> None:
    diagram = load(ESP, OLED | {"attrs": {"i2cAddress": "0x3D"}})
    assert diagram.parts[1].attrs == {"i2cAddress": "0x3d"}
    assert only_remark(diagram).endswith("is '0x3D'; taken as 0x3d")


def test_forms_that_wokwi_forgives(load: Loaded) -> None:
    odd = LED | {"left": "12.5", "top": None, "attrs": None, "x": 3}
    diagram = load(ESP, odd, LED, {"id": "a"}, "what?", wires=[["esp:4", "led1:A", None, ["q"]]])
    assert [part.left for part in diagram.parts] == [0.0, 12.5]
    assert wires_of(diagram) == [("esp:4", "led1:A")]
    assert len(diagram.remarks) == 3
    assert load(ESP, wires=None).connections == ()


@pytest.mark.parametrize("names", [{"chip-x": "github:a/b", "Keypad": ""}, ["Keypad"]])
def test_libraries_are_no_hindrance(load: Loaded, names: object) -> None:
    assert "Keypad" in only_remark(load(ESP, dependencies=names))


def test_a_part_that_nothing_feeds_gets_a_supply_as_in_wokwi(load: Loaded) -> None:
    diagram = load(ESP, OLED, wires=[["esp:22", "oled1:SCL", "", []]])
    assert wires_of(diagram)[1:] == [("oled1:VCC", "esp:3V3"), ("oled1:GND", "esp:GND.1")]
    assert diagram.remarks[0].endswith(
        "part 'oled1': nothing feeds its pin 'VCC'; taken as esp:3V3"
    )


def test_a_potentiometer_that_nothing_feeds_gets_a_supply_too(load: Loaded) -> None:
    wires = [["esp:GND.1", "p:GND", "", []], ["esp:34", "p:SIG", "", []]]
    diagram = load(ESP, {"type": "wokwi-potentiometer", "id": "p"}, wires=wires)
    assert wires_of(diagram)[2:] == [("p:VCC", "esp:3V3")]
    wires[0] = ["esp:GND.1", "p:VCC", "", []]
    diagram = load(ESP, {"type": "wokwi-potentiometer", "id": "p"}, wires=wires)
    assert wires_of(diagram)[2:] == [("p:GND", "esp:3V3")], "it works either way round"


def test_a_part_that_a_pin_feeds_gets_no_other_supply(load: Loaded) -> None:
    wires = [["esp:25", "dht1:VCC", "", []], ["esp:GND.1", "dht1:GND", "", []]]
    assert len(load(ESP, DHT, wires=wires).connections) == 2
    through = [["esp:25", "led1:A", "", []], ["led1:C", "dht1:VCC", "", []], wires[1]]
    assert len(load(ESP, DHT, LED, wires=through).connections) == 3
    assert load(ESP, DHT).connections == (), "it is not wired at all"


def test_a_wire_that_joins_two_supplies_is_left_out(load: Loaded) -> None:
    wires = [
        ["esp:3V3", "r1:1", "", []],
        ["esp:GND.1", "r1:2", "", []],
        ["r1:2", "r1:1", "", []],
        ["esp:5V", "esp:GND.2", "", []],
        ["esp:25", "led1:A", "", []],
    ]
    diagram = load(ESP, LED, {"type": "wokwi-resistor", "id": "r1"}, wires=wires)
    assert wires_of(diagram) == [tuple(wires[n][:2]) for n in (0, 1, 4)]
    assert len(diagram.remarks) == 2
    assert all(
        remark.endswith("are joined: a short circuit; left out") for remark in diagram.remarks
    )


@pytest.mark.parametrize(
    ("env", "told", "arabic"),
    [
        (
            "micropython-20231227-v1.22.0",
            "it asks for MicroPython 1.22; the bench has 1.25.0",
            "تطلب الإصدار 1.22 من MicroPython، وعلى طاولة التجارب الإصدار 1.25.0",
        ),
        (
            "circuitpython-9.1",
            "it asks for the firmware circuitpython-9.1; the bench has MicroPython only",
            "تطلب البرنامج الثابت circuitpython-9.1، وليس على طاولة التجارب إلا MicroPython",
        ),
        ("micropython-20250415-v1.25.0", "", ""),
        ("", "", ""),
    ],
)
def test_another_firmware_is_told(
    monkeypatch: pytest.MonkeyPatch, env: str, told: str, arabic: str
) -> None:
    for language, words in (("en", told and f"part 'esp': {told}"), ("ar", arabic)):
        monkeypatch.setenv("WARSHA_LANG", language)
        file = Path("diagram.json")
        remarks = tolerant.parse(
            {"version": 1, "parts": [ESP | {"attrs": {"env": env}}], "connections": []}, file
        ).remarks
        plain = [
            re.sub("[\u2066-\u2069]", "", remark).partition("json: ")[2] for remark in remarks
        ]
        assert plain == ([words] if language == "en" else [f"القطعة 'esp': {words}"]) * bool(told)


@pytest.mark.parametrize(
    "type_",
    [
        *("wokwi-arduino-uno", "board-stm32-bluepill", "board-esp32-h2-devkitm-1"),
        *("wokwi-tinypico", "board-mch2022-badge", "board-aitewinrobot-esp32h2-supermini"),
    ],
)
def test_a_board_that_no_bench_has_is_named(load: Loaded, type_: str) -> None:
    with pytest.raises(DiagramError, match=f"part 'uno': no bench has a {type_}") as caught:
        load({"type": type_, "id": "uno"}, LED)
    assert "wokwi-pi-pico" in caught.value.cure
    assert len(load({"type": type_, "id": "uno"}, ESP).parts) == 1


def test_a_board_without_an_attribute_that_it_does_not_know(load: Loaded) -> None:
    diagram = load(ESP | {"attrs": {"partitions": "huge_app"}})
    assert only_remark(diagram) == "board esp: there are no partitions huge_app; left out"
    assert load(ESP | {"attrs": {"partitions": "ota"}}).parts[0].attrs == {"partitions": "ota"}


def test_a_board_is_never_left_out(load: Loaded) -> None:
    with pytest.raises(DiagramError, match="part 'a:b': this id is not allowed"):
        load(ESP | {"id": "a:b"}, LED)
    with pytest.raises(DiagramError, match="there is no board"):
        load(LED)


def test_what_is_no_circuit_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "diagram.json"
    for text in ("[]", "{", '{"version": 1, "connections": []}'):
        file.write_text(text)
        with pytest.raises(DiagramError):
            tolerant.load(file)


def test_a_custom_part_comes_from_the_folder_of_the_circuit(load: Loaded, tmp_path: Path) -> None:
    own = {"type": "chip-counter", "id": "own"}
    assert only_remark(load(ESP, own)).endswith("'chip-counter' is not simulated; left out")
    described = {"name": "Counter", "author": "a", "pins": ["OUT", "VCC", "GND"]}
    (tmp_path / "counter.chip.json").write_text(json.dumps(described))
    remark = only_remark(load(ESP, own))
    assert remark.startswith("part 'own': ") and "counter.chip.py" in remark
    program = "from hardware import CustomPart\nclass Counter(CustomPart): pass\n"
    (tmp_path / "counter.chip.py").write_text(program)
    diagram = load(ESP, own, wires=[["esp:4", "own:OUT", "", []]])
    assert [part.id for part in diagram.parts] == ["esp", "own"]
    assert wires_of(diagram)[0] == ("esp:4", "own:OUT")


def test_an_attribute_that_sets_a_control_out_of_its_range_is_left_out(load: Loaded) -> None:
    pot = {"type": "wokwi-slide-potentiometer", "id": "pot1", "attrs": {"position": "2"}}
    diagram = load(ESP, pot)
    assert "position" in only_remark(diagram)


def test_the_python_of_a_strangers_project_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "evil.chip.json").write_text('{"name": "e", "pins": ["A"], "controls": []}')
    (tmp_path / "evil.chip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    raw = {"version": 1, "parts": [ESP, {"type": "chip-evil", "id": "c"}], "connections": []}
    (tmp_path / "diagram.json").write_text(json.dumps(raw))
    diagram = tolerant.load(tmp_path / "diagram.json", own_parts=False)
    assert "--diagram" in only_remark(diagram)
    assert not (tmp_path / "ran").exists()


def test_a_chip_in_c_is_not_said_to_have_a_python_file(tmp_path: Path) -> None:
    (tmp_path / "ct.chip.json").write_text('{"name": "ct", "pins": ["A"]}')
    (tmp_path / "ct.chip.c").write_text("void chip_init() {}\n")
    raw = {"version": 1, "parts": [ESP, {"type": "chip-ct", "id": "c"}], "connections": []}
    (tmp_path / "diagram.json").write_text(json.dumps(raw))
    diagram = tolerant.load(tmp_path / "diagram.json", own_parts=False)
    assert "chip-ct" in only_remark(diagram) and "Python" not in only_remark(diagram)


@pytest.mark.parametrize("number", ["1e999", "9" * 400, 10**400])
def test_a_number_without_an_end_is_no_value(load: Loaded, number: object) -> None:
    pot = {"type": "wokwi-potentiometer", "id": "pot1", "attrs": {"value": number}}
    assert "value" in only_remark(load(ESP, pot))
