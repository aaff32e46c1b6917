"""Every board file loads and its facts agree with each other; a new board needs no new test."""

import pytest

from hardware import boards
from hardware.bench import diagram
from hardware.bench.circuit.circuit import Circuit
from hardware.errors import BoardNotFound


@pytest.fixture(params=boards.names())
def kind(request: pytest.FixtureRequest) -> boards.BoardType:
    return boards.load(request.param)


def test_facts_agree(kind: boards.BoardType) -> None:
    assert kind.family in ("esp32", "rp2")
    assert 0 < kind.v_il < kind.v_ih < kind.v_supply < kind.v_max
    assert kind.storage_bytes % 4096 == 0 and kind.storage_bytes <= kind.flash_bytes
    assert set(kind.console) <= set(kind.pins)
    assert kind.min_write_ns > 0


def test_pins_lie_on_the_board(kind: boards.BoardType) -> None:
    for pin in kind.pins.values():
        assert 0 <= pin.x_mm <= kind.width_mm and 0 <= pin.y_mm <= kind.height_mm, pin
        assert pin.gpio is None or pin.volts is None, pin
    numbers = {
        pin.name.split(".")[0]: pin.gpio
        for pin in kind.pins.values()
        if pin.gpio is not None and not pin.hidden
    }
    assert len(numbers) == len({*numbers.values()})


def test_has_ground_and_supply(kind: boards.BoardType) -> None:
    volts = {pin.volts for pin in kind.pins.values()}
    assert {0.0, 3.3} <= volts


def test_is_found_by_its_diagram_types(kind: boards.BoardType) -> None:
    for name in kind.diagram_types:
        assert boards.for_diagram(name) is kind


def test_pin_plan_of_the_course() -> None:
    esp, pico = boards.load("esp32_devkit_c_v4"), boards.load("pi_pico")
    assert [esp.gpio(pin) for pin in ("25", "VP", "TX", "CMD")] == [25, 36, 1, 11]
    assert esp.gpio("EN") is None and esp.gpio("GND.1") is None
    assert [pico.gpio(p) for p in ("GP15", "GP28", "TP5", "RUN")] == [15, 28, 25, None]
    assert esp.pin_of(36) == "VP" and pico.pin_of(16) == "GP16"
    assert 34 in esp.input_only and 34 in esp.adc


def test_unknown_board_names_those_that_exist() -> None:
    with pytest.raises(BoardNotFound, match="arduino") as caught:
        boards.load("arduino")
    assert "esp32_devkit_c_v4" in caught.value.cure


def test_pins_with_one_gpio_are_one_net() -> None:
    part = {"type": "board-franzininho-wifi", "id": "b"}
    netlist = Circuit(diagram.load({"version": 1, "parts": [part], "connections": []})).netlist
    assert netlist.net("b", "SDA") == netlist.net("b", "8") != netlist.net("b", "9")
    assert netlist.net("b", "21.2") == netlist.net("b", "21")
