"""The circuit on the bench: nets, levels, voltages, faults, bounce, and listening inputs."""

from typing import Any
from unittest.mock import patch

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.solver import sum_in_order
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.diagram import load
from hardware.bench.protocol.frames import (
    FAULT_BURNS,
    FAULT_FLASH_PIN,
    FAULT_NO_PULL,
    FAULT_OVER_CURRENT,
    FAULT_OVER_VOLTAGE,
    FAULT_SHORT,
    MODE_ANALOG,
    MODE_IN,
    MODE_OPEN_DRAIN,
    MODE_OUT,
    PULL_DOWN,
    PULL_NONE,
    PULL_UP,
)
from hardware.errors import DiagramError
from tests.support.call_count import calls

MS = 1_000_000
Parts = dict[str, tuple[str, dict[str, Any]]]


def build(parts: Parts, wires: list[tuple[str, str]], seed: int = 0) -> tuple[Circuit, StillWorld]:
    """A powered ESP32 called `esp` with these parts (id: type, attributes) and wires."""
    listed: list[dict[str, Any]] = [{"type": "board-esp32-devkit-c-v4", "id": "esp"}]
    listed += [{"type": f"wokwi-{t}", "id": i, "attrs": a} for i, (t, a) in parts.items()]
    raw = {"version": 1, "parts": listed, "connections": [[*wire, "", []] for wire in wires]}
    circuit, world = Circuit(load(raw)), StillWorld(seed)
    circuit.start(world)
    circuit.power(True)
    return circuit, world


def level(circuit: Circuit, gpio: int) -> int:
    return circuit.levels() >> gpio & 1


def edges(
    circuit: Circuit, world: StillWorld, gpio: int, until_ns: int, step_ns: int = 10_000
) -> list[int]:
    """Times of the level changes at a pin until `until_ns`, each found to within `step_ns`."""
    found = []
    old = level(circuit, gpio)
    while world.now_ns < until_ns:
        world.run(world.now_ns + step_ns)
        if (new := level(circuit, gpio)) != old:
            found.append(world.now_ns)
            old = new
    return found


BUTTON = [("b:1.l", "esp:32"), ("b:2.r", "esp:GND.2")]
LED = [("esp:25", "r:1"), ("r:2", "l:A"), ("l:C", "esp:GND.1")]
LED_PARTS: Parts = {"l": ("led", {"color": "red"}), "r": ("resistor", {"value": "220"})}


def test_divider_divides() -> None:
    parts: Parts = {"a": ("resistor", {"value": "10000"}), "b": ("resistor", {"value": "20000"})}
    wires = [("esp:3V3", "a:1"), ("a:2", "b:1"), ("b:2", "esp:GND.1"), ("a:2", "esp:34")]
    circuit, _ = build(parts, wires)
    circuit.pin_mode(34, MODE_ANALOG, PULL_NONE, False)
    assert circuit.microvolts(34) == pytest.approx(2_200_000, abs=1)


def test_pulls_and_button_to_ground() -> None:
    circuit, _ = build({"b": ("pushbutton", {"bounce": "0"})}, BUTTON)
    circuit.pin_mode(32, MODE_IN, PULL_UP, False)
    assert level(circuit, 32) == 1
    circuit.set_control("b", "pressed", 1)
    assert level(circuit, 32) == 0
    assert not circuit.level_of("b", "1.r")
    circuit.set_control("b", "pressed", 0)
    assert level(circuit, 32) == 1
    circuit.pin_mode(33, MODE_IN, PULL_DOWN, False)
    assert level(circuit, 33) == 0


def test_led_drops_its_forward_voltage() -> None:
    circuit, _ = build(LED_PARTS, LED)
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
    assert level(circuit, 25) == 1
    milliamperes = (3.3 - circuit.microvolts(25) / 1e6) / circuit.board.output_ohms * 1000
    assert milliamperes == pytest.approx((3.3 - 1.8) / (220 + 15 + 18) * 1000, rel=1e-4)


def test_between_the_limits_the_level_stays() -> None:
    """1.65 V is neither high nor low for an ESP32: the pad keeps its level."""
    half: Parts = {"a": ("resistor", {"value": "1000"}), "b": ("resistor", {"value": "1000"})}
    half["s"] = ("pushbutton", {"bounce": "0"})
    wires = [("esp:3V3", "a:1"), ("a:2", "b:1"), ("b:2", "s:1.l"), ("s:2.l", "esp:GND.1")]
    circuit, _ = build(half, [*wires, ("a:2", "esp:34")])
    circuit.pin_mode(34, MODE_IN, PULL_NONE, False)
    assert level(circuit, 34) == 1
    circuit.set_control("s", "pressed", 1)
    assert circuit.microvolts(34) == pytest.approx(1_650_000, rel=1e-3)
    assert level(circuit, 34) == 1


def test_two_drivers_on_one_net_are_a_short_that_is_recorded_once() -> None:
    circuit, world = build({}, [("esp:25", "esp:26")])
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
    circuit.pin_mode(26, MODE_OUT, PULL_NONE, True)
    assert circuit.faults() == []
    circuit.pin_out(26, False)
    circuit.pin_out(26, False)
    assert [(f.kind, f.gpio) for f in circuit.faults()] == [(FAULT_SHORT, 25), (FAULT_SHORT, 26)]
    assert world.faults == [(FAULT_SHORT, 25, 1650), (FAULT_SHORT, 26, 1650)]
    circuit.pin_out(26, True)
    circuit.pin_out(26, False)
    assert len(circuit.faults()) == 4


def test_an_output_on_ground_is_a_short_and_its_level_is_read() -> None:
    circuit, _ = build({}, [("esp:25", "esp:GND.1")])
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, False)
    assert circuit.coupled() == 1 << 25 and circuit.faults() == []
    circuit.pin_out(25, True)
    assert [(f.kind, f.gpio, f.detail) for f in circuit.faults()] == [(FAULT_SHORT, 25, 0)]
    assert level(circuit, 25) == 0


def test_a_led_without_a_resistor_overloads_itself_and_the_pin() -> None:
    circuit, _ = build({"l": ("led", {})}, [("esp:25", "l:A"), ("l:C", "esp:GND.1")])
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, False)
    assert circuit.faults() == []
    circuit.pin_out(25, True)
    assert [(f.kind, f.part, f.pin) for f in circuit.faults()] == [
        (FAULT_OVER_CURRENT, "esp", "25"),
        (FAULT_BURNS, "l", ""),
    ]
    assert str(circuit.faults()[0]) == "esp:25: 45 mA, more than the pin allows"


def test_a_pin_without_pulls_and_one_of_the_flash_are_faults() -> None:
    circuit, _ = build({}, [])
    circuit.pin_mode(34, MODE_IN, PULL_UP, False)
    circuit.pin_mode(34, MODE_IN, PULL_UP, False)
    circuit.pin_mode(6, MODE_OUT, PULL_NONE, False)
    assert [(f.kind, f.part, f.pin) for f in circuit.faults()] == [
        (FAULT_NO_PULL, "esp", "34"),
        (FAULT_FLASH_PIN, "esp", "CLK"),
    ]
    assert circuit.netlist.gpio_net[34] in circuit._solve(circuit._clusters[34]).floating


def test_five_volts_at_an_input() -> None:
    circuit, _ = build(
        {"v": ("vcc", {"voltage": "5"}), "r": ("resistor", {"value": "100"})},
        [("v:VCC", "r:1"), ("r:2", "esp:34")],
    )
    assert [(f.kind, f.gpio, f.detail) for f in circuit.faults()] == [
        (FAULT_OVER_VOLTAGE, 34, 5000)
    ]


def test_open_input_has_a_false_low_in_every_second_and_repeats_by_seed() -> None:
    def lows(seed: int) -> list[tuple[int, int]]:
        circuit, world = build({"b": ("pushbutton", {})}, BUTTON, seed)
        circuit.pin_mode(32, MODE_IN, PULL_NONE, False)
        times = edges(circuit, world, 32, 20_000 * MS, MS)
        return list(zip(times[::2], times[1::2], strict=False))

    first = lows(1)
    assert first == lows(1) != lows(2)
    assert all(38 * MS <= up - down <= 202 * MS for down, up in first)
    starts = [down for down, _ in first]
    for window in range(0, 19_000 * MS, 100 * MS):
        whole = [1 for d, u in first if window <= d and u <= window + 1000 * MS]
        assert whole, f"no whole false low in the second after {window} ns"
    assert starts[0] > 0


def test_open_net_is_quiet_when_the_button_holds_it() -> None:
    circuit, world = build({"b": ("pushbutton", {"bounce": "0"})}, BUTTON)
    circuit.pin_mode(32, MODE_IN, PULL_NONE, False)
    circuit.set_control("b", "pressed", 1)
    assert edges(circuit, world, 32, 5000 * MS, MS) == [] and level(circuit, 32) == 0


@pytest.mark.parametrize("bounce_ms, bounce_edges", [("", ""), ("12", "3-20"), ("1-12", "5")])
def test_bounce_has_its_length_and_an_odd_number_of_edges(
    bounce_ms: str, bounce_edges: str
) -> None:
    attrs = {"bounce": "", "bounceMs": bounce_ms, "bounceEdges": bounce_edges}
    circuit, world = build({"b": ("pushbutton", attrs)}, BUTTON)
    circuit.pin_mode(32, MODE_IN, PULL_UP, False)
    seen: list[int] = []
    old = 1
    changed = circuit.parts["b"].changed

    def count() -> None:
        nonlocal old
        changed()
        assert level(circuit, 32) != old
        old = level(circuit, 32)
        seen.append(world.now_ns)

    circuit.parts["b"].contact._changed = count  # type: ignore[attr-defined]
    circuit.set_control("b", "pressed", 1)
    world.run(100 * MS)
    low, _, high = (bounce_edges or "10-100").partition("-")
    assert int(low) - 1 <= len(seen) <= int(high or low) and len(seen) % 2 == 1
    low, _, high = (bounce_ms or "1").partition("-")
    assert float(low) * MS <= seen[-1] - seen[0] <= float(high or low) * MS
    assert level(circuit, 32) == 0


def test_release_in_the_middle_of_a_bounce_ends_it() -> None:
    circuit, world = build({"b": ("pushbutton", {"bounceMs": "10", "bounceEdges": "19"})}, BUTTON)
    circuit.pin_mode(32, MODE_IN, PULL_UP, False)
    circuit.set_control("b", "pressed", 1)
    world.run(5 * MS)
    circuit.set_control("b", "pressed", 0)
    world.run(100 * MS)
    assert level(circuit, 32) == 1


def test_only_outputs_with_a_listening_input_are_coupled() -> None:
    parts: Parts = LED_PARTS | {"b": ("pushbutton", {"bounce": "0"})}
    wires = [*LED, ("b:1.l", "esp:32"), ("b:2.r", "esp:33")]
    circuit, _ = build(parts, wires)
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, False)
    circuit.pin_mode(33, MODE_OUT, PULL_NONE, False)
    circuit.pin_mode(32, MODE_IN, PULL_UP, False)
    assert circuit.coupled() == 0
    circuit.set_control("b", "pressed", 1)
    assert circuit.coupled() == 1 << 33 and level(circuit, 32) == 0
    circuit.pin_out(33, True)
    assert level(circuit, 32) == 1
    circuit.set_control("b", "pressed", 0)
    assert circuit.coupled() == 0


def test_open_drain_is_coupled_to_its_own_line() -> None:
    circuit, _ = build({}, [("esp:25", "esp:26")])
    circuit.pin_mode(25, MODE_OPEN_DRAIN, PULL_UP, True)
    assert circuit.coupled() == 1 << 25 and level(circuit, 25) == 1
    circuit.pin_mode(26, MODE_OPEN_DRAIN, PULL_NONE, False)
    assert level(circuit, 25) == 0


def test_after_a_write_that_only_a_read_can_notice_no_question_is_due() -> None:
    parts: Parts = {"dht": ("dht22", {})}
    wires = [("dht:VCC", "esp:3V3"), ("dht:GND", "esp:GND.1"), ("dht:SDA", "esp:25")]
    circuit, _ = build(parts, [*wires, ("esp:26", "esp:27"), ("esp:32", "esp:EN")])
    circuit.pin_mode(25, MODE_OPEN_DRAIN, PULL_UP, True)
    circuit.pin_mode(26, MODE_OUT, PULL_NONE, True)
    circuit.pin_mode(27, MODE_IN, PULL_NONE, True)
    circuit.pin_mode(32, MODE_OPEN_DRAIN, PULL_UP, True)
    board = circuit.sides["esp"]
    assert board.coupled() == 1 << 25 | 1 << 26 | 1 << 32
    assert board.asked_at_read(0) == 1 << 25 | 1 << 26, "the other one resets the board"
    assert board.asked_at_read(1 << 27) == 1 << 25, "an interrupt waits at the other one's input"


def test_pwm_reaches_another_input_with_its_edges() -> None:
    circuit, world = build({}, [("esp:25", "esp:34")])
    circuit.pin_mode(25, MODE_OUT, PULL_NONE, False)
    circuit.pin_mode(34, MODE_IN, PULL_NONE, False)
    circuit.pin_pwm(25, 1000, 16384)
    times = edges(circuit, world, 34, 10 * MS)
    assert len(times) == 20
    assert times[0] == pytest.approx(MS // 4, abs=20_000)


def test_a_button_pressed_again_and_again_leaves_one_run_of_pwm_edges() -> None:
    wires = [("esp:25", "b:1.l"), ("b:2.r", "esp:26")]
    circuit, world = build({"b": ("pushbutton", {"bounce": "0"})}, wires)
    circuit.pin_mode(26, MODE_IN, PULL_NONE, False)
    circuit.pin_pwm(25, 1000, 32768)
    for _ in range(8):
        circuit.set_control("b", "pressed", 1)
        circuit.set_control("b", "pressed", 0)
    circuit.set_control("b", "pressed", 1)
    world.run(10 * MS)
    with patch.object(world, "at", wraps=world.at) as planned:
        world.run(20 * MS)
    assert planned.call_count == 20


def test_a_pwm_too_fast_to_follow_does_not_flood_the_bench() -> None:
    circuit, world = build({}, [("esp:25", "esp:26")])
    circuit.pin_mode(26, MODE_IN, PULL_NONE, False)
    circuit.pin_pwm(25, 40_000_000, 32768)
    with patch.object(world, "at", wraps=world.at) as planned:
        seen = edges(circuit, world, 26, 10 * MS)
    assert len(seen) > 100
    assert planned.call_count < 1000


def test_used_are_the_wired_pins() -> None:
    circuit, _ = build(LED_PARTS | {"b": ("pushbutton", {})}, [*LED, *BUTTON])
    assert circuit.used() == 1 << 25 | 1 << 32


def test_a_lamp_is_dark_after_a_reset_and_its_pin_low() -> None:
    circuit, _ = build(LED_PARTS, LED)
    for _again in range(2):
        circuit.pin_mode(25, MODE_OUT, PULL_NONE, True)
        assert level(circuit, 25) == 1
        circuit.power(False)
        assert level(circuit, 25) == 0
        circuit.power(True)
        assert level(circuit, 25) == 0


def test_a_button_stays_pressed_over_a_reset() -> None:
    circuit, _ = build({"b": ("pushbutton", {"bounce": "0"})}, BUTTON)
    circuit.set_control("b", "pressed", 1)
    circuit.power(False)
    circuit.power(True)
    circuit.pin_mode(32, MODE_IN, PULL_UP, False)
    assert level(circuit, 32) == 0
    assert circuit.controls() == {"b": {"pressed": 1}}


def test_a_button_between_the_supplies_is_a_short() -> None:
    wires = [("b:1.l", "esp:3V3"), ("b:2.l", "esp:GND.1")]
    circuit, _ = build({"b": ("pushbutton", {"bounce": "0"})}, wires)
    for pressed in (1, 0, 1):
        circuit.set_control("b", "pressed", pressed)
    assert [(f.kind, f.gpio) for f in circuit.faults()] == [(FAULT_SHORT, 0xFFFF)] * 2


@pytest.mark.pure
def test_a_board_that_is_switched_on_costs_no_more_among_many() -> None:
    def cost(count: int) -> int:
        listed = [{"type": "board-pi-pico", "id": f"p{n}"} for n in range(count)]
        circuit = Circuit(load({"version": 1, "parts": listed, "connections": []}))
        circuit.start(*(StillWorld() for _ in listed))
        circuit.power(True, "p0")
        return calls(lambda: circuit.power(True, "p0"))

    assert cost(20) < 1.5 * cost(1)


def test_many_parts_on_one_pin_are_solved_and_too_many_refused() -> None:
    board = {"type": "board-esp32-devkit-c-v4", "id": "b"}

    def lamps(count: int) -> Circuit:
        parts = [board, *({"type": "wokwi-led", "id": f"l{n}"} for n in range(count))]
        wires = [[f"l{n}:A", "b:4", "", []] for n in range(count)]
        return Circuit(load({"version": 1, "parts": parts, "connections": wires}, name="d"))

    circuit = lamps(300)  # seconds each, once, as the hub was eliminated first
    circuit.start(StillWorld())
    circuit.power(True)
    assert circuit.meter.volts("l299", "C") == pytest.approx(circuit.meter.volts("l0", "C"))
    with pytest.raises(DiagramError, match="d: more than 1000 wires hang together"):
        lamps(1001)


def test_a_circuit_like_another_one_begins_as_new() -> None:
    wires = [
        ("esp:4", "r:1"),
        ("r:2", "led:A"),
        ("led:C", "esp:GND.1"),
        ("b:1.l", "esp:5"),
        ("b:2.l", "esp:GND.1"),
    ]
    parts: Parts = {
        "r": ("resistor", {"value": "220"}),
        "led": ("led", {}),
        "b": ("pushbutton", {}),
    }
    first, _ = build(parts, wires)
    first.pin_mode(5, MODE_IN, PULL_UP, False)
    first.pin_mode(4, MODE_OUT, PULL_NONE, True)
    first.set_control("b", "pressed", 1)
    second = Circuit(first.diagram, first)
    second.start(StillWorld(0))
    second.power(True)
    second.pin_mode(5, MODE_IN, PULL_UP, False)
    assert second.levels() >> 5 & 1 and not second.levels() >> 4 & 1
    assert second.controls()["b"] == {**first.controls()["b"], "pressed": 0}
    second.set_control("b", "pressed", 1)
    assert not second.levels() >> 5 & 1
    assert first.parts["b"] is not second.parts["b"]


def test_a_sum_is_the_same_with_every_python() -> None:
    tiny = 2.0**-53  # half of the last bit of 1: rounded away, each time
    assert sum_in_order([1.0, tiny, tiny]) == 1.0
    assert sum_in_order([tiny, tiny, 1.0]) == 1.0 + 2 * tiny
