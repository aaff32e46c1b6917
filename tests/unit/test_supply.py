"""Power at the parts: without VCC or GND a part is off, and it restarts with power."""

from typing import Any, ClassVar
from unittest.mock import patch

import pytest

from hardware.bench import parts
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.parts.common.part import Part, Stamp
from hardware.bench.protocol.frames import MODE_IN, MODE_OUT, PULL_NONE


class Echo(Part):
    """Drives OUT with the level of IN, and records its events."""

    TYPES = ("wokwi-echo",)
    PINS: ClassVar = {"VCC": (0, 0), "GND": (0, 1), "IN": (0, 2), "OUT": (0, 3)}
    SUPPLY = ("VCC", "GND", 2.7)
    LISTENS = ("IN",)
    diary: list[str]
    level = False

    def stamp(self, net: Stamp) -> None:
        net.source("OUT", 3.3 if self.level else 0.0, 30.0)

    def power(self, on: bool) -> None:
        self.diary = [*getattr(self, "diary", []), "on" if on else "off"]
        self.level = False

    def level_changed(self, pin: str, high: bool) -> None:
        self.diary.append(f"{pin} {high:d}")
        self.level = high
        self.changed()


def build(*wires: tuple[str, str], **more: dict[str, Any]) -> Circuit:
    """An ESP32 with an echo `e` between GPIO 25 and 34; the test connects its supply."""
    listed: list[dict[str, Any]] = [
        {"type": "board-esp32-devkit-c-v4", "id": "esp"},
        {"type": "wokwi-echo", "id": "e"},
    ]
    listed += [{"type": f"wokwi-{t}", "id": i, "attrs": a} for i, a in more.items() for t in [i]]
    both = [*wires, ("esp:25", "e:IN"), ("e:OUT", "esp:34")]
    find = parts.find
    with patch.object(
        parts, "find", lambda name, folder=None: Echo if name == "wokwi-echo" else find(name)
    ):
        raw = {"version": 1, "parts": listed, "connections": [[*w, "", []] for w in both]}
        circuit = Circuit(load(raw))
    circuit.start(StillWorld())
    circuit.power(True)
    circuit.pin_mode(34, MODE_IN, PULL_NONE, False)
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
    return circuit


def echo(circuit: Circuit) -> Echo:
    part = circuit.parts["e"]
    assert isinstance(part, Echo)
    return part


SUPPLIED = (("esp:3V3", "e:VCC"), ("esp:GND.1", "e:GND"))


def test_a_part_with_power_reads_and_drives() -> None:
    circuit = build(*SUPPLIED)
    assert echo(circuit).powered and echo(circuit).diary == ["on", "IN 1"]
    assert circuit.levels() >> 34 & 1 and not circuit.faults()
    assert echo(circuit).volts("VCC") == 3.3 and echo(circuit).high("IN")
    assert echo(circuit).volts("OUT") == pytest.approx(3.3) and echo(circuit).high("OUT")


@pytest.mark.parametrize("missing", [0, 1])
def test_a_part_without_vcc_or_gnd_is_off(missing: int) -> None:
    circuit = build(SUPPLIED[1 - missing])
    assert not echo(circuit).powered and not hasattr(echo(circuit), "diary")
    assert circuit.netlist.net("e", "OUT") in circuit._solve(circuit._clusters[34]).floating


def test_a_part_loses_power_with_the_board_and_restarts() -> None:
    circuit = build(*SUPPLIED)
    circuit.power(False)
    assert not echo(circuit).powered and echo(circuit).diary[2:] == ["off"]
    circuit.power(True)
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
    assert echo(circuit).diary[3:] == ["on", "IN 1"]


def test_a_gpio_that_supplies_a_part_switches_it() -> None:
    circuit = build(("esp:26", "e:VCC"), SUPPLIED[1])
    circuit.pin_mode(26, MODE_OUT, PULL_NONE, False)
    assert circuit.coupled() >> 26 & 1 and not echo(circuit).powered
    circuit.pin_out(26, True)
    assert echo(circuit).diary == ["on", "IN 1"] and circuit.levels() >> 34 & 1
    circuit.pin_out(26, False)
    assert echo(circuit).diary[2:] == ["off"] and not echo(circuit).powered


def test_a_part_with_its_own_supply_works_without_the_board() -> None:
    circuit = build(("vcc:VCC", "e:VCC"), ("gnd:GND", "e:GND"), vcc={"voltage": "3.3"}, gnd={})
    circuit.power(False)
    assert echo(circuit).powered


def test_a_part_that_needs_more_current_than_the_supply_has() -> None:
    circuit = build(*SUPPLIED)
    assert circuit.faults() == []
    for amperes in (0.5, 0.5, 0.1):
        with patch.object(Echo, "DRAWS", amperes):
            echo(circuit).changed()
    assert [str(fault) for fault in circuit.faults()] == [
        "esp:3V3: 500 mA, more than the supply gives"
    ]


def test_too_few_volts_are_no_power() -> None:
    circuit = build(("vcc:VCC", "e:VCC"), SUPPLIED[1], vcc={"voltage": "1.8"})
    assert not echo(circuit).powered
