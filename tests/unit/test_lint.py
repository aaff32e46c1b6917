"""The wiring lint: every rule finds its fault, accepts the corrected circuit, and has a message in
two languages. `warsha lint` prints a line for each finding.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from hardware.bench import parts
from hardware.bench.lint import rules
from hardware.bench.lint.lint import lint_file, lint_value
from hardware.bench.lint.rule import Finding
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.part import Part, Stamp
from hardware.paths import ROOT
from tools import lint_table
from warsha import app


class Source5(Part):
    """A sensor with its own supply: drives OUT, reads IN, takes 0.5 A."""

    TYPES = ("wokwi-sensor5",)
    PINS: ClassVar = {"VCC": (0, 0), "GND": (0, 1), "IN": (0, 2), "OUT": (0, 3)}
    SUPPLY = ("VCC", "GND", 4.0)
    LISTENS = ("IN",)
    ANALOG = ("OUT",)
    DRAWS = 0.5

    def stamp(self, net: Stamp) -> None:
        net.source("OUT", 0.0, 100)


class Chip(I2cPart):
    """An I2C target at 0x68."""

    TYPES = ("wokwi-chip68",)
    PINS: ClassVar = {"VCC": (0, 0), "GND": (0, 1), "SDA": (0, 2), "SCL": (0, 3)}
    SUPPLY = ("VCC", "GND", 2.0)

    def i2c_addresses(self) -> tuple[int, ...]:
        return (0x68,) if self.powered else ()


class PulledUp(Part):
    """A part that has pull-up resistors for both lines of a bus."""

    TYPES = ("wokwi-pulled",)
    PINS: ClassVar = {"SDA": (0, 0), "SCL": (0, 1)}

    def stamp(self, net: Stamp) -> None:
        net.source("SDA", 3.3, 4700)
        net.source("SCL", 3.3, 4700)


class Coil(Part):
    """A coil of 10 ohms."""

    NEEDS_DRIVER = True

    TYPES = ("wokwi-coil",)
    PINS: ClassVar = {"1": (0, 0), "2": (0, 1)}

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", 10)


@pytest.fixture(autouse=True)
def more_parts() -> Iterator[None]:
    """The parts above, for these tests."""
    known = {kind.TYPES[0]: kind for kind in (Source5, Chip, Coil, PulledUp)}
    find = parts.find
    with patch.object(parts, "find", lambda name, folder=None: known.get(name) or find(name)):
        yield


class Case(NamedTuple):
    """A circuit that violates a rule, and the place; the wires `cured` correct it."""

    rule: str
    parts: dict[str, tuple[str, dict[str, Any]]]
    wires: str
    cured: str
    at: tuple[str, str]
    board: str = "board-esp32-devkit-c-v4"


LED: dict[str, tuple[str, dict[str, Any]]] = {"l": ("led", {}), "r": ("resistor", {})}
SENSOR: dict[str, tuple[str, dict[str, Any]]] = {"s": ("sensor5", {})}
POWER = "s:VCC-b:5V s:GND-b:GND.1 "
CHIPS: dict[str, tuple[str, dict[str, Any]]] = {"c": ("chip68", {}), "d": ("chip68", {})}
CHIP = "c:VCC-b:3V3 c:GND-b:GND.1 "
BOTH = CHIP + "d:VCC-b:3V3 d:GND-b:GND.1 c:SDA-b:21 c:SCL-b:22 "
LAMPS: dict[str, tuple[str, dict[str, Any]]] = {
    "s": ("led-strip", {}),
    "t": ("led-strip", {}),
}
DIVIDER: dict[str, tuple[str, dict[str, Any]]] = {
    "r": ("resistor", {}),
    "q": ("resistor", {"value": "2000"}),
}
PICO = "wokwi-pi-pico"
C3 = "board-esp32-c3-devkitm-1"
CASES = [
    Case("led-resistor", LED, "b:25-l:A l:C-b:GND.1", "b:25-r:1 r:2-l:A l:C-b:GND.1", ("l", "")),
    Case(
        "led-reversed",
        LED,
        "b:25-r:1 r:2-l:C l:A-b:GND.1",
        "b:25-r:1 r:2-l:A l:C-b:GND.1",
        ("l", ""),
    ),
    Case("no-power", SENSOR, "s:GND-b:GND.1 s:IN-b:25", POWER + "s:IN-b:25", ("s", "VCC")),
    Case("no-ground", SENSOR, "s:VCC-b:5V s:IN-b:25", POWER + "s:IN-b:25", ("s", "GND")),
    Case("low-supply", SENSOR, "s:VCC-b:3V3 s:GND-b:GND.1", POWER, ("s", "VCC")),
    Case("supply-overload", SENSOR, POWER, "s:VCC-v:VCC s:GND-b:GND.1", ("b", "5V")),
    Case(
        "two-outputs",
        SENSOR | {"t": ("sensor5", {})},
        POWER + "s:OUT-t:OUT s:OUT-b:34",
        POWER + "s:OUT-b:34",
        ("t", "OUT"),
    ),
    Case("output-on-supply", SENSOR, POWER + "s:OUT-b:GND.2", POWER, ("s", "OUT")),
    Case(
        "over-voltage",
        SENSOR | DIVIDER,
        POWER + "s:OUT-b:34",
        POWER + "s:OUT-r:1 r:2-b:34 r:2-q:1 q:2-b:GND.2",
        ("s", "OUT"),
    ),
    Case(
        "pin-overload",
        {"k": ("coil", {})},
        "b:25-k:1 k:2-b:GND.1",
        "b:5V-k:1 k:2-b:GND.1",
        ("b", "25"),
    ),
    Case("over-voltage", {}, "b:5V-b:27", "b:3V3-b:27", ("b", "5V")),
    Case("over-voltage", SENSOR, POWER + "s:VCC-b:27", POWER, ("b", "5V")),
    Case("over-voltage", DIVIDER, "b:5V-r:1 r:2-b:27", "b:3V3-r:1 r:2-b:27", ("b", "5V")),
    Case(
        "pin-overload", {"k": ("coil", {})}, "b:25-k:1 k:2-b:34", "b:34-k:1 k:2-b:35", ("b", "25")
    ),
    Case(
        "needs-driver",
        {"k": ("coil", {})},
        "b:25-k:1 k:2-b:GND.1",
        "b:5V-k:1 k:2-b:GND.1",
        ("k", "25"),
    ),
    Case(
        "input-only",
        LED,
        "b:34-r:1 r:2-l:A l:C-b:GND.1",
        "b:25-r:1 r:2-l:A l:C-b:GND.1",
        ("l", "34"),
    ),
    Case(
        "flash-pin",
        LED,
        "b:CLK-r:1 r:2-l:A l:C-b:GND.1",
        "b:25-r:1 r:2-l:A l:C-b:GND.1",
        ("r", "CLK"),
    ),
    Case("strapping-level", LED, "b:12-r:1 r:2-b:3V3", "b:13-r:1 r:2-b:3V3", ("r", "12")),
    Case(
        "strapping-pin",
        LED,
        "b:2-r:1 r:2-l:A l:C-b:GND.1",
        "b:25-r:1 r:2-l:A l:C-b:GND.1",
        ("r", "2"),
    ),
    Case("not-analog", SENSOR, POWER + "s:OUT-b:23", POWER + "s:OUT-b:34", ("s", "23")),
    Case(
        "adc2-wifi",
        SENSOR | {"w": ("wifi-ap", {})},
        POWER + "s:OUT-b:25",
        POWER + "s:OUT-b:34",
        ("s", "25"),
    ),
    Case(
        "serial-line",
        LED,
        "b:TX-r:1 r:2-l:A l:C-b:GND.1",
        "b:25-r:1 r:2-l:A l:C-b:GND.1",
        ("r", "TX"),
    ),
    Case(
        "usb-pin",
        LED,
        "b:19-r:1 r:2-l:A l:C-b:GND.1",
        "b:4-r:1 r:2-l:A l:C-b:GND.1",
        ("r", "19"),
        C3,
    ),
    Case("strapping-level", LED, "b:9-r:1 r:2-b:GND.1", "b:4-r:1 r:2-b:GND.1", ("r", "9"), C3),
    Case("uart-crossed", {}, "b:TX-$serialMonitor:TX", "b:TX-$serialMonitor:RX", ("b", "TX")),
    Case(
        "no-pull",
        {"p": ("pushbutton", {})},
        "p:1.l-b:34 p:2.l-b:GND.1",
        "p:1.l-b:32 p:2.l-b:GND.1",
        ("p", "34"),
    ),
    Case(
        "button-pull",
        {"p": ("pushbutton", {}), "r": ("resistor", {})},
        "p:1.l-b:32 p:2.l-b:3V3",
        "p:1.l-b:32 p:2.l-b:3V3 r:1-b:32 r:2-b:GND.1",
        ("p", "32"),
    ),
    Case("floating-input", SENSOR, POWER, POWER + "s:IN-b:25", ("s", "IN")),
    Case(
        "floating-input", LAMPS, "s:DOUT-t:DIN s:VDD-b:5V", "b:25-s:DIN s:DOUT-t:DIN", ("s", "DIN")
    ),
    Case(
        "i2c-swapped",
        CHIPS,
        BOTH + "d:SDA-b:22 d:SCL-b:21",
        BOTH + "d:SDA-b:21 d:SCL-b:22",
        ("d", "SDA"),
    ),
    Case(
        "i2c-swapped",
        CHIPS,
        CHIP + "c:SDA-b:GP5 c:SCL-b:GP4",
        CHIP + "c:SDA-b:GP4 c:SCL-b:GP5",
        ("c", "SDA"),
        PICO,
    ),
    Case(
        "i2c-pins",
        CHIPS,
        CHIP + "c:SDA-b:GP4 c:SCL-b:GP7",
        CHIP + "c:SDA-b:GP6 c:SCL-b:GP7",
        ("c", "SDA"),
        PICO,
    ),
    Case(
        "i2c-input-only",
        CHIPS,
        CHIP + "c:SDA-b:34 c:SCL-b:22",
        CHIP + "c:SDA-b:21 c:SCL-b:22",
        ("c", "34"),
    ),
    Case(
        "i2c-address",
        CHIPS,
        BOTH + "d:SDA-b:21 d:SCL-b:22",
        BOTH + "d:SDA-b:18 d:SCL-b:19",
        ("d", "SDA"),
    ),
    Case(
        "redundant-parts", LED, "b:25-r:1 r:2-b:GND.1", "b:25-r:1 r:2-l:A l:C-b:GND.1", ("l", "")
    ),
    Case("missing-component", {}, "b:25-x:1", "b:25-b:26", ("x", "1")),
    Case("invalid-pin", LED, "b:25-l:B", "b:25-l:A", ("l", "B")),
    Case("unknown-part-type", {"x": ("lde", {})}, "b:25-b:26", "", ("x", "")),
    Case("not-simulated", {"x": ("arduino-uno", {})}, "b:25-b:26", "", ("x", "")),
    Case("unsupported-part", {"x": ("junction", {})}, "b:25-x:J", "", ("x", "")),
    Case("misplaced-coords", {"l": ("led", {"left": 3})}, "b:25-l:A", "", ("l", "")),
    Case("invalid-attribute", {"l": ("led", {"colour": "red"})}, "b:25-l:A", "", ("l", "")),
]
"""`part:pin-part:pin` are wires. Without a corrected circuit the parts alone are wrong."""
BOARD = [{"type": "board-esp32-devkit-c-v4", "id": "b"}]
X = ["b:25", "x:A", ""]
BY_HAND = {"duplicate-id", "wrong-coord-names", "common-ground"}


def circuit(case: Case, wires: str) -> dict[str, Any]:
    """The JSON of a case, with every part of its wires."""
    listed: list[dict[str, Any]] = [{"type": case.board, "id": "b"}]
    listed += [{"type": f"wokwi-{t}", "id": i, "attrs": a} for i, (t, a) in case.parts.items()]
    listed += [{"type": "wokwi-vcc", "id": "v"}] if "v:" in wires else []
    pairs = [wire.replace("-", " ", 1).split(" ") for wire in wires.split()]
    return {"version": 1, "parts": listed, "connections": [[*pair, "", []] for pair in pairs]}


def found(tmp_path: Path, raw: object) -> list[Finding]:
    """The remarks of the lint for a file with this content."""
    file = tmp_path / "diagram.json"
    file.write_text(raw if isinstance(raw, str) else json.dumps(raw), encoding="utf-8")
    return lint_file(file)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.wires}")
def test_a_rule_finds_its_fault_and_leaves_the_cured_circuit_alone(
    case: Case, tmp_path: Path
) -> None:
    broken = found(tmp_path, circuit(case, case.wires))
    mine = [finding for finding in broken if finding.rule == case.rule]
    assert [(finding.part, finding.pin) for finding in mine] == [case.at]
    assert mine[0].level == {r.id: r.level for r in rules._all()}[case.rule]
    assert case.at[0] in mine[0].en and case.at[0] in mine[0].ar
    assert mine[0].en.endswith(".") and re.search("[\u0621-\u064a]{3}", mine[0].ar)
    if case.cured:
        cured = found(tmp_path, circuit(case, case.cured))
        assert case.rule not in {finding.rule for finding in cured}


def test_every_rule_has_a_case_and_is_documented() -> None:
    assert {rule.id for rule in rules._all()} == {case.rule for case in CASES} | BY_HAND
    page = lint_table.PAGE.read_text(encoding="utf-8")
    assert lint_table.table() in page, "run: python tools/lint_table.py"


@pytest.mark.parametrize("file", sorted(ROOT.glob("labs/*/diagram*.json")), ids=str)
def test_the_labs_are_wired_without_fault(file: Path) -> None:
    assert [finding for finding in lint_file(file) if finding.level != "info"] == []


def test_a_voltage_that_is_too_high_names_both_ends(tmp_path: Path) -> None:
    raw = circuit(Case("", {}, "", "", ("", "")), "b:5V-b:27")
    assert found(tmp_path, raw)[0].en.startswith("b:5V puts 5.0 V on b:27, which allows 3.6 V")


def test_two_boards_that_share_a_wire_share_a_ground(tmp_path: Path) -> None:
    parts_ = [{"type": "board-esp32-devkit-c-v4", "id": id_} for id_ in ("one", "two")]
    wires = [["one:17", "two:16", ""], ["one:18", "two:18", ""]]
    raw = {"version": 1, "parts": parts_, "connections": wires}
    assert [(f.rule, f.part, f.pin) for f in found(tmp_path, raw)] == [
        ("common-ground", "two", "18")
    ]
    wires.append(["one:GND.1", "two:GND.3", ""])
    assert found(tmp_path, raw) == []


def test_pull_ups_on_two_parts_are_no_conflict(tmp_path: Path) -> None:
    case = Case("", {"x": ("pulled", {}), "y": ("pulled", {})}, "", "", ("", ""))
    assert found(tmp_path, circuit(case, "x:SDA-b:21 y:SDA-b:21 x:SCL-b:22 y:SCL-b:22")) == []


def test_a_breadboard_uses_no_pin_of_the_board_that_is_plugged_into_it(tmp_path: Path) -> None:
    plugged = Case("", {"h": ("breadboard-half", {})}, "", "", ("", ""))
    wires = "b:CLK-h:1t.a b:TX-h:2t.a b:12-h:3t.a b:0-h:4t.a"
    assert found(tmp_path, circuit(plugged, wires)) == []


def test_all_faults_of_a_file_are_found(tmp_path: Path) -> None:
    raw = {
        "version": 1,
        "parts": [
            {"type": "board-esp32-devkit-c-v4", "id": "b"},
            {"type": "wokwi-led", "id": "l", "x": 10, "y": 20},
            {"type": "wokwi-led", "id": "l"},
            {"type": "wokwi-ledd", "id": "m"},
        ],
        "connections": [["b:25", "l:A", ""], ["l:C", "b:GND.1", ""], ["m:A", "b:26", ""]],
    }
    assert {f.rule for f in found(tmp_path, raw) if f.level == "error"} == {
        "duplicate-id",
        "unknown-part-type",
        "wrong-coord-names",
        "led-resistor",
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "1:2: not JSON"),
        ([], "a circuit is one JSON object"),
        ({"version": 1, "parts": []}, "there is no list 'connections'"),
        ({"version": 1, "parts": [], "connections": []}, "there is no board"),
        ({"version": 1, "parts": [], "connections": None}, "there is no list 'connections'"),
        ({"version": 1, "parts": [3], "connections": [4]}, "part number 1: not an object"),
        (
            {"version": 1, "parts": [*BOARD, {"type": 5, "id": "x"}], "connections": [X]},
            "part 'x': 'type' is 5. Give a text: \"type\": \"…\".",
        ),
    ],
)
def test_a_file_that_is_no_circuit_is_one_remark(
    raw: object, message: str, tmp_path: Path
) -> None:
    (finding,) = found(tmp_path, raw)
    assert finding.rule == "invalid-circuit" and message in finding.text


def test_an_arabic_remark_on_a_file_that_is_no_json_names_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    file = tmp_path / "diagram.json"
    file.write_text("{")
    (finding,) = lint_file(file)
    assert "1:2" in finding.text and str(file) not in finding.text


def test_an_arabic_remark_on_the_whole_file_names_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    (finding,) = found(tmp_path, {"version": 1, "parts": [], "connections": []})
    assert "diagram.json" not in finding.text and "لوحة" in finding.text


def test_the_verb_prints_a_line_each_and_exits_with_1_for_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "diagram.json"
    file.write_text(json.dumps(circuit(CASES[0], CASES[0].wires)), encoding="utf-8")
    run = CliRunner().invoke(app, ["lint", str(file)])
    assert run.exit_code == 1
    assert run.output.splitlines()[0] == (
        f"{file}: l has no resistor in series: too much current for the LED and the pin. "
        "Add 220 Ω to 1 kΩ. (led-resistor)"
    )
    monkeypatch.setenv("WARSHA_LANG", "ar")
    assert "بلا مقاومة على التوالي" in CliRunner().invoke(app, ["lint", str(file)]).output
    listed = json.loads(CliRunner().invoke(app, ["lint", str(file), "--json"]).output)
    assert listed[0].keys() == {"level", "rule", "part", "pin", "en", "ar"}
    file.write_text(json.dumps(circuit(CASES[0], CASES[0].cured)), encoding="utf-8")
    assert CliRunner().invoke(app, ["lint", str(file)]).exit_code == 0


@pytest.mark.parametrize(
    ("wire", "cure"),
    [
        ("b:GPIO9", "Perhaps: 9."),
        ("d:DATA", "Perhaps: SDA."),
        ("d:VDD", "Perhaps: VCC."),
        ("d:X", "Perhaps: GND, NC, SDA, VCC."),
    ],
)
def test_the_pin_that_a_run_takes_is_the_one_that_is_proposed(wire: str, cure: str) -> None:
    raw = {
        "version": 1,
        "parts": [
            {"type": "board-esp32-c3-devkitm-1", "id": "b"},
            {"type": "wokwi-dht22", "id": "d"},
        ],
        "connections": [[wire, "b:8", "", []]],
    }
    told = [remark.en for remark in lint_value(raw, "c") if remark.rule == "invalid-pin"]
    assert [text.partition(". ")[2] for text in told] == [cure]


def test_a_part_of_no_type_is_told_beside_other_errors() -> None:
    board = {"type": "board-esp32-devkit-c-v4", "id": "b"}
    led = {"type": "wokwi-led", "id": "l"}
    raw = {
        "version": 1,
        "parts": [{"type": 5, "id": "x"}, led, board],
        "connections": [["b:99", "l:A", "", []]],
    }
    found = {finding.rule: finding.en for finding in lint_value(raw, "diagram.json")}
    assert "b has no pin 99" in found["invalid-pin"]
    assert "part 'x': 'type' is 5" in found["invalid-circuit"]


def test_every_wrong_attribute_is_told_and_the_wiring_too() -> None:
    wires = "d:VCC-b:3V3 d:GND-b:GND.1 d:SDA-b:4 l:A-b:26 l:C-b:GND.1"
    raw = {
        "version": 1,
        "parts": [
            {"type": "board-esp32-devkit-c-v4", "id": "b"},
            {"type": "wokwi-led", "id": "l"},
            {"type": "wokwi-resistor", "id": "r", "attrs": {"value": "-1"}},
            {"type": "wokwi-dht22", "id": "d", "attrs": {"temperature": "x", "humidity": "200"}},
        ],
        "connections": [wire.split("-") for wire in wires.split()],
    }
    told = lint_value(raw, "c")
    assert {(f.part, f.en.partition(" is ")[0]) for f in told if f.rule == "invalid-circuit"} == {
        ("r", "part 'r': attribute 'value'"),
        ("d", "part 'd': attribute 'temperature'"),
        ("d", "part 'd': attribute 'humidity'"),
    }
    assert ("l", "led-resistor") in {(finding.part, finding.rule) for finding in told}


def rules_of(parts_: Mapping[str, str], wires: str) -> list[str]:
    """The rules that find something on an ESP32 `b` with these parts."""
    listed = [{"type": "board-esp32-devkit-c-v4", "id": "b"}]
    listed += [{"type": kind, "id": name} for name, kind in parts_.items()]
    raw = {"version": 1, "parts": listed, "connections": [w.split("-", 1) for w in wires.split()]}
    return [finding.rule for finding in lint_value(raw, "c") if finding.level != "info"]


@pytest.mark.parametrize(
    ("kind", "wires"),
    [
        ("wokwi-slide-switch", "p:2-b:25 p:1-b:GND.1"),
        ("wokwi-tilt-switch", "p:VCC-b:3V3 p:GND-b:GND.1 p:OUT-b:25"),
        ("wokwi-rotary-dialer", "p:GND-b:GND.1 p:PULSE-b:25"),
        ("wokwi-relay-module", "p:VCC-b:5V p:GND-b:GND.1 p:IN-b:26 p:COM-b:25 p:NC-b:GND.1"),
    ],
)
def test_a_pin_that_reads_a_closed_contact_has_no_load(kind: str, wires: str) -> None:
    assert rules_of({"p": kind}, wires) == []


def test_a_transistor_drives_a_coil_whose_contact_a_pin_reads() -> None:
    parts_ = {"k": "wokwi-ks2e-m-dc5", "q": "warsha-mosfet"}
    wires = "k:COIL1-b:5V k:COIL2-q:D q:S-b:GND.1 q:G-b:27 k:P1-b:GND.1 k:NC1-b:25"
    assert rules_of(parts_, wires) == []
    direct = "k:COIL1-b:27 k:COIL2-b:GND.1 k:P1-b:GND.1 k:NC1-b:25"
    assert rules_of({"k": parts_["k"]}, direct) == ["needs-driver"]
