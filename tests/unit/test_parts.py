"""Every part file is found, loads, stamps, draws; a new part is one file and nothing else."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from hardware import boards
from hardware.bench import parts
from hardware.bench.circuit.afterimage import MeanView
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.waveform import probed
from hardware.bench.lint.lint import lint
from hardware.bench.parts.resistor import GOLD, bands, short
from hardware.bench.protocol.frames import MODE_OUT, PULL_NONE
from hardware.errors import HardwareError

MS = 1_000_000


def bench(parts_: list[dict[str, Any]], wires: list[list[Any]], board: str = "") -> Circuit:
    """A powered circuit with an ESP32 called `esp`."""
    listed = [{"type": board or "board-esp32-devkit-c-v4", "id": "esp"}, *parts_]
    circuit = Circuit(load({"version": 1, "parts": listed, "connections": wires}))
    circuit.start(StillWorld())
    circuit.power(True)
    return circuit


@pytest.mark.parametrize("part_type", parts.types())
def test_every_part_works_on_a_bench_and_draws_itself(part_type: str) -> None:
    circuit = bench([{"type": part_type, "id": "p", "rotate": 90}], [])
    part = circuit.parts["p"]
    for name, control in part.CONTROLS.items():
        for value in (control.low, control.high):
            circuit.set_control("p", name, value)
    ET.fromstring(draw(circuit))
    assert part.spec.type == part_type and part.__doc__
    assert all(isinstance(place, tuple) for place in part.pins.values())


@pytest.mark.parametrize("name", boards.names())
def test_every_board_draws_itself(name: str) -> None:
    for diagram_type in boards.load(name).diagram_types:
        ET.fromstring(draw(bench([], [], diagram_type)))


def test_each_type_is_written_out_in_its_file() -> None:
    """Then it is found without the import of all parts."""
    for part_type in parts.types():
        kind = parts.find(part_type)
        assert kind is not None and part_type in kind.TYPES


def test_wrong_control_or_value_is_an_error_with_a_cure() -> None:
    circuit = bench([{"type": "wokwi-pushbutton", "id": "b"}], [])
    for part, name, value, cure in (
        ("c", "pressed", 1.0, "Known: b."),
        ("b", "presed", 1.0, "Did you mean 'pressed'?"),
        ("b", "pressed", 0.5, "It goes from 0 to 1."),
        ("b", "pressed", 2.0, "It goes from 0 to 1."),
    ):
        with pytest.raises(HardwareError) as caught:
            circuit.set_control(part, name, value)
        assert caught.value.cure == cure


def test_a_wrong_waveform_is_an_error_with_a_cure() -> None:
    parts_ = [{"type": "wokwi-mpu6050", "id": "m"}, {"type": "wokwi-pushbutton", "id": "b"}]
    circuit = bench(parts_, [])
    bounds = "The amplitude goes from 0 to 16, the frequency up to 1000 Hz."
    able = "These controls can: accelX, accelY, accelZ, rotationX, rotationY, rotationZ."
    for part, name, hertz, amplitude, cure in (
        ("n", "accelX", 9.0, 1.0, "Known: b, m."),
        ("m", "accelx", 9.0, 1.0, "Did you mean 'accelX'?"),
        ("m", "accelX", 0.0, 1.0, bounds),
        ("m", "accelX", 1e9, 1.0, bounds),
        ("m", "accelX", 9.0, -1.0, bounds),
        ("m", "accelX", 9.0, float("nan"), bounds),
        ("m", "temperature", 9.0, 1.0, able),
        ("b", "pressed", 9.0, 1.0, "No control of this part can."),
    ):
        with pytest.raises(HardwareError) as caught:
            circuit.set_wave(part, name, hertz, amplitude, 0.0)
        assert caught.value.cure == cure


LED = [
    ["esp:25", "r:1", ""],
    ["r:2", "l:A", ""],
    ["l:C", "esp:GND.1", ""],
]
LAMP: list[dict[str, Any]] = [
    {"type": "wokwi-led", "id": "l"},
    {"type": "wokwi-resistor", "id": "r", "attrs": {"value": "220"}},
]


def test_a_led_has_the_brightness_of_its_duty() -> None:
    circuit = bench(LAMP, LED)
    view = MeanView(circuit.electric, circuit.afterimage, "l")
    assert view.amperes("A", "C") == 0
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
    full = view.amperes("A", "C")
    circuit.pin_pwm(25, 1000, 16384)
    assert full > 0.005
    assert view.amperes("A", "C") == pytest.approx(full / 4, rel=1e-3)


def test_rgb_led_of_both_kinds() -> None:
    for common, supply, lit in (("cathode", "esp:GND.1", True), ("anode", "esp:3V3", False)):
        rgb = {"type": "wokwi-rgb-led", "id": "l", "attrs": {"common": common}}
        wires = [["esp:25", "r:1", ""], ["r:2", "l:R", ""], ["l:COM", supply, ""]]
        circuit = bench([rgb, LAMP[1]], wires)
        ends = ("R", "COM") if common == "cathode" else ("COM", "R")
        for level in (False, True):
            circuit.pin_mode(25, MODE_OUT, PULL_NONE, level)
            assert (
                MeanView(circuit.electric, circuit.afterimage, "l").amperes(*ends) > 0.004
            ) is (level is lit)


def test_slide_switch_joins_the_middle_to_one_side() -> None:
    switch = {"type": "wokwi-slide-switch", "id": "s", "attrs": {"bounce": "0"}}
    wires = [["s:1", "esp:GND.1", ""], ["s:3", "esp:3V3", ""], ["s:2", "esp:34", ""]]
    circuit = bench([switch], wires)
    assert circuit.microvolts(34) == 0
    circuit.set_control("s", "value", 1)
    assert circuit.microvolts(34) == 3_300_000 and circuit.faults() == []


def test_potentiometer_follows_its_control() -> None:
    pot = {"type": "wokwi-potentiometer", "id": "p", "attrs": {"value": "1023"}}
    wires = [["p:GND", "esp:GND.1", ""], ["p:VCC", "esp:3V3", ""], ["p:SIG", "esp:34", ""]]
    circuit = bench([pot], wires)
    assert circuit.microvolts(34) == pytest.approx(3_300_000, rel=1e-3)
    circuit.set_control("p", "position", 0.25)
    assert circuit.microvolts(34) == pytest.approx(825_000, rel=1e-6)
    assert circuit.controls()["p"]["position"] == 0.25


def test_a_logic_analyzer_names_the_signals() -> None:
    la = {"type": "wokwi-logic-analyzer", "id": "la", "attrs": {"channelNames": "LED,,SDA"}}
    wires = [["la:D0", "esp:25", ""], ["la:D1", "esp:32", ""], ["la:D5", "esp:33", ""]]
    assert probed(bench([la], wires)) == {"LED": 25, "D1": 32, "D5": 33}
    assert probed(bench(LAMP, LED)) == {}


def test_breadboard_columns_and_rails_join() -> None:
    board = {"type": "wokwi-breadboard-half", "id": "bb"}
    wires = [["esp:3V3", "bb:tp.1", ""], ["bb:tp.25", "bb:7t.a", ""], ["bb:7t.e", "esp:34", ""]]
    circuit = bench([board], wires)
    assert circuit.microvolts(34) == 3_300_000


def test_colour_rings_of_resistors() -> None:
    assert bands(220) == ("#d93a34", "#d93a34", "#8a5a34")
    assert bands(4700) == ("#e8c520", "#8d5bd1", "#d93a34")
    assert bands(4.7)[2] == GOLD
    assert [short(o) for o in (220, 4700, 1e6)] == ["220 ", "4.7 k", "1 M"]


def test_lint_gives_useful_remarks() -> None:
    def remarks(
        parts_: list[dict[str, Any]], wires: list[list[Any]]
    ) -> list[tuple[str, str, str]]:
        found = lint(bench(parts_, wires).diagram)
        assert all(f.en.endswith(".") and f.ar.endswith(".") for f in found)
        return [(f.level, f.part, f.pin) for f in found]

    assert remarks(LAMP, LED) == []
    assert remarks([LAMP[0]], [["esp:25", "l:A", ""], ["l:C", "esp:GND.1", ""]]) == [
        ("error", "l", "")
    ]
    assert remarks(LAMP, [["esp:34", "r:1", ""], *LED[1:]]) == [("error", "l", "34")]
    assert remarks(LAMP, []) == [("warning", "l", ""), ("warning", "r", "")]


NEW_PART = '''
"""A NOT gate that answers 100 ns later."""
from hardware.bench.parts.common.part import OPEN, Part


class Inverter(Part):
    """OUT is not IN."""

    TYPES = ("test-not",)
    PINS = {"IN": (0, 5), "OUT": (20, 5)}
    LISTENS = ("IN",)
    high = True

    def stamp(self, net):
        net.source("OUT", 3.3 if self.high else 0.0, 50)

    def level_changed(self, pin, high):
        def answer():
            self.high = not high
            self.changed()

        self.world.at(self.world.now_ns + 100, answer)
'''


def test_a_new_part_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inverter_for_test.py").write_text(NEW_PART, encoding="utf-8")
    monkeypatch.setattr(parts, "__path__", [*parts.__path__, str(tmp_path)])
    parts._sources.cache_clear()
    try:
        circuit = bench(
            [{"type": "test-not", "id": "n"}], [["esp:25", "n:IN", ""], ["n:OUT", "esp:34", ""]]
        )
        world = circuit.parts["n"].world
        assert isinstance(world, StillWorld)
        circuit.pin_mode(25, MODE_OUT, PULL_NONE, False)
        assert circuit.coupled() == 1 << 25
        circuit.pin_mode(34, 1, PULL_NONE, False)
        assert circuit.levels() >> 34 & 1
        circuit.pin_out(25, True)
        world.run(50)
        assert circuit.levels() >> 34 & 1
        world.run(100)
        assert not circuit.levels() >> 34 & 1
    finally:
        parts._sources.cache_clear()
